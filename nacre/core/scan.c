/*
 * The scan: a walk that fills the index. The first record met of a key is its newest.
 */
#include "nacre/core/scan.h"

#include "nacre/core/lost.h"
#include "nacre/core/own.h"
#include "nacre/core/head.h"
#include "nacre/core/tail.h"
#include "nacre/core/walk.h"

#include <stddef.h>

struct scan {
    struct nacre_log *log;
    bool newest_known;
    bool control_known; /* a newer control block was met */
    bool clean;
    bool overflow;
    uint32_t newest_end; /* slot behind the newest record, where that lies in the head */
    struct nacre_walk walk;
    struct nacre_lost lost;
};

/* Believe no oldest generation that the region could not hold. */
static uint32_t believable(const struct scan *scan, uint32_t oldest)
{
    const struct nacre_log *const log = scan->log;
    const uint32_t span = log->lanes.unit_count - 1u;
    const uint32_t least = log->generation > span ? log->generation - span : 0u;
    if (oldest > scan->walk.generation) oldest = scan->walk.generation;
    return oldest > least ? oldest : least;
}

/* The oldest live generation never shrinks, so the greatest that is told is true. */
static void know_oldest(const struct scan *scan, uint32_t told, bool is_durable)
{
    struct nacre_log *const log = scan->log;
    const uint32_t oldest = believable(scan, told);
    if (oldest > log->oldest) log->oldest = oldest;
    if (is_durable && oldest > log->durable_oldest) log->durable_oldest = oldest;
}

static void take_control(struct scan *scan, bool is_durable)
{
    struct nacre_log *const log = scan->log;
    const struct nacre_control *const control = &scan->walk.record.control;
    const uint32_t generation = scan->walk.spot.generation;
    const uint32_t behind = control->behind;
    if (!scan->walk.record.has_control) return;
    know_oldest(scan, generation > behind ? generation - behind : 0u, is_durable);
    const bool vouched = (control->flags & NACRE_FLAG_NEXT_MARKED) != 0u;
    if (!scan->control_known && vouched && generation == log->generation) {
        log->next = NACRE_NEXT_VOUCHED;
    }
    scan->control_known = true;
}

static bool is_note(const struct scan *scan, enum nacre_note note)
{
    const struct nacre_record *const record = &scan->walk.record;
    return record->key == NACRE_KEY_NOTE && record->length == (uint32_t)note;
}

static void take_newest(struct scan *scan)
{
    struct nacre_log *const log = scan->log;
    const struct nacre_record *const record = &scan->walk.record;
    const struct nacre_spot *const spot = &scan->walk.spot;
    const uint8_t flags = record->has_control ? record->control.flags : 0u;
    if ((flags & NACRE_FLAG_CLOSED) != 0u) {
        log->closed = spot->generation == log->generation;
        return; /* it makes nothing before it certain */
    }
    scan->newest_known = true;
    log->newest.place = (uint16_t)spot->place;
    log->newest.void_from = record->control.void_from;
    log->newest.is_note = record->key == NACRE_KEY_NOTE;
    if (is_note(scan, NACRE_NOTE_RESET)) log->newest.note = NACRE_NOTE_RESET;
    if (is_note(scan, NACRE_NOTE_CLOSING)) {
        log->newest.note = NACRE_NOTE_CLOSING;
        log->newest.start = (uint16_t)nacre_walk_start_place(&scan->walk);
    }
    if (spot->generation != log->generation) return;
    scan->newest_end = spot->place % log->lanes.slots + nacre_record_slots(&log->lanes, record);
    scan->clean = (flags & NACRE_FLAG_CLEAN) != 0u;
}

/*
 * May what a record says of dead units be acted on? The newest one may be marginal. A copy repeats
 * what others said; so does a commit, where the unit that it frees is not the next to be erased;
 * and a record that is whole in the last lane was complete in the first.
 */
static enum nacre_err is_durable(const struct scan *scan, bool *durable)
{
    const struct nacre_log *const log = scan->log;
    const uint32_t last = log->lanes.count - 1u;
    *durable = true;
    if (scan->newest_known) return NACRE_OK;
    if (scan->walk.record.control.void_from != NACRE_VOID_NONE) return NACRE_OK;
    if (is_note(scan, NACRE_NOTE_COMMIT) && !nacre_log_cut_spoils_unit(log)) return NACRE_OK;
    const enum nacre_err err =
        last > 0u ? nacre_record_check_lane(&scan->walk.spot, last) : NACRE_NOT_FOUND;
    *durable = err == NACRE_OK;
    return err == NACRE_NOT_FOUND ? NACRE_OK : err;
}

static void take_key(struct scan *scan)
{
    struct nacre_log *const log = scan->log;
    struct nacre_record record = scan->walk.record;
    if (record.key > NACRE_KEY_OWN_MAX) return;
    if (nacre_index_find(&log->index, record.key) != NULL) return;
    struct nacre_index_entry *const entry =
        nacre_index_put(&log->index, record.key, scan->walk.spot.place);
    if (entry == NULL) {
        scan->overflow = true;
        return;
    }
    const bool is_lost = nacre_lost_concerns(&scan->lost, record.key);
    if (is_lost || record.is_stale) entry->tag |= NACRE_ENTRY_STALE;
    if (is_lost && !record.is_stale) log->owes = true; /* its record must say so, too */
    record.has_control = true;
    const uint32_t slots = nacre_record_slots(&log->lanes, &record);
    if (slots > log->longest) log->longest = (uint16_t)slots;
}

static enum nacre_err take_record(struct scan *scan)
{
    bool durable;
    const enum nacre_err err = is_durable(scan, &durable);
    if (err != NACRE_OK) return err;
    if (!scan->newest_known) take_newest(scan);
    take_control(scan, durable);
    take_key(scan);
    return NACRE_OK;
}

/* What it says of units is true; what it sets never came to be, or its closing was lost. */
static enum nacre_err take_member(struct scan *scan)
{
    bool durable;
    const enum nacre_err err = is_durable(scan, &durable);
    if (err != NACRE_OK) return err;
    take_control(scan, durable);
    if (scan->newest_known) nacre_lost_add(&scan->lost, scan->walk.record.key);
    return NACRE_OK;
}

static enum nacre_err take_damage(struct scan *scan)
{
    scan->log->count.damaged++;
    return nacre_lost_add_damage(&scan->lost, &scan->walk);
}

static enum nacre_err take_event(struct scan *scan, enum nacre_walk_event event)
{
    if (event == NACRE_WALK_UNIT) {
        if (scan->walk.is_marked) know_oldest(scan, scan->walk.mark.oldest, true);
        return NACRE_OK;
    }
    if (event == NACRE_WALK_RECORD) return take_record(scan);
    if (event == NACRE_WALK_MEMBER) return take_member(scan);
    return take_damage(scan);
}

/* Keys that were lost and have no older record: their get must tell, and their loss be written. */
static void owe_lost_keys(struct scan *scan)
{
    struct nacre_log *const log = scan->log;
    for (uint32_t i = 0; i < scan->lost.count; i++) {
        const uint32_t key = scan->lost.keys[i];
        const bool is_unit = key >= NACRE_KEY_RETIRED && key < NACRE_KEY_RETIRED_END;
        if (key > NACRE_KEY_OWN_MAX || is_unit) continue;
        if (nacre_index_find(&log->index, key) != NULL) continue;
        struct nacre_index_entry *const entry =
            nacre_index_put(&log->index, key, NACRE_PLACE_OWED);
        if (entry == NULL) continue;
        entry->tag |= NACRE_ENTRY_STALE;
        log->owes = true;
    }
}

static void count_retired(struct nacre_log *log)
{
    const uint32_t first = nacre_index_position(&log->index, NACRE_KEY_RETIRED);
    const uint32_t end = nacre_index_position(&log->index, NACRE_KEY_RETIRED_END);
    log->retired = (uint8_t)(end - first);
}

static enum nacre_err find_tops(struct scan *scan)
{
    struct nacre_log *const log = scan->log;
    uint32_t top;
    enum nacre_err err = nacre_tail_find_top(log, log->generation, &top);
    if (err != NACRE_OK) return err;
    log->top = (uint16_t)top;
    if (top != scan->newest_end) scan->clean = false;
    if (nacre_log_cut_spoils_unit(log)) log->next = NACRE_NEXT_UNKNOWN;
    if (log->next != NACRE_NEXT_VOUCHED) return NACRE_OK;

    err = nacre_tail_find_top(log, nacre_log_behind(log, log->generation), &top);
    if (err != NACRE_OK) return err;
    if (top != 1u) {
        scan->clean = false;
        log->closed = true; /* it was entered, whatever became of the note that said so */
    }
    return NACRE_OK;
}

enum nacre_err nacre_scan(struct nacre_log *log, bool *clean)
{
    enum nacre_walk_event event;
    enum nacre_err err = nacre_head_find(log);
    if (err != NACRE_OK) return err;
    struct scan scan = {.log = log};
    nacre_walk_start(&scan.walk, log);
    log->longest = 1;
    err = nacre_walk_next(&scan.walk, &event);
    while (err == NACRE_OK && event != NACRE_WALK_END) {
        err = take_event(&scan, event);
        if (err == NACRE_OK) err = nacre_walk_next(&scan.walk, &event);
    }
    if (err != NACRE_OK) return err;
    scan.walk.generation = log->generation;
    know_oldest(&scan, 0, true);
    owe_lost_keys(&scan);
    count_retired(log);
    err = find_tops(&scan);
    if (err != NACRE_OK) return err;
    log->doubtful = true;
    *clean = scan.clean;
    return scan.overflow ? NACRE_KEYS_FULL : NACRE_OK;
}

enum nacre_err nacre_scan_key(const struct nacre_log *log, uint32_t key, uint32_t *place)
{
    struct nacre_walk walk;
    enum nacre_walk_event event;
    nacre_walk_start(&walk, log);
    enum nacre_err err = nacre_walk_next(&walk, &event);
    while (err == NACRE_OK && event != NACRE_WALK_END) {
        if (event == NACRE_WALK_RECORD && walk.record.key == key) break;
        err = nacre_walk_next(&walk, &event);
    }
    if (err == NACRE_OK) *place = event == NACRE_WALK_END ? NACRE_PLACE_OWED : walk.spot.place;
    return err;
}
