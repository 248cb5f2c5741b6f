/*
 * rule: compiler-call
 * title: A builtin with an instruction
 * sound: clz is one instruction.
 */
#include "tests/check_corpus/board.h"

RAM int root(int input)
{
    return __builtin_clz(STATUS | 1u) + input;
}
