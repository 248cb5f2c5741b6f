/*
 * rule: compiler-call
 * title: The stack protector
 * broken: The compiler ends the function with a check that calls __stack_chk_fail in flash.
 *   The run
 *   changes the guard to get there.
 * cure: Compile the blackout's files with -fno-stack-protector.
 * flags: -fstack-protector-all
 * inputs: 0 1
 */
#include "tests/check_corpus/board.h"

extern uint32_t __stack_chk_guard;

RAM int root(int input)
{
    volatile uint8_t buf[16];
    buf[input & 15] = 3;
    if (input != 0) __stack_chk_guard ^= 0x100u;
    return buf[0];
}
