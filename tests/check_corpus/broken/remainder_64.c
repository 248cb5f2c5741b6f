/*
 * rule: compiler-call
 * title: A signed 64-bit remainder
 * broken: The remainder is __aeabi_ldivmod of the compiler's library, which lies in flash.
 * cure: Keep the sum within 32 bits, for which the processor has an instruction.
 */
#include "tests/check_corpus/board.h"

RAM int root(int input)
{
    const int64_t ticks = ((int64_t)STATUS << 20) - input;
    return (int)(ticks % (int32_t)(STATUS | 7u));
}
