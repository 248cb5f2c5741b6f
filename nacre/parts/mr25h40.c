/*
 * Everspin MR25H40: 4 Mbit of MRAM on SPI.
 *
 * Sources
 *   MR    Everspin MR20H40/MR25H40 rev. 12.6, cover: 40 MHz, no write delay, no bound on writes
 *   LINUX drivers/mtd/spi-nor, everspin: three address bytes, no id that it reads
 *
 * That WEL stays set behind a write is from no document that could be read: unmeasured, and the
 * driver takes it back either way.
 */
#include "nacre/parts/parts.h"

const struct nacre_part nacre_part_mr25h40 = {
    .name = "MR25H40",
    .bus = NACRE_PART_SPI,
    .part_bytes = 512u * 1024u,   /* MR */
    .group_bytes = 1,             /* MR */
    .addr_bytes = 3,              /* LINUX */
    .keeps_enable = true,         /* unmeasured: see above */
    .clock_hz_max = 40000000,     /* MR */
};
