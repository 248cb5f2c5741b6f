/*
 * rule: call-dark
 * title: A call through a register that stays in RAM
 * sound: The address that is loaded lies in RAM.
 * flags: -mlong-calls
 */
#include "tests/check_corpus/board.h"

static RAM uint32_t status_read(uint32_t mask)
{
    return STATUS & mask;
}

RAM int root(int input)
{
    return (int)status_read(1u << (input & 3)) + 1;
}
