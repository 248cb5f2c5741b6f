/*
 * rule: bank-shared
 * title: A constant in the settings' bank
 * broken: While the bank of the settings is written, main reads a constant that lies in it.
 * cure: Place constants in another bank than the settings.
 * bank: 0x72000000-0x72ffffff
 * config: bank 0 0x70000000-0x71ffffff
 * config: bank 1 0x72000000-0x72ffffff
 * config: settings 0x72080000-0x720fffff
 */
#include "tests/check_corpus/board.h"

__attribute__((section(".bank1"))) const volatile uint32_t limits[4] = {7, 77, 777, 7777};

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
