/*
 * rule: undecodable
 * title: Instructions of the DSP extension
 * sound: They compute on registers.
 */
#include "tests/check_corpus/board.h"

RAM int root(int input)
{
    uint32_t value = STATUS;
    __asm__ volatile("usat %0, #8, %0\n uxtb16 %0, %0\n rbit %0, %0\n clz %0, %0\n"
                     "smlabb %0, %0, %1, %1\n qadd %0, %0, %1\n bfi %0, %1, #3, #4"
                     : "+r"(value) : "r"(input));
    return (int)value;
}
