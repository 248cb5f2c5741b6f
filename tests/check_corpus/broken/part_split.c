/*
 * rule: split-part call-dark veneer-dark
 * title: A function in two parts
 * broken: The optimiser inlines the early exit and leaves the rest as fast_send.part.0, which
 *   the
 *   linker's pattern of names does not place.
 * cure: Place by an attribute or by file, and check by address.
 * script: '-DNAMES=*(.text.fast_send)'
 * only: gcc
 * inputs: 1
 */
#include "tests/check_corpus/board.h"

int fast_send(int value);
int fast_send(int value)
{
    if (value == 0) return 0;
    for (int i = 0; i < value; i++) {
        OUTPUT = (uint32_t)i;
        STATUS = (uint32_t)i * 3u;
        OUTPUT = STATUS + 4u;
        STATUS = OUTPUT ^ 77u;
        OUTPUT = STATUS * 5u;
        STATUS = OUTPUT - 12u;
        OUTPUT = STATUS + 7u;
    }
    return (int)STATUS;
}

RAM int root(int input)
{
    int sum = fast_send(input);
    sum += fast_send(input + (int)STATUS);
    return sum + fast_send(input * 2);
}
