/*
 * Marks to bytes and back. Holds no state.
 *
 *     generation 4 | oldest 4 | wear 3 | version 1 | check sum 4
 */
#include "nacre/core/mark.h"

#include "nacre/core/bytes.h"
#include "nacre/core/crc.h"

#define OLDEST_AT 4u
#define WEAR_AT 8u
#define VERSION_AT 11u
#define CRC_AT 12u

static uint32_t mark_crc(const struct nacre_lanes *lanes, uint32_t place, const uint8_t *granule)
{
    const uint32_t seed = nacre_granule_seed(lanes, nacre_get_le32(granule), place);
    return ~nacre_crc_update(seed, granule, CRC_AT);
}

enum nacre_err nacre_mark_read_lane(const struct nacre_lanes *lanes, uint32_t lane,
                                    uint32_t place, struct nacre_mark *mark)
{
    uint8_t granule[NACRE_GRANULE_BYTES];
    const enum nacre_err err = nacre_granule_read(lanes, lane, place, 0, granule);
    if (err != NACRE_OK) return err;
    mark->generation = nacre_get_le32(granule);
    mark->oldest = nacre_get_le32(granule + OLDEST_AT);
    mark->wear = nacre_get_le32(granule + WEAR_AT) & NACRE_WEAR_MAX;
    mark->version = granule[VERSION_AT];
    const bool fits = mark_crc(lanes, place, granule) == nacre_get_le32(granule + CRC_AT);
    return fits ? NACRE_OK : NACRE_NOT_FOUND;
}

enum nacre_err nacre_mark_read(const struct nacre_lanes *lanes, uint32_t place,
                               struct nacre_mark *mark)
{
    enum nacre_err err = NACRE_NOT_FOUND;
    for (uint32_t lane = 0; lane < lanes->count && err != NACRE_OK; lane++) {
        err = nacre_mark_read_lane(lanes, lane, place, mark);
    }
    return err;
}

enum nacre_err nacre_mark_write(const struct nacre_lanes *lanes, uint32_t place,
                                const struct nacre_mark *mark, uint32_t *programs)
{
    uint8_t granule[NACRE_GRANULE_BYTES];
    nacre_put_le32(granule, mark->generation);
    nacre_put_le32(granule + OLDEST_AT, mark->oldest);
    nacre_put_le32(granule + WEAR_AT, mark->wear);
    granule[VERSION_AT] = mark->version;
    nacre_put_le32(granule + CRC_AT, mark_crc(lanes, place, granule));
    for (uint32_t lane = 0; lane < lanes->count; lane++) {
        struct nacre_mark seen;
        enum nacre_err err = nacre_granules_program(
            lanes, nacre_granule_addr(lanes, lane, place), granule, 1u);
        if (!nacre_medium_refuses(err)) *programs += 1u;
        if (err != NACRE_OK) return err;
        err = nacre_mark_read_lane(lanes, lane, place, &seen);
        if (err != NACRE_OK) return err == NACRE_NOT_FOUND ? NACRE_VERIFY : err;
    }
    return NACRE_OK;
}
