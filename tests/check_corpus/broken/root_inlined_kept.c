/*
 * rule: root-gone
 * title: A blackout that is inlined, its own copy kept
 * broken: The copy in RAM is sound, but main runs the lines that it took in, in flash.
 * cure: Add noinline to the attribute.
 */
#include "tests/check_corpus/board.h"

RAM_INLINABLE __attribute__((used)) int root(int input)
{
    MARK = 1;
    OUTPUT = (uint32_t)input;
    MARK = 0;
    return input + 1;
}

__attribute__((used, section(".vectors"))) int (*const kept)(int) = root;

int main(void)
{
    OUTPUT = (uint32_t)root((int)INPUT);
    return 0;
}
