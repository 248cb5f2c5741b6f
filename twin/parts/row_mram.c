/*
 * MRAM on SPI. Sources of the numbers:
 *   [MR]     Everspin MR20H40/MR25H40 rev. 12.6, cover: 40 MHz, no write delay, no bound on writes;
 *            Linux spi-nor, everspin: three address bytes, no fast read, no erase
 * That WEL stays set after a write, until WRDI or power up, and the power-up time are from memory:
 * unmeasured.
 */
#include "twin/parts/part_internal.h"

const struct part_row part_rows_mram[] = {
    {
        .name = "MR25H40",
        .kind = PART_MRAM,
        .wire = PART_SPI,
        .size_bytes = 512u * 1024u, /* [MR] */
        .address_bytes = 3,         /* [MR] */
        .keeps_enable = true,       /* unmeasured */
        .status_nonvolatile = 0x8C, /* SRWD, BP1, BP0, as the EEPROM it replaces */
        .clock_hz_max = 40000000,   /* [MR] */
        .power_up_us = 400,         /* unmeasured */
    },
};

const uint32_t part_rows_mram_count = sizeof part_rows_mram / sizeof part_rows_mram[0];
