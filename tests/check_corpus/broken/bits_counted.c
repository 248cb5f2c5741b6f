/*
 * rule: compiler-call
 * title: Bits that a builtin counts
 * broken: The processor has no instruction for it: GCC calls __popcountsi2 in flash.
 * cure: Count in a loop of your own.
 * only: gcc
 */
#include "tests/check_corpus/board.h"

RAM int root(int input)
{
    return __builtin_popcount(STATUS ^ (uint32_t)input);
}
