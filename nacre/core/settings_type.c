/*
 * Numbers: see the header.
 */
#include "nacre/core/settings_type.h"

#include <stddef.h>
#include <string.h>

#define HAS_SIGN 4u /* of enum nacre_type */
#define FLOAT_SIGN 0x80000000u
#define FLOAT_INFINITY 0x7F800000u /* IEEE 754: above it, without the sign, are the NaNs */

_Static_assert(sizeof(bool) == 1, "a bool is moved as one byte");
_Static_assert(sizeof(float) == 4, "a float is moved as four bytes");

uint32_t nacre_type_bytes_max(const struct nacre_setting *row)
{
    if (row->type == NACRE_TYPE_STRING) return row->size - 1u;
    return row->type == NACRE_TYPE_BLOB ? row->size : nacre_type_bytes(row->type);
}

/* Carry the sign of an n-byte number on, where its type has one. */
static uint64_t extend(uint32_t type, uint64_t raw)
{
    const uint64_t sign = (uint64_t)1 << (8u * nacre_type_bytes(type) - 1u);
    return (type & HAS_SIGN) != 0u ? (raw ^ sign) - sign : raw; /* wraps where it is negative */
}

uint64_t nacre_type_load(uint32_t type, const void *object)
{
    uint8_t u8;
    uint16_t u16;
    uint32_t u32;
    uint64_t raw;
    switch (nacre_type_bytes(type)) {
    case 1: memcpy(&u8, object, sizeof u8); raw = u8; break;
    case 2: memcpy(&u16, object, sizeof u16); raw = u16; break;
    case 4: memcpy(&u32, object, sizeof u32); raw = u32; break;
    default: memcpy(&raw, object, sizeof raw);
    }
    return extend(type, raw);
}

void nacre_type_store(uint32_t type, uint64_t raw, void *object)
{
    const uint8_t u8 = (uint8_t)raw;
    const uint16_t u16 = (uint16_t)raw;
    const uint32_t u32 = (uint32_t)raw;
    switch (nacre_type_bytes(type)) {
    case 1: memcpy(object, &u8, sizeof u8); break;
    case 2: memcpy(object, &u16, sizeof u16); break;
    case 4: memcpy(object, &u32, sizeof u32); break;
    default: memcpy(object, &raw, sizeof raw);
    }
}

uint64_t nacre_type_decode(uint32_t type, const uint8_t *bytes)
{
    uint64_t raw = 0;
    for (uint32_t i = nacre_type_bytes(type); i > 0u; i--) raw = raw << 8 | bytes[i - 1u];
    return extend(type, raw);
}

void nacre_type_encode(uint32_t type, uint64_t raw, uint8_t *bytes)
{
    for (uint32_t i = 0; i < nacre_type_bytes(type); i++) {
        bytes[i] = (uint8_t)raw;
        raw >>= 8;
    }
}

uint64_t nacre_type_raw(uint32_t type, const union nacre_number *number)
{
    return type == NACRE_TYPE_FLOAT ? nacre_type_load(type, &number->f) : number->u;
}

bool nacre_type_is_valid(uint32_t type, uint64_t raw)
{
    return type != NACRE_TYPE_FLOAT || (raw & ~(uint64_t)FLOAT_SIGN) <= FLOAT_INFINITY;
}

uint64_t nacre_type_order(uint32_t type, uint64_t raw)
{
    const uint64_t size = raw & ~(uint64_t)FLOAT_SIGN;
    if (type != NACRE_TYPE_FLOAT) return (type & HAS_SIGN) != 0u ? raw ^ (uint64_t)1 << 63 : raw;
    return (raw & FLOAT_SIGN) != 0u ? FLOAT_SIGN - size : FLOAT_SIGN + size;
}

bool nacre_type_allows(const struct nacre_setting *row, uint64_t raw)
{
    const int64_t *const list = row->list;
    if (list == NULL) {
        const uint64_t order = nacre_type_order(row->type, raw);
        return nacre_type_is_valid(row->type, raw) &&
               order >= nacre_type_order(row->type, nacre_type_raw(row->type, &row->least)) &&
               order <= nacre_type_order(row->type, nacre_type_raw(row->type, &row->most));
    }
    for (uint32_t i = 0; i < row->count; i++) {
        if ((uint64_t)list[i] == raw) return true;
    }
    return false;
}
