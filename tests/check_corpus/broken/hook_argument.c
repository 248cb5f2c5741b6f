/*
 * rule: call-unknown
 * title: A callback that main passes
 * broken: The root calls its argument, which main took from flash.
 * cure: Call by name.
 * expect: undecided
 */
#include "tests/check_corpus/board.h"

static FLASH int step_in_flash(int value)
{
    return value + (int)STATUS;
}

RAM int work(int (*call)(int), int value)
{
    return call(value) + 1;
}

RAM int root(int input)
{
    return work((int (*)(int))STATUS, input);
}

int main(void)
{
    STATUS = (uint32_t)step_in_flash;
    OUTPUT = (uint32_t)root((int)INPUT);
    return 0;
}
