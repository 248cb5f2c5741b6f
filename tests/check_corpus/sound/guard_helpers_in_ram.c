/*
 * rule: compiler-call
 * title: The stack protector with its guard in RAM
 * sound: __stack_chk_fail and the guard both lie in RAM.
 * flags: -fstack-protector-all
 */
#include "tests/check_corpus/board.h"

__attribute__((section(".ramfunc"), noinline, noreturn, used)) void __stack_chk_fail(void)
{
    for (;;) {
        OUTPUT = 1;
    }
}

RAM int root(int input)
{
    volatile uint8_t buf[16];
    buf[input & 15] = 3;
    return buf[0];
}
