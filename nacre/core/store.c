/*
 * The store: what the application calls. Checks each call, keeps the index, and lets the log, the
 * room and the tail do the work. Each call takes the lock once (guard.h).
 */
#include "nacre/core/store.h"

#include "nacre/core/guard.h"
#include "nacre/core/put.h"
#include "nacre/core/repair.h"
#include "nacre/core/room.h"
#include "nacre/core/sound.h"

#include <stddef.h>
#include <string.h>

/* What a read record means for a get. */
static enum nacre_err answer(const struct nacre_record *record, uint32_t size, uint32_t *length,
                             bool is_stale)
{
    if (record->length == NACRE_LENGTH_REMOVED) return is_stale ? NACRE_DAMAGED : NACRE_NOT_FOUND;
    *length = record->length;
    if (record->length > size) return NACRE_TOO_SMALL;
    return is_stale ? NACRE_STALE : NACRE_OK;
}

static enum nacre_err get(struct nacre_store *store, uint32_t key, uint8_t *buf, uint32_t size,
                          uint32_t *length)
{
    struct nacre_log *const log = &store->log;
    if (length == NULL) return NACRE_BAD_ARGUMENT;
    if (!log->lanes.medium->ops->can_access(log->lanes.medium, buf, size, true)) {
        return NACRE_BAD_BUFFER;
    }
    const struct nacre_index_entry *const entry = nacre_index_find(&log->index, key);
    if (entry == NULL) return NACRE_NOT_FOUND;
    struct nacre_record record;
    enum nacre_err err = nacre_log_read(log, entry->place, &record, buf, size);
    if (err == NACRE_DAMAGED && entry->place != NACRE_PLACE_OWED) {
        err = nacre_repair_fall_back(log, key);
        if (err == NACRE_OK) err = nacre_log_read(log, entry->place, &record, buf, size);
    }
    if (err != NACRE_OK) return err;
    if (record.lane > 0u) store->lane_repairs++;
    return answer(&record, size, length, nacre_entry_is_stale(entry));
}

static enum nacre_err locked_get(struct nacre_store *store, uint32_t key, void *buf,
                                 uint32_t size, uint32_t *length)
{
    const enum nacre_err err = nacre_guard_enter(store);
    if (err != NACRE_OK) return err;
    return nacre_guard_leave(store, get(store, key, buf, size, length));
}

enum nacre_err nacre_get(struct nacre_store *store, uint32_t key, void *buf, uint32_t size,
                         uint32_t *length)
{
    const enum nacre_err err = key <= NACRE_KEY_MAX ? NACRE_OK : NACRE_BAD_ARGUMENT;
    return err == NACRE_OK ? locked_get(store, key, buf, size, length) : err;
}

enum nacre_err nacre_own_get(struct nacre_store *store, uint32_t own_key, void *buf,
                             uint32_t size, uint32_t *length)
{
    if (own_key < NACRE_KEY_FACTORY || own_key > NACRE_KEY_OWN_MAX) return NACRE_BAD_ARGUMENT;
    return locked_get(store, own_key, buf, size, length);
}

enum nacre_err nacre_factory_get(struct nacre_store *store, uint32_t key, void *buf,
                                 uint32_t size, uint32_t *length)
{
    if (key > NACRE_KEY_MAX) return NACRE_BAD_ARGUMENT;
    return locked_get(store, NACRE_KEY_FACTORY + key, buf, size, length);
}

static enum nacre_err write(struct nacre_store *store, const struct nacre_change *change)
{
    struct nacre_log *const log = &store->log;
    NACRE_ASSERT(nacre_log_is_sound(log));
    enum nacre_err err = nacre_guard_write(store);
    if (err == NACRE_OK && !nacre_put_is_equal(log, change)) err = nacre_put(log, change);
    NACRE_ASSERT(nacre_log_is_sound(log));
    return err;
}

static enum nacre_err set(struct nacre_store *store, uint32_t key, const void *value, uint32_t n)
{
    const struct nacre_medium *const medium = store->log.lanes.medium;
    if (n > NACRE_VALUE_BYTES_MAX) return NACRE_TOO_LARGE;
    if (!medium->ops->can_access(medium, value, n, false)) return NACRE_BAD_BUFFER;
    const struct nacre_change change = {
        .key = key, .length = n, .value = value != NULL ? value : (const void *)""};
    return write(store, &change);
}

static enum nacre_err locked_set(struct nacre_store *store, uint32_t key, const void *value,
                                 uint32_t n)
{
    const enum nacre_err err = nacre_guard_enter(store);
    if (err != NACRE_OK) return err;
    return nacre_guard_leave(store, set(store, key, value, n));
}

enum nacre_err nacre_set(struct nacre_store *store, uint32_t key, const void *value, uint32_t n)
{
    return key <= NACRE_KEY_MAX ? locked_set(store, key, value, n) : NACRE_BAD_ARGUMENT;
}

enum nacre_err nacre_own_set(struct nacre_store *store, uint32_t own_key, const void *value,
                             uint32_t n)
{
    if (own_key < NACRE_KEY_FACTORY || own_key > NACRE_KEY_OWN_MAX) return NACRE_BAD_ARGUMENT;
    return locked_set(store, own_key, value, n);
}

static enum nacre_err factory_set(struct nacre_store *store, uint32_t key, const void *value,
                                  uint32_t n)
{
    struct nacre_log *const log = &store->log;
    const struct nacre_change change = {.key = key, .length = n, .value = value};
    if (!nacre_put_has_value(log, key)) return set(store, key, value, n);
    return nacre_put_is_equal(log, &change) ? NACRE_OK : NACRE_WRITTEN_ONCE;
}

enum nacre_err nacre_factory_set(struct nacre_store *store, uint32_t key, const void *value,
                                 uint32_t n)
{
    if (key > NACRE_KEY_MAX || (value == NULL && n > 0u)) return NACRE_BAD_ARGUMENT;
    const enum nacre_err err = nacre_guard_enter(store);
    if (err != NACRE_OK) return err;
    return nacre_guard_leave(store, factory_set(store, NACRE_KEY_FACTORY + key, value, n));
}

static enum nacre_err locked_remove(struct nacre_store *store, uint32_t key)
{
    const struct nacre_change change = {.key = key, .length = NACRE_LENGTH_REMOVED, .value = ""};
    enum nacre_err err = nacre_guard_enter(store);
    if (err != NACRE_OK) return err;
    const enum nacre_err why = (enum nacre_err)store->log.read_only;
    if (why != NACRE_OK && !nacre_medium_refuses(why)) {
        return nacre_guard_leave(store, NACRE_READ_ONLY);
    }
    err = nacre_put_has_value(&store->log, key) ? write(store, &change) : NACRE_NOT_FOUND;
    return nacre_guard_leave(store, err);
}

enum nacre_err nacre_remove(struct nacre_store *store, uint32_t key)
{
    return key <= NACRE_KEY_MAX ? locked_remove(store, key) : NACRE_BAD_ARGUMENT;
}

enum nacre_err nacre_own_remove(struct nacre_store *store, uint32_t own_key)
{
    if (own_key < NACRE_KEY_FACTORY || own_key > NACRE_KEY_OWN_MAX) return NACRE_BAD_ARGUMENT;
    return locked_remove(store, own_key);
}

enum nacre_err nacre_own_equals(struct nacre_store *store, uint32_t key, const void *value,
                                uint32_t n, bool *equals)
{
    const struct nacre_change change = {.key = key, .length = n, .value = value};
    enum nacre_err err = nacre_guard_enter(store);
    if (err != NACRE_OK) return err;
    const struct nacre_medium *const medium = store->log.lanes.medium;
    const bool can_read = medium->ops->can_access(medium, value, n, false);
    err = can_read ? nacre_guard_write(store) : NACRE_BAD_BUFFER;
    if (err == NACRE_OK) {
        *equals = n <= NACRE_VALUE_BYTES_MAX && nacre_put_is_equal(&store->log, &change);
    }
    return nacre_guard_leave(store, err);
}

static enum nacre_err reset(struct nacre_store *store)
{
    const enum nacre_err err = nacre_guard_write(store);
    return err == NACRE_OK ? nacre_put_reset(&store->log) : err;
}

enum nacre_err nacre_reset(struct nacre_store *store)
{
    const enum nacre_err err = nacre_guard_enter(store);
    return err == NACRE_OK ? nacre_guard_leave(store, reset(store)) : err;
}

enum nacre_err nacre_renew(struct nacre_store *store, uint32_t key)
{
    if (key > NACRE_KEY_OWN_MAX) return NACRE_BAD_ARGUMENT;
    enum nacre_err err = nacre_guard_enter(store);
    if (err != NACRE_OK) return err;
    err = nacre_guard_write(store);
    if (err == NACRE_OK) err = nacre_put_renew(&store->log, key);
    return nacre_guard_leave(store, err);
}

static enum nacre_err next(const struct nacre_log *log, uint32_t *key)
{
    if (key == NULL) return NACRE_BAD_ARGUMENT;
    for (uint32_t i = nacre_index_position(&log->index, *key); i < log->index.count; i++) {
        const uint32_t found = nacre_entry_key(&log->index.entries[i]);
        if (found > NACRE_KEY_MAX) break;
        if (!nacre_put_has_value(log, found)) continue;
        *key = found; /* a damaged one too: its get says so */
        return NACRE_OK;
    }
    return NACRE_NOT_FOUND;
}

enum nacre_err nacre_next(struct nacre_store *store, uint32_t *key)
{
    const enum nacre_err err = nacre_guard_enter(store);
    return err == NACRE_OK ? nacre_guard_leave(store, next(&store->log, key)) : err;
}

static enum nacre_err idle(struct nacre_log *log, bool *more)
{
    if (more == NULL) return NACRE_BAD_ARGUMENT;
    const enum nacre_err why = (enum nacre_err)log->read_only;
    if (why != NACRE_OK) return nacre_medium_refuses(why) ? why : NACRE_READ_ONLY;
    NACRE_ASSERT(nacre_log_is_sound(log));
    const enum nacre_err err = nacre_guard_settle_after(log, nacre_room_idle(log, more));
    NACRE_ASSERT(nacre_log_is_sound(log));
    return err;
}

enum nacre_err nacre_idle(struct nacre_store *store, bool *more)
{
    const enum nacre_err err = nacre_guard_enter(store);
    return err == NACRE_OK ? nacre_guard_leave(store, idle(&store->log, more)) : err;
}

static uint32_t stale_keys(const struct nacre_log *log)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < log->index.count; i++) {
        if (nacre_entry_is_stale(&log->index.entries[i])) count++;
    }
    return count;
}

static void fill_stats(const struct nacre_store *store, struct nacre_stats *stats)
{
    const struct nacre_log *const log = &store->log;
    memset(stats, 0, sizeof *stats);
    stats->generation = log->generation;
    stats->unit_count = log->lanes.unit_count;
    stats->lane_count = log->lanes.count;
    stats->index_used = log->index.count;
    stats->live_granules = log->live * log->lanes.granules;
    stats->capacity_granules = nacre_room_capacity(log, log->longest) * log->lanes.granules;
    stats->cut_bytes_survived =
        (uint32_t)log->lanes.cut * log->lanes.granules * NACRE_GRANULE_BYTES;
    stats->programs = log->count.programs;
    stats->programmed_bytes = log->count.programmed_bytes;
    stats->erases = log->count.erases;
    stats->erase_waits = log->count.erase_waits;
    stats->settles = log->count.settles;
    stats->retired_units = log->retired;
    stats->damaged_records = log->count.damaged;
    stats->stale_keys = stale_keys(log);
    stats->lane_repairs = store->lane_repairs;
    /* After a refusal the next call that writes tries again. */
    stats->read_only =
        nacre_medium_refuses(log->read_only) ? NACRE_OK : (enum nacre_err)log->read_only;
}

enum nacre_err nacre_stats(struct nacre_store *store, struct nacre_stats *stats)
{
    const enum nacre_err err = nacre_guard_enter(store);
    if (err != NACRE_OK) return err;
    if (stats == NULL) return nacre_guard_leave(store, NACRE_BAD_ARGUMENT);
    fill_stats(store, stats);
    return nacre_guard_leave(store, NACRE_OK);
}
