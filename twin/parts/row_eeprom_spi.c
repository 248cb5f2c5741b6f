/*
 * EEPROM on SPI. Sources of the numbers:
 *   [25LC]   Microchip DS20005715A, 25LC256: cover: 10 MHz, 64 bytes a page, 5 ms, 10^6 cycles,
 *            protection of a quarter, a half or all; 25A512, DS22237C section 2.2 (the family): the
 *            latch falls when the cycle ends, a read while it works gets nothing, a write of less
 *            than a page refreshes the rest and its endurance is that of the page
 *   [M95]    ST DocID12276 rev. 20, M95256: section 6.6.1: groups of four bytes; the status
 *            register with SRWD, BP1, BP0. M95M01 is of the same series, with 256 bytes a page and
 *            three address bytes: from its cover
 * Which clock M95M01 has at 3.3 V was not in what could be read: 10 MHz, as M95256 from 2.5 V on;
 * unmeasured. No source has a typical write time.
 */
#include "twin/parts/part_internal.h"

const struct part_row part_rows_spi_eeprom[] = {
    {
        .name = "25LC256",
        .kind = PART_EEPROM,
        .wire = PART_SPI,
        .size_bytes = 32u * 1024u, /* [25LC] */
        .page_bytes = 64,          /* [25LC] */
        .group_bytes = 64,         /* [25LC] */
        .address_bytes = 2,        /* [25LC] */
        .status_nonvolatile = 0x8C, /* [25LC]: WPEN, BP1, BP0 */
        .clock_hz_max = 10000000,  /* [25LC] */
        .write_us_max = 5000,      /* [25LC] */
        .endurance = 1000000,      /* [25LC] */
    },
    {
        .name = "M95M01",
        .kind = PART_EEPROM,
        .wire = PART_SPI,
        .size_bytes = 128u * 1024u, /* [M95] */
        .page_bytes = 256,          /* [M95] */
        .group_bytes = 4,           /* [M95] */
        .has_ecc = true,            /* [M95] */
        .address_bytes = 3,         /* [M95] */
        .status_nonvolatile = 0x8C, /* [M95]: SRWD, BP1, BP0 */
        .clock_hz_max = 10000000,   /* unmeasured: see above */
        .write_us_max = 5000,       /* [M95] */
        .endurance = 4000000,       /* [M95], at 25 degrees */
    },
};

const uint32_t part_rows_spi_eeprom_count =
    sizeof part_rows_spi_eeprom / sizeof part_rows_spi_eeprom[0];
