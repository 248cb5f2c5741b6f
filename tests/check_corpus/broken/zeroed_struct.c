/*
 * rule: compiler-call
 * title: A struct that is set to zero
 * broken: `= {0}` of 72 bytes becomes a call to memset, which lies in flash.
 * cure: Set each member by itself, through a volatile pointer or in a loop that the compiler cannot
 *   turn into memset, or place the C library's memset in RAM.
 */
#include "tests/check_corpus/board.h"

struct command {
    uint32_t word[18];
};

static RAM uint32_t send(volatile struct command *command)
{
    return command->word[0] + command->word[17];
}

RAM int root(int input)
{
    struct command command = {0};
    command.word[3] = (uint32_t)input;
    return (int)send(&command);
}
