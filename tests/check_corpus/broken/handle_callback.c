/*
 * rule: data-pointer-dark
 * title: A driver's handle with callbacks
 * broken: The handle points to a struct in RAM, which names a callback in flash.
 * cure: Leave callbacks out of the blackout.
 */
#include "tests/check_corpus/board.h"

struct bus {
    int (*volatile done)(int);
};
struct handle {
    struct bus *volatile bus;
    volatile uint32_t timeout;
};

static FLASH int done_in_flash(int value)
{
    return value + (int)STATUS;
}

__attribute__((used)) struct bus bus = {done_in_flash};
__attribute__((used)) struct handle handle = {&bus, 100};

RAM int root(int input)
{
    return handle.bus->done(input) + 1;
}
