/*
 * rule: data-pointer-dark
 * title: A handle that points to registers
 * sound: The pointer in RAM leads to a peripheral, which is lit.
 */
#include "tests/check_corpus/board.h"

struct handle {
    volatile uint32_t *volatile base;
};
static struct handle handle = {&OUTPUT};

RAM int root(int input)
{
    handle.base[0] = (uint32_t)input;
    return (int)handle.base[1];
}
