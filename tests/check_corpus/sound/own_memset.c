/*
 * rule: compiler-call
 * title: memset in RAM
 * sound: The application's own memset lies in RAM, so the call that the compiler makes is
 *   harmless.
 */
#include "tests/check_corpus/board.h"

__attribute__((used)) RAM void *memset(void *to, int value, unsigned int n)
{
    volatile uint8_t *const bytes = to;
    for (unsigned int i = 0; i < n; i++) {
        bytes[i] = (uint8_t)value;
    }
    return to;
}

__attribute__((used)) RAM void __aeabi_memclr4(void *to, unsigned int n)
{
    (void)memset(to, 0, n);
}

__attribute__((used)) RAM void __aeabi_memclr8(void *to, unsigned int n)
{
    (void)memset(to, 0, n);
}

__attribute__((used)) RAM void __aeabi_memclr(void *to, unsigned int n)
{
    (void)memset(to, 0, n);
}

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
