/*
 * rule: load-dark
 * title: An address in halves by assembler
 * broken: movw and movt in inline assembler hold the address of a constant in flash.
 * cure: Place the constant in RAM.
 */
#include "tests/check_corpus/board.h"

__attribute__((used)) const uint32_t limits[4] = {7, 77, 777, 7777};

RAM int root(int input)
{
    uint32_t value;
    __asm__ volatile("movw %0, #:lower16:limits\n movt %0, #:upper16:limits\n ldr %0, [%0, #4]"
                     : "=r"(value));
    return (int)value + input;
}
