/*
 * The bed of an ordinary NOR flash on an SPI bus of its own, at the end of the part.
 */
#include "tests/support/medium_parts.h"

#include "nacre/chips/chips.h"
#include "nacre/media/spi_nor.h"

#include <stddef.h>

#define UNIT_BYTES 4096u
#define UNITS 6u /* two lanes */
#define PART_BYTES 0x01000000u

static enum nacre_err open_nor(struct medium_part_bed *bed, struct nacre_medium **medium)
{
    const struct nacre_spi_nor_cfg cfg = {
        .chip = bed->kind_row->chip, .spi = &bed->bus.spi, .time = &bed->bus.time,
        .region_addr = bed->kind->region_addr, .region_bytes = medium_part_region_bytes(),
    };
    *medium = &bed->medium.nor.medium;
    return nacre_spi_nor_open(&bed->medium.nor, &cfg);
}

/* READ 03h is slower than the rest of its commands: 50 MHz at most. */
static const struct medium_part w25q128jv = {
    "W25Q128JV", open_nor, NULL, &nacre_chip_w25q128jv, 40000000u,
};

const struct medium_kind medium_nor_kinds[] = {
    { .name = "W25Q128JV", .ops = &medium_part_ops, .bus = &medium_spi_ops,
      .tears = medium_cycle_tears, .tear_count = MEDIUM_CYCLE_TEARS, .share = 400,
      .unit_count = UNITS, .unit_bytes = UNIT_BYTES,
      .region_addr = PART_BYTES - UNITS * UNIT_BYTES, .row = &w25q128jv },
    { .name = NULL },
};
