/*
 * The scan, from the newest record back to the oldest: the first seen of a key is its newest, and a
 * void range is skipped before anything in it was believed.
 *
 * Every loop is bounded by the region; what the bytes say is checked before it is used, for they
 * may be anything.
 */
#include "nacre/core/scan.h"

#include "nacre/core/bytes.h"
#include "nacre/core/crc.h"
#include "nacre/core/tail.h"

#include <stddef.h>

/*
 * First settlings that were cut may have left this in the last unit of a region that is blank else:
 * so many granules, and only in these slots.
 */
#define FIRST_TRACES_MAX 4u
#define FIRST_TRACE_SLOT (1u + NACRE_TAIL_GAP)
#define LAST_TRACE_SLOT (FIRST_TRACE_SLOT + FIRST_TRACES_MAX * (1u + NACRE_TAIL_GAP))

struct scan {
    struct nacre_log *log;
    uint32_t generation; /* of the unit at hand */
    uint32_t limit;      /* its slots from here on are void */
    uint32_t skip;       /* units before it that are void altogether */
    uint32_t newest_end; /* slot behind the newest record, where that lies in the head */
    bool newest_known;
    bool control_known; /* a newer control block was met */
    bool clean;
    bool overflow;
};

static struct nacre_spot spot_at(const struct nacre_log *log, uint32_t generation, uint32_t slot,
                                 uint32_t end_slot)
{
    const uint32_t first = nacre_log_place(log, generation, 0);
    const struct nacre_spot spot = {
        .medium = log->medium,
        .generation = generation,
        .place = first + slot,
        .end = first + end_slot,
    };
    return spot;
}

/* As nacre_record_read, but blind to the records that shall be ignored. */
static enum nacre_err read_at(const struct nacre_log *log, const struct nacre_spot *spot,
                              struct nacre_record *record, uint8_t *digest)
{
    for (uint32_t i = 0; i < NACRE_IGNORED_MAX; i++) {
        if (spot->place == log->ignored[i]) return NACRE_NOT_FOUND;
    }
    return nacre_record_read(spot, record, digest, digest != NULL ? NACRE_DIGEST_BYTES : 0u);
}

/* A note with a value. */
static bool record_is_commit(const struct nacre_record *record)
{
    return record->key == NACRE_KEY_SYSTEM && record->length != 0u;
}

/* Does all that stands before a commit read as the commit says? */
static enum nacre_err commit_holds(const struct nacre_log *log, const struct nacre_spot *spot,
                                   const uint8_t *value, bool *holds)
{
    uint32_t digest = NACRE_CRC_START;
    const uint32_t first = nacre_log_place(log, spot->generation, 1);
    const enum nacre_err err =
        nacre_granules_digest(log->medium, first, spot->place - first, &digest);
    *holds = digest == nacre_get_le32(value);
    return err;
}

/* Does a unit count: has it a record that is not tentative, or a commit that holds? */
static enum nacre_err unit_counts(const struct nacre_log *log, uint32_t generation, bool *counts)
{
    struct nacre_mark mark;
    const uint32_t first = nacre_log_place(log, generation, 0);
    const enum nacre_err mark_err = nacre_mark_read(log->medium, first, &mark);
    if (mark_err != NACRE_OK && mark_err != NACRE_NOT_FOUND) return mark_err;
    *counts = false;
    if (mark_err == NACRE_OK && mark.generation != generation) return NACRE_OK;
    for (uint32_t slot = 1; slot < log->slots && !*counts; slot++) {
        struct nacre_record record;
        uint8_t value[NACRE_DIGEST_BYTES] = {0};
        const struct nacre_spot spot = spot_at(log, generation, slot, log->slots);
        enum nacre_err err = read_at(log, &spot, &record, value);
        if (err == NACRE_NOT_FOUND) continue;
        if (err != NACRE_OK) return err;
        *counts = !record.is_tentative;
        if (record_is_commit(&record)) err = commit_holds(log, &spot, value, counts);
        if (err != NACRE_OK) return err;
    }
    return NACRE_OK;
}

/* The newest generation that a mark names; 0 where there is no mark. */
static enum nacre_err newest_mark(const struct nacre_log *log, uint32_t *generation)
{
    *generation = 0;
    for (uint32_t unit = 0; unit < log->unit_count; unit++) {
        struct nacre_mark mark;
        const uint32_t place = unit * log->slots;
        const enum nacre_err err = nacre_mark_read(log->medium, place, &mark);
        if (err == NACRE_NOT_FOUND) continue;
        if (err != NACRE_OK) return err;
        if (mark.version > NACRE_FORMAT_VERSION) return NACRE_NEWER_FORMAT;
        const bool in_place = nacre_log_place(log, mark.generation, 0) == place;
        if (in_place && mark.generation > *generation) *generation = mark.generation;
    }
    return NACRE_OK;
}

/* A region that nobody wrote to, but for the traces of a first settling that was cut. */
static enum nacre_err region_is_new(const struct nacre_log *log, bool *new)
{
    const uint32_t last_unit = (log->unit_count - 1u) * log->slots;
    uint32_t traces = 0;
    *new = false;
    for (uint32_t place = 0; place < last_unit + log->slots; place++) {
        bool blank;
        const enum nacre_err err = nacre_granule_is_blank(log->medium, place, &blank);
        if (err != NACRE_OK) return err;
        if (blank) continue;
        const bool may_be_trace =
            place >= last_unit + FIRST_TRACE_SLOT && place <= last_unit + LAST_TRACE_SLOT;
        if (!may_be_trace || ++traces > FIRST_TRACES_MAX) return NACRE_OK;
    }
    *new = true;
    return NACRE_OK;
}

/* The head is the newest unit that counts: a mark alone is only a unit made ready. */
static enum nacre_err find_head(struct nacre_log *log)
{
    bool has = false;
    enum nacre_err err = newest_mark(log, &log->generation);
    if (err != NACRE_OK) return err;
    const uint32_t newest = log->generation;
    for (uint32_t back = 0; back < log->unit_count && back <= newest; back++) {
        log->generation = newest - back;
        err = unit_counts(log, log->generation, &has);
        if (err != NACRE_OK) return err;
        if (has) break;
    }
    if (!has) {
        bool new;
        log->generation = 0;
        err = region_is_new(log, &new);
        if (err != NACRE_OK) return err;
        return new ? NACRE_OK : NACRE_FOREIGN;
    }
    for (uint32_t i = 0; has && i < log->unit_count; i++) {
        err = unit_counts(log, log->generation + 1u, &has);
        if (err != NACRE_OK) return err;
        if (has) log->generation++; /* its mark does not read, its records do */
    }
    return NACRE_OK;
}

/* Believe no oldest generation that the region could not hold. */
static uint32_t believable(const struct scan *scan, uint32_t oldest)
{
    const struct nacre_log *const log = scan->log;
    const uint32_t span = log->unit_count - 1u;
    const uint32_t least = log->generation > span ? log->generation - span : 0u;
    if (oldest > scan->generation) oldest = scan->generation;
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

static void take_control(struct scan *scan, const struct nacre_control *control, bool is_durable)
{
    struct nacre_log *const log = scan->log;
    const uint32_t behind = control->behind;
    know_oldest(scan, scan->generation > behind ? scan->generation - behind : 0u, is_durable);
    const bool vouched = (control->flags & NACRE_FLAG_NEXT_MARKED) != 0u;
    if (!scan->control_known && vouched && scan->generation == log->generation) {
        log->next = NACRE_NEXT_VOUCHED;
    }
    scan->control_known = true;
}

static void take_newest(struct scan *scan, const struct nacre_record *record, uint32_t slot)
{
    struct nacre_log *const log = scan->log;
    const uint8_t flags = record->has_control ? record->control.flags : 0u;
    if ((flags & NACRE_FLAG_CLOSED) != 0u) {
        log->closed = scan->generation == log->generation;
        return; /* it makes nothing before it certain */
    }
    scan->newest_known = true;
    log->newest.place = (uint16_t)nacre_log_place(log, scan->generation, slot);
    log->newest.void_from = record->control.void_from;
    log->newest.is_note = record->key == NACRE_KEY_SYSTEM;
    if (scan->generation != log->generation) return;
    scan->newest_end = slot + nacre_record_granules(record);
    scan->clean = (flags & NACRE_FLAG_CLEAN) != 0u;
}

static void take_record(struct scan *scan, struct nacre_record *record, uint32_t slot)
{
    struct nacre_log *const log = scan->log;
    /* The newest record may be marginal. A commit and a copy repeat what others said before. */
    const bool repeats = record_is_commit(record) || record->control.void_from != NACRE_VOID_NONE;
    const bool is_durable = scan->newest_known || repeats;
    if (!scan->newest_known) take_newest(scan, record, slot);
    if (record->has_control) take_control(scan, &record->control, is_durable);
    if (record->key == NACRE_KEY_SYSTEM) return;
    if (nacre_index_find(&log->index, record->key) != NULL) return;
    const uint32_t place = nacre_log_place(log, scan->generation, slot);
    if (!nacre_index_put(&log->index, record->key, place)) scan->overflow = true;
    record->has_control = true;
    const uint32_t granules = nacre_record_granules(record);
    if (granules > log->longest) log->longest = (uint16_t)granules;
}

/* An older value of a key that is known: whether it is whole is of no account. */
static bool is_outdated(const struct scan *scan, const struct nacre_record *record)
{
    if (!scan->newest_known || record->has_control) return false;
    return nacre_index_find(&scan->log->index, record->key) != NULL;
}

static enum nacre_err scan_unit(struct scan *scan)
{
    const struct nacre_log *const log = scan->log;
    uint32_t ceiling = scan->limit;
    uint32_t slot = scan->limit;
    scan->limit = log->slots;
    scan->skip = 0;
    while (slot > 1u) {
        slot--;
        struct nacre_record record;
        const struct nacre_spot spot = spot_at(log, scan->generation, slot, ceiling);
        enum nacre_err err = nacre_record_peek(&spot, &record);
        if (err == NACRE_NOT_FOUND) continue;
        if (err != NACRE_OK) return err;
        ceiling = slot;
        if (is_outdated(scan, &record)) continue;
        err = read_at(log, &spot, &record, NULL);
        if (err == NACRE_NOT_FOUND) continue;
        if (err != NACRE_OK) return err;
        const uint32_t void_from = record.control.void_from;
        take_record(scan, &record, slot);
        const uint32_t void_slot = void_from & NACRE_VOID_SLOT_MASK;
        const uint32_t void_back = void_from / NACRE_VOID_BACK;
        if (void_from != NACRE_VOID_NONE && void_back != 0u && void_slot < log->slots) {
            scan->limit = void_slot;
            scan->skip = void_back - 1u;
            return NACRE_OK;
        }
        if (void_from < slot && void_from != 0u) slot = void_from;
        ceiling = slot;
    }
    return NACRE_OK;
}

static enum nacre_err scan_units(struct scan *scan)
{
    const struct nacre_log *const log = scan->log;
    for (uint32_t back = 0; back < log->unit_count && back <= log->generation;
         back += 1u + scan->skip) {
        scan->generation = log->generation - back;
        if (scan->generation < log->oldest) break;
        struct nacre_mark mark;
        const uint32_t place = nacre_log_place(log, scan->generation, 0);
        enum nacre_err err = nacre_mark_read(log->medium, place, &mark);
        if (err != NACRE_OK && err != NACRE_NOT_FOUND) return err;
        if (err == NACRE_OK) know_oldest(scan, mark.oldest, true);
        err = scan_unit(scan);
        if (err != NACRE_OK) return err;
    }
    scan->generation = log->generation;
    know_oldest(scan, 0, true);
    return NACRE_OK;
}

static enum nacre_err find_tops(struct scan *scan)
{
    struct nacre_log *const log = scan->log;
    uint32_t top;
    enum nacre_err err = nacre_tail_find_top(log, log->generation, &top);
    if (err != NACRE_OK) return err;
    log->top = (uint16_t)top;
    if (top != scan->newest_end) scan->clean = false;
    if (log->next != NACRE_NEXT_VOUCHED) return NACRE_OK;

    err = nacre_tail_find_top(log, log->generation + 1u, &top);
    if (err != NACRE_OK) return err;
    if (top != 1u) {
        scan->clean = false;
        log->closed = true; /* it was entered, whatever became of the note that said so */
    }
    return NACRE_OK;
}

enum nacre_err nacre_scan(struct nacre_log *log, bool *clean)
{
    enum nacre_err err = find_head(log);
    if (err != NACRE_OK) return err;
    struct scan scan = {.log = log, .limit = log->slots};
    log->next = NACRE_NEXT_UNKNOWN;
    log->newest.void_from = NACRE_VOID_NONE;
    log->longest = 1;
    err = scan_units(&scan);
    if (err != NACRE_OK) return err;
    err = find_tops(&scan);
    if (err != NACRE_OK) return err;
    log->doubtful = true;
    *clean = scan.clean;
    return scan.overflow ? NACRE_KEYS_FULL : NACRE_OK;
}
