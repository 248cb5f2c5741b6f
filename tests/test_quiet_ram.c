/*
 * Goal    with the RAM behind the other controller kept quiet, the chip is at work in blackouts
 *         alone, that RAM cannot be reached in them, its controller is idle, and the application
 *         uses it between them as ever.
 * Method  tests/port_fw/quiet.c on the twin. Whether the chip is at work is followed from the
 *         commands that it took. The times are those of a slice, 514 us, and 60 us more.
 */
#include "tests/support/prompt.h"
#include "twin/twin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define IMAGE NACRE_FIRMWARE_DIR "/tests/port_fw/port_quiet.elf"
#define SUSPEND 0xB04Fu
#define RESUME 0x30CFu
#define BOUND_US (448u + 56u + 10u + 60u)

static struct twin *twin;
static bool is_at_work;
static uint32_t works;       /* blackouts in which it was */
static uint32_t works_aside; /* and those after which it still was */

static void on_command(const struct twin_command *command)
{
    if (command->class == TWIN_COMMAND_IGNORED) return;
    if (command->opcode == RESUME || command->class == TWIN_COMMAND_PROGRAM ||
        command->class == TWIN_COMMAND_ERASE) {
        is_at_work = true;
        works++;
    }
    if (command->opcode == SUSPEND) is_at_work = false;
}

static void on_event(void *context, const struct twin_event *event)
{
    (void)context;
    if (event->kind == TWIN_EVENT_COMMAND) on_command(&event->u.command);
    if (event->kind == TWIN_EVENT_BUSY_END) is_at_work = false;
    if (event->kind == TWIN_EVENT_BLACKOUT_END && is_at_work) works_aside++;
}

static int setup(void **state)
{
    struct twin_cfg cfg;
    (void)state;
    twin_cfg_default(&cfg);
    cfg.app_path = IMAGE;
    cfg.tear = TWIN_TEAR_GRANULE;
    cfg.event = on_event;
    twin = prompt_create(&cfg);
    twin_power_on(twin);
    prompt_reach(twin);
    is_at_work = false;
    works = 0;
    works_aside = 0;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    prompt_end(&twin);
    return 0;
}


static void says(const char *line)
{
    const char *const said = prompt_console(twin);
    if (strstr(said, line) == NULL) fail_msg("no \"%s\" in: %s", line, said);
}

static void test_quiet_ram_is_idle_while_the_chip_works(void **state)
{
    struct twin_counters counters;
    (void)state;
    prompt_type(twin, "cffepfkfq");
    assert_in_range(works, 2 * 25000 / 640, 2 * 25000 / 448 + 4);
    assert_int_equal(works_aside, 0);
    assert_null(strstr(prompt_console(twin), "NACRE_I"));
    assert_null(strstr(prompt_console(twin), "NACRE_T"));
    assert_null(strstr(prompt_console(twin), "NACRE_N"));
    says("busy 32\r\n"); /* so it was made idle: else it were disturbed below */
    says("wrong 0\r\n");
    assert_null(strstr(prompt_console(twin), "wrong 1"));
    says("bound_us 574\r\n");
    says("over_budget 0\r\n");
    says("disturbed 0\r\n");
    twin_counters_get(twin, &counters);
    assert_in_range(counters.longest_blackout_ps, 448 * TWIN_PS_PER_US, 640 * TWIN_PS_PER_US);
    const uint32_t masked_us = prompt_said(twin, "masked_us ");
    assert_in_range(masked_us, 448, BOUND_US);
    print_message("masked for %u us\n", masked_us);
}

/* A watchdog that is fed there is the only thing left that could. */
static void test_quiet_ram_cannot_be_reached_in_a_blackout(void **state)
{
    struct twin_violation violation;
    (void)state;
    prompt_type(twin, "xc");
    twin_uart_type(twin, "e");
    assert_int_equal(prompt_run(twin), TWIN_STOP_VIOLATION);
    twin_violation_get(twin, &violation);
    assert_int_equal(violation.kind, TWIN_VIOLATION_MPU);
    assert_int_equal(violation.addr, 0x90000100u);
}

static void test_quiet_ram_is_refused_by_name(void **state)
{
    (void)state;
    prompt_type(twin, "w");
    says("beside_the_image NACRE_QUIET_RAM quiet_ram way\r\n"
         "two_controllers NACRE_QUIET_RAM quiet_ram way\r\n"
         "budget NACRE_OUT_OF_LIMITS budget_us, erase\r\n"
         "same_region NACRE_QUIET_RAM quiet_ram ram_region\r\n"
         "used_region NACRE_MPU_REGION_USED MPU_RASR ENABLE\r\n"
         "itself_in_that_ram NACRE_QUIET_RAM quiet_ram port\r\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_quiet_ram_is_idle_while_the_chip_works, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_quiet_ram_cannot_be_reached_in_a_blackout, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_quiet_ram_is_refused_by_name, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
