/*
 * Goal    interrupts that stay live run all along, at 20 kHz through slices, while those that are
 *         masked keep their bound; a live handler neither ends a slice nor upsets one, and one that
 *         reads the flash ends in the dead end. Configurations that cannot be are refused by name.
 * Method  tests/port_fw/live.c on the twin, which stops at any violation by itself and counts the
 *         requests of each interrupt and those that came before the last one was served. Times are
 *         written here: 448 us of run, 56 us of latency (SFDP dump of the part), 10 us round them,
 *         and three times what the handler takes of 20 us.
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

#define IMAGE NACRE_FIRMWARE_DIR "/tests/port_fw/port_live.elf"
#define MEMMANAGE 4u
#define SYSTICK 15u
#define TIMER (16u + 55u)
#define SHORT_US 5u
#define LONG_US 30u
#define SLICE_US (448u + 56u + 10u)
#define BUDGET_US 620u
#define HANDLERS_US 6u /* entering, and the console's handler before it */

static struct twin *twin;

static struct {
    uint64_t latency_ps[128]; /* the longest, by exception */
    uint32_t suspends, erases, ignored;
    uint32_t violations, strobes;
    bool was_reset;
    bool stops_in_the_dark;
    char opcodes[4096];
} seen;

static void on_command(const struct twin_command *command)
{
    const size_t n = strlen(seen.opcodes);
    if (seen.was_reset) return;
    (void)snprintf(seen.opcodes + n, sizeof seen.opcodes - n, "%04X ", command->opcode);
    if (command->opcode == 0xB04Fu) seen.suspends++;
    if (command->class == TWIN_COMMAND_ERASE) seen.erases++;
    if (command->class == TWIN_COMMAND_IGNORED && command->opcode != 0xB04Fu) seen.ignored++;
}

static void on_event(void *context, const struct twin_event *event)
{
    (void)context;
    if (event->kind == TWIN_EVENT_COMMAND) on_command(&event->u.command);
    if (event->kind == TWIN_EVENT_IRQ_TAKEN && event->u.irq.exception < 128u) {
        uint64_t *const longest = &seen.latency_ps[event->u.irq.exception];
        if (event->u.irq.latency_ps > *longest) *longest = event->u.irq.latency_ps;
    }
    if (event->kind == TWIN_EVENT_VIOLATION) {
        seen.violations++;
        if (prompt_is_strobe_missing(twin)) seen.strobes++;
    }
    if (event->kind == TWIN_EVENT_BLACKOUT_BEGIN && seen.stops_in_the_dark) twin_stop(twin);
    if (event->kind == TWIN_EVENT_RESET) {
        seen.was_reset = true;
        twin_stop(twin);
    }
}

static void fault_read(struct seen_fault *fault)
{
    uint32_t addr;
    assert_true(twin_symbol_find(twin, "seen_fault", &addr));
    assert_true(twin_memory_read(twin, addr, fault, sizeof *fault));
}

static void forget(void)
{
    memset(&seen, 0, sizeof seen);
    twin_counters_clear(twin);
}

static void start(enum twin_busy busy, bool delivers_faults)
{
    struct twin_cfg cfg;
    twin_cfg_default(&cfg);
    cfg.app_path = IMAGE;
    cfg.busy = busy;
    cfg.seed = 5;
    cfg.tear = TWIN_TEAR_GRANULE;
    cfg.write_bytes = 0;
    cfg.deliver_faults = delivers_faults;
    cfg.keep_going = delivers_faults;
    cfg.trace_chip_reads = true;
    cfg.event = on_event;
    twin = prompt_create(&cfg);
    twin_power_on(twin);
    prompt_reach(twin);
    forget();
}

static int teardown(void **state)
{
    (void)state;
    prompt_end(&twin);
    return 0;
}


static struct twin_irq_counts timer(void)
{
    struct twin_irq_counts counts;
    assert_true(twin_irq_counts_get(twin, TIMER, &counts));
    return counts;
}

static uint32_t us_of(uint64_t ps)
{
    return (uint32_t)((ps + TWIN_PS_PER_US - 1) / TWIN_PS_PER_US);
}

static void nothing_is_wrong(void)
{
    prompt_type(twin, "q");
    assert_int_equal(prompt_said(twin, "over_budget "), 0);
    assert_int_equal(prompt_said(twin, "late_suspends "), 0);
    assert_int_equal(seen.ignored, 0);
    assert_null(strstr(prompt_console(twin), "NACRE_E"));
    assert_null(strstr(prompt_console(twin), "NACRE_T"));
    assert_null(strstr(prompt_console(twin), "NACRE_I"));
    assert_null(strstr(prompt_console(twin), "NACRE_C"));
}

/* Stop in the blackout, so many ns after its beginning, and have the exception taken there. */
static void pend_in_the_dark(const char *letter, uint16_t exception, uint32_t after_ns)
{
    seen.stops_in_the_dark = true;
    twin_uart_type(twin, letter);
    const enum twin_stop stop = prompt_run(twin);
    if (stop != TWIN_STOP_ASKED) prompt_fail_stopped(twin, stop);
    seen.stops_in_the_dark = false;
    (void)twin_run(twin, &(struct twin_until){.for_ps = after_ns * TWIN_PS_PER_NS + 1});
    assert_true(twin_pend(twin, exception));
}

/* ---- time ---- */

static void erase_in_slices(const char *letters, uint32_t handler_us)
{
    const uint32_t bound_us = SLICE_US + 3u * handler_us;
    struct twin_counters counters;

    prompt_type(twin, letters);
    forget();
    const struct twin_irq_counts before = timer();
    prompt_type(twin, "ep");
    const struct twin_irq_counts after = timer();
    twin_counters_get(twin, &counters);
    print_message("longest blackout %.3f us; late: the live one %.3f us, a tick %.3f us; "
                  "%u of %u merged\n",
                  (double)counters.longest_blackout_ps / 1e6, (double)seen.latency_ps[TIMER] / 1e6,
                  (double)seen.latency_ps[SYSTICK] / 1e6, (uint32_t)(after.merged - before.merged),
                  (uint32_t)(after.requests - before.requests));
    assert_in_range(us_of(counters.longest_blackout_ps), 448, BUDGET_US);
    assert_in_range(us_of(seen.latency_ps[SYSTICK]), 10, bound_us + HANDLERS_US + handler_us);
    assert_in_range(us_of(seen.latency_ps[TIMER]), 0, 3);
    assert_int_equal(after.merged - before.merged, 0);
    assert_in_range(after.taken - before.taken, 25000 / 50, 5000000 / 50);
    nothing_is_wrong();
    assert_int_equal(prompt_said(twin, "bound_us "), bound_us);
    assert_in_range(seen.suspends, 25000 / BUDGET_US, 600000 / 448 + 30);
}

static void test_live_handler_runs_through_slices(void **state)
{
    (void)state;
    start(TWIN_BUSY_TYPICAL, false);
    erase_in_slices("c", SHORT_US);
}

/* It takes longer than any wait inside a command, and than the margin of the suspend latency. */
static void test_live_handler_that_takes_long_upsets_nothing(void **state)
{
    (void)state;
    start(TWIN_BUSY_TYPICAL, false);
    erase_in_slices("hc", LONG_US);
}

/* Anywhere in the commands: had a wait inside one been given up, the known word would be read. */
static void test_live_handler_inside_a_command_is_no_timeout(void **state)
{
    (void)state;
    start(TWIN_BUSY_TYPICAL, false);
    prompt_type(twin, "thcs"); /* the timer is at rest: the test alone asks for its handler */
    forget();
    for (uint32_t i = 0; i < 120; i++) {
        seen.opcodes[0] = '\0';
        pend_in_the_dark("p", TIMER, 20u * i);
        prompt_reach(twin);
        if (strstr(seen.opcodes, "EE11") != NULL) fail_msg("%u ns", 20u * i);
    }
    nothing_is_wrong();
}

/* With SysTick off nothing waits: the blackouts are as long as the budget lets them be. */
static void test_live_handler_ends_no_slice(void **state)
{
    struct twin_counters counters;
    (void)state;
    start(TWIN_BUSY_TYPICAL, false);
    prompt_type(twin, "tl");
    forget();
    prompt_type(twin, "e");
    twin_counters_get(twin, &counters);
    assert_in_range(us_of(counters.longest_blackout_ps), 19000, 20000);
    assert_in_range(seen.suspends, 1, 2);
    assert_in_range(us_of(seen.latency_ps[TIMER]), 0, 3);
    nothing_is_wrong();
}

/* Under a long budget a slice ends for the tick, which is masked, as soon as it may. */
static void test_live_handler_hides_no_masked_one(void **state)
{
    struct twin_counters counters;
    (void)state;
    start(TWIN_BUSY_TYPICAL, false);
    prompt_type(twin, "hl");
    forget();
    prompt_type(twin, "ee");
    twin_counters_get(twin, &counters);
    assert_in_range(us_of(counters.longest_blackout_ps), 900, 1700);
    assert_in_range(us_of(seen.latency_ps[SYSTICK]), 56,
                    SLICE_US + 3 * LONG_US + HANDLERS_US + LONG_US);
    nothing_is_wrong();
}

static void test_live_handler_runs_beside_read_while_write(void **state)
{
    struct twin_counters counters;
    (void)state;
    start(TWIN_BUSY_TYPICAL, false);
    prompt_type(twin, "hr");
    forget();
    const struct twin_irq_counts before = timer();
    prompt_type(twin, "eppppppppe");
    twin_counters_get(twin, &counters);
    assert_in_range(us_of(counters.longest_blackout_ps), 1, 5 + LONG_US);
    assert_in_range(us_of(seen.latency_ps[TIMER]), 0, 3);
    assert_int_equal(timer().merged - before.merged, 0);
    assert_int_equal(seen.suspends, 0);
    nothing_is_wrong();
}

/* ---- masks ---- */

static void test_live_mask_of_the_application_is_kept(void **state)
{
    (void)state;
    start(TWIN_BUSY_TYPICAL, false);
    prompt_type(twin, "c");
    forget();
    prompt_type(twin, "b");
    assert_int_equal(prompt_said(twin, "basepri "), 0x10);
    assert_in_range(us_of(seen.latency_ps[TIMER]), 20000, 100000);
    prompt_type(twin, "q");
    const uint32_t runs = prompt_said(twin, "runs ");
    prompt_type(twin, "i");
    assert_int_equal(prompt_said(twin, "primask "), 1);
    prompt_type(twin, "q");
    assert_int_equal(prompt_said(twin, "runs "), runs); /* the application's ran afterwards */
    nothing_is_wrong();
}

/* ---- what a handler must not do ---- */

static void test_live_handler_that_reads_the_flash_ends_in_the_dead_end(void **state)
{
    (void)state;
    start(TWIN_BUSY_TYPICAL, true);
    prompt_type(twin, "cx");
    forget();
    twin_uart_type(twin, "e");
    const enum twin_stop stop = prompt_run(twin);
    if (!seen.was_reset) prompt_fail_stopped(twin, stop);
    assert_int_equal(strncmp(seen.opcodes, "06F9 05FA 21DE 05FA ", 20), 0);
    assert_non_null(strstr(seen.opcodes, "05FA EE11 EE11 6699 9966 "));
    assert_int_equal(seen.strobes, 2); /* the known word, asked of a bank that is busy */
    assert_int_equal(seen.violations, seen.strobes);
}

static void test_live_handler_that_reads_the_flash_is_told_to_the_application(void **state)
{
    const struct twin_until until = {.call = "seen_all", .for_ps = TWIN_PS_PER_MS};
    struct seen_fault fault;
    (void)state;
    start(TWIN_BUSY_TYPICAL, true);
    prompt_type(twin, "rx");
    forget();
    pend_in_the_dark("p", TIMER, 0);
    const enum twin_stop stop = twin_run(twin, &until);
    if (stop != TWIN_STOP_CALL) prompt_fail_stopped(twin, stop);
    fault_read(&fault);
    for (uint32_t i = 0; i < 8; i++) {
        assert_int_equal(fault.saved[i], 0x11 * (4 + i));
    }
    assert_int_equal(fault.ipsr, MEMMANAGE);
    assert_int_equal(fault.exc_return | 0x10u, 0xFFFFFFF1u); /* a handler was interrupted */
    assert_non_null(strstr(twin_symbol_at(twin, fault.pc), "read_flash"));
    assert_int_equal(fault.MMFAR, 0x70000004u);
    assert_int_equal(fault.VTOR, 0x70000000u);
    assert_int_equal(fault.MPU_CTRL, 5u);
    assert_int_equal(fault.fence, 0x10000031u); /* the bank that may be busy, 32 MB */
    assert_int_equal(fault.primask, 0);
    assert_int_equal(fault.basepri, 0);
}

/* A fault that nothing asked for, at any time: told or the dead end, and no other way out. */
static void test_live_fault_at_any_time_ends_in_one_of_two_ways(void **state)
{
    const struct twin_until until = {.call = "seen_all", .for_ps = 2 * TWIN_PS_PER_MS};
    uint32_t told = 0;
    uint32_t dead = 0;
    (void)state;
    for (uint32_t i = 0; i < 40; i++) {
        start(TWIN_BUSY_TYPICAL, true);
        prompt_type(twin, i % 2 == 0 ? "c" : "r");
        forget();
        pend_in_the_dark("e", TIMER, 0);
        const uint64_t into_it_ps = (i % 2 == 0 ? i * i * 100 : i * 60) * TWIN_PS_PER_NS;
        (void)twin_run(twin, &(struct twin_until){.for_ps = into_it_ps + 1});
        assert_true(twin_bus_fault(twin));
        (void)twin_run(twin, &until);
        struct seen_fault fault;
        fault_read(&fault);
        /* After that it waits for the chip's reset, and resets the system: see the test above. */
        const bool is_dead_end = strstr(seen.opcodes, "6699 9966 ") != NULL;
        if (fault.count + (is_dead_end ? 1u : 0u) != 1u) {
            fail_msg("fault %u: told %u times: %s", i, fault.count, seen.opcodes);
        }
        assert_int_equal(seen.violations, seen.strobes);
        assert_true(is_dead_end || seen.violations == 0);
        told += fault.count;
        dead += is_dead_end ? 1 : 0;
        teardown(NULL);
    }
    print_message("%u told, %u dead ends\n", told, dead);
    assert_in_range(told, 10, 38);
    assert_int_equal(told + dead, 40);
}

/* It was masked at open, and is more urgent later: no handler is there for it. */
static void test_live_interrupt_without_a_handler_ends_in_the_dead_end(void **state)
{
    (void)state;
    start(TWIN_BUSY_TYPICAL, true);
    prompt_type(twin, "ru");
    forget();
    pend_in_the_dark("p", SYSTICK, 0);
    const enum twin_stop stop = prompt_run(twin);
    if (!seen.was_reset) prompt_fail_stopped(twin, stop);
    assert_string_equal(seen.opcodes + strlen(seen.opcodes) - 10, "6699 9966 ");
}

static void test_live_nmi_is_handed_on(void **state)
{
    (void)state;
    start(TWIN_BUSY_TYPICAL, false);
    prompt_type(twin, "cn");
    prompt_type(twin, "e");
    nothing_is_wrong();
    assert_int_equal(prompt_said(twin, "nmis "), 1);
}

/* ---- refusals ---- */

static const char refusals[] =
    "priority_0 NACRE_LIVE_PRIORITY live.priority\r\n"
    "priority_16 NACRE_LIVE_PRIORITY live.priority\r\n"
    "priority_in_a_group NACRE_LIVE_PRIORITY AIRCR PRIGROUP\r\n"
    "priority_6 NACRE_OK\r\n"
    "too_few NACRE_LIVE_VECTORS live.vector_count\r\n"
    "unaligned NACRE_LIVE_VECTORS live.vectors alignment\r\n"
    "no_table NACRE_LIVE_VECTORS live.vectors alignment\r\n"
    "table_in_flash NACRE_LIVE_VECTORS live.vectors memory\r\n"
    "twice NACRE_LIVE_HANDLER live.handlers twice\r\n"
    "in_flash NACRE_LIVE_HANDLER live.handlers run\r\n"
    "in_no_memory NACRE_LIVE_HANDLER live.handlers run\r\n"
    "cannot_run NACRE_LIVE_HANDLER MPU_RASR XN AP\r\n"
    "pendsv NACRE_LIVE_HANDLER live.handlers exception\r\n"
    "no_exception NACRE_LIVE_HANDLER live.handlers exception\r\n"
    "masked_one NACRE_LIVE_HANDLER live.handlers priority\r\n"
    "without_a_handler NACRE_LIVE_HANDLER live interrupt without a handler\r\n"
    "tick_without_a_handler NACRE_LIVE_HANDLER live interrupt without a handler\r\n"
    "no_time NACRE_BAD_ARGUMENT\r\n"
    "all_of_the_time NACRE_LIVE_TIME live.handlers longest_us\r\n"
    "budget NACRE_OUT_OF_LIMITS budget_us, erase\r\n"
    "no_count NACRE_BAD_ARGUMENT\r\n"
    "no_handlers NACRE_BAD_ARGUMENT\r\n"
    "quiet_ram NACRE_QUIET_RAM quiet_ram live\r\n"
    "all_well NACRE_OK\r\n"
    "> ";

static void test_live_configurations_are_refused_by_name(void **state)
{
    (void)state;
    start(TWIN_BUSY_TYPICAL, false);
    prompt_type(twin, "w");
    const char *const from = strstr(prompt_console(twin), "priority_0");
    assert_non_null(from);
    assert_string_equal(from, refusals);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_live_handler_runs_through_slices, teardown),
        cmocka_unit_test_teardown(test_live_handler_that_takes_long_upsets_nothing, teardown),
        cmocka_unit_test_teardown(test_live_handler_inside_a_command_is_no_timeout, teardown),
        cmocka_unit_test_teardown(test_live_handler_ends_no_slice, teardown),
        cmocka_unit_test_teardown(test_live_handler_hides_no_masked_one, teardown),
        cmocka_unit_test_teardown(test_live_handler_runs_beside_read_while_write, teardown),
        cmocka_unit_test_teardown(test_live_mask_of_the_application_is_kept, teardown),
        cmocka_unit_test_teardown(test_live_handler_that_reads_the_flash_ends_in_the_dead_end,
                                  teardown),
        cmocka_unit_test_teardown(
            test_live_handler_that_reads_the_flash_is_told_to_the_application, teardown),
        cmocka_unit_test_teardown(test_live_fault_at_any_time_ends_in_one_of_two_ways, teardown),
        cmocka_unit_test_teardown(test_live_interrupt_without_a_handler_ends_in_the_dead_end,
                                  teardown),
        cmocka_unit_test_teardown(test_live_nmi_is_handed_on, teardown),
        cmocka_unit_test_teardown(test_live_configurations_are_refused_by_name, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
