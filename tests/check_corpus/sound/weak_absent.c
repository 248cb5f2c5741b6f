/*
 * rule: call-dark veneer-dark jump-unknown
 * title: A weak function that does not exist
 * sound: Its address is 0, and the code asks first.
 *   lld writes the call as a branch to the next instruction, which may be left undecided.
 * expect: undecided
 */
#include "tests/check_corpus/board.h"

__attribute__((weak)) int absent(int value);

RAM int root(int input)
{
    if (absent) return absent(input);
    return input + 2;
}
