/*
 * rule: not-copied
 * title: A function among the initialised data
 * sound: The start-up copies it with .data.
 */
#include "tests/check_corpus/board.h"

__attribute__((section(".datacode"), noinline)) int late(int value)
{
    return value + (int)STATUS;
}

RAM int root(int input)
{
    OUTPUT = 1;
    return late(input);
}
