/*
 * rule: load-dark
 * title: Wide constants
 * sound: The pool of constants lies behind the function, in RAM.
 */
#include "tests/check_corpus/board.h"

RAM int root(int input)
{
    OUTPUT = 0x12345678u;
    STATUS = 0x9ABCDEF1u;
    OUTPUT = 0x0F1E2D3Cu + (uint32_t)input;
    return (int)STATUS;
}
