/*
 * rule: not-copied
 * title: A section in two parts that is copied whole
 * sound: The end symbol stands behind the last part.
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
