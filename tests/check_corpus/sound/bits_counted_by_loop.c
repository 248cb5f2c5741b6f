/*
 * rule: compiler-call
 * title: Bits counted by a loop
 * sound: The loop is compiled as it stands.
 */
#include "tests/check_corpus/board.h"

RAM int root(int input)
{
    volatile uint32_t rest = STATUS ^ (uint32_t)input;
    int count = 0;
    for (int i = 0; i < 32; i++) {
        count += (int)(rest & 1u);
        rest = rest >> 1;
    }
    return count;
}
