/*
 * A twin with a small image, see board_bed.h.
 */
#include "tests/support/board_bed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/cmocka_all.h"

static void add(struct board_bed *bed, uint64_t value)
{
    for (uint32_t i = 0; i < 8u; i++) {
        bed->event_hash = (bed->event_hash ^ (value >> (8u * i) & 0xFFu)) * 0x100000001B3ULL;
    }
}

static void on_event(void *context, const struct twin_event *event)
{
    struct board_bed *const bed = context;
    add(bed, event->kind);
    add(bed, event->time_ps);
    add(bed, event->insn);
    add(bed, event->pc);
    if (event->kind == TWIN_EVENT_COMMAND) add(bed, event->u.command.addr);
    if (event->kind == TWIN_EVENT_IRQ_TAKEN) add(bed, event->u.irq.latency_ps);
    bed->events++;
    bed->of_kind[event->kind]++;
    bed->last[event->kind] = *event;
}

void bed_prepare(struct board_bed *bed, const char *image)
{
    static char path[512];
    memset(bed, 0, sizeof *bed);
    bed->event_hash = 0xCBF29CE484222325ULL;
    (void)snprintf(path, sizeof path, "%s/%s.elf", TWIN_FW_DIR, image);
    twin_cfg_default(&bed->cfg);
    bed->cfg.app_path = path;
    bed->cfg.event = on_event;
    bed->cfg.event_context = bed;
}

void bed_open(struct board_bed *bed)
{
    char error[TWIN_ERROR_BYTES] = "";
    bed->twin = twin_create(&bed->cfg, error);
    if (bed->twin == NULL) fail_msg("twin_create: %s", error);
}

void bed_start(struct board_bed *bed, const char *image)
{
    bed_prepare(bed, image);
    bed_open(bed);
    twin_power_on(bed->twin);
}

void bed_close(struct board_bed *bed)
{
    twin_destroy(bed->twin);
    bed->twin = NULL;
}

void bed_wait(struct board_bed *bed, const char *text, uint32_t ms)
{
    struct twin_until until;
    memset(&until, 0, sizeof until);
    until.text = text;
    until.for_ps = ms * TWIN_PS_PER_MS;
    const enum twin_stop stop = twin_run(bed->twin, &until);
    if (stop == TWIN_STOP_TEXT) return;
    const struct twin_violation violation = bed_violation(bed);
    fail_msg("waiting for '%s': %s %s, %s at %s: %s\n%s", text, twin_stop_name(stop),
             twin_error(bed->twin), twin_violation_name(violation.kind), violation.symbol,
             violation.detail, twin_uart_text(bed->twin, NULL));
}

enum twin_stop bed_run_ms(struct board_bed *bed, uint32_t ms)
{
    struct twin_until until;
    memset(&until, 0, sizeof until);
    until.for_ps = ms * TWIN_PS_PER_MS;
    return twin_run(bed->twin, &until);
}

enum twin_stop bed_type(struct board_bed *bed, const char *text, uint32_t ms)
{
    struct twin_until until;
    memset(&until, 0, sizeof until);
    until.for_ps = ms * TWIN_PS_PER_MS;
    until.text = "done\n";
    twin_uart_type(bed->twin, text);
    return twin_run(bed->twin, &until);
}

uint32_t bed_value(const struct board_bed *bed, const char *name)
{
    const char *const text = twin_uart_text(bed->twin, NULL);
    const size_t n = strlen(name);
    const char *found = NULL;
    for (const char *at = strstr(text, name); at != NULL; at = strstr(at + 1, name)) {
        if ((at == text || at[-1] == '\n') && at[n] == '=') found = at + n + 1;
    }
    if (found == NULL) fail_msg("no line %s= on the console:\n%s", name, text);
    return (uint32_t)strtoul(found == NULL ? "0" : found, NULL, 10);
}

struct twin_violation bed_violation(const struct board_bed *bed)
{
    struct twin_violation violation;
    twin_violation_get(bed->twin, &violation);
    return violation;
}

uint32_t bed_symbol(const struct board_bed *bed, const char *name)
{
    uint32_t addr = 0;
    if (!twin_symbol_find(bed->twin, name, &addr)) fail_msg("no symbol %s", name);
    return addr;
}
