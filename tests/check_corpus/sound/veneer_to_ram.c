/*
 * rule: veneer-dark
 * title: A veneer between two RAMs
 * sound: ITCM and RAM are too far apart for a branch; the veneer ends in RAM, which is lit.
 */
#include "tests/check_corpus/board.h"

__attribute__((section(".datacode"), noinline)) int far_away(int value)
{
    return value + (int)STATUS;
}

RAM int root(int input)
{
    return far_away(input) + 1;
}
