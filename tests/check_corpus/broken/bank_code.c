/*
 * rule: bank-shared
 * title: Code in the settings' bank
 * broken: While the bank of the settings is written, main calls a function that lies in it.
 * cure: Place code in another bank than the settings.
 * bank: 0x72000000-0x72ffffff
 * config: bank 0 0x70000000-0x71ffffff
 * config: bank 1 0x72000000-0x72ffffff
 * config: settings 0x72080000-0x720fffff
 */
#include "tests/check_corpus/board.h"

__attribute__((section(".bank1.text"), noinline)) int far_away(int value)
{
    return value + (int)STATUS;
}

RAM int root(int input)
{
    return input + 1;
}

int main(void)
{
    OUTPUT = (uint32_t)root((int)INPUT);
    OUTPUT = (uint32_t)far_away(3);
    return 0;
}
