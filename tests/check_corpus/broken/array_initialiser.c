/*
 * rule: load-dark compiler-call pointer-dark
 * title: A local array with values
 * broken: The values lie in .rodata and are copied to the stack at each call.
 * cure: Set the elements one by one, or place the array in RAM.
 */
#include "tests/check_corpus/board.h"

RAM int root(int input)
{
    uint8_t order[24] = {7, 3, 9, 1, 22, 41, 5, 6, 8, 2, 77, 12, 13, 14, 99, 16, 17, 18, 19, 20};
    order[input & 7] += (uint8_t)STATUS;
    return order[(STATUS + (uint32_t)input) % 20u];
}
