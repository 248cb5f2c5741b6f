/*
 * rule: split-part call-dark veneer-dark
 * title: A clone with other arguments
 * broken: The optimiser replaces a pointer by what it points to: the clone has another name,
 *   which
 *   the linker's pattern does not place.
 * cure: Place by an attribute or by file, and check by address.
 * script: '-DNAMES=*(.text.fast_sum)'
 * only: gcc
 */
#include "tests/check_corpus/board.h"

struct job {
    int first, second, third;
};

__attribute__((noinline)) static int fast_sum(struct job *job, int unused)
{
    OUTPUT = (uint32_t)job->first;
    return job->second + (int)STATUS;
}

RAM int root(int input)
{
    struct job job = {input, 2, (int)STATUS};
    return fast_sum(&job, 3) + fast_sum(&job, 4);
}
