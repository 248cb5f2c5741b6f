/*
 * rule: load-dark pointer-dark
 * title: A number that looks like an address in flash
 * sound: It is an operand of arithmetic; nothing is read or called there.
 */
#include "tests/check_corpus/board.h"

RAM int root(int input)
{
    return (int)((STATUS ^ 0x70001234u) + (uint32_t)input);
}
