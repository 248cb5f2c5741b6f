/*
 * ST M24M01 (-R, -DF): 1 Mbit of EEPROM on I2C.
 *
 * Sources
 *   ST    ST DocID12943 rev. 14: cover; section 5.1.5: error correction in groups of four bytes,
 *         which are written and wear together; A16 is bit 1 of the device select byte, the lowest
 *         of its seven bits, and a read runs through the whole memory
 *
 * No document has a typical write time. Nothing of it was measured by us.
 */
#include "nacre/parts/parts.h"

const struct nacre_part nacre_part_m24m01 = {
    .name = "M24M01",
    .bus = NACRE_PART_I2C,
    .part_bytes = 128u * 1024u,   /* ST */
    .page_bytes = 256,            /* ST */
    .group_bytes = 4,             /* ST */
    .addr_bytes = 2,              /* ST */
    .block_bits = 1,              /* ST: A16 */
    .block_shift = 0,             /* ST */
    .write_us = 5000,             /* unmeasured: see above */
    .write_us_max = 5000,         /* ST */
    .clock_hz_max = 1000000,      /* ST */
    .endurance_k = 4000,          /* ST, at 25 degrees */
};
