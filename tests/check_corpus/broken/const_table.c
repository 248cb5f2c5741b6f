/*
 * rule: load-dark table-dark
 * title: A constant table
 * broken: `static const` places the table in .rodata, which lies in flash.
 * cure: Place the table in a section that is copied to RAM, or compute the value.
 */
#include "tests/check_corpus/board.h"

static const uint16_t waits[8] = {3, 9, 27, 81, 243, 729, 2187, 6561};

RAM int root(int input)
{
    return waits[(uint32_t)input & 7u];
}
