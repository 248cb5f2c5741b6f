/*
 * rule: compiler-call
 * title: A division by a constant
 * sound: A multiplication does it, or the instruction.
 */
#include "tests/check_corpus/board.h"

RAM int root(int input)
{
    return (int)((STATUS + (uint32_t)input) / 10u);
}
