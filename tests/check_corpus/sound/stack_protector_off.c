/*
 * rule: compiler-call
 * title: The stack protector, not in the blackout
 * sound: The functions of the blackout are exempt; main is protected.
 * flags: -fstack-protector-all
 * only: gcc
 */
#include "tests/check_corpus/board.h"

__attribute__((optimize("no-stack-protector"))) RAM int root(int input)
{
    volatile uint8_t buf[16];
    buf[input & 15] = 3;
    return buf[0];
}

int main(void)
{
    volatile uint8_t buf[16];
    buf[0] = (uint8_t)root((int)INPUT);
    OUTPUT = buf[0];
    return 0;
}
