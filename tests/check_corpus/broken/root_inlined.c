/*
 * rule: root-gone
 * title: A blackout that is inlined
 * broken: The only caller, in flash, takes the function in; no function of the name is left
 *   in RAM.
 * cure: Add noinline to the attribute.
 * only: not O0
 */
#include "tests/check_corpus/board.h"

static RAM_INLINABLE __attribute__((always_inline)) inline int blackout(int input)
{
    MARK = 1;
    OUTPUT = (uint32_t)input;
    MARK = 0;
    return input + 1;
}

int main(void)
{
    OUTPUT = (uint32_t)blackout((int)INPUT);
    return 0;
}
