/*
 * rule: undecodable compiler-call
 * title: An atomic sum
 * sound: The processor has exclusive loads and stores, so no library is called.
 */
#include "tests/check_corpus/board.h"

static uint32_t count;

RAM int root(int input)
{
    return (int)__atomic_fetch_add(&count, 1u, __ATOMIC_RELAXED) + input;
}
