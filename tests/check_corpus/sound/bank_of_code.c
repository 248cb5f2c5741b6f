/*
 * rule: bank-shared
 * title: Code and settings in two banks
 * sound: All that is read at run time lies in the other bank.
 * bank: 0x72000000-0x72ffffff
 * config: bank 0 0x70000000-0x71ffffff
 * config: bank 1 0x72000000-0x72ffffff
 * config: settings 0x72080000-0x720fffff
 */
#include "tests/check_corpus/board.h"

static const volatile uint32_t limits[4] = {7, 77, 777, 7777};

RAM int root(int input)
{
    return input + 1;
}

int main(void)
{
    OUTPUT = (uint32_t)root((int)INPUT);
    OUTPUT = limits[STATUS & 3u];
    return 0;
}
