/*
 * rule: split-part call-dark veneer-dark
 * title: A cold function
 * broken: The linker places `.text.fast_*` in RAM, but the cold function goes to
 *   .text.unlikely.
 * cure: Place by an attribute or by file, and check by address.
 * script: '-DNAMES=*(.text.fast_send .text.fast_fail)'
 * inputs: 0 3
 */
#include "tests/check_corpus/board.h"

__attribute__((cold, noinline)) int fast_fail(int value);
__attribute__((cold, noinline)) int fast_fail(int value)
{
    OUTPUT = (uint32_t)value;
    return -value;
}

__attribute__((noinline)) int fast_send(int value)
{
    return value == 3 ? fast_fail(value) : value + 1;
}

RAM int root(int input)
{
    return fast_send(input) + 1;
}
