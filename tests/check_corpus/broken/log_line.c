/*
 * rule: call-dark veneer-dark pointer-dark compiler-call
 * title: A line to the log
 * broken: printf and its format lie in flash.
 * cure: Note a number in RAM and print it after the blackout.
 */
#include "tests/check_corpus/board.h"

#include <stdio.h>

RAM int root(int input)
{
    printf("status %d\n", input);
    return input;
}
