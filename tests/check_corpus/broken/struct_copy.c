/*
 * rule: compiler-call
 * title: A struct that is assigned
 * broken: The assignment of 72 bytes becomes a call to memcpy, which lies in flash.
 * cure: Copy member by member through a volatile pointer, or place the C library's memcpy in
 *   RAM.
 */
#include "tests/check_corpus/board.h"

struct command {
    uint32_t word[40];
};

static struct command first, second;

RAM int root(int input)
{
    first.word[input & 15] = (uint32_t)input;
    second = first;
    return (int)second.word[0];
}
