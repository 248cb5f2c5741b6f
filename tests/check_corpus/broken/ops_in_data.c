/*
 * rule: data-pointer-dark
 * title: A struct of functions in initialised RAM
 * broken: The struct lies in RAM; its initial value names a function in flash. No relocation
 *   rule of a
 *   linker sees it.
 * cure: Call by name what the blackout needs, or place the functions in RAM.
 */
#include "tests/check_corpus/board.h"

struct ops {
    int (*volatile read)(int);
    volatile int limit;
};

static FLASH int read_in_flash(int value)
{
    return value + (int)STATUS;
}

__attribute__((used)) struct ops ops = {read_in_flash, 7};

RAM int root(int input)
{
    return ops.read(input) + 1;
}
