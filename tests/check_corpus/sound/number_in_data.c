/*
 * rule: data-pointer-dark
 * title: A number in RAM below the dark range
 * sound: The word that is loaded is an address in RAM's alias, not in the dark range.
 */
#include "tests/check_corpus/board.h"

static volatile uint32_t number = 0x6FFFFFFFu;

RAM int root(int input)
{
    return (int)number + input;
}
