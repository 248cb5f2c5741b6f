/*
 * What a save and an erase in the bank that runs the code cost, in slices and as whole operations:
 * the latter is what a driver does that copies itself to RAM and masks interrupts.
 *
 * Method: tests/port_fw/slices.c on the twin, with a handler in flash a thousand times a second,
 * typical times. Each way does the same: ERASES erases of a unit and SAVES saves.
 *
 * usage: bench_sliced PORT_SLICES_ELF
 */
#include "bench/figure.h"
#include "twin/twin.h"

#include <stdlib.h>
#include <string.h>

#define ERASES 10u
#define SAVES 50u
#define SYSTICK 15u

struct seen {
    uint64_t save_ps, save_longest_ps;  /* from call to return */
    uint64_t erase_begin_ps, erase_ps;  /* in the chip, from start to end */
    uint64_t erase_busy_ps;             /* what it takes undisturbed */
    uint64_t latency_ps;                /* of the handler, the longest */
    uint64_t ticks;
};

static struct twin *twin;
static struct seen seen;

static void on_event(void *context, const struct twin_event *event)
{
    (void)context;
    if (event->kind == TWIN_EVENT_COMMAND && event->u.command.class == TWIN_COMMAND_ERASE) {
        seen.erase_begin_ps = event->time_ps;
        seen.erase_busy_ps = event->u.command.busy_ps;
    }
    if (event->kind == TWIN_EVENT_BUSY_END && event->u.command.bytes == 4096u) {
        seen.erase_ps += event->time_ps - seen.erase_begin_ps;
    }
    if (event->kind == TWIN_EVENT_RETURN) {
        const uint64_t ps = event->time_ps - event->u.call.call_ps;
        seen.save_ps += ps;
        if (ps > seen.save_longest_ps) seen.save_longest_ps = ps;
    }
    if (event->kind == TWIN_EVENT_IRQ_TAKEN && event->u.irq.exception == SYSTICK) {
        seen.ticks++;
        if (event->u.irq.latency_ps > seen.latency_ps) seen.latency_ps = event->u.irq.latency_ps;
    }
}

static void type(const char *letter)
{
    const struct twin_until until = {.text = "> ", .for_ps = 20000 * TWIN_PS_PER_MS,
                                     .wall_ms = 120000};
    if (letter != NULL) twin_uart_type(twin, letter);
    const enum twin_stop stop = twin_run(twin, &until);
    if (stop == TWIN_STOP_TEXT) return;
    fprintf(stderr, "bench_sliced: stopped by %s\n", twin_stop_name(stop));
    exit(1);
}

static void start(const char *elf)
{
    char error[TWIN_ERROR_BYTES];
    struct twin_cfg cfg;
    twin_cfg_default(&cfg);
    cfg.app_path = elf;
    cfg.tear = TWIN_TEAR_GRANULE;
    cfg.write_addr = 0x01FE0000;
    cfg.event = on_event;
    twin = twin_create(&cfg, error);
    if (twin == NULL || !twin_watch(twin, "nacre_set")) {
        fprintf(stderr, "bench_sliced: %s\n", twin == NULL ? error : "no nacre_set");
        exit(1);
    }
    twin_power_on(twin);
    type(NULL);
}

static double us(uint64_t ps)
{
    return (double)ps / 1e6;
}

static void print(const char *way, const char *name, double value, const char *unit)
{
    char whole[96];
    (void)snprintf(whole, sizeof whole, "blackout.%s.mx66uw1g45g.%s", way, name);
    figure_print(whole, value, unit, FIGURE_NO_LIMIT);
}

static void measure(const char *way)
{
    struct twin_counters counters;
    memset(&seen, 0, sizeof seen);
    twin_counters_clear(twin);
    for (uint32_t i = 0; i < ERASES; i++) type("e");
    twin_counters_get(twin, &counters);
    const struct seen erases = seen;
    print(way, "dark_per_erase_us", us(counters.dark_ps) / ERASES, "us");
    print(way, "erase_stretched",
          (double)erases.erase_ps / ERASES / (double)erases.erase_busy_ps, "times");
    for (uint32_t i = 0; i < SAVES; i++) type("s");
    const uint64_t erases_dark_ps = counters.dark_ps;
    twin_counters_get(twin, &counters);
    print(way, "dark_per_save_us", us(counters.dark_ps - erases_dark_ps) / SAVES, "us");
    print(way, "durable_us", us(seen.save_ps) / SAVES, "us");
    print(way, "durable_longest_us", us(seen.save_longest_ps), "us");
    print(way, "longest_us", us(counters.longest_blackout_ps), "us");
    print(way, "latency_us", us(seen.latency_ps), "us");
    print(way, "dark_share_percent", us(counters.worst_dark_in_1ms_ps) / 10.0, "%");
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: bench_sliced PORT_SLICES_ELF\n");
        return 3;
    }
    start(argv[1]);
    measure("sliced");
    type("w");
    measure("whole");
    twin_destroy(twin);
    return 0;
}
