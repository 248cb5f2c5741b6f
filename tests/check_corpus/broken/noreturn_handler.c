/*
 * rule: call-dark veneer-dark
 * title: An error handler that does not return
 * broken: The handler is called with no way back, and lies in flash.
 * cure: Stop in RAM, where a debugger can see it.
 * inputs: 0 5
 */
#include "tests/check_corpus/board.h"

static FLASH __attribute__((noreturn)) void error_handler(void)
{
    for (;;) {
        OUTPUT = 1;
    }
}

RAM int root(int input)
{
    if (input > 4) error_handler();
    return input;
}
