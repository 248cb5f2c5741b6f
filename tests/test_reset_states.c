/*
 * Goal    the guard of examples/boot-guard brings the flash back from every state in which a reset
 *         of the MCU alone may find it, lets end what was under way, and reports what it found; a
 *         reset or a power cut in its own work does no harm.
 * Method  the image tests/twin_fw/left.c puts the chip into a protocol and a state, then the MCU is
 *         reset. Started by the guarded stage it must come up again, which needs a flash that can
 *         be read. What was erased or programmed is read from the chip's array. Expected reports
 *         are written here. A second reset strikes after each command of the guard.
 *
 * NACRE_LEFT=protocol and state tries that one only.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "examples/boot-guard/boot_guard.h"
#include "tests/support/board_bed.h"
#include "tests/support/cmocka_all.h"

#define STAGES NACRE_FIRMWARE_DIR "/examples/boot-guard/"
#define REPORT_ADDR 0x20008000u /* stage.ld: the start of its RAM */
#define UNIT 0x07FE0000u
#define UNIT_BYTES 4096u
#define PROGRAMMED 16u
#define SAMPLES 24u /* of the guard's commands, where there are many */
#define LOOK_PS (3u * TWIN_PS_PER_US)
#define LOOKS 60u   /* the guard has found an idle chip by then */

static struct board_bed bed;
static struct twin_snapshot *ready; /* the image waits to be told what to do */
static uint8_t unit[UNIT_BYTES];
static bool is_strobe_only; /* the stage reads octal modes by DQS */
static char left_as[3]; /* protocol and state, as left.c is told */

/* What the guard is to find. */
struct expected {
    char what;
    bool is_busy;      /* or may be: see is_either */
    bool is_suspended;
    bool is_blind;
    bool is_too_long;  /* longer than the guard waits: it is torn */
    bool is_either;    /* it may have ended before the guard looks */
    bool is_erased;    /* the unit, afterwards */
    bool is_programmed;
    bool is_half;      /* NCS rose in the middle */
};

static const struct expected table[] = {
    {.what = 'i'},
    {.what = 'e', .is_busy = true, .is_erased = true},
    {.what = 'E', .is_busy = true, .is_erased = true},
    {.what = 'p', .is_either = true, .is_programmed = true},
    {.what = 's', .is_busy = true, .is_suspended = true, .is_erased = true},
    {.what = 'S', .is_busy = true, .is_suspended = true, .is_erased = true},
    {.what = 'P', .is_busy = true, .is_suspended = true, .is_programmed = true},
    {.what = 'z', .is_blind = true},
    {.what = 'r', .is_either = true},
    {.what = 'a'},
    {.what = 'n'},
    {.what = 'b'},
    {.what = 'h', .is_either = true, .is_half = true},
    {.what = 'k'},
    {.what = 'w', .is_busy = true},
};
#define STATES (sizeof table / sizeof table[0])

static const struct {
    char letter;
    enum boot_guard_protocol protocol;
} protocols[] = {
    {'1', BOOT_GUARD_SPI}, {'s', BOOT_GUARD_OCTAL_STR}, {'d', BOOT_GUARD_OCTAL_DTR}};
#define PROTOCOLS (sizeof protocols / sizeof protocols[0])

static void open_bed_with(const char *stage, enum twin_busy busy)
{
    static char path[256];
    (void)snprintf(path, sizeof path, STAGES "%s.elf", stage);
    bed_prepare(&bed, "left");
    bed.cfg.boot_path = path;
    is_strobe_only = strstr(stage, "strobe") != NULL;
    bed.cfg.busy = busy;
    bed.cfg.keep_going = true; /* writing the status register is what 'w' is for */
    bed_open(&bed);
    twin_power_on(bed.twin);
    bed_wait(&bed, "ready\n", 3000);
    ready = twin_snapshot(bed.twin);
    assert_non_null(ready);
}

static void open_bed(const char *stage)
{
    open_bed_with(stage, TWIN_BUSY_TYPICAL);
}

static void close_bed(void)
{
    twin_snapshot_free(bed.twin, ready);
    bed_close(&bed);
}

/* The report as the target lays it out, which is not how the host does. */
static struct boot_guard_report report_read(void)
{
    uint32_t words[4];
    const uint8_t *const bytes = (const uint8_t *)words;
    assert_true(twin_memory_read(bed.twin, REPORT_ADDR, words, sizeof words));
    /* On the target both enums are bytes, and everything is aligned as here. */
    return (struct boot_guard_report){.end = (enum boot_guard_end)bytes[0],
                                      .found = (enum boot_guard_protocol)bytes[1],
                                      .by_strobe = bytes[2] != 0,
                                      .was_busy = bytes[3] != 0,
                                      .was_suspended = bytes[4] != 0,
                                      .was_blind = bytes[5] != 0,
                                      .security = bytes[6],
                                      .controller_resets = bytes[7],
                                      .waited_us = words[2],
                                      .reads = words[3]};
}

/* Told what to do, and done. */
static void leave(char protocol, char what)
{
    left_as[0] = protocol;
    left_as[1] = what;
    twin_uart_type(bed.twin, left_as);
    bed_wait(&bed, ".", 100);
}

static void hold(bool is_true, const char *what)
{
    if (is_true) return;
    print_error("replay: NACRE_LEFT=%s build/host/tests/test_reset_states\n", left_as);
    fail_msg("left as %s: not so: %s", left_as, what);
}

static enum twin_stop run_to_ready(void)
{
    const struct twin_until until = {.text = "ready\n", .for_ps = 8000 * TWIN_PS_PER_MS};
    return twin_run(bed.twin, &until);
}

static bool is_erased(void)
{
    assert_true(twin_chip_read(bed.twin, UNIT, unit, UNIT_BYTES));
    for (uint32_t i = 0; i < UNIT_BYTES; i++) {
        if (unit[i] != 0xFF) return false;
    }
    return true;
}

/* The words 5A5A0000, 5A5A0001 ... of left.c, in the first n bytes, and none after them. */
static bool is_programmed(uint32_t n)
{
    assert_true(twin_chip_read(bed.twin, UNIT, unit, UNIT_BYTES));
    for (uint32_t i = n; i < UNIT_BYTES; i++) {
        if (unit[i] != 0xFF) return false;
    }
    for (uint32_t i = 0; i < n; i += 4u) {
        if (unit[i] != i / 4u || unit[i + 1u] != 0) return false;
        if (unit[i + 2u] != 0x5A || unit[i + 3u] != 0x5A) return false;
    }
    return true;
}

static void judge(const struct expected *expected, enum boot_guard_protocol protocol)
{
    const struct boot_guard_report report = report_read();
    const bool is_forced = expected->is_blind || expected->is_too_long;
    hold(report.was_blind == expected->is_blind, "was_blind");
    hold(report.end == (is_forced ? BOOT_GUARD_FORCED : BOOT_GUARD_READY), "end");
    hold(report.was_suspended == expected->is_suspended, "was_suspended");
    hold(expected->is_either || report.was_busy == expected->is_busy, "was_busy");
    hold(expected->is_blind || expected->what == 'r' || report.found == protocol, "found");
    hold(report.by_strobe == (is_strobe_only && report.found != BOOT_GUARD_SPI &&
                              !expected->is_blind), "by_strobe");
    hold((report.security & 0x60) == 0, "no P_FAIL, no E_FAIL");
    hold(report.controller_resets == 0, "no transfer was stuck");
    hold(report.waited_us <= 750000u, "not longer than the limits");
    hold(!expected->is_erased || is_erased(), "the unit is erased");
    hold(!expected->is_programmed || is_programmed(PROGRAMMED), "the page is programmed");
    hold(!expected->is_half || is_programmed(PROGRAMMED / 2u), "what had arrived is programmed");
}

static void try_one(const struct expected *expected, size_t protocol)
{
    static const uint8_t old[PROGRAMMED] = {0};
    const char *const only = getenv("NACRE_LEFT");
    const char name[3] = {protocols[protocol].letter, expected->what, '\0'};
    if (only != NULL && strcmp(only, name) != 0) return;
    twin_restore(bed.twin, ready);
    if (expected->is_erased) assert_true(twin_chip_write(bed.twin, UNIT, old, PROGRAMMED));
    leave(name[0], name[1]);
    twin_reset(bed.twin);
    hold(run_to_ready() == TWIN_STOP_TEXT, "it comes up");
    judge(expected, protocols[protocol].protocol);
}

/* Each state in each protocol, always from the same blank chip. */
static void try_all(const char *stage)
{
    open_bed(stage);
    for (size_t p = 0; p < PROTOCOLS; p++) {
        for (size_t i = 0; i < STATES; i++) try_one(&table[i], p);
    }
    close_bed();
}

static void test_reset_in_each_state_is_brought_back(void **state)
{
    (void)state;
    try_all("stage_with_guard");
}

static void test_reset_in_each_state_is_brought_back_by_strobe(void **state)
{
    (void)state;
    try_all("stage_with_guard_strobe");
}

/* Octal DTR reads of registers that XSPI2 is seen to be set up for: with DQSE, and without. */
static void see_reads(const char *stage, bool *by_strobe, bool *by_clock)
{
    const struct twin_until until = {.for_ps = LOOK_PS};
    *by_strobe = false;
    *by_clock = false;
    open_bed(stage);
    leave('d', 'i');
    twin_reset(bed.twin);
    for (unsigned i = 0; i < LOOKS; i++) {
        assert_int_equal(twin_run(bed.twin, &until), TWIN_STOP_TIME);
        const char *const seen = twin_boot_state(bed.twin);
        if (strstr(seen, "CCR 2C003C1C TCR 00000005") != NULL) *by_strobe = true;
        if (strstr(seen, "CCR 0C003C1C TCR 00000005") != NULL) *by_clock = true;
    }
    close_bed();
}

static void test_reset_guard_reads_as_it_is_told(void **state)
{
    bool by_strobe;
    bool by_clock;
    (void)state;
    see_reads("stage_with_guard", &by_strobe, &by_clock);
    assert_true(by_clock && !by_strobe);
    see_reads("stage_with_guard_strobe", &by_strobe, &by_clock);
    assert_true(by_strobe && !by_clock);
}

/* An erase of a unit at its maximum is waited for, one of a block is not. */
static void test_reset_in_the_longest_work_is_brought_back(void **state)
{
    static const struct expected longest[] = {
        {.what = 'e', .is_busy = true, .is_erased = true},
        {.what = 'p', .is_busy = true, .is_programmed = true},
        {.what = 'E', .is_busy = true, .is_too_long = true},
    };
    (void)state;
    open_bed_with("stage_with_guard", TWIN_BUSY_MAX);
    for (size_t i = 0; i < sizeof longest / sizeof longest[0]; i++) try_one(&longest[i], 2);
    close_bed();
}

/* Without the guard some of them end in a window that reads garbage: so the test can tell. */
static void test_reset_without_guard_hangs(void **state)
{
    (void)state;
    static const char hangs[][3] = {"si", "se", "1e"};
    open_bed("stage_without_guard");
    for (size_t i = 0; i < sizeof hangs / sizeof hangs[0]; i++) {
        twin_restore(bed.twin, ready);
        leave(hangs[i][0], hangs[i][1]);
        twin_reset(bed.twin);
        hold(run_to_ready() != TWIN_STOP_TEXT, "it hangs");
    }
    close_bed();
}

/* A first reset in the state, a second one or a power cut after a command of the guard. */
static void strike_guard(char protocol, char what, bool is_cut)
{
    twin_restore(bed.twin, ready);
    leave(protocol, what);
    struct twin_snapshot *const left = twin_snapshot(bed.twin);
    const uint64_t first = twin_command_count(bed.twin);
    twin_reset(bed.twin);
    hold(run_to_ready() == TWIN_STOP_TEXT, "it comes up");
    const uint64_t count = twin_command_count(bed.twin) - first;
    const uint64_t step = count / SAMPLES + 1u;
    for (uint64_t c = 0; c < count; c += step) {
        const struct twin_cut at = {.kind = TWIN_CUT_AFTER_COMMAND, .count = first + c};
        const struct twin_until until = {.for_ps = 3000 * TWIN_PS_PER_MS};
        twin_restore(bed.twin, left);
        twin_reset(bed.twin);
        if (is_cut) twin_cut_plan(bed.twin, &at);
        if (!is_cut) twin_reset_plan(bed.twin, &at);
        assert_int_equal(twin_run(bed.twin, &until), is_cut ? TWIN_STOP_CUT : TWIN_STOP_RESET);
        twin_power_on(bed.twin);
        hold(run_to_ready() == TWIN_STOP_TEXT, "it comes up after a second reset or a cut");
        hold(report_read().end <= BOOT_GUARD_FORCED, "end");
    }
    twin_snapshot_free(bed.twin, left);
}

static void test_reset_in_the_guard_is_brought_back(void **state)
{
    static const char left[][3] = {"1i", "di", "dS", "dP", "sS", "1e", "dz", "dr"};
    (void)state;
    open_bed("stage_with_guard");
    for (size_t i = 0; i < sizeof left / sizeof left[0]; i++) {
        strike_guard(left[i][0], left[i][1], false);
        strike_guard(left[i][0], left[i][1], true);
    }
    close_bed();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reset_in_each_state_is_brought_back),
        cmocka_unit_test(test_reset_in_each_state_is_brought_back_by_strobe),
        cmocka_unit_test(test_reset_guard_reads_as_it_is_told),
        cmocka_unit_test(test_reset_in_the_longest_work_is_brought_back),
        cmocka_unit_test(test_reset_without_guard_hangs),
        cmocka_unit_test(test_reset_in_the_guard_is_brought_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
