/*
 * The data cache as far as it can hurt: what it still holds of the settings range after the chip
 * has changed it.
 *
 * It is the worst of all caches. It never drops a line by itself, and it holds every line of the
 * range that could be read, whether it was read or not: speculation may have done that. So the core
 * sees the bytes of the chip as they were when the line was last filled, until the line is
 * invalidated. Without the cache on, it sees the chip.
 *
 * Invariants, with the range modelled:
 * 1. A line is held, or marked as invalid; then it equals the chip, as it would be filled now.
 * 2. With the cache off, no line is marked and all equal the chip.
 * 3. A marked line cannot be read now: one that can is filled at once.
 *
 * Not modelled: dirty lines (the flash is never stored to), attributes of the MPU (the range counts
 * as cached), a cache that is switched off and on without being invalidated.
 *
 * Source: Armv7-M Architecture Reference Manual, B2.2.7 and B3.2.34 on maintenance by address and
 * by set and way; Cortex-M7: lines of 32 bytes, here 256 sets (CCSIDR in scb.c).
 */
#include "twin/machine.h"

#include <stdlib.h>
#include <string.h>

#define LINE_BYTES 32u
#define SETS 256u
#define CCR_DC (1u << 16)
#define DCIMVAC 0xE000EF5Cu
#define DCISW 0xE000EF60u
#define DCCIMVAC 0xE000EF70u
#define DCCISW 0xE000EF74u

bool dcache_create(struct twin *t)
{
    struct dcache *const cache = &t->dcache;
    const uint32_t addr = t->cfg.write_addr;
    const uint32_t n = t->cfg.write_bytes;
    if (!t->cfg.dcache) return true;
    if (n == 0u || addr % PAGE_BYTES != 0u || n % PAGE_BYTES != 0u) return false;
    if (addr >= t->nor_device->array_bytes || n > t->nor_device->array_bytes - addr) return false;
    cache->held = aligned_alloc(PAGE_BYTES, n);
    cache->is_marked = calloc(n / LINE_BYTES, 1);
    if (cache->held == NULL || cache->is_marked == NULL) return false;
    cache->chip_addr = addr;
    cache->n = n;
    memcpy(cache->held, t->nor_device->array + addr, n);
    return true;
}

void dcache_destroy(struct twin *t)
{
    free(t->dcache.held);
    free(t->dcache.is_marked);
}

uint8_t *dcache_host(const struct twin *t, uint32_t addr)
{
    const uint32_t at = addr - FLASH_WINDOW - t->dcache.chip_addr;
    return at < t->dcache.n ? t->dcache.held + at : NULL;
}

uint32_t dcache_edge(const struct twin *t, uint32_t from, uint32_t end)
{
    const uint32_t first = FLASH_WINDOW + t->dcache.chip_addr;
    const uint32_t behind = first + t->dcache.n;
    if (first > from && first < end) return first;
    if (behind > from && behind < end) return behind;
    return end;
}

static bool is_on(const struct twin *t)
{
    return (t->b.scb.ccr & CCR_DC) != 0u;
}

static void fill(struct twin *t, uint32_t line)
{
    const uint32_t at = line * LINE_BYTES;
    memcpy(t->dcache.held + at, t->nor_device->array + t->dcache.chip_addr + at, LINE_BYTES);
}

static uint32_t line_window_addr(const struct twin *t, uint32_t line)
{
    return FLASH_WINDOW + t->dcache.chip_addr + line * LINE_BYTES;
}

static void invalidate(struct twin *t, uint32_t line)
{
    struct dcache *const cache = &t->dcache;
    fill(t, line);
    if (cache->is_marked[line] != 0u || window_reads(t, line_window_addr(t, line))) return;
    cache->is_marked[line] = 1;
    cache->marked_count++;
}

static void invalidate_set(struct twin *t, uint32_t set)
{
    for (uint32_t line = 0; line < t->dcache.n / LINE_BYTES; line++) {
        if (line_window_addr(t, line) / LINE_BYTES % SETS == set) invalidate(t, line);
    }
}

void dcache_maintain(struct twin *t, uint32_t addr, uint32_t value)
{
    const uint32_t at = value - FLASH_WINDOW - t->dcache.chip_addr;
    if (t->dcache.n == 0u || !is_on(t)) return;
    if ((addr == DCIMVAC || addr == DCCIMVAC) && at < t->dcache.n) {
        invalidate(t, at / LINE_BYTES);
    }
    if (addr == DCISW || addr == DCCISW) invalidate_set(t, value / LINE_BYTES % SETS);
}

void dcache_switched(struct twin *t)
{
    struct dcache *const cache = &t->dcache;
    if (cache->n == 0u) return;
    memcpy(cache->held, t->nor_device->array + cache->chip_addr, cache->n);
    memset(cache->is_marked, 0, cache->n / LINE_BYTES);
    cache->marked_count = 0;
}

void dcache_array_changed(struct twin *t, uint32_t addr, uint32_t n)
{
    struct dcache *const cache = &t->dcache;
    for (uint32_t line = 0; line < cache->n / LINE_BYTES; line++) {
        const uint32_t first = cache->chip_addr + line * LINE_BYTES;
        if (first >= addr + n || addr >= first + LINE_BYTES) continue;
        if (!is_on(t) || cache->is_marked[line] != 0u) fill(t, line);
    }
}

void dcache_update(struct twin *t)
{
    struct dcache *const cache = &t->dcache;
    for (uint32_t line = 0; cache->marked_count != 0u && line < cache->n / LINE_BYTES; line++) {
        if (cache->is_marked[line] == 0u || !window_reads(t, line_window_addr(t, line))) continue;
        cache->is_marked[line] = 0;
        cache->marked_count--;
    }
}

size_t dcache_state_bytes(const struct twin *t)
{
    return t->dcache.n + t->dcache.n / LINE_BYTES;
}

void dcache_save(const struct twin *t, uint8_t *to)
{
    const struct dcache *const cache = &t->dcache;
    if (cache->n == 0u) return;
    memcpy(to, cache->held, cache->n);
    memcpy(to + cache->n, cache->is_marked, cache->n / LINE_BYTES);
}

void dcache_load(struct twin *t, const uint8_t *from)
{
    struct dcache *const cache = &t->dcache;
    if (cache->n == 0u) return;
    memcpy(cache->held, from, cache->n);
    memcpy(cache->is_marked, from + cache->n, cache->n / LINE_BYTES);
    cache->marked_count = 0;
    for (uint32_t line = 0; line < cache->n / LINE_BYTES; line++) {
        cache->marked_count += cache->is_marked[line];
    }
}
