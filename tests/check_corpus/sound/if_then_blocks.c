/*
 * rule: undecodable call-dark
 * title: Conditional instructions
 * sound: A conditional return and conditional loads stay in RAM.
 * inputs: 0 4
 */
#include "tests/check_corpus/board.h"

RAM __attribute__((naked)) int choose(int value)
{
    __asm__ volatile("cmp r0, #3\n it gt\n bxgt lr\n cmp r0, #0\n ite eq\n moveq r0, #7\n"
                     "movne r0, #9\n bx lr");
}

RAM int root(int input)
{
    return choose(input) + 1;
}
