/*
 * rule: compiler-call call-dark veneer-dark
 * title: memmove by name
 * broken: memmove lies in flash.
 * cure: Write the loop, with volatile stores.
 */
#include "tests/check_corpus/board.h"

#include <string.h>

static char text[80];

RAM int root(int input)
{
    memmove(text + 1, text, 40u + (uint32_t)input);
    return text[0];
}
