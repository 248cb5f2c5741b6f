/*
 * Goal    a reset of the MCU alone, at each flash command of a write by the real firmware image,
 *         ends in a running application that finds the old brightness or the new one, if the boot
 *         stage has the guard of examples/boot-guard; and what happens without it is known.
 * Method  the brightness application on the twin, started by a boot stage from internal flash. A
 *         few lines around an erase are typed, and typed again from a snapshot with a reset before
 *         and just after each command, and inside each program and erase. The chip keeps its power.
 *         The judge is tools/demo/oracle. Then the power goes and comes once more, and a line is
 *         saved.
 *
 * usage: test_reset_points [RUN]      RUN: see runs below
 *
 * NACRE_RESET=kind:count:fraction:seed replays one reset, a failure prints that line.
 * NACRE_CAMPAIGN=n tries one point in n instead of the run's share; 1: every one. Polls among polls
 * are left out.
 * NACRE_BOOT_HEX names ST's Boot_XIP.hex of STM32CubeH7RS 1.3.0, which is not part of this
 * repository (Projects/STM32H7S78-DK/Templates/Template_XIP/Binary); without it the runs with that
 * boot are skipped, and say so.
 */
#include "tests/support/command_log.h"
#include "tests/support/named.h"
#include "tools/demo/board.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define IMAGES NACRE_FIRMWARE_DIR "/examples/brightness/"
#define BANK_3 0x07FE0000u
#define BANK_0 0x01FE0000u /* the one that runs the image */
#define STAGES NACRE_FIRMWARE_DIR "/examples/boot-guard/"
#define JOIN NACRE_SOURCE_DIR "/examples/boot-guard/join.py"
#define ST_BOOT_SHA256 "e858286d12fa1d58dd92feb849825255c35bbbef0ab47a55ec4e874e93a15650"
#define LINES_MAX 2000u   /* of the warm-up; a guard, not a goal */
#define LINES_FIRST 20u   /* the first erases, of a region that was never used, are over */
#define SESSION_LINES 4u
#define LINES_BEFORE 2u   /* of the session, before the one in which the erase begins */
#define OPERATIONS_MAX 100u
#define ROWS_MAX 64u
#define SEED 31u
#define SLICE_PS (5u * TWIN_PS_PER_MS)
#define SLICES_MAX 1000u

/* What is to be true of a run. */
enum promise {
    ALL_RUN,   /* every reset ends in a running application, with the old value or the new one */
    SOME_DO_NOT
};

struct app {
    const char *elf;
    uint32_t addr; /* of its settings */
};
static const struct app read_while_write = {IMAGES "brightness.elf", BANK_3};
static const struct app sliced = {IMAGES "brightness_same_bank.elf", BANK_0};
static const struct app whole = {IMAGES "brightness_whole.elf", BANK_0};

struct run {
    const char *name;
    const struct app *app;
    const char *boot; /* file; NULL: ST's, as NACRE_BOOT_HEX names it */
    bool is_joined;   /* the guard is put before it by join.py */
    enum promise promise;
    enum twin_busy busy;
    unsigned share;   /* one point in so many, without NACRE_CAMPAIGN */
};

static const struct run runs[] = {
    {"with_guard", &read_while_write, STAGES "stage_with_guard.elf", false, ALL_RUN,
     TWIN_BUSY_TYPICAL, 3},
    {"with_guard_longest", &read_while_write, STAGES "stage_with_guard.elf", false, ALL_RUN,
     TWIN_BUSY_MAX, 7},
    {"with_guard_strobe", &read_while_write, STAGES "stage_with_guard_strobe.elf", false, ALL_RUN,
     TWIN_BUSY_TYPICAL, 3},
    {"with_guard_sliced", &sliced, STAGES "stage_with_guard.elf", false, ALL_RUN,
     TWIN_BUSY_TYPICAL, 401},
    {"with_guard_whole", &whole, STAGES "stage_with_guard.elf", false, ALL_RUN, TWIN_BUSY_TYPICAL,
     41},
    {"without_guard", &read_while_write, STAGES "stage_without_guard.elf", false, ALL_RUN,
     TWIN_BUSY_TYPICAL, 3},
    {"without_guard_longest", &read_while_write, STAGES "stage_without_guard.elf", false, ALL_RUN,
     TWIN_BUSY_MAX, 7},
    {"without_guard_sliced", &sliced, STAGES "stage_without_guard.elf", false, SOME_DO_NOT,
     TWIN_BUSY_TYPICAL, 41},
    {"without_guard_whole", &whole, STAGES "stage_without_guard.elf", false, SOME_DO_NOT,
     TWIN_BUSY_TYPICAL, 7},
    {"st", &read_while_write, NULL, false, ALL_RUN, TWIN_BUSY_TYPICAL, 23},
    {"st_longest", &read_while_write, NULL, false, SOME_DO_NOT, TWIN_BUSY_MAX, 23},
    {"st_sliced", &sliced, NULL, false, SOME_DO_NOT, TWIN_BUSY_TYPICAL, 211},
    {"st_whole", &whole, NULL, false, ALL_RUN, TWIN_BUSY_TYPICAL, 23},
    {"st_with_guard", &read_while_write, NULL, true, ALL_RUN, TWIN_BUSY_TYPICAL, 23},
    {"st_with_guard_longest", &read_while_write, NULL, true, ALL_RUN, TWIN_BUSY_MAX, 23},
    {"st_with_guard_sliced", &sliced, NULL, true, ALL_RUN, TWIN_BUSY_TYPICAL, 211},
    {"st_with_guard_whole", &whole, NULL, true, ALL_RUN, TWIN_BUSY_TYPICAL, 23},
};
static const struct run *run;
static const char *image; /* of the boot stage */

/* What the chip does, by its own events. */
struct chip {
    enum twin_command_class work; /* under way; TWIN_COMMAND_OTHER: none */
    uint16_t work_opcode;
    uint16_t opcode;              /* of the last command, or of the one that did not arrive */
};

/* Resets that struck the same chip in the same state, and how they ended. */
struct row {
    char state[48];
    char end[TWIN_ERROR_BYTES + 32];
    unsigned count;
    uint64_t longest_ps; /* from the reset to the prompt */
};

static struct board board;
static struct command_log commands; /* the session's */
static struct chip chip;
static struct chip chip_at_reset;
static struct twin_snapshot *session;
static struct oracle session_oracle;
static struct chip session_chip;
static unsigned session_number;
static uint64_t command_first, command_end, operation_first;
static bool is_erase[OPERATIONS_MAX]; /* by the session's operation */
static unsigned operations;
static bool is_recording;
static struct row rows[ROWS_MAX];
static unsigned row_count;
static unsigned points, running;

static void on_event(void *context, const struct twin_event *event)
{
    (void)context;
    const struct twin_command *const command = &event->u.command;
    if (event->kind == TWIN_EVENT_BUSY_END) chip.work = TWIN_COMMAND_OTHER;
    if (event->kind == TWIN_EVENT_RESET) chip_at_reset = chip;
    if (event->kind != TWIN_EVENT_COMMAND) return;
    if (is_recording) command_log_note(&commands, event);
    chip.opcode = command->opcode;
    if (command->busy_ps == 0) return;
    chip.work = command->class;
    chip.work_opcode = command->opcode;
    if (is_recording && operations < OPERATIONS_MAX) {
        is_erase[operations++] = command->class == TWIN_COMMAND_ERASE;
    }
}

static enum board_end type_number(unsigned number)
{
    char text[CONSOLE_LINE_BYTES];
    (void)snprintf(text, sizeof text, "set %u", number * 37u % 101u);
    return board_type(&board, text);
}

/* ---- the session ---- */

static void restore_session(void)
{
    twin_restore(board.twin, session);
    board.oracle = session_oracle;
    chip = session_chip;
}

static void keep_session(unsigned number)
{
    session = twin_snapshot(board.twin);
    assert_non_null(session);
    session_oracle = board.oracle;
    session_chip = chip;
    session_number = number;
    command_first = twin_command_count(board.twin);
    operation_first = twin_operation_count(board.twin);
}

/* Typed twice: once to learn in which line the erase begins, and again up to shortly before. */
static void record_session(void)
{
    unsigned number = 0;
    while (number < LINES_FIRST) assert_int_equal(type_number(number++), BOARD_READY);
    const uint64_t erases = board.ledger.erase_count;
    keep_session(number);
    while (board.ledger.erase_count == erases && number < LINES_MAX) {
        assert_int_equal(type_number(number++), BOARD_READY);
    }
    assert_true(number > LINES_FIRST + LINES_BEFORE && number < LINES_MAX);
    const unsigned last = number - LINES_BEFORE;
    restore_session();
    for (number = LINES_FIRST; number < last; number++) {
        assert_int_equal(type_number(number), BOARD_READY);
    }
    twin_snapshot_free(board.twin, session);
    keep_session(number);
    command_log_begin(&commands, command_first);
    is_recording = true;
    for (unsigned i = 0; i < SESSION_LINES; i++) {
        assert_int_equal(type_number(number++), BOARD_READY);
    }
    is_recording = false;
    command_end = twin_command_count(board.twin);
    assert_true(operations > 0 && operations < OPERATIONS_MAX);
}

/* ---- one reset ---- */

struct point {
    struct twin_cut at;
    uint64_t seed;
};

static void print_replay(const struct point *point)
{
    print_error("replay: NACRE_RESET=%d:%llu:%.2f:%llu build/host/tests/test_reset_points %s\n",
                (int)point->at.kind, (unsigned long long)point->at.count, point->at.fraction,
                (unsigned long long)point->seed, run->name);
}

/* From the session's first line to the reset; false if it never came. */
static bool run_to_reset(const struct point *point)
{
    restore_session();
    twin_seed(board.twin, point->seed);
    twin_reset_plan(board.twin, &point->at);
    for (unsigned i = 0; i < SESSION_LINES; i++) {
        const enum board_end end = type_number(session_number + i);
        if (end == BOARD_RESET) return true;
        assert_int_equal(end, BOARD_READY);
    }
    return false;
}

/* How a boot ended, in words; NULL: it runs, and found the old value or the new one. */
static const char *judge(enum board_end end)
{
    static char text[TWIN_ERROR_BYTES + 32];
    struct twin_violation violation;
    const unsigned found = board.console.value;
    struct oracle before = board.oracle;
    if (end == BOARD_READY && board.console.answer == CONSOLE_BRIGHTNESS &&
        oracle_found(&board.oracle, found) && board_shows(&board, found)) {
        return NULL;
    }
    board.oracle = before;
    twin_violation_get(board.twin, &violation);
    if (end == BOARD_VIOLATION) {
        (void)snprintf(text, sizeof text, "hangs: %s, %s", twin_violation_name(violation.kind),
                       violation.detail);
    } else if (end == BOARD_READY) {
        (void)snprintf(text, sizeof text, "runs, finds neither: %s",
                       board.console.error[0] != '\0' ? board.console.error : "no error said");
    } else {
        (void)snprintf(text, sizeof text, "hangs: %s", board.fault);
    }
    return text;
}

static void note(const char *state, const char *end, uint64_t took_ps)
{
    unsigned i = 0;
    while (i < row_count &&
           (strcmp(rows[i].state, state) != 0 || strcmp(rows[i].end, end) != 0)) {
        i++;
    }
    assert_true(i < ROWS_MAX);
    if (i == row_count) {
        row_count++;
        (void)snprintf(rows[i].state, sizeof rows[i].state, "%s", state);
        (void)snprintf(rows[i].end, sizeof rows[i].end, "%s", end);
    }
    rows[i].count++;
    if (took_ps > rows[i].longest_ps) rows[i].longest_ps = took_ps;
}

/* Where the reset struck, and what the chip did then. */
static const char *state_name(enum twin_cut_kind kind)
{
    static char text[sizeof rows[0].state];
    const bool is_inside = kind == TWIN_CUT_IN_OPERATION;
    const char *const where = kind == TWIN_CUT_BEFORE_COMMAND ? "before" : "after";
    const char *work = "idle";
    if (chip_at_reset.work == TWIN_COMMAND_PROGRAM) work = "programs";
    if (chip_at_reset.work == TWIN_COMMAND_ERASE) work = "erases";
    (void)snprintf(text, sizeof text, "%s %04X, chip %s", is_inside ? "inside" : where,
                   is_inside ? chip_at_reset.work_opcode : chip_at_reset.opcode, work);
    return text;
}

/* The power goes and comes, and a line is saved: what the reset left is no trap. */
static void judge_later(const struct point *point)
{
    twin_power_off(board.twin);
    const char *const wrong = judge(board_boot(&board));
    if (wrong != NULL) {
        print_replay(point);
        fail_msg("start after the next power on: %s", wrong);
    }
    assert_int_equal(type_number(session_number), BOARD_READY);
    assert_int_equal(board.console.answer, CONSOLE_SAVED);
}

/*
 * Up to the application or to the end of everything. In slices, for of a run that ends in a
 * violation the twin looks at each instruction once more.
 */
static void run_boot_stage(void)
{
    const struct twin_until until = {.app_entry = true, .for_ps = SLICE_PS};
    for (unsigned i = 0; i < SLICES_MAX; i++) {
        if (twin_run(board.twin, &until) != TWIN_STOP_TIME) return;
    }
}

static void reset_and_judge(const struct point *point)
{
    if (!run_to_reset(point)) return;
    points++;
    const uint64_t start_ps = twin_now_ps(board.twin);
    run_boot_stage();
    const char *const wrong = judge(board_boot(&board));
    note(state_name(point->at.kind), wrong == NULL ? "runs, old or new" : wrong,
         twin_now_ps(board.twin) - start_ps);
    if (wrong == NULL) {
        running++;
    } else if (run->promise == ALL_RUN) {
        print_replay(point);
        fail_msg("%s", wrong);
    }
    judge_later(point);
}

/* ---- all of them ---- */

static void print_rows(void)
{
    print_message("%s: %u resets, the application runs after %u\n", run->name, points, running);
    for (unsigned i = 0; i < row_count; i++) {
        print_message("  %s: %u times, up to %u ms: %s\n", rows[i].state, rows[i].count,
                      (unsigned)(rows[i].longest_ps / TWIN_PS_PER_MS), rows[i].end);
    }
}

static unsigned share(void)
{
    const char *const wanted = getenv("NACRE_CAMPAIGN");
    return wanted != NULL && atoi(wanted) > 0 ? (unsigned)atoi(wanted) : run->share;
}

static void reset_at_commands(enum twin_cut_kind kind)
{
    unsigned number = 0;
    for (uint64_t c = command_first; c < command_end; c++) {
        const struct point point = {{.kind = kind, .count = c}, SEED + c};
        if (!command_log_stands_out(&commands, c)) continue;
        if (number++ % share() == 0) reset_and_judge(&point);
    }
}

/* Each erase, and a share of the programs. */
static void reset_in_operations(void)
{
    static const double fractions[] = {0.05, 0.5, 0.95};
    for (unsigned op = 0; op < operations; op++) {
        if (!is_erase[op] && op % share() != 0) continue;
        for (size_t f = 0; f < sizeof fractions / sizeof fractions[0]; f++) {
            const struct point point = {{.kind = TWIN_CUT_IN_OPERATION,
                                         .count = operation_first + op,
                                         .fraction = fractions[f]},
                                        SEED + op * 4u + f};
            reset_and_judge(&point);
        }
    }
}

static void test_reset_at_each_command_of_a_write(void **state)
{
    (void)state;
    reset_at_commands(TWIN_CUT_BEFORE_COMMAND);
    reset_at_commands(TWIN_CUT_AFTER_COMMAND);
    reset_in_operations();
    print_rows();
    assert_true(points > 10u);
    if (run->promise == ALL_RUN) assert_int_equal(running, points);
    if (run->promise == SOME_DO_NOT) assert_true(running < points);
}

static void test_reset_replayed(void **state)
{
    struct point point = {0};
    int kind = 0;
    unsigned long long count = 0;
    unsigned long long seed = 0;
    (void)state;
    if (sscanf(getenv("NACRE_RESET"), "%d:%llu:%lf:%llu", &kind, &count, &point.at.fraction,
               &seed) != 4) {
        fail_msg("NACRE_RESET is kind:count:fraction:seed");
    }
    point.at.kind = (enum twin_cut_kind)kind;
    point.at.count = count;
    point.seed = seed;
    reset_and_judge(&point);
    print_rows();
}

/* ---- the boot stage ---- */

/* The figures in docs/reset.md are of this very image. */
static bool is_st_boot(const char *path)
{
    char command[1024];
    char sum[65] = "";
    (void)snprintf(command, sizeof command, "sha256sum '%s'", path);
    FILE *const pipe = popen(command, "r");
    if (pipe == NULL) return false;
    const bool is_read = fscanf(pipe, "%64s", sum) == 1;
    return pclose(pipe) == 0 && is_read && strcmp(sum, ST_BOOT_SHA256) == 0;
}

/* The boot image of the run, joined if need be; NULL: it cannot be had, which was said. */
static const char *boot_image(void)
{
    static char joined[128];
    char command[2048];
    const char *const path = run->boot != NULL ? run->boot : getenv("NACRE_BOOT_HEX");
    if (run->boot != NULL) return run->boot;
    if (path == NULL || !is_st_boot(path)) {
        print_message("skipped: NACRE_BOOT_HEX does not name ST's Boot_XIP.hex of 1.3.0\n");
        return NULL;
    }
    if (!run->is_joined) return path;
    (void)snprintf(joined, sizeof joined, "%s.hex", run->name);
    (void)snprintf(command, sizeof command, "python3 '" JOIN "' '%s' '" STAGES
                   "stage_before.hex' '%s'", path, joined);
    if (system(command) != 0) fail_msg("failed: %s", command);
    return joined;
}

static void test_reset_with_an_image_that_is_not_here(void **state)
{
    (void)state;
    skip();
}

static int setup(void **state)
{
    struct twin_cfg cfg;
    char error[TWIN_ERROR_BYTES];
    (void)state;
    twin_cfg_default(&cfg);
    cfg.app_path = run->app->elf;
    cfg.write_addr = run->app->addr;
    cfg.boot_path = image;
    cfg.busy = run->busy;
    cfg.seed = SEED;
    cfg.trace_chip_reads = true;
    if (board_create(&board, &cfg, error) != 0) {
        print_error("%s\n", error);
        return -1;
    }
    board.also = on_event;
    if (board_boot(&board) != BOARD_READY) return -1;
    record_session();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    twin_snapshot_free(board.twin, session);
    board_destroy(&board);
    return 0;
}

int main(int argc, char **argv)
{
    run = named_row(runs, sizeof runs / sizeof runs[0], sizeof runs[0],
                    argc == 2 ? argv[1] : runs[0].name);
    if (argc > 2 || run == NULL) {
        print_error("usage: %s [RUN]\n", argv[0]);
        return 3;
    }
    const struct CMUnitTest all[] = {cmocka_unit_test(test_reset_at_each_command_of_a_write)};
    const struct CMUnitTest replay[] = {cmocka_unit_test(test_reset_replayed)};
    const struct CMUnitTest none[] = {
        cmocka_unit_test(test_reset_with_an_image_that_is_not_here)};
    image = boot_image();
    if (image == NULL) return cmocka_run_group_tests(none, NULL, NULL);
    if (getenv("NACRE_RESET") != NULL) return cmocka_run_group_tests(replay, setup, teardown);
    return cmocka_run_group_tests(all, setup, teardown);
}
