/*
 * Overwritten memory as a flash: the calls of the medium, and its geometry. cells.h has the layout,
 * cells_unit.c what is done to a unit.
 */
#include "nacre/media/cells.h"

#include "nacre/media/cells_unit.h"

#include <stddef.h>
#include <string.h>

#define DATA_BYTES NACRE_CELLS_DATA_BYTES
#define PHYSICAL_BYTES NACRE_CELLS_GRANULE_BYTES
#define GRANULES_MAX (NACRE_CELLS_WRITE_BYTES_MAX / PHYSICAL_BYTES) /* of one write */
#define HEADER_BYTES NACRE_CELLS_HEADER_BYTES
#define HEADER_PAGES NACRE_CELLS_HEADER_PAGES
#define UNITS_MIN 3u
#define PAGES_MIN 24u    /* of a unit with pages: what the store asks for */
#define GRANULES_MIN 64u /* of one without */
#define SLOTS_MAX 4096u
#define ALIGN_BYTES 4u

_Static_assert(GRANULES_MAX == 5u, "what one program of the store writes");

static struct nacre_cells *cells_of(struct nacre_medium *medium)
{
    return (struct nacre_cells *)medium;
}

static bool range_is_inside(const struct nacre_medium *medium, uint32_t addr, uint32_t n)
{
    const uint32_t size_bytes = medium->geometry.unit_bytes * medium->geometry.unit_count;
    return addr <= size_bytes && n <= size_bytes - addr;
}

/* The granule that holds the medium's address, decoded. */
static enum nacre_err granule_read(struct nacre_cells *cells, uint32_t addr, uint8_t *granule)
{
    const uint32_t unit = addr / cells->medium.geometry.unit_bytes;
    const uint32_t index = addr % cells->medium.geometry.unit_bytes / DATA_BYTES;
    enum nacre_err err = nacre_cells_unit_load(cells, unit);
    if (err != NACRE_OK) return err;
    const uint32_t at = nacre_cells_granule_addr(cells, unit, index);
    err = nacre_cells_read_bytes(cells, at, granule, PHYSICAL_BYTES);
    if (err != NACRE_OK) return err;
    const bool is_there = nacre_cells_decode(granule, at, nacre_cells_count(cells, unit));
    const bool is_newest = addr - cells->newest_addr < cells->newest_bytes; /* wraps: below it */
    return is_newest && !is_there ? NACRE_PART_PROTECTED : NACRE_OK;
}

static enum nacre_err cells_read(struct nacre_medium *medium, uint32_t addr, void *buf, uint32_t n)
{
    uint8_t granule[PHYSICAL_BYTES];
    uint8_t *to = buf;
    if (!range_is_inside(medium, addr, n)) return NACRE_BAD_ARGUMENT;
    while (n != 0u) {
        const uint32_t skip = addr % DATA_BYTES;
        const uint32_t part = n < DATA_BYTES - skip ? n : DATA_BYTES - skip;
        const enum nacre_err err = granule_read(cells_of(medium), addr, granule);
        if (err != NACRE_OK) return err;
        memcpy(to, granule + skip, part);
        to += part;
        addr += part;
        n -= part;
    }
    return NACRE_OK;
}

/* One write of the memory: granules that lie one behind the other, and GRANULES_MAX at most. */
static enum nacre_err granules_write(struct nacre_cells *cells, uint32_t addr, const uint8_t *from,
                                     uint32_t granules)
{
    const uint32_t unit = addr / cells->medium.geometry.unit_bytes;
    const uint32_t index = addr % cells->medium.geometry.unit_bytes / DATA_BYTES;
    const uint32_t at = nacre_cells_granule_addr(cells, unit, index);
    const uint32_t count = nacre_cells_count(cells, unit);
    uint8_t bytes[NACRE_CELLS_WRITE_BYTES_MAX];
    for (uint32_t k = 0; k < granules; k++) {
        const uint32_t offset = k * PHYSICAL_BYTES;
        nacre_cells_encode(bytes + offset, at + offset, count, from + k * DATA_BYTES);
    }
    return cells->ops->write(cells, at, bytes, granules * PHYSICAL_BYTES);
}

static enum nacre_err cells_program(struct nacre_medium *medium, uint32_t addr, const void *buf,
                                    uint32_t n)
{
    struct nacre_cells *const cells = cells_of(medium);
    const uint8_t *const from = buf;
    if (!range_is_inside(medium, addr, n) || n == 0u) return NACRE_BAD_ARGUMENT;
    if (addr % DATA_BYTES != 0u || n % DATA_BYTES != 0u) return NACRE_BAD_ARGUMENT;
    const uint32_t page_bytes = medium->geometry.page_bytes;
    if (addr / page_bytes != (addr + n - 1u) / page_bytes) return NACRE_BAD_ARGUMENT;
    cells->newest_bytes = 0;
    enum nacre_err err = nacre_cells_unit_prepare(cells, addr / medium->geometry.unit_bytes);
    for (uint32_t done = 0; err == NACRE_OK && done < n; done += GRANULES_MAX * DATA_BYTES) {
        const uint32_t left = (n - done) / DATA_BYTES;
        const uint32_t granules = left < GRANULES_MAX ? left : GRANULES_MAX;
        err = granules_write(cells, addr + done, from + done, granules);
    }
    if (err != NACRE_OK) return err;
    cells->newest_addr = addr;
    cells->newest_bytes = n;
    return NACRE_OK;
}

/* It ends in here: to erase is to write a header. */
static enum nacre_err cells_erase_start(struct nacre_medium *medium, uint32_t addr)
{
    struct nacre_cells *const cells = cells_of(medium);
    const uint32_t unit_bytes = medium->geometry.unit_bytes;
    if (!range_is_inside(medium, addr, unit_bytes)) return NACRE_BAD_ARGUMENT;
    if (addr % unit_bytes != 0u) return NACRE_BAD_ARGUMENT;
    cells->newest_bytes = 0;
    cells->erase_result = nacre_cells_unit_erase(cells, addr / unit_bytes);
    return NACRE_OK;
}

static enum nacre_err cells_erase_ended(struct nacre_medium *medium)
{
    const enum nacre_err err = cells_of(medium)->erase_result;
    cells_of(medium)->erase_result = NACRE_OK;
    return err;
}

static bool cells_can_access(const struct nacre_medium *medium, const void *buf, uint32_t n,
                             bool write)
{
    (void)medium;
    (void)write;
    return buf != NULL || n == 0u;
}

static const struct nacre_medium_ops cells_medium_ops = {
    cells_read,        cells_program,     cells_erase_start,
    cells_erase_ended, cells_erase_ended, cells_can_access,
};

/* Granules or, with pages, pages of a unit, when there are `units`. */
static uint32_t slots_of(const struct nacre_cells_area *area, uint32_t units)
{
    const uint32_t span = area->bytes / units;
    if (area->page_bytes == 0u) {
        return span < 2u * HEADER_BYTES ? 0u : (span - 2u * HEADER_BYTES) / PHYSICAL_BYTES;
    }
    const uint32_t pages = span / area->page_bytes;
    return pages < HEADER_PAGES ? 0u : pages - HEADER_PAGES;
}

static enum nacre_err geometry_choose(struct nacre_cells *cells)
{
    const struct nacre_cells_area *const area = &cells->area;
    const bool has_pages = area->page_bytes != 0u;
    const uint32_t slots_min = has_pages ? PAGES_MIN : GRANULES_MIN;
    uint32_t units = NACRE_CELLS_UNITS_MAX;
    while (units > UNITS_MIN && slots_of(area, units) < slots_min) units--;
    const uint32_t slots = slots_of(area, units);
    if (slots < slots_min) return NACRE_REGION_TOO_SMALL;
    if (slots > SLOTS_MAX) return NACRE_REGION_TOO_LARGE;
    const uint32_t fit = area->page_bytes / PHYSICAL_BYTES;
    const uint32_t slot_bytes = has_pages ? DATA_BYTES * (fit < GRANULES_MAX ? fit : GRANULES_MAX)
                                          : DATA_BYTES;
    const uint32_t unit_bytes = slots * slot_bytes;
    const uint32_t align = has_pages ? area->page_bytes : ALIGN_BYTES;
    cells->unit_span = area->bytes / units / align * align;
    cells->medium.geometry = (struct nacre_geometry){
        unit_bytes, units, DATA_BYTES, has_pages ? slot_bytes : unit_bytes, slot_bytes,
        has_pages ? slot_bytes : 0u};
    return NACRE_OK;
}

enum nacre_err nacre_cells_open(struct nacre_cells *cells, const struct nacre_cells_ops *ops,
                                const struct nacre_cells_area *area)
{
    if (cells == NULL || ops == NULL || area == NULL || area->bytes == 0u) return NACRE_NO_REGION;
    const uint32_t page_bytes = area->page_bytes;
    const uint32_t align = page_bytes != 0u ? page_bytes : ALIGN_BYTES;
    if (page_bytes != 0u && page_bytes < PHYSICAL_BYTES) return NACRE_REGION_UNALIGNED;
    if (align % ALIGN_BYTES != 0u || area->addr % align != 0u) return NACRE_REGION_UNALIGNED;
    memset(cells, 0, sizeof *cells);
    cells->medium.ops = &cells_medium_ops;
    cells->medium.is_overwritten = true;
    cells->ops = ops;
    cells->area = *area;
    enum nacre_err err = geometry_choose(cells);
    for (uint32_t unit = 0; err == NACRE_OK && unit < cells->medium.geometry.unit_count; unit++) {
        err = nacre_cells_unit_load(cells, unit);
    }
    return err;
}
