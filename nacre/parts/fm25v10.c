/*
 * Infineon (Cypress, Ramtron) FM25V10: 1 Mbit of FRAM on SPI.
 *
 * Sources
 *   25V   Cypress 001-84499 rev. D: cover: 40 MHz, 10^14 times, each byte written as it has come
 *   640   Ramtron FM25640 rev. 2.1, pages 5 and 6: opcodes of the series; a write of any kind
 *         clears WEL; bit 0 of the status is always 0
 *
 * The id follows from that of its series (FM25V02: C2 22 00): unmeasured.
 */
#include "nacre/parts/parts.h"

const struct nacre_part nacre_part_fm25v10 = {
    .name = "FM25V10",
    .bus = NACRE_PART_SPI,
    .part_bytes = 128u * 1024u,   /* 25V */
    .group_bytes = 1,             /* 25V */
    .addr_bytes = 3,              /* 25V */
    .id_bytes = 9,                /* 25V */
    .id = {0x7F, 0x7F, 0x7F, 0x7F, 0x7F, 0x7F, 0xC2, 0x24, 0x00}, /* see above */
    .clock_hz_max = 40000000,     /* 25V */
};
