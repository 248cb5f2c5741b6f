/*
 * rule: load-dark pointer-dark table-dark
 * title: __func__
 * broken: The name of the function is a constant in .rodata.
 * cure: Pass a number.
 */
#include "tests/check_corpus/board.h"

RAM int root(int input)
{
    const char *const name = __func__;
    return name[(STATUS + (uint32_t)input) & 3u];
}
