/*
 * rule: compiler-call
 * title: A 64-bit product on Cortex-M0+
 * broken: The product is __aeabi_lmul of the compiler's library, which lies in flash.
 * cure: Compute with 32 bits.
 * cpu: cortex-m0plus
 */
#include "tests/check_corpus/board.h"

RAM int root(int input)
{
    const uint64_t a = ((uint64_t)STATUS << 32) | (uint32_t)input;
    const uint64_t product = a * (a + STATUS);
    return (int)(product >> 32);
}
