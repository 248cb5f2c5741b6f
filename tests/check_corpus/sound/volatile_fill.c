/*
 * rule: compiler-call
 * title: A fill loop with volatile stores
 * sound: No compiler makes memset of volatile stores.
 */
#include "tests/check_corpus/board.h"

static volatile uint8_t buf[300];

RAM int root(int input)
{
    for (uint32_t i = 0; i < 200u + (uint32_t)input; i++) {
        buf[i] = 0x5A;
    }
    return buf[3];
}
