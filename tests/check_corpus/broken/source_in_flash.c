/*
 * rule: pointer-dark load-dark
 * title: Data to write that lies in flash
 * broken: The page that is programmed is a constant: it is read while the flash is dark.
 * cure: Copy what is written to RAM before the blackout.
 */
#include "tests/check_corpus/board.h"

static const uint32_t page[16] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

RAM void page_program(const volatile uint32_t *from, int n)
{
    for (int i = 0; i < n; i++) {
        OUTPUT = from[i];
    }
}

RAM int root(int input)
{
    page_program(page, 8 + input);
    return input;
}
