/*
 * The soak: see the header. One bed, never copied.
 */
#include "tests/support/soak.h"

#include <stdio.h>
#include <stdlib.h>

#define STEPS_MAX 60u /* between two cuts */
#define RECOVERY_COMMANDS 10u

static struct sim_tear any_tear(struct bed *bed)
{
    const struct sim_tear tear = { SIM_TEAR_ANY, 0, rng_mix(bed->rng.state) };
    (void)rng_next(&bed->rng);
    return tear;
}

/* Use the store until a cut ends it. Returns false where the store did wrong. */
static bool use(struct bed *bed, struct soak_result *result)
{
    const struct sim_tear tear = any_tear(bed);
    const uint32_t steps = 1u + rng_below(&bed->rng, STEPS_MAX);
    if (setjmp(bed->jump) != 0) return true;
    sim_nor_cut_at(bed->sim, rng_below(&bed->rng, STEPS_MAX), &tear, &bed->jump);
    for (uint32_t i = 0; i < steps; i++) {
        if (!bed_step(bed)) return false;
    }
    if (!bed_judge(bed)) return false;
    /* The power fails between two calls; only an erase can be under way. */
    struct sim_tear tears[SIM_NOR_TEARS_MAX];
    const uint32_t count = sim_nor_tears(bed->sim, SIM_ERASE, 4096, tears);
    struct sim_tear last = tears[rng_below(&bed->rng, count)];
    last.seed = rng_next(&bed->rng);
    if (bed->sim->erase_addr != SIM_NOR_NO_COMMAND) result->idle_cuts++;
    sim_nor_power_off(bed->sim, &last);
    return true;
}

/* Mount, perhaps with a cut in it. Returns false where the store did wrong. */
static bool recover(struct bed *bed, bool cut_again, bool *mounted)
{
    const struct sim_tear tear = any_tear(bed);
    *mounted = false;
    if (!cut_again) {
        *mounted = true;
        return bed_boot(bed);
    }
    sim_nor_power_on(bed->sim);
    if (bed->tells) (void)printf("  power on, boot %u, to be cut\n", bed->sim->boot);
    if (setjmp(bed->jump) != 0) return true;
    sim_nor_cut_at(bed->sim, rng_below(&bed->rng, RECOVERY_COMMANDS), &tear, &bed->jump);
    const enum nacre_err err = bed_mount(bed);
    sim_nor_cut_never(bed->sim);
    *mounted = true;
    if (err != NACRE_OK) return bed_wrong(bed, "mount answered %d", (int)err);
    return bed_judge(bed);
}

static bool one_life(struct bed *bed, const struct soak_plan *plan, struct soak_result *result,
                     uint32_t *depth)
{
    bool mounted = true;
    if (!use(bed, result)) return false;
    *depth = 0;
    for (mounted = false; !mounted;) {
        result->cuts[*depth < SOAK_DEPTHS ? *depth : SOAK_DEPTHS - 1u]++;
        (*depth)++;
        result->boots++;
        const bool again = rng_percent(&bed->rng, plan->again_percent);
        if (!recover(bed, again, &mounted)) return false;
        if (bed->sim->boot >= plan->tell_from && !bed->tells) bed_tell_commands(bed);
    }
    if (bed->full_count != 0) return bed_wrong(bed, "a set answered that the store is full");
    return true;
}

bool soak_run(const struct soak_plan *plan, struct soak_result *result, const char *program)
{
    struct bed *const bed = bed_create(&bed_scenes[plan->scene], plan->seed);
    uint32_t depth = 0;
    bool ok = bed_warm_up(bed);
    while (ok && bed->sim->boot < plan->boots) ok = one_life(bed, plan, result, &depth);
    result->weak_programs += bed->sim->counters.weak_programs;
    if (!ok) {
        const uint32_t at = depth == 0 ? 0 : depth - 1u;
        result->failures[at < SOAK_DEPTHS ? at : SOAK_DEPTHS - 1u]++;
        (void)printf("FAIL soak, depth %u, boot %u: %s\n  replay: %s --replay-soak %s-%llu:%u\n",
                     depth, bed->sim->boot, bed->why, program, bed->scene->name,
                     (unsigned long long)plan->seed, bed->sim->boot < 3u ? 0 : bed->sim->boot - 3u);
    }
    bed_destroy(bed);
    return ok;
}
