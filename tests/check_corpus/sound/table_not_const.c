/*
 * rule: load-dark
 * title: A table that is not const
 * sound: It lies in .data, which is copied to RAM.
 */
#include "tests/check_corpus/board.h"

static uint16_t waits[8] = {3, 9, 27, 81, 243, 729, 2187, 6561};

RAM int root(int input)
{
    waits[1] += 1;
    return ((volatile uint16_t *)waits)[(uint32_t)input & 7u];
}
