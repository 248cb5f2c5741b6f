/*
 * rule: call-dark veneer-dark
 * title: The last call of a function
 * broken: With optimisation the call is a plain branch, through a veneer, to a function in
 *   flash.
 * cure: Place the function in RAM.
 */
#include "tests/check_corpus/board.h"

static FLASH int finish(int value)
{
    OUTPUT = (uint32_t)value;
    return value + (int)STATUS;
}

RAM int root(int input)
{
    STATUS = 1;
    return finish(input + 1);
}
