/*
 * rule: pointer-dark
 * title: The address of a block in the chip
 * sound: A command takes an address in the chip, which counts from 0; the code adds nothing.
 */
#include "tests/check_corpus/board.h"

RAM void erase(uint32_t chip_addr)
{
    OUTPUT = 0x21DEu;
    OUTPUT = chip_addr;
}

RAM int root(int input)
{
    erase(0x00080000u + (uint32_t)input * 4096u);
    return input;
}
