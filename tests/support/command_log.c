/*
 * The opcodes that a chip was sent, see command_log.h.
 */
#include "tests/support/command_log.h"

#include "tests/support/cmocka_all.h"

#define SAME 2u

void command_log_begin(struct command_log *log, uint64_t first)
{
    log->first = first;
    log->count = 0;
}

void command_log_note(struct command_log *log, const struct twin_event *event)
{
    if (event->kind != TWIN_EVENT_COMMAND) return;
    assert_int_equal(event->u.command.index, log->first + log->count);
    assert_true(log->count < COMMAND_LOG_MAX);
    log->opcodes[log->count++] = event->u.command.opcode;
}

bool command_log_stands_out(const struct command_log *log, uint64_t command)
{
    const uint64_t at = command - log->first;
    if (at < SAME || at + SAME >= log->count) return true;
    for (uint64_t i = at - SAME; i <= at + SAME; i++) {
        if (log->opcodes[i] != log->opcodes[at]) return true;
    }
    return false;
}
