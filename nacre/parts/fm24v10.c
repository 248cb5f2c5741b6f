/*
 * Infineon (Cypress, Ramtron) FM24V10: 1 Mbit of FRAM on I2C.
 *
 * Sources
 *   24V   Ramtron FM24V10 rev. 1.1, pages 1 and 5: 17 address bits, one of them in the slave
 *         address; it rolls over at 1FFFFh alone; 10^14 times; no polling
 *   V02   Ramtron FM24V02 rev. 2.0 page 9: the id, with density codes of the series: 4 for 1 Mbit
 *
 * 1 MHz is what it does without the high-speed mode, which needs a code before each transfer. The
 * serial-number version FM24VN10 has another id (variation bit): give it a row of its own. Nothing
 * of it was measured by us.
 */
#include "nacre/parts/parts.h"

const struct nacre_part nacre_part_fm24v10 = {
    .name = "FM24V10",
    .bus = NACRE_PART_I2C,
    .part_bytes = 128u * 1024u,   /* 24V */
    .group_bytes = 1,             /* 24V */
    .addr_bytes = 2,              /* 24V */
    .block_bits = 1,              /* 24V */
    .block_shift = 0,             /* 24V */
    .id_bytes = 3,                /* V02 */
    .id = {0x00, 0x44, 0x00},     /* V02: 004h, density 4, no serial number */
    .clock_hz_max = 1000000,      /* 24V: see above */
};
