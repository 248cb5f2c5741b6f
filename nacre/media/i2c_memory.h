/*
 * A medium on an I2C bus: EEPROM and FRAM by their rows (nacre/parts).
 *
 * A write is one message within a page; then the part is asked, by its address alone, until it
 * acknowledges, for as long as its row allows: an EEPROM does not while it works. A message that
 * fails is sent again a few times, behind the bus's own recovery: what is read or written does not
 * change by that.
 */
#ifndef NACRE_MEDIA_I2C_MEMORY_H
#define NACRE_MEDIA_I2C_MEMORY_H

#include "nacre/bus.h"
#include "nacre/media/cells.h"
#include "nacre/parts/part.h"

#include <stdint.h>

struct nacre_i2c_memory_cfg {
    const struct nacre_part *part;
    const struct nacre_i2c *i2c;
    const struct nacre_bus_time *time;
    uint32_t address; /* seven bits: 50h and what the part's pins add, address bits of its own 0 */
    uint32_t region_addr; /* in the part; a multiple of its page, without pages of 4 */
    uint32_t region_bytes;
};

struct nacre_i2c_memory {
    struct nacre_cells cells; /* first; the store is given &memory.cells.medium */
    struct nacre_i2c_memory_cfg cfg;
    uint32_t retries; /* messages that had to be sent again: a bus that is not in order */
};

/*
 * Find the part, and make a medium of a region of it. Nothing is written.
 *
 * memory   the caller's; must not be moved afterwards
 * cfg      copied; what it points to stays
 * Cost     one address, an id where the row has one, and nacre_cells_open
 * Returns  NACRE_OK
 *          NACRE_BAD_ARGUMENT      a row of another bus, or an address with bits beyond seven, or
 *                                  with bits that the part takes for its own
 *          NACRE_REGION_OUTSIDE    the region ends beyond the part
 *          NACRE_BUS_NO_ACK        nobody has that address
 *          NACRE_CHIP_UNKNOWN      the part has another id than its row, or none
 *          NACRE_TIMEOUT           it was found at work, and did not end
 *          NACRE_BUS_*             the bus
 *          what nacre_cells_open refuses
 *          *memory undefined after these
 *
 * Through the medium, besides NACRE_BUS_*:
 *          NACRE_PART_PROTECTED    a write was not taken: the WP pin. Unchanged
 *          NACRE_TIMEOUT           the part did not end its write in time
 * Context  thread only
 */
NACRE_MUST_CHECK enum nacre_err nacre_i2c_memory_open(struct nacre_i2c_memory *memory,
                                                      const struct nacre_i2c_memory_cfg *cfg);

#endif
