/*
 * The long cut campaign and the soak, for a machine that has time. The usage text below says how.
 *
 * Shards are parts of one campaign; tools/campaign_merge.py adds their JSON files. Progress goes to
 * the standard error.
 */
#include "tests/support/cut_run.h"
#include "tests/support/soak.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define RUNS_MAX 256u /* scenes times seeds */

struct options {
    uint32_t scene; /* BED_SCENES: all */
    uint32_t lanes; /* 0: one lane and two */
    uint32_t first_seed;
    uint32_t last_seed;
    uint32_t operations; /* of the soak; 0: the exhaustive campaign */
    const char *json;
    struct cut_plan plan;
};

struct run_entry {
    uint32_t scene;
    uint32_t seed;
    struct cut_result cuts;
    struct soak_result soak;
    double seconds;
};

static const char usage[] =
    "usage: campaign_store --seeds FIRST-LAST [--scene NAME] [--lanes 1|2] [--updates N]\n"
    "                      [--first K] [--second K] [--shard I/N] [--json FILE]\n"
    "           cut everywhere: one first cut of K and one second cut of K is run, chosen by the\n"
    "           seed; all where K is 1, which it is unless said otherwise\n"
    "       campaign_store --operations N [--scene NAME] [--lanes 1|2] [--seeds FIRST]\n"
    "                      [--shard I/N] [--json FILE]\n"
    "           the soak: N random operations over all scenes\n"
    "       campaign_store --replay POINT | --replay-soak SCENE-SEED:BOOT\n"
    "           one run that failed, as it was printed\n"
    "Any option starts a campaign, and what is left out is 1 (--updates: 300). Exit status 0:\n"
    "nothing failed, 1: something did, 2: bad arguments or a file that cannot be written.\n"
    "Scenes:";

static struct run_entry runs[RUNS_MAX];
static uint32_t run_count;

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

static uint32_t lanes_of(uint32_t scene)
{
    return bed_lanes(&bed_scenes[scene]);
}

static bool parse_shard(struct cut_plan *plan, const char *value)
{
    return sscanf(value, "%u/%u", &plan->shard, &plan->shards) == 2 && plan->shards != 0 &&
           plan->shard < plan->shards;
}

static bool parse_seeds(struct options *options, const char *value)
{
    const int count = sscanf(value, "%u-%u", &options->first_seed, &options->last_seed);
    if (count == 1) options->last_seed = options->first_seed;
    return count >= 1 && options->last_seed - options->first_seed < RUNS_MAX / BED_SCENES;
}

static bool parse_one(struct options *options, const char *name, const char *value)
{
    struct cut_plan *const plan = &options->plan;
    const struct {
        const char *name;
        uint32_t *number;
    } numbers[] = {
        { "--updates", &plan->updates },   { "--first", &plan->first_of },
        { "--second", &plan->second_of },  { "--operations", &options->operations },
        { "--lanes", &options->lanes },
    };
    for (uint32_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        char *end;
        if (strcmp(name, numbers[i].name) != 0) continue;
        *numbers[i].number = (uint32_t)strtoul(value, &end, 10);
        return end != value && *end == '\0';
    }
    if (strcmp(name, "--seeds") == 0) return parse_seeds(options, value);
    if (strcmp(name, "--shard") == 0) return parse_shard(plan, value);
    if (strcmp(name, "--json") == 0) {
        options->json = value;
        return true;
    }
    if (strcmp(name, "--scene") != 0) return false;
    options->scene = scene_of(value);
    return options->scene < BED_SCENES;
}

static void add_cuts(struct cut_result *total, const struct cut_result *part)
{
    total->possible_1 += part->possible_1;
    total->possible_2 += part->possible_2;
    total->run_1 += part->run_1;
    total->run_2 += part->run_2;
    total->failures += part->failures;
    total->weak_programs += part->weak_programs;
    total->unerased += part->unerased;
}

static void print_cuts(const struct cut_result *cuts, FILE *out)
{
    (void)fprintf(out, "\"points_possible\": %llu, \"points_run\": %llu, "
                  "\"points_run_depth_1\": %llu, \"failures\": %llu, \"weak_programs\": %llu, "
                  "\"points_into_a_cut_erase\": %llu",
                  (unsigned long long)(cuts->possible_1 + cuts->possible_2),
                  (unsigned long long)(cuts->run_1 + cuts->run_2),
                  (unsigned long long)cuts->run_1, (unsigned long long)cuts->failures,
                  (unsigned long long)cuts->weak_programs, (unsigned long long)cuts->unerased);
}

static void print_soak(const struct soak_result *soak, FILE *out)
{
    (void)fprintf(out, "\"operations\": %llu, \"boots\": %llu, \"cuts\": %llu, "
                  "\"flips\": %llu, \"faults\": %llu, \"stuck_units\": %llu, "
                  "\"ended_worn_out\": %llu, \"ended_unsettled\": %llu, "
                  "\"failures\": %llu, \"weak_programs\": %llu, "
                  "\"erases_cut_between_calls\": %llu, \"cuts_by_depth\": [",
                  (unsigned long long)soak->operations, (unsigned long long)soak->boots,
                  (unsigned long long)soak->cut_count, (unsigned long long)soak->flips,
                  (unsigned long long)soak->faults, (unsigned long long)soak->stuck_units,
                  (unsigned long long)soak->worn_out, (unsigned long long)soak->unsettled,
                  (unsigned long long)soak->failure_count,
                  (unsigned long long)soak->weak_programs, (unsigned long long)soak->idle_cuts);
    for (uint32_t i = 0; i < SOAK_DEPTHS; i++) {
        (void)fprintf(out, "%s%llu", i == 0 ? "" : ", ", (unsigned long long)soak->cuts[i]);
    }
    (void)fprintf(out, "]");
}

static void print_entry(const struct run_entry *entry, const struct options *options, FILE *out)
{
    const struct bed_scene *const scene = &bed_scenes[entry->scene];
    (void)fprintf(out, "{\"scene\": \"%s\", \"seed\": %u, \"lanes\": %u, \"cut_bytes\": %u, ",
                  scene->name, entry->seed, lanes_of(entry->scene), scene->cut_bytes);
    if (options->operations != 0) {
        print_soak(&entry->soak, out);
    } else {
        const struct cut_result *const cuts = &entry->cuts;
        (void)fprintf(out, "\"updates\": %u, \"units_reclaimed\": %u, \"commands\": %u, "
                      "\"longest_recovery_commands\": %u, \"longest_recovery_bytes\": %u, ",
                      cuts->updates, cuts->reclaims, cuts->commands, cuts->recovery_commands_max,
                      cuts->recovery_bytes_max);
        print_cuts(cuts, out);
    }
    (void)fprintf(out, ", \"seconds\": %.1f}", entry->seconds);
}

/* One line for the whole of it, then one for each run. Returns the number of failures. */
static uint64_t print_all(const struct options *options, FILE *out)
{
    struct cut_result cuts = { 0 };
    struct soak_result soak = { 0 };
    double seconds = 0;
    for (uint32_t i = 0; i < run_count; i++) {
        add_cuts(&cuts, &runs[i].cuts);
        soak_add(&soak, &runs[i].soak);
        seconds += runs[i].seconds;
    }
    (void)fprintf(out, "{\"campaign\": \"%s\", \"shard\": %u, \"shards\": %u, \"depth\": %d,\n ",
                  options->operations != 0 ? "store.soak" : "store.cuts", options->plan.shard,
                  options->plan.shards, options->plan.second_of == 0 ? 1 : 2);
    if (options->operations != 0) print_soak(&soak, out);
    else print_cuts(&cuts, out);
    (void)fprintf(out, ",\n \"seconds\": %.1f, \"runs\": [\n", seconds);
    for (uint32_t i = 0; i < run_count; i++) {
        (void)fprintf(out, "  ");
        print_entry(&runs[i], options, out);
        (void)fprintf(out, "%s\n", i + 1u == run_count ? "" : ",");
    }
    (void)fprintf(out, "]}\n");
    return cuts.failures + soak.failure_count;
}

static void tell_progress(const struct cut_plan *plan, uint32_t percent, uint64_t points)
{
    static double last;
    const double now = seconds_now();
    if (now - last < 10.0) return;
    last = now;
    (void)fprintf(stderr, "  %s-%u %u %%, %llu points\n", bed_scenes[plan->scene].name, plan->seed,
                  percent, (unsigned long long)points);
}

static void run_one(const struct options *options, uint32_t scene, uint32_t seed, uint32_t scenes)
{
    const double start = seconds_now();
    struct run_entry *const entry = &runs[run_count++];
    entry->scene = scene;
    entry->seed = seed;
    if (options->operations == 0) {
        struct cut_plan plan = options->plan;
        plan.scene = scene;
        plan.seed = seed;
        cut_run(&plan, &entry->cuts);
    } else {
        const struct soak_plan plan = {
            .scene = scene, .seed = seed * 1000u + options->plan.shard,
            .operations = options->operations / options->plan.shards / scenes + 1u,
            .again_percent = 50u, .tell_from = 0xffffffffu,
        };
        soak_run(&plan, &entry->soak, options->plan.program);
    }
    entry->seconds = seconds_now() - start;
    print_entry(entry, options, stderr);
    (void)fprintf(stderr, "\n");
}

static void print_usage(FILE *out)
{
    (void)fputs(usage, out);
    for (uint32_t i = 0; i < BED_SCENES; i++) (void)fprintf(out, " %s", bed_scenes[i].name);
    (void)fputs("\n", out);
}

static int refuse(const char *name, const char *value)
{
    (void)fprintf(stderr, "campaign_store: \"%s %s\" is not known; --help says what is\n", name,
                  value);
    return 2;
}

static int replay(const char *name, const char *value, const struct options *options)
{
    if (strcmp(name, "--replay") == 0) {
        struct cut_point point;
        if (!cut_point_parse(value, &point)) return refuse(name, value);
        return cut_replay(&point, &options->plan) ? 0 : 1;
    }
    char scene[16];
    unsigned long long seed;
    struct soak_plan plan = { .operations = 0xffffffffu, .again_percent = 50u };
    struct soak_result result = { 0 };
    const int count = sscanf(value, "%15[a-z0-9]-%llu:%u", scene, &seed, &plan.tell_from);
    if (strcmp(name, "--replay-soak") != 0 || count != 3) return refuse(name, value);
    plan.scene = scene_of(scene);
    plan.seed = seed;
    if (plan.scene == BED_SCENES) return refuse(name, value);
    return soak_run(&plan, &result, options->plan.program) ? 0 : 1;
}

static bool is_wanted(const struct options *options, uint32_t scene)
{
    if (options->scene != BED_SCENES && scene != options->scene) return false;
    return options->lanes == 0 || lanes_of(scene) == options->lanes;
}

/* What was run so far; a campaign that is ended early leaves the runs that it has finished. */
static bool write_json(const struct options *options)
{
    if (options->json == NULL) return true;
    FILE *const out = fopen(options->json, "w");
    if (out == NULL) return false;
    (void)print_all(options, out);
    return fclose(out) == 0;
}

static int run_all(const struct options *options)
{
    uint32_t scenes = 0;
    for (uint32_t scene = 0; scene < BED_SCENES; scene++) scenes += is_wanted(options, scene);
    for (uint32_t seed = options->first_seed; seed <= options->last_seed; seed++) {
        for (uint32_t i = 0; i < BED_SCENES; i++) {
            /* Two lanes first: they take longest. */
            const uint32_t scene = (i + BED_SCENES_ONE_LANE) % BED_SCENES;
            if (!is_wanted(options, scene)) continue;
            run_one(options, scene, seed, scenes);
            if (!write_json(options)) return 2;
        }
    }
    const uint64_t failures = print_all(options, stdout);
    return failures == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
    if (argc == 1 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_usage(argc == 1 ? stderr : stdout);
        return argc == 1 ? 2 : 0;
    }
    (void)setvbuf(stdout, NULL, _IOLBF, 0); /* failures are to be read while it runs */
    struct options options = { .scene = BED_SCENES, .first_seed = 1, .last_seed = 1 };
    options.plan = (struct cut_plan){
        .updates = 300, .reclaims = 3, .after_steps = 6, .first_of = 1, .second_of = 1,
        .shards = 1, .program = argv[0], .progress = tell_progress,
    };
    for (int i = 1; i < argc; i += 2) {
        const bool last = i + 1 == argc;
        if (!last && strncmp(argv[i], "--replay", 8) == 0) {
            return replay(argv[i], argv[i + 1], &options);
        }
        if (last) return refuse(argv[i], "");
        if (!parse_one(&options, argv[i], argv[i + 1])) return refuse(argv[i], argv[i + 1]);
    }
    return run_all(&options);
}
