/*
 * rule: call-dark
 * title: A call to a number
 * broken: A boot ROM's entry that is called by its address, which lies in the dark range.
 * cure: Call it outside the blackout, or place a copy in RAM.
 */
#include "tests/check_corpus/board.h"

RAM int root(int input)
{
    int (*const entry)(int) = (int (*)(int))0x70004001u;
    return entry(input) + 1;
}
