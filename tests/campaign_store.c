/*
 * The long cut campaign and the soak, for a machine that has time.
 *
 *   campaign_store [--scene NAME] [--seeds FIRST-LAST] [--steps N] [--first K] [--second K]
 *                  [--shard I/N] [--soak BOOTS] [--json FILE]
 *   campaign_store --replay POINT, --replay-soak SCENE-SEED:BOOT
 *
 * One first cut of K and one second cut of K is run, chosen by the seed. Exit 1 if any failed.
 */
#include "tests/support/cut_run.h"
#include "tests/support/soak.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct options {
    uint32_t scene; /* BED_SCENES: all */
    uint32_t first_seed;
    uint32_t last_seed;
    uint32_t soak_boots; /* a seed and scene; 0: the exhaustive campaign */
    const char *json;
    struct cut_plan plan;
};

struct totals {
    struct cut_result cuts;
    struct soak_result soak;
    double seconds;
};

static double seconds_now(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static uint32_t scene_of(const char *name)
{
    for (uint32_t i = 0; i < BED_SCENES; i++) {
        if (strcmp(bed_scenes[i].name, name) == 0) return i;
    }
    return BED_SCENES;
}

static bool parse_one(struct options *options, const char *name, const char *value)
{
    struct cut_plan *const plan = &options->plan;
    const uint32_t number = (uint32_t)strtoul(value, NULL, 10);
    if (strcmp(name, "--scene") == 0) options->scene = scene_of(value);
    else if (strcmp(name, "--steps") == 0) plan->steps = number;
    else if (strcmp(name, "--first") == 0) plan->first_of = number;
    else if (strcmp(name, "--second") == 0) plan->second_of = number;
    else if (strcmp(name, "--soak") == 0) options->soak_boots = number;
    else if (strcmp(name, "--json") == 0) options->json = value;
    else if (strcmp(name, "--seeds") == 0) {
        if (sscanf(value, "%u-%u", &options->first_seed, &options->last_seed) == 1) {
            options->last_seed = options->first_seed;
        }
    } else if (strcmp(name, "--shard") == 0) {
        return sscanf(value, "%u/%u", &plan->shard, &plan->shards) == 2 && plan->shards != 0 &&
               plan->shard < plan->shards;
    } else {
        return false;
    }
    return strcmp(name, "--scene") != 0 || options->scene < BED_SCENES;
}

static unsigned long long sum(const uint64_t *numbers)
{
    unsigned long long total = 0;
    for (uint32_t i = 0; i < SOAK_DEPTHS; i++) total += numbers[i];
    return total;
}

static void print_totals(const struct totals *totals, const struct options *options, FILE *out)
{
    const struct cut_result *const cuts = &totals->cuts;
    const struct soak_result *const soak = &totals->soak;
    if (options->soak_boots == 0) {
        (void)fprintf(out, "{\"campaign\": \"store.cuts\", \"depth\": %d, "
                      "\"points_possible\": %llu, "
                      "\"points_run\": %llu, \"points_run_depth_1\": %llu, \"failures\": %llu, "
                      "\"weak_programs\": %llu, \"seconds\": %.1f}\n",
                      options->plan.second_of == 0 ? 1 : 2,
                      (unsigned long long)(cuts->possible_1 + cuts->possible_2),
                      (unsigned long long)(cuts->run_1 + cuts->run_2),
                      (unsigned long long)cuts->run_1, (unsigned long long)cuts->failures,
                      (unsigned long long)cuts->weak_programs, totals->seconds);
        return;
    }
    (void)fprintf(out, "{\"campaign\": \"store.soak\", \"boots\": %llu, \"cuts\": %llu, "
                  "\"failures\": %llu, \"weak_programs\": %llu, "
                  "\"erases_cut_between_calls\": %llu, "
                  "\"seconds\": %.1f, \"by_depth\": [", (unsigned long long)soak->boots,
                  sum(soak->cuts), sum(soak->failures), (unsigned long long)soak->weak_programs,
                  (unsigned long long)soak->idle_cuts, totals->seconds);
    for (uint32_t i = 0; i < SOAK_DEPTHS; i++) {
        (void)fprintf(out, "%s{\"depth\": %u, \"cuts\": %llu, \"failures\": %llu}",
                      i == 0 ? "" : ", ", i + 1u, (unsigned long long)soak->cuts[i],
                      (unsigned long long)soak->failures[i]);
    }
    (void)fprintf(out, "]}\n");
}

static void run_one(const struct options *options, struct totals *totals, uint32_t scene,
                    uint32_t seed)
{
    const double start = seconds_now();
    if (options->soak_boots == 0) {
        struct cut_plan plan = options->plan;
        plan.scene = scene;
        plan.seed = seed;
        cut_run(&plan, &totals->cuts);
    } else {
        const struct soak_plan plan = { scene, seed, options->soak_boots, 50u, 0xffffffffu };
        (void)soak_run(&plan, &totals->soak, options->plan.program);
    }
    totals->seconds += seconds_now() - start;
    (void)fprintf(stderr, "%s-%u  ", bed_scenes[scene].name, seed);
    print_totals(totals, options, stderr);
}

static int replay(const char *name, const char *value, const struct options *options)
{
    if (strcmp(name, "--replay") == 0) {
        struct cut_point point;
        if (!cut_point_parse(value, &point)) return 2;
        return cut_replay(&point, &options->plan) ? 0 : 1;
    }
    char scene[16];
    unsigned long long seed;
    struct soak_plan plan = { .boots = 0xffffffffu, .again_percent = 50u };
    struct soak_result result = { 0 };
    if (sscanf(value, "%15[a-z0-9]-%llu:%u", scene, &seed, &plan.tell_from) != 3) return 2;
    plan.scene = scene_of(scene);
    plan.seed = seed;
    if (plan.scene == BED_SCENES) return 2;
    return soak_run(&plan, &result, options->plan.program) ? 0 : 1;
}

static int run_all(const struct options *options)
{
    struct totals totals = { 0 };
    for (uint32_t seed = options->first_seed; seed <= options->last_seed; seed++) {
        for (uint32_t scene = 0; scene < BED_SCENES; scene++) {
            if (options->scene != BED_SCENES && scene != options->scene) continue;
            run_one(options, &totals, scene, seed);
        }
    }
    print_totals(&totals, options, stdout);
    if (options->json != NULL) {
        FILE *const out = fopen(options->json, "w");
        if (out == NULL) return 2;
        print_totals(&totals, options, out);
        if (fclose(out) != 0) return 2;
    }
    return totals.cuts.failures + sum(totals.soak.failures) == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
    struct options options = { .scene = BED_SCENES, .first_seed = 1, .last_seed = 1 };
    options.plan = (struct cut_plan){ .steps = 300, .after_steps = 6, .first_of = 1,
                                      .second_of = 1, .shards = 1, .program = argv[0] };
    for (int i = 1; i < argc; i += 2) {
        const bool last = i + 1 == argc;
        if (!last && strncmp(argv[i], "--replay", 8) == 0) {
            return replay(argv[i], argv[i + 1], &options);
        }
        if (last || !parse_one(&options, argv[i], argv[i + 1])) {
            (void)fprintf(stderr, "%s: what is %s?\n", argv[0], argv[i]);
            return 2;
        }
    }
    return run_all(&options);
}
