/*
 * rule: call-dark veneer-dark load-dark table-dark
 * title: A constant pointer to a function
 * broken: The pointer never changes, and names a function in flash.
 * cure: Place the function and the pointer in RAM.
 */
#include "tests/check_corpus/board.h"

static FLASH int note(int value)
{
    return value + (int)STATUS;
}

static int (*const hook)(int) = note;

RAM int root(int input)
{
    return hook(input) + 1;
}
