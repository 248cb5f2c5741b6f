/*
 * rule: call-dark veneer-dark
 * title: A helper without attribute that is always inlined
 * sound: Nothing of it is left outside its caller.
 */
#include "tests/check_corpus/board.h"

static inline __attribute__((always_inline)) uint32_t status_read(uint32_t mask)
{
    return STATUS & mask;
}

RAM int root(int input)
{
    return (int)status_read(1u << (input & 3));
}
