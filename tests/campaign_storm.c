/*
 * Storms at length: see tests/test_storm.c for what a storm is and tests/support/storm_bed.c for
 * how it is judged. Exit 0 if nothing was wrong, 1 if something was, 2 if it could not be run, 3
 * for bad usage. Progress goes to the standard error, a table and what failed to the other one.
 */
#include "tests/support/storm_bed.h"

#include <argp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum exit_code { EXIT_FINE = 0, EXIT_WRONG = 1, EXIT_CANNOT = 2, EXIT_USAGE = 3 };

enum option_key { KEY_WAY = 1000, KEY_CHIP, KEY_PLACEMENT, KEY_SHARD, KEY_LIST };

struct options {
    struct storm_plan plan;
    const char *way, *chip, *placement;
    const char *json;
    uint32_t shard, shards;
    bool list;
};

static const struct argp_option option_list[] = {
    {"seconds", 's', "N", 0, "Virtual seconds of writes in each storm (10)", 0},
    {"way", KEY_WAY, "NAME", 0, "Only storms of this way", 0},
    {"chip", KEY_CHIP, "NAME", 0, "Only on this chip", 0},
    {"placement", KEY_PLACEMENT, "NAME", 0, "Only with the blackout's code there", 0},
    {"seed", 'd', "N", 0, "Decides everything that is drawn (1)", 0},
    {"shard", KEY_SHARD, "I/N", 0, "Of N parts of the list only part I, from 0", 0},
    {"json", 'j', "FILE", 0, "Write the results there, too", 0},
    {"list", KEY_LIST, NULL, 0, "Print the list of storms, and end", 0},
    {0}};

static const char doc[] =
    "Run a firmware that saves settings on a simulated board while timer, DMA, speculation and "
    "power do their worst.\v"
    "Exit codes: 0 nothing was wrong; 1 something was; 2 could not run; 3 bad usage.";

static uint64_t number(struct argp_state *state, const char *text, uint64_t max)
{
    char *end = NULL;
    const uint64_t value = strtoull(text, &end, 10);
    if (end == text || *end != '\0' || text[0] == '-' || value > max) {
        argp_error(state, "not a number in range: %s", text);
    }
    return value;
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct options *const options = state->input;
    char rest;
    switch (key) {
    case 's':
        options->plan.run_ms = 1000u * number(state, text, 1000000);
        return 0;
    case 'd':
        options->plan.seed = number(state, text, UINT64_MAX);
        return 0;
    case 'j':
        options->json = text;
        return 0;
    case KEY_WAY:
        options->way = text;
        return 0;
    case KEY_CHIP:
        options->chip = text;
        return 0;
    case KEY_PLACEMENT:
        options->placement = text;
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
        return ARGP_ERR_UNKNOWN;
    }
}

static bool is_wanted(const struct options *options, const struct storm *storm)
{
    return storm_fits(storm, options->way, options->chip, options->placement);
}

static bool is_in_list(const char *way, const char *chip, const char *placement)
{
    bool is_found = false;
    for (uint32_t i = 0; i < storm_count() && !is_found; i++) {
        const struct storm storm = storm_at(i);
        is_found = storm_fits(&storm, way, chip, placement);
    }
    return is_found;
}

static bool refuse(const char *what, const char *name)
{
    (void)fprintf(stderr, "campaign_storm: no %s %s; --list prints all storms\n", what, name);
    return false;
}

/* Each word names something, and all together at least one storm. */
static bool are_names_known(const struct options *options)
{
    if (!is_in_list(options->way, NULL, NULL)) return refuse("way", options->way);
    if (!is_in_list(NULL, options->chip, NULL)) return refuse("chip", options->chip);
    if (!is_in_list(NULL, NULL, options->placement)) {
        return refuse("placement", options->placement);
    }
    if (is_in_list(options->way, options->chip, options->placement)) return true;
    return refuse("storm", "has all of these names");
}

static void tell(const struct storm *storm, uint64_t ms)
{
    char name[STORM_NAME_BYTES];
    if (isatty(STDERR_FILENO) == 0) return; /* a file would only grow */
    storm_name(storm, name);
    (void)fprintf(stderr, "\r%-50s %8.1f s", name, (double)ms / 1000.0);
}

static void run_one(const struct options *options, const struct storm *storm,
                    struct storm_result *result)
{
    char name[STORM_NAME_BYTES];
    storm_run(storm, &options->plan, result);
    if (isatty(STDERR_FILENO) != 0) (void)fprintf(stderr, "\r%-62s\r", "");
    storm_print_row(stdout, storm, result);
    if (result->wrong[0] == '\0') return;
    storm_name(storm, name);
    (void)printf("FAIL %s: %s\n", name, result->wrong);
    storm_print_replay(stdout, storm, &options->plan);
}

/* What was run so far: a campaign that is ended early leaves what it has finished. */
static bool write_json(const struct options *options, const uint32_t *indexes,
                       const struct storm_result *results, uint32_t count)
{
    uint32_t failures = 0;
    double seconds = 0;
    if (options->json == NULL) return true;
    FILE *const out = fopen(options->json, "w");
    if (out == NULL) return false;
    for (uint32_t i = 0; i < count; i++) {
        failures += results[i].wrong[0] != '\0';
        seconds += results[i].host_s;
    }
    (void)fprintf(out, "{\"campaign\": \"storm\", \"shard\": %u, \"shards\": %u, \"seed\": %llu, "
                  "\"failures\": %u, \"seconds\": %.1f, \"runs\": [\n", options->shard,
                  options->shards, (unsigned long long)options->plan.seed, failures, seconds);
    for (uint32_t i = 0; i < count; i++) {
        const struct storm storm = storm_at(indexes[i]);
        storm_print_json(out, &storm, &results[i]);
        (void)fprintf(out, "%s\n", i + 1u < count ? "," : "");
    }
    (void)fprintf(out, "]}\n");
    return fclose(out) == 0;
}

static int run_all(const struct options *options)
{
    struct storm_result *const results = calloc(storm_count(), sizeof *results);
    uint32_t *const indexes = calloc(storm_count(), sizeof *indexes);
    uint32_t wanted = 0;
    uint32_t count = 0;
    int code = EXIT_FINE;
    if (results == NULL || indexes == NULL) return EXIT_CANNOT;
    storm_print_head(stdout);
    for (uint32_t i = 0; i < storm_count(); i++) {
        const struct storm storm = storm_at(i);
        if (!is_wanted(options, &storm) || wanted++ % options->shards != options->shard) continue;
        indexes[count] = i;
        run_one(options, &storm, &results[count]);
        if (results[count++].wrong[0] != '\0') code = EXIT_WRONG;
        if (!write_json(options, indexes, results, count)) code = EXIT_CANNOT;
        if (code == EXIT_CANNOT) break;
    }
    (void)printf("%u storms of %.1f s, seed %llu\n", count,
                 (double)options->plan.run_ms / 1000.0, (unsigned long long)options->plan.seed);
    free(results);
    free(indexes);
    return code;
}

static int list(const struct options *options)
{
    char name[STORM_NAME_BYTES];
    for (uint32_t i = 0; i < storm_count(); i++) {
        const struct storm storm = storm_at(i);
        if (!is_wanted(options, &storm)) continue;
        storm_name(&storm, name);
        (void)printf("%s\n", name);
    }
    return EXIT_FINE;
}

int main(int argc, char **argv)
{
    static const struct argp argp = {option_list, parse, NULL, doc, NULL, NULL, NULL};
    struct options options = {.plan = {.seed = 1, .run_ms = 10000, .progress = tell}, .shards = 1};
    (void)setvbuf(stdout, NULL, _IOLBF, 0); /* failures are to be read while it runs */
    argp_err_exit_status = EXIT_USAGE;
    if (argp_parse(&argp, argc, argv, 0, NULL, &options) != 0) return EXIT_USAGE;
    if (!are_names_known(&options)) return EXIT_USAGE;
    return options.list ? list(&options) : run_all(&options);
}
