/*
 * rule: load-dark pointer-dark
 * title: A text in an array in RAM
 * sound: The characters lie in .data.
 * inputs: 2
 */
#include "tests/check_corpus/board.h"

static char text[] = "settings";

RAM int root(int input)
{
    int sum = 0;
    for (int i = 0; i <= input; i++) {
        sum += ((volatile char *)text)[i & 7];
        OUTPUT = (uint32_t)sum;
    }
    return sum;
}
