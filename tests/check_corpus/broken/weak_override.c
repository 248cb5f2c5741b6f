/*
 * rule: call-dark veneer-dark
 * title: A weak function in RAM that is replaced
 * broken: The default lies in RAM; the application's own, which the linker takes, lies in
 *   flash.
 * cure: Give the replacement the section of the default.
 */
#include "tests/check_corpus/board.h"

int wait_hook(int value);

int wait_hook(int value)
{
    return value + (int)STATUS;
}

RAM int root(int input)
{
    return wait_hook(input) + 1;
}
