/*
 * rule: load-dark call-dark veneer-dark table-dark data-pointer-dark
 * title: A constant that points on
 * broken: The constant in RAM points to a constant in flash.
 * cure: Place what is pointed to in RAM, too.
 */
#include "tests/check_corpus/board.h"

static const uint32_t steps[4] = {1, 2, 4, 8};
RAM_CONST const uint32_t *const volatile steps_at = steps;

RAM int root(int input)
{
    return (int)steps_at[(STATUS + (uint32_t)input) & 3u];
}
