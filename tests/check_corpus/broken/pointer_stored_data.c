/*
 * rule: pointer-dark
 * title: A table's address stored for later
 * broken: root stores where a table in flash lies; a function in RAM reads through it.
 * cure: Place the table in RAM.
 */
#include "tests/check_corpus/board.h"

static const uint32_t steps[4] = {1, 2, 4, 8};
static const uint32_t *volatile table;

RAM int step_of(int index)
{
    const volatile uint32_t *const from = table;
    return (int)from[index & 3];
}

RAM int root(int input)
{
    table = steps;
    return step_of(input);
}
