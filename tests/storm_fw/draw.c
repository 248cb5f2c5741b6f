/*
 * The storm's dice, and the values that it writes.
 */
#include "tests/storm_fw/parts.h"

static uint32_t state;

static uint32_t mix(uint32_t value)
{
    value ^= value >> 16;
    value *= 0x7FEB352Du;
    value ^= value >> 15;
    value *= 0x846CA68Bu;
    return value ^ value >> 16;
}

uint32_t storm_draw(uint32_t limit)
{
    state += 0x9E3779B9u;
    return (uint32_t)((uint64_t)mix(state ^ STORM_CFG(seed) * 0x85EBCA6Bu) * limit >> 32);
}

/* Half of them fit a granule with their header, a few take several programs. */
static uint32_t length_of(uint32_t noise)
{
    if (noise % 2u == 0) return 4u + noise / 2u % 5u;
    if (noise % 32u == 1u) return STORM_VALUE_MAX;
    return 4u + noise / 2u % 61u;
}

uint32_t storm_value(uint32_t key, uint32_t serial, uint8_t *bytes)
{
    uint32_t noise = mix(serial * 0x01000193u ^ key);
    const uint32_t n = length_of(noise);

    for (uint32_t i = 0; i < n; i++) {
        if (i % 4u == 0) noise = i == 0 ? serial : mix(noise + key);
        bytes[i] = (uint8_t)(noise >> (8u * (i % 4u)));
    }
    return n;
}
