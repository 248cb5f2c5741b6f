/*
 * rule: call-dark veneer-dark
 * title: A second name of a function in flash
 * broken: The alias has the place of what it names, which is flash.
 * cure: Place what is named in RAM.
 */
#include "tests/check_corpus/board.h"

static FLASH int read_in_flash(int value)
{
    return value + (int)STATUS;
}

int read_fast(int value) __attribute__((alias("read_in_flash"), noinline));

RAM int root(int input)
{
    return read_fast(input) + 1;
}
