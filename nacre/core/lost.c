/*
 * Lost records. Holds no state of its own.
 */
#include "nacre/core/lost.h"

#include "nacre/core/head.h"
#include "nacre/core/own.h"

void nacre_lost_add(struct nacre_lost *lost, uint32_t key)
{
    if (nacre_lost_concerns(lost, key)) return;
    if (lost->count == NACRE_LOST_MAX) {
        lost->is_any = true;
        return;
    }
    lost->keys[lost->count++] = (uint16_t)key;
}

/*
 * The key that a granule names in each lane in which it may be a first one. Below a reset, the
 * user's are of no account.
 *
 * is_first  set where it may be a first one in some lane; else left as it was
 */
static enum nacre_err add_granule(struct nacre_lost *lost, const struct nacre_spot *spot,
                                  bool is_reset, bool *is_first)
{
    for (uint32_t lane = 0; lane < spot->lanes->count; lane++) {
        uint32_t key;
        const enum nacre_err err = nacre_record_lost_key(spot, lane, &key);
        if (err == NACRE_NOT_FOUND) continue;
        if (err != NACRE_OK) return err;
        *is_first = true;
        if (!is_reset || key > NACRE_KEY_MAX) nacre_lost_add(lost, key);
    }
    return NACRE_OK;
}

enum nacre_err nacre_lost_add_damage(struct nacre_lost *lost, const struct nacre_walk *walk)
{
    const struct nacre_log *const log = walk->log;
    bool was_used = false;
    for (uint32_t slot = walk->lost_from; slot < walk->lost_to; slot++) {
        const struct nacre_spot spot = nacre_head_spot(log, walk->generation, slot);
        uint32_t blank_lanes;
        bool is_first = false;
        enum nacre_err err = nacre_granule_look(&log->lanes, spot.place, &blank_lanes);
        const bool is_used = err == NACRE_OK && blank_lanes == 0u;
        if (is_used) err = add_granule(lost, &spot, walk->has_reset, &is_first);
        if (err != NACRE_OK) return err;
        if (is_used && !was_used && !is_first) lost->is_any = true;
        was_used = is_used;
    }
    return NACRE_OK;
}

bool nacre_lost_concerns(const struct nacre_lost *lost, uint32_t key)
{
    for (uint32_t i = 0; i < lost->count; i++) {
        if (lost->keys[i] == key) return true;
    }
    return lost->is_any;
}
