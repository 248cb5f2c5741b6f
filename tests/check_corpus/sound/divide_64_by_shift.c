/*
 * rule: compiler-call
 * title: A 64-bit number divided by a power of two
 * sound: A shift does it, without a call.
 */
#include "tests/check_corpus/board.h"

RAM int root(int input)
{
    const uint64_t ticks = ((uint64_t)STATUS << 32) | (uint32_t)input;
    return (int)(ticks / 4096u);
}
