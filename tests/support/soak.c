/*
 * The soak: see the header. One bed a chapter, never copied.
 */
#include "tests/support/soak.h"

#include <stdio.h>
#include <stdlib.h>

#define CHAPTER_OPERATIONS 2000u
#define LIVES_MAX 2000u
#define STEPS_MAX 60u /* between two cuts */
#define RECOVERY_COMMANDS 10u
/*
 * A cut in a boot in which an operation failed, or in the boot after it, is left out: that two
 * things go wrong at once is not promised (docs/guarantee.md).
 */
#define DEEP 5u       /* from so many cuts in a row on, a mount may answer NACRE_UNSETTLED */

/* What a chapter's chip does beside losing its power. */
struct mood {
    bool flips;
    bool faults;
    bool sticks;
    bool cuts;
};

static const struct mood moods[] = {
    { false, false, false, true },
    { true, false, false, false },
    { false, true, false, false },
    { false, false, true, false },
    { true, false, false, true },
    { false, true, true, true },
    { true, true, true, true },
};
#define MOODS (sizeof moods / sizeof moods[0])

struct soak {
    const struct soak_plan *plan;
    struct soak_result *result;
    const struct mood *mood;
    struct bed *bed;
    uint32_t depth;
    uint32_t operations; /* of this chapter */
    uint32_t failed;     /* operations that had failed when this boot began */
    bool may_cut;        /* in this boot: none failed in the last one */
    bool is_mounted;
    bool is_over;        /* read-only for good */
};

static struct sim_tear any_tear(struct bed *bed)
{
    const struct sim_tear tear = { SIM_TEAR_ANY, 0, rng_mix(bed->rng.state) };
    (void)rng_next(&bed->rng);
    return tear;
}

/* Flip a bit that was written some time ago, as a cell does that ages. */
static void flip(struct soak *soak)
{
    struct bed *const bed = soak->bed;
    struct sim_nor *const sim = bed->sim;
    for (uint32_t i = 0; i < 1000u; i++) {
        const uint32_t addr = rng_below(&bed->rng, sim->bytes);
        if ((bed->sim->data[addr - addr % 16u + 3u] == 0xffu) || sim_nor_is_recent(sim, addr)) {
            continue;
        }
        sim_nor_flip(sim, addr, (uint8_t)(1u << rng_below(&bed->rng, 8u)));
        soak->result->flips++;
        if (bed->tells) (void)printf("  flip at 0x%x\n", addr);
        if (sim->lane_units == 0 || sim_nor_both_hurt(sim, addr)) oracle_expose(&bed->oracle);
        return;
    }
}

static void arm_fault(struct soak *soak)
{
    struct bed *const bed = soak->bed;
    struct sim_faults *const faults = &bed->sim->faults;
    uint32_t *const countdowns[] = { &faults->program_fails, &faults->program_wrong,
                                     &faults->erase_fails, &faults->erase_wrong };
    uint32_t *const countdown = countdowns[rng_below(&bed->rng, 4u)];
    sim_faults_none(faults);
    *countdown = rng_below(&bed->rng, countdown == &faults->program_fails ||
                                              countdown == &faults->program_wrong ? 12u : 2u);
    faults->fail_count = 1u + rng_below(&bed->rng, 2u);
    soak->result->faults++;
}

static void stick_unit(struct soak *soak)
{
    struct bed *const bed = soak->bed;
    const uint32_t unit = rng_below(&bed->rng, bed->sim->medium.geometry.unit_count);
    static const uint8_t kinds[] = { SIM_STUCK_ERASE, SIM_STUCK_PROGRAM, SIM_STUCK_SILENT,
                                     SIM_STUCK_ERASE | SIM_STUCK_PROGRAM };
    bed->sim->unit_stuck[unit] = kinds[rng_below(&bed->rng, 4u)];
    soak->result->stuck_units++;
    if (bed->tells) (void)printf("  unit %u is stuck now\n", unit);
}

/* Before a step: what the chip comes up with. */
static void harm(struct soak *soak)
{
    struct rng *const rng = &soak->bed->rng;
    if (soak->mood->flips && rng_below(rng, 100u) == 0) flip(soak);
    if (soak->mood->faults && rng_below(rng, 30u) == 0) arm_fault(soak);
    if (soak->mood->sticks && rng_below(rng, 700u) == 0) stick_unit(soak);
}

/* The power fails between two calls; only an erase can be under way. */
static void cut_between(struct soak *soak)
{
    struct bed *const bed = soak->bed;
    struct sim_tear tears[SIM_NOR_TEARS_MAX];
    const uint32_t count = sim_nor_tears(bed->sim, SIM_ERASE, 4096, tears);
    struct sim_tear last = tears[rng_below(&bed->rng, count)];
    last.seed = rng_next(&bed->rng);
    if (bed->sim->counters.failed != soak->failed) last.kind = SIM_TEAR_DONE;
    if (bed->sim->erase_addr != SIM_NOR_NO_COMMAND) soak->result->idle_cuts++;
    sim_nor_power_off(bed->sim, &last);
}

/* Use the store until a cut ends it. Returns false where the store did wrong. */
static bool use(struct soak *soak)
{
    struct bed *const bed = soak->bed;
    const struct sim_tear tear = any_tear(bed);
    const uint32_t steps = 1u + rng_below(&bed->rng, STEPS_MAX);
    if (setjmp(bed->jump) != 0) return true;
    if (soak->mood->cuts && soak->may_cut) {
        sim_nor_cut_at(bed->sim, rng_below(&bed->rng, STEPS_MAX), &tear, &bed->jump);
    }
    for (uint32_t i = 0; i < steps && bed->read_only == NACRE_OK; i++) {
        harm(soak);
        soak->operations++;
        if (!bed_step(bed)) return false;
    }
    if (!bed_judge(bed)) return false;
    cut_between(soak);
    return true;
}

/*
 * A mount that could not settle, for the chip failed: it answers what is allowed, but what the call
 * that was cut has done may be told otherwise by the next one (nacre_mount, NACRE_UNSETTLED).
 */
static bool judge_without_settling(struct bed *bed)
{
    static struct oracle kept;
    oracle_copy(&kept, &bed->oracle);
    const bool is_right = bed_judge(bed);
    oracle_copy(&bed->oracle, &kept);
    return is_right;
}

/* A mount that was let through: its answer, and the store's. */
static bool mounted(struct soak *soak, enum nacre_err err)
{
    struct bed *const bed = soak->bed;
    soak->is_mounted = true;
    if (err == NACRE_UNSETTLED && soak->depth >= DEEP) {
        soak->result->unsettled++;
        soak->is_over = true;
        oracle_boot(&bed->oracle);
        return oracle_judge(&bed->oracle, &bed->store) || bed_wrong(bed, "%s", bed->oracle.why);
    }
    if (err != NACRE_OK && !bed_excuses(bed, err)) {
        return bed_wrong(bed, "mount answered %d", (int)err);
    }
    return err == NACRE_UNSETTLED ? judge_without_settling(bed) : bed_judge(bed);
}

/* Mount, perhaps with a cut in it. Returns false where the store did wrong. */
static bool recover(struct soak *soak)
{
    struct bed *const bed = soak->bed;
    const struct sim_tear tear = any_tear(bed);
    if (soak->mood->flips && sim_nor_any_both_hurt(bed->sim)) oracle_expose(&bed->oracle);
    soak->may_cut = bed->sim->counters.failed == soak->failed;
    soak->failed = bed->sim->counters.failed;
    const bool again = soak->mood->cuts && soak->may_cut &&
                       rng_percent(&bed->rng, soak->plan->again_percent);
    soak->is_mounted = false;
    sim_nor_power_on(bed->sim);
    if (bed->tells) (void)printf("  power on, boot %u\n", bed->sim->boot);
    if (setjmp(bed->jump) != 0) return true;
    if (again) {
        sim_nor_cut_at(bed->sim, rng_below(&bed->rng, RECOVERY_COMMANDS), &tear, &bed->jump);
    }
    const enum nacre_err err = bed_mount(bed);
    sim_nor_cut_never(bed->sim);
    return mounted(soak, err);
}

/* A store that went read-only because of a cut or a fault is whole again at the next mount. */
static bool wake(struct soak *soak)
{
    struct bed *const bed = soak->bed;
    if (bed->read_only == NACRE_OK) return true;
    if (bed->read_only == NACRE_WORN_OUT) {
        soak->result->worn_out++;
        soak->is_over = true;
        return true;
    }
    sim_faults_none(&bed->sim->faults);
    if (!bed_boot(bed)) return false;
    if (bed->read_only == NACRE_OK) return true;
    /* Units that are stuck may leave no way on. */
    if (!soak->mood->sticks) return bed_wrong(bed, "mount answered %d", (int)bed->read_only);
    if (bed->read_only == NACRE_WORN_OUT) soak->result->worn_out++;
    else soak->result->unsettled++;
    soak->is_over = true;
    return true;
}

static bool one_life(struct soak *soak)
{
    struct soak_result *const result = soak->result;
    struct bed *const bed = soak->bed;
    if (!use(soak)) return false;
    soak->depth = 0;
    soak->is_mounted = false;
    while (!soak->is_mounted) {
        result->cuts[soak->depth < SOAK_DEPTHS ? soak->depth : SOAK_DEPTHS - 1u]++;
        result->cut_count++;
        result->boots++;
        soak->depth++;
        if (soak->depth >= 2u) bed->is_deep = true;
        if (!recover(soak)) return false;
        if (bed->sim->boot >= soak->plan->tell_from && !bed->tells) bed_tell_commands(bed);
    }
    if (!wake(soak)) return false;
    if (bed->full_count == 0 || bed->is_faulty) return true; /* units that fail take room */
    return bed_wrong(bed, "a set answered that the store is full");
}

static bool run_chapter(struct soak *soak, uint64_t seed)
{
    uint32_t lives = 0;
    struct bed *const bed = bed_create(&bed_scenes[soak->plan->scene], seed);
    soak->bed = bed;
    soak->mood = &moods[seed % MOODS];
    soak->operations = 0;
    soak->depth = 0;
    soak->is_over = false;
    if (soak->mood->flips) oracle_remember(&bed->oracle);
    /* A flip that no call has met yet is in the bytes, and not in the answers. */
    bed->checks_bytes = !soak->mood->flips;
    bed->is_faulty = soak->mood->faults || soak->mood->sticks;
    bed->sim->is_fair = true;
    soak->failed = 0;
    soak->may_cut = true;
    bool ok = bed_warm_up(bed);
    if (soak->plan->tell_from == 0) bed_tell_commands(bed);
    while (ok && !soak->is_over && soak->operations < CHAPTER_OPERATIONS) {
        ok = one_life(soak);
        if (++lives > LIVES_MAX) return bed_wrong(bed, "no operations in many boots");
    }
    soak->result->weak_programs += bed->sim->counters.weak_programs;
    return ok;
}

bool soak_run(const struct soak_plan *plan, struct soak_result *result, const char *program)
{
    const uint64_t before = result->failure_count;
    struct soak soak = { .plan = plan, .result = result };
    uint32_t operations = 0;
    for (uint64_t seed = plan->seed; operations < plan->operations; seed++) {
        const bool ok = run_chapter(&soak, seed);
        const uint32_t boot = soak.bed->sim->boot;
        result->chapters++;
        result->operations += soak.operations;
        operations += soak.operations + 1u;
        if (!ok) {
            result->failure_count++;
            (void)printf("FAIL soak, depth %u, boot %u: %s\n", soak.depth, boot, soak.bed->why);
            (void)printf("  replay: %s --replay-soak %s-%llu:%u\n", program,
                         soak.bed->scene->name, (unsigned long long)seed,
                         boot < 3u ? 0 : boot - 3u);
        }
        oracle_forget(&soak.bed->oracle);
        bed_destroy(soak.bed);
        if (plan->tell_from != 0xffffffffu) break;
    }
    return result->failure_count == before;
}

void soak_add(struct soak_result *total, const struct soak_result *part)
{
    total->operations += part->operations;
    total->chapters += part->chapters;
    total->boots += part->boots;
    total->cut_count += part->cut_count;
    for (uint32_t i = 0; i < SOAK_DEPTHS; i++) total->cuts[i] += part->cuts[i];
    total->failure_count += part->failure_count;
    total->flips += part->flips;
    total->faults += part->faults;
    total->stuck_units += part->stuck_units;
    total->worn_out += part->worn_out;
    total->unsettled += part->unsettled;
    total->weak_programs += part->weak_programs;
    total->idle_cuts += part->idle_cuts;
}
