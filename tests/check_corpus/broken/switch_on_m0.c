/*
 * rule: compiler-call table-dark
 * title: A dense switch on Cortex-M0+
 * broken: Without tbb the switch becomes a call to __gnu_thumb1_case_uqi in flash.
 * cure: Compile the blackout's files with -fno-jump-tables.
 * cpu: cortex-m0plus
 * only: gcc
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
    case 6: OUTPUT = 9; STATUS = 1; break;
    case 7: OUTPUT = 2; STATUS = 1; break;
    case 8: OUTPUT = 7; STATUS = 1; break;
    default: STATUS = 0; break;
    }
    return input;
}
