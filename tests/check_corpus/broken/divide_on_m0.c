/*
 * rule: compiler-call
 * title: A 32-bit division on Cortex-M0+
 * broken: The processor has no instruction to divide: __aeabi_uidiv lies in flash.
 * cure: Shift, or divide outside the blackout.
 * cpu: cortex-m0plus
 */
#include "tests/check_corpus/board.h"

RAM int root(int input)
{
    return (int)((uint32_t)input / (STATUS | 3u));
}
