/*
 * rule: call-dark veneer-dark
 * title: A weak function that nobody replaces
 * sound: The default lies in RAM.
 */
#include "tests/check_corpus/board.h"

int wait_hook(int value);

RAM int root(int input)
{
    return wait_hook(input) + 1;
}
