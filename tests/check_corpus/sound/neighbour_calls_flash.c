/*
 * rule: call-dark veneer-dark
 * title: A neighbour in RAM that calls flash
 * sound: It lies in the same section, but no path from the root leads to it.
 */
#include "tests/check_corpus/board.h"

static FLASH int report(int value)
{
    OUTPUT = (uint32_t)value;
    return value;
}

RAM int afterwards(int value)
{
    return report(value) + 1;
}

RAM int root(int input)
{
    return input + (int)STATUS;
}

int main(void)
{
    OUTPUT = (uint32_t)afterwards(root((int)INPUT));
    return 0;
}
