/*
 * rule: load-dark compiler-call
 * title: A local array whose elements are set
 * sound: The stores are volatile and their values are in the instructions.
 */
#include "tests/check_corpus/board.h"

RAM int root(int input)
{
    volatile uint8_t order[4];
    order[0] = 7;
    order[1] = 3;
    order[2] = 9;
    order[3] = (uint8_t)input;
    return order[(STATUS + (uint32_t)input) & 3u];
}
