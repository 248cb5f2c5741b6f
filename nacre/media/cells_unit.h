/*
 * What cells.c needs of the units: where a granule lies, what it reads as, its unit's count. The
 * layout and the states are in cells.h.
 */
#ifndef NACRE_MEDIA_CELLS_UNIT_H
#define NACRE_MEDIA_CELLS_UNIT_H

#include "nacre/media/cells.h"

#include <stdbool.h>
#include <stdint.h>

#define NACRE_CELLS_DATA_BYTES 16u
#define NACRE_CELLS_HEADER_BYTES 8u
#define NACRE_CELLS_HEADER_PAGES 2u
#define NACRE_CELLS_COUNT_NONE 0x1FFFFFFFu /* the unit has no valid header */

/*
 * The memory's address of a granule of a unit.
 */
uint32_t nacre_cells_granule_addr(const struct nacre_cells *cells, uint32_t unit, uint32_t index);

/*
 * Copy n bytes of the memory. What reads all ones or all zeros may be nobody: then the memory is
 * looked for, and read again.
 *
 * Returns  NACRE_OK; what the memory answers
 */
NACRE_MUST_CHECK enum nacre_err nacre_cells_read_bytes(struct nacre_cells *cells, uint32_t addr,
                                                       uint8_t *buf, uint32_t n);

/*
 * Know the count of a unit (nacre_cells_count).
 *
 * Cost     none where it is known; else nacre_cells_open's, of one unit
 * Returns  NACRE_OK; what the memory answers: not known, the next call tries again
 */
NACRE_MUST_CHECK enum nacre_err nacre_cells_unit_load(struct nacre_cells *cells, uint32_t unit);

/*
 * Make the count of a unit durable, so that granules may carry its stamp.
 *
 * Cost     mostly none; after a boot two writes, where no granule proves it, and in a virgin unit
 * Returns  NACRE_OK; NACRE_IO: the unit has no header and is not virgin; what the memory answers:
 *          no granule has changed
 * Cut      cells.h
 */
NACRE_MUST_CHECK enum nacre_err nacre_cells_unit_prepare(struct nacre_cells *cells, uint32_t unit);

/*
 * Erase a unit.
 *
 * Cost     one write of a header, and up to two more after a cut; a unit without a header, or with
 *          the last count, is cleared first: a write for each page, or each 100 bytes
 * Returns  NACRE_OK; NACRE_PART_PROTECTED: unchanged; NACRE_VERIFY, and what the memory answers: in
 *          any state
 * Cut      cells.h
 */
NACRE_MUST_CHECK enum nacre_err nacre_cells_unit_erase(struct nacre_cells *cells, uint32_t unit);

/*
 * A granule with its stamp, from 16 bytes of data.
 */
void nacre_cells_encode(uint8_t *granule, uint32_t addr, uint32_t count, const uint8_t *data);

/*
 * What a granule reads as, in its first 16 bytes: its data where it carries the stamp of the count,
 * else blank. Without a count (NACRE_CELLS_COUNT_NONE) whatever lies there, if not all of it is
 * virgin; data that would look blank all the same is shown as zeros.
 *
 * Returns  whether something is there
 */
bool nacre_cells_decode(uint8_t *granule, uint32_t addr, uint32_t count);

/* Of a unit whose count is known. */
static inline uint32_t nacre_cells_count(const struct nacre_cells *cells, uint32_t unit)
{
    return cells->units[unit] & NACRE_CELLS_COUNT_NONE;
}

#endif
