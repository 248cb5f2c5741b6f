/*
 * rule: load-dark pointer-dark
 * title: An address that is compared
 * sound: The code asks whether an address lies in flash; it reads nothing there.
 * inputs: 0 5
 */
#include "tests/check_corpus/board.h"

RAM int root(int input)
{
    const uint32_t addr = STATUS * 3u + (uint32_t)input;
    return addr >= 0x70000000u && addr < 0x78000000u;
}
