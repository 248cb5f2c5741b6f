/*
 * rule: load-dark table-dark
 * title: A table of register addresses
 * broken: The registers are lit, but the table of their addresses lies in flash.
 * cure: Place the table in RAM, or name the registers in the code.
 */
#include "tests/check_corpus/board.h"

static volatile uint32_t *const outputs[3] = {&OUTPUT, &STATUS, &REG(0x50000018u)};

RAM int root(int input)
{
    *outputs[(uint32_t)input % 3u] = 5;
    return input;
}
