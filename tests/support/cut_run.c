/*
 * The cut runs. One bed is live; the others are copies that are only ever copied back into it, so
 * that what the store points at stays where it is.
 */
#include "tests/support/cut_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COMMANDS_MAX 4096u
#define FAILURES_SHOWN 10u
#define FIRST_BYTES 64u  /* of a unit: its mark and first records */
#define LAST_BYTES 320u  /* where a small record's settling goes on to the next unit */
#define STEPS_MAX 100000u

struct command {
    enum sim_command command;
    uint32_t addr;
    uint32_t n;
};

struct commands {
    uint32_t count;
    struct command list[COMMANDS_MAX];
};

struct run {
    const struct cut_plan *plan;
    struct cut_result *result;
    struct bed *live;
    struct bed *before;  /* the step */
    struct bed *after;   /* the step */
    struct bed *cut;     /* as the first cut left it */
    struct commands step;
    struct commands recovery; /* from the first cut: the mount's, then those of some steps */
    uint32_t recovery_commands; /* how many of them are the mount's */
};

static void note_command(const struct sim_event *event, void *context)
{
    struct commands *const commands = context;
    if (event->command == SIM_READ || commands->count == COMMANDS_MAX) return;
    commands->list[commands->count++] = (struct command){ event->command, event->addr, event->n };
}

static void note_into(struct bed *bed, struct commands *commands)
{
    if (commands != NULL) commands->count = 0;
    if (bed->tells) return;
    bed->sim->trace = commands == NULL ? NULL : note_command;
    bed->sim->trace_context = commands;
}

const char *cut_point_text(const struct cut_point *point, char *buf)
{
    char tear[24];
    char tear2[24];
    int at = snprintf(buf, CUT_POINT_BYTES, "%s-%u:%u:%s:", bed_scenes[point->scene].name,
                      point->seed, point->cut, sim_tear_name(&point->tear, tear));
    if (point->second == CUT_NO_SECOND) {
        (void)snprintf(buf + at, CUT_POINT_BYTES - (size_t)at, "-:-");
    } else {
        (void)snprintf(buf + at, CUT_POINT_BYTES - (size_t)at, "%u:%s", point->second,
                       sim_tear_name(&point->tear2, tear2));
    }
    return buf;
}

static void seed_tears(struct cut_point *point)
{
    const uint64_t base = rng_mix(point->seed * 8191u + point->scene) + point->cut * 64u;
    point->tear.seed = rng_mix(base + point->tear.kind * 16u + point->tear.arg);
    point->tear2.seed = rng_mix(point->tear.seed + point->second * 1024u +
                                point->tear2.kind * 16u + point->tear2.arg);
}

bool cut_point_parse(const char *text, struct cut_point *point)
{
    char name[16];
    char tear[24];
    char second[16];
    char tear2[24];
    memset(point, 0, sizeof *point);
    if (sscanf(text, "%15[a-z0-9]-%u:%u:%23[a-z0-9_]:%15[-0-9]:%23[a-z0-9_-]", name, &point->seed,
               &point->cut, tear, second, tear2) != 6) {
        return false;
    }
    while (point->scene < BED_SCENES && strcmp(bed_scenes[point->scene].name, name) != 0) {
        point->scene++;
    }
    if (point->scene == BED_SCENES || !sim_tear_parse(tear, &point->tear)) return false;
    point->second = CUT_NO_SECOND;
    if (strcmp(second, "-") != 0) {
        point->second = (uint32_t)strtoul(second, NULL, 10);
        if (!sim_tear_parse(tear2, &point->tear2)) return false;
    }
    seed_tears(point);
    return true;
}

static bool use(struct bed *bed, uint32_t steps)
{
    for (uint32_t i = 0; i < steps; i++) {
        if (!bed_step(bed)) return false;
    }
    return bed_judge(bed);
}

/* After a recovery: what was read stays, and the store goes on working. */
static bool live_on(struct bed *bed, uint32_t steps)
{
    if (!bed_boot(bed) || !use(bed, steps) || !bed_boot(bed)) return false;
    if (bed->full_count != 0) return bed_wrong(bed, "a set answered that the store is full");
    return true;
}

/* Take the step with a cut in it. Returns false if it ended without one. */
static bool step_cut(struct bed *bed, uint32_t command, const struct sim_tear *tear)
{
    if (setjmp(bed->jump) == 0) {
        sim_nor_cut_at(bed->sim, command, tear, &bed->jump);
        const bool ok = bed_step(bed);
        return ok ? bed_wrong(bed, "the step ended without its cut") : false;
    }
    bed->is_mounted = false;
    return true;
}

/* Boot and use the store, with a cut in the mount or after it. */
static bool boot_cut(struct bed *bed, const struct cut_point *point, uint32_t steps)
{
    if (setjmp(bed->jump) == 0) {
        sim_nor_cut_at(bed->sim, point->second, &point->tear2, &bed->jump);
        const bool ok = bed_boot(bed) && use(bed, steps);
        return ok ? bed_wrong(bed, "the boot ended without its cut") : false;
    }
    bed->is_mounted = false;
    return true;
}

/*
 * One cut alone: the store keeps away from whatever may be the only good copy of what that cut has
 * spoilt, but where a milder assumption was named.
 */
static bool keeps_away(struct bed *bed, uint32_t near_before)
{
    const uint32_t near = bed->sim->counters.near_programs - near_before;
    if (bed->sim->medium.geometry.cut_bytes != bed->scene->cut_bytes) return true;
    return near == 0 || bed_wrong(bed, "programmed %u granules into the twin of a cut block", near);
}

/* Run one point from the bed as it is before the step. */
static bool run_point(struct run *run, const struct cut_point *point, uint32_t command)
{
    struct bed *const bed = run->live;
    if (point->second == CUT_NO_SECOND) {
        if (!step_cut(bed, command, &point->tear)) return false;
        bed_copy(run->cut, bed);
        const uint32_t near = bed->sim->counters.near_programs;
        note_into(bed, &run->recovery);
        const bool ok = bed_boot(bed);
        run->recovery_commands = run->recovery.count;
        const bool used = ok && use(bed, run->plan->after_steps);
        note_into(bed, NULL);
        return used && keeps_away(bed, near) && live_on(bed, run->plan->after_steps);
    }
    if (!boot_cut(bed, point, run->plan->after_steps)) return false;
    bed->is_deep = true;
    return bed_boot(bed) && live_on(bed, run->plan->after_steps);
}

static void judge_point(struct run *run, const struct cut_point *point, uint32_t command)
{
    const uint32_t weak = run->live->sim->counters.weak_programs;
    if (!run_point(run, point, command)) {
        char text[CUT_POINT_BYTES];
        if (run->result->failures++ < FAILURES_SHOWN && !run->plan->is_quiet) {
            (void)printf("FAIL %s\n  replay: %s --replay %s\n", run->live->why,
                         run->plan->program, cut_point_text(point, text));
        }
    }
    run->result->weak_programs += run->live->sim->counters.weak_programs - weak;
    run->result->unerased += run->live->sim->counters.unerased_programs != 0;
}

static bool is_chosen(uint64_t seed, uint32_t one_of)
{
    return one_of != 0 && rng_mix(seed) % one_of == 0;
}

/* Cut the recovery, or the use after it, once more. */
static void judge_second(struct run *run, struct cut_point *point, uint32_t command,
                         const struct sim_tear *tear)
{
    point->second = command;
    point->tear2 = *tear;
    seed_tears(point);
    run->result->possible_2++;
    if (is_chosen(point->tear2.seed ^ 2u, run->plan->second_of)) {
        bed_copy(run->live, run->cut);
        run->result->run_2++;
        judge_point(run, point, 0);
    }
    point->second = CUT_NO_SECOND;
}

static void run_second(struct run *run, struct cut_point *point)
{
    struct sim_tear tears[SIM_NOR_TEARS_MAX];
    const struct commands *const recovery = &run->recovery;
    const uint32_t mount = run->recovery_commands;
    struct rng rng = { point->tear.seed };
    for (uint32_t c = 0; c < mount; c++) {
        const struct command *const command = &recovery->list[c];
        const uint32_t count = sim_nor_tears(run->live->sim, command->command, command->n, tears);
        for (uint32_t i = 0; mount <= CUT_SHORT_RECOVERY && i < count; i++) {
            judge_second(run, point, c, &tears[i]);
        }
        for (uint32_t i = 0; mount > CUT_SHORT_RECOVERY && i < CUT_LONG_TEARS; i++) {
            judge_second(run, point, c, &tears[(i + rng_below(&rng, count)) % count]);
        }
    }
    if (recovery->count == mount) return;
    const uint32_t late = mount + rng_below(&rng, recovery->count - mount);
    const struct command *const command = &recovery->list[late];
    const uint32_t count = sim_nor_tears(run->live->sim, command->command, command->n, tears);
    judge_second(run, point, late, &tears[rng_below(&rng, count)]);
}

static void note_recovery(struct run *run)
{
    struct cut_result *const result = run->result;
    uint32_t bytes = 0;
    for (uint32_t i = 0; i < run->recovery_commands; i++) {
        if (run->recovery.list[i].command == SIM_PROGRAM) bytes += run->recovery.list[i].n;
    }
    if (bytes > result->recovery_bytes_max) result->recovery_bytes_max = bytes;
    if (run->recovery_commands > result->recovery_commands_max) {
        result->recovery_commands_max = run->recovery_commands;
    }
}

/* Does the step touch a unit's end or start? There is most to go wrong. */
static bool step_is_special(const struct run *run)
{
    const uint32_t unit_bytes = run->live->sim->medium.geometry.unit_bytes;
    for (uint32_t i = 0; i < run->step.count; i++) {
        const struct command *const command = &run->step.list[i];
        const uint32_t at = command->addr % unit_bytes;
        if (at < FIRST_BYTES || at + command->n > unit_bytes - LAST_BYTES) return true;
    }
    return false;
}

static void run_step(struct run *run, uint32_t first)
{
    const struct cut_plan *const plan = run->plan;
    const uint32_t one_of = step_is_special(run) ? 1u : plan->first_of;
    struct sim_tear tears[SIM_NOR_TEARS_MAX];
    for (uint32_t c = 0; c < run->step.count; c++) {
        const struct command *const command = &run->step.list[c];
        const uint32_t count = sim_nor_tears(run->live->sim, command->command, command->n, tears);
        for (uint32_t i = 0; i < count; i++) {
            struct cut_point point = { plan->scene, plan->seed, first + c, tears[i],
                                       CUT_NO_SECOND, { SIM_TEAR_NONE, 0, 0 } };
            seed_tears(&point);
            if (rng_mix(point.tear.seed ^ 3u) % plan->shards != plan->shard) continue;
            run->result->possible_1++;
            if (!is_chosen(point.tear.seed ^ 1u, one_of)) continue;
            bed_copy(run->live, run->before);
            run->result->run_1++;
            judge_point(run, &point, c);
            note_recovery(run);
            if (plan->second_of != 0) run_second(run, &point);
        }
    }
}

static void open_run(struct run *run, const struct cut_plan *plan, struct cut_result *result)
{
    const struct bed_scene *const scene = &bed_scenes[plan->scene];
    run->plan = plan;
    run->result = result;
    run->live = bed_create(scene, plan->seed);
    run->before = bed_create(scene, plan->seed);
    run->after = bed_create(scene, plan->seed);
    run->cut = bed_create(scene, plan->seed);
    if (plan->cut_bytes != 0) run->live->sim->medium.geometry.cut_bytes = plan->cut_bytes;
}

static void close_run(struct run *run)
{
    bed_destroy(run->live);
    bed_destroy(run->before);
    bed_destroy(run->after);
    bed_destroy(run->cut);
    free(run);
}

static bool is_whole(const struct run *run, const char *what)
{
    if (run->live->why[0] == '\0') return true;
    (void)printf("FAIL %s of %s-%u without any cut: %s\n", what, run->live->scene->name,
                 run->plan->seed, run->live->why);
    run->result->failures++;
    return false;
}

/* Units that were erased, in each lane. */
static uint32_t reclaims_of(const struct bed *bed)
{
    return bed->sim->counters.erases / (bed->sim->lane_units == 0 ? 1u : 2u);
}

static bool is_long_enough(const struct run *run, uint32_t updates, uint32_t reclaims)
{
    return run->live->update_count - updates >= run->plan->updates &&
           reclaims_of(run->live) - reclaims >= run->plan->reclaims;
}

static void tell_progress(const struct run *run, uint32_t updates)
{
    const struct cut_plan *const plan = run->plan;
    if (plan->progress == NULL || plan->updates == 0) return;
    const uint32_t done = run->live->update_count - updates;
    plan->progress(plan, done >= plan->updates ? 99u : 100u * done / plan->updates,
                   run->result->run_1 + run->result->run_2);
}

void cut_run(const struct cut_plan *plan, struct cut_result *result)
{
    struct run *const run = calloc(1, sizeof *run);
    if (run == NULL) abort();
    open_run(run, plan, result);
    (void)bed_warm_up(run->live);
    uint32_t first = 0;
    const uint32_t updates = run->live->update_count;
    const uint32_t reclaims = reclaims_of(run->live);
    for (uint32_t i = 0; is_whole(run, "warm-up or step") && i < STEPS_MAX; i++) {
        if (is_long_enough(run, updates, reclaims)) break;
        bed_copy(run->before, run->live);
        note_into(run->live, &run->step);
        (void)bed_step(run->live);
        note_into(run->live, NULL);
        if (run->live->why[0] != '\0') continue;
        bed_copy(run->after, run->live);
        run_step(run, first);
        first += run->step.count;
        bed_copy(run->live, run->after);
        result->steps++;
        tell_progress(run, updates);
    }
    result->commands += first;
    result->updates += run->live->update_count - updates;
    result->reclaims += reclaims_of(run->live) - reclaims;
    close_run(run);
}

/* Go to the step that holds the point's command. Returns the command's number in it. */
static uint32_t find_step(struct run *run, const struct cut_point *point)
{
    uint32_t first = 0;
    for (uint32_t i = 0; i < STEPS_MAX; i++) {
        bed_copy(run->before, run->live);
        note_into(run->live, &run->step);
        if (!bed_step(run->live)) break;
        if (first + run->step.count > point->cut) return point->cut - first;
        first += run->step.count;
    }
    return CUT_NO_SECOND;
}

bool cut_replay(const struct cut_point *point, const struct cut_plan *plan)
{
    struct cut_result result = { 0 };
    struct cut_plan one = *plan;
    struct run *const run = calloc(1, sizeof *run);
    if (run == NULL) abort();
    one.scene = point->scene;
    one.seed = point->seed;
    open_run(run, &one, &result);
    if (!bed_warm_up(run->live)) {
        (void)printf("the warm-up fails: %s\n", run->live->why);
        close_run(run);
        return false;
    }
    const uint32_t command = find_step(run, point);
    note_into(run->live, NULL);
    bool ok = command != CUT_NO_SECOND;
    if (!ok) (void)printf("the run has no such command\n");
    bed_copy(run->live, run->before);
    bed_tell_commands(run->live);
    if (ok && point->second != CUT_NO_SECOND) ok = step_cut(run->live, command, &point->tear);
    ok = ok && run_point(run, point, command);
    (void)printf("%s%s\n", ok ? "went as promised" : "FAIL ", ok ? "" : run->live->why);
    close_run(run);
    return ok;
}
