/*
 * rule: load-dark table-dark call-dark veneer-dark
 * title: A const table of functions
 * broken: The functions lie in RAM, but the table that names them lies in flash.
 * cure: Place the table in RAM, or call the functions by name.
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

static int (*const driver[2])(int) = {start, finish};

RAM int root(int input)
{
    return driver[(STATUS + (uint32_t)input) & 1u](input);
}
