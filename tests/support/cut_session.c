/*
 * A session with the brightness application, see cut_session.h.
 */
#include "tests/support/cut_session.h"

#include "tests/support/cmocka_all.h"
#include "tests/support/command_log.h"

#include <stdio.h>

#define LINES_MAX 6000u /* of the warm-up; a guard, not a goal */
#define LINES_BEFORE 4u /* of the session, before the one in which the erase begins */

struct board session_board;
struct session_line session[SESSION_LINES];
static struct board *const board = &session_board;
static struct twin_snapshot *warm; /* below the session's */
static struct command_log commands; /* the session's */
static bool is_recording;

static void on_event(void *context, const struct twin_event *event)
{
    (void)context;
    if (is_recording) command_log_note(&commands, event);
}

enum board_end session_type(unsigned number)
{
    char text[CONSOLE_LINE_BYTES];
    (void)snprintf(text, sizeof text, "set %u", number * 37u % 101u);
    return board_type(board, text);
}

/* One line, with what it sends counted. */
static void record_line(struct session_line *line, unsigned number)
{
    twin_snapshot_free(board->twin, line->snapshot);
    *line = (struct session_line){.snapshot = twin_snapshot(board->twin),
                                  .oracle = board->oracle,
                                  .number = number,
                                  .command_first = twin_command_count(board->twin),
                                  .operation_first = twin_operation_count(board->twin),
                                  .begin_ps = twin_now_ps(board->twin)};
    assert_non_null(line->snapshot);
    assert_int_equal(session_type(number), BOARD_READY);
    assert_int_equal(board->console.answer, CONSOLE_SAVED);
    line->command_end = twin_command_count(board->twin);
    line->operation_end = twin_operation_count(board->twin);
    line->end_ps = twin_now_ps(board->twin);
}

/*
 * The session is typed twice: once to learn in which line the next erase begins, and again from
 * the same state with a snapshot before each line.
 */
static void record_session(unsigned number)
{
    const struct oracle oracle = board->oracle;
    const uint64_t erases = board->ledger.erase_count;
    unsigned last = number;
    warm = twin_snapshot(board->twin);
    assert_non_null(warm);
    while (board->ledger.erase_count == erases && last < LINES_MAX) {
        assert_int_equal(session_type(last++), BOARD_READY);
    }
    assert_true(last - number > LINES_BEFORE && last < LINES_MAX);
    twin_restore(board->twin, warm);
    board->oracle = oracle;
    while (number < last - LINES_BEFORE) assert_int_equal(session_type(number++), BOARD_READY);
    command_log_begin(&commands, twin_command_count(board->twin));
    is_recording = true;
    for (unsigned i = 0; i < SESSION_LINES; i++) record_line(&session[i], number++);
    is_recording = false;
}

int session_open(struct twin_cfg *cfg, unsigned erases)
{
    char error[TWIN_ERROR_BYTES];
    unsigned number = 0;
    cfg->trace_chip_reads = true;
    if (board_create(board, cfg, error) != 0) {
        print_error("%s\n", error);
        return -1;
    }
    board->also = on_event;
    if (board_boot(board) != BOARD_READY) return -1;
    while (board->ledger.erase_count < erases && number < LINES_MAX) {
        if (session_type(number++) != BOARD_READY) return -1;
    }
    record_session(number);
    return 0;
}

void session_close(void)
{
    for (unsigned i = SESSION_LINES; i-- > 0;) {
        twin_snapshot_free(board->twin, session[i].snapshot);
    }
    twin_snapshot_free(board->twin, warm);
    board_destroy(board);
}

void session_restore(const struct session_line *line)
{
    twin_restore(board->twin, line->snapshot);
    board->oracle = line->oracle;
    assert_int_equal(twin_command_count(board->twin), line->command_first);
    assert_int_equal(twin_now_ps(board->twin), line->begin_ps);
}

void session_retype(void)
{
    session_restore(&session[0]);
    assert_int_equal(session_type(session[0].number), BOARD_READY);
    for (unsigned i = 1; i < SESSION_LINES; i++) record_line(&session[i], session[i].number);
}

bool session_command_counts(uint64_t command)
{
    return command_log_stands_out(&commands, command);
}

unsigned session_line_at(uint64_t time_ps)
{
    unsigned i = SESSION_LINES - 1;
    while (i > 0 && session[i].begin_ps > time_ps) i--;
    return i;
}
