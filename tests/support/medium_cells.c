/*
 * Beds of the memories that are overwritten, by the library's rows: EEPROM, FRAM and MRAM. The
 * region lies at the part's end, or across the first border of 64 KB where there is one; and once
 * it is the whole part.
 */
#include "tests/support/medium_parts.h"

#include "nacre/media/i2c_memory.h"
#include "nacre/media/spi_memory.h"
#include "nacre/parts/parts.h"

#include <stddef.h>

#define PAGES 130u        /* of a region on EEPROM: five units */
#define SMALL_PAGES 156u  /* where a page holds one granule: six */
#define CELLS_BYTES 5184u /* of a region without pages: four */
#define BORDER 65536u
#define ADDRESS 0x50u

static enum nacre_err open_i2c(struct medium_part_bed *bed, struct nacre_medium **medium)
{
    const struct nacre_i2c_memory_cfg cfg = {
        .part = bed->kind_row->part, .i2c = &bed->bus.i2c, .time = &bed->bus.time,
        .address = ADDRESS, .region_addr = bed->kind->region_addr,
        .region_bytes = medium_part_region_bytes(),
    };
    *medium = &bed->medium.i2c.cells.medium;
    return nacre_i2c_memory_open(&bed->medium.i2c, &cfg);
}

static enum nacre_err open_spi(struct medium_part_bed *bed, struct nacre_medium **medium)
{
    const struct nacre_spi_memory_cfg cfg = {
        .part = bed->kind_row->part, .spi = &bed->bus.spi, .time = &bed->bus.time,
        .region_addr = bed->kind->region_addr, .region_bytes = medium_part_region_bytes(),
    };
    *medium = &bed->medium.spi.cells.medium;
    return nacre_spi_memory_open(&bed->medium.spi, &cfg);
}

#define ROW(row_name, row_part, bus) \
    static const struct medium_part row_of_##row_part = { \
        row_name, open_##bus, &nacre_part_##row_part, NULL, 0 \
    }
ROW("24LC256", 24lc256, i2c);
ROW("AT24CM01", at24cm01, i2c);
ROW("M24C64", m24c64, i2c);
ROW("M24M01", m24m01, i2c);
ROW("25LC256", 25lc256, spi);
ROW("M95M01", m95m01, spi);
ROW("MB85RC256V", mb85rc256v, i2c);
ROW("FM24V10", fm24v10, i2c);
ROW("FM25V10", fm25v10, spi);
ROW("CY15B104Q", cy15b104q, spi);
ROW("MB85RS64V", mb85rs64v, spi);
ROW("MB85RS1MT", mb85rs1mt, spi);
ROW("MR25H40", mr25h40, spi);

#define CYCLES .tears = medium_cycle_tears, .tear_count = MEDIUM_CYCLE_TEARS
#define BYTES .tears = medium_byte_tears, .tear_count = MEDIUM_BYTE_TEARS
#define PAGED(row_name, row_part, wire, first, n, page, of) \
    { .name = row_name, .ops = &medium_part_ops, .bus = &medium_##wire##_ops, CYCLES, \
      .share = of, .unit_count = n, .unit_bytes = page, .region_addr = first, \
      .row = &row_of_##row_part }
#define PAGELESS(row_name, row_part, wire, first, of) \
    { .name = row_name, .ops = &medium_part_ops, .bus = &medium_##wire##_ops, BYTES, \
      .share = of, .unit_count = 1, .unit_bytes = CELLS_BYTES, .region_addr = first, \
      .row = &row_of_##row_part }
#define WHOLE(row_name, row_part, wire, bytes) \
    { .name = row_name " whole", .ops = &medium_part_ops, .bus = &medium_##wire##_ops, BYTES, \
      .is_whole = true, .unit_count = 1, .unit_bytes = bytes, .row = &row_of_##row_part }

const struct medium_kind medium_cells_kinds[] = {
    PAGED("24LC256", 24lc256, i2c, 32768u - PAGES * 64u, PAGES, 64, 16),
    PAGED("AT24CM01", at24cm01, i2c, BORDER - PAGES * 128u, PAGES, 256, 16),
    PAGED("M24C64", m24c64, i2c, 8192u - SMALL_PAGES * 32u, SMALL_PAGES, 32, 16),
    PAGED("M24M01", m24m01, i2c, BORDER - PAGES * 128u, PAGES, 256, 16),
    PAGED("25LC256", 25lc256, spi, 32768u - PAGES * 64u, PAGES, 64, 16),
    PAGED("M95M01", m95m01, spi, BORDER - PAGES * 128u, PAGES, 256, 16),
    PAGELESS("MB85RC256V", mb85rc256v, i2c, 32768u - CELLS_BYTES, 40),
    PAGELESS("FM24V10", fm24v10, i2c, BORDER - CELLS_BYTES / 2u, 40),
    PAGELESS("FM25V10", fm25v10, spi, BORDER - CELLS_BYTES / 2u, 40),
    PAGELESS("CY15B104Q", cy15b104q, spi, BORDER - CELLS_BYTES / 2u, 40),
    PAGELESS("MB85RS64V", mb85rs64v, spi, 8192u - CELLS_BYTES, 40),
    PAGELESS("MB85RS1MT", mb85rs1mt, spi, BORDER - CELLS_BYTES / 2u, 40),
    PAGELESS("MR25H40", mr25h40, spi, BORDER - CELLS_BYTES / 2u, 40),
    WHOLE("24LC256", 24lc256, i2c, 0x8000u),
    WHOLE("AT24CM01", at24cm01, i2c, 0x20000u),
    WHOLE("M24C64", m24c64, i2c, 0x2000u),
    WHOLE("M24M01", m24m01, i2c, 0x20000u),
    WHOLE("25LC256", 25lc256, spi, 0x8000u),
    WHOLE("M95M01", m95m01, spi, 0x20000u),
    WHOLE("MB85RC256V", mb85rc256v, i2c, 0x8000u),
    WHOLE("FM24V10", fm24v10, i2c, 0x20000u),
    WHOLE("FM25V10", fm25v10, spi, 0x20000u),
    WHOLE("CY15B104Q", cy15b104q, spi, 0x80000u),
    WHOLE("MB85RS64V", mb85rs64v, spi, 0x2000u),
    WHOLE("MB85RS1MT", mb85rs1mt, spi, 0x20000u),
    WHOLE("MR25H40", mr25h40, spi, 0x80000u),
    { .name = NULL },
};
