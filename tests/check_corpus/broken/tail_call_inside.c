/*
 * rule: call-dark veneer-dark
 * title: A tail call two functions down
 * broken: root calls RAM, which calls RAM, which ends in flash.
 * cure: Place the whole chain in RAM.
 */
#include "tests/check_corpus/board.h"

static FLASH int finish(int value)
{
    OUTPUT = (uint32_t)value;
    return value;
}

static RAM int second(int value)
{
    STATUS = 2;
    return finish(value * 3);
}

static RAM int first(int value)
{
    return second(value + 1) + 1;
}

RAM int root(int input)
{
    return first(input) + 1;
}
