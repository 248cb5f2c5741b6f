/*
 * rule: pointer-dark load-dark
 * title: A pointer passed on the stack
 * broken: The fifth argument is a table in flash.
 * cure: Place the table in RAM.
 */
#include "tests/check_corpus/board.h"

static const uint32_t steps[4] = {1, 2, 4, 8};

RAM int work(int a, int b, int c, int d, const volatile uint32_t *table)
{
    STATUS = (uint32_t)(b + c + d);
    return (int)table[a & 3];
}

RAM int root(int input)
{
    return work(input, 1, 2, 3, steps) + 1;
}
