/*
 * See the header. Bits that read either way are kept as a mask beside the bytes: a read shows all
 * of them as before, or as written, or each as it comes.
 */
#include "tests/support/cell_box.h"

#include <string.h>

#define GRANULE 20u
#define STAMP_AT 16u

static uint32_t word_of(const uint8_t *bytes)
{
    uint32_t word;
    memcpy(&word, bytes, sizeof word);
    return word;
}

static enum nacre_err read_box(struct nacre_cells *cells, uint32_t addr, uint8_t *buf, uint32_t n)
{
    struct cell_box *const box = (struct cell_box *)cells;
    if (!box->is_on) return NACRE_IO;
    box->reads++;
    if (box->blink != 0u || box->is_gone) {
        if (box->blink != 0u) box->blink--;
        memset(buf, box->is_gone ? 0 : 0xff, n);
        return NACRE_OK;
    }
    const uint32_t view = rng_below(&box->rng, 3);
    for (uint32_t i = 0; i < n; i++) {
        const uint8_t mask = box->unstable[addr + i];
        buf[i] = box->bytes[addr + i];
        if (mask != 0 && view != 0) {
            buf[i] ^= mask & (uint8_t)(view == 1 ? 0xffu : rng_next(&box->rng));
        }
    }
    return NACRE_OK;
}

static bool is_virgin(const uint8_t *bytes)
{
    for (uint32_t i = 1; i < GRANULE; i++) {
        if (bytes[i] != bytes[0]) return false;
    }
    return bytes[0] == 0xff || bytes[0] == 0;
}

/*
 * Note the stamps of the granules in a write; those of FF are none. What was overwritten with FF in
 * between may have one again.
 */
static void stamps_note(struct cell_box *box, uint32_t addr, const uint8_t *buf, uint32_t n)
{
    if (n % GRANULE != 0u) return;
    for (uint32_t at = 0; at < n; at += GRANULE) {
        const uint32_t stamp = word_of(buf + at + STAMP_AT);
        const bool was_virgin = is_virgin(box->bytes + addr + at);
        if (stamp == 0xffffffffu) continue;
        for (uint32_t k = 0; k < box->stamp_count; k++) {
            const struct box_stamp *const old = &box->stamps[k];
            const bool is_same = old->addr == addr + at && old->stamp == stamp;
            if (is_same && old->epoch != box->epoch && !was_virgin) box->repeated++;
        }
        if (box->stamp_count == BOX_STAMPS) box->stamp_count = 0;
        box->stamps[box->stamp_count++] = (struct box_stamp){addr + at, stamp, box->epoch};
    }
}

static void put(struct cell_box *box, uint32_t addr, uint8_t value)
{
    box->bytes[addr] = value;
    box->unstable[addr] = 0;
}

static uint8_t any_of(struct cell_box *box, uint8_t old, uint8_t new)
{
    const uint8_t choice[4] = {old, new, 0xff, (uint8_t)rng_next(&box->rng)};
    return choice[rng_below(&box->rng, 4)];
}

static void tear_page(struct cell_box *box, uint32_t addr, const uint8_t *buf, uint32_t n)
{
    const uint32_t page_bytes = box->area.page_bytes;
    const uint32_t page = addr / page_bytes * page_bytes;
    for (uint32_t at = page; at < page + page_bytes; at++) {
        const bool is_sent = at >= addr && at < addr + n;
        put(box, at, any_of(box, box->bytes[at], is_sent ? buf[at - addr] : box->bytes[at]));
    }
}

static void tear(struct cell_box *box, uint32_t addr, const uint8_t *buf, uint32_t n)
{
    for (uint32_t i = 0; i < n && box->tear != BOX_PAGE; i++) {
        const uint8_t old = box->bytes[addr + i];
        const uint8_t differs = old ^ buf[i];
        const uint8_t some = (uint8_t)rng_next(&box->rng);
        switch (box->tear) {
        case BOX_PREFIX: if (i < box->keep) put(box, addr + i, buf[i]); break;
        case BOX_COMPLETE: put(box, addr + i, buf[i]); break;
        case BOX_BITS: put(box, addr + i, old ^ (differs & some)); break;
        case BOX_UNSTABLE: box->unstable[addr + i] |= differs; break;
        default: break;
        }
    }
    if (box->tear == BOX_PAGE) tear_page(box, addr, buf, n);
}

static enum nacre_err write_box(struct nacre_cells *cells, uint32_t addr, const uint8_t *buf,
                                uint32_t n)
{
    struct cell_box *const box = (struct cell_box *)cells;
    const uint32_t page_bytes = box->area.page_bytes;
    const uint32_t end = addr + n;
    if (!box->is_on) return NACRE_IO;
    if (addr < box->area.addr || end > box->area.addr + box->area.bytes) box->crossed++;
    if (page_bytes != 0u && addr / page_bytes != (end - 1u) / page_bytes) box->crossed++;
    if (n == 0u || n > NACRE_CELLS_WRITE_BYTES_MAX) box->crossed++;
    if (box->is_protected) return NACRE_OK;
    stamps_note(box, addr, buf, n);
    box->writes++;
    if (box->cut_at != BOX_NO_CUT && box->cut_at-- == 0u) {
        tear(box, addr, buf, n);
        box->is_on = false;
        return NACRE_IO;
    }
    for (uint32_t i = 0; i < n; i++) put(box, addr + i, buf[i]);
    return NACRE_OK;
}

static enum nacre_err find_box(struct nacre_cells *cells)
{
    const struct cell_box *const box = (const struct cell_box *)cells;
    if (!box->is_on) return NACRE_IO;
    return box->is_gone ? NACRE_PART_SILENT : NACRE_OK;
}

static const struct nacre_cells_ops box_ops = {read_box, write_box, find_box};

void box_begin(struct cell_box *box, uint32_t addr, uint32_t bytes, uint32_t page_bytes,
               uint8_t fill)
{
    memset(box, 0, sizeof *box);
    memset(box->bytes, fill, sizeof box->bytes);
    box->area = (struct nacre_cells_area){addr, bytes, page_bytes};
    box->cut_at = BOX_NO_CUT;
    box->is_on = true;
    box->rng.state = 1;
}

enum nacre_err box_open(struct cell_box *box)
{
    const struct nacre_cells_area area = box->area;
    box->is_on = true;
    box->cut_at = BOX_NO_CUT;
    return nacre_cells_open(&box->cells, &box_ops, &area);
}

void box_cut(struct cell_box *box, uint32_t write, enum box_tear how, uint32_t keep)
{
    box->cut_at = write;
    box->tear = how;
    box->keep = keep;
}

enum nacre_err box_erase(struct cell_box *box, uint32_t unit)
{
    struct nacre_medium *const medium = &box->cells.medium;
    box->epoch++;
    const enum nacre_err err = medium->ops->erase_start(medium, unit * medium->geometry.unit_bytes);
    return err != NACRE_OK ? err : medium->ops->erase_wait(medium);
}

enum nacre_err box_program(struct cell_box *box, uint32_t addr, const void *buf, uint32_t n)
{
    return box->cells.medium.ops->program(&box->cells.medium, addr, buf, n);
}

enum nacre_err box_read(struct cell_box *box, uint32_t addr, void *buf, uint32_t n)
{
    return box->cells.medium.ops->read(&box->cells.medium, addr, buf, n);
}
