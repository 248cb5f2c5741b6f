/*
 * What a type is in memory, in limits and on the medium.
 *
 * A number is stored in as many bytes as its type has, little-endian, so that a change of type is
 * seen by its length. In between it is `raw`: 64 bits, with the sign carried on where the type has
 * one, and the 32 bits of a float as they are. No float is ever computed with.
 */
#ifndef NACRE_CORE_SETTINGS_TYPE_H
#define NACRE_CORE_SETTINGS_TYPE_H

#include "nacre/core/settings_table.h"

#include <stdbool.h>
#include <stdint.h>

#define NACRE_NUMBER_BYTES_MAX 8u

static inline bool nacre_type_is_number(uint32_t type)
{
    return type <= NACRE_TYPE_BOOL || type == NACRE_TYPE_FLOAT;
}

/*
 * Bytes of a number's type.
 */
static inline uint32_t nacre_type_bytes(uint32_t type)
{
    return 1u << (type & 3u);
}

/*
 * The most bytes that a row's value takes on the medium.
 */
uint32_t nacre_type_bytes_max(const struct nacre_setting *row);

/*
 * The raw form of an object of the type in memory, which the pointer need not be aligned for.
 */
uint64_t nacre_type_load(uint32_t type, const void *object);

/*
 * Make such an object of a raw number; bits that the type has not are cut off.
 */
void nacre_type_store(uint32_t type, uint64_t raw, void *object);

/*
 * The raw form of nacre_type_bytes bytes as they lie on the medium.
 */
uint64_t nacre_type_decode(uint32_t type, const uint8_t *bytes);

/*
 * Make those bytes of a raw number.
 */
void nacre_type_encode(uint32_t type, uint64_t raw, uint8_t *bytes);

/*
 * The raw form of a number in a table.
 */
uint64_t nacre_type_raw(uint32_t type, const union nacre_number *number);

/*
 * A raw number as one that compares without sign in the order of the type. -0.0 is 0.0.
 */
uint64_t nacre_type_order(uint32_t type, uint64_t raw);

/*
 * Is it a number at all? All are, but for the NaNs of a float.
 */
bool nacre_type_is_valid(uint32_t type, uint64_t raw);

/*
 * May a row have this number?
 */
bool nacre_type_allows(const struct nacre_setting *row, uint64_t raw);

#endif
