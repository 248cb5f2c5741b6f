/*
 * rule: compiler-call
 * title: A 64-bit division
 * broken: The division is __aeabi_uldivmod of the compiler's library, which lies in flash.
 * cure: Divide outside the blackout and pass the result, or count down in 32 bits.
 */
#include "tests/check_corpus/board.h"

RAM int root(int input)
{
    const uint64_t ticks = ((uint64_t)STATUS << 32) | (uint32_t)input;
    return (int)(ticks / (STATUS | 3u));
}
