/*
 * rule: stack-bound
 * title: An array of a length from outside
 * broken: The need for stack depends on the input; no bound is visible.
 * cure: Use an array of fixed length.
 * stack: 256
 * expect: undecided
 * inputs: 400
 */
#include "tests/check_corpus/board.h"

RAM int root(int input)
{
    volatile uint8_t buf[input + 1];
    buf[0] = 1;
    buf[input] = 3;
    return buf[0] + buf[input];
}
