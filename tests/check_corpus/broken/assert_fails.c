/*
 * rule: call-dark veneer-dark pointer-dark compiler-call
 * title: An assert
 * broken: A failing assert calls __assert_func in flash, with strings in flash.
 * cure: No assert in the blackout; check before it.
 * inputs: 1 0
 */
#include "tests/check_corpus/board.h"

#include <assert.h>

RAM int root(int input)
{
    assert(input != 0);
    return input;
}
