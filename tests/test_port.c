/*
 * The port on real registers: what it refuses, what it puts back, where data may come from, what
 * happens to a stray access and to a flash that gives no sense. And the lines that a user adds to
 * ST's template: they keep a number over starts.
 *
 * Method: images of tests/port_fw and examples/template run on the twin from the state that ST's
 * boot leaves. Expected lines are written here; the twin stops at any violation by itself.
 */
#include "tests/port_fw/seen.h"
#include "tests/support/prompt.h"
#include "twin/twin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define NMI 2u
#define HARDFAULT 3u
#define CHECKS NACRE_FIRMWARE_DIR "/tests/port_fw/port_checks.elf"
#define FAULTS NACRE_FIRMWARE_DIR "/tests/port_fw/port_faults.elf"
#define TEMPLATE NACRE_FIRMWARE_DIR "/examples/template/template.elf"

static struct {
    bool was_reset;
    char opcodes[4096];
} seen;

static bool stops_in_the_dark;

static void on_event(void *context, const struct twin_event *event)
{
    if (event->kind == TWIN_EVENT_RESET) {
        seen.was_reset = true;
        twin_stop(*(struct twin **)context);
    }
    if (event->kind == TWIN_EVENT_BLACKOUT_BEGIN && stops_in_the_dark) {
        twin_stop(*(struct twin **)context);
    }
    if (event->kind == TWIN_EVENT_COMMAND && !seen.was_reset) {
        const size_t n = strlen(seen.opcodes);
        (void)snprintf(seen.opcodes + n, sizeof seen.opcodes - n, "%04X ",
                       event->u.command.opcode);
    }
}

static struct twin *twin;

static void fault_read(struct seen_fault *fault)
{
    uint32_t addr;
    assert_true(twin_symbol_find(twin, "seen_fault", &addr));
    assert_true(twin_memory_read(twin, addr, fault, sizeof *fault));
}

struct how {
    enum twin_leftover leftover;
    bool delivers_faults;
    bool has_dcache;
};

static void start_as(const char *path, struct how how)
{
    struct twin_cfg cfg;
    twin_cfg_default(&cfg);
    cfg.app_path = path;
    cfg.leftover = how.leftover;
    cfg.dcache = how.has_dcache;
    cfg.tear = TWIN_TEAR_GRANULE;
    cfg.trace_chip_reads = true;
    cfg.deliver_faults = how.delivers_faults;
    cfg.event = on_event;
    cfg.event_context = &twin;
    memset(&seen, 0, sizeof seen);
    twin = prompt_create(&cfg);
    twin_power_on(twin);
}

static void start(const char *path, enum twin_leftover leftover)
{
    start_as(path, (struct how){.leftover = leftover});
}

static int teardown(void **state)
{
    (void)state;
    prompt_end(&twin);
    return 0;
}

static void console_is(const char *wanted)
{
    size_t n;
    assert_string_equal(twin_uart_text(twin, &n), wanted);
}

static const char checks_wanted[] =
    "all_well NACRE_OK\r\n"
    "region_15_used NACRE_MPU_REGION_USED MPU_RASR ENABLE\r\n"
    "region_16 NACRE_MPU_REGION_USED MPU_TYPE DREGION\r\n"
    "region_above_in_window NACRE_MPU_REGION_USED MPU_RASR ENABLE\r\n"
    "region_above_elsewhere NACRE_OK\r\n"
    "flash_writable NACRE_FLASH_WRITABLE MPU_RASR AP\r\n"
    "flash_made_read_only NACRE_OK\r\n"
    "flash_rasr ok\r\n"
    "bank_writable NACRE_FLASH_WRITABLE MPU_RASR AP\r\n"
    "wide_region_writable NACRE_FLASH_WRITABLE MPU_RASR AP\r\n"
    "mpu_off NACRE_FLASH_WRITABLE MPU_CTRL ENABLE\r\n"
    "ram_code_changed NACRE_NOT_IN_RAM\r\n"
    "cycle_counter_was_off NACRE_OK\r\n"
    "ram_code_not_executable NACRE_NOT_IN_RAM MPU_RASR XN AP\r\n"
    "rest_not_executable NACRE_OK\r\n"
    "one_line_not_executable NACRE_NOT_IN_RAM MPU_RASR XN AP\r\n"
    "allowed_by_a_higher_region NACRE_OK\r\n"
    "ram_code_without_access NACRE_NOT_IN_RAM MPU_RASR XN AP\r\n"
    "xspi_interrupt_on NACRE_CTRL_STATE XSPI2 CR\r\n"
    "in_a_handler NACRE_FROM_INTERRUPT\r\n"
    "another_image NACRE_BAD_ARGUMENT\r\n"
    "nor_in_flash NACRE_BAD_BUFFER\r\n"
    "nor_nowhere NACRE_BAD_BUFFER\r\n"
    "open NACRE_OK\r\n"
    "stack_in_dtcm NACRE_OK\r\n"
    "wait NACRE_OK\r\n"
    "stack_at_the_start_of_memory NACRE_STACK PSP\r\n"
    "lazy_in_dtcm NACRE_OK\r\n"
    "wait NACRE_OK\r\n"
    "stack_in_psram NACRE_OK\r\n"
    "wait NACRE_OK\r\n"
    "lazy_in_flash NACRE_STACK FPCAR\r\n"
    "close NACRE_OK\r\n"
    "open NACRE_OK\r\n"
    "erase NACRE_OK\r\n"
    "program NACRE_OK\r\n"
    "program_again NACRE_NOT_ERASED\r\n"
    "all_as_before ok\r\n"
    "erase_start NACRE_OK\r\n"
    "bank_fenced ok\r\n"
    "bank_without_access ok\r\n"
    "erase_wait NACRE_OK\r\n"
    "all_as_before ok\r\n"
    "erase NACRE_OK\r\n"
    "blank_is_read ok\r\n"
    "from_flash NACRE_OK\r\n"
    "from_flash_read ok\r\n"
    "from_psram NACRE_OK\r\n"
    "from_psram_read ok\r\n"
    "from_the_region NACRE_OK\r\n"
    "from_the_region_read ok\r\n"
    "still_masked ok\r\n"
    "masked NACRE_OK\r\n"
    "masked_read ok\r\n"
    "from_nowhere NACRE_BAD_BUFFER\r\n"
    "to_flash NACRE_BAD_BUFFER\r\n"
    "close NACRE_OK\r\n"
    "end\r\n> ";

static void test_port_refuses_restores_and_copies(void **state)
{
    static const enum twin_leftover leftovers[] = {TWIN_LEFTOVER_1_3_0, TWIN_LEFTOVER_1_2_0,
                                                   TWIN_LEFTOVER_1_0_0};
    (void)state;
    for (size_t i = 0; i < sizeof leftovers / sizeof leftovers[0]; i++) {
        start(CHECKS, leftovers[i]);
        prompt_reach(twin);
        console_is(checks_wanted);
        struct twin_counters counters;
        twin_counters_get(twin, &counters);
        assert_in_range(counters.longest_blackout_ps, 1, 5 * TWIN_PS_PER_US);
        assert_in_range(counters.worst_dark_in_1ms_ps, 1, 20 * TWIN_PS_PER_US);
        teardown(NULL);
    }
}

/* The same with a cache that keeps each line of the region until it is discarded. */
static void test_port_reads_no_stale_lines(void **state)
{
    (void)state;
    start_as(CHECKS, (struct how){.leftover = TWIN_LEFTOVER_1_3_0, .has_dcache = true});
    prompt_reach(twin);
    console_is(checks_wanted);
}

/* Type a letter and expect the board to be stopped by what comes of it. */
static void violation_comes(const char *letter, enum twin_violation_kind kind, uint32_t addr)
{
    start(FAULTS, TWIN_LEFTOVER_1_3_0);
    prompt_reach(twin);
    console_is("NACRE_OK\r\n> ");
    twin_uart_type(twin, letter);
    assert_int_equal(prompt_run(twin), TWIN_STOP_VIOLATION);
    struct twin_violation violation;
    twin_violation_get(twin, &violation);
    assert_int_equal(violation.kind, kind);
    assert_int_equal(violation.addr, addr);
}

static void test_port_fence_stops_a_read_of_the_busy_bank(void **state)
{
    (void)state;
    violation_comes("s", TWIN_VIOLATION_MPU, 0x77FE0000u);
}

static void test_port_read_only_map_stops_a_store(void **state)
{
    (void)state;
    violation_comes("w", TWIN_VIOLATION_MPU, 0x70100000u);
}

static void test_port_maps_again_after_a_senseless_status(void **state)
{
    (void)state;
    start(FAULTS, TWIN_LEFTOVER_1_3_0);
    prompt_reach(twin);
    seen.opcodes[0] = '\0';
    twin_uart_type(twin, "n");
    prompt_reach(twin);
    console_is("NACRE_OK\r\n> NACRE_CHIP_REFUSED\r\n> ");
    assert_int_equal(strncmp(seen.opcodes, "06F9 05FA EE11 ", 15), 0);
    assert_false(seen.was_reset);
}

static void test_port_resets_flash_and_system_in_the_dead_end(void **state)
{
    (void)state;
    start(FAULTS, TWIN_LEFTOVER_1_3_0);
    prompt_reach(twin);
    seen.opcodes[0] = '\0';
    twin_uart_type(twin, "d");
    (void)prompt_run(twin);
    assert_true(seen.was_reset);
    assert_string_equal(seen.opcodes, "06F9 05FA EE11 EE11 6699 9966 ");
}

static void test_port_handles_a_fault_in_a_blackout_from_ram(void **state)
{
    (void)state;
    start_as(FAULTS, (struct how){.leftover = TWIN_LEFTOVER_1_3_0, .delivers_faults = true});
    prompt_reach(twin);
    seen.opcodes[0] = '\0';
    twin_uart_type(twin, "F");
    const enum twin_stop stop = prompt_run(twin);
    if (!seen.was_reset) prompt_fail_stopped(twin, stop);
    assert_string_equal(seen.opcodes, "EE11 EE11 6699 9966 ");
}

/* The flash answers: the application's handler finds all as the core left it. */
static void test_port_hands_on_a_fault_in_a_blackout(void **state)
{
    const struct twin_until until = {.call = "seen_all", .for_ps = TWIN_PS_PER_MS};
    struct seen_fault fault;
    (void)state;
    start_as(FAULTS, (struct how){.leftover = TWIN_LEFTOVER_1_3_0, .delivers_faults = true});
    prompt_reach(twin);
    seen.opcodes[0] = '\0';
    twin_uart_type(twin, "f");
    const enum twin_stop stop = twin_run(twin, &until);
    if (stop != TWIN_STOP_CALL) prompt_fail_stopped(twin, stop);
    assert_string_equal(seen.opcodes, "EE11 ");
    fault_read(&fault);
    assert_int_equal(fault.ipsr, HARDFAULT); /* PRIMASK makes it that */
    assert_int_equal(fault.exc_return | 0x10u, 0xFFFFFFF9u);
    assert_non_null(strstr(twin_symbol_at(twin, fault.pc), "nacre_ctrl_send"));
    assert_int_equal(fault.CFSR & 0x82u, 0x82u); /* DACCVIOL, MMARVALID */
    assert_int_equal(fault.MMFAR, 0x70100000u);
    assert_int_equal(fault.VTOR, 0x70000000u);
    assert_int_equal(fault.MPU_CTRL, 5u);
    assert_int_equal(fault.fence & 1u, 0);
    assert_int_equal(fault.primask, 0);
}

static void test_port_hands_on_an_nmi_in_a_blackout(void **state)
{
    (void)state;
    start(FAULTS, TWIN_LEFTOVER_1_3_0);
    prompt_reach(twin);
    stops_in_the_dark = true;
    twin_uart_type(twin, "e");
    for (uint32_t i = 0; i < 3; i++) { /* the start of the erase, and two looks at it */
        const enum twin_stop stop = prompt_run(twin);
        if (stop != TWIN_STOP_ASKED) prompt_fail_stopped(twin, stop);
        assert_true(twin_pend(twin, NMI));
    }
    stops_in_the_dark = false;
    prompt_reach(twin);
    console_is("NACRE_OK\r\n> NACRE_OK\r\nNACRE_OK\r\n3\r\n> ");
}

static uint32_t word_of(const char *symbol)
{
    uint32_t addr;
    uint32_t word = 0;
    assert_true(twin_symbol_find(twin, symbol, &addr));
    assert_true(twin_memory_read(twin, addr, &word, sizeof word));
    return word;
}

static void test_port_template_lines_keep_a_number(void **state)
{
    (void)state;
    start(TEMPLATE, TWIN_LEFTOVER_1_3_0);
    for (uint32_t i = 1; i <= 5; i++) {
        const struct twin_until until = {.for_ps = 100 * TWIN_PS_PER_MS, .wall_ms = 60000};
        const enum twin_stop stop = twin_run(twin, &until);
        if (stop != TWIN_STOP_TIME) prompt_fail_stopped(twin, stop);
        assert_int_equal(word_of("template_error"), 0);
        assert_int_equal(word_of("template_starts"), i);
        twin_power_off(twin);
        twin_power_on(twin);
    }
}

static uint32_t addr_of(const char *symbol)
{
    uint32_t addr = 0;
    assert_true(twin_symbol_find(twin, symbol, &addr));
    return addr;
}

/* What the linker script adds behind all that is stored, for nacre_nor_open to compare with. */
static void test_port_template_says_where_its_image_ends(void **state)
{
    (void)state;
    start(TEMPLATE, TWIN_LEFTOVER_1_3_0);
    const uint32_t data_bytes = addr_of("_edata") - addr_of("_sdata");
    assert_int_equal(addr_of("nacre_image_start"), 0x70000000);
    assert_in_range(addr_of("nacre_image_end"), addr_of("_sidata") + data_bytes + 4u, 0x70010000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_port_refuses_restores_and_copies, teardown),
        cmocka_unit_test_teardown(test_port_reads_no_stale_lines, teardown),
        cmocka_unit_test_teardown(test_port_fence_stops_a_read_of_the_busy_bank, teardown),
        cmocka_unit_test_teardown(test_port_read_only_map_stops_a_store, teardown),
        cmocka_unit_test_teardown(test_port_maps_again_after_a_senseless_status, teardown),
        cmocka_unit_test_teardown(test_port_resets_flash_and_system_in_the_dead_end, teardown),
        cmocka_unit_test_teardown(test_port_handles_a_fault_in_a_blackout_from_ram, teardown),
        cmocka_unit_test_teardown(test_port_hands_on_a_fault_in_a_blackout, teardown),
        cmocka_unit_test_teardown(test_port_hands_on_an_nmi_in_a_blackout, teardown),
        cmocka_unit_test_teardown(test_port_template_lines_keep_a_number, teardown),
        cmocka_unit_test_teardown(test_port_template_says_where_its_image_ends, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
