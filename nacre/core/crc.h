/*
 * CRC-32C (Castagnoli, reflected, polynomial 0x82F63B78), as in RFC 3720 appendix B.4.
 */
#ifndef NACRE_CORE_CRC_H
#define NACRE_CORE_CRC_H

#include <stdint.h>

#define NACRE_CRC_START 0xFFFFFFFFu

/*
 * Take n bytes into a running check sum. Start with NACRE_CRC_START; the check sum is the
 * complement of the last result.
 *
 * Returns  the running value
 * Context  any
 */
uint32_t nacre_crc_update(uint32_t crc, const uint8_t *bytes, uint32_t n);

#endif
