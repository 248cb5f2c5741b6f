/*
 * The cuts and the bus faults of every medium at length: see tests/support/medium_run.h and
 * medium_faults.h. Shards are parts of one campaign, which tools/campaign_merge.py adds up.
 * Exit 0 if nothing failed, 1 if something did, 2 if it could not be run, 3 for bad usage.
 */
#include "tests/support/medium_faults.h"
#include "tests/support/medium_run.h"

#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define RUNS_MAX 256u
#define FAULT_STEPS 34u

enum exit_code { EXIT_FINE = 0, EXIT_WRONG = 1, EXIT_CANNOT = 2, EXIT_USAGE = 3 };
enum option_key { KEY_MEDIUM = 1000, KEY_SHARD, KEY_LIST, KEY_FIRST, KEY_SECOND, KEY_FAULTS,
                  KEY_REPLAY, KEY_FAULT };

struct options {
    const char *medium; /* null: all */
    const char *json;
    const char *replay;
    const char *fault;
    uint32_t first_of;
    uint32_t second_of;
    uint32_t faults_of; /* 0: none */
    uint32_t seeds;
    uint32_t shard;
    uint32_t shards;
    bool list;
};

struct entry {
    const struct medium_kind *kind;
    uint32_t seed;
    struct run_result cuts;
    struct faults_result faults;
    double seconds;
};

static struct entry entries[RUNS_MAX];
static uint32_t entry_count;

static const struct argp_option option_list[] = {
    {"medium", KEY_MEDIUM, "NAME", 0, "Only this one", 0},
    {"seeds", 's', "N", 0, "Sessions of each, the first on a region written round before (2)", 0},
    {"first", KEY_FIRST, "K", 0, "Run one first cut of K, chosen by the seed (1)", 0},
    {"second", KEY_SECOND, "K", 0, "And one second cut of K; 0 for none (80)", 0},
    {"faults", KEY_FAULTS, "K", 0, "And one fault of the bus of K; 0 for none (1)", 0},
    {"shard", KEY_SHARD, "I/N", 0, "Of N parts of the points only part I, from 0", 0},
    {"json", 'j', "FILE", 0, "Write the results there, too", 0},
    {"list", KEY_LIST, NULL, 0, "Print the names of the media, and end", 0},
    {"replay", KEY_REPLAY, "POINT", 0, "Tell the story of a cut that failed, as printed", 0},
    {"fault", KEY_FAULT, "POINT", 0, "Tell that of a fault of the bus", 0},
    {0}};

static const char doc[] =
    "Cut the power at every write of a store on each medium, with each tear that its part can "
    "leave, and again in the recovery; and let the bus fail at every transfer.\v"
    "Exit codes: 0 nothing failed; 1 something did; 2 could not run; 3 bad usage.";

static uint32_t number(struct argp_state *state, const char *text)
{
    char *end = NULL;
    const unsigned long value = strtoul(text, &end, 10);
    if (end == text || *end != '\0' || text[0] == '-' || value > 1000000u) {
        argp_error(state, "not a number in range: %s", text);
    }
    return (uint32_t)value;
}

static error_t parse_number(int key, char *text, struct argp_state *state)
{
    struct options *const options = state->input;
    switch (key) {
    case 's':
        options->seeds = number(state, text);
        return 0;
    case KEY_FIRST:
        options->first_of = number(state, text);
        return 0;
    case KEY_SECOND:
        options->second_of = number(state, text);
        return 0;
    case KEY_FAULTS:
        options->faults_of = number(state, text);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct options *const options = state->input;
    char rest;
    switch (key) {
    case KEY_MEDIUM:
        options->medium = text;
        if (medium_kind_of(text) == NULL) argp_error(state, "no medium %s; see --list", text);
        return 0;
    case 'j':
        options->json = text;
        return 0;
    case KEY_REPLAY:
        options->replay = text;
        return 0;
    case KEY_FAULT:
        options->fault = text;
        return 0;
    case KEY_SHARD:
        if (sscanf(text, "%u/%u%c", &options->shard, &options->shards, &rest) != 2 ||
            options->shard >= options->shards) {
            argp_error(state, "not a shard: %s", text);
        }
        return 0;
    case KEY_LIST:
        options->list = true;
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "what is %s?", text);
        return 0;
    default:
        return parse_number(key, text, state);
    }
}

static double seconds_now(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void print_entry(const struct entry *entry, FILE *out)
{
    const struct run_result *const cuts = &entry->cuts;
    const struct faults_result *const faults = &entry->faults;
    (void)fprintf(out, "{\"medium\": \"%s\", \"seed\": %u, \"updates\": %u, \"units\": %u, "
                  "\"places\": %u, \"cuts_possible\": %llu, \"cuts_run\": %llu, "
                  "\"second_possible\": %llu, \"second_run\": %llu, \"faults_possible\": %llu, "
                  "\"faults_run\": %llu, \"faults_survived\": %llu, "
                  "\"longest_fault_ms\": %.1f, \"failures\": %llu, \"seconds\": %.1f}",
                  entry->kind->name, entry->seed, cuts->updates, cuts->units, cuts->places,
                  (unsigned long long)cuts->possible_1, (unsigned long long)cuts->run_1,
                  (unsigned long long)cuts->possible_2, (unsigned long long)cuts->run_2,
                  (unsigned long long)faults->possible, (unsigned long long)faults->run,
                  (unsigned long long)faults->survived, (double)faults->longest_ns / 1e6,
                  (unsigned long long)(cuts->failures + faults->failures), entry->seconds);
}

/* What was run so far: a campaign that is ended early leaves what it has finished. */
static bool write_json(const struct options *options)
{
    uint64_t failures = 0;
    double seconds = 0;
    if (options->json == NULL) return true;
    FILE *const out = fopen(options->json, "w");
    if (out == NULL) return false;
    for (uint32_t i = 0; i < entry_count; i++) {
        failures += entries[i].cuts.failures + entries[i].faults.failures;
        seconds += entries[i].seconds;
    }
    (void)fprintf(out, "{\"campaign\": \"medium\", \"shard\": %u, \"shards\": %u, "
                  "\"failures\": %llu, \"seconds\": %.1f, \"runs\": [\n", options->shard,
                  options->shards, (unsigned long long)failures, seconds);
    for (uint32_t i = 0; i < entry_count; i++) {
        print_entry(&entries[i], out);
        (void)fprintf(out, "%s\n", i + 1u < entry_count ? "," : "");
    }
    (void)fprintf(out, "]}\n");
    return fclose(out) == 0;
}

static void run_one(const struct options *options, const struct medium_kind *kind, uint32_t seed)
{
    const double start = seconds_now();
    struct entry *const entry = &entries[entry_count++];
    const struct run_plan cuts = {
        .kind = kind, .seed = seed, .first_of = options->first_of,
        .second_of = options->second_of, .shard = options->shard, .shards = options->shards,
        .program = "campaign_medium",
    };
    const struct faults_plan faults = {
        .kind = kind, .seed = seed, .steps = FAULT_STEPS, .one_of = options->faults_of,
        .shard = options->shard, .shards = options->shards, .program = "campaign_medium",
    };
    entry->kind = kind;
    entry->seed = seed;
    if (options->first_of != 0) medium_run(&cuts, &entry->cuts);
    if (options->faults_of != 0 && kind->bus != NULL) medium_faults(&faults, &entry->faults);
    entry->seconds = seconds_now() - start;
    print_entry(entry, stdout);
    (void)printf("\n");
}

static int run_all(const struct options *options)
{
    uint64_t failures = 0;
    for (uint32_t seed = 1; seed <= options->seeds; seed++) {
        for (uint32_t i = 0; medium_kind_at(i) != NULL; i++) {
            const struct medium_kind *const kind = medium_kind_at(i);
            if (kind->is_whole || entry_count == RUNS_MAX) continue;
            if (options->medium != NULL && strcmp(options->medium, kind->name) != 0) continue;
            run_one(options, kind, seed);
            failures += entries[entry_count - 1u].cuts.failures;
            failures += entries[entry_count - 1u].faults.failures;
            if (!write_json(options)) return EXIT_CANNOT;
        }
    }
    return failures == 0 ? EXIT_FINE : EXIT_WRONG;
}

static int list(void)
{
    for (uint32_t i = 0; medium_kind_at(i) != NULL; i++) {
        if (!medium_kind_at(i)->is_whole) (void)printf("%s\n", medium_kind_at(i)->name);
    }
    return EXIT_FINE;
}

static int replay(const struct options *options)
{
    struct run_point point;
    if (options->fault != NULL) {
        return medium_faults_replay(options->fault) ? EXIT_FINE : EXIT_WRONG;
    }
    if (!run_point_parse(options->replay, &point)) {
        (void)fprintf(stderr, "campaign_medium: not a point: %s\n", options->replay);
        return EXIT_USAGE;
    }
    return medium_replay(&point) ? EXIT_FINE : EXIT_WRONG;
}

int main(int argc, char **argv)
{
    static const struct argp argp = {option_list, parse, NULL, doc, NULL, NULL, NULL};
    struct options options = {.first_of = 1, .second_of = 80, .faults_of = 1, .seeds = 2,
                              .shards = 1};
    (void)setvbuf(stdout, NULL, _IOLBF, 0); /* failures are to be read while it runs */
    argp_err_exit_status = EXIT_USAGE;
    if (argp_parse(&argp, argc, argv, 0, NULL, &options) != 0) return EXIT_USAGE;
    if (options.replay != NULL || options.fault != NULL) return replay(&options);
    return options.list ? list() : run_all(&options);
}
