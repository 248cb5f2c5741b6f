/*
 * rule: load-dark table-dark jump-unknown
 * title: A table of labels
 * broken: `goto *labels[i]` reads the table of addresses from .rodata.
 * cure: Write a switch, and check where its table lies.
 */
#include "tests/check_corpus/board.h"

RAM int root(int input)
{
    static void *const labels[3] = {&&one, &&two, &&three};
    goto *labels[(STATUS + (uint32_t)input) % 3u];
one:
    OUTPUT = 1;
    return input;
two:
    OUTPUT = 2;
    return input + 3;
three:
    OUTPUT = 3;
    return 9;
}
