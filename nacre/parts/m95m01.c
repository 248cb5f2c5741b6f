/*
 * ST M95M01 (-R, -DF): 1 Mbit of EEPROM on SPI.
 *
 * Sources
 *   ST    ST M95M01-R cover: size, page, 5 ms, 4 million cycles at 25 degrees; three address bytes
 *   M95   ST DocID12276 rev. 20, M95256, the same series: section 6.6.1: error correction in groups
 *         of four bytes, which are written and wear together; the latch falls when the write ends
 *
 * Its clock at 3.3 V was not in what could be read: that of the M95256 from 2.5 V on. No document
 * has a typical write time. Nothing of it was measured by us.
 */
#include "nacre/parts/parts.h"

const struct nacre_part nacre_part_m95m01 = {
    .name = "M95M01",
    .bus = NACRE_PART_SPI,
    .part_bytes = 128u * 1024u,   /* ST */
    .page_bytes = 256,            /* ST */
    .group_bytes = 4,             /* M95 */
    .addr_bytes = 3,              /* ST */
    .write_us = 5000,             /* unmeasured: see above */
    .write_us_max = 5000,         /* ST */
    .clock_hz_max = 10000000,     /* unmeasured: see above */
    .endurance_k = 4000,          /* ST, at 25 degrees; 1.2 million at 85 for its series */
};
