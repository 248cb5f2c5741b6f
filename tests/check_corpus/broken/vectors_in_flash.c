/*
 * rule: vector-dark
 * title: A live handler in RAM, its vector in flash
 * broken: The processor reads the handler's address from the vector table, which lies in
 *   flash.
 * cure: Copy the vector table to RAM and set VTOR.
 * config: live SysTick
 * config: vectors vectors
 * live: 15
 */
#include "tests/check_corpus/board.h"

RAM void SysTick_Handler(void)
{
    STATUS += 1;
}

RAM int root(int input)
{
    OUTPUT = 1;
    OUTPUT = 2;
    return input;
}
