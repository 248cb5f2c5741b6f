/*
 * rule: call-dark veneer-dark
 * title: A helper with the attribute
 * sound: Caller and helper both lie in RAM.
 */
#include "tests/check_corpus/board.h"

static RAM uint32_t status_read(uint32_t mask)
{
    return STATUS & mask;
}

RAM int root(int input)
{
    return (int)status_read(1u << (input & 3));
}
