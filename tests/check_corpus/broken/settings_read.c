/*
 * rule: load-dark table-dark pointer-dark
 * title: Flash read through its map
 * broken: The blackout reads the flash by its address, as main may.
 * cure: Read before the blackout.
 */
#include "tests/check_corpus/board.h"

RAM int root(int input)
{
    const volatile uint32_t *const settings = (const volatile uint32_t *)0x70000000u;
    return (int)settings[input & 1];
}
