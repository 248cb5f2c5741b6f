/*
 * A look at everything: the walk of a mount, with a report in place of an index.
 */
#include "nacre/core/check_store.h"

#include "nacre/core/guard.h"
#include "nacre/core/head.h"
#include "nacre/core/mark.h"
#include "nacre/core/walk.h"

#include <stddef.h>
#include <string.h>

struct look {
    const struct nacre_log *log;
    struct nacre_walk walk;
    struct nacre_check_summary summary;
    nacre_finding_report report;
    void *context;
};

static void tell(struct look *look, const struct nacre_finding *finding)
{
    uint32_t *const counts[] = {
        [NACRE_FOUND_DAMAGED] = &look->summary.damaged,
        [NACRE_FOUND_ONE_LANE] = &look->summary.one_lane,
        [NACRE_FOUND_STALE] = &look->summary.stale,
        [NACRE_FOUND_RETIRED] = &look->summary.retired,
    };
    *counts[finding->kind] += 1u;
    if (look->report != NULL) look->report(finding, look->context);
}

static void tell_place(struct look *look, struct nacre_finding finding, uint32_t place)
{
    finding.unit = place / look->log->lanes.slots;
    finding.slot = place % look->log->lanes.slots;
    tell(look, &finding);
}

static enum nacre_err look_at_damage(struct look *look)
{
    const struct nacre_walk *const walk = &look->walk;
    struct nacre_finding finding = {
        .kind = NACRE_FOUND_DAMAGED,
        .key = NACRE_KEY_NOTE,
        .count = walk->lost_to - walk->lost_from,
        .lane = NACRE_LANES_MAX,
    };
    const struct nacre_spot spot =
        nacre_head_spot(look->log, walk->generation, walk->lost_from);
    const enum nacre_err err = nacre_record_lost_key(&spot, 0, &finding.key);
    if (err == NACRE_NOT_FOUND) finding.key = NACRE_KEY_NOTE;
    if (err != NACRE_OK && err != NACRE_NOT_FOUND) return err;
    tell_place(look, finding, spot.place);
    return NACRE_OK;
}

/* A generation 0 has no mark, for the region was new; a retired unit may have none. */
static bool has_mark(const struct nacre_log *log, uint32_t generation)
{
    const uint32_t retired = nacre_log_retired_key(log, generation);
    return generation != 0u && nacre_index_find(&log->index, retired) == NULL;
}

static enum nacre_err look_at_mark(struct look *look)
{
    const struct nacre_lanes *const lanes = &look->log->lanes;
    const uint32_t place = nacre_log_place(look->log, look->walk.generation, 0);
    struct nacre_finding finding = {.key = NACRE_KEY_NOTE, .count = 1};
    uint32_t lost = 0;
    if (!has_mark(look->log, look->walk.generation)) return NACRE_OK;
    for (uint32_t lane = 0; lane < lanes->count; lane++) {
        struct nacre_mark mark;
        const enum nacre_err err = nacre_mark_read_lane(lanes, lane, place, &mark);
        if (err != NACRE_OK && err != NACRE_NOT_FOUND) return err;
        if (err == NACRE_OK && mark.generation == look->walk.generation) continue;
        lost++;
        finding.lane = lane;
    }
    if (lost == 0u) return NACRE_OK;
    finding.kind = lost == lanes->count ? NACRE_FOUND_DAMAGED : NACRE_FOUND_ONE_LANE;
    if (lost == lanes->count) finding.lane = NACRE_LANES_MAX;
    tell_place(look, finding, place);
    return NACRE_OK;
}

static enum nacre_err look_at_record(struct look *look)
{
    const struct nacre_walk *const walk = &look->walk;
    look->summary.records++;
    for (uint32_t lane = 0; lane < look->log->lanes.count; lane++) {
        const enum nacre_err err = nacre_record_check_lane(&walk->spot, lane);
        if (err == NACRE_OK) continue;
        if (err != NACRE_NOT_FOUND) return err;
        const struct nacre_finding finding = {
            .kind = NACRE_FOUND_ONE_LANE,
            .key = walk->record.key,
            .count = nacre_record_slots(&look->log->lanes, &walk->record),
            .lane = lane,
        };
        tell_place(look, finding, walk->spot.place);
    }
    return NACRE_OK;
}

/* What the index knows: keys that are stale, units that are retired. */
static void look_at_index(struct look *look)
{
    for (uint32_t i = 0; i < look->log->index.count; i++) {
        const struct nacre_index_entry *const entry = &look->log->index.entries[i];
        struct nacre_finding finding = {
            .key = nacre_entry_key(entry), .count = 1, .lane = NACRE_LANES_MAX};
        if (finding.key >= NACRE_KEY_RETIRED && finding.key < NACRE_KEY_RETIRED_END) {
            finding.kind = NACRE_FOUND_RETIRED;
            finding.unit = finding.key - NACRE_KEY_RETIRED;
            tell(look, &finding);
        } else if (nacre_entry_is_stale(entry)) {
            finding.kind = NACRE_FOUND_STALE;
            tell_place(look, finding, entry->place);
        }
    }
}

static enum nacre_err look_at_all(struct look *look)
{
    enum nacre_walk_event event;
    nacre_walk_start(&look->walk, look->log);
    enum nacre_err err = nacre_walk_next(&look->walk, &event);
    while (err == NACRE_OK && event != NACRE_WALK_END) {
        if (event == NACRE_WALK_UNIT) err = look_at_mark(look);
        if (event == NACRE_WALK_DAMAGED) err = look_at_damage(look);
        if (event == NACRE_WALK_RECORD) err = look_at_record(look);
        if (err == NACRE_OK) err = nacre_walk_next(&look->walk, &event);
    }
    if (err == NACRE_OK) look_at_index(look);
    return err;
}

enum nacre_err nacre_check_store(struct nacre_store *store, struct nacre_check_summary *summary,
                                 nacre_finding_report report, void *context)
{
    enum nacre_err err = nacre_guard_enter(store);
    if (err != NACRE_OK) return err;
    struct look look = {.log = &store->log, .report = report, .context = context};
    err = look_at_all(&look);
    if (err == NACRE_OK && summary != NULL) *summary = look.summary;
    return nacre_guard_leave(store, err);
}
