/*
 * rule: stack-bound
 * title: A buffer within the limit
 * sound: The whole chain needs less than the limit.
 * stack: 256
 */
#include "tests/check_corpus/board.h"

static RAM int inner(int value)
{
    volatile uint8_t buf[40];
    buf[value & 31] = 3;
    return buf[value & 15];
}

RAM int root(int input)
{
    volatile uint8_t buf[32];
    buf[input & 31] = 3;
    return inner(input) + buf[0];
}
