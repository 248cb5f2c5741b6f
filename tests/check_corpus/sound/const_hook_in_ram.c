/*
 * rule: call-dark call-unknown
 * title: A constant pointer to a function in RAM
 * sound: Pointer and function lie in RAM.
 */
#include "tests/check_corpus/board.h"

static RAM int note(int value)
{
    return value + (int)STATUS;
}

RAM_CONST int (*const hook)(int) = note;

RAM int root(int input)
{
    return hook(input) + 1;
}
