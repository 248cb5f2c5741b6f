/*
 * rule: call-dark pointer-dark
 * title: One of two functions
 * broken: The condition chooses between a function in RAM and one in flash.
 * cure: Place both in RAM.
 * inputs: 0 1
 */
#include "tests/check_corpus/board.h"

static RAM int quick(int value)
{
    return value + 1;
}

static FLASH int slow(int value)
{
    return value + (int)STATUS;
}

RAM int root(int input)
{
    int (*const work)(int) = STATUS == 0 && input != 0 ? slow : quick;
    return work(input);
}
