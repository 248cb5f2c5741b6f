/*
 * rule: split-part
 * title: A cold function with the attribute
 * sound: The attribute of the section is stronger than `cold`.
 * inputs: 0 3
 */
#include "tests/check_corpus/board.h"

RAM __attribute__((cold)) int fail(int value)
{
    OUTPUT = (uint32_t)value;
    return -value;
}

RAM int root(int input)
{
    return input == 3 ? fail(input) : input + 1;
}
