/*
 * rule: data-pointer-dark
 * title: A pointer in RAM that the blackout does not load
 * sound: The struct names a function in flash, but the blackout reads another member.
 */
#include "tests/check_corpus/board.h"

struct ops {
    int (*volatile read)(int);
    volatile int limit;
};

FLASH int read_in_flash(int value)
{
    return value + (int)STATUS;
}

__attribute__((used)) struct ops ops = {read_in_flash, 7};

RAM int root(int input)
{
    return ops.limit + input;
}

int main(void)
{
    OUTPUT = (uint32_t)root(ops.read((int)INPUT));
    return 0;
}
