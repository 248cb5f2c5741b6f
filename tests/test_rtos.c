/*
 * The examples with a kernel: other threads run while the library waits for the flash, and before
 * Stop mode nothing of the flash is busy or suspended.
 *
 * Method: the images run on the twin, with the kernel for tests behind the stated interfaces of
 * FreeRTOS and ThreadX; their stores lie in another bank, or in the bank that runs them. The twin
 * says when an erase began and ended, and when a thread took its turn; it stops at any violation by
 * itself. How often a thread is due follows from the periods in examples/rtos/product.h.
 */
#include "tests/support/prompt.h"
#include "twin/twin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define PANEL_US 5000u
#define LOG_US 3000u
#define RUN_MS 700u

static struct twin *twin;

static struct {
    uint32_t under_way;    /* operations begun and not ended: 0 or 1 */
    bool is_erase;
    uint64_t begun_ps;
    uint32_t panel_turns;  /* in the erase under way */
    uint32_t log_turns;
    uint32_t erases;       /* that ended */
    bool log_waits;        /* inside the store, for its lock */
    bool log_waited;       /* so, in the erase under way */
    uint32_t log_erases;   /* in which it did not */
    uint32_t held_up;      /* calls of quiesce that found something under way */
    uint32_t stops;        /* turns in Stop mode */
    uint32_t busy_stops;
    uint32_t late_threads; /* erases in which a thread had too few turns */
} seen;

static void begin(const struct twin_event *event)
{
    const enum twin_command_class class = event->u.command.class;

    if (class != TWIN_COMMAND_PROGRAM && class != TWIN_COMMAND_ERASE) return;
    seen.under_way++;
    seen.is_erase = class == TWIN_COMMAND_ERASE;
    seen.begun_ps = event->time_ps;
    seen.panel_turns = 0;
    seen.log_turns = 0;
    seen.log_waited = seen.log_waits;
}

/*
 * One turn less than the periods that fit, two for the log, of which each tick may take one. While
 * it waits for the store's lock it takes none.
 */
static void end(const struct twin_event *event)
{
    const uint32_t us = (uint32_t)((event->time_ps - seen.begun_ps) / TWIN_PS_PER_US);

    seen.under_way--;
    if (!seen.is_erase) return;
    seen.erases++;
    if ((seen.panel_turns + 1) * PANEL_US < us) seen.late_threads++;
    if (seen.log_waited) return;
    seen.log_erases++;
    if ((seen.log_turns + 2) * (LOG_US + 1000u) < us) seen.late_threads++;
}

static void come_back(const char *symbol)
{
    if (strcmp(symbol, "nacre_get") == 0) seen.log_waits = false;
}

static void turn(const char *symbol)
{
    if (strcmp(symbol, "nacre_get") == 0) seen.log_waits = seen.log_waited = true;
    if (strcmp(symbol, "product_panel") == 0) seen.panel_turns++;
    if (strcmp(symbol, "product_log") == 0) seen.log_turns++;
    if (strcmp(symbol, "nacre_nor_quiesce") == 0 && seen.under_way != 0) seen.held_up++;
    if (strcmp(symbol, "product_stop_mode") != 0) return;
    seen.stops++;
    if (seen.under_way != 0) seen.busy_stops++;
}

static void on_event(void *context, const struct twin_event *event)
{
    (void)context;
    if (event->kind == TWIN_EVENT_COMMAND) begin(event);
    if (event->kind == TWIN_EVENT_BUSY_END) end(event);
    if (event->kind == TWIN_EVENT_CALL) turn(event->u.call.symbol);
    if (event->kind == TWIN_EVENT_RETURN) come_back(event->u.call.symbol);
}

struct image {
    const char *path;
    uint32_t write_addr;
    uint64_t longest_us; /* blackout */
};

#define OTHER_BANK 0x07FE0000u
#define SAME_BANK 0x01FE0000u

static const struct image freertos = {
    NACRE_FIRMWARE_DIR "/examples/freertos/freertos.elf", OTHER_BANK, 5};
static const struct image freertos_same_bank = {
    NACRE_FIRMWARE_DIR "/examples/freertos/freertos_same_bank.elf", SAME_BANK, 520};
static const struct image threadx = {
    NACRE_FIRMWARE_DIR "/examples/threadx/threadx.elf", OTHER_BANK, 5};
static const struct image threadx_same_bank = {
    NACRE_FIRMWARE_DIR "/examples/threadx/threadx_same_bank.elf", SAME_BANK, 520};

static void start(const struct image *image)
{
    struct twin_cfg cfg;
    twin_cfg_default(&cfg);
    cfg.app_path = image->path;
    cfg.write_addr = image->write_addr;
    cfg.event = on_event;
    memset(&seen, 0, sizeof seen);
    twin = prompt_create(&cfg);
    assert_true(twin_watch(twin, "product_panel"));
    assert_true(twin_watch(twin, "product_log"));
    assert_true(twin_watch(twin, "product_stop_mode"));
    assert_true(twin_watch(twin, "nacre_get")); /* by the log alone */
    assert_true(twin_watch(twin, "nacre_nor_quiesce"));
    twin_power_on(twin);
}

static int teardown(void **state)
{
    (void)state;
    prompt_end(&twin);
    return 0;
}

static void run_ms(uint32_t ms)
{
    const struct twin_until until = {.for_ps = ms * TWIN_PS_PER_MS, .wall_ms = 60000};
    const enum twin_stop stop = twin_run(twin, &until);
    if (stop != TWIN_STOP_TIME) prompt_fail_stopped(twin, stop);
}

/* The number after name in the log's last line. */
static uint32_t last_number(const char *name)
{
    const char *const text = twin_uart_text(twin, NULL);
    const char *found = NULL;
    for (const char *at = strstr(text, name); at != NULL; at = strstr(at + 1, name)) {
        found = at + strlen(name);
    }
    uint32_t number = 0;
    if (found == NULL || sscanf(found, "%u", &number) != 1) fail_msg("no %s in:\n%s", name, text);
    return number;
}

/* Every line of the log ends without an error. */
static void log_is_well(void)
{
    const char *at = twin_uart_text(twin, NULL);
    uint32_t lines = 0;
    for (const char *end = strstr(at, "\r\n"); end != NULL; end = strstr(at, "\r\n")) {
        assert_true(end - at > 9);
        assert_int_equal(strncmp(end - 9, " NACRE_OK", 9), 0);
        at = end + 2;
        lines++;
    }
    assert_true(lines != 0);
}

static void threads_run_while_the_flash_is_busy(const struct image *image)
{
    struct twin_counters counters;
    start(image);
    run_ms(RUN_MS);
    log_is_well();
    assert_in_range(seen.erases, 2, RUN_MS / 25);
    assert_int_equal(seen.late_threads, 0);
    assert_true(seen.log_erases != 0);
    assert_in_range(last_number("longest_ms "), PANEL_US / 1000, PANEL_US / 1000 + 1);
    assert_in_range(last_number("saved "), 20, RUN_MS * 1000 / PANEL_US / 3);
    twin_counters_get(twin, &counters);
    assert_in_range(counters.longest_blackout_ps, 1, image->longest_us * TWIN_PS_PER_US);
    assert_in_range(counters.latency_dark_ps, 0, image->longest_us * TWIN_PS_PER_US);
}

/* Asked to go down again and again, whatever is under way. */
static void nothing_is_busy_in_stop_mode(const struct image *image)
{
    static const char many[] = "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz";
    start(image);
    for (uint32_t i = 0; i < 2; i++) {
        run_ms(i == 0 ? 50 : 500);
        twin_uart_type(twin, many);
    }
    run_ms(400);
    log_is_well();
    assert_in_range(seen.held_up, 2, seen.erases);
    assert_in_range(seen.stops, 20, 2 * sizeof many);
    assert_int_equal(seen.busy_stops, 0);
}

static void test_rtos_freertos_threads_run_while_the_flash_is_busy(void **state)
{
    (void)state;
    threads_run_while_the_flash_is_busy(&freertos);
}

static void test_rtos_freertos_threads_run_between_slices(void **state)
{
    (void)state;
    threads_run_while_the_flash_is_busy(&freertos_same_bank);
}

static void test_rtos_threadx_threads_run_while_the_flash_is_busy(void **state)
{
    (void)state;
    threads_run_while_the_flash_is_busy(&threadx);
}

static void test_rtos_threadx_threads_run_between_slices(void **state)
{
    (void)state;
    threads_run_while_the_flash_is_busy(&threadx_same_bank);
}

static void test_rtos_nothing_is_busy_in_stop_mode(void **state)
{
    (void)state;
    nothing_is_busy_in_stop_mode(&freertos);
}

static void test_rtos_nothing_is_suspended_in_stop_mode(void **state)
{
    (void)state;
    nothing_is_busy_in_stop_mode(&threadx_same_bank);
}

#define TEST(name) cmocka_unit_test_teardown(test_rtos_##name, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(freertos_threads_run_while_the_flash_is_busy),
        TEST(freertos_threads_run_between_slices),
        TEST(threadx_threads_run_while_the_flash_is_busy),
        TEST(threadx_threads_run_between_slices),
        TEST(nothing_is_busy_in_stop_mode),
        TEST(nothing_is_suspended_in_stop_mode),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
