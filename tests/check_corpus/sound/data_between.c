/*
 * rule: undecodable
 * title: Data between the instructions
 * sound: The code branches around the word.
 */
#include "tests/check_corpus/board.h"

RAM int root(int input)
{
    __asm__ volatile("b 1f\n .balign 4\n .word 0xf7f0a123\n 1:" ::: "memory");
    return input;
}
