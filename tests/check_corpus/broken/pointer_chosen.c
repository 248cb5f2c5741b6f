/*
 * rule: pointer-dark load-dark table-dark
 * title: One of two tables
 * broken: The condition chooses between a table in RAM and one in flash.
 * cure: Place both in RAM.
 * inputs: 0 1
 */
#include "tests/check_corpus/board.h"

static const uint32_t slow[4] = {1, 2, 4, 8};
RAM_CONST const uint32_t quick[4] = {1, 3, 9, 27};

RAM int root(int input)
{
    const volatile uint32_t *const table = input != 0 ? slow : quick;
    return (int)table[STATUS & 3u];
}
