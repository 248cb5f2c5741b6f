/*
 * rule: load-dark pointer-dark table-dark
 * title: A string literal
 * broken: The characters lie in .rodata, and the loop reads them.
 * cure: Place an array of characters in RAM.
 * inputs: 2
 */
#include "tests/check_corpus/board.h"

RAM int root(int input)
{
    const char *text = "settings";
    int sum = 0;
    for (int i = 0; i <= input; i++) {
        sum += text[i & 7];
        OUTPUT = (uint32_t)sum;
    }
    return sum;
}
