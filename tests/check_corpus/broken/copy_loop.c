/*
 * rule: compiler-call
 * title: A loop that copies bytes
 * broken: An optimiser sees memcpy in the loop and calls it in flash.
 * cure: Make one side volatile, or place the C library's memcpy in RAM.
 */
#include "tests/check_corpus/board.h"

static uint8_t from[300], to[300];

RAM void copy(uint8_t *restrict out, const uint8_t *restrict in, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        out[i] = in[i];
    }
}

RAM int root(int input)
{
    copy(to, from, 200u + (uint32_t)input);
    return to[3];
}
