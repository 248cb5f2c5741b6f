/*
 * Little-endian numbers in bytes: the only way in which numbers reach and leave a medium.
 */
#ifndef NACRE_CORE_BYTES_H
#define NACRE_CORE_BYTES_H

#include <stdint.h>

/* Left to itself the compiler calls them, which takes more room than the one load they are. */
#define NACRE_INLINE __attribute__((always_inline)) static inline

NACRE_INLINE uint32_t nacre_get_le16(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8;
}

NACRE_INLINE uint32_t nacre_get_le32(const uint8_t *bytes)
{
    return nacre_get_le16(bytes) | nacre_get_le16(bytes + 2) << 16;
}

NACRE_INLINE void nacre_put_le16(uint8_t *bytes, uint32_t value)
{
    bytes[0] = (uint8_t)value;
    bytes[1] = (uint8_t)(value >> 8);
}

NACRE_INLINE void nacre_put_le32(uint8_t *bytes, uint32_t value)
{
    nacre_put_le16(bytes, value);
    nacre_put_le16(bytes + 2, value >> 16);
}

#endif
