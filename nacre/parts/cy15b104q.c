/*
 * Infineon (Cypress) CY15B104Q: 4 Mbit of FRAM on SPI.
 *
 * Sources
 *   104   Cypress 001-94895: cover: 40 MHz, 10^14 times, no delay; section "Device ID"
 *   640   Ramtron FM25640 rev. 2.1, pages 5 and 6: a write of any kind clears WEL
 *
 * Nothing of it was measured by us.
 */
#include "nacre/parts/parts.h"

const struct nacre_part nacre_part_cy15b104q = {
    .name = "CY15B104Q",
    .bus = NACRE_PART_SPI,
    .part_bytes = 512u * 1024u,   /* 104 */
    .group_bytes = 1,             /* 104 */
    .addr_bytes = 3,              /* 104 */
    .id_bytes = 9,                /* 104 */
    .id = {0x7F, 0x7F, 0x7F, 0x7F, 0x7F, 0x7F, 0xC2, 0x26, 0x08}, /* 104 */
    .clock_hz_max = 40000000,     /* 104 */
};
