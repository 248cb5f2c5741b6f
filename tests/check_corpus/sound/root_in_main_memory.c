/*
 * rule: root-gone not-copied
 * title: Code in RAM instead of ITCM
 * sound: The code is copied to the main memory, not to ITCM.
 * script: -DCODE=RAM
 */
#include "tests/check_corpus/board.h"

static RAM int helper(int value)
{
    return value + (int)STATUS;
}

RAM int root(int input)
{
    return helper(input) * 2;
}
