/*
 * rule: not-copied
 * title: A second section that nobody copies
 * broken: The linker gives the section an address in RAM; the start-up copies only the first
 *   one.
 * cure: Copy it, too, and name its symbols.
 * script: -DSECOND_PART
 * expect: undecided
 */
#include "tests/check_corpus/board.h"

__attribute__((section(".second"), noinline)) int late(int value)
{
    return value + (int)STATUS;
}

RAM int root(int input)
{
    return late(input) + 1;
}
