/*
 * Room and compaction. Holds no state; log.h has the invariants, room.h the inequality.
 */
#include "nacre/core/room.h"

#include "nacre/core/next.h"
#include "nacre/core/repair.h"
#include "nacre/core/tail.h"

#include <stddef.h>

#define COPIES_A_SET 2u

static bool is_in_oldest(const struct nacre_log *log, uint32_t place)
{
    if (place == NACRE_PLACE_OWED) return false;
    return log->oldest != log->generation && nacre_log_spot(log, place).generation == log->oldest;
}

static uint32_t head_free(const struct nacre_log *log)
{
    return (uint32_t)(log->lanes.slots - log->top);
}

static int32_t slack(const struct nacre_log *log)
{
    const uint32_t dead = nacre_log_dead_units(log);
    const uint32_t free = head_free(log) + dead * (log->lanes.slots - 1u);
    return (int32_t)free - (int32_t)log->oldest_live;
}

/*
 * A unit to go on to, always, and what a settling takes: room in the head, or, where a cut spoils a
 * whole unit, all that the head has left and one more to lose.
 */
static uint32_t reserve(const struct nacre_log *log)
{
    const uint32_t units = nacre_log_cut_spoils_unit(log) ? 3u : 1u;
    return units * (log->lanes.slots - 1u) + nacre_tail_slots(log) + log->longest;
}

/* Where the head has less room than this, the next unit must have been prepared. */
static uint32_t zone(const struct nacre_log *log)
{
    return 2u * nacre_tail_slots(log) + 1u;
}

uint32_t nacre_room_capacity(const struct nacre_log *log, uint32_t longest)
{
    const struct nacre_log longer = {.lanes = log->lanes, .longest = (uint16_t)longest};
    const uint32_t unit_count = log->lanes.unit_count - log->retired;
    const uint32_t unit = log->lanes.slots - 1u;
    const uint32_t all = (unit_count - 1u) * unit;
    const uint32_t kept = unit / 2u + reserve(&longer) + unit_count * longest;
    return all > kept ? all - kept : 0u;
}

/* A removal in the oldest unit need not be copied: nothing older lies anywhere. */
static bool dies_with_unit(const struct nacre_index_entry *entry,
                           const struct nacre_size *size)
{
    return size->is_removal && !nacre_entry_is_stale(entry);
}

/* Slots that the record of an entry is counted with, and those that are in the oldest unit. */
static enum nacre_err count_entry(const struct nacre_log *log,
                                  const struct nacre_index_entry *entry, uint32_t *live,
                                  uint32_t *oldest_live)
{
    struct nacre_size size;
    *live = 0;
    *oldest_live = 0;
    const enum nacre_err err = nacre_log_size(log, entry->place, &size);
    if (err != NACRE_OK) return err;
    const bool in_oldest = is_in_oldest(log, entry->place);
    if (in_oldest && dies_with_unit(entry, &size)) return NACRE_OK;
    *live = size.slots;
    if (in_oldest) *oldest_live = *live;
    return NACRE_OK;
}

/* Count an entry, or count it no more. */
static void tally(struct nacre_log *log, const struct nacre_index_entry *entry, bool lives)
{
    uint32_t live;
    uint32_t oldest_live;
    if (count_entry(log, entry, &live, &oldest_live) != NACRE_OK) {
        log->miscounted = true; /* and counted anew before it matters: the record itself stands */
        return;
    }
    log->live = lives ? log->live + live : log->live - live;
    log->oldest_live =
        (uint16_t)(lives ? log->oldest_live + oldest_live : log->oldest_live - oldest_live);
}

void nacre_room_point(struct nacre_log *log, uint32_t key, uint32_t place)
{
    const struct nacre_index_entry *const old = nacre_index_find(&log->index, key);
    if (old != NULL) tally(log, old, false);
    const struct nacre_index_entry *const entry = nacre_index_put(&log->index, key, place);
    NACRE_ASSERT(entry != NULL); /* nacre_put_check saw that there is room */
    tally(log, entry, true);
}

void nacre_room_moved(struct nacre_log *log, uint32_t key, uint32_t place)
{
    struct nacre_index_entry *const entry = nacre_index_find(&log->index, key);
    const bool is_stale = nacre_entry_is_stale(entry);
    nacre_room_point(log, key, place);
    if (is_stale) entry->tag |= NACRE_ENTRY_STALE;
}

enum nacre_err nacre_room_count(struct nacre_log *log)
{
    log->miscounted = true;
    log->live = 0;
    log->oldest_live = 0;
    for (uint32_t i = 0; i < log->index.count; i++) {
        uint32_t live;
        uint32_t oldest_live;
        const enum nacre_err err =
            count_entry(log, &log->index.entries[i], &live, &oldest_live);
        if (err != NACRE_OK && err != NACRE_DAMAGED) return err;
        log->live += live;
        log->oldest_live = (uint16_t)(log->oldest_live + oldest_live);
    }
    log->miscounted = false;
    return NACRE_OK;
}

/* A record of the oldest unit that must be copied. */
static const struct nacre_index_entry *entry_in_oldest(const struct nacre_log *log)
{
    for (uint32_t i = 0; i < log->index.count; i++) {
        struct nacre_size size;
        const struct nacre_index_entry *const entry = &log->index.entries[i];
        if (!is_in_oldest(log, entry->place)) continue;
        const enum nacre_err err = nacre_log_size(log, entry->place, &size);
        if (err != NACRE_OK || !dies_with_unit(entry, &size)) return entry;
    }
    return NULL;
}

/*
 * Nothing is left to copy: the oldest unit dies. Its removals are forgotten only now, so that a
 * mount never finds more keys than the index was seen to hold.
 */
static enum nacre_err let_die(struct nacre_log *log)
{
    for (uint32_t i = log->index.count; i-- > 0u;) {
        if (is_in_oldest(log, log->index.entries[i].place)) nacre_index_drop(&log->index, i);
    }
    log->oldest++;
    return nacre_room_count(log);
}

/*
 * Copy the record of an entry to the head: a tentative copy into a unit that a settling has just
 * opened, without a word on the log's state; any other one appended. One that is damaged is given
 * up for the value before it.
 */
static enum nacre_err copy_entry(struct nacre_log *log, const struct nacre_index_entry *entry,
                                 enum nacre_kind kind)
{
    struct nacre_record record;
    struct nacre_source source;
    const uint32_t key = nacre_entry_key(entry);
    enum nacre_err err = nacre_log_read_to_copy(log, entry->place, &record, &source);
    if (err == NACRE_DAMAGED) return nacre_repair_fall_back(log, key);
    if (err != NACRE_OK) return err;
    record.is_stale = nacre_entry_is_stale(entry);
    record.kind = (uint8_t)kind;
    record.has_control = false;
    err = kind == NACRE_KIND_TENTATIVE ? nacre_log_write_at(log, log->top, &record, &source) :
                                         nacre_log_append(log, &record, &source);
    if (err == NACRE_OK) nacre_room_moved(log, key, log->newest.place);
    return err;
}

enum nacre_err nacre_room_copy(struct nacre_log *log, uint32_t key)
{
    const struct nacre_index_entry *const entry = nacre_index_find(&log->index, key);
    return entry == NULL ? NACRE_NOT_FOUND : copy_entry(log, entry, NACRE_KIND_PLAIN);
}

/* Copy one record out of the oldest unit, or, where none is left, let the unit die. */
static enum nacre_err step(struct nacre_log *log, bool *copied)
{
    *copied = false;
    if (log->oldest == log->generation) return NACRE_FULL;
    const struct nacre_index_entry *const entry = entry_in_oldest(log);
    if (entry == NULL) return let_die(log);
    *copied = true;
    return copy_entry(log, entry, NACRE_KIND_PLAIN);
}

/* Room for one more record beside the commit? */
static bool head_holds(const struct nacre_log *log, const struct nacre_index_entry *entry)
{
    struct nacre_size size;
    if (nacre_log_size(log, entry->place, &size) != NACRE_OK) return true;
    return log->top + size.slots < log->lanes.slots;
}

enum nacre_err nacre_room_spare(struct nacre_log *log)
{
    const bool is_needed = nacre_log_dead_units(log) == 0u && log->oldest != log->generation;
    return is_needed && entry_in_oldest(log) == NULL ? let_die(log) : NACRE_OK;
}

enum nacre_err nacre_room_carry(struct nacre_log *log)
{
    const uint32_t dead = nacre_log_dead_units(log);
    const uint32_t needed = 1u + log->top + log->oldest_live;
    if (dead >= (nacre_log_cut_spoils_unit(log) ? 2u : 1u)) return NACRE_OK;
    if (dead == 0u && needed > log->lanes.slots) return NACRE_OK;
    for (uint32_t i = 0; i < log->lanes.slots; i++) {
        const struct nacre_index_entry *const entry = entry_in_oldest(log);
        if (entry == NULL) break;
        if (!head_holds(log, entry)) return NACRE_OK;
        const enum nacre_err err = copy_entry(log, entry, NACRE_KIND_TENTATIVE);
        if (err != NACRE_OK) return err;
    }
    return let_die(log);
}

enum nacre_err nacre_room_prepare_next(struct nacre_log *log)
{
    if (log->next == NACRE_NEXT_UNKNOWN && !nacre_next_is_dead(log)) {
        if (nacre_log_dead_units(log) == 0u) return NACRE_FULL;
        const enum nacre_err err = nacre_log_note(log, 0);
        if (err != NACRE_OK) return err;
    }
    return nacre_next_prepare(log);
}

static bool next_is_due(const struct nacre_log *log, uint32_t slots)
{
    return log->next < NACRE_NEXT_MARKED && nacre_log_dead_units(log) > 0u &&
           head_free(log) < zone(log) + slots;
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
    const uint32_t bound = log->lanes.unit_count;
    for (uint32_t i = 0; copy_is_due(log) && copies < COPIES_A_SET && i <= bound; i++) {
        bool copied;
        const enum nacre_err err = step(log, &copied);
        if (err != NACRE_OK) return err;
        if (copied) copies++;
    }
    return NACRE_OK;
}

/*
 * Steps after which nothing more can be freed: each record was copied, or fell back and was copied,
 * and each unit died. More would only move what lives around.
 */
static uint32_t steps_max(const struct nacre_log *log)
{
    return 2u * log->index.count + log->lanes.unit_count;
}

enum nacre_err nacre_room_make(struct nacre_log *log, uint32_t slots)
{
    enum nacre_err err = log->miscounted ? nacre_room_count(log) : NACRE_OK;
    if (err == NACRE_OK) err = copy_ahead(log);
    const uint32_t bound = steps_max(log);
    for (uint32_t i = 0; err == NACRE_OK && i < bound; i++) {
        if (next_is_due(log, slots + log->longest)) {
            err = nacre_room_prepare_next(log);
            /* Full: the unit was retired, and none is dead now. */
            if (err != NACRE_OK && err != NACRE_FULL) return err;
        }
        if (slack(log) >= (int32_t)(reserve(log) + slots)) return NACRE_OK;
        bool copied;
        err = step(log, &copied);
    }
    return err == NACRE_OK ? NACRE_FULL : err;
}

enum nacre_err nacre_room_restore(struct nacre_log *log)
{
    const enum nacre_err err = log->miscounted ? nacre_room_count(log) : NACRE_OK;
    if (err != NACRE_OK) return err;
    /* What one more mount will take is there already: the sets to come can do the rest. */
    const uint32_t taken = nacre_log_cut_spoils_unit(log) ? log->lanes.slots - 1u :
                                                            nacre_tail_slots(log);
    if (slack(log) >= (int32_t)(reserve(log) - taken)) return NACRE_OK;
    return nacre_room_make(log, 0);
}

enum nacre_err nacre_room_idle(struct nacre_log *log, bool *more)
{
    enum nacre_err err = log->miscounted ? nacre_room_count(log) : NACRE_OK;
    if (err != NACRE_OK) return err;
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
