/*
 * Goal    whatever instant the power fails at, the real firmware image finds the old brightness or
 *         the new one at its next start, finds the same at the start after that, and nothing in it
 *         ever touches the flash while it cannot be read.
 * Method  the brightness application on the twin, typed at until the log has gone once round its
 *         region: in two lanes, where a cut spoils the whole page, and in one lane, where it
 *         spoils only the granules that were being programmed. Then a session of a few lines
 *         around an erase is recorded, and replayed from snapshots with a cut before and just
 *         after each flash command, at nine places inside each program and erase, and at seeded
 *         instants. The judge is tools/demo/oracle, which knows what was typed and answered. A
 *         sample is cut again at each command of its recovery.
 *
 * That the page is worth two lanes is shown by the third run: one lane, and the page spoilt, must
 * end in wrong values.
 *
 * The images that run the blackout from other memories than ITCM (docs/placement.md) go through a
 * share of the same cuts, with a data cache that shows old bytes where one is not invalidated.
 *
 * usage: test_firmware_cuts [two_lanes | one_lane | one_lane_in_pages | axi_sram | psram |
 *                            internal_flash]
 *
 * NACRE_CUT=line:kind:count:fraction:seed replays one cut; a failure prints that line.
 * NACRE_CAMPAIGN=n makes n times as many seeded instants and cuts every recovery.
 */
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
#define LAP_ERASES 9u      /* a lane has 8 units: the ninth erase clears one that was used */
#define LINES_MAX 6000u    /* of the warm-up; a guard, not a goal */
#define SESSION_LINES 12u    /* the twin keeps at most 16 snapshots */
#define LINES_BEFORE 4u     /* of the session, before the one in which the erase begins */
#define INSTANTS 500u
#define RECOVERY_SAMPLE 25u /* every so-manieth cut is cut again in its recovery */
#define RECOVERY_CUTS 8u   /* at so many commands of it */
#define SEED 20u
#define PLACED_SHARE 19u   /* a prime, so that it meets each kind of command */

/* The board before a line of the session, and what typing that line sends to the chip. */
struct line {
    struct twin_snapshot *snapshot;
    struct oracle oracle;
    unsigned number;
    uint64_t command_first, command_end;
    uint64_t operation_first, operation_end;
    uint64_t begin_ps, end_ps;
};

/* What is run. */
struct run {
    const char *name;
    const char *elf;
    enum twin_tear tear;
    unsigned lanes;
    bool is_to_fail; /* wrong values are counted, and there must be some */
    unsigned share;  /* every so-manieth cut is made */
};

struct point {
    unsigned line; /* index in the session */
    struct twin_cut cut;
    uint64_t seed; /* of what the cut leaves */
};

static const struct run runs[] = {
    {"two_lanes", IMAGES "brightness.elf", TWIN_TEAR_PAGE, 2, false, 1},
    {"one_lane", IMAGES "brightness_one_lane.elf", TWIN_TEAR_GRANULE, 1, false, 1},
    {"one_lane_in_pages", IMAGES "brightness_one_lane.elf", TWIN_TEAR_PAGE, 1, true, 1},
    {"axi_sram", IMAGES "brightness_axi_sram.elf", TWIN_TEAR_PAGE, 2, false, PLACED_SHARE},
    {"psram", IMAGES "brightness_psram.elf", TWIN_TEAR_PAGE, 2, false, PLACED_SHARE},
    {"internal_flash", IMAGES "brightness_internal_flash.elf", TWIN_TEAR_PAGE, 2, false,
     PLACED_SHARE},
};
static const struct run *run;
static unsigned wrong_values;
static struct board board;
static struct line session[SESSION_LINES];
static struct twin_snapshot *warm; /* below the session's */
static uint64_t recovery_cuts;

static void write_line(unsigned number, char text[CONSOLE_LINE_BYTES])
{
    (void)snprintf(text, CONSOLE_LINE_BYTES, "set %u", number * 37u % 101u);
}

static enum board_end type_number(unsigned number)
{
    char text[CONSOLE_LINE_BYTES];
    write_line(number, text);
    return board_type(&board, text);
}

static void print_replay(const struct point *point)
{
    print_error("replay: NACRE_CUT=%u:%d:%llu:%.3f:%llu "
                "build/host/tests/test_firmware_cuts %s\n",
                point->line, (int)point->cut.kind,
                (unsigned long long)(point->cut.kind == TWIN_CUT_AT_TIME ? point->cut.time_ps
                                                                         : point->cut.count),
                point->cut.fraction, (unsigned long long)point->seed, run->name);
}

static void fail_at(const struct point *point, const char *what, unsigned found)
{
    unsigned allowed[ORACLE_ALLOWED_MAX];
    struct twin_violation violation;
    const unsigned count = oracle_allowed(&board.oracle, allowed);
    twin_violation_get(board.twin, &violation);
    print_replay(point);
    fail_msg("%s: found %u, allowed %u%s%u; %s %s %s at pc %08x (%s)", what, found, allowed[0],
             count == 2 ? " or " : ", last typed ", allowed[1], board.fault,
             twin_violation_name(violation.kind), violation.detail, violation.pc,
             violation.symbol);
}

/* Start the board and hold what it found against the oracle. */
static void boot_and_judge(const struct point *point, const char *which)
{
    const enum board_end end = board_boot(&board);
    const unsigned found = board.console.value;
    struct oracle before = board.oracle;
    if (run->is_to_fail && end == BOARD_READY) {
        wrong_values += !oracle_found(&board.oracle, found);
        return;
    }
    if (end != BOARD_READY || board.console.answer != CONSOLE_BRIGHTNESS ||
        !oracle_found(&board.oracle, found) || !board_shows(&board, found)) {
        board.oracle = before;
        fail_at(point, which, found);
    }
}

/* Two more boots: both may differ from nothing that was allowed, and not from each other. */
static void judge_after_cut(const struct point *point)
{
    boot_and_judge(point, "first boot after the cut");
    twin_power_off(board.twin);
    boot_and_judge(point, "second boot after the cut");
    if (run->is_to_fail) return;
    assert_int_equal(type_number(point->line), BOARD_READY);
    assert_int_equal(board.console.answer, CONSOLE_SAVED);
}

static void restore_line(const struct line *line)
{
    twin_restore(board.twin, line->snapshot);
    board.oracle = line->oracle;
    assert_int_equal(twin_command_count(board.twin), line->command_first);
    assert_int_equal(twin_now_ps(board.twin), line->begin_ps);
}

/* The board as it was before the line, and from there to the cut; false if the cut never came. */
static bool run_to_cut(const struct point *point)
{
    const struct line *line = &session[point->line];
    restore_line(line);
    twin_seed(board.twin, point->seed);
    twin_cut_plan(board.twin, &point->cut);
    for (unsigned i = point->line; i < SESSION_LINES; i++) {
        const enum board_end end = type_number(session[i].number);
        if (end == BOARD_CUT) return true;
        if (end != BOARD_READY) fail_at(point, "before the cut", 0);
    }
    return false;
}

static unsigned campaign_factor(void)
{
    const char *factor = getenv("NACRE_CAMPAIGN");
    return factor != NULL && atoi(factor) > 0 ? (unsigned)atoi(factor) : 1u;
}

/* Cut the recovery at one command of it, then judge. */
static void cut_recovery(const struct point *point, const struct twin_snapshot *torn,
                         const struct oracle *oracle, uint64_t command)
{
    const struct twin_cut cut = {.kind = TWIN_CUT_AFTER_COMMAND, .count = command};
    twin_restore(board.twin, torn);
    board.oracle = *oracle;
    twin_cut_plan(board.twin, &cut);
    const enum board_end end = board_boot(&board);
    if (end == BOARD_CUT) {
        recovery_cuts++;
        boot_and_judge(point, "boot after a cut in the recovery");
        twin_power_off(board.twin);
        boot_and_judge(point, "second boot after a cut in the recovery");
    } else if (end != BOARD_READY) {
        fail_at(point, "in the recovery", 0);
    }
}

static void cut_each_recovery_command(const struct point *point)
{
    const struct oracle oracle = board.oracle;
    struct twin_snapshot *torn = twin_snapshot(board.twin);
    assert_non_null(torn);
    const uint64_t first = twin_command_count(board.twin);
    boot_and_judge(point, "boot that is measured");
    const uint64_t end = twin_command_count(board.twin);
    const unsigned cuts = RECOVERY_CUTS * campaign_factor();
    const uint64_t steps = end - first > cuts ? (end - first) / cuts : 1;
    for (uint64_t command = first; command < end; command += steps) {
        cut_recovery(point, torn, &oracle, command);
    }
    twin_restore(board.twin, torn);
    board.oracle = oracle;
    twin_snapshot_free(board.twin, torn);
}

static void cut_and_judge(const struct point *point, unsigned number)
{
    if (!run_to_cut(point)) return;
    if (number % RECOVERY_SAMPLE == 0) cut_each_recovery_command(point);
    judge_after_cut(point);
}

/* One line, with what it sends counted. */
static void record_line(struct line *line, unsigned number)
{
    twin_snapshot_free(board.twin, line->snapshot);
    *line = (struct line){.snapshot = twin_snapshot(board.twin),
                          .oracle = board.oracle,
                          .number = number,
                          .command_first = twin_command_count(board.twin),
                          .operation_first = twin_operation_count(board.twin),
                          .begin_ps = twin_now_ps(board.twin)};
    assert_non_null(line->snapshot);
    assert_int_equal(type_number(number), BOARD_READY);
    assert_int_equal(board.console.answer, CONSOLE_SAVED);
    line->command_end = twin_command_count(board.twin);
    line->operation_end = twin_operation_count(board.twin);
    line->end_ps = twin_now_ps(board.twin);
}

/*
 * The session is typed twice: once to learn in which line the next erase begins, and again from
 * the same state with a snapshot before each line.
 */
static void record_session(unsigned number)
{
    const struct oracle oracle = board.oracle;
    const uint64_t erases = board.ledger.erase_count;
    struct twin_snapshot *start = twin_snapshot(board.twin);
    unsigned last = number;
    assert_non_null(start);
    while (board.ledger.erase_count == erases && last < LINES_MAX) {
        assert_int_equal(type_number(last++), BOARD_READY);
    }
    assert_true(last - number > LINES_BEFORE && last < LINES_MAX);
    twin_restore(board.twin, start);
    board.oracle = oracle;
    while (number < last - LINES_BEFORE) assert_int_equal(type_number(number++), BOARD_READY);
    for (unsigned i = 0; i < SESSION_LINES; i++) record_line(&session[i], number++);
    warm = start;
}

/*
 * Snapshots are a stack: to restore one ends the newer ones. So each test begins by typing the
 * session again from its first snapshot, and then goes through the lines from the last to the
 * first.
 */
static void retype_session(void)
{
    restore_line(&session[0]);
    assert_int_equal(type_number(session[0].number), BOARD_READY);
    for (unsigned i = 1; i < SESSION_LINES; i++) record_line(&session[i], session[i].number);
}

static int setup(void **state)
{
    struct twin_cfg cfg;
    char error[TWIN_ERROR_BYTES];
    unsigned number = 0;
    (void)state;
    twin_cfg_default(&cfg);
    cfg.app_path = run->elf;
    cfg.tear = run->tear;
    cfg.dcache = run->share != 1;
    cfg.seed = SEED;
    if (board_create(&board, &cfg, error) != 0) {
        print_error("%s\n", error);
        return -1;
    }
    print_message("%u lanes; a cut spoils %s being programmed\n", run->lanes,
                  run->tear == TWIN_TEAR_PAGE ? "the page" : "only the granules");
    if (board_boot(&board) != BOARD_READY) return -1;
    const unsigned laps = run->share == 1 ? LAP_ERASES : 3u;
    while (board.ledger.erase_count < laps * run->lanes && number < LINES_MAX) {
        if (type_number(number++) != BOARD_READY) return -1;
    }
    record_session(number);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    for (unsigned i = SESSION_LINES; i-- > 0;) {
        twin_snapshot_free(board.twin, session[i].snapshot);
    }
    twin_snapshot_free(board.twin, warm);
    board_destroy(&board);
    return 0;
}

static void cut_commands(enum twin_cut_kind kind)
{
    unsigned number = 0;
    retype_session();
    for (unsigned i = SESSION_LINES; i-- > 0;) {
        for (uint64_t c = session[i].command_first; c < session[i].command_end; c++) {
            const struct point point = {i, {.kind = kind, .count = c}, SEED + c};
            if (number++ % run->share == 0) cut_and_judge(&point, number - 1u);
        }
    }
    print_message("%u cuts, 1 of %u made\n", number, run->share);
    assert_true(number >= SESSION_LINES);
}

static void test_firmware_cut_before_each_command_old_or_new(void **state)
{
    (void)state;
    cut_commands(TWIN_CUT_BEFORE_COMMAND);
}

static void test_firmware_cut_after_each_command_old_or_new(void **state)
{
    (void)state;
    cut_commands(TWIN_CUT_AFTER_COMMAND);
}

static void test_firmware_cut_inside_each_operation_old_or_new(void **state)
{
    static const double fractions[] = {0.02, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99};
    unsigned number = 0;
    (void)state;
    retype_session();
    for (unsigned i = SESSION_LINES; i-- > 0;) {
        for (uint64_t op = session[i].operation_first; op < session[i].operation_end; op++) {
            for (size_t f = 0; f < sizeof fractions / sizeof fractions[0]; f++) {
                const struct point point = {
                    i,
                    {.kind = TWIN_CUT_IN_OPERATION, .count = op, .fraction = fractions[f]},
                    SEED + op * 16 + f};
                if (number++ % run->share == 0) cut_and_judge(&point, number - 1u);
            }
        }
    }
    print_message("%u cuts, 1 of %u made\n", number, run->share);
    assert_true(number >= 9 * SESSION_LINES);
}

/* A generator of its own, so that the instants are the same on every machine. */
static uint64_t draw(uint64_t *state)
{
    *state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
    return *state >> 33;
}

/* The line in which an instant lies. */
static unsigned line_at(uint64_t time_ps)
{
    unsigned i = SESSION_LINES - 1;
    while (i > 0 && session[i].begin_ps > time_ps) i--;
    return i;
}

/* The seeded instants that lie in one line; the lot is drawn anew for each, and is the same. */
static unsigned cut_instants_in(unsigned line, unsigned count)
{
    uint64_t lot = SEED;
    unsigned number = 0;
    const uint64_t begin = session[0].begin_ps;
    const uint64_t span = session[SESSION_LINES - 1].end_ps - begin;
    for (unsigned n = 0; n < count; n++) {
        const uint64_t high = draw(&lot) << 31;
        const uint64_t time = begin + (high | draw(&lot)) % span;
        if (line_at(time) != line) continue;
        const struct point point = {line, {.kind = TWIN_CUT_AT_TIME, .time_ps = time}, SEED + n};
        cut_and_judge(&point, n);
        number++;
    }
    return number;
}

static void test_firmware_cut_at_seeded_instants_old_or_new(void **state)
{
    const unsigned count = INSTANTS / run->share * campaign_factor();
    unsigned number = 0;
    (void)state;
    retype_session();
    for (unsigned i = SESSION_LINES; i-- > 0;) number += cut_instants_in(i, count);
    print_message("%u cuts; in all, %llu in a recovery\n", number,
                  (unsigned long long)recovery_cuts);
    assert_int_equal(number, count);
    assert_true(recovery_cuts > 0);
}

static void test_firmware_replayed_cut_old_or_new(void **state)
{
    struct point point = {0};
    int kind = 0;
    unsigned long long count = 0;
    unsigned long long seed = 0;
    (void)state;
    const int n = sscanf(getenv("NACRE_CUT"), "%u:%d:%llu:%lf:%llu", &point.line, &kind, &count,
                         &point.cut.fraction, &seed);
    if (n != 5 || point.line >= SESSION_LINES) {
        fail_msg("NACRE_CUT is line:kind:count:fraction:seed");
    }
    point.cut.kind = (enum twin_cut_kind)kind;
    point.cut.count = count;
    point.cut.time_ps = count;
    point.seed = seed;
    cut_and_judge(&point, 0);
}

static void test_firmware_cut_of_a_page_hurts_one_lane(void **state)
{
    test_firmware_cut_inside_each_operation_old_or_new(state);
    print_message("%u wrong values\n", wrong_values);
    assert_true(wrong_values > 0);
}

static bool choose(const char *name)
{
    for (size_t i = 0; i < sizeof runs / sizeof runs[0]; i++) {
        if (strcmp(name, runs[i].name) == 0) run = &runs[i];
    }
    return run != NULL;
}

int main(int argc, char **argv)
{
    if (argc > 2 || !choose(argc == 2 ? argv[1] : runs[0].name)) {
        print_error("usage: %s [RUN], RUN as in the first lines of the source\n", argv[0]);
        return 3;
    }
    const struct CMUnitTest all[] = {
        cmocka_unit_test(test_firmware_cut_before_each_command_old_or_new),
        cmocka_unit_test(test_firmware_cut_after_each_command_old_or_new),
        cmocka_unit_test(test_firmware_cut_inside_each_operation_old_or_new),
        cmocka_unit_test(test_firmware_cut_at_seeded_instants_old_or_new),
    };
    const struct CMUnitTest replay[] = {cmocka_unit_test(test_firmware_replayed_cut_old_or_new)};
    const struct CMUnitTest pages[] = {
        cmocka_unit_test(test_firmware_cut_of_a_page_hurts_one_lane)};
    if (run->is_to_fail) return cmocka_run_group_tests(pages, setup, teardown);
    if (getenv("NACRE_CUT") != NULL) return cmocka_run_group_tests(replay, setup, teardown);
    return cmocka_run_group_tests(all, setup, teardown);
}
