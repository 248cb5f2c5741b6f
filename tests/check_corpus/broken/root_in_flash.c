/*
 * rule: root-gone
 * title: The blackout itself lies in flash
 * broken: The attribute is missing at the definition.
 * cure: Place the function in RAM.
 */
#include "tests/check_corpus/board.h"

int root(int input)
{
    MARK = 1;
    OUTPUT = (uint32_t)input;
    MARK = 0;
    return input;
}
