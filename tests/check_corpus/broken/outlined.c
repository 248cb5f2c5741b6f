/*
 * rule: split-part call-dark veneer-dark
 * title: Code that a compiler takes out of functions
 * broken: clang's outliner moves equal lines of functions in RAM to OUTLINED_FUNCTION_0 in
 *   flash.
 * cure: Compile the blackout's files with -mno-outline.
 * flags: -mllvm -enable-machine-outliner=always
 * only: clang not lto not O0
 * script: '-DNAMES=*(.text.fast_one .text.fast_two)'
 */
#include "tests/check_corpus/board.h"

#define SAME \
    OUTPUT = 0x11223344u; STATUS = 0x55667788u; OUTPUT = 0x99AABBCCu; STATUS = 0xDDEEFF00u; \
    OUTPUT = 0x12345678u; STATUS = 0x9ABCDEF0u; OUTPUT = 0x0FEDCBA9u; STATUS = 0x87654321u

__attribute__((noinline)) int fast_one(int value)
{
    SAME;
    return value + 1;
}

__attribute__((noinline)) int fast_two(int value)
{
    SAME;
    return value * 3;
}

RAM int root(int input)
{
    return fast_one(input) + fast_two(input);
}
