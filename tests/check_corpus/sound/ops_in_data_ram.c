/*
 * rule: data-pointer-dark call-unknown
 * title: A struct of functions whose functions lie in RAM
 * sound: The struct can change at run time, so its call is named in the config file.
 * config: calls root read_in_ram
 */
#include "tests/check_corpus/board.h"

struct ops {
    int (*volatile read)(int);
    volatile int limit;
};

RAM int read_in_ram(int value)
{
    return value + (int)STATUS;
}

__attribute__((used)) struct ops ops = {read_in_ram, 7};

RAM int root(int input)
{
    return ops.read(input) + 1;
}
