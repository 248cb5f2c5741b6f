/*
 * Microchip (Atmel) AT24CM01: 1 Mbit of EEPROM on I2C.
 *
 * Sources
 *   AT    Microchip DS20006170A: cover; section 4: A16 is bit 1 of the address byte, the lowest of
 *         its seven bits; section 7: writes wrap in their page
 *
 * Over how many bytes its error correction goes is not in what could be read: the whole page is
 * taken, the harsher assumption. No document has a typical write time. Nothing of it was measured
 * by us.
 */
#include "nacre/parts/parts.h"

const struct nacre_part nacre_part_at24cm01 = {
    .name = "AT24CM01",
    .bus = NACRE_PART_I2C,
    .part_bytes = 128u * 1024u,   /* AT */
    .page_bytes = 256,            /* AT */
    .group_bytes = 256,           /* unmeasured: see above */
    .addr_bytes = 2,              /* AT */
    .block_bits = 1,              /* AT: A16 */
    .block_shift = 0,             /* AT */
    .write_us = 5000,             /* unmeasured: see above */
    .write_us_max = 5000,         /* AT */
    .clock_hz_max = 1000000,      /* AT: from 2.5 V on */
    .endurance_k = 1000,          /* AT */
};
