/*
 * rule: call-dark veneer-dark
 * title: main calls into RAM
 * sound: The branch into the blackout lies in flash, but it is run before.
 */
#include "tests/check_corpus/board.h"

static FLASH int prepare(int value)
{
    return value + (int)STATUS;
}

RAM int root(int input)
{
    return input + 1;
}

int main(void)
{
    const int ready = prepare((int)INPUT);
    OUTPUT = (uint32_t)root(ready);
    OUTPUT = (uint32_t)prepare(3);
    return 0;
}
