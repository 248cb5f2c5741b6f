/*
 * Granules of the lanes: read, program, compare. Holds no state.
 */
#include "nacre/core/granule.h"

#include "nacre/core/bytes.h"
#include "nacre/core/crc.h"

#include <string.h>

#define BLANK 0xFFu

uint32_t nacre_granule_addr(const struct nacre_lanes *lanes, uint32_t lane, uint32_t place)
{
    return (lane * lanes->unit_count * lanes->slots + place) * NACRE_GRANULE_BYTES;
}

uint32_t nacre_granule_seed(const struct nacre_lanes *lanes, uint32_t generation, uint32_t place)
{
    uint8_t seed[8];
    nacre_put_le32(seed, generation);
    nacre_put_le16(seed + 4, place);
    nacre_put_le16(seed + 6, lanes->unit_count);
    return nacre_crc_update(NACRE_CRC_START, seed, sizeof seed);
}

enum nacre_err nacre_granule_read(const struct nacre_lanes *lanes, uint32_t lane, uint32_t place,
                                  uint8_t *granule)
{
    struct nacre_medium *const medium = lanes->medium;
    return medium->ops->read(medium, nacre_granule_addr(lanes, lane, place), granule,
                             NACRE_GRANULE_BYTES);
}

enum nacre_err nacre_granule_is_blank_in(const struct nacre_lanes *lanes, uint32_t lane,
                                         uint32_t place, bool *blank)
{
    uint8_t granule[NACRE_GRANULE_BYTES];
    const enum nacre_err err = nacre_granule_read(lanes, lane, place, granule);
    if (err != NACRE_OK) return err;
    uint32_t all = BLANK;
    for (uint32_t i = 0; i < sizeof granule; i++) {
        all &= granule[i];
    }
    *blank = all == BLANK;
    return NACRE_OK;
}

/* Lanes in which a granule is blank. */
static enum nacre_err blank_lanes(const struct nacre_lanes *lanes, uint32_t place, uint32_t *count)
{
    *count = 0;
    for (uint32_t lane = 0; lane < lanes->count; lane++) {
        bool blank;
        const enum nacre_err err = nacre_granule_is_blank_in(lanes, lane, place, &blank);
        if (err != NACRE_OK) return err;
        if (blank) *count += 1u;
    }
    return NACRE_OK;
}

enum nacre_err nacre_granule_is_blank(const struct nacre_lanes *lanes, uint32_t place, bool *blank)
{
    uint32_t count;
    const enum nacre_err err = blank_lanes(lanes, place, &count);
    if (err != NACRE_OK) return err;
    *blank = count == lanes->count;
    return NACRE_OK;
}

enum nacre_err nacre_granule_is_used(const struct nacre_lanes *lanes, uint32_t place, bool *used)
{
    uint32_t count;
    const enum nacre_err err = blank_lanes(lanes, place, &count);
    if (err != NACRE_OK) return err;
    *used = count == 0u;
    return NACRE_OK;
}

enum nacre_err nacre_granules_digest(const struct nacre_lanes *lanes, uint32_t lane,
                                     uint32_t place, uint32_t count, uint32_t *digest)
{
    uint8_t granule[NACRE_GRANULE_BYTES];
    for (uint32_t k = 0; k < count; k++) {
        const enum nacre_err err = nacre_granule_read(lanes, lane, place + k, granule);
        if (err != NACRE_OK) return err;
        *digest = nacre_crc_update(*digest, granule, NACRE_GRANULE_BYTES);
    }
    return NACRE_OK;
}

enum nacre_err nacre_granules_program(const struct nacre_lanes *lanes, uint32_t lane,
                                      uint32_t place, const uint8_t *granules, uint32_t count)
{
    struct nacre_medium *const medium = lanes->medium;
    uint8_t seen[NACRE_GRANULE_BYTES];
    enum nacre_err err = medium->ops->program(medium, nacre_granule_addr(lanes, lane, place),
                                              granules, count * NACRE_GRANULE_BYTES);
    for (uint32_t k = 0; err == NACRE_OK && k < count; k++) {
        err = nacre_granule_read(lanes, lane, place + k, seen);
        if (err != NACRE_OK) return err;
        if (memcmp(seen, granules + k * NACRE_GRANULE_BYTES, sizeof seen) != 0) err = NACRE_VERIFY;
    }
    return err;
}
