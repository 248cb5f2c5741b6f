/*
 * The units of overwritten memory: headers, counts, what proves them. cells.h has the layout and
 * the states.
 *
 * A word of units[] is the count of a unit in its lower 29 bits, and three flags. It is only what
 * has been read or written already: 0 is always right, and costs the reads of nacre_cells_open for
 * that unit.
 */
#include "nacre/media/cells_unit.h"

#include <stddef.h>
#include <string.h>

#define DATA_BYTES NACRE_CELLS_DATA_BYTES
#define STAMP_BYTES (NACRE_CELLS_GRANULE_BYTES - DATA_BYTES)
#define PHYSICAL_BYTES NACRE_CELLS_GRANULE_BYTES
#define GRANULES_MAX (NACRE_CELLS_WRITE_BYTES_MAX / PHYSICAL_BYTES) /* of one write */
#define HEADER_BYTES NACRE_CELLS_HEADER_BYTES
#define HEADER_PAGES NACRE_CELLS_HEADER_PAGES
#define BLANK 0xFFu

#define COUNT_BITS NACRE_CELLS_COUNT_NONE
#define COUNT_NONE NACRE_CELLS_COUNT_NONE
#define COUNT_LAST (COUNT_NONE - 2u) /* odd: header 0 is written first when counting anew */
#define IS_KNOWN 0x80000000u
#define IS_DURABLE 0x40000000u /* its header was written to the end */
#define IS_SETTLED 0x20000000u /* and the other header is not in doubt: granules may be written */
#define IS_READY (IS_KNOWN | IS_DURABLE | IS_SETTLED)

_Static_assert(STAMP_BYTES == sizeof(uint32_t), "a stamp is a word");
_Static_assert(COUNT_LAST % 2u == 1u, "the last count lies in header 1");

/* ---- words ---- */

static uint32_t le32_get(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
           (uint32_t)bytes[3] << 24;
}

static void le32_put(uint8_t *bytes, uint32_t word)
{
    for (uint32_t i = 0; i < 4u; i++) bytes[i] = (uint8_t)(word >> (8u * i));
}

/*
 * One word for another such that each bit of the one moves half of the other's, and no two give the
 * same: the multipliers and shifts are those of MurmurHash3's last step (public domain).
 */
static uint32_t mix(uint32_t word)
{
    word ^= word >> 16;
    word *= 0x85EBCA6Bu;
    word ^= word >> 13;
    word *= 0xC2B2AE35u;
    return word ^ word >> 16;
}

/* Two counts never have the same stamp at one address. */
static uint32_t stamp_of(uint32_t addr, uint32_t count)
{
    return mix(mix(addr) ^ count);
}

static bool stamp_is_near(const uint8_t *stamp, uint32_t expected)
{
    const uint32_t odd = le32_get(stamp) ^ expected;
    return (odd & (odd - 1u)) == 0u; /* one bit at most, none included */
}

static bool bytes_are(const uint8_t *bytes, uint32_t n, uint8_t value)
{
    for (uint32_t i = 0; i < n; i++) {
        if (bytes[i] != value) return false;
    }
    return true;
}

static bool bytes_are_virgin(const uint8_t *bytes, uint32_t n)
{
    return bytes_are(bytes, n, BLANK) || bytes_are(bytes, n, 0);
}

/* ---- places ---- */

static uint32_t unit_addr(const struct nacre_cells *cells, uint32_t unit)
{
    return cells->area.addr + unit * cells->unit_span;
}

static uint32_t header_addr(const struct nacre_cells *cells, uint32_t unit, uint32_t which)
{
    const uint32_t page_bytes = cells->area.page_bytes;
    return unit_addr(cells, unit) + which * (page_bytes != 0u ? page_bytes : HEADER_BYTES);
}

static uint32_t unit_granules(const struct nacre_cells *cells)
{
    return cells->medium.geometry.unit_bytes / DATA_BYTES;
}

uint32_t nacre_cells_granule_addr(const struct nacre_cells *cells, uint32_t unit, uint32_t index)
{
    const uint32_t page_bytes = cells->area.page_bytes;
    const uint32_t base = unit_addr(cells, unit);
    if (page_bytes == 0u) return base + 2u * HEADER_BYTES + index * PHYSICAL_BYTES;
    const uint32_t in_page = cells->medium.geometry.page_bytes / DATA_BYTES;
    return base + (HEADER_PAGES + index / in_page) * page_bytes +
           index % in_page * PHYSICAL_BYTES;
}

/* ---- bytes ---- */

/* What reads all ones or all zeros may be nobody: ask, and read again. */
enum nacre_err nacre_cells_read_bytes(struct nacre_cells *cells, uint32_t addr, uint8_t *buf,
                                      uint32_t n)
{
    enum nacre_err err = cells->ops->read(cells, addr, buf, n);
    if (err != NACRE_OK || !bytes_are_virgin(buf, n)) return err;
    err = cells->ops->find(cells);
    if (err != NACRE_OK) return err;
    return cells->ops->read(cells, addr, buf, n);
}

static uint32_t header_check(const struct nacre_cells *cells, uint32_t addr, uint32_t count)
{
    return mix(mix(~addr) + cells->unit_span) ^ mix(count);
}

/* count: COUNT_NONE where the header is not valid. */
static enum nacre_err header_read(struct nacre_cells *cells, uint32_t unit, uint32_t which,
                                  uint32_t *count)
{
    const uint32_t addr = header_addr(cells, unit, which);
    uint8_t header[HEADER_BYTES];
    const enum nacre_err err = nacre_cells_read_bytes(cells, addr, header, HEADER_BYTES);
    if (err != NACRE_OK) return err;
    const uint32_t found = le32_get(header);
    const bool is_valid = found <= COUNT_LAST &&
                          le32_get(header + 4) == header_check(cells, addr, found);
    *count = is_valid ? found : COUNT_NONE;
    return NACRE_OK;
}

/* And see that it is there: a part that is protected may take it all the same. */
static enum nacre_err header_write(struct nacre_cells *cells, uint32_t unit, uint32_t which,
                                   uint32_t count)
{
    const uint32_t addr = header_addr(cells, unit, which);
    uint8_t header[HEADER_BYTES];
    uint8_t before[HEADER_BYTES];
    uint8_t after[HEADER_BYTES];
    le32_put(header, count);
    le32_put(header + 4, header_check(cells, addr, count));
    enum nacre_err err = cells->ops->read(cells, addr, before, HEADER_BYTES);
    if (err == NACRE_OK) err = cells->ops->write(cells, addr, header, HEADER_BYTES);
    if (err == NACRE_OK) err = cells->ops->read(cells, addr, after, HEADER_BYTES);
    if (err != NACRE_OK) return err;
    if (memcmp(after, header, HEADER_BYTES) == 0) return NACRE_OK;
    return memcmp(after, before, HEADER_BYTES) == 0 ? NACRE_PART_PROTECTED : NACRE_VERIFY;
}

/* Does a granule carry the stamp of a count, to the bit? */
static enum nacre_err granule_proves(struct nacre_cells *cells, uint32_t unit, uint32_t index,
                                     uint32_t count, bool *proves)
{
    const uint32_t addr = nacre_cells_granule_addr(cells, unit, index);
    uint8_t stamp[STAMP_BYTES];
    const enum nacre_err err = cells->ops->read(cells, addr + DATA_BYTES, stamp, STAMP_BYTES);
    if (err != NACRE_OK) return err;
    *proves = le32_get(stamp) == stamp_of(addr, count);
    return NACRE_OK;
}

static enum nacre_err unit_proves(struct nacre_cells *cells, uint32_t unit, uint32_t count,
                                  bool *proves)
{
    *proves = false;
    for (uint32_t k = 0; k < unit_granules(cells) && !*proves; k++) {
        const enum nacre_err err = granule_proves(cells, unit, k, count, proves);
        if (err != NACRE_OK) return err;
    }
    return NACRE_OK;
}

/* ---- units ---- */

/*
 * Find out the count of a unit. Where one header is not valid it was cut, or is lost: a stamp
 * of the count behind that of the other one tells that the newer one was lost. Else the other one
 * counts as durable: this one was being written, and with it there is nothing better to do.
 */
enum nacre_err nacre_cells_unit_load(struct nacre_cells *cells, uint32_t unit)
{
    uint32_t even;
    uint32_t odd;
    bool proves = false;
    if ((cells->units[unit] & IS_KNOWN) != 0u) return NACRE_OK;
    enum nacre_err err = header_read(cells, unit, 0, &even);
    if (err == NACRE_OK) err = header_read(cells, unit, 1, &odd);
    if (err != NACRE_OK) return err;
    uint32_t word = IS_KNOWN;
    if (even == COUNT_NONE && odd == COUNT_NONE) {
        word |= COUNT_NONE;
    } else if (even == COUNT_NONE || odd == COUNT_NONE) {
        const uint32_t count = even == COUNT_NONE ? odd : even;
        err = unit_proves(cells, unit, count + 1u, &proves);
        word |= proves ? count + 1u : count | IS_DURABLE;
    } else {
        const uint32_t count = even > odd ? even : odd;
        err = granule_proves(cells, unit, 0, count, &proves);
        word |= count;
        if (proves) word |= even + odd + 1u >= 2u * count ? IS_DURABLE | IS_SETTLED : IS_DURABLE;
    }
    if (err != NACRE_OK) return err;
    cells->units[unit] = word;
    return NACRE_OK;
}

/* Granules that lie one behind the other from `index` on, as one write takes them. */
static uint32_t piece_granules(const struct nacre_cells *cells, uint32_t index)
{
    const uint32_t in_page = cells->medium.geometry.page_bytes / DATA_BYTES;
    const uint32_t left = unit_granules(cells) - index;
    const uint32_t most = in_page < GRANULES_MAX ? in_page : GRANULES_MAX;
    return left < most ? left : most;
}

/*
 * Is nothing in a unit but granules of all ones and of all zeros?
 *
 * Returns  NACRE_OK: yes; NACRE_IO: no; what the memory answers
 */
static enum nacre_err unit_is_virgin(struct nacre_cells *cells, uint32_t unit)
{
    for (uint32_t k = 0; k < unit_granules(cells); k++) {
        uint8_t granule[PHYSICAL_BYTES];
        const uint32_t addr = nacre_cells_granule_addr(cells, unit, k);
        const enum nacre_err err = nacre_cells_read_bytes(cells, addr, granule, PHYSICAL_BYTES);
        if (err != NACRE_OK) return err;
        if (!bytes_are_virgin(granule, PHYSICAL_BYTES)) return NACRE_IO;
    }
    return NACRE_OK;
}

/* Write FF over all that is not virgin. */
static enum nacre_err unit_clear(struct nacre_cells *cells, uint32_t unit)
{
    uint32_t granules;
    for (uint32_t k = 0; k < unit_granules(cells); k += granules) {
        uint8_t piece[NACRE_CELLS_WRITE_BYTES_MAX];
        granules = piece_granules(cells, k);
        const uint32_t n = granules * PHYSICAL_BYTES;
        const uint32_t addr = nacre_cells_granule_addr(cells, unit, k);
        enum nacre_err err = nacre_cells_read_bytes(cells, addr, piece, n);
        if (err != NACRE_OK) return err;
        if (bytes_are_virgin(piece, n)) continue;
        memset(piece, BLANK, n);
        err = cells->ops->write(cells, addr, piece, n);
        if (err != NACRE_OK) return err;
    }
    return NACRE_OK;
}

/* Count from 1 in a unit where no stamp is left. */
static enum nacre_err unit_begin(struct nacre_cells *cells, uint32_t unit)
{
    enum nacre_err err = header_write(cells, unit, 0, 0);
    if (err == NACRE_OK) err = header_write(cells, unit, 1, 1);
    if (err == NACRE_OK) cells->units[unit] = IS_READY | 1u;
    return err;
}

/*
 * See that the header which the next erase leaves alone has the count, for good. Where nothing
 * proves it, the other one takes it first: so the unit never falls back behind a count that may
 * have been used, whatever a cut does to these writes, and no stamp is given twice.
 */
static enum nacre_err unit_secure(struct nacre_cells *cells, uint32_t unit, uint32_t word)
{
    const uint32_t count = word & COUNT_BITS;
    const uint32_t own = count % 2u;
    uint32_t found;
    if ((word & IS_SETTLED) != 0u) return NACRE_OK;
    enum nacre_err err = header_read(cells, unit, own, &found);
    if (err != NACRE_OK) return err;
    if (found == count) {
        if ((word & IS_DURABLE) != 0u) return NACRE_OK;
        err = header_write(cells, unit, own ^ 1u, count);
        if (err != NACRE_OK) return err;
    }
    return header_write(cells, unit, own, count);
}

/* The unit's count must be durable before a granule carries its stamp. */
enum nacre_err nacre_cells_unit_prepare(struct nacre_cells *cells, uint32_t unit)
{
    enum nacre_err err = nacre_cells_unit_load(cells, unit);
    if (err != NACRE_OK || (cells->units[unit] & IS_SETTLED) != 0u) return err;
    const uint32_t count = cells->units[unit] & COUNT_BITS;
    cells->units[unit] &= ~IS_KNOWN;
    if (count == COUNT_NONE) err = unit_is_virgin(cells, unit);
    if (err != NACRE_OK) return err;
    if (count == COUNT_NONE || count == 0u) return unit_begin(cells, unit);
    err = unit_secure(cells, unit, count); /* as if nothing were known */
    if (err == NACRE_OK) cells->units[unit] = IS_READY | count;
    return err;
}

enum nacre_err nacre_cells_unit_erase(struct nacre_cells *cells, uint32_t unit)
{
    enum nacre_err err = nacre_cells_unit_load(cells, unit);
    if (err != NACRE_OK) return err;
    const uint32_t word = cells->units[unit];
    const uint32_t count = word & COUNT_BITS;
    cells->units[unit] = 0;
    if (count == COUNT_NONE || count == COUNT_LAST) err = unit_clear(cells, unit);
    if (err != NACRE_OK) return err;
    if (count == COUNT_NONE || count == COUNT_LAST || count == 0u) return unit_begin(cells, unit);
    err = unit_secure(cells, unit, word);
    if (err == NACRE_OK) err = header_write(cells, unit, (count + 1u) % 2u, count + 1u);
    cells->units[unit] = err == NACRE_OK ? IS_READY | (count + 1u) : 0u;
    return err;
}

/* ---- what cells.c calls ---- */

void nacre_cells_encode(uint8_t *granule, uint32_t addr, uint32_t count, const uint8_t *data)
{
    memcpy(granule, data, DATA_BYTES);
    le32_put(granule + DATA_BYTES, stamp_of(addr, count));
}

bool nacre_cells_decode(uint8_t *granule, uint32_t addr, uint32_t count)
{
    bool is_there = stamp_is_near(granule + DATA_BYTES, stamp_of(addr, count));
    if (count == COUNT_NONE) is_there = !bytes_are_virgin(granule, PHYSICAL_BYTES);
    if (!is_there) memset(granule, BLANK, DATA_BYTES);
    const bool is_hidden = count == COUNT_NONE && is_there && bytes_are(granule, DATA_BYTES, BLANK);
    if (is_hidden) memset(granule, 0, DATA_BYTES);
    return is_there;
}
