/*
 * rule: data-pointer-dark
 * title: An array of texts
 * broken: The array of pointers lies in RAM, the texts lie in flash.
 * cure: Use arrays of characters in RAM.
 * inputs: 1
 */
#include "tests/check_corpus/board.h"

const char *volatile names[3] = {"idle", "busy", "done"};

RAM int root(int input)
{
    const volatile char *const name = names[(STATUS + (uint32_t)input) % 3u];
    return name[1];
}
