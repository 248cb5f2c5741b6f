/*
 * Lost records. Holds no state of its own.
 */
#include "nacre/core/lost.h"

void nacre_lost_add(struct nacre_lost *lost, uint32_t key, bool is_sure)
{
    for (uint32_t i = 0; i < lost->count; i++) {
        if (lost->keys[i] != key) continue;
        lost->is_sure[i] = lost->is_sure[i] && is_sure;
        return;
    }
    if (lost->count == NACRE_LOST_MAX) {
        lost->is_any = true;
        return;
    }
    lost->keys[lost->count] = (uint16_t)key;
    lost->is_sure[lost->count] = is_sure;
    lost->count++;
}

/* The key that a granule names in each lane in which it may be a first one. */
static enum nacre_err add_granule(struct nacre_lost *lost, const struct nacre_lanes *lanes,
                                  uint32_t place)
{
    for (uint32_t lane = 0; lane < lanes->count; lane++) {
        uint32_t key;
        const enum nacre_err err = nacre_record_peek_key(lanes, lane, place, &key);
        if (err == NACRE_NOT_FOUND) continue;
        if (err != NACRE_OK) return err;
        nacre_lost_add(lost, key, false);
    }
    return NACRE_OK;
}

enum nacre_err nacre_lost_add_damage(struct nacre_lost *lost, const struct nacre_walk *walk)
{
    const struct nacre_lanes *const lanes = &walk->log->lanes;
    const uint32_t first = nacre_log_place(walk->log, walk->generation, 0);
    bool was_used = false;
    for (uint32_t slot = walk->lost_from; slot < walk->lost_to; slot++) {
        struct nacre_look look;
        enum nacre_err err = nacre_granule_look(lanes, first + slot, &look);
        const bool is_used = err == NACRE_OK && look.blank == 0u;
        if (is_used && look.first > 0u) err = add_granule(lost, lanes, first + slot);
        if (err != NACRE_OK) return err;
        if (is_used && !was_used && look.first == 0u) lost->is_any = true;
        was_used = is_used;
    }
    return NACRE_OK;
}

bool nacre_lost_concerns(const struct nacre_lost *lost, uint32_t key)
{
    for (uint32_t i = 0; i < lost->count; i++) {
        const uint32_t difference = lost->keys[i] ^ key;
        if (difference == 0u) return true;
        if (!lost->is_sure[i] && (difference & (difference - 1u)) == 0u) return true;
    }
    return lost->is_any;
}
