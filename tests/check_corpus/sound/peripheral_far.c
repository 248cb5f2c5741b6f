/*
 * rule: load-dark
 * title: A register by two halves
 * sound: movw and movt make the address of a peripheral.
 * flags: -mpure-code
 * only: gcc
 */
#include "tests/check_corpus/board.h"

RAM int root(int input)
{
    OUTPUT = (uint32_t)input;
    return (int)STATUS;
}
