/*
 * rule: call-dark
 * title: A call from assembler
 * broken: The inline assembler loads the address of a function in flash and branches to it.
 * cure: Write it in C, or place the function in RAM.
 */
#include "tests/check_corpus/board.h"

__attribute__((used, noinline)) int status_read(int value)
{
    return value + (int)STATUS;
}

RAM int root(int input)
{
    register int value __asm__("r0") = input;
    __asm__ volatile("ldr r3, =status_read\n blx r3\n b 1f\n .ltorg\n1:"
                     : "+r"(value) : : "r1", "r2", "r3", "ip", "lr", "memory");
    return value;
}
