/*
 * rule: call-dark veneer-dark
 * title: A weak function that does not exist
 * sound: Its address is 0, and the code asks first.
 */
#include "tests/check_corpus/board.h"

__attribute__((weak)) int absent(int value);

RAM int root(int input)
{
    if (absent) return absent(input);
    return input + 2;
}
