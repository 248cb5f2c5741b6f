/*
 * rule: load-dark pointer-dark table-dark
 * title: An element of a table in flash
 * broken: The pointer moves on from the table's begin in a loop.
 * cure: Place the table in RAM.
 */
#include "tests/check_corpus/board.h"

static const volatile uint32_t sums[8] = {1, 2, 3, 4, 5, 6, 7, 8};

RAM int root(int input)
{
    const volatile uint32_t *at = sums + 2;
    int sum = input;
    for (int i = 0; i < 5; i++) {
        sum += (int)*at++;
    }
    return sum;
}
