/*
 * rule: compiler-call
 * title: A struct whose members are set one by one
 * sound: The stores are volatile, so no compiler makes memset of them.
 */
#include "tests/check_corpus/board.h"

struct command {
    volatile uint32_t word[4];
};

static RAM uint32_t send(struct command *command)
{
    return command->word[0] + command->word[3];
}

RAM int root(int input)
{
    struct command command;
    command.word[0] = 0;
    command.word[1] = 0;
    command.word[2] = 0;
    command.word[3] = (uint32_t)input;
    return (int)send(&command);
}
