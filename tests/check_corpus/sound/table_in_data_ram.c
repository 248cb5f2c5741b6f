/*
 * rule: data-pointer-dark
 * title: A pointer in RAM to a table in RAM
 * sound: Pointer and table both lie in RAM.
 */
#include "tests/check_corpus/board.h"

static uint32_t steps[4] = {1, 2, 4, 8};
static uint32_t *volatile table = steps;

RAM int root(int input)
{
    const volatile uint32_t *const from = table;
    return (int)from[input & 3];
}
