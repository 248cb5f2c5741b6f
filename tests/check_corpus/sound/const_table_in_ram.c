/*
 * rule: load-dark
 * title: A constant table in RAM
 * sound: The table lies in a section that is copied to RAM.
 */
#include "tests/check_corpus/board.h"

RAM_CONST const uint16_t waits[8] = {3, 9, 27, 81, 243, 729, 2187, 6561};

RAM int root(int input)
{
    return waits[(uint32_t)input & 7u];
}
