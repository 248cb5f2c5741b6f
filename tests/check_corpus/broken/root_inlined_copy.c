/*
 * rule: root-gone
 * title: A blackout that is inlined, its own copy removed
 * broken: main takes the function in, and the linker removes the copy that nobody calls.
 * cure: Add noinline to the attribute.
 */
#include "tests/check_corpus/board.h"

RAM_INLINABLE int root(int input)
{
    MARK = 1;
    OUTPUT = (uint32_t)input;
    MARK = 0;
    return input + 1;
}

int main(void)
{
    OUTPUT = (uint32_t)root((int)INPUT);
    return 0;
}
