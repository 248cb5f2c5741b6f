/*
 * rule: not-copied
 * title: A copy from the wrong place
 * broken: The symbol of the load address names the begin of the flash.
 * cure: Take it from LOADADDR of the section.
 * script: -DLOAD_WRONG
 */
#include "tests/check_corpus/board.h"

RAM int root(int input)
{
    return input + (int)STATUS;
}
