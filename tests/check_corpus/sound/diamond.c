/*
 * rule: recursion call-dark
 * title: Two ways to one function
 * sound: Two functions call the same one, which calls neither.
 */
#include "tests/check_corpus/board.h"

static RAM int last(int value)
{
    return value + (int)STATUS;
}

static RAM int left(int value)
{
    return last(value) + 1;
}

static RAM int right(int value)
{
    return last(value) * 2;
}

RAM int root(int input)
{
    return left(input) + right(input);
}
