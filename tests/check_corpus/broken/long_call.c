/*
 * rule: call-dark
 * title: A call through a register
 * broken: The address of the function is loaded and called: no branch names it.
 * cure: Place the function in RAM.
 * flags: -mlong-calls
 */
#include "tests/check_corpus/board.h"

static FLASH uint32_t status_read(uint32_t mask)
{
    return STATUS & mask;
}

RAM int root(int input)
{
    return (int)status_read(1u << (input & 3)) + 1;
}
