/*
 * rule: table-dark call-unknown
 * title: A const table of functions, all in RAM
 * sound: Table and functions lie in RAM, and the index is masked to the table's size.
 * inputs: 0 1
 */
#include "tests/check_corpus/board.h"

static RAM int start(int value)
{
    return value + (int)STATUS;
}

static RAM int finish(int value)
{
    OUTPUT = (uint32_t)value;
    return value;
}

RAM_CONST int (*const driver[2])(int) = {start, finish};

RAM int root(int input)
{
    return driver[(STATUS + (uint32_t)input) & 1u](input);
}
