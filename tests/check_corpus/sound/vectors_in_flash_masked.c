/*
 * rule: vector-dark
 * title: Vectors in flash with nothing live
 * sound: No exception is live, so no vector is read.
 */
#include "tests/check_corpus/board.h"

RAM int root(int input)
{
    __asm__ volatile("cpsid i" ::: "memory");
    OUTPUT = 1;
    __asm__ volatile("cpsie i" ::: "memory");
    return input;
}
