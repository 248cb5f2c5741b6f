/*
 * Microchip 24LC256 (24AA256, 24FC256): 256 Kbit of EEPROM on I2C.
 *
 * Sources
 *   MCHP  Microchip DS20001203X: cover; section 5 device address; section 6.1: with WP high the
 *         part acknowledges, writes nothing and is ready at once; section 6.2 page; section 7
 *         acknowledge polling
 *   UID   Microchip 24AA256UID, section 6.1, the same die with an id: less than a page written
 *         refreshes the rest of it, so what wears is the page
 *
 * No document has a typical write time: the longest stands for it. Nothing of it was measured by
 * us.
 */
#include "nacre/parts/parts.h"

const struct nacre_part nacre_part_24lc256 = {
    .name = "24LC256",
    .bus = NACRE_PART_I2C,
    .part_bytes = 32u * 1024u,    /* MCHP */
    .page_bytes = 64,             /* MCHP */
    .group_bytes = 64,            /* UID */
    .addr_bytes = 2,              /* MCHP */
    .write_us = 5000,             /* unmeasured: see above */
    .write_us_max = 5000,         /* MCHP */
    .clock_hz_max = 400000,       /* MCHP; 24FC256 has 1 MHz */
    .endurance_k = 1000,          /* MCHP */
};
