/*
 * rule: recursion
 * title: A loop in place of a recursion
 * sound: The same helper is called many times, never by itself.
 * inputs: 60
 */
#include "tests/check_corpus/board.h"

static RAM int step(int value)
{
    return value + (int)STATUS;
}

RAM int root(int input)
{
    int sum = 0;
    for (int i = 0; i < input; i++) {
        sum += step(step(i));
    }
    return sum;
}
