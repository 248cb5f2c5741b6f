/*
 * rule: split-part call-dark veneer-dark
 * title: A clone for constant arguments
 * broken: The optimiser makes fast_send.constprop.0, which the linker's pattern does not
 *   place.
 * cure: Place by an attribute or by file, and check by address.
 * script: '-DNAMES=*(.text.fast_send)'
 * only: gcc
 */
#include "tests/check_corpus/board.h"

__attribute__((noinline)) static int fast_send(int value, int kind)
{
    OUTPUT = (uint32_t)value * (uint32_t)kind;
    if (kind == 3) STATUS = 7;
    return value + (int)STATUS;
}

RAM int root(int input)
{
    return fast_send(input, 3) + fast_send(input + 1, 3);
}
