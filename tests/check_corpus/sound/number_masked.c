/*
 * rule: load-dark pointer-dark
 * title: A mask with the bits of an address
 * sound: 0x70000000 is a mask here.
 */
#include "tests/check_corpus/board.h"

RAM int root(int input)
{
    return (int)((STATUS + (uint32_t)input) & 0x70000000u);
}
