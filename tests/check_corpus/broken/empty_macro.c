/*
 * rule: call-dark veneer-dark
 * title: A placement macro that is empty
 * broken: The header that defines FAST comes too late, so the fallback places nothing.
 * cure: Define the macro in one place, and let the build fail where it is missing.
 */
#include "tests/check_corpus/board.h"

#ifndef FAST
#define FAST
#endif

FAST __attribute__((noinline)) static int send(int value)
{
    OUTPUT = (uint32_t)value;
    return value + (int)STATUS;
}

RAM int root(int input)
{
    return send(input) * 2;
}
