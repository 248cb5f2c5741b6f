/*
 * Repair. Holds no state of its own; log.h has the invariants.
 */
#include "nacre/core/repair.h"

#include "nacre/core/own.h"
#include "nacre/core/room.h"
#include "nacre/core/scan.h"

#include <stddef.h>

enum nacre_err nacre_repair_fall_back(struct nacre_log *log, uint32_t key)
{
    uint32_t place;
    struct nacre_index_entry *const entry = nacre_index_find(&log->index, key);
    const enum nacre_err err = nacre_scan_key(log, key, &place);
    if (err != NACRE_OK) return err;
    entry->tag |= NACRE_ENTRY_STALE;
    entry->place = (uint16_t)place;
    log->owes = true;
    log->count.damaged++;
    log->miscounted = true;
    return NACRE_OK;
}

bool nacre_repair_retire(struct nacre_log *log, uint32_t generation)
{
    const uint32_t key = nacre_log_retired_key(log, generation);
    if (nacre_index_find(&log->index, key) != NULL) return true;
    const uint32_t left = log->lanes.unit_count - log->retired - 1u;
    log->retired++;
    const bool has_room = nacre_room_capacity(log, log->longest) >= log->live;
    /* Where each mount that is not clean takes a unit, the least that mounts is not enough. */
    const uint32_t least =
        nacre_log_cut_spoils_unit(log) ? 2u * NACRE_UNITS_MIN : NACRE_UNITS_MIN;
    const bool can_spare = left >= least && has_room;
    const bool has_entry = log->index.capacity - log->index.count > log->wanted;
    if (can_spare && has_entry) {
        (void)nacre_index_put(&log->index, key, NACRE_PLACE_OWED);
        log->owes = true;
        return true;
    }
    log->retired--;
    return false;
}

/* Does no record say yet what the entry says? */
static bool is_owed(const struct nacre_log *log, const struct nacre_index_entry *entry)
{
    struct nacre_record record;
    if (entry->place == NACRE_PLACE_OWED) return true;
    if (!nacre_entry_is_stale(entry)) return false;
    const enum nacre_err err = nacre_log_read(log, entry->place, &record, NULL, 0);
    return err == NACRE_OK && !record.is_stale;
}

static const struct nacre_index_entry *find_owed(const struct nacre_log *log)
{
    for (uint32_t i = 0; i < log->index.count; i++) {
        if (is_owed(log, &log->index.entries[i])) return &log->index.entries[i];
    }
    return NULL;
}

/* A retired unit's record has no value; a lost key is removed, and stale. */
static enum nacre_err write_owed(struct nacre_log *log, uint32_t key)
{
    struct nacre_source nothing = {.bytes = (const uint8_t *)""};
    const bool is_unit = key >= NACRE_KEY_RETIRED && key < NACRE_KEY_RETIRED_END;
    struct nacre_record record = {
        .key = (uint16_t)key,
        .length = is_unit ? 0u : NACRE_LENGTH_REMOVED,
        .is_stale = !is_unit,
    };
    const enum nacre_err err = nacre_log_append(log, &record, &nothing);
    if (err == NACRE_OK) nacre_room_moved(log, key, log->newest.place);
    return err;
}

static enum nacre_err pay_key(struct nacre_log *log, uint32_t key)
{
    const enum nacre_err err = nacre_room_make(log, log->longest);
    if (err != NACRE_OK) return err;
    const struct nacre_index_entry *const entry = nacre_index_find(&log->index, key);
    const bool has_record = entry->place != NACRE_PLACE_OWED;
    return has_record ? nacre_room_copy(log, key) : write_owed(log, key);
}

enum nacre_err nacre_repair_pay(struct nacre_log *log)
{
    for (uint32_t i = 0; log->owes && i <= log->index.capacity; i++) {
        const struct nacre_index_entry *const entry = find_owed(log);
        if (entry == NULL) {
            log->owes = false;
            break;
        }
        const enum nacre_err err = pay_key(log, nacre_entry_key(entry));
        if (err != NACRE_OK) return err;
    }
    return NACRE_OK;
}
