/*
 * rule: svc-dark vector-dark
 * title: A breakpoint in the code
 * broken: Without a debugger bkpt raises HardFault, whose handler lies in flash.
 * cure: Wait in a loop in RAM.
 * inputs: 0 3
 */
#include "tests/check_corpus/board.h"

RAM int root(int input)
{
    if (input == 3) __asm__ volatile("bkpt 0");
    return input;
}
