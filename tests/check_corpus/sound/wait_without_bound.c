/*
 * rule: loop-unbounded
 * title: A wait without a bound
 * sound: The loop is listed, and is no verdict.
 */
#include "tests/check_corpus/board.h"

RAM int root(int input)
{
    while ((STATUS & 1u) != 0) {
    }
    return input;
}
