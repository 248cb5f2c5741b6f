/*
 * rule: compiler-call
 * title: Profiling
 * broken: -pg calls __gnu_mcount_nc in flash at the begin of each function.
 * cure: Compile the blackout's files without -pg.
 * flags: -pg
 */
#include "tests/check_corpus/board.h"

__asm__(".text\n.thumb\n.global __gnu_mcount_nc\n.type __gnu_mcount_nc, %function\n"
        ".thumb_func\n__gnu_mcount_nc:\nmov ip, lr\npop {lr}\nbx ip\n"
        ".size __gnu_mcount_nc, .-__gnu_mcount_nc\n");

RAM int root(int input)
{
    return input + 1;
}
