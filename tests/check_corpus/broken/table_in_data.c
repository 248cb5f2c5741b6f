/*
 * rule: data-pointer-dark
 * title: A pointer to a table in initialised RAM
 * broken: The pointer lies in RAM; its initial value is a table in flash.
 * cure: Place the table in RAM.
 */
#include "tests/check_corpus/board.h"

static const uint32_t steps[4] = {1, 2, 4, 8};
const uint32_t *volatile table = steps;

RAM int root(int input)
{
    const volatile uint32_t *const from = table;
    return (int)from[input & 3];
}
