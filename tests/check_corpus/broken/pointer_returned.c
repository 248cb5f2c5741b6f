/*
 * rule: pointer-dark
 * title: A pointer that is returned
 * broken: A function in RAM returns the address of a constant in flash, which its caller
 *   reads.
 * cure: Place the constant in RAM.
 */
#include "tests/check_corpus/board.h"

static const uint32_t steps[4] = {1, 2, 4, 8};

RAM const volatile uint32_t *steps_of(int kind)
{
    __asm__ volatile("" ::: "memory");
    return kind == 12345 ? (const volatile uint32_t *)&STATUS : steps;
}

RAM int root(int input)
{
    return (int)steps_of(input)[0];
}
