/*
 * rule: recursion stack-bound
 * title: A function that calls itself
 * broken: The depth comes from outside, and no stack holds all of them.
 * cure: Write a loop with a bound.
 * stack: 256
 * inputs: 60
 */
#include "tests/check_corpus/board.h"

RAM int depth(int value)
{
    volatile int kept = value;
    if (value == 0) return 0;
    return depth(value - 1) + kept + (int)STATUS;
}

RAM int root(int input)
{
    return depth(input) + 1;
}
