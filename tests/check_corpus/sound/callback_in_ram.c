/*
 * rule: pointer-dark call-unknown
 * title: A callback in RAM that is passed
 * sound: What is passed lies in RAM. The function that calls its argument does not know that,
 *   so its
 *   targets are named in the config file.
 * config: calls each progress
 */
#include "tests/check_corpus/board.h"

RAM int progress(int value)
{
    return value + (int)STATUS;
}

RAM int each(int (*call)(int), int value)
{
    return call(value) + 1;
}

RAM int root(int input)
{
    int (*volatile chosen)(int) = progress;
    return each(chosen, input);
}
