/*
 * Goal    what the measuring firmware reports is what its board is like, and it harms nothing.
 * Method  the real image on the twin. The report is held against what the twin was given: times of
 *         each operation as the chip's own events tell them, SFDP figures, calibration, a chip that
 *         only claims read while write, a word of the PSRAM that changes. The check sum is
 *         computed here again. The chip may be written to in the scratch region alone: everything
 *         else is a violation. The one violation that is allowed is the strobe that nobody drives
 *         when a busy bank is read, exactly as often as the report says so.
 */
#include "tests/support/cmocka_all.h"
#include "twin/twin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IMAGES NACRE_FIRMWARE_DIR "/examples/bring-up/"
#define SCRATCH 0x07FE0000u /* as examples/bring-up/CMakeLists.txt names it for the trial image */
#define SCRATCH_BYTES 0x2000u
#define WORK_MAX 512u
#define LINES_MAX 512u
#define RUN_MS 20000u
#define POLL_NS 1500u /* from look to look at the status of a program: its resolution */
#define PSRAM_WORD_77 (0x90000000u + 4u * 257u * 77u) /* the canary's words are 257 apart */

/* SFDP of the part, BFPT DW11, DW10, DW12 (Macronix, LKML 20240722064922.606172-4). */
#define PROGRAM_NS 152000u
#define ERASE_NS 25000000u
#define SUSPEND_PROGRAM_NS 25000u
#define SUSPEND_ERASE_NS 56000u
#define ERASE_RUN_US 448u

static struct twin *twin;
static struct twin_cfg cfg;
static char report[65536];

static struct {
    uint64_t program_ps[WORK_MAX]; /* of 16 bytes */
    uint32_t programs;
    uint64_t erase_ps[WORK_MAX];
    uint32_t erases;
    uint32_t strobes;
    uint32_t others; /* violations of any other kind */
    char first_other[160];
} seen;

static void take_command(const struct twin_command *command)
{
    if (command->class == TWIN_COMMAND_PROGRAM && command->bytes == 16u &&
        seen.programs < WORK_MAX) {
        seen.program_ps[seen.programs++] = command->busy_ps;
    }
    if (command->class == TWIN_COMMAND_ERASE && seen.erases < WORK_MAX) {
        seen.erase_ps[seen.erases++] = command->busy_ps;
    }
}

static void take_violation(void)
{
    struct twin_violation violation;
    twin_violation_get(twin, &violation);
    if (violation.kind == TWIN_VIOLATION_CONTROLLER &&
        strstr(violation.detail, "nobody drives DQS") != NULL) {
        seen.strobes++;
        return;
    }
    if (seen.others++ == 0) {
        (void)snprintf(seen.first_other, sizeof seen.first_other, "%s %s",
                       twin_violation_name(violation.kind), violation.symbol);
    }
}

static void on_event(void *context, const struct twin_event *event)
{
    (void)context;
    if (event->kind == TWIN_EVENT_COMMAND) take_command(&event->u.command);
    if (event->kind == TWIN_EVENT_VIOLATION) take_violation();
}

static int setup(void **state)
{
    (void)state;
    twin_cfg_default(&cfg);
    cfg.write_addr = SCRATCH;
    cfg.write_bytes = SCRATCH_BYTES;
    cfg.keep_going = true;
    cfg.event = on_event;
    memset(&seen, 0, sizeof seen);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    if (twin != NULL) twin_destroy(twin);
    twin = NULL;
    return 0;
}

static void power_on(const char *path)
{
    char error[TWIN_ERROR_BYTES];
    cfg.app_path = path;
    twin = twin_create(&cfg, error);
    if (twin == NULL) fail_msg("%s", error);
    twin_power_on(twin);
}

static void run_to(const char *text)
{
    const struct twin_until until = {
        .text = text, .for_ps = RUN_MS * TWIN_PS_PER_MS, .wall_ms = 120000};
    const enum twin_stop stop = twin_run(twin, &until);
    size_t n;
    (void)snprintf(report, sizeof report, "%s", twin_uart_text(twin, &n));
    if (stop != TWIN_STOP_TEXT) {
        fail_msg("stopped by %s; %s; console: %s", twin_stop_name(stop), seen.first_other, report);
    }
}

/* ---- the report ---- */

static uint32_t crc32_of(const char *text, size_t n)
{
    uint32_t crc = 0xFFFFFFFFu;
    for (size_t i = 0; i < n; i++) {
        if (text[i] == '\r') continue;
        crc ^= (uint8_t)text[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = (crc >> 1) ^ (0xEDB88320u & (0u - (crc & 1u)));
        }
    }
    return ~crc;
}

/* The value of a key, as text; the key must be there, once. */
static const char *text_of(const char *key)
{
    static char value[64];
    char wanted[64];
    (void)snprintf(wanted, sizeof wanted, "\n%s ", key);
    const char *const at = strstr(report, wanted);
    if (at == NULL) fail_msg("no line %s in: %s", key, report);
    assert_null(strstr(at + 1, wanted));
    assert_int_equal(sscanf(at + strlen(wanted), "%63s", value), 1);
    return value;
}

static bool has(const char *key)
{
    char wanted[64];
    (void)snprintf(wanted, sizeof wanted, "\n%s ", key);
    return strstr(report, wanted) != NULL;
}

static uint32_t number_of(const char *key)
{
    return (uint32_t)strtoul(text_of(key), NULL, 10);
}

static uint32_t hex_of(const char *key)
{
    return (uint32_t)strtoul(text_of(key), NULL, 16);
}

static void verdict_is(const char *name, const char *wanted)
{
    char key[64];
    (void)snprintf(key, sizeof key, "verdict.%s", name);
    assert_string_equal(text_of(key), wanted);
}

static void number_is_near(const char *key, uint32_t least, uint32_t above)
{
    const uint32_t number = number_of(key);
    if (number < least || number > least + above) {
        fail_msg("%s is %u, expected %u to %u", key, number, least, least + above);
    }
}

/* Version first, three words a line, a check sum last. */
static void report_is_whole(void)
{
    assert_int_equal(strncmp(report, "bringup 1 version\r\n", 19), 0);
    const char *line = report;
    for (unsigned i = 0; i < LINES_MAX; i++) {
        char key[64], value[64], unit[64], rest[64];
        const char *const end = strstr(line, "\r\n");
        assert_non_null(end);
        char one[256];
        assert_in_range(end - line, 5, sizeof one - 1);
        memcpy(one, line, (size_t)(end - line));
        one[end - line] = '\0';
        if (sscanf(one, "%63s %63s %63s %63s", key, value, unit, rest) != 3) fail_msg("%s", one);
        if (strcmp(key, "end") == 0) {
            assert_string_equal(unit, "crc32");
            assert_int_equal(strtoul(value, NULL, 16), crc32_of(report, (size_t)(line - report)));
            assert_string_equal(end, "\r\n");
            return;
        }
        line = end + 2;
    }
    fail_msg("too many lines");
}

/* The rest of the last line. */
static void run_out(void)
{
    const struct twin_until until = {.for_ps = 5 * TWIN_PS_PER_MS};
    size_t n;
    (void)twin_run(twin, &until);
    (void)snprintf(report, sizeof report, "%s", twin_uart_text(twin, &n));
}

static void run_whole(const char *image)
{
    power_on(image);
    run_to("\r\nend ");
    run_out();
    report_is_whole();
    if (seen.others != 0) fail_msg("%u violations, first %s", seen.others, seen.first_other);
}

static void nothing_was_written(void)
{
    struct twin_counters counters;
    twin_counters_get(twin, &counters);
    assert_int_equal(counters.programs, 0);
    assert_int_equal(counters.erases, 0);
    assert_int_equal(seen.strobes, 0);
}

static void scratch_is_blank(void)
{
    static uint8_t bytes[SCRATCH_BYTES];
    assert_true(twin_chip_read(twin, SCRATCH, bytes, sizeof bytes));
    for (size_t i = 0; i < sizeof bytes; i++) {
        assert_int_equal(bytes[i], 0xFF);
    }
}

/* ---- tests ---- */

/* What ST's boot of release 1.3.0 leaves was traced from the boot image itself. */
static void leftovers_are_told(void)
{
    assert_int_equal(hex_of("found.XSPI2.CR"), 0x30400301u);
    assert_int_equal(hex_of("found.XSPI2.DCR1"), 0x011A0100u);
    assert_int_equal(hex_of("found.XSPI2.CCR"), 0x2C003C1Cu);
    assert_int_equal(hex_of("found.XSPI2.TCR"), 0x14u);
    assert_int_equal(hex_of("found.XSPI2.IR"), 0xEE11u);
    assert_int_equal(hex_of("found.XSPI2.WIR"), 0x02FDu);
    assert_int_equal(hex_of("found.XSPI1.CCR"), 0x2D003C04u);
    assert_int_equal(hex_of("found.XSPIM_CR"), 0x10u);
    assert_int_equal(hex_of("found.MPU_CTRL"), 5);
    assert_int_equal(hex_of("found.MPU_RASR02"), 0x030B0035u);
    assert_int_equal(hex_of("found.RCC_CKPROTR"), 1);
    assert_int_equal(number_of("clock.core"), 600);
    assert_int_equal(number_of("clock.XSPI1"), 200);
    assert_int_equal(number_of("clock.XSPI2"), 200);
}

static void suspends_are_told(uint32_t look_ns)
{
    number_is_near("suspend.program.min", SUSPEND_PROGRAM_NS, 3u * look_ns);
    number_is_near("suspend.program.max", SUSPEND_PROGRAM_NS, 3u * look_ns);
    number_is_near("suspend.erase.min", SUSPEND_ERASE_NS, 3u * look_ns);
    number_is_near("suspend.erase.max", SUSPEND_ERASE_NS, 3u * look_ns);
    assert_int_equal(number_of("minimum_run.erase"), ERASE_RUN_US);
    number_is_near("slice.erase.0600.progress", 95, 10);
    number_is_near("slice.erase.0448.progress", 95, 10);
    number_is_near("slice.erase.0400.progress", 0, 10);
    number_is_near("slice.erase.0050.progress", 0, 10);
    verdict_is("suspend_latency", "holds");
    verdict_is("minimum_run", "holds");
    verdict_is("suspended_read", "holds");
}

static void test_bringup_of_the_board_as_assumed_says_that_all_holds(void **state)
{
    (void)state;
    run_whole(IMAGES "bring_up_trial.elf");
    leftovers_are_told();
    const uint32_t look_ns = number_of("calibration.start_CCR_AR");
    number_is_near("program.16.min", PROGRAM_NS, POLL_NS);
    number_is_near("program.16.max", PROGRAM_NS, POLL_NS);
    number_is_near("program.128.typ", PROGRAM_NS, POLL_NS);
    number_is_near("erase.typ", ERASE_NS, 12000);
    suspends_are_told(look_ns);
    number_is_near("calibration.added", 0, 30);
    /* Four clocks at least, by the vendor's model, and the byte repeats. */
    assert_int_equal(hex_of("dummy.status.right"), 0xFFFFFFF0u);
    assert_int_equal(number_of("rww.program.image.equal"), 48);
    assert_int_equal(number_of("rww.erase.image.equal"), 48);
    assert_int_equal(number_of("rww.erase.bank2.equal"), 16);
    assert_int_equal(number_of("busy_bank.read.timeout"), 2);
    assert_int_equal(seen.strobes, 2);
    assert_in_range(number_of("canary.reads"), 5000000, UINT32_MAX);
    static const char *const holding[] = {"leftovers", "id", "sfdp", "dummies", "calibration",
                                          "program_time", "erase_time", "budget", "rww", "psram"};
    for (size_t i = 0; i < sizeof holding / sizeof holding[0]; i++) {
        verdict_is(holding[i], "holds");
    }
    scratch_is_blank();
}

static void least_and_most(const uint64_t *ps, uint32_t count, uint32_t *least, uint32_t *most)
{
    *least = UINT32_MAX;
    *most = 0;
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t ns = (uint32_t)(ps[i] / 1000u);
        if (ns < *least) *least = ns;
        if (ns > *most) *most = ns;
    }
}

/* Each time is another one here, and a calibration hides in each command. */
static void test_bringup_times_are_those_that_the_chip_took(void **state)
{
    (void)state;
    uint32_t least, most;
    cfg.busy = TWIN_BUSY_DRAWN;
    cfg.calibration_ns = 500;
    cfg.lacks_read_while_write = true;
    run_whole(IMAGES "bring_up_trial.elf");
    const uint32_t poll_ns = POLL_NS + 2u * cfg.calibration_ns;
    number_is_near("calibration.added", cfg.calibration_ns - 30u, 60);

    assert_int_equal(seen.programs, number_of("program.16.count"));
    least_and_most(seen.program_ps, seen.programs, &least, &most);
    assert_true(most > 2u * least);
    number_is_near("program.16.min", least, poll_ns);
    number_is_near("program.16.max", most, poll_ns);

    /* The two units are erased first; then come those that are measured. */
    const uint32_t measured = number_of("erase.count");
    assert_in_range(seen.erases, 2u + measured, WORK_MAX);
    least_and_most(&seen.erase_ps[2], measured, &least, &most);
    assert_true(most > 2u * least);
    number_is_near("erase.min", least, 13000);
    number_is_near("erase.max", most, 13000);

    /* It has the id of a chip that can, and cannot. */
    verdict_is("id", "holds");
    verdict_is("rww", "differs");
    assert_int_equal(number_of("rww.erase.image.equal"), 0);
    assert_int_equal(number_of("rww.program.image.equal"), 0);
    assert_in_range(number_of("rww.erase.image.timeout"), 1, 1000);
    assert_int_equal(number_of("suspended.image.timeout"), 0);
    scratch_is_blank();
}

static void test_bringup_sees_a_word_of_the_psram_change(void **state)
{
    (void)state;
    const uint32_t wrong = 0x12345678u;
    power_on(IMAGES "bring_up_trial.elf");
    run_to("step slices ");
    assert_true(twin_memory_write(twin, PSRAM_WORD_77, &wrong, sizeof wrong));
    run_to("step busy_bank ");
    assert_int_equal(number_of("canary.first_index"), 77);
    assert_int_equal(hex_of("canary.first_got"), wrong);
    assert_int_equal(number_of("canary.errors"), number_of("canary.stays_wrong"));
    verdict_is("psram", "differs");
}

/* The report of the newest start alone. */
static void forget_earlier_starts(void)
{
    const char *newest = report;
    for (const char *at = report; (at = strstr(at, "bringup ")) != NULL; at++) {
        newest = at;
    }
    memmove(report, newest, strlen(newest) + 1u);
}

/* A dead end resets the board; to go on where it ended would only end there again. */
static void test_bringup_after_a_reset_says_where_it_was_and_stops(void **state)
{
    (void)state;
    struct twin_counters before, after;
    power_on(IMAGES "bring_up_trial.elf");
    run_to("slice.erase.0100.suspends");
    twin_counters_get(twin, &before);
    assert_in_range(before.erases, 1, WORK_MAX);
    twin_reset(twin);
    run_to("\r\nend ");
    run_out();
    forget_earlier_starts();
    report_is_whole();
    assert_int_equal(number_of("ended_in"), 4); /* LAB_STEP_SLICES */
    assert_false(has("adopt"));
    twin_counters_get(twin, &after);
    assert_int_equal(after.erases, before.erases);
    assert_int_equal(after.programs, before.programs);
}

static void test_bringup_without_a_scratch_region_writes_nothing(void **state)
{
    (void)state;
    run_whole(IMAGES "bring_up_unnamed.elf");
    assert_string_equal(text_of("scratch.check"), "NACRE_NO_REGION");
    verdict_is("dummies", "holds");
    assert_false(has("erase.count"));
    nothing_was_written();
}

static void test_bringup_refuses_what_is_not_blank(void **state)
{
    (void)state;
    const uint8_t byte = 0xFE;
    uint8_t kept = 0;
    char error[TWIN_ERROR_BYTES];
    cfg.app_path = IMAGES "bring_up_trial.elf";
    twin = twin_create(&cfg, error);
    if (twin == NULL) fail_msg("%s", error);
    assert_true(twin_chip_write(twin, SCRATCH + SCRATCH_BYTES - 1u, &byte, 1));
    twin_power_on(twin);
    run_to("\r\nend ");
    assert_string_equal(text_of("scratch.check"), "NACRE_NOT_ERASED");
    nothing_was_written();
    assert_true(twin_chip_read(twin, SCRATCH + SCRATCH_BYTES - 1u, &kept, 1));
    assert_int_equal(kept, byte);
}

static void test_bringup_refuses_the_image_even_if_it_may_erase(void **state)
{
    (void)state;
    run_whole(IMAGES "bring_up_in_image.elf");
    assert_string_equal(text_of("scratch.check"), "NACRE_REGION_IN_IMAGE");
    nothing_was_written();
}

static void test_bringup_tells_a_state_that_cannot_be_adopted(void **state)
{
    (void)state;
    cfg.leftover = TWIN_LEFTOVER_RWW;
    run_whole(IMAGES "bring_up_trial.elf");
    assert_string_equal(text_of("adopt"), "NACRE_CTRL_STATE");
    assert_string_equal(text_of("adopt.mismatch"), "XSPIM_CR_MUXEN");
    assert_int_equal(hex_of("found.XSPIM_CR"), 0x00090003u);
    verdict_is("leftovers", "differs");
    nothing_was_written();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_bringup_of_the_board_as_assumed_says_that_all_holds, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_bringup_times_are_those_that_the_chip_took, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_bringup_sees_a_word_of_the_psram_change, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_bringup_after_a_reset_says_where_it_was_and_stops, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_bringup_without_a_scratch_region_writes_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bringup_refuses_what_is_not_blank, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_bringup_refuses_the_image_even_if_it_may_erase, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_bringup_tells_a_state_that_cannot_be_adopted, setup, teardown),
    };
    return cmocka_run_group_tests_name("bringup", tests, NULL, NULL);
}
