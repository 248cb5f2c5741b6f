/*
 * A medium on an SPI bus: EEPROM, FRAM and MRAM by their rows (nacre/parts).
 *
 * A write is a frame of its own with the write enable, a look at the status (was it taken, are the
 * bytes protected), the frame with the bytes, and, where the row says so, the status again until
 * WIP is gone. SPI has no acknowledge: all that is known of an empty socket is that it reads all
 * ones or all zeros, so a status of that kind, and memory that reads so, is asked again.
 */
#ifndef NACRE_MEDIA_SPI_MEMORY_H
#define NACRE_MEDIA_SPI_MEMORY_H

#include "nacre/bus.h"
#include "nacre/media/cells.h"
#include "nacre/parts/part.h"

#include <stdint.h>

struct nacre_spi_memory_cfg {
    const struct nacre_part *part;
    const struct nacre_spi *spi;
    const struct nacre_bus_time *time;
    uint32_t region_addr; /* in the part; a multiple of its page, without pages of 4 */
    uint32_t region_bytes;
};

struct nacre_spi_memory {
    struct nacre_cells cells; /* first; the store is given &memory.cells.medium */
    struct nacre_spi_memory_cfg cfg;
    uint32_t retries; /* frames that had to be sent again: a bus that is not in order */
};

/*
 * Find the part, and make a medium of a region of it. Nothing is written; a part without an id is
 * given the write enable, which is taken back.
 *
 * memory   the caller's; must not be moved afterwards
 * cfg      copied; what it points to stays
 * Cost     a status; an id, or where the row has none four frames of a byte or two; and
 *          nacre_cells_open
 * Returns  NACRE_OK
 *          NACRE_BAD_ARGUMENT      a row of another bus
 *          NACRE_REGION_OUTSIDE    the region ends beyond the part
 *          NACRE_PART_SILENT       all ones or all zeros, whatever is asked
 *          NACRE_CHIP_UNKNOWN      the part has another id than its row
 *          NACRE_CHIP_REFUSED      it does not take the write enable, or does not let go of it
 *          NACRE_TIMEOUT           it was found at work, and did not end
 *          NACRE_BUS_*             the bus
 *          what nacre_cells_open refuses
 *          *memory undefined after these
 *
 * Through the medium, besides NACRE_BUS_*:
 *          NACRE_PART_PROTECTED    the status protects the bytes, or the part did not take them.
 *                                  Unchanged
 *          NACRE_PART_SILENT       as above. Unchanged, but where it came after the bytes
 *          NACRE_CHIP_REFUSED      the write enable was not taken. Unchanged
 *          NACRE_TIMEOUT           the part did not end its write in time
 * Context  thread only
 */
NACRE_MUST_CHECK enum nacre_err nacre_spi_memory_open(struct nacre_spi_memory *memory,
                                                      const struct nacre_spi_memory_cfg *cfg);

#endif
