/*
 * rule: call-dark veneer-dark compiler-call
 * title: A static inline function that is not inlined
 * broken: Without optimisation it is a function of its own, in flash.
 * cure: always_inline, or a section attribute that is right in both cases.
 */
#include "tests/check_corpus/board.h"

static inline uint32_t status_read(uint32_t mask)
{
    return STATUS & mask;
}

RAM int root(int input)
{
    return (int)status_read(1u << (input & 3));
}
