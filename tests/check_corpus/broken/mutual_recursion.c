/*
 * rule: recursion stack-bound
 * title: Two functions that call each other
 * broken: The circle has no bound that can be seen.
 * cure: Write a loop with a bound.
 * stack: 256
 * inputs: 60
 */
#include "tests/check_corpus/board.h"

RAM int odd(int value);
RAM int even(int value)
{
    volatile int kept = value;
    return value == 0 ? 1 : odd(value - 1) + kept;
}

RAM int odd(int value)
{
    volatile int kept = value;
    return value == 0 ? 0 : even(value - 1) + kept;
}

RAM int root(int input)
{
    return even(input) + 1;
}
