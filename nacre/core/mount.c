/*
 * Mount, format, unmount: from a medium to a store and back.
 *
 * A mount fills the log from the bytes (scan.h), settles what a cut left in doubt (tail.h) and
 * makes room; only then is a get answered. A cut in it leaves what the next mount begins with.
 */
#include "nacre/core/guard.h"
#include "nacre/core/next.h"
#include "nacre/core/room.h"
#include "nacre/core/scan.h"
#include "nacre/core/sound.h"
#include "nacre/core/tail.h"

#include <stddef.h>
#include <string.h>

#define UNITS_MIN_CUT_UNIT 5u /* where a cut spoils a whole unit: one to lose, two to spare */
#define SLOTS_MIN 64u
#define SLOTS_MIN_OF_PAGES 24u /* less room is kept for a settling: its cut spoils one slot */
#define SLOTS_MAX 4096u
#define SLOTS_A_CUT 16u /* of a smaller unit a settling would take too much: it is spoiled whole */
#define PLACES_MAX 65536u
#define SCANS_A_RECORD 8u
#define SCANS_MAX (SCANS_A_RECORD * NACRE_IGNORED_MAX)
#define SETTLES_MAX 4u
#define STARTS_MAX 2u
#define SETTLES_IN_PLACE 2u

static enum nacre_err geometry_check(const struct nacre_geometry *geometry)
{
    if (geometry->unit_bytes == 0u || geometry->unit_count == 0u) return NACRE_NO_REGION;
    if (geometry->page_bytes == 0u || geometry->unit_bytes % geometry->page_bytes != 0u ||
        geometry->page_bytes % NACRE_GRANULE_BYTES != 0u || geometry->granule_bytes == 0u ||
        NACRE_GRANULE_BYTES % geometry->granule_bytes != 0u) {
        return NACRE_REGION_UNALIGNED;
    }
    if (geometry->cut_bytes > geometry->unit_bytes) return NACRE_CUT_TOO_COARSE;
    return NACRE_OK;
}

/* Granules of a slot: one, or a page's; 0 where that makes no sense. */
static uint32_t slot_granules(const struct nacre_geometry *geometry)
{
    const uint32_t slot_bytes = geometry->slot_bytes;
    if (slot_bytes == 0u || slot_bytes == NACRE_GRANULE_BYTES) return 1;
    const bool is_page = slot_bytes == geometry->page_bytes;
    const bool fits = slot_bytes <= NACRE_PROGRAM_GRANULES * NACRE_GRANULE_BYTES;
    return is_page && fits ? slot_bytes / NACRE_GRANULE_BYTES : 0u;
}

/* Slots that a cut program may spoil: its own, a block of several, or the whole unit. */
static uint32_t cut_slots(const struct nacre_store_cfg *cfg, uint32_t slot_bytes)
{
    const struct nacre_geometry *const geometry = &cfg->medium->geometry;
    const uint32_t slots = geometry->unit_bytes / slot_bytes;
    const uint32_t cut = (geometry->cut_bytes + slot_bytes - 1u) / slot_bytes;
    if (cfg->assume == NACRE_ASSUME_CUT_GRANULE || cut <= 1u) return 1;
    const bool is_block = slots % cut == 0u && slots >= cut * SLOTS_A_CUT;
    return is_block ? cut : slots;
}

static enum nacre_err lanes_start(struct nacre_lanes *lanes, const struct nacre_store_cfg *cfg)
{
    const struct nacre_geometry *const geometry = &cfg->medium->geometry;
    const uint32_t granules = slot_granules(geometry);
    if (granules == 0u) return NACRE_REGION_UNALIGNED;
    const uint32_t slot_bytes = granules * NACRE_GRANULE_BYTES;
    const uint32_t slots = geometry->unit_bytes / slot_bytes;
    const uint32_t slots_min =
        geometry->page_bytes == slot_bytes ? SLOTS_MIN_OF_PAGES : SLOTS_MIN;
    const uint32_t cut = cut_slots(cfg, slot_bytes);
    const uint32_t count = cut == 1u ? 1u : NACRE_LANES_MAX;
    const uint32_t unit_count = geometry->unit_count / count;
    const uint32_t unit_count_min = cut >= slots ? UNITS_MIN_CUT_UNIT : NACRE_UNITS_MIN;
    if (geometry->unit_count < NACRE_UNITS_MIN || slots < slots_min) return NACRE_REGION_TOO_SMALL;
    if (unit_count < unit_count_min) return NACRE_CUT_TOO_COARSE;
    if (unit_count > NACRE_UNITS_MAX || slots > SLOTS_MAX || unit_count * slots > PLACES_MAX) {
        return NACRE_REGION_TOO_LARGE;
    }
    lanes->medium = cfg->medium;
    lanes->unit_count = (uint16_t)unit_count;
    lanes->slots = (uint16_t)slots;
    lanes->cut = (uint16_t)cut;
    lanes->count = (uint8_t)count;
    lanes->granules = (uint8_t)granules;
    return NACRE_OK;
}

/* Where a log lies, and in which memory its index does: nothing else is known yet. */
struct ground {
    struct nacre_lanes lanes;
    struct nacre_index_entry *entries;
    uint32_t capacity;
};

static enum nacre_err ground_start(struct ground *ground, const struct nacre_store_cfg *cfg)
{
    if (cfg == NULL || cfg->index == NULL || cfg->index_count == 0u) return NACRE_BAD_ARGUMENT;
    if (cfg->medium == NULL) return NACRE_NO_REGION;
    const enum nacre_err err = geometry_check(&cfg->medium->geometry);
    if (err != NACRE_OK) return err;
    ground->entries = cfg->index;
    ground->capacity = cfg->index_count;
    return lanes_start(&ground->lanes, cfg);
}

static void log_start(struct nacre_log *log, const struct ground *ground)
{
    memset(log, 0, sizeof *log);
    log->index.entries = ground->entries;
    log->index.capacity = ground->capacity;
    log->newest.is_note = true; /* unless a record is found */
    log->lanes = ground->lanes;
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
    const enum nacre_err err = leave_unit(log);
    return err == NACRE_OK ? nacre_log_note(log, 0) : err;
}

/* What fails here and can be settled is left to the sets to come. */
static enum nacre_err make_ready(struct nacre_log *log)
{
    enum nacre_err err = NACRE_OK;
    for (uint32_t i = 0; log->generation == 0u && !log->doubtful && i < STARTS_MAX; i++) {
        err = nacre_guard_settle_after(log, leave_generation_0(log));
    }
    if (log->generation == 0u && log->read_only == NACRE_OK) {
        log->read_only = nacre_medium_refuses(err) ? (uint8_t)err : (uint8_t)NACRE_UNSETTLED;
    }
    if (log->read_only == NACRE_OK) {
        (void)nacre_guard_settle_after(log, nacre_room_restore(log));
    }
    return (enum nacre_err)log->read_only;
}

/* What follows a scan: count what lives and, unless it was left clean, settle what may not. */
static enum nacre_err settle(struct nacre_log *log, bool is_clean, bool is_in_place)
{
    const enum nacre_err err = nacre_room_count(log);
    if (err != NACRE_OK || is_clean) return err;
    return nacre_tail_settle(log, is_in_place);
}

/*
 * Scan and settle. A marginal record that read well in the scan and does not any more makes the
 * scan void: do it again, until it was read well or not at all; in the end do without it, for
 * nobody has seen it yet. A copy that failed is tried again a few times, behind the last.
 */
static enum nacre_err scan_and_settle(struct nacre_log *log, const struct ground *ground,
                                      bool *clean)
{
    enum nacre_err err = NACRE_DAMAGED;
    uint32_t failures = 0;
    uint16_t ignored[NACRE_IGNORED_MAX] = {0};
    for (uint32_t i = 0; i < SCANS_MAX && failures < SETTLES_MAX; i++) {
        log_start(log, ground);
        memcpy(log->ignored, ignored, sizeof ignored);
        const enum nacre_err scan_err = nacre_scan(log, clean);
        /* What lay there was new, and is not any more: programs of ours failed. */
        if (scan_err == NACRE_FOREIGN && failures > 0u) return err;
        if (scan_err != NACRE_OK) return scan_err;
        err = settle(log, *clean, failures >= SETTLES_IN_PLACE);
        if (nacre_medium_refuses(err)) return err;
        if (err == NACRE_OK || err == NACRE_FULL || err == NACRE_UNSETTLED) break;
        if (err != NACRE_DAMAGED || log->count.erases > 0u) failures++; /* erases wear */
        if (i % SCANS_A_RECORD == SCANS_A_RECORD - 1u) {
            ignored[i / SCANS_A_RECORD] = log->newest.place;
        }
    }
    return err == NACRE_OK ? err : NACRE_UNSETTLED;
}

/* Find what lies there. Tells whether it can be read. */
static enum nacre_err find(struct nacre_log *log, const struct ground *ground, bool *is_readable)
{
    struct nacre_medium *const medium = ground->lanes.medium;
    bool clean = false;
    (void)medium->ops->erase_wait(medium); /* a store left open: its unit is dead */
    enum nacre_err err = scan_and_settle(log, ground, &clean);
    *is_readable = err == NACRE_OK || err == NACRE_KEYS_FULL || err == NACRE_UNSETTLED ||
                   nacre_medium_refuses(err);
    if (err != NACRE_OK) log->read_only = (uint8_t)err;
    NACRE_ASSERT(!*is_readable || nacre_log_is_sound(log));
    if (err == NACRE_OK && !clean) err = make_ready(log);
    NACRE_ASSERT(!*is_readable || nacre_log_is_sound(log));
    return err;
}

static enum nacre_err open(struct nacre_store *store, const struct nacre_store_cfg *cfg)
{
    struct ground ground;
    bool is_readable;
    store->mounted = 0;
    store->lane_repairs = 0;
    enum nacre_err err = ground_start(&ground, cfg);
    if (err != NACRE_OK) return err;
    store->lock = cfg->lock;
    store->refuse_when_busy = cfg->refuse_when_busy;
    err = find(&store->log, &ground, &is_readable);
    if (is_readable) store->mounted = NACRE_MOUNTED;
    return err;
}

enum nacre_err nacre_guard_mount_again(struct nacre_log *log)
{
    const struct ground ground = {log->lanes, log->index.entries, log->index.capacity};
    const struct nacre_log_count count = log->count;
    bool is_readable;
    const enum nacre_err err = find(log, &ground, &is_readable);
    log->count.programs += count.programs;
    log->count.programmed_bytes += count.programmed_bytes;
    log->count.erases += count.erases;
    log->count.erase_waits += count.erase_waits;
    log->count.settles += count.settles;
    log->count.damaged += count.damaged;
    return err;
}

enum nacre_err nacre_mount(struct nacre_store *store, const struct nacre_store_cfg *cfg)
{
    if (store == NULL) return NACRE_BAD_ARGUMENT;
    return open(store, cfg);
}

/*
 * What is foreign goes altogether: none of its bytes may ever pass for ours. Of a store that could
 * not be settled the unit of the newest record goes last: a cut between two erases brings no old
 * value back.
 */
static enum nacre_err erase_all(const struct nacre_log *log)
{
    const uint32_t newest = log->newest.place / log->lanes.slots;
    enum nacre_err err = NACRE_OK;
    for (uint32_t i = 1; i <= log->lanes.unit_count && err == NACRE_OK; i++) {
        const uint32_t unit = (newest + i) % log->lanes.unit_count;
        err = nacre_tail_erase_unit(log, unit * log->lanes.slots);
    }
    return err;
}

/* Go on to a new unit, before which nothing lives: durable with its first record. */
static enum nacre_err forget_all(struct nacre_log *log)
{
    const uint32_t oldest = log->oldest;
    enum nacre_err err = nacre_guard_settle(log);
    if (err != NACRE_OK) return err;
    err = leave_unit(log);
    if (err != NACRE_OK) return err;
    log->oldest = log->generation;
    err = nacre_log_note(log, 0);
    if (err != NACRE_OK) {
        log->oldest = oldest;
        return err;
    }
    log->index.count = 0; /* units that fail will be found to fail again */
    log->retired = 0;
    return nacre_room_count(log);
}

enum nacre_err nacre_format(struct nacre_store *store, const struct nacre_store_cfg *cfg)
{
    if (store == NULL) return NACRE_BAD_ARGUMENT;
    enum nacre_err err = open(store, cfg);
    const bool is_lost = err == NACRE_FOREIGN || err == NACRE_NEWER_FORMAT ||
                         err == NACRE_OTHER_GEOMETRY || err == NACRE_UNSETTLED;
    if (is_lost) {
        err = erase_all(&store->log);
        return err == NACRE_OK ? open(store, cfg) : err;
    }
    if (err != NACRE_OK && err != NACRE_KEYS_FULL) return err;
    store->log.read_only = NACRE_OK;
    err = nacre_guard_settle_after(&store->log, forget_all(&store->log));
    if (err != NACRE_OK) return err;
    /* It is done. Said once more, so that bad bits in one note bring nothing back. */
    (void)nacre_guard_settle_after(&store->log, nacre_log_note(&store->log, 0));
    return NACRE_OK;
}

enum nacre_err nacre_unmount(struct nacre_store *store)
{
    enum nacre_err err = nacre_guard_enter(store);
    if (err != NACRE_OK) return err;
    struct nacre_log *const log = &store->log;
    store->mounted = 0;
    /* Where nothing was written, nothing need be said. */
    if (!log->doubtful && log->read_only == NACRE_OK) err = nacre_log_note(log, NACRE_FLAG_CLEAN);
    return nacre_guard_leave(store, err);
}
