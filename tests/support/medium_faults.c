/*
 * The faults. Level 0 of the bed is the state before a step.
 */
#include "tests/support/medium_faults.h"

#include "tests/support/medium_life.h"

#include <stdio.h>
#include <string.h>

#define FAILURES_SHOWN 10u
#define STEPS_AFTER 4u
#define STEPS_BEFORE 20u
#define LIMIT_NS 30000000000ull /* of virtual time: a step and its gets */

static struct medium_life *const life = &medium_life;
static jmp_buf hung;

static void begin(const struct medium_kind *kind, uint32_t seed, bool *is_well)
{
    *is_well = life_begin(kind, seed);
    for (uint32_t i = 0; *is_well && i < STEPS_BEFORE * seed; i++) *is_well = life_step();
}

static struct medium_counts counts_now(void)
{
    struct medium_counts counts;
    life->kind->ops->count(&counts);
    return counts;
}

/* The step and what is read behind it, while the bus fails. */
static bool fails_well(const struct faults_point *point, uint64_t *took_ns)
{
    const struct medium_bus_ops *const bus = point->kind->bus;
    const uint64_t before = counts_now().now_ns;
    if (setjmp(hung) != 0) {
        bus->limit(0, NULL);
        return life_wrong("hangs: more than %u s", (unsigned)(LIMIT_NS / 1000000000u));
    }
    bus->inject(point->fault, point->transfer);
    bus->limit(LIMIT_NS, &hung);
    const bool is_well = life_step() && life_judge_values();
    bus->limit(0, NULL);
    *took_ns = counts_now().now_ns - before;
    return is_well;
}

static bool is_survived(const struct faults_point *point, uint64_t *took_ns)
{
    const bool is_unseen = point->kind->bus->faults[point->fault].is_unseen;
    life->is_faulty = true;
    life->is_misread = is_unseen;
    const bool is_well = fails_well(point, took_ns);
    point->kind->bus->heal();
    if (!is_well) return false;
    const bool is_readable = !is_unseen && !point->kind->bus->faults[point->fault].needs_power;
    if (life->is_mounted && is_readable && !life_judge()) return false;
    if (life->is_mounted && is_unseen && !life_judge_values()) return false;
    life->is_faulty = false;
    life->is_misread = false;
    if (!life_boot()) return false;
    for (uint32_t i = 0; i < STEPS_AFTER; i++) {
        if (!life_step()) return false;
    }
    return life_boot();
}

static const char *point_text(const struct faults_point *point, char *buf)
{
    (void)snprintf(buf, FAULTS_TEXT_BYTES, "%s:%u:%u:%u:%u", point->kind->name, point->seed,
                   point->step, point->transfer, point->fault);
    return buf;
}

static void run_point(const struct faults_plan *plan, const struct faults_point *point,
                      struct faults_result *result)
{
    char text[FAULTS_TEXT_BYTES];
    uint64_t took_ns = 0;
    life_back(0);
    const uint32_t errors = life->error_count;
    result->run++;
    const bool is_well = is_survived(point, &took_ns);
    if (took_ns > result->longest_ns) result->longest_ns = took_ns;
    if (life->error_count == errors) result->survived++;
    if (is_well || result->failures++ >= FAILURES_SHOWN) return;
    (void)printf("FAIL %s, %s: %s\n  replay: %s --fault \"%s\"\n", plan->kind->name,
                 plan->kind->bus->faults[point->fault].name, life->why, plan->program,
                 point_text(point, text));
}

static void run_step(const struct faults_plan *plan, uint32_t step, uint32_t transfers,
                     struct faults_result *result)
{
    for (uint32_t transfer = 0; transfer < transfers; transfer++) {
        for (uint32_t fault = 0; fault < plan->kind->bus->fault_count; fault++) {
            const struct faults_point point = { plan->kind, plan->seed, step, transfer, fault };
            const uint64_t seed =
                rng_mix(rng_mix(plan->seed * 64u + step) + transfer * 64u + fault);
            if (rng_mix(seed ^ 1u) % plan->shards != plan->shard) continue;
            result->possible++;
            if (seed % plan->one_of == 0) run_point(plan, &point, result);
        }
    }
}

void medium_faults(const struct faults_plan *plan, struct faults_result *result)
{
    bool is_well;
    begin(plan->kind, plan->seed, &is_well);
    for (uint32_t step = 0; is_well && step < plan->steps; step++) {
        life_keep(0);
        const uint64_t before = counts_now().transfers;
        is_well = life_step();
        if (!is_well) break;
        const uint32_t transfers = (uint32_t)(counts_now().transfers - before);
        run_step(plan, step, transfers, result);
        life_back(0);
        is_well = life_step() && life_judge();
        result->transfers += transfers;
    }
    if (!is_well) {
        (void)printf("FAIL %s:%u without a fault: %s\n", plan->kind->name, plan->seed, life->why);
        result->failures++;
    }
    life_end();
}

bool medium_faults_replay(const char *text)
{
    char name[32];
    struct faults_point point;
    uint64_t took_ns = 0;
    if (sscanf(text, "%31[^:]:%u:%u:%u:%u", name, &point.seed, &point.step, &point.transfer,
               &point.fault) != 5) {
        return false;
    }
    point.kind = medium_kind_of(name);
    if (point.kind == NULL || point.kind->bus == NULL) return false;
    bool is_well;
    begin(point.kind, point.seed, &is_well);
    for (uint32_t step = 0; is_well && step < point.step; step++) is_well = life_step();
    if (!is_well) return false;
    life_keep(0);
    life->tells = true;
    (void)printf("%s at transfer %u of this step\n", point.kind->bus->faults[point.fault].name,
                 point.transfer);
    is_well = is_survived(&point, &took_ns);
    (void)printf("%s%s, %.3f ms\n", is_well ? "went as promised" : "FAIL ",
                 is_well ? "" : life->why, (double)took_ns / 1e6);
    life_end();
    return is_well;
}
