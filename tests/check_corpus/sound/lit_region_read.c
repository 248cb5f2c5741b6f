/*
 * rule: load-dark
 * title: A read below the dark range
 * sound: The address lies in RAM, one word before its end.
 */
#include "tests/check_corpus/board.h"

RAM int root(int input)
{
    const volatile uint32_t *const last = (const volatile uint32_t *)0x2407FFFCu;
    return (int)last[0] + input;
}
