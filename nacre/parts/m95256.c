/*
 * ST M95256: 256 Kbit of EEPROM on SPI.
 *
 * Sources
 *   M95   ST DocID12276 rev. 20: page of 64 bytes, 5 ms, 4 million cycles at 25 degrees; section
 *         6.6.1: error correction in groups of four bytes, which are written and wear together; the
 *         latch falls when the write ends
 *
 * Its clock is that from 2.5 V on. The -D version has a page for an identification, which this row
 * does not use. No document has a typical write time. Nothing of it was measured by us.
 */
#include "nacre/parts/parts.h"

const struct nacre_part nacre_part_m95256 = {
    .name = "M95256",
    .bus = NACRE_PART_SPI,
    .part_bytes = 32u * 1024u,    /* M95 */
    .page_bytes = 64,             /* M95 */
    .group_bytes = 4,             /* M95 */
    .addr_bytes = 2,              /* M95: 15 of 16 bits count */
    .write_us = 5000,             /* unmeasured: see above */
    .write_us_max = 5000,         /* M95 */
    .clock_hz_max = 10000000,     /* M95: see above */
    .endurance_k = 4000,          /* M95, at 25 degrees; 1.2 million at 85 */
};
