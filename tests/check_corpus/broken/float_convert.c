/*
 * rule: compiler-call
 * title: An integer that becomes a float
 * broken: Without a floating-point unit the conversion is __aeabi_ui2f, which lies in flash.
 * cure: Compute with integers.
 */
#include "tests/check_corpus/board.h"

RAM int root(int input)
{
    volatile float ratio = (float)(STATUS + (uint32_t)input);
    return ratio > 1.0f;
}
