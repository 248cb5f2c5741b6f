/*
 * The walk. Every loop is bounded by the region; what the bytes say is checked before it is used,
 * for they may be anything.
 */
#include "nacre/core/walk.h"

#include "nacre/core/bytes.h"
#include "nacre/core/head.h"
#include "nacre/core/own.h"

void nacre_walk_start(struct nacre_walk *walk, const struct nacre_log *log)
{
    const struct nacre_walk start = {
        .log = log,
        .generation = log->generation + 1u,
        .limit = log->lanes.slots,
        .start_generation = UINT32_MAX, /* no member counts */
    };
    *walk = start;
}

/* From the unit at hand to the one before it that is to be read. False where there is none. */
static bool next_unit(struct nacre_walk *walk)
{
    const struct nacre_log *const log = walk->log;
    const uint32_t step = 1u + walk->skip;
    if (walk->generation < step || walk->generation - step < log->oldest) return false;
    if (log->generation - (walk->generation - step) >= log->lanes.unit_count) return false;
    walk->generation -= step;
    walk->slot = walk->limit;
    walk->skip = 0;
    walk->limit = log->lanes.slots;
    walk->run_end = 0;
    return true;
}

static enum nacre_err read_mark(struct nacre_walk *walk)
{
    const struct nacre_log *const log = walk->log;
    const uint32_t place = nacre_log_place(log, walk->generation, 0);
    const enum nacre_err err = nacre_mark_read(&log->lanes, place, &walk->mark);
    walk->is_marked = err == NACRE_OK && walk->mark.generation == walk->generation;
    walk->is_used = false;
    return err == NACRE_NOT_FOUND ? NACRE_OK : err;
}

/* Granules between what was met before and a slot: nothing has explained them. */
static bool take_damage(struct nacre_walk *walk, uint32_t from)
{
    const bool is_damage = walk->has_newest && walk->is_used && walk->run_end > from;
    walk->lost_from = from;
    walk->lost_to = walk->run_end;
    walk->run_end = 0;
    return is_damage;
}

/* Pass over what a record's void range names. */
static void pass_void(struct nacre_walk *walk)
{
    const uint32_t from = walk->record.control.void_from;
    const uint32_t slot = from & NACRE_BACK_SLOT;
    const uint32_t back = from / NACRE_BACK;
    if (from == NACRE_VOID_NONE || slot == 0u || slot >= walk->log->lanes.slots) return;
    if (back == 0u) {
        if (slot < walk->slot) walk->slot = slot;
        return;
    }
    walk->slot = 0;
    walk->skip = back - 1u;
    walk->limit = slot;
}

uint32_t nacre_walk_start_place(const struct nacre_walk *walk)
{
    return nacre_log_place(walk->log, walk->start_generation, walk->start_slot);
}

static void take_note(struct nacre_walk *walk)
{
    if (walk->record.length == (uint32_t)NACRE_NOTE_RESET) walk->has_reset = true;
    if (walk->record.length != (uint32_t)NACRE_NOTE_CLOSING) return;
    const uint32_t start = nacre_get_le16(walk->value);
    walk->start_generation = walk->spot.generation - start / NACRE_BACK;
    walk->start_slot = start & NACRE_BACK_SLOT;
}

static bool member_counts(const struct nacre_walk *walk, uint32_t slot)
{
    if (walk->generation != walk->start_generation) {
        return walk->generation > walk->start_generation;
    }
    return slot >= walk->start_slot;
}

/* What a whole record at a slot means. */
static enum nacre_walk_event take_record(struct nacre_walk *walk, uint32_t slot)
{
    const struct nacre_record *const record = &walk->record;
    const bool is_closed =
        record->has_control && (record->control.flags & NACRE_FLAG_CLOSED) != 0u;
    walk->slot = slot;
    if (record->kind == NACRE_KIND_MEMBER && !member_counts(walk, slot)) return NACRE_WALK_MEMBER;
    pass_void(walk);
    if (record->key == NACRE_KEY_NOTE) take_note(walk);
    if (!is_closed) walk->has_newest = true; /* a closing note makes nothing before it certain */
    return NACRE_WALK_RECORD;
}

static bool record_counts(const struct nacre_walk *walk)
{
    return !walk->has_reset || walk->record.key > NACRE_KEY_MAX;
}

/* Look at the slot below. */
static enum nacre_err step_down(struct nacre_walk *walk, enum nacre_walk_event *event)
{
    const uint32_t slot = walk->slot - 1u;
    uint32_t blank_lanes;
    walk->spot = nacre_head_spot(walk->log, walk->generation, slot);
    *event = NACRE_WALK_END;
    enum nacre_err err = nacre_head_read(walk->log, &walk->spot, &walk->record, walk->value,
                                         sizeof walk->value);
    if (err == NACRE_OK) {
        walk->is_used = true;
        if (take_damage(walk, slot + nacre_record_slots(&walk->log->lanes, &walk->record))) {
            *event = NACRE_WALK_DAMAGED; /* the record comes next */
            return NACRE_OK;
        }
        *event = take_record(walk, slot);
        if (!record_counts(walk)) *event = NACRE_WALK_END;
        return NACRE_OK;
    }
    if (err == NACRE_NOT_FOUND) {
        err = nacre_granule_look(&walk->log->lanes, walk->spot.place, &blank_lanes);
    }
    if (err != NACRE_OK) return err;
    if (blank_lanes == 0u && walk->run_end == 0u) walk->run_end = slot + 1u;
    walk->slot = slot;
    return NACRE_OK;
}

enum nacre_err nacre_walk_next(struct nacre_walk *walk, enum nacre_walk_event *event)
{
    *event = NACRE_WALK_END;
    while (walk->slot > 1u) {
        const enum nacre_err err = step_down(walk, event);
        if (err != NACRE_OK || *event != NACRE_WALK_END) return err;
    }
    if (walk->slot == 1u && take_damage(walk, 1u)) {
        *event = NACRE_WALK_DAMAGED;
        return NACRE_OK;
    }
    if (!next_unit(walk)) return NACRE_OK;
    *event = NACRE_WALK_UNIT;
    return read_mark(walk);
}
