/*
 * rule: stack-bound
 * title: Many small frames
 * broken: No function needs much; the chain of four needs more than the limit.
 * cure: Shorten the chain, or raise the limit with the stack.
 * stack: 256
 */
#include "tests/check_corpus/board.h"

#define LEVEL(name, next) \
    static RAM int name(int value) \
    { \
        volatile uint32_t buf[20]; \
        buf[value & 7] = STATUS; \
        buf[19] = 1; \
        return next(value + 1) + (int)buf[value & 3] + (int)buf[19]; \
    }

static RAM int last(int value)
{
    return value + (int)STATUS;
}

LEVEL(fourth, last)
LEVEL(third, fourth)
LEVEL(second, third)
LEVEL(first, second)

RAM int root(int input)
{
    return first(input) + 1;
}
