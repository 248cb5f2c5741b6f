/*
 * rule: jump-unknown call-unknown
 * title: A jump to an address from a register
 * broken: Assembler jumps to where a word in RAM says, which is flash.
 * cure: Branch to a name.
 * expect: undecided
 */
#include "tests/check_corpus/board.h"

static FLASH int step_in_flash(int value)
{
    return value + (int)STATUS;
}

RAM __attribute__((naked)) int jump(int value, uint32_t to)
{
    __asm__ volatile("mov pc, r1");
}

RAM int root(int input)
{
    return jump(input, OUTPUT) + 1;
}

int main(void)
{
    OUTPUT = (uint32_t)step_in_flash;
    OUTPUT = (uint32_t)root((int)INPUT);
    return 0;
}
