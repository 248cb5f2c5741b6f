/*
 * rule: not-copied load-dark
 * title: A variable in .bss
 * sound: The start-up clears it; there is nothing to copy.
 */
#include "tests/check_corpus/board.h"

static volatile uint32_t count;

RAM int root(int input)
{
    count = count + 1u;
    return (int)count + input;
}
