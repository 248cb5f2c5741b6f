/*
 * rule: svc-dark undecodable vector-dark
 * title: A word that is no instruction
 * broken: Data between the instructions is executed: HardFault, whose handler lies in flash.
 * cure: Branch around data, and mark it by `.word`.
 * inputs: 0
 */
#include "tests/check_corpus/board.h"

RAM int root(int input)
{
    __asm__ volatile(".inst.w 0xf7f0a123" ::: "memory");
    return input;
}
