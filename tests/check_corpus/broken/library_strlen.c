/*
 * rule: compiler-call call-dark veneer-dark
 * title: A call to the C library
 * broken: strlen lies in flash.
 * cure: Count outside the blackout and pass the length.
 */
#include "tests/check_corpus/board.h"

#include <string.h>

static char text[8];

RAM int root(int input)
{
    text[input & 3] = 'a';
    return (int)strlen(text);
}
