/*
 * rule: stack-bound
 * title: Two branches that do not add up
 * sound: Each branch needs 150 bytes, and only one of them is taken at a time.
 * stack: 320
 * inputs: 0 1
 */
#include "tests/check_corpus/board.h"

#define BRANCH(name) \
    static RAM int name(int value) \
    { \
        volatile uint8_t buf[150]; \
        buf[value & 31] = 3; \
        buf[149] = 1; \
        return buf[value & 15] + buf[149]; \
    }

BRANCH(left)
BRANCH(right)

RAM int root(int input)
{
    return input != 0 ? left(input) : right(input);
}
