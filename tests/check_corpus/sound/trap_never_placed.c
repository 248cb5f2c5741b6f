/*
 * rule: svc-dark
 * title: An end in RAM instead of a trap
 * sound: An error ends in a loop that lies in RAM.
 * inputs: 0 3
 */
#include "tests/check_corpus/board.h"

RAM int root(int input)
{
    while (input == 3) {
        OUTPUT = 1;
    }
    return input;
}
