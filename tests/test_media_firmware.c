/*
 * Goal    the real firmware image, with its brightness in an EEPROM, FRAM, MRAM, serial NOR or in
 *         the internal flash, finds the old brightness or the new one at its next start, whatever
 *         instant the power fails at, finds the same at the start after that, and misuses no part.
 * Method  the brightness application on the twin, typed at until the log has gone round its region.
 *         Then a few lines are recorded, and replayed from snapshots with a cut inside bytes of the
 *         bus, inside writes of the memory, and at seeded instants. The judge is
 *         tools/demo/oracle, which knows what was typed and answered. A sample is cut again in its
 *         recovery. The memory says itself what wore and what was done wrong.
 *
 * A share of the cuts is made, all of them with NACRE_CAMPAIGN=1.
 *
 * usage: test_media_firmware [RUN]      RUN: see runs below
 *
 * NACRE_CUT=line:kind:count:fraction:seed replays one cut; a failure prints that line.
 */
#include "tests/support/cmocka_all.h"
#include "tests/support/named.h"
#include "tools/demo/board.h"
#include "twin/mcu_flash.h"
#include "twin/parts/part.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IMAGES NACRE_FIRMWARE_DIR "/examples/brightness/brightness_"
#define LINES 6u
#define INSTANTS 800u /* with NACRE_CAMPAIGN */
#define RECOVERY_SAMPLE 4u /* every so-manieth cut is cut again in its recovery */
#define SEED 20u

/* What is run, in which memory. */
struct run {
    const char *name;
    const char *elf;
    const char *part;     /* NULL: the internal flash */
    unsigned warm;        /* lines typed before */
    unsigned byte_share;  /* one cut in so many bytes, without NACRE_CAMPAIGN */
    unsigned write_share;
    unsigned instants;    /* cuts at any, in all lines; without NACRE_CAMPAIGN */
    uint32_t step_bytes;  /* what wears as one, */
    uint32_t region_bytes; /* in the region */
};

static const struct run runs[] = {
    {"eeprom_i2c", IMAGES "m24c64.elf", "M24C64", 12, 1999, 29, 1, 32, 96u * 32u},
    {"eeprom_spi", IMAGES "25lc256.elf", "25LC256", 260, 1499, 7, 4, 64, 96u * 64u},
    {"fram_i2c", IMAGES "mb85rc256v.elf", "MB85RC256V", 12, 1999, 29, 1, 16, 4096},
    {"fram_spi", IMAGES "fm25v10.elf", "FM25V10", 300, 199, 3, 10, 16, 4096},
    {"mram", IMAGES "mr25h40.elf", "MR25H40", 300, 199, 3, 10, 16, 4096},
    {"spi_nor", IMAGES "w25q128jv.elf", "W25Q128JV", 250, 1499, 13, 1, 4096, 8u * 4096u},
    {"mcu_flash", IMAGES "mcu_flash.elf", NULL, 600, 1, 2, 10, 8192, 4u * 8192u},
};
static const struct run *run;
static struct board board;

/* The board before a line, and what that line moves. */
struct line {
    struct twin_snapshot *snapshot;
    struct oracle oracle;
    uint64_t byte_first, byte_end;
    uint64_t write_first, write_end;
    uint64_t begin_ps, end_ps;
};
static struct line lines[LINES];
static struct twin_snapshot *warm; /* below those of the lines */
static struct oracle warm_oracle;
static unsigned cuts;
static unsigned second_cuts;

struct point {
    unsigned line;
    struct twin_cut cut;
    uint64_t seed;
};

static uint64_t bytes_now(void)
{
    struct twin_bus_counts counts;
    twin_bus_counts_get(board.twin, &counts);
    return counts.bytes;
}

static uint64_t writes_now(void)
{
    struct twin_bus_counts counts;
    const struct mcu_flash *flash = twin_mcu_flash(board.twin);
    twin_bus_counts_get(board.twin, &counts);
    return run->part != NULL ? counts.writes : flash->program_count + flash->erase_count;
}

static void fail_at(const struct point *point, const char *what)
{
    struct twin_violation violation;
    twin_violation_get(board.twin, &violation);
    print_error("replay: NACRE_CUT=%u:%d:%llu:%.3f:%llu build/host/tests/test_media_firmware %s\n",
                point->line, (int)point->cut.kind,
                (unsigned long long)(point->cut.kind == TWIN_CUT_AT_TIME ? point->cut.time_ps
                                                                         : point->cut.count),
                point->cut.fraction, (unsigned long long)point->seed, run->name);
    fail_msg("%s: found %u, settled %u, wanted %u; %s %s %s", what, board.console.value,
             board.oracle.settled, board.oracle.wanted, board.fault,
             twin_violation_name(violation.kind), violation.detail);
}

static enum board_end type_line(unsigned number)
{
    char text[CONSOLE_LINE_BYTES];
    (void)snprintf(text, sizeof text, "set %u", number * 37u % 101u);
    return board_type(&board, text);
}

/* ---- a cut ---- */

static void boot_and_judge(const struct point *point, const char *which)
{
    const enum board_end end = board_boot(&board);
    const unsigned found = board.console.value;
    if (end != BOARD_READY || board.console.answer != CONSOLE_BRIGHTNESS) fail_at(point, which);
    if (!oracle_found(&board.oracle, found)) fail_at(point, which);
    if (!board_shows(&board, found)) fail_at(point, "the backlight");
}

/* In the recovery, where the bytes on the bus say; the internal flash has none: by the time. */
static void cut_recovery(const struct point *point)
{
    struct twin_cut cut = {.kind = TWIN_CUT_AT_BUS_BYTE, .fraction = 0.5,
                           .count = bytes_now() + 1u + point->seed * 131u % 900u};
    if (run->part == NULL) {
        cut.kind = TWIN_CUT_AT_TIME;
        cut.time_ps = twin_now_ps(board.twin) + (point->seed * 97u % 600u) * TWIN_PS_PER_MS / 100u;
    }
    twin_cut_plan(board.twin, &cut);
    const enum board_end end = board_boot(&board);
    if (end == BOARD_CUT) {
        second_cuts++;
    } else if (end != BOARD_READY) {
        fail_at(point, "in the recovery");
    } else {
        const struct twin_cut none = {.kind = TWIN_CUT_NONE};
        if (!oracle_found(&board.oracle, board.console.value)) fail_at(point, "boot to be cut");
        twin_cut_plan(board.twin, &none);
        twin_power_off(board.twin);
    }
}

static void cut_and_judge(const struct point *point)
{
    twin_restore(board.twin, lines[point->line].snapshot);
    board.oracle = lines[point->line].oracle;
    ledger_power_off(&board.ledger);
    twin_seed(board.twin, point->seed);
    twin_cut_plan(board.twin, &point->cut);
    enum board_end end = BOARD_READY;
    for (unsigned i = point->line; end == BOARD_READY && i < LINES; i++) {
        end = type_line(run->warm + i);
    }
    if (end == BOARD_READY) return; /* the seed drew other times, and it came too late */
    if (end != BOARD_CUT) fail_at(point, "before the cut");
    cuts++;
    if (cuts % RECOVERY_SAMPLE == 0) cut_recovery(point);
    boot_and_judge(point, "first boot after the cut");
    twin_power_off(board.twin);
    boot_and_judge(point, "second boot after the cut");
    if (type_line(point->line) != BOARD_READY || board.console.answer != CONSOLE_SAVED) {
        fail_at(point, "the set after it");
    }
}

/* ---- the session ---- */

static void record(unsigned i)
{
    struct line *line = &lines[i];
    twin_snapshot_free(board.twin, line->snapshot);
    *line = (struct line){.snapshot = twin_snapshot(board.twin), .oracle = board.oracle,
                          .byte_first = bytes_now(), .write_first = writes_now(),
                          .begin_ps = twin_now_ps(board.twin)};
    assert_non_null(line->snapshot);
    assert_int_equal(type_line(run->warm + i), BOARD_READY);
    assert_int_equal(board.console.answer, CONSOLE_SAVED);
    line->byte_end = bytes_now();
    line->write_end = writes_now();
    line->end_ps = twin_now_ps(board.twin);
}

/* Snapshots are a stack, and to restore one ends the newer ones: each test types the lines anew. */
static void retype(void)
{
    twin_restore(board.twin, warm);
    board.oracle = warm_oracle;
    ledger_power_off(&board.ledger);
    for (unsigned i = 0; i < LINES; i++) record(i);
}

/* A part's own counters: what no driver should do. */
static void check_no_misuse(void)
{
    if (run->part != NULL) {
        assert_int_equal(part_violations(twin_part(board.twin, 0)), 0);
    } else {
        assert_int_equal(twin_mcu_flash(board.twin)->double_programs, 0);
    }
}

static uint32_t wear_at(uint32_t addr)
{
    const struct mcu_flash *flash = twin_mcu_flash(board.twin);
    if (run->part == NULL) return flash->erases[4u + addr / MCU_FLASH_SECTOR_BYTES];
    return part_wear(twin_part(board.twin, 0), addr);
}

/* No place has more than one lap more than the mean; FRAM and MRAM do not wear. */
static void check_wear(void)
{
    uint64_t sum = 0;
    uint32_t most = 0;
    const uint32_t steps = run->region_bytes / run->step_bytes;
    for (uint32_t i = 0; i < steps; i++) {
        const uint32_t wear = wear_at(i * run->step_bytes);
        sum += wear;
        if (wear > most) most = wear;
    }
    print_message("%u places, %llu writes or erases of them, at most %u of one\n", steps,
                  (unsigned long long)sum, most);
    assert_true(most <= sum / steps + 2u);
}

static int setup(void **state)
{
    static char error[TWIN_ERROR_BYTES];
    struct twin_cfg cfg;
    (void)state;
    twin_cfg_default(&cfg);
    cfg.app_path = run->elf;
    cfg.part[0] = run->part;
    cfg.seed = SEED;
    if (board_create(&board, &cfg, error) != 0) {
        print_error("%s\n", error);
        return -1;
    }
    if (run->part == NULL) board_is_in_mcu_flash(&board);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    for (unsigned i = LINES; i-- > 0;) twin_snapshot_free(board.twin, lines[i].snapshot);
    twin_snapshot_free(board.twin, warm);
    board_destroy(&board);
    return 0;
}

static void test_media_firmware_boots_and_saves(void **state)
{
    (void)state;
    assert_int_equal(board_boot(&board), BOARD_READY);
    assert_int_equal(board.console.value, ORACLE_DEFAULT);
    for (unsigned i = 0; i < run->warm; i++) {
        if (type_line(i) != BOARD_READY || board.console.answer != CONSOLE_SAVED) {
            fail_msg("line %u: %s", i, board.console.error);
        }
    }
    check_no_misuse();
    check_wear();
    assert_int_equal(board_type(&board, "get"), BOARD_READY);
    assert_int_equal(board.console.value, (run->warm - 1u) * 37u % 101u);
    warm = twin_snapshot(board.twin);
    warm_oracle = board.oracle;
    assert_non_null(warm);
}

static bool is_campaign(void)
{
    return getenv("NACRE_CAMPAIGN") != NULL;
}

/* The newest line first. */
static void test_media_firmware_cut_in_bytes_of_the_bus_old_or_new(void **state)
{
    const unsigned share = is_campaign() ? 1u : run->byte_share;
    unsigned number = 0;
    (void)state;
    if (run->part == NULL) return; /* it has no bus */
    retype();
    for (unsigned i = LINES; i-- > 0;) {
        for (uint64_t at = lines[i].byte_first; at < lines[i].byte_end; at++) {
            const struct point point = {
                i, {.kind = TWIN_CUT_AT_BUS_BYTE, .count = at, .fraction = (double)(at % 9u) / 9.0},
                SEED + at};
            if (number++ % share == 0) cut_and_judge(&point);
        }
    }
    print_message("%u bytes, one cut in %u; %u cuts so far, %u again in the recovery\n", number,
                  share, cuts, second_cuts);
    assert_true(number > 50u * LINES);
}

static void test_media_firmware_cut_in_writes_old_or_new(void **state)
{
    static const double fractions[] = {0.02, 0.3, 0.6, 0.9, 0.99};
    const unsigned share = is_campaign() ? 1u : run->write_share;
    unsigned number = 0;
    (void)state;
    retype();
    for (unsigned i = LINES; i-- > 0;) {
        for (uint64_t at = lines[i].write_first; at < lines[i].write_end; at++) {
            for (unsigned f = 0; f < sizeof fractions / sizeof fractions[0]; f++) {
                const struct point point = {
                    i,
                    {.kind = run->part != NULL ? TWIN_CUT_IN_PART_WRITE : TWIN_CUT_IN_MCU_FLASH,
                     .count = at, .fraction = fractions[f]},
                    SEED + at * 8u + f};
                if (number++ % share == 0) cut_and_judge(&point);
            }
        }
    }
    print_message("%u places in writes, one cut in %u; %u cuts so far\n", number, share, cuts);
    assert_true(number >= 5u * LINES);
}

static void test_media_firmware_cut_at_instants_old_or_new(void **state)
{
    const unsigned count = is_campaign() ? INSTANTS : run->instants;
    (void)state;
    retype();
    for (unsigned i = LINES; i-- > 0;) {
        const uint64_t span = lines[i].end_ps - lines[i].begin_ps;
        for (unsigned n = 0; n * LINES < count; n++) {
            const uint64_t at = (n * 2654435761u + i * 40503u) % 1000u;
            const struct point point = {
                i, {.kind = TWIN_CUT_AT_TIME, .time_ps = lines[i].begin_ps + span / 1000u * at},
                SEED + n};
            cut_and_judge(&point);
        }
    }
    print_message("%u cuts in all, %u again in the recovery\n", cuts, second_cuts);
    assert_true(cuts > count / 2u && second_cuts > 0);
    check_no_misuse();
}

static void test_media_firmware_replayed_cut_old_or_new(void **state)
{
    struct point point = {0};
    int kind = 0;
    unsigned long long count = 0;
    unsigned long long seed = 0;
    test_media_firmware_boots_and_saves(state);
    const int n = sscanf(getenv("NACRE_CUT"), "%u:%d:%llu:%lf:%llu", &point.line, &kind, &count,
                         &point.cut.fraction, &seed);
    if (n != 5 || point.line >= LINES) fail_msg("NACRE_CUT is line:kind:count:fraction:seed");
    retype();
    point.cut.kind = (enum twin_cut_kind)kind;
    point.cut.count = count;
    point.cut.time_ps = count;
    point.seed = seed;
    cut_and_judge(&point);
}

int main(int argc, char **argv)
{
    run = named_row(runs, sizeof runs / sizeof runs[0], sizeof runs[0],
                    argc == 2 ? argv[1] : runs[0].name);
    if (argc > 2 || run == NULL) {
        print_error("usage: %s [RUN], RUN as in the first lines of the source\n", argv[0]);
        return 3;
    }
    const struct CMUnitTest all[] = {
        cmocka_unit_test(test_media_firmware_boots_and_saves),
        cmocka_unit_test(test_media_firmware_cut_in_bytes_of_the_bus_old_or_new),
        cmocka_unit_test(test_media_firmware_cut_in_writes_old_or_new),
        cmocka_unit_test(test_media_firmware_cut_at_instants_old_or_new),
    };
    const struct CMUnitTest replay[] = {
        cmocka_unit_test(test_media_firmware_replayed_cut_old_or_new)};
    if (getenv("NACRE_CUT") != NULL) return cmocka_run_group_tests(replay, setup, teardown);
    return cmocka_run_group_tests(all, setup, teardown);
}
