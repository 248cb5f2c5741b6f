/*
 * The cuts. Level 0 of the bed is the state before a step, level 1 that which the first cut left.
 * After the points of a step the step is taken again, without a cut: it goes the same way.
 */
#include "tests/support/medium_run.h"

#include "tests/support/medium_life.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FAILURES_SHOWN 10u
#define STEPS_MAX 20000u
#define STEPS_AFTER 4u /* a recovery */
#define LONG_RECOVERY 24u /* places; beyond that a share of its tears */
#define LONG_SHARE 5u

static struct medium_life *const life = &medium_life;
static jmp_buf lost_power;

const char *run_point_text(const struct run_point *point, char *buf)
{
    const struct medium_kind *const kind = point->kind;
    if (point->second == RUN_NO_SECOND) {
        (void)snprintf(buf, RUN_POINT_BYTES, "%s:%u:%u:%s", kind->name, point->seed, point->cut,
                       kind->tears[point->tear]);
    } else {
        (void)snprintf(buf, RUN_POINT_BYTES, "%s:%u:%u:%s:%u:%s", kind->name, point->seed,
                       point->cut, kind->tears[point->tear], point->second,
                       kind->tears[point->tear2]);
    }
    return buf;
}

static bool tear_of(const struct medium_kind *kind, const char *name, uint32_t *tear)
{
    for (*tear = 0; *tear < kind->tear_count; (*tear)++) {
        if (strcmp(kind->tears[*tear], name) == 0) return true;
    }
    return false;
}

bool run_point_parse(const char *text, struct run_point *point)
{
    char name[32];
    char tear[24];
    char tear2[24];
    memset(point, 0, sizeof *point);
    const int count = sscanf(text, "%31[^:]:%u:%u:%23[^:]:%u:%23[^:]", name, &point->seed,
                             &point->cut, tear, &point->second, tear2);
    if (count != 4 && count != 6) return false;
    point->kind = medium_kind_of(name);
    if (point->kind == NULL || !tear_of(point->kind, tear, &point->tear)) return false;
    if (count == 4) point->second = RUN_NO_SECOND;
    return count == 4 || tear_of(point->kind, tear2, &point->tear2);
}

static uint64_t seed_of(const struct run_point *point)
{
    uint64_t seed = rng_mix(point->seed * 4099u + point->cut);
    seed = rng_mix(seed + point->tear);
    if (point->second != RUN_NO_SECOND) seed = rng_mix(seed + point->second * 64u + point->tear2);
    return seed;
}

static uint32_t places_now(void)
{
    struct medium_counts counts;
    life->kind->ops->count(&counts);
    return (uint32_t)counts.places;
}

static void cut_at(uint32_t place, uint32_t tear, uint64_t seed)
{
    life->kind->ops->cut_at(place, tear, seed, &lost_power);
}

static bool use(void)
{
    for (uint32_t i = 0; i < STEPS_AFTER; i++) {
        if (!life_step()) return false;
    }
    return life_judge();
}

/* After a recovery: what was read stays, and the store goes on working. */
static bool live_on(void)
{
    return life_boot() && use() && life_boot();
}

/* Take the step, and lose the power in it. */
static bool step_is_cut(const struct run_point *point, uint32_t place)
{
    if (setjmp(lost_power) != 0) return true;
    cut_at(place, point->tear, seed_of(point));
    return life_step() ? life_wrong("the step ended without its cut") : false;
}

/* Boot and go on, and lose the power again. */
static bool boot_is_cut(const struct run_point *point)
{
    if (setjmp(lost_power) != 0) return true;
    cut_at(point->second, point->tear2, seed_of(point));
    return life_boot() && use() ? life_wrong("the boot ended without its cut") : false;
}

/* What the first cut left is in level 1 afterwards; *places of the mount and the use behind it. */
static bool first_is_survived(const struct run_point *point, uint32_t place, uint32_t *mount,
                              uint32_t *places)
{
    *mount = 0;
    *places = 0;
    if (!step_is_cut(point, place)) return false;
    life_keep(1);
    const uint32_t before = places_now();
    if (!life_boot()) return false;
    *mount = places_now() - before;
    if (!use()) return false;
    *places = places_now() - before;
    return live_on();
}

static bool second_is_survived(const struct run_point *point)
{
    life_back(1);
    return boot_is_cut(point) && live_on() && use();
}

static void note_failure(const struct run_plan *plan, const struct run_point *point,
                         struct run_result *result)
{
    char text[RUN_POINT_BYTES];
    if (result->failures++ >= FAILURES_SHOWN || plan->is_quiet) return;
    (void)printf("FAIL %s\n  replay: %s --replay %s\n", life->why, plan->program,
                 run_point_text(point, text));
}

static bool is_chosen(uint64_t seed, uint32_t one_of)
{
    return one_of != 0 && rng_mix(seed) % one_of == 0;
}

/* The places of the mount, each with each tear; of the use behind it one of the seed's choice. */
static void run_seconds(const struct run_plan *plan, struct run_point point, uint32_t mount,
                        uint32_t places, struct run_result *result)
{
    const uint64_t seed = seed_of(&point);
    const uint32_t late = places == mount ? mount : mount + (uint32_t)(seed % (places - mount));
    const uint32_t share = mount > LONG_RECOVERY ? LONG_SHARE : 1u;
    for (uint32_t place = 0; place < places; place++) {
        if (place >= mount && place != late) continue;
        for (uint32_t tear = 0; tear < plan->kind->tear_count; tear++) {
            point.second = place;
            point.tear2 = tear;
            if (!is_chosen(seed_of(&point) ^ 3u, share)) continue;
            result->possible_2++;
            if (!is_chosen(seed_of(&point) ^ 2u, plan->second_of)) continue;
            result->run_2++;
            if (!second_is_survived(&point)) note_failure(plan, &point, result);
        }
    }
}

static void run_firsts(const struct run_plan *plan, uint32_t first, uint32_t count,
                       struct run_result *result)
{
    for (uint32_t place = 0; place < count; place++) {
        for (uint32_t tear = 0; tear < plan->kind->tear_count; tear++) {
            const struct run_point point = { plan->kind, plan->seed, first + place, tear,
                                             RUN_NO_SECOND, 0 };
            const uint64_t seed = seed_of(&point);
            if (rng_mix(seed ^ 4u) % plan->shards != plan->shard) continue;
            result->possible_1++;
            if (!is_chosen(seed ^ 1u, plan->first_of)) continue;
            uint32_t mount;
            uint32_t places;
            life_back(0);
            result->run_1++;
            if (!first_is_survived(&point, place, &mount, &places)) {
                note_failure(plan, &point, result);
                continue;
            }
            if (mount > result->recovery_places_max) result->recovery_places_max = mount;
            if (plan->second_of != 0) run_seconds(plan, point, mount, places, result);
        }
    }
}

/* A new part with a store on it, and with an odd seed written round once. */
static bool begin(const struct medium_kind *kind, uint32_t seed)
{
    if (!life_begin(kind, seed)) return false;
    const uint32_t units = life->medium->geometry.unit_count;
    return seed % 2u == 0 || life_go_to_generation(life_generation() + units + 1u);
}

static bool is_over(const struct run_plan *plan, uint32_t generation, uint32_t steps)
{
    if (plan->steps_max != 0) return steps >= plan->steps_max;
    return life_generation() > generation + life->medium->geometry.unit_count;
}

static void fail_without_a_cut(const struct run_plan *plan, struct run_result *result)
{
    (void)printf("FAIL %s:%u without any cut: %s\n", plan->kind->name, plan->seed, life->why);
    result->failures++;
}

void medium_run(const struct run_plan *plan, struct run_result *result)
{
    bool is_well = begin(plan->kind, plan->seed);
    const uint32_t generation = life_generation();
    const uint32_t updates = life->updates;
    uint32_t first = 0;
    for (uint32_t steps = 0; is_well && steps < STEPS_MAX; steps++) {
        if (is_over(plan, generation, steps)) break;
        life_keep(0);
        const uint32_t before = places_now();
        is_well = life_step();
        const uint32_t count = places_now() - before;
        if (!is_well) break;
        run_firsts(plan, first, count, result);
        first += count;
        life_back(0);
        is_well = life_step() && places_now() - before == count && life_judge();
        result->steps++;
    }
    if (!is_well) fail_without_a_cut(plan, result);
    result->places += first;
    result->updates += life->updates - updates;
    result->units += life_generation() - generation;
    result->full += life->full_count;
    life_end();
}

/* Take steps until the one that holds the point's cut. Its place in there; or RUN_NO_SECOND. */
static uint32_t find_step(const struct run_point *point)
{
    uint32_t first = 0;
    for (uint32_t i = 0; i < STEPS_MAX; i++) {
        life_keep(0);
        const uint32_t before = places_now();
        if (!life_step()) return RUN_NO_SECOND;
        const uint32_t count = places_now() - before;
        if (first + count > point->cut) return point->cut - first;
        first += count;
    }
    return RUN_NO_SECOND;
}

bool medium_replay(const struct run_point *point)
{
    bool holds = begin(point->kind, point->seed);
    const uint32_t place = holds ? find_step(point) : 0;
    if (!holds || place == RUN_NO_SECOND) {
        (void)printf("the session has no such place: %s\n", life->why);
        return false;
    }
    struct run_point first = *point;
    uint32_t mount;
    uint32_t places;
    life_back(0);
    life->tells = true;
    first.second = RUN_NO_SECOND;
    (void)printf("cut at place %u of this step, %s\n", place, point->kind->tears[point->tear]);
    holds = first_is_survived(&first, place, &mount, &places);
    if (point->second != RUN_NO_SECOND) {
        (void)printf("once more; cut at place %u of what follows, %s\n", point->second,
                     point->kind->tears[point->tear2]);
        holds = second_is_survived(point);
    }
    (void)printf("%s%s\n", holds ? "went as promised" : "FAIL ", holds ? "" : life->why);
    life_end();
    return holds;
}
