/*
 * CRC-32C, four bits at a time: 64 bytes of table are the best trade of size and speed here.
 */
#include "nacre/core/crc.h"

#define POLYNOMIAL 0x82F63B78u

/* One step of the division, and four of them, as constants. */
#define STEP(v) (((v) >> 1) ^ (((v) & 1u) != 0u ? POLYNOMIAL : 0u))
#define NIBBLE(v) STEP(STEP(STEP(STEP((uint32_t)(v)))))

static const uint32_t nibble_table[16] = {
    NIBBLE(0),  NIBBLE(1),  NIBBLE(2),  NIBBLE(3), NIBBLE(4),  NIBBLE(5),  NIBBLE(6),  NIBBLE(7),
    NIBBLE(8),  NIBBLE(9),  NIBBLE(10), NIBBLE(11), NIBBLE(12), NIBBLE(13), NIBBLE(14), NIBBLE(15),
};

uint32_t nacre_crc_update(uint32_t crc, const uint8_t *bytes, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        crc ^= bytes[i];
        crc = (crc >> 4) ^ nibble_table[crc & 15u];
        crc = (crc >> 4) ^ nibble_table[crc & 15u];
    }
    return crc;
}
