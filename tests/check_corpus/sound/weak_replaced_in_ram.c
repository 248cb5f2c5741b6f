/*
 * rule: call-dark veneer-dark
 * title: A weak function that is replaced in RAM
 * sound: The replacement has the section of the default.
 */
#include "tests/check_corpus/board.h"

int wait_hook(int value);

RAM int wait_hook(int value)
{
    return value + (int)STATUS;
}

RAM int root(int input)
{
    return wait_hook(input) + 1;
}
