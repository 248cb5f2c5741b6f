/*
 * rule: compiler-call load-dark
 * title: A switch on Cortex-M0+ without tables
 * sound: -fno-jump-tables and -fno-tree-switch-conversion leave compares.
 * cpu: cortex-m0plus
 * flags: -fno-jump-tables -fno-tree-switch-conversion
 * only: gcc
 * inputs: 0 3
 */
#include "tests/check_corpus/board.h"

RAM int root(int input)
{
    switch (input) {
    case 0: OUTPUT = STATUS; break;
    case 1: OUTPUT = 3; OUTPUT = 4; break;
    case 2: STATUS = 5; OUTPUT = 9; break;
    case 3: STATUS = 6; OUTPUT = 1; break;
    case 4: STATUS = 7; OUTPUT = 2; break;
    case 5: OUTPUT = 8; OUTPUT = 3; break;
    default: STATUS = 0; break;
    }
    return input;
}
