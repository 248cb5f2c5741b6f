/*
 * rule: stack-bound
 * title: A buffer on the stack
 * broken: The array needs more than the limit.
 * cure: Make the buffer static, or raise the limit with the stack.
 * stack: 256
 */
#include "tests/check_corpus/board.h"

RAM int root(int input)
{
    volatile uint8_t buf[512];
    buf[input & 31] = 3;
    buf[511] = (uint8_t)input;
    return buf[input & 15];
}
