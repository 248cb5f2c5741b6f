/*
 * rule: not-copied
 * title: A copy that ends too early
 * broken: The symbol that ends the copy stands before the last part of the section.
 * cure: Put the end symbol behind the last input of the section.
 * script: -DEND_EARLY
 */
#include "tests/check_corpus/board.h"

__attribute__((section(".ramfunc_late"), noinline)) int late(int value)
{
    return value + (int)STATUS;
}

RAM int root(int input)
{
    return late(input) + 1;
}
