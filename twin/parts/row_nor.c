/*
 * Serial NOR on a bus of its own. What it does and how long it takes is in twin/chip, under the
 * same name; here is what the wire needs. Source: W25Q128JV data sheet rev. F.
 */
#include "twin/parts/part_internal.h"

const struct part_row part_rows_nor[] = {
    {
        .name = "W25Q128JV",
        .kind = PART_NOR,
        .wire = PART_SPI,
        .size_bytes = 16u * 1024u * 1024u,
        .page_bytes = 256,
        .group_bytes = 4096, /* what an erase clears, and wears */
        .address_bytes = 3,
        .has_fast_read = true,
        .id_bytes = 3,
        .id = {0xEF, 0x40, 0x18},
        .clock_hz_max = 133000000,
        .write_us_typ = 400,
        .write_us_max = 3000,
        .power_up_us = 20,
        .endurance = 100000,
    },
};

const uint32_t part_rows_nor_count = sizeof part_rows_nor / sizeof part_rows_nor[0];
