/*
 * rule: call-dark veneer-dark
 * title: A call behind a condition that is constant
 * sound: No optimised image holds the call. Without optimisation it is an image that a run
 *   cannot
 *   refute and a checker may.
 * only: not O0
 */
#include "tests/check_corpus/board.h"

static FLASH void report(int value)
{
    OUTPUT = (uint32_t)value;
}

RAM int root(int input)
{
    const bool is_verbose = false;
    if (is_verbose) report(input);
    return input + 1;
}
