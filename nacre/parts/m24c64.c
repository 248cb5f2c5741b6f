/*
 * ST M24C64 (-W, -R): 64 Kbit of EEPROM on I2C.
 *
 * Sources
 *   ST    ST DocID16891 rev. 28: cover; section 5.1.5: error correction in groups of four bytes,
 *         which are written and wear together; rev. 26 section 4.6: with WC high the bytes to be
 *         written are not acknowledged
 *
 * No document has a typical write time. Nothing of it was measured by us.
 */
#include "nacre/parts/parts.h"

const struct nacre_part nacre_part_m24c64 = {
    .name = "M24C64",
    .bus = NACRE_PART_I2C,
    .part_bytes = 8u * 1024u,     /* ST */
    .page_bytes = 32,             /* ST */
    .group_bytes = 4,             /* ST */
    .addr_bytes = 2,              /* ST */
    .write_us = 5000,             /* unmeasured: see above */
    .write_us_max = 5000,         /* ST */
    .clock_hz_max = 1000000,      /* ST; -F has 400 kHz */
    .endurance_k = 4000,          /* ST, at 25 degrees */
};
