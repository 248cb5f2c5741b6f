/*
 * rule: load-dark table-dark
 * title: An address made of two halves
 * broken: movw and movt hold the address of a constant in flash: no word in the code equals
 *   it.
 * cure: Place the constant in RAM.
 * flags: -mpure-code
 * only: gcc
 */
#include "tests/check_corpus/board.h"

static const uint32_t limits[4] = {7, 77, 777, 7777};

RAM int root(int input)
{
    return (int)limits[(STATUS + (uint32_t)input) & 3u];
}
