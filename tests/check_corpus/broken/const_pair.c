/*
 * rule: load-dark compiler-call pointer-dark table-dark
 * title: A small struct that is copied
 * broken: Eight bytes are copied without a call, by loads from .rodata.
 * cure: Set the members one by one.
 */
#include "tests/check_corpus/board.h"

struct pair {
    uint32_t low, high;
};
static const struct pair first = {0x12345678, 0x9ABCDEF0};
static volatile struct pair kept;
const struct pair *volatile other;

RAM int root(int input)
{
    const volatile struct pair *const from = &first;
    kept = *from;
    return (int)kept.low + input;
}
