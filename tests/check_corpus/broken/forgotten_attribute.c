/*
 * rule: call-dark veneer-dark
 * title: A helper without the attribute
 * broken: The helper lies in flash. The linker joins both by a veneer, so each branch looks
 *   local.
 * cure: Give the helper the same section as its caller.
 */
#include "tests/check_corpus/board.h"

static FLASH uint32_t status_read(uint32_t mask)
{
    return STATUS & mask;
}

RAM int root(int input)
{
    return (int)status_read(1u << (input & 3));
}
