/*
 * rule: call-unknown
 * title: A callback whose targets nobody names
 * sound: What is passed lies in RAM; the checker cannot see that nothing else is.
 * expect: undecided
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
    return each(progress, input);
}
