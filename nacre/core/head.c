/*
 * Which unit is the head: the newest that counts. A mark alone is only a unit made ready.
 *
 * Every loop is bounded by the region; what the bytes say is checked before it is used, for they
 * may be anything.
 */
#include "nacre/core/head.h"

#include "nacre/core/bytes.h"
#include "nacre/core/crc.h"
#include "nacre/core/mark.h"
#include "nacre/core/tail.h"

#define FIRST_TRACES_MAX 4u /* first settlings that were cut; see nacre_mount */

struct nacre_spot nacre_head_spot(const struct nacre_log *log, uint32_t generation, uint32_t slot)
{
    const uint32_t first = nacre_log_place(log, generation, 0);
    const struct nacre_spot spot = {
        .lanes = &log->lanes,
        .generation = generation,
        .place = first + slot,
        .end = first + log->lanes.slots,
    };
    return spot;
}

enum nacre_err nacre_head_read(const struct nacre_log *log, const struct nacre_spot *spot,
                               struct nacre_record *record, uint8_t *buf, uint32_t size)
{
    for (uint32_t i = 0; i < NACRE_IGNORED_MAX; i++) {
        if (spot->place == log->ignored[i]) return NACRE_NOT_FOUND;
    }
    return nacre_record_read(spot, record, buf, size);
}

/* Does all that stands before a commit read, in one lane, as the commit says? */
static enum nacre_err commit_holds(const struct nacre_log *log, const struct nacre_spot *spot,
                                   const uint8_t *value, bool *holds)
{
    const uint32_t first = nacre_log_place(log, spot->generation, 1);
    *holds = false;
    for (uint32_t lane = 0; lane < log->lanes.count && !*holds; lane++) {
        uint32_t digest = NACRE_CRC_START;
        const enum nacre_err err =
            nacre_granules_digest(&log->lanes, lane, first, spot->place - first, &digest);
        if (err != NACRE_OK) return err;
        *holds = digest == nacre_get_le32(value);
    }
    return NACRE_OK;
}

/* What a unit holds of a generation. */
enum holding {
    HOLDS_NOTHING = 0,
    HOLDS_TENTATIVE = 1, /* records that count only with a commit */
    HOLDS_RECORDS = 2,   /* a record that makes the unit count, or a commit that holds */
};

static enum nacre_err slot_holding(const struct nacre_log *log, uint32_t generation,
                                   uint32_t slot, enum holding *holding)
{
    struct nacre_record record;
    uint8_t value[NACRE_NOTE_COMMIT] = {0};
    bool counts;
    const struct nacre_spot spot = nacre_head_spot(log, generation, slot);
    enum nacre_err err = nacre_head_read(log, &spot, &record, value, sizeof value);
    if (err == NACRE_NOT_FOUND) return NACRE_OK;
    if (err != NACRE_OK) return err;
    counts = record.kind != NACRE_KIND_TENTATIVE;
    const bool is_commit = record.key == NACRE_KEY_NOTE && record.length == NACRE_NOTE_COMMIT;
    if (is_commit) err = commit_holds(log, &spot, value, &counts);
    *holding = counts ? HOLDS_RECORDS : HOLDS_TENTATIVE;
    return err;
}

static enum nacre_err unit_holding(const struct nacre_log *log, uint32_t generation,
                                   enum holding *holding)
{
    struct nacre_mark mark;
    const uint32_t first = nacre_log_place(log, generation, 0);
    enum nacre_err err = nacre_mark_read(&log->lanes, first, &mark);
    if (err != NACRE_OK && err != NACRE_NOT_FOUND) return err;
    *holding = HOLDS_NOTHING;
    if (err == NACRE_OK && mark.generation != generation) return NACRE_OK;
    if (err == NACRE_NOT_FOUND && generation != 0u) {
        bool blank; /* a unit that was never marked holds nothing */
        err = nacre_granule_is_blank(&log->lanes, first, &blank);
        if (err != NACRE_OK || blank) return err;
    }
    for (uint32_t slot = 1; slot < log->lanes.slots && *holding != HOLDS_RECORDS; slot++) {
        err = slot_holding(log, generation, slot, holding);
        if (err != NACRE_OK) return err;
    }
    return NACRE_OK;
}

enum nacre_err nacre_head_is_begun(const struct nacre_log *log, uint32_t generation, bool *begun)
{
    enum holding holding;
    const enum nacre_err err = unit_holding(log, generation, &holding);
    *begun = err == NACRE_OK && holding != HOLDS_NOTHING;
    return err;
}

static enum nacre_err newest_mark_in(const struct nacre_log *log, uint32_t lane, uint32_t *newest)
{
    for (uint32_t unit = 0; unit < log->lanes.unit_count; unit++) {
        struct nacre_mark mark;
        const uint32_t place = unit * log->lanes.slots;
        const enum nacre_err err = nacre_mark_read_lane(&log->lanes, lane, place, &mark);
        if (err == NACRE_NOT_FOUND) continue;
        if (err != NACRE_OK) return err;
        if (mark.version > NACRE_FORMAT_VERSION) return NACRE_NEWER_FORMAT;
        const bool in_place = nacre_log_place(log, mark.generation, 0) == place;
        if (in_place && mark.generation > *newest) *newest = mark.generation;
    }
    return NACRE_OK;
}

/* A region that nobody wrote to, but for the traces of a first settling that was cut. */
static enum nacre_err region_is_new(const struct nacre_log *log, bool *new)
{
    const uint32_t cut = log->lanes.cut;
    const uint32_t last_unit = (log->lanes.unit_count - 1u) * log->lanes.slots;
    const uint32_t first_trace = last_unit + nacre_tail_clear_of(log, 1);
    const uint32_t traces_end = first_trace + FIRST_TRACES_MAX * (cut + nacre_tail_gap(log));
    uint32_t traces = 0;
    *new = false;
    for (uint32_t place = 0; place < last_unit + log->lanes.slots; place++) {
        bool blank;
        const enum nacre_err err = nacre_granule_is_blank(&log->lanes, place, &blank);
        if (err != NACRE_OK) return err;
        if (blank) continue;
        traces++;
        const bool may_be_trace = place >= first_trace && place < traces_end;
        if (!may_be_trace || traces > FIRST_TRACES_MAX * cut) return NACRE_OK;
    }
    *new = true;
    return NACRE_OK;
}

/* What is foreign may be a store that was formatted with other units or lanes: some mark tells. */
static enum nacre_err foreign_kind(const struct nacre_log *log)
{
    struct nacre_lanes other = log->lanes;
    for (uint32_t unit = 0; unit < NACRE_UNITS_MIN; unit++) {
        for (uint32_t count = NACRE_UNITS_MIN; count <= NACRE_UNITS_MAX; count++) {
            struct nacre_mark mark;
            if (count == log->lanes.unit_count) continue; /* its records are lost, or never were */
            other.unit_count = (uint16_t)count;
            const enum nacre_err err =
                nacre_mark_read_lane(&other, 0, unit * log->lanes.slots, &mark);
            if (err == NACRE_OK) return NACRE_OTHER_GEOMETRY;
            if (err != NACRE_NOT_FOUND) return err;
        }
    }
    return NACRE_FOREIGN;
}

enum nacre_err nacre_head_find(struct nacre_log *log)
{
    uint32_t newest = 0;
    bool is_found = false;
    for (uint32_t lane = 0; lane < log->lanes.count; lane++) {
        const enum nacre_err err = newest_mark_in(log, lane, &newest);
        if (err != NACRE_OK) return err;
    }
    /* A head whose mark does not read is newer than all marks: its records tell. */
    log->generation = newest + log->lanes.unit_count - 1u;
    for (uint32_t i = 0; i < 2u * log->lanes.unit_count - 1u; i++) {
        enum holding holding;
        const enum nacre_err err = unit_holding(log, log->generation, &holding);
        if (err != NACRE_OK || holding == HOLDS_RECORDS) return err;
        if (log->generation == 0u) break;
        log->generation--;
    }
    log->generation = 0;
    const enum nacre_err err = region_is_new(log, &is_found);
    if (err != NACRE_OK) return err;
    return is_found ? NACRE_OK : foreign_kind(log);
}
