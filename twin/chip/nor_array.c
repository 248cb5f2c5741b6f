/*
 * The array as memory of the host, and the undo log of its units.
 *
 * The array must read 0xFF where nobody wrote, be usable as plain memory by a CPU emulator, and
 * cost nothing. It is a private mapping of one 4 MB file of 0xFF bytes, again and again: pages
 * that were only read are shared, pages that were written are copied by the kernel. Making it
 * costs about 3 ms.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "twin/chip/nor_internal.h"

#define PATTERN_BYTES (4u * 1024u * 1024u)

static int pattern_file(void)
{
    const int file = memfd_create("nor-erased", MFD_CLOEXEC);
    if (file < 0) return -1;
    void *bytes = MAP_FAILED;
    if (ftruncate(file, PATTERN_BYTES) == 0) {
        bytes = mmap(NULL, PATTERN_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    }
    if (bytes == MAP_FAILED) {
        (void)close(file);
        return -1;
    }
    memset(bytes, 0xFF, PATTERN_BYTES);
    (void)munmap(bytes, PATTERN_BYTES);
    return file;
}

uint8_t *nor_array_map(uint32_t size_bytes)
{
    const int file = pattern_file();
    if (file < 0) return NULL;
    uint8_t *array = mmap(NULL, size_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                          -1, 0);
    if (array == MAP_FAILED) array = NULL;
    for (uint32_t at = 0; array != NULL && at < size_bytes; at += PATTERN_BYTES) {
        const uint32_t left = size_bytes - at;
        const uint32_t n = left < PATTERN_BYTES ? left : PATTERN_BYTES;
        if (mmap(array + at, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED | MAP_NORESERVE,
                 file, 0) == MAP_FAILED) {
            nor_array_unmap(array, size_bytes);
            array = NULL;
        }
    }
    (void)close(file);
    return array;
}

void nor_array_unmap(uint8_t *array, uint32_t size_bytes)
{
    if (array != NULL) (void)munmap(array, size_bytes);
}

void nor_array_told(struct nor *nor, uint32_t addr, uint32_t n)
{
    if (nor->cfg.listener.array_changed != NULL) {
        nor->cfg.listener.array_changed(nor->cfg.listener.ctx, addr, n);
    }
}

/* A table that grows; NULL if there is no memory, and then the old one is still there. */
static bool table_has_room(struct nor_undo ***table, size_t *room, size_t count)
{
    if (count < *room) return true;
    const size_t bigger = *room == 0 ? 64u : *room * 2u;
    struct nor_undo **grown = realloc(*table, bigger * sizeof **table);
    if (grown == NULL) return false;
    *table = grown;
    *room = bigger;
    return true;
}

static struct nor_undo *undo_new(struct nor *nor)
{
    if (!table_has_room(&nor->undo, &nor->undo_room, nor->undo_count)) abort();
    struct nor_undo *entry;
    if (nor->spare_count > 0) {
        entry = nor->spare[--nor->spare_count];
    } else {
        entry = malloc(sizeof *entry);
        if (entry == NULL) abort(); /* a simulation that cannot go back must not go on */
    }
    nor->undo[nor->undo_count++] = entry;
    return entry;
}

static void undo_put_by(struct nor *nor, struct nor_undo *entry)
{
    if (table_has_room(&nor->spare, &nor->spare_room, nor->spare_count)) {
        nor->spare[nor->spare_count++] = entry;
    } else {
        free(entry);
    }
}

static struct nor_cells *cells_copy(const struct nor_cells *cells)
{
    if (cells == NULL) return NULL;
    struct nor_cells *copy = malloc(sizeof *copy);
    if (copy == NULL) abort();
    memcpy(copy, cells, sizeof *copy);
    return copy;
}

static void undo_save(struct nor *nor, uint32_t unit)
{
    struct nor_undo *entry = undo_new(nor);
    const struct nor_unit *info = nor->units[unit];
    entry->unit = unit;
    entry->was_blank = info == NULL;
    if (info == NULL) return;
    entry->info = *info;
    entry->info.cells = cells_copy(info->cells);
    memcpy(entry->bytes, nor->array + (size_t)unit * UNIT_BYTES, UNIT_BYTES);
}

struct nor_unit *nor_unit_touch(struct nor *nor, uint32_t unit)
{
    const uint64_t serial = nor->mark_count == 0 ? 0 : nor->marks[nor->mark_count - 1u].serial;
    struct nor_unit *info = nor->units[unit];
    if (serial > 0 && (info == NULL || info->saved_serial < serial)) undo_save(nor, unit);
    if (info == NULL) {
        info = calloc(1, sizeof *info);
        if (info == NULL) abort();
        nor->units[unit] = info;
    }
    info->saved_serial = serial;
    return info;
}

struct nor_cells *nor_unit_cells(struct nor *nor, uint32_t unit)
{
    struct nor_unit *info = nor_unit_touch(nor, unit);
    if (info->cells != NULL) return info->cells;
    info->cells = calloc(1, sizeof *info->cells);
    if (info->cells == NULL) abort();
    struct nor_state *state = &nor->state;
    if (state->doubtful_count < NOR_DOUBTFUL_UNITS) {
        state->doubtful[state->doubtful_count++] = unit;
    } else {
        state->doubtful_overflow = true;
    }
    return info->cells;
}

void nor_unit_blank(struct nor *nor, uint32_t unit)
{
    struct nor_unit *info = nor_unit_touch(nor, unit);
    memset(nor->array + (size_t)unit * UNIT_BYTES, 0xFF, UNIT_BYTES);
    memset(info->programs, 0, sizeof info->programs);
    free(info->cells);
    info->cells = NULL;
    struct nor_state *state = &nor->state;
    for (uint32_t i = 0; i < state->doubtful_count; i++) {
        if (state->doubtful[i] != unit) continue;
        state->doubtful[i] = state->doubtful[--state->doubtful_count];
        break;
    }
}

/* Put back the unit of the newest entry and drop the entry. */
static void undo_one(struct nor *nor)
{
    struct nor_undo *entry = nor->undo[--nor->undo_count];
    struct nor_unit *info = nor->units[entry->unit];
    uint8_t *bytes = nor->array + (size_t)entry->unit * UNIT_BYTES;
    free(info->cells);
    if (entry->was_blank) {
        memset(bytes, 0xFF, UNIT_BYTES);
        free(info);
        nor->units[entry->unit] = NULL;
    } else {
        memcpy(bytes, entry->bytes, UNIT_BYTES);
        *info = entry->info;
    }
    nor_array_told(nor, entry->unit * UNIT_BYTES, UNIT_BYTES);
    undo_put_by(nor, entry);
}

void nor_undo_free(struct nor *nor)
{
    while (nor->undo_count > 0) {
        struct nor_undo *entry = nor->undo[--nor->undo_count];
        if (!entry->was_blank) free(entry->info.cells);
        free(entry);
    }
    while (nor->spare_count > 0) free(nor->spare[--nor->spare_count]);
    free(nor->undo);
    free(nor->spare);
}

uint32_t nor_mark(struct nor *nor)
{
    if (nor->mark_count >= NOR_MARKS) return NOR_MARKS;
    struct nor_mark_entry *mark = &nor->marks[nor->mark_count];
    mark->serial = ++nor->mark_serial;
    mark->undo_count = nor->undo_count;
    mark->state = nor->state;
    return nor->mark_count++;
}

void nor_rewind(struct nor *nor, uint32_t mark)
{
    if (mark >= nor->mark_count) return;
    while (nor->undo_count > nor->marks[mark].undo_count) undo_one(nor);
    nor->mark_count = mark + 1u;
    nor->state = nor->marks[mark].state;
}

void nor_forget(struct nor *nor, uint32_t mark)
{
    if (mark >= nor->mark_count) return;
    nor->mark_count = mark;
    if (mark > 0) return; /* what was saved since belongs to the mark below */
    while (nor->undo_count > 0) {
        struct nor_undo *entry = nor->undo[--nor->undo_count];
        if (!entry->was_blank) free(entry->info.cells);
        undo_put_by(nor, entry);
    }
}
