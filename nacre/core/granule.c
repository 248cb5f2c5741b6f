/*
 * Granules of the lanes: read, program, compare. Holds no state.
 */
#include "nacre/core/granule.h"

#include "nacre/core/bytes.h"
#include "nacre/core/crc.h"

#include <string.h>

#define BLANK 0xFFFFFFFFu

uint32_t nacre_granule_addr(const struct nacre_lanes *lanes, uint32_t lane, uint32_t place)
{
    const uint32_t slot = lane * lanes->unit_count * lanes->slots + place;
    return slot * lanes->granules * NACRE_GRANULE_BYTES;
}

uint32_t nacre_granule_seed(const struct nacre_lanes *lanes, uint32_t generation, uint32_t place)
{
    uint8_t seed[8];
    nacre_put_le32(seed, generation);
    nacre_put_le16(seed + 4, place);
    nacre_put_le16(seed + 6, lanes->unit_count);
    return nacre_crc_update(NACRE_CRC_START, seed, sizeof seed);
}

static enum nacre_err read_at(const struct nacre_lanes *lanes, uint32_t addr, uint8_t *granule)
{
    struct nacre_medium *const medium = lanes->medium;
    return medium->ops->read(medium, addr, granule, NACRE_GRANULE_BYTES);
}

enum nacre_err nacre_granule_read(const struct nacre_lanes *lanes, uint32_t lane, uint32_t place,
                                  uint32_t k, uint8_t *granule)
{
    const uint32_t addr = nacre_granule_addr(lanes, lane, place) + k * NACRE_GRANULE_BYTES;
    return read_at(lanes, addr, granule);
}

__attribute__((always_inline)) static inline bool is_blank(const uint8_t *granule)
{
    uint32_t words[NACRE_GRANULE_BYTES / sizeof(uint32_t)];
    memcpy(words, granule, sizeof words);
    return (words[0] & words[1] & words[2] & words[3]) == BLANK;
}

enum nacre_err nacre_granules_check_blank(const struct nacre_lanes *lanes, uint32_t lane,
                                          uint32_t place, uint32_t count)
{
    for (uint32_t k = 0; k < count * lanes->granules; k++) {
        uint8_t granule[NACRE_GRANULE_BYTES];
        const enum nacre_err err = nacre_granule_read(lanes, lane, place, k, granule);
        if (err != NACRE_OK) return err;
        if (!is_blank(granule)) return NACRE_VERIFY;
    }
    return NACRE_OK;
}

enum nacre_err nacre_granule_look(const struct nacre_lanes *lanes, uint32_t place,
                                  uint32_t *blank_lanes)
{
    *blank_lanes = 0;
    for (uint32_t lane = 0; lane < lanes->count; lane++) {
        const enum nacre_err err = nacre_granules_check_blank(lanes, lane, place, 1);
        if (err == NACRE_OK) *blank_lanes += 1u;
        if (err != NACRE_OK && err != NACRE_VERIFY) return err;
    }
    return NACRE_OK;
}

enum nacre_err nacre_granule_is_blank(const struct nacre_lanes *lanes, uint32_t place, bool *blank)
{
    uint32_t blank_lanes;
    const enum nacre_err err = nacre_granule_look(lanes, place, &blank_lanes);
    if (err != NACRE_OK) return err;
    *blank = blank_lanes == lanes->count;
    return NACRE_OK;
}

enum nacre_err nacre_granules_digest(const struct nacre_lanes *lanes, uint32_t lane,
                                     uint32_t place, uint32_t count, uint32_t *digest)
{
    uint8_t granule[NACRE_GRANULE_BYTES];
    for (uint32_t k = 0; k < count * lanes->granules; k++) {
        const enum nacre_err err = nacre_granule_read(lanes, lane, place, k, granule);
        if (err != NACRE_OK) return err;
        *digest = nacre_crc_update(*digest, granule, NACRE_GRANULE_BYTES);
    }
    return NACRE_OK;
}

enum nacre_err nacre_granules_program(const struct nacre_lanes *lanes, uint32_t addr,
                                      const uint8_t *granules, uint32_t count)
{
    struct nacre_medium *const medium = lanes->medium;
    uint8_t seen[NACRE_GRANULE_BYTES];
    enum nacre_err err =
        medium->ops->program(medium, addr, granules, count * NACRE_GRANULE_BYTES);
    for (uint32_t k = 0; err == NACRE_OK && k < count; k++) {
        err = read_at(lanes, addr + k * NACRE_GRANULE_BYTES, seen);
        if (err != NACRE_OK) return err;
        if (memcmp(seen, granules + k * NACRE_GRANULE_BYTES, sizeof seen) != 0) err = NACRE_VERIFY;
    }
    return err;
}
