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

static struct twin *twin;
static uint64_t tick_latency_ps; /* the longest */
static uint64_t ticks;

static void on_event(void *context, const struct twin_event *event)
{
    (void)context;
    if (event->kind != TWIN_EVENT_IRQ_TAKEN || event->u.irq.exception != SYSTICK) return;
    ticks++;
    if (event->u.irq.latency_ps > tick_latency_ps) tick_latency_ps = event->u.irq.latency_ps;
}

static void type(const char *letter)
{
    twin_uart_type(twin, letter);
    prompt_reach(twin);
}

static void power_on(uint32_t base)
{
    twin_power_on(twin);
    prompt_reach(twin);
    type(base == BANK_0 ? "i" : "o");
}

static void start(uint32_t write_addr, uint64_t seed)
{
    char error[TWIN_ERROR_BYTES];
    struct twin_cfg cfg;
    twin_cfg_default(&cfg);
    cfg.app_path = IMAGE;
    cfg.seed = seed;
    cfg.tear = TWIN_TEAR_GRANULE;
    cfg.write_addr = write_addr;
    cfg.write_bytes = WRITE_BYTES;
    cfg.dcache = true;
    cfg.event = on_event;
    twin = twin_create(&cfg, error);
    if (twin == NULL) fail_msg("%s", error);
    power_on(write_addr);
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
    if (twin != NULL) twin_destroy(twin);
    twin = NULL;
    return 0;
}

/* The number behind the last "name " that begins a line. */
static uint32_t said(const char *name)
{
    size_t n;
    const char *last = NULL;
    for (const char *at = twin_uart_text(twin, &n); (at = strstr(at, name)) != NULL; at++) {
        last = at;
    }
    if (last == NULL) fail_msg("the console never said %s", name);
    return (uint32_t)strtoul(last + strlen(name), NULL, 10);
}

static void nothing_was_refused(void)
{
    size_t n;
    const char *text = twin_uart_text(twin, &n);
    if (strstr(text, "NACRE_") != NULL) fail_msg("%s", text);
}

static void update_is_whole(uint32_t base, uint32_t bytes)
{
    static uint8_t got[UPDATE_BYTES];
    assert_true(twin_chip_read(twin, base, got, bytes));
    for (uint32_t i = 0; i < bytes; i++) {
        const uint32_t off = i / 1024u * 1024u;
        if (got[i] != (uint8_t)(i * 167u + off / 1024u)) fail_msg("%u: %02x", i, got[i]);
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
    update_is_whole(BANK_3, UPDATE_BYTES);
    assert_int_equal(said("update_wrong "), 0);
    assert_in_range(said("saved "), 60, 120);
    assert_in_range(counters.longest_blackout_ps, 1, BUDGET_PS);
    assert_in_range(tick_latency_ps, 1, BUDGET_PS + HANDLERS_PS);
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
    update_is_whole(BANK_0, 4 * UNIT);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_rest_update_is_written_while_the_store_saves, teardown),
        cmocka_unit_test_teardown(test_rest_update_is_written_in_slices, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
