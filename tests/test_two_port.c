/*
 * Two controllers on real registers: what of the set-up is refused, that the image and its handlers
 * run on, that XSPI1 is given back as it was found, and what a cut leaves of the write buffer.
 *
 * Method: an image of tests/port_fw on the twin, from the state that the boot of ST's example for
 * read while write leaves: both controllers on port 2, MAXTRAN 22, 10 clocks between owners. A
 * handler in flash runs 20,000 times a second. The twin stops where a frame is split, where the bus
 * would hang, and where the busy bank is read. Bytes in the chip are compared with what the image's
 * source says that it programs.
 */
#include "tests/support/prompt.h"
#include "twin/twin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define IMAGE NACRE_FIRMWARE_DIR "/tests/port_fw/port_second.elf"
#define SLICES NACRE_FIRMWARE_DIR "/tests/port_fw/port_slices.elf"
#define REGION 0x07FE0000u
#define REGION_OF_SLICES 0x01FE0000u
#define PIECE 128u
#define FAST_US 50u
#define PENDSV 14u
#define BYTE_US 84u /* until a letter that was typed is nearly there */
#define STRIKES 400u
#define STRIKE_STEP_PS 150000ULL /* 60 us in all: the start of a program and its first polls */

/* Masked for one command at the longest, and the arbiter's turns: far below a blackout. */
#define LATE_NS_MAX 1000u
#define ENTRY_NS 100u /* from the mask's end to the handler */

static struct twin *twin;
static struct {
    char opcodes[8192];
    uint64_t blackouts;
    uint64_t latest_ps;   /* of the fast handler */
    uint64_t last_ps;     /* when it was taken last */
    uint64_t longest_gap_ps;
} seen;

static void note_handler(const struct twin_event *event)
{
    if (event->u.irq.exception != 16u + 55u) return;
    if (event->u.irq.latency_ps > seen.latest_ps) seen.latest_ps = event->u.irq.latency_ps;
    if (seen.last_ps != 0 && event->time_ps - seen.last_ps > seen.longest_gap_ps) {
        seen.longest_gap_ps = event->time_ps - seen.last_ps;
    }
    seen.last_ps = event->time_ps;
}

static void on_event(void *context, const struct twin_event *event)
{
    (void)context;
    if (event->kind == TWIN_EVENT_BLACKOUT_END) seen.blackouts++;
    if (event->kind == TWIN_EVENT_IRQ_TAKEN) note_handler(event);
    if (event->kind != TWIN_EVENT_COMMAND || event->u.command.opcode == 0x05FAu) return;
    const size_t n = strlen(seen.opcodes);
    (void)snprintf(seen.opcodes + n, sizeof seen.opcodes - n, "%04X ", event->u.command.opcode);
}

static void forget(void)
{
    memset(&seen, 0, sizeof seen);
}

static struct twin_cfg cfg_of_test(void)
{
    struct twin_cfg cfg;

    twin_cfg_default(&cfg);
    cfg.app_path = IMAGE;
    cfg.leftover = TWIN_LEFTOVER_RWW;
    cfg.dcache = true;
    cfg.trace_chip_reads = true;
    cfg.event = on_event;
    return cfg;
}

static void start_as(const struct twin_cfg *cfg)
{
    twin = prompt_create(cfg);
    forget();
    twin_power_on(twin);
    prompt_reach(twin);
}

static void start(void)
{
    const struct twin_cfg cfg = cfg_of_test();
    start_as(&cfg);
}

static int teardown(void **state)
{
    (void)state;
    prompt_end(&twin);
    return 0;
}

static const char *last_line(void)
{
    size_t n;
    const char *const text = twin_uart_text(twin, &n);
    const char *line = text;
    for (const char *c = text; c[0] != '\0' && strcmp(c, "\r\n> ") != 0; c++) {
        if (c[0] == '\n') line = c + 1;
    }
    return line;
}

static bool answers(const char *letter, const char *wanted)
{
    char line[128];
    twin_uart_type(twin, letter);
    prompt_reach(twin);
    (void)snprintf(line, sizeof line, "%s\r\n> ", wanted);
    const char *found = last_line();
    if (strncmp(found, "> ", 2) == 0) found += 2;
    if (strcmp(found, line) == 0) return true;
    print_error("%s: found %s", letter, found);
    return false;
}

static uint32_t value_of(const char *name)
{
    size_t n;
    const char *const text = twin_uart_text(twin, &n);
    const char *found = NULL;
    for (const char *at = strstr(text, name); at != NULL; at = strstr(at + 1, name)) found = at;
    if (found == NULL) fail_msg("no %s", name);
    return found == NULL ? 0 : (uint32_t)strtoul(found + strlen(name), NULL, 10);
}

/* ---- what is refused ---- */

static const char refusals[] =
    "NACRE_CTRL_STATE MPU_RASR AP\r\n" /* XSPI1's window can be read */
    "NACRE_OK - first\r\n"
    "NACRE_CTRL_STATE XSPI1 CR EN\r\n"
    "NACRE_OK - first\r\n"
    "NACRE_CTRL_STATE XSPI1 CR DMM MSEL\r\n"
    "NACRE_OK - first\r\n"
    "NACRE_CTRL_STATE XSPI1 CR CSSEL\r\n"
    "NACRE_OK - first\r\n"
    "NACRE_CTRL_STATE XSPI1 CR\r\n" /* mapped: its own traffic would split the frames of others */
    "NACRE_CTRL_STATE XSPI1 CR\r\n"
    "NACRE_CTRL_STATE XSPI1 CR\r\n"
    "NACRE_CTRL_STATE XSPI1 CR\r\n"
    "NACRE_CTRL_STATE XSPI1 CR\r\n"
    "NACRE_CTRL_STATE XSPI1 CR\r\n"
    "NACRE_CTRL_STATE XSPI1 DCR1\r\n"
    "NACRE_OK - first\r\n"
    "NACRE_CTRL_STATE XSPI1 DCR1\r\n"
    "NACRE_OK - first\r\n"
    "NACRE_CTRL_STATE XSPI1 DCR2 PRESCALER\r\n"
    "NACRE_OK - first\r\n"
    "NACRE_CTRL_STATE XSPI1 DCR3 CSBOUND\r\n"
    "NACRE_OK - first\r\n"
    "NACRE_CTRL_STATE XSPI1 DCR3 MAXTRAN\r\n"
    "NACRE_OK - first\r\n"
    "NACRE_CTRL_STATE XSPI1 DCR4 REFRESH\r\n"
    "NACRE_OK - first\r\n"
    "NACRE_CTRL_STATE RCC CCIPR1 XSPI1SEL\r\n"
    "NACRE_OK - first\r\n"
    "NACRE_CTRL_STATE XSPI2 DCR3 MAXTRAN\r\n" /* the port would never be given away */
    "NACRE_OK - first\r\n"
    "NACRE_OK - second\r\n"
    "NACRE_OK - second\r\n"
    "NACRE_OK\r\n> ";

static void test_port_refuses_a_controller_that_shares_its_port(void **state)
{
    (void)state;
    start();
    assert_string_equal(twin_uart_text(twin, NULL), refusals);
}

static void test_two_port_is_refused_where_each_has_its_own(void **state)
{
    struct twin_cfg cfg = cfg_of_test();
    (void)state;
    cfg.leftover = TWIN_LEFTOVER_1_3_0;
    start_as(&cfg);
    assert_string_equal(twin_uart_text(twin, NULL), "NACRE_CTRL_STATE XSPIM CR MUXEN\r\n"
                                                    "NACRE_OK - first\r\n"
                                                    "NACRE_CTRL_STATE XSPIM CR MUXEN\r\n"
                                                    "NACRE_OK - first\r\n"
                                                    "NACRE_OK\r\n> ");
}

/*
 * The same after the boot itself has run. It is not part of this repository: NACRE_RWW_BOOT_HEX
 * names XSPI_NOR_ReadWhileWrite_DTR_Boot.hex of STM32CubeH7RS for the STM32H7S78-DK.
 */
static void test_two_port_is_taken_from_sts_own_boot(void **state)
{
    struct twin_cfg cfg = cfg_of_test();
    (void)state;
    cfg.boot_path = getenv("NACRE_RWW_BOOT_HEX");
    if (cfg.boot_path == NULL) {
        print_message("skipped: NACRE_RWW_BOOT_HEX does not name ST's boot image\n");
        skip();
    }
    start_as(&cfg);
    assert_string_equal(twin_uart_text(twin, NULL), refusals);
    assert_true(answers("s", "NACRE_OK"));
    forget();
    assert_true(answers("p", "NACRE_OK"));
    assert_true(answers("e", "NACRE_OK"));
    assert_int_equal(seen.blackouts, 0);
}

/* ---- how it goes ---- */

static void test_two_port_commands_are_these(void **state)
{
    (void)state;
    start();
    forget();
    assert_true(answers("s", "NACRE_OK")); /* the trial */
    assert_string_equal(seen.opcodes, "06F9 12ED EE11 2BD4 ");
    assert_int_equal(seen.blackouts, 1);
    forget();
    assert_true(answers("s", "NACRE_OK"));
    assert_string_equal(seen.opcodes, "06F9 12ED 2BD4 ");
    forget();
    assert_true(answers("p", "NACRE_OK"));
    assert_string_equal(seen.opcodes,
                        "06F9 22DD 24DB 24DB 24DB 24DB 24DB 24DB 24DB 24DB 31CE 2BD4 "
                        "06F9 22DD 24DB 24DB 24DB 24DB 24DB 24DB 24DB 24DB 31CE 2BD4 ");
    forget();
    assert_true(answers("e", "NACRE_OK"));
    assert_string_equal(seen.opcodes, "06F9 21DE 2BD4 ");
    assert_int_equal(seen.blackouts, 0);
}

/* By that boot, in XSPI1: CR, DCR1 to DCR3, CCR, TCR, IR. */
static const char as_left[] = "00000301 011A0100 00000000 00000016 00000000 10000000 00000000";

static void test_two_port_gives_the_registers_back(void **state)
{
    static const char *const letters[] = {"s", "s", "p", "e"};
    (void)state;
    start();
    assert_true(answers("r", as_left));
    for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++) {
        assert_true(answers(letters[i], "NACRE_OK"));
        assert_true(answers("r", as_left));
    }
}

/* To write IR starts a command, unless the frame has data. */
static void test_two_port_sends_nothing_when_it_gives_back(void **state)
{
    (void)state;
    start();
    forget();
    assert_true(answers("w", "NACRE_OK"));
    assert_string_equal(seen.opcodes, "06F9 ");
    assert_true(answers("r", as_left));
}

/* Each at its time, whatever the other controller does, with accesses of any length. */
static void handlers_are_in_time(uint32_t register_ns, uint32_t calibration_ns)
{
    struct twin_cfg cfg = cfg_of_test();
    struct twin_counters counters;
    cfg.register_ns = register_ns;
    cfg.calibration_ns = calibration_ns;
    start_as(&cfg);
    assert_true(answers("s", "NACRE_OK"));
    forget();
    for (uint32_t i = 0; i < 4; i++) {
        assert_true(answers("e", "NACRE_OK"));
        for (uint32_t k = 0; k < 30; k++) assert_true(answers("s", "NACRE_OK"));
        assert_true(answers("p", "NACRE_OK"));
    }
    twin_counters_get(twin, &counters);
    assert_int_equal(counters.violations, 0);
    assert_int_equal(seen.blackouts, 0);
    twin_uart_type(twin, "q");
    prompt_reach(twin);
    assert_int_equal(value_of("\ntwo_blackouts "), 0);
    const uint32_t masked_ns = value_of("\ntwo_masked_ns ");
    print_message("%u ns a register, %u ns a calibration: masked for %u ns, a handler late by "
                  "%u ns\n",
                  register_ns, calibration_ns, masked_ns, (unsigned)(seen.latest_ps / 1000u));
    assert_true(seen.latest_ps <= (masked_ns + ENTRY_NS) * TWIN_PS_PER_NS);
    assert_true(seen.longest_gap_ps <= (FAST_US + 2u) * TWIN_PS_PER_US + seen.latest_ps);
    if (register_ns <= 40u && calibration_ns == 0) {
        assert_in_range(masked_ns, 1, LATE_NS_MAX);
    }
    teardown(NULL);
}

static void test_two_port_handlers_in_flash_are_in_time(void **state)
{
    (void)state;
    handlers_are_in_time(25, 0);
    handlers_are_in_time(40, 0);
    handlers_are_in_time(80, 0);
    handlers_are_in_time(40, 2000);
}

/* A handler that outlasts the bound of a wait, wherever it strikes, is no time-out of a command. */
static void test_two_port_long_handlers_are_no_time_outs(void **state)
{
    uint32_t later = 0;
    (void)state;
    start();
    assert_true(answers("s", "NACRE_OK"));
    struct twin_snapshot *const snapshot = twin_snapshot(twin);
    for (uint32_t step = 0; step < STRIKES; step++) {
        const struct twin_until until = {
            .for_ps = BYTE_US * TWIN_PS_PER_US + step * STRIKE_STEP_PS, .wall_ms = 60000};
        twin_restore(twin, snapshot);
        forget();
        twin_uart_type(twin, "s");
        (void)twin_run(twin, &until);
        later += seen.opcodes[0] != '\0';
        assert_true(twin_pend(twin, PENDSV));
        prompt_reach(twin);
        assert_int_equal(seen.blackouts, 0);
        assert_true(answers("q", "has_second 1"));
    }
    assert_in_range(later, STRIKES / 2u, STRIKES);
    twin_snapshot_free(twin, snapshot);
}

static void byte_is(uint32_t addr, uint8_t wanted)
{
    uint8_t byte;
    assert_true(twin_chip_read(twin, REGION + addr, &byte, 1));
    if (byte != wanted) fail_msg("%03x holds %02x, not %02x", addr, byte, wanted);
}

static void test_two_port_programs_what_it_is_given(void **state)
{
    (void)state;
    start();
    assert_true(answers("s", "NACRE_OK"));
    assert_true(answers("s", "NACRE_OK"));
    assert_true(answers("p", "NACRE_OK"));
    for (uint32_t i = 0; i < 512; i++) {
        const uint32_t from = i < 16 ? 0 : i < 32 ? 16 : 256;
        const bool is_blank = i >= 32 && i < 256;
        byte_is(i, is_blank ? 0xFFu : (uint8_t)(from + (i - from) * 7u));
    }
}

/* Where the store lies in the image's bank, blackouts are as ever: XSPI1 is idle. */
static void test_two_port_slices_go_on_beside_an_idle_controller(void **state)
{
    struct twin_cfg cfg = cfg_of_test();
    (void)state;
    cfg.app_path = SLICES;
    cfg.write_addr = REGION_OF_SLICES;
    start_as(&cfg);
    assert_true(answers("s", "saved 1"));
    assert_true(answers("e", "NACRE_OK"));
    assert_true(answers("s", "saved 2"));
    assert_true(seen.blackouts > 40u);
}

/* ---- what goes wrong ---- */

/*
 * A program's frame that has begun and gets no data keeps the port. The next fetch waits for it,
 * and it for the next instruction.
 */
static void test_two_port_starved_frame_hangs_the_bus(void **state)
{
    struct twin_violation violation;
    (void)state;
    start();
    twin_uart_type(twin, "u");
    assert_int_equal(prompt_run(twin), TWIN_STOP_VIOLATION);
    twin_violation_get(twin, &violation);
    assert_int_equal(violation.kind, TWIN_VIOLATION_CONTROLLER);
    assert_non_null(strstr(violation.detail, "keeps the port"));
}

static void test_two_port_trial_finds_out_a_chip_that_lacks_it(void **state)
{
    struct twin_cfg cfg = cfg_of_test();
    (void)state;
    cfg.lacks_read_while_write = true;
    cfg.keep_going = true; /* the trial's read gets no strobe */
    start_as(&cfg);
    assert_true(answers("s", "NACRE_OK"));
    assert_true(answers("s", "NACRE_NO_WAY"));
    assert_true(answers("e", "NACRE_NO_WAY"));
}

/* What is in the write buffer is nothing yet: only what was confirmed is in the chip. */
static void test_two_port_cut_of_a_buffer_leaves_nothing(void **state)
{
    (void)state;
    start();
    assert_true(answers("s", "NACRE_OK"));
    struct twin_snapshot *const snapshot = twin_snapshot(twin);
    const uint64_t first = twin_command_count(twin);
    uint32_t cuts = 0;
    for (uint64_t count = first; count < first + 40u; count++) {
        const struct twin_cut cut = {.kind = TWIN_CUT_BEFORE_COMMAND, .count = count};
        twin_restore(twin, snapshot);
        forget();
        twin_cut_plan(twin, &cut);
        twin_uart_type(twin, "p");
        if (prompt_run(twin) != TWIN_STOP_CUT) break;
        cuts++;
        const bool is_confirmed = strstr(seen.opcodes, "31CE") != NULL;
        const char *const second = is_confirmed ? strstr(strstr(seen.opcodes, "31CE") + 4, "31CE")
                                                : NULL;
        for (uint32_t i = 0; i < 2u * PIECE; i++) {
            const bool may_hold = i < PIECE ? is_confirmed : second != NULL;
            if (!may_hold) byte_is(256u + i, 0xFFu);
        }
    }
    assert_in_range(cuts, 26, 40);
    twin_snapshot_free(twin, snapshot);
}

#define TEST(name) cmocka_unit_test_teardown(name, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_port_refuses_a_controller_that_shares_its_port),
        TEST(test_two_port_is_refused_where_each_has_its_own),
        TEST(test_two_port_is_taken_from_sts_own_boot),
        TEST(test_two_port_commands_are_these),
        TEST(test_two_port_gives_the_registers_back),
        TEST(test_two_port_sends_nothing_when_it_gives_back),
        TEST(test_two_port_handlers_in_flash_are_in_time),
        TEST(test_two_port_long_handlers_are_no_time_outs),
        TEST(test_two_port_programs_what_it_is_given),
        TEST(test_two_port_slices_go_on_beside_an_idle_controller),
        TEST(test_two_port_starved_frame_hangs_the_bus),
        TEST(test_two_port_trial_finds_out_a_chip_that_lacks_it),
        TEST(test_two_port_cut_of_a_buffer_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
