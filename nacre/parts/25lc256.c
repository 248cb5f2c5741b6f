/*
 * Microchip 25LC256 (25AA256): 256 Kbit of EEPROM on SPI.
 *
 * Sources
 *   MCHP  Microchip DS20005715A: cover; the status with WPEN, BP1, BP0, WEL, WIP
 *   512   Microchip 25A512, DS22237C section 2.2, the same family: the latch falls when the write
 *         ends; less than a page written refreshes the rest of it, so what wears is the page
 *
 * No document has a typical write time. Nothing of it was measured by us.
 */
#include "nacre/parts/parts.h"

const struct nacre_part nacre_part_25lc256 = {
    .name = "25LC256",
    .bus = NACRE_PART_SPI,
    .part_bytes = 32u * 1024u,    /* MCHP */
    .page_bytes = 64,             /* MCHP */
    .group_bytes = 64,            /* 512 */
    .addr_bytes = 2,              /* MCHP */
    .write_us = 5000,             /* unmeasured: see above */
    .write_us_max = 5000,         /* MCHP */
    .clock_hz_max = 10000000,     /* MCHP; less at lower voltages */
    .endurance_k = 1000,          /* MCHP */
};
