/*
 * The store: what the application calls. Checks each call, keeps the index, and lets the log, the
 * room and the tail do the work.
 *
 * State beyond the log: `mounted` says whether the struct may be used; a struct that was never
 * mounted may hold anything, so it is a number that memory does not hold by chance.
 */
#include "nacre/core/store.h"

#include "nacre/core/next.h"
#include "nacre/core/room.h"
#include "nacre/core/scan.h"
#include "nacre/core/sound.h"
#include "nacre/core/tail.h"

#include <stddef.h>
#include <string.h>

#define MOUNTED 0x4E616372u
#define UNITS_MIN 3u
#define UNITS_MAX 255u
#define SLOTS_MIN 64u
#define SLOTS_MAX 4096u
#define PLACES_MAX 65536u
#define SCANS_A_RECORD 8u
#define SCANS_MAX (SCANS_A_RECORD * NACRE_IGNORED_MAX)
#define SETTLES_MAX 4u

static bool store_is_mounted(const struct nacre_store *store)
{
    return store != NULL && store->mounted == MOUNTED;
}

static enum nacre_err geometry_check(const struct nacre_geometry *geometry)
{
    const uint32_t slots = geometry->unit_bytes / NACRE_GRANULE_BYTES;
    if (geometry->unit_bytes == 0u || geometry->unit_count == 0u) return NACRE_NO_REGION;
    if (geometry->page_bytes == 0u || geometry->unit_bytes % geometry->page_bytes != 0u ||
        geometry->page_bytes % NACRE_GRANULE_BYTES != 0u || geometry->granule_bytes == 0u ||
        NACRE_GRANULE_BYTES % geometry->granule_bytes != 0u) {
        return NACRE_REGION_UNALIGNED;
    }
    if (geometry->unit_count < UNITS_MIN || slots < SLOTS_MIN) return NACRE_REGION_TOO_SMALL;
    if (geometry->unit_count > UNITS_MAX || slots > SLOTS_MAX ||
        geometry->unit_count * slots > PLACES_MAX) {
        return NACRE_REGION_TOO_LARGE;
    }
    return NACRE_OK;
}

static enum nacre_err cfg_check(const struct nacre_store_cfg *cfg)
{
    if (cfg == NULL || cfg->index == NULL || cfg->index_count == 0u) return NACRE_BAD_ARGUMENT;
    if (cfg->medium == NULL) return NACRE_NO_REGION;
    const enum nacre_err err = geometry_check(&cfg->medium->geometry);
    if (err != NACRE_OK) return err;
    const bool coarse = cfg->medium->geometry.cut_bytes > NACRE_GRANULE_BYTES;
    return coarse && cfg->assume != NACRE_ASSUME_CUT_GRANULE ? NACRE_CUT_TOO_COARSE : NACRE_OK;
}

static void log_start(struct nacre_log *log, const struct nacre_store_cfg *cfg)
{
    const struct nacre_geometry *const geometry = &cfg->medium->geometry;
    memset(log, 0, sizeof *log);
    log->medium = cfg->medium;
    log->index.entries = cfg->index;
    log->index.capacity = cfg->index_count;
    log->unit_count = (uint16_t)geometry->unit_count;
    log->slots = (uint16_t)(geometry->unit_bytes / NACRE_GRANULE_BYTES);
    log->newest.is_note = true; /* unless a record is found */
}

static enum nacre_err settle_if_doubtful(struct nacre_log *log)
{
    if (log->read_only != NACRE_OK) return NACRE_READ_ONLY;
    for (uint32_t i = 0; log->doubtful && i < SETTLES_MAX; i++) {
        if (nacre_tail_settle(log) == NACRE_OK) return NACRE_OK;
        if (log->read_only != NACRE_OK) break;
    }
    if (log->doubtful) log->read_only = NACRE_UNSETTLED;
    return log->doubtful ? NACRE_UNSETTLED : NACRE_OK;
}

/* Whatever failed, leave no doubt behind it; answer what the caller should hear. */
static enum nacre_err settle_after(struct nacre_log *log, enum nacre_err err)
{
    if (err == NACRE_OK) return err;
    const enum nacre_err settle_err = settle_if_doubtful(log);
    return settle_err == NACRE_OK ? err : settle_err;
}

/* Make the next unit the head, whatever room the head has left. */
static enum nacre_err leave_unit(struct nacre_log *log)
{
    enum nacre_err err = nacre_room_prepare_next(log);
    if (err != NACRE_OK) return err;
    err = nacre_log_note(log, 0); /* vouches for it */
    if (err != NACRE_OK) return err;
    return nacre_log_go_on(log, log->top);
}

/* A region that was new: leave generation 0, whose erase nobody saw, for a unit of our own. */
static enum nacre_err leave_generation_0(struct nacre_log *log)
{
    if (log->generation != 0u) return NACRE_OK;
    const enum nacre_err err = leave_unit(log);
    return err == NACRE_OK ? nacre_log_note(log, 0) : err;
}

static enum nacre_err make_ready(struct nacre_log *log)
{
    enum nacre_err err = settle_after(log, leave_generation_0(log));
    if (err != NACRE_OK) return err;
    err = settle_after(log, nacre_room_make(log, 0));
    return err == NACRE_FULL ? NACRE_OK : err; /* a set will say so */
}

/*
 * Scan and settle. A marginal record that read well in the scan and does not any more makes the
 * scan void: do it again, until it was read well or not at all; in the end do without it, for
 * nobody has seen it yet. A copy that failed is tried again a few times, behind the last.
 */
static enum nacre_err scan_and_settle(struct nacre_log *log, const struct nacre_store_cfg *cfg,
                                      bool *clean)
{
    enum nacre_err err = NACRE_DAMAGED;
    uint32_t failures = 0;
    uint16_t ignored[NACRE_IGNORED_MAX] = {0};
    for (uint32_t i = 0; i < SCANS_MAX && failures < SETTLES_MAX; i++) {
        log_start(log, cfg);
        memcpy(log->ignored, ignored, sizeof ignored);
        err = nacre_scan(log, clean);
        if (err != NACRE_OK) return err;
        err = nacre_room_count(log);
        if (err == NACRE_OK && !*clean) err = nacre_tail_settle(log);
        if (err == NACRE_OK || err == NACRE_FULL || err == NACRE_UNSETTLED) break;
        if (err != NACRE_DAMAGED) failures++;
        if (i % SCANS_A_RECORD == SCANS_A_RECORD - 1u) {
            ignored[i / SCANS_A_RECORD] = log->newest.place;
        }
    }
    return err == NACRE_OK ? err : NACRE_UNSETTLED;
}

/* Open what lies there. The struct is mounted where something can be read. */
static enum nacre_err open(struct nacre_store *store, const struct nacre_store_cfg *cfg)
{
    struct nacre_log *const log = &store->log;
    bool clean = false;
    store->mounted = 0;
    enum nacre_err err = cfg_check(cfg);
    if (err != NACRE_OK) return err;
    store->cut_granule_assumed = cfg->assume == NACRE_ASSUME_CUT_GRANULE;
    store->refuse_when_busy = cfg->refuse_when_busy;
    (void)cfg->medium->ops->erase_wait(cfg->medium); /* a store left open: its unit is dead */
    err = scan_and_settle(log, cfg, &clean);
    const bool readable = err == NACRE_OK || err == NACRE_KEYS_FULL || err == NACRE_UNSETTLED;
    if (readable) store->mounted = MOUNTED;
    if (err != NACRE_OK) log->read_only = (uint8_t)err;
    NACRE_ASSERT(!readable || nacre_log_is_sound(log));
    if (err == NACRE_OK && !clean) err = make_ready(log);
    NACRE_ASSERT(!readable || nacre_log_is_sound(log));
    return err;
}

enum nacre_err nacre_mount(struct nacre_store *store, const struct nacre_store_cfg *cfg)
{
    if (store == NULL) return NACRE_BAD_ARGUMENT;
    return open(store, cfg);
}

/* What is foreign goes altogether: none of its bytes may ever pass for ours. */
static enum nacre_err erase_all(struct nacre_medium *medium)
{
    for (uint32_t unit = 0; unit < medium->geometry.unit_count; unit++) {
        enum nacre_err err = medium->ops->erase_start(medium, unit * medium->geometry.unit_bytes);
        if (err != NACRE_OK) return err;
        err = medium->ops->erase_wait(medium);
        if (err != NACRE_OK) return err;
    }
    return NACRE_OK;
}

/* Go on to a new unit, before which nothing lives: durable with its first record. */
static enum nacre_err forget_all(struct nacre_log *log)
{
    const uint32_t oldest = log->oldest;
    enum nacre_err err = settle_if_doubtful(log);
    if (err != NACRE_OK) return err;
    err = leave_unit(log);
    if (err != NACRE_OK) return err;
    log->oldest = log->generation;
    err = nacre_log_note(log, 0);
    if (err != NACRE_OK) {
        log->oldest = oldest;
        return err;
    }
    log->index.count = 0;
    return nacre_room_count(log);
}

enum nacre_err nacre_format(struct nacre_store *store, const struct nacre_store_cfg *cfg)
{
    if (store == NULL) return NACRE_BAD_ARGUMENT;
    enum nacre_err err = open(store, cfg);
    if (err == NACRE_FOREIGN || err == NACRE_NEWER_FORMAT) {
        err = erase_all(cfg->medium);
        return err == NACRE_OK ? open(store, cfg) : err;
    }
    if (err != NACRE_OK && err != NACRE_KEYS_FULL) return err;
    store->log.read_only = NACRE_OK;
    return settle_after(&store->log, forget_all(&store->log));
}

enum nacre_err nacre_unmount(struct nacre_store *store)
{
    if (!store_is_mounted(store)) return NACRE_NOT_MOUNTED;
    struct nacre_log *const log = &store->log;
    store->mounted = 0;
    if (log->doubtful || log->read_only != NACRE_OK) return NACRE_OK; /* nothing was written */
    return nacre_log_note(log, NACRE_FLAG_CLEAN);
}

enum nacre_err nacre_get(struct nacre_store *store, uint32_t key, void *buf, uint32_t size,
                         uint32_t *length)
{
    if (!store_is_mounted(store)) return NACRE_NOT_MOUNTED;
    if (key > NACRE_KEY_MAX || length == NULL) return NACRE_BAD_ARGUMENT;
    const struct nacre_log *const log = &store->log;
    if (!log->medium->ops->can_access(log->medium, buf, size, true)) return NACRE_BAD_BUFFER;
    const struct nacre_index_entry *const entry = nacre_index_find(&log->index, key);
    if (entry == NULL) return NACRE_NOT_FOUND;
    struct nacre_record record;
    const enum nacre_err err = nacre_log_read(log, entry->place, &record, buf, size);
    if (err != NACRE_OK) return err;
    if (record.length == NACRE_LENGTH_REMOVED) return NACRE_NOT_FOUND;
    *length = record.length;
    return record.length > size ? NACRE_TOO_SMALL : NACRE_OK;
}

/* Is the record at a place this very value? Where it cannot be read, it is not. */
static bool value_is_equal(const struct nacre_log *log, uint32_t place, const uint8_t *value,
                           uint32_t n)
{
    struct nacre_record record;
    if (nacre_log_read(log, place, &record, NULL, 0) != NACRE_OK) return false;
    if (record.length != n) return false;
    return nacre_record_equals(&(struct nacre_spot){.medium = log->medium, .place = place}, &record,
                               value);
}

/* Refuse what does not fit, before anything is programmed. */
static enum nacre_err fits(const struct nacre_log *log, uint32_t key, uint32_t granules)
{
    uint32_t freed = 0;
    const struct nacre_index_entry *const entry = nacre_index_find(&log->index, key);
    if (entry == NULL && log->index.count == log->index.capacity) return NACRE_KEYS_FULL;
    if (entry != NULL) {
        struct nacre_record record;
        const enum nacre_err err = nacre_log_read(log, entry->place, &record, NULL, 0);
        if (err == NACRE_OK) freed = nacre_record_granules(&record);
    }
    const uint32_t longest = granules > log->longest ? granules : log->longest;
    const uint32_t live = log->live - freed + granules;
    return live > nacre_room_capacity(log, longest) ? NACRE_FULL : NACRE_OK;
}

/* Write a record for a key and let the index point to it. */
static enum nacre_err record_put(struct nacre_log *log, struct nacre_record *record,
                                 const void *value)
{
    struct nacre_source source = {.bytes = value != NULL ? value : ""};
    enum nacre_err err = nacre_log_append(log, record, &source);
    if (err != NACRE_OK) return err;
    const struct nacre_index_entry *const entry = nacre_index_find(&log->index, record->key);
    if (entry != NULL) {
        err = nacre_room_release(log, entry->place);
        if (err != NACRE_OK) return err;
    }
    /* That there is room, fits() saw. */
    (void)nacre_index_put(&log->index, record->key, log->newest.place);
    log->live += nacre_record_granules(record);
    return NACRE_OK;
}

static enum nacre_err write_start(struct nacre_store *store)
{
    struct nacre_log *const log = &store->log;
    if (log->read_only != NACRE_OK) return NACRE_READ_ONLY;
    if (!store->refuse_when_busy || log->next != NACRE_NEXT_ERASING) return NACRE_OK;
    return nacre_next_step(log, false) == NACRE_BUSY ? NACRE_BUSY : NACRE_OK;
}

static enum nacre_err write_key(struct nacre_store *store, struct nacre_record *record,
                                const void *value)
{
    struct nacre_log *const log = &store->log;
    NACRE_ASSERT(nacre_log_is_sound(log));
    record->has_control = true;
    const uint32_t granules = nacre_record_granules(record);
    enum nacre_err err = fits(log, record->key, granules);
    if (err != NACRE_OK && record->length != NACRE_LENGTH_REMOVED) return err;
    err = settle_if_doubtful(log);
    if (err != NACRE_OK) return err;
    if (granules > log->longest) log->longest = (uint16_t)granules;
    err = nacre_room_make(log, granules);
    if (err == NACRE_OK) err = record_put(log, record, value);
    err = settle_after(log, err);
    NACRE_ASSERT(nacre_log_is_sound(log));
    return err;
}

enum nacre_err nacre_set(struct nacre_store *store, uint32_t key, const void *value, uint32_t n)
{
    if (!store_is_mounted(store)) return NACRE_NOT_MOUNTED;
    if (key > NACRE_KEY_MAX) return NACRE_BAD_ARGUMENT;
    if (n > NACRE_VALUE_BYTES_MAX) return NACRE_TOO_LARGE;
    const struct nacre_log *const log = &store->log;
    if (!log->medium->ops->can_access(log->medium, value, n, false)) return NACRE_BAD_BUFFER;
    const struct nacre_index_entry *const entry = nacre_index_find(&log->index, key);
    if (entry != NULL && value_is_equal(log, entry->place, value, n)) return NACRE_OK;
    const enum nacre_err err = write_start(store);
    if (err != NACRE_OK) return err;
    struct nacre_record record = {.key = (uint16_t)key, .length = (uint16_t)n};
    return write_key(store, &record, value);
}

enum nacre_err nacre_remove(struct nacre_store *store, uint32_t key)
{
    uint32_t length;
    if (!store_is_mounted(store)) return NACRE_NOT_MOUNTED;
    const enum nacre_err err = write_start(store);
    if (err != NACRE_OK) return err;
    const enum nacre_err get_err = nacre_get(store, key, NULL, 0, &length);
    if (get_err != NACRE_OK && get_err != NACRE_TOO_SMALL && get_err != NACRE_DAMAGED) {
        return get_err;
    }
    struct nacre_record record = {.key = (uint16_t)key, .length = NACRE_LENGTH_REMOVED};
    return write_key(store, &record, NULL);
}

enum nacre_err nacre_next(struct nacre_store *store, uint32_t *key)
{
    if (!store_is_mounted(store)) return NACRE_NOT_MOUNTED;
    if (key == NULL) return NACRE_BAD_ARGUMENT;
    const struct nacre_log *const log = &store->log;
    for (uint32_t i = nacre_index_position(&log->index, *key); i < log->index.count; i++) {
        struct nacre_record record;
        const struct nacre_index_entry *const entry = &log->index.entries[i];
        const enum nacre_err err = nacre_log_read(log, entry->place, &record, NULL, 0);
        if (err != NACRE_OK && err != NACRE_DAMAGED) return err;
        if (err == NACRE_OK && record.length == NACRE_LENGTH_REMOVED) continue;
        *key = entry->key; /* a damaged one too: its get says so */
        return NACRE_OK;
    }
    return NACRE_NOT_FOUND;
}

enum nacre_err nacre_idle(struct nacre_store *store, bool *more)
{
    if (!store_is_mounted(store)) return NACRE_NOT_MOUNTED;
    if (more == NULL) return NACRE_BAD_ARGUMENT;
    struct nacre_log *const log = &store->log;
    if (log->read_only != NACRE_OK) return NACRE_READ_ONLY;
    NACRE_ASSERT(nacre_log_is_sound(log));
    const enum nacre_err err = settle_after(log, nacre_room_idle(log, more));
    NACRE_ASSERT(nacre_log_is_sound(log));
    return err;
}

enum nacre_err nacre_stats(const struct nacre_store *store, struct nacre_stats *stats)
{
    if (!store_is_mounted(store)) return NACRE_NOT_MOUNTED;
    if (stats == NULL) return NACRE_BAD_ARGUMENT;
    const struct nacre_log *const log = &store->log;
    memset(stats, 0, sizeof *stats);
    stats->generation = log->generation;
    stats->unit_count = log->unit_count;
    stats->lane_count = 1;
    stats->index_used = log->index.count;
    stats->live_granules = log->live;
    stats->capacity_granules = nacre_room_capacity(log, log->longest);
    stats->cut_bytes_survived =
        store->cut_granule_assumed ? NACRE_GRANULE_BYTES : log->medium->geometry.cut_bytes;
    stats->programs = log->count.programs;
    stats->programmed_bytes = log->count.programmed_bytes;
    stats->erases = log->count.erases;
    stats->erase_waits = log->count.erase_waits;
    stats->settles = log->count.settles;
    stats->read_only = (enum nacre_err)log->read_only;
    return NACRE_OK;
}
