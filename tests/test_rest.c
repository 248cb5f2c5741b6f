/*
 * Goal    an update, a swap of two slots and a log, through the adapters for MCUboot and littlefs,
 *         while a store saves and a handler in flash runs a thousand times a second: nothing is
 *         lost by a cut, no blackout is longer than the budget, nothing touches the flash while it
 *         cannot be read.
 * Method  tests/rest_fw on the twin, which stops at any violation by itself. Slots, log and store
 *         lie in bank 3, then all of them in the image's bank. What an update must hold is made
 *         here.
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

#define IMAGE NACRE_FIRMWARE_DIR "/tests/rest_fw/rest.elf"
#define SYSTICK 15u
#define BANK_3 0x07E00000u
#define BANK_0 0x01E00000u
#define WRITE_BYTES 0x001F0000u
#define UPDATE_BYTES 0x40000u
#define UNIT 4096u
#define BUDGET_PS (5u * TWIN_PS_PER_US)
#define SLICES_BUDGET_PS (520u * TWIN_PS_PER_US)
#define BOUND_PS (514u * TWIN_PS_PER_US)
#define HANDLERS_PS (6u * TWIN_PS_PER_US) /* entering, and the console's handler before it */

#define WAYS_OF_CUTTING 4u
#define CUTS 12u           /* of each scene in bank 3 */
#define CUTS_SLICED 3u     /* in the image's bank, where the twin takes long */
#define CUTS_CAMPAIGN 300u
#define CUTS_CAMPAIGN_SLICED 40u

static struct twin *twin;
static uint64_t tick_latency_ps; /* the longest */
static uint64_t ticks;
static uint32_t base;               /* of the bank in use */
static struct twin_command program; /* the last one in the area of the update */

static void on_event(void *context, const struct twin_event *event)
{
    (void)context;
    if (event->kind == TWIN_EVENT_COMMAND && event->u.command.class == TWIN_COMMAND_PROGRAM &&
        event->u.command.addr - base < UPDATE_BYTES) {
        program = event->u.command;
    }
    if (event->kind != TWIN_EVENT_IRQ_TAKEN || event->u.irq.exception != SYSTICK) return;
    ticks++;
    if (event->u.irq.latency_ps > tick_latency_ps) tick_latency_ps = event->u.irq.latency_ps;
}

static void type(const char *letter)
{
    prompt_type(twin, letter);
}

static void power_on(void)
{
    twin_power_on(twin);
    prompt_reach(twin);
    type(base == BANK_0 ? "i" : "o");
}

static void start(uint32_t bank, uint64_t seed)
{
    struct twin_cfg cfg;
    twin_cfg_default(&cfg);
    cfg.app_path = IMAGE;
    cfg.seed = seed;
    cfg.tear = TWIN_TEAR_GRANULE;
    cfg.write_addr = bank;
    cfg.write_bytes = WRITE_BYTES;
    cfg.dcache = true;
    cfg.event = on_event;
    twin = prompt_create(&cfg);
    base = bank;
    power_on();
}

static void forget(void)
{
    twin_counters_clear(twin);
    tick_latency_ps = 0;
    ticks = 0;
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

static void nothing_was_refused(void)
{
    size_t n;
    const char *text = twin_uart_text(twin, &n);
    if (strstr(text, "NACRE_") != NULL) fail_msg("%s", text);
}

/* From the area's start so many bytes are of the update, and from blank to end there is nothing. */
static void update_is_there(uint32_t bytes, uint32_t blank, uint32_t end)
{
    static uint8_t got[UPDATE_BYTES];
    assert_true(twin_chip_read(twin, base, got, end));
    for (uint32_t i = 0; i < bytes; i++) {
        if (got[i] != (uint8_t)(i * 167u + i / 1024u)) fail_msg("%u: %02x", i, got[i]);
    }
    for (uint32_t i = blank; i < end; i++) {
        if (got[i] != 0xFF) fail_msg("%u: %02x, and the cut was before", i, got[i]);
    }
}

/* ---- time ---- */

static void test_rest_update_is_written_while_the_store_saves(void **state)
{
    struct twin_counters counters;
    (void)state;
    start(BANK_3, 1);
    type("s"); /* the trial is behind us */
    forget();
    const uint64_t begin_ps = twin_now_ps(twin);
    type("u");
    const uint64_t took_ps = twin_now_ps(twin) - begin_ps;
    twin_counters_get(twin, &counters);
    nothing_was_refused();
    update_is_there(UPDATE_BYTES, UPDATE_BYTES, UPDATE_BYTES);
    assert_int_equal(said("update_wrong "), 0);
    assert_in_range(said("saved "), 60, 120);
    assert_in_range(counters.longest_blackout_ps, 1, BUDGET_PS);
    assert_in_range(tick_latency_ps, 0, BUDGET_PS + HANDLERS_PS);
    assert_in_range(ticks, took_ps / TWIN_PS_PER_MS - 1, took_ps / TWIN_PS_PER_MS + 1);
    assert_in_range(counters.worst_dark_in_1ms_ps, 1, 20 * TWIN_PS_PER_US);
    type("q");
    assert_int_equal(said("over_budget "), 0);
    assert_int_equal(counters.violations, 0);
    print_message("256 KB in %u ms (erased in %u), %u saves; longest blackout %.3f us, darkest "
                  "millisecond %.3f us, a tick late by %.3f us\n", said("update_ms "),
                  said("erased_ms "), said("saved "), (double)counters.longest_blackout_ps / 1e6,
                  (double)counters.worst_dark_in_1ms_ps / 1e6, (double)tick_latency_ps / 1e6);
}

static void test_rest_update_is_written_in_slices(void **state)
{
    struct twin_counters counters;
    (void)state;
    start(BANK_0, 2);
    forget();
    type("U");
    twin_counters_get(twin, &counters);
    nothing_was_refused();
    update_is_there(4 * UNIT, 4 * UNIT, 4 * UNIT);
    assert_int_equal(said("update_wrong "), 0);
    assert_in_range(said("saved "), 4, 20);
    assert_in_range(counters.longest_blackout_ps, 448 * TWIN_PS_PER_US, SLICES_BUDGET_PS);
    assert_in_range(tick_latency_ps, 1, BOUND_PS + HANDLERS_PS);
    type("q");
    assert_int_equal(said("over_budget "), 0);
    assert_true(said("slices ") > 4 * 25000 / 520);
    print_message("16 KB in %u ms (erased in %u), %u saves; longest blackout %.3f us, a tick late "
                  "by %.3f us\n", said("update_ms "), said("erased_ms "), said("saved "),
                  (double)counters.longest_blackout_ps / 1e6, (double)tick_latency_ps / 1e6);
}

/* ---- cuts ---- */

/* A letter, the board before it, and what it sends to the chip. */
struct scene {
    const char *letter;
    struct twin_snapshot *before;
    uint64_t command, commands;
    uint64_t operation, operations;
    uint64_t begin_ps, lasts_ps;
};

static struct scene scene_of(const char *letter)
{
    struct scene scene = {.letter = letter, .before = twin_snapshot(twin)};
    scene.command = twin_command_count(twin);
    scene.operation = twin_operation_count(twin);
    scene.begin_ps = twin_now_ps(twin);
    type(letter);
    scene.commands = twin_command_count(twin) - scene.command;
    scene.operations = twin_operation_count(twin) - scene.operation;
    scene.lasts_ps = twin_now_ps(twin) - scene.begin_ps;
    nothing_was_refused();
    return scene;
}

static uint32_t cut_count(void)
{
    if (getenv("NACRE_CAMPAIGN") != NULL) {
        return base == BANK_0 ? CUTS_CAMPAIGN_SLICED : CUTS_CAMPAIGN;
    }
    return base == BANK_0 ? CUTS_SLICED : CUTS;
}

/* Cut i of cut_count, spread over the scene; each kind in turn. */
static void cut(const struct scene *scene, uint32_t i)
{
    const double at = ((double)i + 0.5) / cut_count();
    struct twin_cut cut = {.fraction = (double)(i * 7 % 10) / 10.0};
    switch ((i + 2u) % WAYS_OF_CUTTING) {
    case 0: cut.kind = TWIN_CUT_BEFORE_COMMAND; break;
    case 1: cut.kind = TWIN_CUT_AFTER_COMMAND; break;
    case 2: cut.kind = TWIN_CUT_IN_OPERATION; break;
    default: cut.kind = TWIN_CUT_AT_TIME; break;
    }
    cut.count = scene->command + (uint64_t)(at * (double)scene->commands);
    if (cut.kind == TWIN_CUT_IN_OPERATION) {
        cut.count = scene->operation + (uint64_t)(at * (double)scene->operations);
    }
    cut.time_ps = scene->begin_ps + (uint64_t)(at * (double)scene->lasts_ps);
    twin_restore(twin, scene->before);
    twin_seed(twin, i + 1);
    memset(&program, 0, sizeof program);
    twin_cut_plan(twin, &cut);
    twin_uart_type(twin, scene->letter);
    const enum twin_stop stop = prompt_run(twin);
    if (stop != TWIN_STOP_CUT) prompt_fail_stopped(twin, stop);
}

/* The firmware's variable: it is set when a call has answered, and the console only tells later. */
static uint32_t answered(const char *variable)
{
    uint32_t addr, value;
    assert_true(twin_symbol_find(twin, variable, &addr));
    assert_true(twin_memory_read(twin, addr, &value, sizeof value));
    return value;
}

/* The next start finds what was answered last, or what the cut was in the middle of. */
static void start_again(const char *variable, const char *found)
{
    const uint32_t last = answered(variable);
    power_on();
    nothing_was_refused();
    assert_in_range(said(found), last, last + 1);
}

static void cut_swaps(uint32_t bank)
{
    start(bank, 3);
    type("s");
    type("p");
    const struct scene scene = scene_of("x");
    for (uint32_t i = 0; i < cut_count(); i++) {
        cut(&scene, i);
        start_again("number", "number ");
        type("x");
        type("y");
        nothing_was_refused();
        assert_int_equal(said("primary "), 2);
        assert_int_equal(said("secondary "), 1);
    }
    twin_snapshot_free(twin, scene.before);
}

static void test_rest_cut_in_a_swap_is_gone_on_from(void **state)
{
    (void)state;
    cut_swaps(BANK_3);
    if (getenv("NACRE_CAMPAIGN") == NULL) return;
    teardown(NULL);
    cut_swaps(BANK_0);
}

static void cut_updates(uint32_t bank)
{
    start(bank, 4);
    type("s");
    type("U"); /* so that there is something to erase */
    const struct scene scene = scene_of("U");
    for (uint32_t i = 0; i < cut_count(); i++) {
        cut(&scene, i);
        if (program.bytes != 0) { /* the one before it had ended */
            const uint32_t at = program.addr - base;
            update_is_there(at, at + program.bytes, 4 * UNIT);
        }
        start_again("number", "number ");
        type("U");
        nothing_was_refused();
        assert_int_equal(said("update_wrong "), 0);
    }
    twin_snapshot_free(twin, scene.before);
}

static void test_rest_cut_in_an_update_spoils_one_piece(void **state)
{
    (void)state;
    cut_updates(BANK_3);
    teardown(NULL);
    cut_updates(BANK_0);
}

/* Of the log the next entry that needs a new block. */
static struct scene append_with_erase(void)
{
    struct scene scene;
    for (uint32_t i = 0; i < 4096u / 16u - 1u; i++) type("l");
    scene = scene_of("l");
    assert_true(scene.lasts_ps < 20 * TWIN_PS_PER_MS);
    twin_snapshot_free(twin, scene.before);
    scene = scene_of("l");
    assert_true(scene.lasts_ps > 20 * TWIN_PS_PER_MS);
    return scene;
}

static void test_rest_cut_in_a_log_leaves_the_old_entry_or_the_new(void **state)
{
    (void)state;
    start(BANK_3, 5);
    const struct scene scene = append_with_erase();
    for (uint32_t i = 0; i < cut_count(); i++) {
        cut(&scene, i);
        start_again("log_number", "log ");
        const uint32_t found = said("log ");
        type("l");
        nothing_was_refused();
        assert_int_equal(said("logged "), found + 1);
    }
    twin_snapshot_free(twin, scene.before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_rest_update_is_written_while_the_store_saves, teardown),
        cmocka_unit_test_teardown(test_rest_update_is_written_in_slices, teardown),
        cmocka_unit_test_teardown(test_rest_cut_in_a_swap_is_gone_on_from, teardown),
        cmocka_unit_test_teardown(test_rest_cut_in_an_update_spoils_one_piece, teardown),
        cmocka_unit_test_teardown(test_rest_cut_in_a_log_leaves_the_old_entry_or_the_new, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
