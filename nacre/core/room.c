/*
 * Room and compaction. Holds no state; log.h has the invariants, room.h the inequality.
 */
#include "nacre/core/room.h"

#include "nacre/core/next.h"
#include "nacre/core/tail.h"

#include <stddef.h>

#define COPIES_A_SET 2u

static bool is_in_oldest(const struct nacre_log *log, uint32_t place)
{
    return log->oldest != log->generation && nacre_log_spot(log, place).generation == log->oldest;
}

static uint32_t head_free(const struct nacre_log *log)
{
    return log->closed ? 0u : (uint32_t)(log->slots - log->top);
}

static int32_t slack(const struct nacre_log *log)
{
    const uint32_t dead = nacre_log_dead_units(log);
    const uint32_t free = head_free(log) + dead * (log->slots - 1u);
    return (int32_t)free - (int32_t)log->oldest_live;
}

/* A unit to go on to, always, and what a settling takes. */
static uint32_t reserve(const struct nacre_log *log)
{
    return log->slots - 1u + nacre_tail_granules(log) + log->longest;
}

/* Where the head has less room than this, the next unit must have been prepared. */
static uint32_t zone(const struct nacre_log *log)
{
    return 2u * nacre_tail_granules(log) + 1u;
}

uint32_t nacre_room_capacity(const struct nacre_log *log, uint32_t longest)
{
    const struct nacre_log longer = {
        .slots = log->slots, .longest = (uint16_t)longest, .unit_count = log->unit_count};
    const uint32_t unit = log->slots - 1u;
    const uint32_t all = (log->unit_count - 1u) * unit;
    const uint32_t kept = unit / 2u + reserve(&longer) + log->unit_count * longest;
    return all > kept ? all - kept : 0u;
}

static enum nacre_err granules_at(const struct nacre_log *log, uint32_t place, uint32_t *granules)
{
    struct nacre_record record;
    const enum nacre_err err = nacre_log_read(log, place, &record, NULL, 0);
    if (err == NACRE_OK) *granules = nacre_record_granules(&record);
    return err;
}

enum nacre_err nacre_room_release(struct nacre_log *log, uint32_t place)
{
    uint32_t granules = 0;
    const enum nacre_err err = granules_at(log, place, &granules);
    if (err == NACRE_DAMAGED) return nacre_room_count(log);
    if (err != NACRE_OK) return err;
    log->live -= granules;
    if (is_in_oldest(log, place)) log->oldest_live = (uint16_t)(log->oldest_live - granules);
    return NACRE_OK;
}

enum nacre_err nacre_room_moved(struct nacre_log *log, uint32_t old_place, uint32_t new_place)
{
    struct nacre_record record;
    enum nacre_err err = nacre_log_read(log, new_place, &record, NULL, 0);
    if (err != NACRE_OK || record.key == NACRE_KEY_SYSTEM) return err;
    struct nacre_index_entry *const entry = nacre_index_find(&log->index, record.key);
    if (entry == NULL || entry->place != old_place) return NACRE_OK;
    err = nacre_room_release(log, old_place);
    if (err != NACRE_OK) return err;
    entry->place = (uint16_t)new_place;
    log->live += nacre_record_granules(&record);
    return NACRE_OK;
}

enum nacre_err nacre_room_count(struct nacre_log *log)
{
    log->live = 0;
    log->oldest_live = 0;
    for (uint32_t i = log->index.count; i-- > 0u;) {
        struct nacre_record record;
        const uint32_t place = log->index.entries[i].place;
        const enum nacre_err err = nacre_log_read(log, place, &record, NULL, 0);
        if (err == NACRE_DAMAGED) continue;
        if (err != NACRE_OK) return err;
        const bool in_oldest = is_in_oldest(log, place);
        if (in_oldest && record.length == NACRE_LENGTH_REMOVED) {
            nacre_index_drop(&log->index, i);
            continue;
        }
        const uint32_t granules = nacre_record_granules(&record);
        log->live += granules;
        if (in_oldest) log->oldest_live = (uint16_t)(log->oldest_live + granules);
    }
    return NACRE_OK;
}

static const struct nacre_index_entry *entry_in_oldest(const struct nacre_log *log)
{
    for (uint32_t i = 0; i < log->index.count; i++) {
        if (is_in_oldest(log, log->index.entries[i].place)) return &log->index.entries[i];
    }
    return NULL;
}

/* Read a record that shall be copied; what cannot be read stops all writing. */
static enum nacre_err copy_read(struct nacre_log *log, uint32_t place, struct nacre_record *record,
                                struct nacre_source *source)
{
    const enum nacre_err err = nacre_log_read_to_copy(log, place, record, source);
    if (err == NACRE_DAMAGED) log->read_only = NACRE_DAMAGED;
    return err;
}

static enum nacre_err copy_record(struct nacre_log *log, uint32_t place)
{
    struct nacre_record record;
    struct nacre_source source;
    enum nacre_err err = copy_read(log, place, &record, &source);
    if (err != NACRE_OK) return err;
    err = nacre_log_append(log, &record, &source);
    return err == NACRE_OK ? nacre_room_moved(log, place, log->newest.place) : err;
}

/* The same into a unit that a settling has just opened, and without a word on the log's state. */
static enum nacre_err copy_at(struct nacre_log *log, uint32_t place)
{
    struct nacre_record record;
    struct nacre_source source;
    enum nacre_err err = copy_read(log, place, &record, &source);
    if (err != NACRE_OK) return err;
    record.has_control = false;
    record.is_tentative = true;
    err = nacre_log_write_at(log, log->top, &record, &source);
    return err == NACRE_OK ? nacre_room_moved(log, place, log->newest.place) : err;
}

/* Copy one record out of the oldest unit, or, where none is left, let the unit die. */
static enum nacre_err step(struct nacre_log *log, bool *copied)
{
    *copied = false;
    if (log->oldest == log->generation) return NACRE_FULL;
    const struct nacre_index_entry *const entry = entry_in_oldest(log);
    if (entry == NULL) {
        log->oldest++;
        return nacre_room_count(log);
    }
    *copied = true;
    return copy_record(log, entry->place);
}

enum nacre_err nacre_room_carry(struct nacre_log *log)
{
    const uint32_t needed = 1u + log->top + log->oldest_live;
    if (nacre_log_dead_units(log) != 0u || needed > log->slots) return NACRE_OK;
    for (uint32_t i = 0; i < log->slots; i++) {
        const struct nacre_index_entry *const entry = entry_in_oldest(log);
        if (entry == NULL) break;
        const enum nacre_err err = copy_at(log, entry->place);
        if (err != NACRE_OK) return err;
    }
    log->oldest++;
    return nacre_room_count(log);
}

enum nacre_err nacre_room_prepare_next(struct nacre_log *log)
{
    if (log->next == NACRE_NEXT_UNKNOWN && !nacre_next_is_dead(log)) {
        if (nacre_log_dead_units(log) == 0u) return NACRE_FULL;
        const enum nacre_err err = nacre_log_note(log, 0);
        if (err != NACRE_OK) return err;
    }
    for (uint32_t i = 0; log->next < NACRE_NEXT_MARKED && i < 3u; i++) {
        const enum nacre_err err = nacre_next_step(log, true);
        if (err != NACRE_OK) return err;
    }
    return NACRE_OK;
}

static bool next_is_due(const struct nacre_log *log, uint32_t granules)
{
    return log->next < NACRE_NEXT_MARKED && nacre_log_dead_units(log) > 0u &&
           head_free(log) < zone(log) + granules;
}

/* Copying is due when two copies a set would only just empty the oldest unit in time. */
static bool copy_is_due(const struct nacre_log *log)
{
    const uint32_t sets = log->oldest_live / COPIES_A_SET + 2u;
    return log->oldest != log->generation &&
           slack(log) < (int32_t)(reserve(log) + sets * log->longest);
}

static enum nacre_err copy_ahead(struct nacre_log *log)
{
    uint32_t copies = 0;
    for (uint32_t i = 0; copy_is_due(log) && copies < COPIES_A_SET && i <= log->unit_count; i++) {
        bool copied;
        const enum nacre_err err = step(log, &copied);
        if (err != NACRE_OK) return err;
        if (copied) copies++;
    }
    return NACRE_OK;
}

enum nacre_err nacre_room_make(struct nacre_log *log, uint32_t granules)
{
    enum nacre_err err = copy_ahead(log);
    const uint32_t bound = (uint32_t)log->unit_count * log->slots;
    for (uint32_t i = 0; err == NACRE_OK && i < bound; i++) {
        if (next_is_due(log, granules + log->longest)) {
            err = nacre_room_prepare_next(log);
            if (err != NACRE_OK) return err;
        }
        if (slack(log) >= (int32_t)(reserve(log) + granules)) return NACRE_OK;
        bool copied;
        err = step(log, &copied);
    }
    return err == NACRE_OK ? NACRE_FULL : err;
}

enum nacre_err nacre_room_idle(struct nacre_log *log, bool *more)
{
    enum nacre_err err = NACRE_OK;
    const bool can_step = log->next == NACRE_NEXT_ERASING || log->next == NACRE_NEXT_ERASED ||
                          (log->next == NACRE_NEXT_UNKNOWN && nacre_next_is_dead(log));
    if (can_step) {
        err = nacre_next_step(log, false);
    } else if (!log->doubtful) {
        err = copy_ahead(log);
    }
    *more = log->next == NACRE_NEXT_ERASING || log->next == NACRE_NEXT_ERASED;
    return err == NACRE_BUSY ? NACRE_OK : err;
}
