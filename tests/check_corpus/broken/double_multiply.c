/*
 * rule: compiler-call
 * title: A product of doubles
 * broken: Without double precision in hardware the product is __aeabi_dmul, which lies in
 *   flash.
 * cure: Compute with integers, or outside the blackout.
 */
#include "tests/check_corpus/board.h"

RAM int root(int input)
{
    volatile double scale = 2.0;
    scale = scale * scale;
    return input + (scale > 3.0);
}
