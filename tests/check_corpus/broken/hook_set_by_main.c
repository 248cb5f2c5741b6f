/*
 * rule: call-unknown
 * title: A hook that main sets
 * broken: main, in flash, stores a function in flash; nothing in the blackout's code says
 *   which.
 * cure: Call by name. If there must be a hook, name its targets in the config file with
 *   `calls`.
 * expect: undecided
 */
#include "tests/check_corpus/board.h"

static int (*volatile hook)(int);

static FLASH int hook_in_flash(int value)
{
    return value + (int)STATUS;
}

RAM int root(int input)
{
    return hook(input) + 1;
}

int main(void)
{
    hook = hook_in_flash;
    OUTPUT = (uint32_t)root((int)INPUT);
    return 0;
}
