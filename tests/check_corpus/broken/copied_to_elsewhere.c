/*
 * rule: not-copied
 * title: A copy to the wrong place
 * broken: The symbol of the first address stands one alignment too late, so all code is
 *   shifted.
 * cure: Set the symbol inside the section, after its alignment.
 * script: -DSTART_LATE
 */
#include "tests/check_corpus/board.h"

RAM int root(int input)
{
    return input + (int)STATUS;
}
