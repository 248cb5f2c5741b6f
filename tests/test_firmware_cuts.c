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
 * The same for the other ways through a blackout: in slices and whole, in the bank that runs the
 * image; by two controllers; and for the images that run the blackout from other memories than ITCM
 * (docs/placement.md). A share of the cuts is made, all of them with NACRE_CAMPAIGN. But for one
 * lane the data cache is on: it shows old bytes where a line is not invalidated.
 *
 * usage: test_firmware_cuts [RUN [TESTS]]      RUN: see runs below; TESTS: a pattern of names
 *
 * NACRE_CUT=line:kind:count:fraction:seed replays one cut; a failure prints that line.
 * NACRE_CAMPAIGN=n makes every cut, at least 500 seeded instants and n times as many as without
 * it, and cuts the recovery at n times as many commands.
 */
#include "tests/support/cut_session.h"
#include "tests/support/named.h"

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
#define SHORT_LAPS 3u      /* of the runs that make a share of the cuts */
#define INSTANTS 500u
#define INSTANTS_WHOLE 500u  /* with NACRE_CAMPAIGN, at least */
#define RECOVERY_SAMPLE 25u /* every so-manieth cut is cut again in its recovery */
#define RECOVERY_CUTS 8u   /* at so many commands of it */
#define RECOVERY_CUTS_SHARE 3u
#define SEED 20u
#define MAIN_SHARE 3u      /* primes, so that they meet each kind of command */
#define PLACED_SHARE 19u
#define SLICED_SHARE 211u
#define WHOLE_SHARE 127u

/* What is run. */
struct run {
    const char *name;
    const char *elf;
    enum twin_tear tear;
    unsigned lanes;
    bool is_to_fail; /* wrong values are counted, and there must be some */
    unsigned share;  /* every so-manieth cut is made, without NACRE_CAMPAIGN */
    uint32_t addr;   /* of the settings */
};

struct point {
    unsigned line; /* index in the session */
    struct twin_cut cut;
    uint64_t seed; /* of what the cut leaves */
};

#define BANK_3 0x07FE0000u
#define BANK_0 0x01FE0000u /* the one that runs the image */
static const struct run runs[] = {
    {"two_lanes", IMAGES "brightness.elf", TWIN_TEAR_PAGE, 2, false, MAIN_SHARE, BANK_3},
    {"one_lane", IMAGES "brightness_one_lane.elf", TWIN_TEAR_GRANULE, 1, false, MAIN_SHARE, BANK_3},
    {"one_lane_in_pages", IMAGES "brightness_one_lane.elf", TWIN_TEAR_PAGE, 1, true, 1, BANK_3},
    {"axi_sram", IMAGES "brightness_axi_sram.elf", TWIN_TEAR_PAGE, 2, false, PLACED_SHARE, BANK_3},
    {"psram", IMAGES "brightness_psram.elf", TWIN_TEAR_PAGE, 2, false, PLACED_SHARE, BANK_3},
    {"internal_flash", IMAGES "brightness_internal_flash.elf", TWIN_TEAR_PAGE, 2, false,
     PLACED_SHARE, BANK_3},
    {"sliced", IMAGES "brightness_same_bank.elf", TWIN_TEAR_PAGE, 2, false, SLICED_SHARE, BANK_0},
    {"two_controllers", IMAGES "../two-controllers/two_controllers.elf", TWIN_TEAR_PAGE, 2, false,
     PLACED_SHARE, BANK_3},
    {"whole", IMAGES "brightness_whole.elf", TWIN_TEAR_PAGE, 2, false, WHOLE_SHARE, BANK_0},
};
static const struct run *run;
static unsigned wrong_values;
static uint64_t recovery_cuts;

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
    const unsigned count = oracle_allowed(&session_board.oracle, allowed);
    twin_violation_get(session_board.twin, &violation);
    print_replay(point);
    fail_msg("%s: found %u, allowed %u%s%u; %s %s %s at pc %08x (%s)", what, found, allowed[0],
             count == 2 ? " or " : ", last typed ", allowed[1], session_board.fault,
             twin_violation_name(violation.kind), violation.detail, violation.pc,
             violation.symbol);
}

/* Start the board and hold what it found against the oracle. */
static void boot_and_judge(const struct point *point, const char *which)
{
    const enum board_end end = board_boot(&session_board);
    const unsigned found = session_board.console.value;
    struct oracle before = session_board.oracle;
    if (run->is_to_fail && end == BOARD_READY) {
        wrong_values += !oracle_found(&session_board.oracle, found);
        return;
    }
    if (end != BOARD_READY || session_board.console.answer != CONSOLE_BRIGHTNESS ||
        !oracle_found(&session_board.oracle, found) || !board_shows(&session_board, found)) {
        session_board.oracle = before;
        fail_at(point, which, found);
    }
}

/* Two more boots: both may differ from nothing that was allowed, and not from each other. */
static void judge_after_cut(const struct point *point)
{
    boot_and_judge(point, "first boot after the cut");
    twin_power_off(session_board.twin);
    boot_and_judge(point, "second boot after the cut");
    if (run->is_to_fail) return;
    assert_int_equal(session_type(point->line), BOARD_READY);
    assert_int_equal(session_board.console.answer, CONSOLE_SAVED);
}

/* The board as it was before the line, and from there to the cut; false if the cut never came. */
static bool run_to_cut(const struct point *point)
{
    session_restore(&session[point->line]);
    twin_seed(session_board.twin, point->seed);
    twin_cut_plan(session_board.twin, &point->cut);
    for (unsigned i = point->line; i < SESSION_LINES; i++) {
        const enum board_end end = session_type(session[i].number);
        if (end == BOARD_CUT) return true;
        if (end != BOARD_READY) fail_at(point, "before the cut", 0);
    }
    return false;
}

/* One cut of so many. */
static unsigned share(void)
{
    return getenv("NACRE_CAMPAIGN") != NULL ? 1u : run->share;
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
    twin_restore(session_board.twin, torn);
    session_board.oracle = *oracle;
    twin_cut_plan(session_board.twin, &cut);
    const enum board_end end = board_boot(&session_board);
    if (end == BOARD_CUT) {
        recovery_cuts++;
        boot_and_judge(point, "boot after a cut in the recovery");
        twin_power_off(session_board.twin);
        boot_and_judge(point, "second boot after a cut in the recovery");
    } else if (end != BOARD_READY) {
        fail_at(point, "in the recovery", 0);
    }
}

static void cut_each_recovery_command(const struct point *point)
{
    const struct oracle oracle = session_board.oracle;
    struct twin_snapshot *torn = twin_snapshot(session_board.twin);
    assert_non_null(torn);
    const uint64_t first = twin_command_count(session_board.twin);
    boot_and_judge(point, "boot that is measured");
    const uint64_t end = twin_command_count(session_board.twin);
    const unsigned cuts =
        (share() == 1 ? RECOVERY_CUTS : RECOVERY_CUTS_SHARE) * campaign_factor();
    const uint64_t steps = end - first > cuts ? (end - first) / cuts : 1;
    for (uint64_t command = first; command < end; command += steps) {
        cut_recovery(point, torn, &oracle, command);
    }
    twin_restore(session_board.twin, torn);
    session_board.oracle = oracle;
    twin_snapshot_free(session_board.twin, torn);
}

static void cut_and_judge(const struct point *point, unsigned number)
{
    if (!run_to_cut(point)) return;
    if (number % RECOVERY_SAMPLE == 0) cut_each_recovery_command(point);
    judge_after_cut(point);
}

static int setup(void **state)
{
    struct twin_cfg cfg;
    (void)state;
    twin_cfg_default(&cfg);
    cfg.app_path = run->elf;
    cfg.tear = run->tear;
    cfg.dcache = run->lanes != 1;
    cfg.write_addr = run->addr;
    cfg.seed = SEED;
    print_message("%u lanes; a cut spoils %s being programmed\n", run->lanes,
                  run->tear == TWIN_TEAR_PAGE ? "the page" : "only the granules");
    return session_open(&cfg, (share() == 1 ? LAP_ERASES : SHORT_LAPS) * run->lanes);
}

static int teardown(void **state)
{
    (void)state;
    session_close();
    return 0;
}

static void cut_commands(enum twin_cut_kind kind)
{
    unsigned number = 0;
    session_retype();
    for (unsigned i = SESSION_LINES; i-- > 0;) {
        for (uint64_t c = session[i].command_first; c < session[i].command_end; c++) {
            const struct point point = {i, {.kind = kind, .count = c}, SEED + c};
            if (!session_command_counts(c)) continue;
            if (number++ % share() == 0) cut_and_judge(&point, number - 1u);
        }
    }
    print_message("%u cuts, 1 of %u made\n", number, share());
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
    session_retype();
    for (unsigned i = SESSION_LINES; i-- > 0;) {
        for (uint64_t op = session[i].operation_first; op < session[i].operation_end; op++) {
            for (size_t f = 0; f < sizeof fractions / sizeof fractions[0]; f++) {
                const struct point point = {
                    i,
                    {.kind = TWIN_CUT_IN_OPERATION, .count = op, .fraction = fractions[f]},
                    SEED + op * 16 + f};
                if (number++ % share() == 0) cut_and_judge(&point, number - 1u);
            }
        }
    }
    print_message("%u cuts, 1 of %u made\n", number, share());
    assert_true(number >= 9 * SESSION_LINES);
}

/* A generator of its own, so that the instants are the same on every machine. */
static uint64_t draw(uint64_t *state)
{
    *state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
    return *state >> 33;
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
        if (session_line_at(time) != line) continue;
        const struct point point = {line, {.kind = TWIN_CUT_AT_TIME, .time_ps = time}, SEED + n};
        cut_and_judge(&point, n);
        number++;
    }
    return number;
}

static void test_firmware_cut_at_seeded_instants_old_or_new(void **state)
{
    const unsigned whole = INSTANTS * campaign_factor();
    const bool is_campaign = getenv("NACRE_CAMPAIGN") != NULL;
    const unsigned count = is_campaign && whole < INSTANTS_WHOLE ? INSTANTS_WHOLE
                                                                  : whole / share();
    unsigned number = 0;
    (void)state;
    session_retype();
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

int main(int argc, char **argv)
{
    run = named_row(runs, sizeof runs / sizeof runs[0], sizeof runs[0],
                    argc >= 2 ? argv[1] : runs[0].name);
    if (argc > 3 || run == NULL) {
        print_error("usage: %s [RUN [TESTS]], see the first lines of the source\n", argv[0]);
        return 3;
    }
    if (argc == 3) cmocka_set_test_filter(argv[2]);
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
