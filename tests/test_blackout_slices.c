/*
 * Goal    a store in the bank that runs the code: saves survive, a handler in flash is never later
 *         than the bound, no blackout is longer than the budget, and nothing touches the flash
 *         while it cannot be read.
 * Method  tests/port_fw/slices.c on the twin, which stops at any violation by itself, measures each
 *         blackout and each interrupt's latency, and whose chip makes no progress in runs that are
 *         too short. Limits are written here: 448 us of run, 56 us of latency (SFDP dump of the
 *         part), 10 us round them, and the cut is judged by the number that was answered last.
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

#define IMAGE NACRE_FIRMWARE_DIR "/tests/port_fw/port_slices.elf"
#define PRODUCT NACRE_FIRMWARE_DIR "/examples/brightness/brightness_same_bank.elf"
#define SYSTICK 15u
#define BOUND_PS (514u * TWIN_PS_PER_US)
#define BUDGET_PS (520u * TWIN_PS_PER_US)
#define HANDLERS_PS (6u * TWIN_PS_PER_US) /* entering, and the console's handler before it */
#define COMMANDS_MAX 4096u
#define SAVES_MAX 400u
#define INSTANTS 25u

static struct twin *twin;

static struct {
    uint64_t tick_latency_ps; /* the longest */
    uint64_t ticks;
    uint64_t erase_begin_ps;
    uint64_t erase_end_ps;
    uint32_t suspends, resumes, ignored, erases;
    uint32_t violations, strobes;
    uint64_t command[COMMANDS_MAX]; /* indices of what is no poll */
    uint32_t command_count;
} seen;

static void on_command(const struct twin_event *event)
{
    const struct twin_command *command = &event->u.command;
    if (command->class == TWIN_COMMAND_IGNORED) {
        if (command->opcode != 0xB04Fu) seen.ignored++; /* a suspend may come too late */
    } else if (command->opcode == 0xB04Fu) {
        seen.suspends++;
    } else if (command->opcode == 0x30CFu) {
        seen.resumes++;
    } else if (command->class == TWIN_COMMAND_ERASE) {
        seen.erases++;
        seen.erase_begin_ps = event->time_ps;
    }
    if (seen.command_count < COMMANDS_MAX) seen.command[seen.command_count++] = command->index;
}

static void on_event(void *context, const struct twin_event *event)
{
    (void)context;
    if (event->kind == TWIN_EVENT_COMMAND) on_command(event);
    if (event->kind == TWIN_EVENT_VIOLATION) { /* only a run that goes on after one gets here */
        seen.violations++;
        if (prompt_is_strobe_missing(twin)) seen.strobes++;
    }
    if (event->kind == TWIN_EVENT_BUSY_END) seen.erase_end_ps = event->time_ps;
    if (event->kind == TWIN_EVENT_IRQ_TAKEN && event->u.irq.exception == SYSTICK) {
        seen.ticks++;
        if (event->u.irq.latency_ps > seen.tick_latency_ps) {
            seen.tick_latency_ps = event->u.irq.latency_ps;
        }
    }
}

static void type(const char *letter)
{
    prompt_type(twin, letter);
}

static void start_image(const char *path, enum twin_busy busy, uint64_t seed)
{
    struct twin_cfg cfg;
    twin_cfg_default(&cfg);
    cfg.app_path = path;
    cfg.busy = busy;
    cfg.seed = seed;
    cfg.tear = TWIN_TEAR_GRANULE;
    cfg.write_addr = 0x01FE0000;
    cfg.write_bytes = 16 * 4096;
    cfg.dcache = true;
    cfg.event = on_event;
    twin = prompt_create(&cfg);
    twin_power_on(twin);
    prompt_reach(twin);
    memset(&seen, 0, sizeof seen);
    twin_counters_clear(twin);
}

static void start(enum twin_busy busy, uint64_t seed)
{
    start_image(IMAGE, busy, seed);
}

static int teardown(void **state)
{
    (void)state;
    prompt_end(&twin);
    return 0;
}

static uint32_t said(const char *name)
{
    return prompt_said(twin, name);
}

static void nothing_is_wrong(void)
{
    size_t n;
    assert_null(strstr(twin_uart_text(twin, &n), "NACRE_E"));
    assert_null(strstr(twin_uart_text(twin, &n), "NACRE_T"));
    assert_null(strstr(twin_uart_text(twin, &n), "NACRE_I"));
    assert_int_equal(seen.ignored, 0);
}

/* ---- time ---- */

static void test_slices_keep_budget_and_bound(void **state)
{
    static const enum twin_busy busy[] = {TWIN_BUSY_TYPICAL, TWIN_BUSY_DRAWN, TWIN_BUSY_MAX};
    (void)state;
    for (uint32_t i = 0; i < sizeof busy / sizeof busy[0]; i++) {
        struct twin_counters counters;
        start(busy[i], 7 + i);
        type("s");
        type("e");
        twin_counters_get(twin, &counters);
        assert_in_range(counters.longest_blackout_ps, 448 * TWIN_PS_PER_US, BUDGET_PS);
        assert_in_range(seen.tick_latency_ps, 1, BOUND_PS + HANDLERS_PS);
        assert_in_range(seen.suspends, 25000 / 520, 600000 / 448 + 30);
        assert_int_equal(seen.suspends, seen.resumes);
        nothing_is_wrong();
        print_message("longest blackout %.3f us, a tick late by %.3f us, %u suspends\n",
                      (double)counters.longest_blackout_ps / 1e6,
                      (double)seen.tick_latency_ps / 1e6, seen.suspends);
        type("q");
        assert_int_equal(said("over_budget "), 0);
        assert_int_equal(said("late_suspends "), 0);
        assert_in_range(said("bound_us "), 448 + 56, 514);
        assert_in_range((uint64_t)said("longest_ns ") * TWIN_PS_PER_NS, 448 * TWIN_PS_PER_US,
                        BUDGET_PS);
        teardown(NULL);
    }
}

/* The budget alone would let the handler wait for 20 ms. */
static void test_slices_end_for_a_handler(void **state)
{
    struct twin_counters counters;
    (void)state;
    start(TWIN_BUSY_TYPICAL, 3);
    type("l");
    memset(&seen, 0, sizeof seen);
    twin_counters_clear(twin);
    type("e");
    type("e");
    twin_counters_get(twin, &counters);
    assert_in_range(counters.longest_blackout_ps, 900 * TWIN_PS_PER_US, 1600 * TWIN_PS_PER_US);
    assert_in_range(seen.tick_latency_ps, 56 * TWIN_PS_PER_US, BOUND_PS + HANDLERS_PS);
    print_message("a tick late by %.3f us, blackouts up to %.3f us\n",
                  (double)seen.tick_latency_ps / 1e6,
                  (double)counters.longest_blackout_ps / 1e6);
    assert_true(seen.ticks >= (seen.erase_end_ps - seen.erase_begin_ps) / TWIN_PS_PER_MS);
    nothing_is_wrong();
}

/* The other two ways beside it: nothing is suspended, and the whole erase is dark. */
static void test_slices_whole_operation_is_one_blackout(void **state)
{
    struct twin_counters counters;
    (void)state;
    start(TWIN_BUSY_TYPICAL, 4);
    type("w");
    memset(&seen, 0, sizeof seen);
    twin_counters_clear(twin);
    type("e");
    type("s");
    twin_counters_get(twin, &counters);
    assert_in_range(counters.longest_blackout_ps, 25000 * TWIN_PS_PER_US, 25010 * TWIN_PS_PER_US);
    assert_int_equal(counters.blackouts, counters.programs + counters.erases);
    assert_int_equal(seen.suspends, 0);
    assert_true(seen.tick_latency_ps > 20000 * TWIN_PS_PER_US);
    nothing_is_wrong();
}

/* The product with handlers at 20 kHz in flash: each slice ends as soon as it may. */
static void test_slices_product_keeps_its_brightness(void **state)
{
    struct twin_counters counters;
    size_t n;
    (void)state;
    start_image(PRODUCT, TWIN_BUSY_TYPICAL, 5);
    twin_uart_type(twin, "set 42\r");
    twin_run(twin, &(struct twin_until){.for_ps = 300 * TWIN_PS_PER_MS, .wall_ms = 60000});
    twin_counters_get(twin, &counters);
    assert_in_range(counters.longest_blackout_ps, 100 * TWIN_PS_PER_US, BUDGET_PS);
    assert_in_range(counters.programs, 2, 40);
    twin_power_off(twin);
    twin_power_on(twin);
    prompt_reach(twin);
    assert_non_null(strstr(twin_uart_text(twin, &n), "brightness 42\r\n"));
}

/* Nine lines in one breath at 115200 baud: in a slice come six bytes, and the UART keeps them. */
static void test_slices_product_loses_no_typed_byte(void **state)
{
    size_t n;
    (void)state;
    start_image(PRODUCT, TWIN_BUSY_TYPICAL, 6);
    twin_uart_type(twin, "set 42\rset 7\rset 8\rset 9\rset 10\rset 11\rset 12\rset 13\rshow\r");
    twin_run(twin, &(struct twin_until){.for_ps = 300 * TWIN_PS_PER_MS, .wall_ms = 60000});
    assert_non_null(strstr(twin_uart_text(twin, &n), "saved 13\r\n"));
    assert_int_equal(said("lost_bytes "), 0);
    assert_in_range(said("blackouts "), 16, 1000);
}

/* ---- read while write that is only claimed ---- */

static void start_without_read_while_write(bool lacks)
{
    struct twin_cfg cfg;
    twin_cfg_default(&cfg);
    cfg.app_path = IMAGE;
    cfg.tear = TWIN_TEAR_GRANULE;
    cfg.write_bytes = 0;
    cfg.lacks_read_while_write = lacks;
    cfg.keep_going = true;
    cfg.event = on_event;
    twin = prompt_create(&cfg);
    twin_power_on(twin);
    prompt_reach(twin);
}

/* The trial's read is the one that gets no strobe; nothing else may be wrong. */
static void one_strobe_is_missing(uint32_t wanted)
{
    assert_int_equal(seen.violations, wanted);
    assert_int_equal(seen.strobes, wanted);
}

static void test_slices_trial_finds_out_a_chip_that_lacks_it(void **state)
{
    struct twin_counters counters;
    size_t n;
    (void)state;
    start_without_read_while_write(true);
    memset(&seen, 0, sizeof seen);
    twin_counters_clear(twin);
    type("O");
    type("e");
    type("s");
    type("q");
    one_strobe_is_missing(1);
    assert_int_equal(said("trust "), 2);
    assert_int_equal(said("over_budget "), 0);
    assert_int_equal(said("saved "), 1);
    twin_counters_get(twin, &counters);
    assert_in_range(counters.longest_blackout_ps, 448 * TWIN_PS_PER_US, BUDGET_PS);
    assert_true(seen.suspends > 25000 / 520);
    type("o"); /* a new start, a new trial, and no way with this budget: waited out once */
    memset(&seen, 0, sizeof seen);
    type("e");
    one_strobe_is_missing(1);
    type("e");
    assert_non_null(strstr(twin_uart_text(twin, &n), "NACRE_NO_WAY"));
    one_strobe_is_missing(1);
}

static void test_slices_trial_trusts_a_chip_that_can(void **state)
{
    struct twin_counters counters;
    (void)state;
    start_without_read_while_write(false);
    type("o");
    memset(&seen, 0, sizeof seen);
    twin_counters_clear(twin);
    type("e");
    type("s");
    type("q");
    one_strobe_is_missing(0);
    assert_int_equal(said("trust "), 1);
    twin_counters_get(twin, &counters);
    /* By its own clock, the trial included, which was made while the store was formatted. */
    print_message("longest blackout %.3f us, with the trial %u ns\n",
                  (double)counters.longest_blackout_ps / 1e6, said("longest_ns "));
    assert_in_range(said("longest_ns "), 2000, 5000);
    assert_in_range(counters.longest_blackout_ps, 1, 5 * TWIN_PS_PER_US);
    assert_int_equal(seen.suspends, 0);
}

/* ---- cuts ---- */

/* The number that the next start finds, which must be what the one after it finds. */
static uint32_t number_after_starts(void)
{
    twin_power_on(twin);
    prompt_reach(twin);
    const uint32_t first = said("number ");
    twin_power_off(twin);
    twin_power_on(twin);
    prompt_reach(twin);
    assert_int_equal(said("number "), first);
    return first;
}

/* The board before a save that must erase first, and what that save sends. */
struct save {
    struct twin_snapshot *before;
    uint32_t number; /* that is there already */
    uint64_t begin_ps, end_ps;
};

static struct save find_save_with_erase(void)
{
    struct save save = {.before = NULL};
    type("m");
    type("m");
    type("s");
    for (uint32_t i = 0; i < SAVES_MAX; i++) {
        save.number = said("saved ");
        save.before = twin_snapshot(twin);
        save.begin_ps = twin_now_ps(twin);
        memset(&seen, 0, sizeof seen);
        type("s");
        save.end_ps = twin_now_ps(twin);
        if (seen.erases != 0 && seen.suspends > 10) return save;
        twin_snapshot_free(twin, save.before);
    }
    fail_msg("no save took an erase");
    return save;
}

static uint32_t cuts;

static void cut_here(const struct save *save, const struct twin_cut *cut)
{
    twin_restore(twin, save->before);
    twin_cut_plan(twin, cut);
    twin_uart_type(twin, "s");
    const enum twin_stop stop = prompt_run(twin);
    if (stop == TWIN_STOP_TEXT) return;
    if (stop != TWIN_STOP_CUT) prompt_fail_stopped(twin, stop);
    cuts++;
    const uint32_t found = number_after_starts();
    if (found != save->number && found != save->number + 1) {
        fail_msg("cut kind %d count %llu time %llu: %u was saved, %u is found", (int)cut->kind,
                 (unsigned long long)cut->count, (unsigned long long)cut->time_ps, save->number,
                 found);
    }
    type("s");
    assert_int_equal(said("saved "), found + 1);
}

static void test_slices_cut_leaves_the_old_number_or_the_new(void **state)
{
    static uint64_t command[COMMANDS_MAX];
    (void)state;
    start(TWIN_BUSY_TYPICAL, 11);
    const struct save save = find_save_with_erase();
    const uint32_t count = seen.command_count;
    memcpy(command, seen.command, sizeof command);
    for (uint32_t i = 0; i < count; i += i < 8 || i + 8 > count ? 1 : 9) {
        cut_here(&save, &(struct twin_cut){.kind = TWIN_CUT_BEFORE_COMMAND, .count = command[i]});
        cut_here(&save, &(struct twin_cut){.kind = TWIN_CUT_AFTER_COMMAND, .count = command[i]});
    }
    for (uint32_t i = 1; i < INSTANTS; i++) {
        cut_here(&save, &(struct twin_cut){
            .kind = TWIN_CUT_AT_TIME,
            .time_ps = save.begin_ps + (save.end_ps - save.begin_ps) / INSTANTS * i});
    }
    print_message("%u cuts\n", cuts);
    assert_true(cuts > 60);
    twin_snapshot_free(twin, save.before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_slices_keep_budget_and_bound, teardown),
        cmocka_unit_test_teardown(test_slices_end_for_a_handler, teardown),
        cmocka_unit_test_teardown(test_slices_whole_operation_is_one_blackout, teardown),
        cmocka_unit_test_teardown(test_slices_product_keeps_its_brightness, teardown),
        cmocka_unit_test_teardown(test_slices_product_loses_no_typed_byte, teardown),
        cmocka_unit_test_teardown(test_slices_trial_finds_out_a_chip_that_lacks_it, teardown),
        cmocka_unit_test_teardown(test_slices_trial_trusts_a_chip_that_can, teardown),
        cmocka_unit_test_teardown(test_slices_cut_leaves_the_old_number_or_the_new, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
