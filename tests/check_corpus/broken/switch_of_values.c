/*
 * rule: load-dark table-dark
 * title: A switch that returns constants
 * broken: An optimiser turns it into a table in .rodata.
 * cure: Compile with -fno-tree-switch-conversion and check again, or write the arithmetic.
 * inputs: 3
 */
#include "tests/check_corpus/board.h"

RAM int root(int input)
{
    switch (input) {
    case 0: return 0x1234;
    case 1: return 0x77;
    case 2: return 0x5150;
    case 3: return 0x901;
    case 4: return 0x42;
    case 5: return 0x7531;
    case 6: return 0x99;
    case 7: return 0x1000;
    default: return -1;
    }
}
