/*
 * rule: svc-dark vector-dark
 * title: __builtin_trap
 * broken: The undefined instruction raises HardFault, whose vector and handler lie in flash.
 * cure: Wait in a loop in RAM, or keep vectors and fault handlers in RAM.
 * inputs: 0 3
 */
#include "tests/check_corpus/board.h"

RAM int root(int input)
{
    if (input == 3) __builtin_trap();
    return input;
}
