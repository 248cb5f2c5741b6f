/*
 * EEPROM on I2C. Sources of the numbers:
 *   [MCHP]   Microchip DS20001203, 24AA256/24LC256/24FC256: section 6 (WP acknowledges, writes
 *            nothing; no acknowledge while it works); 24AA256UID, section 6.1 (the same die with an
 *            id): a write of less than a page refreshes the rest, endurance is that of the page
 *   [AT]     Microchip DS20006170A, AT24CM01: cover, section 4 and 7: 1 MHz above 2.5 V, 5 ms, 256
 *            bytes a page, 10^6 cycles, error correction; A16 is bit 1 of the device address byte
 *   [M24C64] ST DocID16891 rev. 28 (section 5.1.5: groups of four bytes) and rev. 26 (section 4.6:
 *            a stop elsewhere than behind an acknowledge begins nothing; WC high: data bytes are
 *            not acknowledged)
 *   [M24M01] ST DocID12943 rev. 14: cover, section 5.1.5
 *   [CM02]   Microchip AT24CM02, sections 8.1 and 8.3 (the family): reads roll over at the end of
 *            the array; upper address bits in the device address count with the write bit alone
 * Over how many bytes AT24CM01's error correction goes is not in what could be read: the whole page
 * is taken, the harsher assumption. So are the power-up times where there is no source named:
 * unmeasured. No source has a typical write time.
 */
#include "twin/parts/part_internal.h"

const struct part_row part_rows_i2c_eeprom[] = {
    {
        .name = "24LC256",
        .kind = PART_EEPROM,
        .wire = PART_I2C,
        .size_bytes = 32u * 1024u, /* [MCHP] */
        .page_bytes = 64,          /* [MCHP] */
        .group_bytes = 64,         /* [MCHP] */
        .address_bytes = 2,        /* [MCHP] */
        .clock_hz_max = 400000,    /* [MCHP] */
        .write_us_max = 5000,      /* [MCHP] */
        .endurance = 1000000,      /* [MCHP] */
    },
    {
        .name = "AT24CM01",
        .kind = PART_EEPROM,
        .wire = PART_I2C,
        .size_bytes = 128u * 1024u, /* [AT] */
        .page_bytes = 256,          /* [AT] */
        .group_bytes = 256,         /* unmeasured: see above */
        .has_ecc = true,            /* [AT] */
        .address_bytes = 2,
        .block_bits = 1,            /* [AT] */
        .clock_hz_max = 1000000,    /* [AT] */
        .write_us_max = 5000,       /* [AT] */
        .power_up_us = 100,         /* tPUP, from memory: unmeasured */
        .endurance = 1000000,       /* [AT] */
    },
    {
        .name = "M24C64",
        .kind = PART_EEPROM,
        .wire = PART_I2C,
        .size_bytes = 8u * 1024u,  /* [M24C64] */
        .page_bytes = 32,          /* [M24C64] */
        .group_bytes = 4,          /* [M24C64] */
        .has_ecc = true,           /* [M24C64] */
        .address_bytes = 2,        /* [M24C64] */
        .protected_nack = true,    /* [M24C64] */
        .clock_hz_max = 1000000,   /* M24C64-W, -R; -F has 400 kHz */
        .write_us_max = 5000,      /* [M24C64] */
        .endurance = 4000000,      /* [M24C64] */
    },
    {
        .name = "M24M01",
        .kind = PART_EEPROM,
        .wire = PART_I2C,
        .size_bytes = 128u * 1024u, /* [M24M01] */
        .page_bytes = 256,          /* [M24M01] */
        .group_bytes = 4,           /* [M24M01] */
        .has_ecc = true,            /* [M24M01] */
        .address_bytes = 2,         /* [M24M01] */
        .block_bits = 1,            /* [M24M01]: A16 */
        .protected_nack = true,     /* as [M24C64] */
        .clock_hz_max = 1000000,    /* [M24M01] */
        .write_us_max = 5000,       /* [M24M01] */
        .endurance = 4000000,       /* [M24M01] */
    },
};

const uint32_t part_rows_i2c_eeprom_count =
    sizeof part_rows_i2c_eeprom / sizeof part_rows_i2c_eeprom[0];
