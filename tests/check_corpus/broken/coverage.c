/*
 * rule: compiler-call
 * title: Coverage of branches
 * broken: -fsanitize-coverage=trace-pc calls __sanitizer_cov_trace_pc in flash at each
 *   branch.
 * cure: Compile the blackout's files without it.
 * flags: -fsanitize-coverage=trace-pc
 */
#include "tests/check_corpus/board.h"

__asm__(".text\n.thumb\n.global __sanitizer_cov_trace_pc\n"
        ".type __sanitizer_cov_trace_pc, %function\n"
        ".thumb_func\n__sanitizer_cov_trace_pc:\nbx lr\n"
        ".size __sanitizer_cov_trace_pc, .-__sanitizer_cov_trace_pc\n");

RAM int root(int input)
{
    return (STATUS & 1u) ? input + 1 : input;
}
