/*
 * rule: compiler-call
 * title: A 32-bit division
 * sound: The processor has an instruction for it.
 */
#include "tests/check_corpus/board.h"

RAM int root(int input)
{
    return (int)(((uint32_t)input + 100u) / (STATUS | 3u));
}
