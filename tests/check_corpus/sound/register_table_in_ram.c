/*
 * rule: load-dark table-dark
 * title: A table of register addresses in RAM
 * sound: Table and registers are lit.
 */
#include "tests/check_corpus/board.h"

RAM_CONST volatile uint32_t *const outputs[3] = {&OUTPUT, &STATUS, &REG(0x50000018u)};

RAM int root(int input)
{
    *outputs[(uint32_t)input % 3u] = 5;
    return input;
}
