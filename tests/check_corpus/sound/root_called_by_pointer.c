/*
 * rule: root-gone
 * title: A root that is called through a pointer
 * sound: Nothing branches to the root by name; a table in flash names it.
 */
#include "tests/check_corpus/board.h"

typedef int (*entry)(int);
static const entry entries[2] = {root, root};

RAM int root(int input)
{
    return input + (int)STATUS;
}

int main(void)
{
    const volatile entry *const from = entries;
    OUTPUT = (uint32_t)from[STATUS & 1u]((int)INPUT);
    return 0;
}
