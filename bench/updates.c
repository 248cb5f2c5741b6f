/*
 * Updates, measured one by one.
 */
#include "bench/updates.h"

#include "bench/figure.h"
#include "bench/times.h"
#include "bench/workload.h"

#include <string.h>

#define ENDURANCE_ERASES 100000.0 /* of a unit: docs/facts.md, the chip */
#define MINUTES_A_YEAR (365.25 * 24 * 60)
#define DRAWS 20u /* of the lengths of W2's values */

struct cost {
    struct times times;
    struct sim_counters sum;
    uint64_t value_bytes;
    uint32_t longest_programs; /* of one set */
    uint32_t longest_erases;   /* of one set, perhaps another */
    double wear_most;          /* erases of the most worn unit */
    double wear_mean;
    uint32_t erase_waits;
};

static void measured_set(struct bed *bed, uint32_t key, struct cost *cost)
{
    const struct sim_counters before = bed->sim->counters;
    times_keep(&cost->times, bed_set(bed, key));
    const struct sim_counters *const after = &bed->sim->counters;
    cost->value_bytes += bed->lengths[key];
    if (after->programs - before.programs > cost->longest_programs) {
        cost->longest_programs = after->programs - before.programs;
    }
    if (after->erases - before.erases > cost->longest_erases) {
        cost->longest_erases = after->erases - before.erases;
    }
}

static void count_wear(const struct bed *bed, struct cost *cost)
{
    const uint32_t units = bed->medium.geometry.unit_count;
    for (uint32_t i = 0; i < units; i++) {
        const double wear = bed->sim->unit_wear[i];
        cost->wear_mean += wear / units;
        if (wear > cost->wear_most) cost->wear_most = wear;
    }
}

/* How a run is led in, and whether there is idle time after each set. */
struct way {
    uint32_t lead_in; /* updates that are not counted */
    bool with_idle;
};

static void measure(const struct bed_kind *kind, const struct workload *workload, struct way way,
                    struct cost *cost)
{
    static struct bed bed;
    memset(cost, 0, sizeof *cost);
    workload_open(workload, &bed, kind, way.with_idle);
    workload_run(workload, &bed, way.lead_in, way.with_idle);
    const struct sim_counters start = bed.sim->counters;
    const uint32_t waits = bed_erase_waits(&bed);
    memset(bed.sim->unit_wear, 0, sizeof bed.sim->unit_wear);
    for (uint32_t i = 0; i < WORKLOAD_UPDATES; i++) {
        measured_set(&bed, workload_key(workload, &bed), cost);
        if (way.with_idle) bed_idle(&bed);
    }
    cost->sum.programs = bed.sim->counters.programs - start.programs;
    cost->sum.erases = bed.sim->counters.erases - start.erases;
    cost->sum.programmed_bytes = bed.sim->counters.programmed_bytes - start.programmed_bytes;
    cost->erase_waits = bed_erase_waits(&bed) - waits;
    count_wear(&bed, cost);
    bed_close(&bed);
}

static double an_update(double count)
{
    return count / WORKLOAD_UPDATES;
}

static double amplification(const struct cost *cost)
{
    return (double)cost->sum.programmed_bytes / (double)cost->value_bytes;
}

/* The rows that hold with and without idle time. */
static void print_rows(const struct bed_kind *kind, const char *prefix, const struct cost *cost)
{
    const struct {
        const char *name, *unit;
        double value, limit;
    } rows[] = {
        {"bytes_per_update", "bytes", an_update((double)cost->sum.programmed_bytes),
         bed_limit(kind, 16.3)},
        {"programs_per_update", "programs", an_update(cost->sum.programs), bed_limit(kind, 1.02)},
        {"erases_per_1000", "erases", 1000 * an_update(cost->sum.erases), bed_limit(kind, 4.0)},
        {"wear_max_over_mean", "ratio", cost->wear_most / cost->wear_mean,
         kind->has_limits ? 1.1 : FIGURE_NO_LIMIT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char name[64];
        (void)snprintf(name, sizeof name, "%s%s", prefix, rows[i].name);
        bed_figure(kind, name, rows[i].value, rows[i].unit, rows[i].limit);
    }
}

static void print_w1(const struct bed_kind *kind)
{
    struct cost cost;
    measure(kind, &workload_w1, (struct way){WORKLOAD_LAP, false}, &cost);
    print_rows(kind, "", &cost);
    bed_figure(kind, "longest_set_erases", cost.longest_erases, "erases", bed_limit(kind, 1));
    bed_figure(kind, "longest_set_us", times_percentile_us(&cost.times, 100), "us",
               FIGURE_NO_LIMIT);
    times_free(&cost.times);

    measure(kind, &workload_w1, (struct way){WORKLOAD_LAP, true}, &cost);
    print_rows(kind, "idle.", &cost);
    bed_figure(kind, "longest_set_programs", cost.longest_programs, "programs",
               bed_limit(kind, 8));
    bed_figure(kind, "idle.longest_set_erases", cost.longest_erases, "erases", bed_limit(kind, 0));
    bed_figure(kind, "idle.longest_set_us", times_percentile_us(&cost.times, 100), "us",
               FIGURE_NO_LIMIT);
    bed_figure(kind, "idle.erase_waits", cost.erase_waits, "sets", bed_limit(kind, 0));
    times_free(&cost.times);
}

static void print_w2(const struct bed_kind *kind)
{
    struct cost cost;
    measure(kind, &workload_w2, (struct way){WORKLOAD_LAP, false}, &cost);
    bed_figure(kind, "w2.write_amplification", amplification(&cost), "ratio",
               bed_limit(kind, 1.6));
    bed_figure(kind, "w2.longest_set_erases", cost.longest_erases, "erases", bed_limit(kind, 1));
    bed_figure(kind, "w2.longest_set_us", times_percentile_us(&cost.times, 100), "us",
               FIGURE_NO_LIMIT);
    /* The name that this figure had when there was one lane only. */
    if (kind->lane_count == 1) {
        figure_print("store.w2.write_amplification", amplification(&cost), "ratio", 1.6);
    }
    times_free(&cost.times);

    measure(kind, &workload_w2, (struct way){WORKLOAD_LAP, true}, &cost);
    bed_figure(kind, "w2.idle.write_amplification", amplification(&cost), "ratio",
               bed_limit(kind, 1.6));
    bed_figure(kind, "w2.idle.longest_set_programs", cost.longest_programs, "programs",
               bed_limit(kind, 8));
    bed_figure(kind, "w2.idle.longest_set_erases", cost.longest_erases, "erases",
               bed_limit(kind, 0));
    bed_figure(kind, "w2.idle.longest_set_us", times_percentile_us(&cost.times, 100), "us",
               FIGURE_NO_LIMIT);
    times_free(&cost.times);
}

/* What a byte costs depends on how long values are: the mean and the most of many draws. */
static void print_draws(const struct bed_kind *kind)
{
    double mean = 0;
    double most = 0;
    for (uint64_t seed = 1; seed <= DRAWS; seed++) {
        struct workload drawn = workload_w2;
        struct cost cost;
        drawn.seed = seed;
        measure(kind, &drawn, (struct way){WORKLOAD_LAP, false}, &cost);
        mean += amplification(&cost) / DRAWS;
        if (amplification(&cost) > most) most = amplification(&cost);
        times_free(&cost.times);
    }
    bed_figure(kind, "w2.write_amplification.mean_of_20_draws", mean, "ratio",
               bed_limit(kind, 1.6));
    bed_figure(kind, "w2.write_amplification.most_of_20_draws", most, "ratio", FIGURE_NO_LIMIT);
}

void updates_print_design(const struct bed_kind *kind)
{
    print_w1(kind);
    print_w2(kind);
    print_draws(kind);
}

static void print_peer_rows(const struct bed_kind *kind, const struct workload *workload)
{
    struct cost cost;
    measure(kind, workload, (struct way){0, false}, &cost);
    const struct {
        const char *name, *unit;
        double value;
    } rows[] = {
        {"mean_us", "us", times_mean_us(&cost.times)},
        {"p99_us", "us", times_percentile_us(&cost.times, 99)},
        {"max_us", "us", times_percentile_us(&cost.times, 100)},
        {"bytes_per_update", "bytes", an_update((double)cost.sum.programmed_bytes)},
        {"value_bytes_per_update", "bytes", an_update((double)cost.value_bytes)},
        {"programs_per_update", "programs", an_update(cost.sum.programs)},
        {"erases_per_1000", "erases", 1000 * an_update(cost.sum.erases)},
        {"wear_max_over_mean", "ratio", cost.wear_most / cost.wear_mean},
        {"updates_to_100k_erases", "updates",
         WORKLOAD_UPDATES * ENDURANCE_ERASES / cost.wear_most},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char name[64];
        (void)snprintf(name, sizeof name, "peers.%s%s", workload->name, rows[i].name);
        bed_figure(kind, name, rows[i].value, rows[i].unit, FIGURE_NO_LIMIT);
    }
    times_free(&cost.times);
}

void updates_print_peers(const struct bed_kind *kind)
{
    print_peer_rows(kind, &workload_w1);
    print_peer_rows(kind, &workload_w2);
}

void updates_print_lifetime(const struct bed_kind *kind)
{
    static const struct {
        const char *name;
        double minutes; /* between two updates */
    } pace[] = {{"once_a_minute", 1}, {"once_an_hour", 60}, {"once_a_day", 1440}};
    static const struct workload *const workloads[] = {&workload_w1, &workload_w2};
    for (size_t w = 0; w < 2; w++) {
        struct cost cost;
        measure(kind, workloads[w], (struct way){WORKLOAD_LAP, true}, &cost);
        const double updates = WORKLOAD_UPDATES * ENDURANCE_ERASES / cost.wear_most;
        for (size_t i = 0; i < sizeof pace / sizeof pace[0]; i++) {
            char name[64];
            (void)snprintf(name, sizeof name, "lifetime.%s%s_years", workloads[w]->name,
                           pace[i].name);
            bed_figure(kind, name, updates * pace[i].minutes / MINUTES_A_YEAR, "years",
                       FIGURE_NO_LIMIT);
        }
        times_free(&cost.times);
    }
}
