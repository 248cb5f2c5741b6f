/*
 * rule: pointer-dark
 * title: A callback that is passed
 * broken: A function in RAM calls what it is given; what it is given lies in flash.
 * cure: Place the callback in RAM, or call it after the blackout.
 */
#include "tests/check_corpus/board.h"

static FLASH int progress(int value)
{
    return value + (int)STATUS;
}

RAM int each(int (*call)(int), int value)
{
    return call(value) + 1;
}

RAM int root(int input)
{
    return each(progress, input);
}
