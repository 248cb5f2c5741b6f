/*
 * rule: compiler-call
 * title: A loop that fills bytes
 * broken: An optimiser sees memset in the loop and calls it in flash.
 * cure: Make the stores volatile, or compile the file with -fno-tree-loop-distribute-patterns
 *   and
 *   -fno-builtin and check again: flags alone are no proof.
 */
#include "tests/check_corpus/board.h"

RAM void fill(uint8_t *to, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        to[i] = 0x5A;
    }
}

static uint8_t buf[300];

RAM int root(int input)
{
    fill(buf, 200u + (uint32_t)input);
    return buf[3];
}
