/*
 * The bed, but for its steps. Every random choice comes from bed->rng, so that a copy of the bed
 * goes the same way.
 */
#include "tests/support/store_bed.h"

#include "tests/support/decode.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOUNT_REGIONS_MAX 4u /* what a mount may read: nacre_mount, Cost */
#define MOUNT_SCANS_MAX 32u  /* and how often again, where cells flicker */

const struct bed_scene bed_scenes[BED_SCENES] = {
    /* name, units, keys, small %, value max, remove %, idle %, reboot %, laps, cut bytes,
       transaction %, rare per mille, slot bytes, slots */
    { "mixed8", 8, 12, 60, 300, 10, 20, 1, 2, 16, 10, 20, 0, 0 },
    { "mixed4", 4, 6, 60, 200, 10, 20, 1, 2, 16, 5, 10, 0, 0 },
    { "small8", 8, 20, 100, 8, 5, 30, 1, 2, 16, 20, 20, 0, 0 },
    { "small4", 4, 20, 100, 8, 12, 0, 0, 2, 16, 0, 0, 0, 0 },
    { "large8", 8, 5, 30, 1024, 10, 10, 1, 2, 16, 5, 10, 0, 0 },
    { "sleepy4", 4, 8, 80, 120, 20, 50, 2, 2, 16, 5, 20, 0, 0 },
    { "fresh4", 4, 6, 60, 200, 10, 20, 1, 0, 16, 10, 20, 0, 0 },
    /* Two lanes, of 8 units or 4 each; a cut spoils the page, or the unit. */
    { "pmixed8", 16, 12, 60, 300, 10, 20, 1, 2, 256, 10, 20, 0, 0 },
    { "pmixed4", 8, 6, 60, 120, 10, 20, 1, 2, 256, 5, 10, 0, 0 },
    { "psmall8", 16, 20, 100, 8, 5, 30, 1, 2, 256, 20, 20, 0, 0 },
    { "plarge8", 16, 5, 30, 1024, 10, 10, 1, 2, 256, 5, 10, 0, 0 },
    { "pfresh4", 8, 6, 60, 120, 10, 20, 1, 0, 256, 10, 20, 0, 0 },
    { "umixed8", 16, 12, 60, 300, 10, 20, 1, 2, 4096, 10, 20, 0, 0 },
    { "umixed5", 10, 6, 60, 60, 10, 20, 1, 2, 4096, 5, 10, 0, 0 },
    { "usmall8", 16, 20, 100, 8, 5, 30, 1, 2, 4096, 20, 20, 0, 0 },
    { "ularge8", 16, 5, 30, 700, 10, 10, 1, 2, 4096, 5, 10, 0, 0 },
    /* One lane, a page or more to each record; a cut spoils the page. */
    { "smixed8", 8, 12, 60, 100, 10, 20, 1, 2, 48, 10, 20, 48, 30 },
    { "smixed4", 4, 6, 60, 200, 10, 20, 1, 2, 80, 5, 10, 80, 62 },
    { "ssmall8", 8, 20, 100, 8, 5, 30, 1, 2, 16, 20, 20, 16, 30 },
    { "slarge8", 8, 5, 30, 1024, 10, 10, 1, 0, 80, 5, 10, 80, 62 },
};

uint32_t bed_lanes(const struct bed_scene *scene)
{
    return scene->cut_bytes > 16u && scene->slot_bytes == 0 ? 2u : 1u;
}

static struct nacre_geometry geometry_of(const struct bed_scene *scene)
{
    const bool has_slots = scene->slot_bytes != 0;
    const struct nacre_geometry geometry = {
        .unit_bytes = has_slots ? scene->slot_bytes * scene->slots : 4096u,
        .unit_count = scene->unit_count,
        .granule_bytes = 16,
        .page_bytes = has_slots ? scene->slot_bytes : 256u,
        .cut_bytes = scene->cut_bytes,
        .slot_bytes = scene->slot_bytes,
    };
    return geometry;
}

bool bed_wrong(struct bed *bed, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(bed->why, sizeof bed->why, format, args);
    va_end(args);
    return false;
}

struct bed *bed_create(const struct bed_scene *scene, uint64_t seed)
{
    const struct nacre_geometry geometry = geometry_of(scene);
    struct bed *const bed = calloc(1, sizeof *bed);
    if (bed == NULL) abort();
    bed->scene = scene;
    bed->sim = sim_nor_create(&geometry, seed);
    bed->sim->lane_units = bed_lanes(scene) > 1u ? scene->unit_count / 2u : 0;
    bed->rng.state = rng_mix(seed ^ 0x5eedu);
    bed->checks_bytes = true;
    oracle_init(&bed->oracle, scene->key_count);
    return bed;
}

void bed_destroy(struct bed *bed)
{
    if (bed == NULL) return;
    sim_nor_destroy(bed->sim);
    free(bed);
}

/* The store points into its own bed: its pointers are moved with it by copying back in place. */
void bed_copy(struct bed *to, const struct bed *from)
{
    struct sim_nor *const sim = to->sim;
    sim_nor_copy(sim, from->sim);
    oracle_copy(&to->oracle, &from->oracle);
    memcpy(&to->store, &from->store, sizeof to->store);
    memcpy(to->index, from->index, sizeof to->index);
    memcpy(to->why, from->why, sizeof to->why);
    to->scene = from->scene;
    to->rng = from->rng;
    to->is_mounted = from->is_mounted;
    to->is_deep = from->is_deep;
    to->is_faulty = from->is_faulty;
    to->read_only = from->read_only;
    to->full_count = from->full_count;
    to->commit_count = from->commit_count;
    to->update_count = from->update_count;
}

struct nacre_store_cfg bed_cfg(struct bed *bed)
{
    const bool is_coarser = bed->sim->medium.geometry.cut_bytes > bed->scene->cut_bytes;
    const struct nacre_store_cfg cfg = {
        .medium = &bed->sim->medium,
        .index = bed->index,
        .index_count = ORACLE_SLOTS - ORACLE_KEYS + bed->scene->key_count * 5u / 4u +
                       bed->scene->unit_count,
        .assume = is_coarser ? NACRE_ASSUME_CUT_GRANULE : NACRE_ASSUME_NOTHING,
        .refuse_when_busy = false,
    };
    return cfg;
}

/* A store that is read-only says why in its stats. */
static bool bed_tells_why(struct bed *bed)
{
    struct nacre_stats stats;
    if (nacre_stats(&bed->store, &stats) != NACRE_OK) return false;
    bed->read_only = stats.read_only;
    return stats.read_only == NACRE_WORN_OUT || stats.read_only == NACRE_UNSETTLED;
}

bool bed_excuses(struct bed *bed, enum nacre_err err)
{
    if (!bed->is_faulty) return false;
    switch (err) {
    case NACRE_IO:
    case NACRE_VERIFY:
    case NACRE_NOT_ERASED:
    case NACRE_FULL:
        return true;
    case NACRE_UNSETTLED:
    case NACRE_WORN_OUT:
        bed->read_only = err;
        return true;
    case NACRE_READ_ONLY:
        return bed_tells_why(bed);
    default:
        return false;
    }
}

enum nacre_err bed_mount(struct bed *bed)
{
    const struct nacre_store_cfg cfg = bed_cfg(bed);
    memset(&bed->store, 0xa5, sizeof bed->store);
    memset(bed->index, 0x5a, sizeof bed->index);
    const struct sim_counters before = bed->sim->counters;
    const enum nacre_err err = nacre_mount(&bed->store, &cfg);
    const struct sim_counters *const after = &bed->sim->counters;
    bed->mount_cost.programs = after->programs - before.programs;
    bed->mount_cost.erases = after->erases - before.erases;
    bed->mount_cost.programmed_bytes = after->programmed_bytes - before.programmed_bytes;
    bed->mount_cost.read_bytes = after->read_bytes - before.read_bytes;
    bed->is_mounted = err == NACRE_OK || err == NACRE_UNSETTLED || err == NACRE_WORN_OUT;
    bed->read_only = err;
    if (bed->is_mounted) oracle_boot(&bed->oracle);
    if (bed->tells) (void)printf("  mount: answers %d\n", (int)err);
    return err;
}

/* Must leave no trace in what follows: neither in the chip's luck nor in its time. */
static void tell_found(struct bed *bed)
{
    const struct rng rng = bed->sim->rng;
    const uint64_t now_ns = bed->sim->now_ns;
    for (uint32_t key = 0; key < bed->scene->key_count; key++) {
        uint8_t buf[NACRE_VALUE_BYTES_MAX];
        uint32_t n = 0;
        char allowed[200];
        const enum nacre_err err = nacre_get(&bed->store, key, buf, sizeof buf, &n);
        (void)printf("    key %2u: answers %d", key, (int)err);
        if (err == NACRE_OK) (void)printf(", %u:", n);
        for (uint32_t i = 0; err == NACRE_OK && i < n && i < 8u; i++) {
            (void)printf("%02x", buf[i]);
        }
        (void)printf("  allowed %s\n", oracle_allowed(&bed->oracle, key, allowed));
    }
    for (uint32_t slot = ORACLE_FACTORY; slot < ORACLE_SLOTS; slot++) {
        char allowed[200];
        if (!bed->oracle.current[slot].is_set && bed->oracle.trust[slot] == ORACLE_GOOD) continue;
        (void)printf("    slot %2u: allowed %s\n", slot,
                     oracle_allowed(&bed->oracle, slot, allowed));
    }
    bed->sim->rng = rng;
    bed->sim->now_ns = now_ns;
}

/* Read the bytes as docs/format.md says, without the store, and judge what they hold. */
static bool judge_bytes(struct bed *bed)
{
    static uint8_t bytes[65536];
    static struct decode decode;
    const struct nacre_geometry *const geometry = &bed->sim->medium.geometry;
    if (bed->sim->bytes > sizeof bytes) return true;
    sim_nor_peek(bed->sim, 0, bytes, bed->sim->bytes);
    if (geometry->slot_bytes != 0) {
        decode_pages(&decode, bytes, geometry->unit_bytes, geometry->unit_count,
                     geometry->slot_bytes);
    } else if (bed->sim->lane_units == 0) {
        decode_region(&decode, bytes, geometry->unit_bytes, geometry->unit_count);
    } else {
        decode_two_lanes(&decode, bytes, geometry->unit_bytes, geometry->unit_count,
                         geometry->cut_bytes);
    }
    if (decode.state != DECODE_STORE) {
        return bed_wrong(bed, "the bytes are no store: state %d", (int)decode.state);
    }
    for (uint32_t slot = 0; slot < ORACLE_SLOTS; slot++) {
        if (slot >= bed->scene->key_count && slot < ORACLE_FACTORY) continue;
        const struct decode_value *const value = &decode.values[decode_index(oracle_key(slot))];
        enum nacre_err err = value->is_set ? NACRE_OK : NACRE_NOT_FOUND;
        if (value->is_stale) err = value->is_set ? NACRE_STALE : NACRE_DAMAGED;
        if (!oracle_judge_answer(&bed->oracle, slot, err, value->bytes, value->n)) {
            return bed_wrong(bed, "the bytes: %s", bed->oracle.why);
        }
    }
    return true;
}

bool bed_judge(struct bed *bed)
{
    if (bed->tells) tell_found(bed);
    if (!oracle_judge(&bed->oracle, &bed->store)) return bed_wrong(bed, "%s", bed->oracle.why);
    /* After a change that could not be settled the bytes may hold the new value already. */
    if (bed->checks_bytes && !bed->oracle.is_under_way && !judge_bytes(bed)) return false;
    if (bed->sim->violations != 0) {
        return bed_wrong(bed, "violation: %s", bed->sim->violation);
    }
    if (bed->sim->counters.unerased_programs != 0 && !bed->is_deep) {
        return bed_wrong(bed, "programmed into a unit whose erase had been cut");
    }
    return true;
}

bool bed_boot(struct bed *bed)
{
    sim_nor_power_on(bed->sim);
    if (bed->tells) (void)printf("  power on, boot %u\n", bed->sim->boot);
    const enum nacre_err err = bed_mount(bed);
    if (err != NACRE_OK && !bed_excuses(bed, err)) {
        return bed_wrong(bed, "mount answered %d", (int)err);
    }
    if (bed->mount_cost.read_bytes > 128u * (uint64_t)bed->sim->bytes) {
        return bed_wrong(bed, "mount read %llu bytes, more than the region three times",
                         (unsigned long long)bed->mount_cost.read_bytes);
    }
    return bed_judge(bed);
}

static bool is_warm(const struct bed *bed, uint32_t laps)
{
    for (uint32_t i = 0; i < bed->scene->unit_count; i++) {
        if (bed->sim->unit_wear[i] < laps) return false;
    }
    return true;
}

bool bed_warm_up(struct bed *bed)
{
    const uint32_t laps = bed->scene->laps;
    if (!bed_boot(bed)) return false;
    for (uint32_t i = 0; i < 200000u; i++) {
        if (is_warm(bed, laps)) return bed_judge(bed);
        if (!bed_step(bed)) return false;
    }
    return bed_wrong(bed, "200000 steps did not erase each unit %u times", laps);
}

static void print_command(const struct sim_event *event, void *context)
{
    const struct bed *const bed = context;
    static const char *const words[] = { "read", "program", "erase" };
    if (event->command == SIM_READ) return;
    const uint32_t in_unit = event->addr % bed->sim->medium.geometry.unit_bytes;
    (void)printf("    %8.3f ms  %3u  %s unit %u granule %u, %u bytes%s\n",
                 (double)event->now_ns / 1e6, event->number, words[event->command],
                 event->addr / bed->sim->medium.geometry.unit_bytes, in_unit / 16u, event->n,
                 event->torn ? "  <-- cut here" : "");
}

void bed_tell_commands(struct bed *bed)
{
    bed->tells = true;
    bed->sim->trace = print_command;
    bed->sim->trace_context = bed;
}
