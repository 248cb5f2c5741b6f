/*
 * The opcodes that a chip was sent, and which of its commands are worth a cut or a reset.
 */
#ifndef TESTS_SUPPORT_COMMAND_LOG_H
#define TESTS_SUPPORT_COMMAND_LOG_H

#include "twin/twin.h"

#include <stdbool.h>
#include <stdint.h>

#define COMMAND_LOG_MAX 400000u

struct command_log {
    uint64_t first; /* index of the first command in it */
    uint32_t count;
    uint16_t opcodes[COMMAND_LOG_MAX];
};

/* Empty; the next command has that index. */
void command_log_begin(struct command_log *log, uint64_t first);

/* Note a command; other events are passed over. cfg.trace_chip_reads is on. */
void command_log_note(struct command_log *log, const struct twin_event *event);

/*
 * Does this command stand out from its neighbours? Not one inside a row of polls: two of the same
 * opcode come before it, and two after it.
 */
bool command_log_stands_out(const struct command_log *log, uint64_t command);

#endif
