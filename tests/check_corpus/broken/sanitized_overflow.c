/*
 * rule: compiler-call
 * title: A sanitizer for overflow
 * broken: The sum is checked, and its handler __ubsan_handle_add_overflow lies in flash.
 * cure: Compile the blackout's files with -fno-sanitize=all.
 * flags: -fsanitize=signed-integer-overflow
 * inputs: 0 2147483647
 */
#include "tests/check_corpus/board.h"

FLASH void __ubsan_handle_add_overflow(void *data, void *a, void *b)
{
    OUTPUT = (uint32_t)data + (uint32_t)a + (uint32_t)b;
}

RAM int root(int input)
{
    return input + (int)(STATUS | 1u);
}
