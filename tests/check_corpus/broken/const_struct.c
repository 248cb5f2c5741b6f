/*
 * rule: load-dark table-dark
 * title: A configuration in a const struct
 * broken: The struct of timings lies in flash.
 * cure: Copy it to RAM before the blackout and pass that.
 */
#include "tests/check_corpus/board.h"

struct timing {
    uint32_t program_us, erase_us, wait;
};
const struct timing timing = {400, 400000, 7};
const struct timing *volatile chosen;

RAM int root(int input)
{
    __asm__ volatile("" ::: "memory");
    const volatile struct timing *const own = &timing;
    return (int)own->erase_us + input;
}
