/*
 * A session with the brightness application: a few lines, typed around an erase, that can be typed
 * again from the state before any of them; and what each line sent to the chip.
 */
#ifndef TESTS_SUPPORT_CUT_SESSION_H
#define TESTS_SUPPORT_CUT_SESSION_H

#include "tools/demo/board.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SESSION_LINES 12u /* the twin keeps at most 16 snapshots */

/* The board before a line of the session, and what typing that line sends to the chip. */
struct session_line {
    struct twin_snapshot *snapshot;
    struct oracle oracle;
    unsigned number;
    uint64_t command_first, command_end;
    uint64_t operation_first, operation_end;
    uint64_t begin_ps, end_ps;
};

/* One at a time: the board of the program, and the lines typed at it. */
extern struct board session_board;
extern struct session_line session[SESSION_LINES];

/*
 * Build the board, type until so many erases were begun, and record the session around the next.
 *
 * Returns  0; -1: why was printed, nothing to end
 */
int session_open(struct twin_cfg *cfg, unsigned erases);
void session_close(void);

/* The line with that number, and the answer that all is well but the power. */
enum board_end session_type(unsigned number);

/* The board as it was before the line; its snapshots from there on are lost. */
void session_restore(const struct session_line *line);

/*
 * Snapshots are a stack: to restore one ends the newer ones. So each test begins by typing the
 * session again from its first snapshot, and then goes through the lines from the last to the
 * first.
 */
void session_retype(void);

/* Is this command of the session worth a cut, see command_log_stands_out? */
bool session_command_counts(uint64_t command);

/* The line in which an instant lies. */
unsigned session_line_at(uint64_t time_ps);

#endif
