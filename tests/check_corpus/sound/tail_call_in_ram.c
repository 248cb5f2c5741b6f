/*
 * rule: call-dark
 * title: A tail call that stays in RAM
 * sound: The last branch leads to RAM.
 */
#include "tests/check_corpus/board.h"

static RAM int finish(int value)
{
    OUTPUT = (uint32_t)value;
    return value + (int)STATUS;
}

RAM int root(int input)
{
    STATUS = 1;
    return finish(input + 1);
}
