/*
 * Memory whose bytes are overwritten in place (EEPROM, FRAM, MRAM, RAM with a battery), made to
 * look like a flash: the store erases units and programs granules once, and no cell is ever erased.
 *
 * Each granule of 16 bytes lies in 20: behind it a stamp, a mixed word of its address and of the
 * unit's count. A granule whose stamp is not that of the unit's present count reads as blank,
 * whatever lies there; to erase a unit is to write its count + 1. One that is a single bit away
 * counts as the present one, so that a flipped bit stays damage and does not become blank.
 *
 * Layout of a unit, each unit with the same number of bytes:
 *     with pages     page 0: header 0; page 1: header 1; then pages of B granules, B =
 *                    min(5, page_bytes / 20); what is left of a page is not used
 *     without        header 0, header 1, then granules, one behind the other
 * A header is the count (4 bytes, little-endian) and a mixed word of it, of its address and of the
 * unit's size (4 bytes). An erase writes even counts to header 0 and odd ones to header 1, so never
 * over the newest one.
 *
 * States of a unit, and the step between them. A count is durable when its header was written to
 * the end; after a boot only a granule with its stamp proves that.
 *     no header -> count 1      an erase, or the first program where all of it is blank
 *                               (a virgin part: all FF or all 00): an erase writes FF over what is
 *                               not blank; then header 0 with count 0, then header 1 with count 1.
 *                               Cut: no header, or count 0 or 1 of a blank unit
 *     count n -> count n + 1    an erase. Where n is not durable it is written to both headers
 *                               first. Cut: n or n + 1, or one now and the other at the next boot;
 *                               no header where the erase before was cut, too
 *     n, not durable -> durable the first program: n is written to the other header and then to its
 *                               own; to its own alone if that is lost. Cut: n, if the erase had
 *                               ended; else what an erase that is cut may leave
 *     the highest count -> 1    an erase, as from no header
 * A unit with no header that is not blank reads as what lies there, without stamps: the store sees
 * damage, or something foreign, and never blank granules where there were records.
 *
 * Invariants:
 *  1. A granule carries the stamp of count n only if n was durable before. So a count whose stamp
 *     was used is never given a second time.
 *  2. Where one header is lost, the other one and the stamps tell the count.
 */
#ifndef NACRE_MEDIA_CELLS_H
#define NACRE_MEDIA_CELLS_H

#include "nacre/medium.h"

#include <stdbool.h>
#include <stdint.h>

#define NACRE_CELLS_UNITS_MAX 8u
#define NACRE_CELLS_GRANULE_BYTES 20u /* of the memory, for 16 of the medium */
#define NACRE_CELLS_WRITE_BYTES_MAX 100u

struct nacre_cells;

/* How the bytes are reached. addr is the memory's, not the medium's. */
struct nacre_cells_ops {
    /*
     * Copy n bytes at addr into buf.
     *
     * n        1 to NACRE_CELLS_WRITE_BYTES_MAX, inside the area
     * Returns  NACRE_OK; any error: buf undefined
     */
    enum nacre_err (*read)(struct nacre_cells *cells, uint32_t addr, uint8_t *buf, uint32_t n);

    /*
     * Overwrite n bytes at addr, and return when they are durable.
     *
     * n        1 to NACRE_CELLS_WRITE_BYTES_MAX, within a page where there are pages
     * Returns  NACRE_OK; NACRE_PART_PROTECTED: nothing was written; any other: the bytes, or their
     *          page, are in any state
     * Cut      the bytes are in any state; where there are pages the whole page is
     */
    enum nacre_err (*write)(struct nacre_cells *cells, uint32_t addr, const uint8_t *buf,
                            uint32_t n);

    /*
     * Is the memory there? Asked where it read all ones or all zeros, which an empty socket does
     * too: what was read is then read again.
     *
     * Returns  NACRE_OK; NACRE_PART_SILENT and other errors: it is not
     */
    enum nacre_err (*find)(struct nacre_cells *cells);
};

/* Where the region lies in the memory. */
struct nacre_cells_area {
    uint32_t addr;
    uint32_t bytes;
    uint32_t page_bytes; /* 0: none; else 20 or more, and a multiple of 4 */
};

struct nacre_cells {
    struct nacre_medium medium; /* first: the store sees only this */
    const struct nacre_cells_ops *ops;
    struct nacre_cells_area area;
    uint32_t unit_span;                    /* bytes of the memory from one unit to the next */
    uint32_t units[NACRE_CELLS_UNITS_MAX]; /* the count, and what is known of it: cells_unit.c */
    uint32_t newest_addr;                  /* of the last program, */
    uint32_t newest_bytes;                 /* so that one that left no trace is told; 0: none */
    enum nacre_err erase_result;           /* of the erase that nobody has asked about yet */
};

/*
 * Make a medium of an area. What lies there stays.
 *
 * The units: as many as there can be, 3 to 8, with 24 pages or 64 granules each beside the headers.
 * With more units a smaller share of the region is kept free for the oldest one's records, so it
 * holds more; with fewer and larger ones a smaller share of the writes goes to headers and marks,
 * which is two in 24 at most here.
 *
 * cells    the caller's; must not be moved afterwards, but it may be copied away and back: all that
 *          it holds of the medium's state is in it and in the memory
 * ops      a constant; where it keeps state, cells is the first member of it
 * Cost     two reads a unit, and one more; where an erase was cut, one of its granules each
 * Returns  NACRE_OK
 *          NACRE_NO_REGION         no bytes, or something is null
 *          NACRE_REGION_UNALIGNED  it does not start at a page (without pages: at 4 bytes), or the
 *                                  pages make no sense
 *          NACRE_REGION_TOO_SMALL  less than three units
 *          NACRE_REGION_TOO_LARGE  units of more than 4096 granules
 *          what ops answers: the headers could not be read
 *          *cells undefined after an error; nothing was written
 * Context  thread only, as all that is called through the medium
 */
NACRE_MUST_CHECK enum nacre_err nacre_cells_open(struct nacre_cells *cells,
                                                 const struct nacre_cells_ops *ops,
                                                 const struct nacre_cells_area *area);

#endif
