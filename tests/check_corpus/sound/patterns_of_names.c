/*
 * rule: split-part
 * title: A function placed by its name, with its parts
 * sound: The pattern ends in a star, so it takes the clones and parts, too.
 * script: '-DNAMES=*(.text.fast_*)'
 * inputs: 0 1
 */
#include "tests/check_corpus/board.h"

__attribute__((noinline)) static int fast_send(int value, int kind)
{
    if (value == 0) return 0;
    OUTPUT = (uint32_t)value * (uint32_t)kind;
    return value + (int)STATUS;
}

RAM int root(int input)
{
    return fast_send(input, 3) + fast_send(input + 1, 3);
}
