/*
 * rule: call-dark table-dark data-pointer-dark pointer-dark veneer-dark
 * title: A table in RAM that names flash
 * broken: The table is copied to RAM; one of its functions lies in flash.
 * cure: Place each function of the table in RAM.
 * inputs: 0 1
 */
#include "tests/check_corpus/board.h"

static RAM int start(int value)
{
    return value + (int)STATUS;
}

static FLASH int finish(int value)
{
    OUTPUT = (uint32_t)value;
    return value;
}

RAM_CONST int (*const driver[2])(int) = {start, finish};

RAM int root(int input)
{
    return driver[(STATUS + (uint32_t)input) & 1u](input);
}
