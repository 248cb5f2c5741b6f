/*
 * Snapshots: all of the board and the chip. The chip's part is a mark in its own undo log, so
 * snapshots form a stack: restoring one makes the newer ones invalid.
 *
 * PSRAM is 32 MB, so only the pages that were written to are kept.
 */
#include "twin/machine.h"

#include <stdlib.h>
#include <string.h>

struct twin_snapshot {
    struct board b;
    void *core;
    uint8_t *ram;
    uint8_t *dcache;
    void *xspi[2];
    uint32_t xspim_cr;
    uint8_t psram_registers[16];
    uint32_t *page;        /* indexes of PSRAM pages that were written to */
    uint8_t *page_bytes;
    uint32_t page_count, page_room;
    char *text;
    size_t text_room;
    uint32_t mark;
    uint32_t part_mark[TWIN_PARTS];
    bool is_valid;
    struct twin_snapshot *older;
};

static void release(struct twin_snapshot *s)
{
    if (s == NULL) return;
    free(s->core);
    free(s->ram);
    free(s->dcache);
    free(s->xspi[0]);
    free(s->xspi[1]);
    free(s->page);
    free(s->page_bytes);
    free(s->text);
    free(s);
}

static struct twin_snapshot *allocate(const struct twin *t)
{
    struct twin_snapshot *const s = calloc(1, sizeof *s);
    if (s == NULL) return NULL;
    s->core = malloc(cpu_state_bytes(t->cpu));
    s->ram = malloc(t->ram_bytes);
    s->dcache = malloc(dcache_state_bytes(t) + 1u);
    s->xspi[0] = malloc(xspi_state_bytes());
    s->xspi[1] = malloc(xspi_state_bytes());
    if (s->core != NULL && s->ram != NULL && s->dcache != NULL && s->xspi[0] != NULL &&
        s->xspi[1] != NULL) {
        return s;
    }
    release(s);
    return NULL;
}

static bool make_page_room(struct twin_snapshot *s, uint32_t count)
{
    if (count <= s->page_room) return true;
    free(s->page);
    free(s->page_bytes);
    s->page = malloc(count * sizeof *s->page);
    s->page_bytes = malloc((size_t)count * PAGE_BYTES);
    s->page_room = s->page == NULL || s->page_bytes == NULL ? 0 : count;
    return s->page_room == count;
}

static bool keep_psram(const struct twin *t, struct twin_snapshot *s)
{
    const uint8_t *const array = psram_array(t->psram);
    if (!make_page_room(s, pages_find_changed(array, PSRAM_PAGES, t->psram_changed))) return false;
    s->page_count = 0;
    for (uint32_t page = 0; page < PSRAM_PAGES; page++) {
        if (t->psram_changed[page] == 0u) continue;
        s->page[s->page_count] = page;
        memcpy(s->page_bytes + (size_t)s->page_count * PAGE_BYTES,
               array + (size_t)page * PAGE_BYTES, PAGE_BYTES);
        s->page_count++;
    }
    return true;
}

static bool keep_text(const struct twin *t, struct twin_snapshot *s)
{
    if (t->b.uart_text_n > s->text_room) {
        free(s->text);
        s->text_room = t->b.uart_text_n * 2u;
        s->text = malloc(s->text_room);
        if (s->text == NULL) {
            s->text_room = 0;
            return false;
        }
    }
    if (t->b.uart_text_n != 0u) memcpy(s->text, t->uart_text, t->b.uart_text_n);
    return true;
}

static bool fill(struct twin *t, struct twin_snapshot *s)
{
    if (!keep_psram(t, s) || !keep_text(t, s)) return false;
    s->mark = nor_mark(t->nor);
    if (s->mark == NOR_MARKS) return false;
    if (!serial_mark(t, s->part_mark)) {
        nor_forget(t->nor, s->mark);
        return false;
    }
    s->b = t->b;
    cpu_state_save(t->cpu, s->core);
    memcpy(s->ram, t->ram, t->ram_bytes);
    dcache_save(t, s->dcache);
    xspi_save(t->xspi[0], s->xspi[0]);
    xspi_save(t->xspi[1], s->xspi[1]);
    s->xspim_cr = xspim_cr(t->xspim);
    psram_save(t->psram, s->psram_registers);
    s->is_valid = true;
    s->older = t->newest;
    t->newest = s;
    return true;
}

static void apply_ram(struct twin *t, const struct twin_snapshot *s)
{
    for (uint32_t i = 0; i < MEMORY_COUNT; i++) {
        for (uint32_t at = 0; at < memories[i].n; at += PAGE_BYTES) {
            const size_t offset = memories[i].at + at;
            if (memcmp(t->ram + offset, s->ram + offset, PAGE_BYTES) == 0) continue;
            memcpy(t->ram + offset, s->ram + offset, PAGE_BYTES);
            if (t->executed[offset / PAGE_BYTES] != 0u) {
                cpu_forget_code(t->cpu, memories[i].addr + at, PAGE_BYTES);
            }
        }
    }
}

static void apply_psram(struct twin *t, const struct twin_snapshot *s)
{
    uint8_t *const array = psram_array(t->psram);
    uint32_t next = 0;
    (void)pages_find_changed(array, PSRAM_PAGES, t->psram_changed);
    for (uint32_t page = 0; page < PSRAM_PAGES; page++) {
        if (next < s->page_count && s->page[next] == page) {
            memcpy(array + (size_t)page * PAGE_BYTES, s->page_bytes + (size_t)next * PAGE_BYTES,
                   PAGE_BYTES);
            next++;
        } else if (t->psram_changed[page] != 0u) {
            pages_drop(array, page);
        }
    }
    psram_load(t->psram, s->psram_registers);
    t->psram_forget_pending = t->psram_ran;
}

static void apply(struct twin *t, const struct twin_snapshot *s)
{
    t->restoring = true;
    nor_rewind(t->nor, s->mark);
    serial_rewind(t, s->part_mark);
    t->b = s->b;
    xspim_set_cr(t->xspim, machine_now(t), s->xspim_cr);
    xspi_load(t->xspi[0], s->xspi[0]);
    xspi_load(t->xspi[1], s->xspi[1]);
    machine_wire_chip(t);
    apply_ram(t, s);
    apply_psram(t, s);
    dcache_load(t, s->dcache);
    t->restoring = false;
    if (s->b.uart_text_n != 0u) memcpy(t->uart_text, s->text, s->b.uart_text_n);
    if (t->uart_text != NULL) t->uart_text[s->b.uart_text_n] = '\0';
    cpu_state_load(t->cpu, s->core);
    machine_schedule(t);
    window_resync(t);
}

/* Those above s cannot be restored any more. */
static void invalidate_above(struct twin *t, const struct twin_snapshot *s)
{
    while (t->newest != NULL && t->newest != s) {
        t->newest->is_valid = false;
        t->newest = t->newest->older;
    }
}

static void forget(struct twin *t, struct twin_snapshot *s)
{
    if (!s->is_valid) return;
    invalidate_above(t, s);
    nor_forget(t->nor, s->mark);
    serial_forget(t, s->part_mark);
    t->newest = s->older;
    s->is_valid = false;
}

struct twin_snapshot *twin_snapshot(struct twin *t)
{
    struct twin_snapshot *const s = allocate(t);
    if (s == NULL) return NULL;
    if (fill(t, s)) return s;
    release(s);
    return NULL;
}

void twin_restore(struct twin *t, const struct twin_snapshot *s)
{
    if (!s->is_valid) return;
    invalidate_above(t, s);
    apply(t, s);
}

void twin_snapshot_free(struct twin *t, struct twin_snapshot *s)
{
    if (s == NULL) return;
    forget(t, s);
    release(s);
}

bool snapshot_before_run(struct twin *t)
{
    if (t->before_run == NULL) t->before_run = allocate(t);
    return t->before_run != NULL && fill(t, t->before_run);
}

void snapshot_rewind_run(struct twin *t)
{
    apply(t, t->before_run);
}

void snapshot_after_run(struct twin *t)
{
    forget(t, t->before_run);
}

void snapshot_drop_all(struct twin *t)
{
    release(t->before_run);
    t->before_run = NULL;
}
