/*
 * rule: pointer-dark
 * title: Data that main copied from flash
 * sound: main reads the constants before the blackout and leaves them in RAM.
 */
#include "tests/check_corpus/board.h"

static const uint32_t page[4] = {1, 2, 3, 4};
static volatile uint32_t buf[4];

RAM int root(int input)
{
    for (int i = 0; i < 4; i++) {
        OUTPUT = buf[i];
    }
    return input;
}

int main(void)
{
    for (int i = 0; i < 4; i++) {
        buf[i] = page[i];
    }
    OUTPUT = (uint32_t)root((int)INPUT);
    return 0;
}
