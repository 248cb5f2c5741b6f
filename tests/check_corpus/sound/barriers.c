/*
 * rule: undecodable svc-dark
 * title: Barriers, hints and special registers
 * sound: None of them is an exception or a branch.
 */
#include "tests/check_corpus/board.h"

RAM int root(int input)
{
    uint32_t primask;
    __asm__ volatile("mrs %0, primask\n cpsid i\n dsb\n isb\n dmb\n nop\n clrex" : "=r"(primask)
                     : : "memory");
    OUTPUT = (uint32_t)input;
    __asm__ volatile("msr primask, %0\n isb" : : "r"(primask) : "memory");
    return input;
}
