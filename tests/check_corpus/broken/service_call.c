/*
 * rule: svc-dark vector-dark
 * title: A service call
 * broken: svc takes its vector and its handler from flash.
 * cure: No svc in the blackout.
 */
#include "tests/check_corpus/board.h"

RAM int root(int input)
{
    __asm__ volatile("svc 0" ::: "r0", "r1", "r2", "r3", "ip", "lr", "memory");
    return input;
}
