/*
 * rule: call-dark veneer-dark split-part
 * title: An error path that no test takes
 * broken: Only where the status says so, a function in flash reports the error.
 * cure: Return an error code and report it after the blackout.
 * inputs: 0 77
 */
#include "tests/check_corpus/board.h"

static FLASH void report(int value)
{
    OUTPUT = (uint32_t)value;
}

RAM int root(int input)
{
    if (input == 77) report(input);
    return input + 1;
}
