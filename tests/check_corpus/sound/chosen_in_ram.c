/*
 * rule: call-dark call-unknown
 * title: One of two functions in RAM
 * sound: Each of both targets is known and lies in RAM.
 * inputs: 0 1
 */
#include "tests/check_corpus/board.h"

static RAM int quick(int value)
{
    return value + 1;
}

static RAM int slow(int value)
{
    return value + (int)STATUS;
}

RAM int root(int input)
{
    int (*const work)(int) = input != 0 ? slow : quick;
    return work(input);
}
