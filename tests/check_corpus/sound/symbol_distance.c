/*
 * rule: load-dark pointer-dark
 * title: The distance of two symbols in flash
 * sound: Only the difference is used.
 */
#include "tests/check_corpus/board.h"

extern const uint32_t vectors[18];

RAM int root(int input)
{
    const uint32_t offset = (uint32_t)input + STATUS + 0x40u;
    return (int)(((uint32_t)vectors + offset) - 0x70000000u);
}
