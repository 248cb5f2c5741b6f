/*
 * Fujitsu MB85RC256V: 256 Kbit of FRAM on I2C.
 *
 * Sources
 *   RC    Fujitsu DS501-00017-3v0-E: cover: 1 MHz, 10^12 times a byte, no polling behind a write;
 *         page 10: the id by the reserved address F8h, 00A 510; a read rolls over at the end alone
 *
 * Nothing of it was measured by us.
 */
#include "nacre/parts/parts.h"

const struct nacre_part nacre_part_mb85rc256v = {
    .name = "MB85RC256V",
    .bus = NACRE_PART_I2C,
    .part_bytes = 32u * 1024u,    /* RC */
    .group_bytes = 1,             /* RC */
    .addr_bytes = 2,              /* RC */
    .id_bytes = 3,                /* RC */
    .id = {0x00, 0xA5, 0x10},     /* RC */
    .clock_hz_max = 1000000,      /* RC */
    .endurance_k = 1000000000,    /* RC */
};
