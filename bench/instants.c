/*
 * Calls at random instants of an erase. The log is brought to the start of an erase by sets and
 * idle calls; from a copy of that moment time passes by lot, and one call is made. The same call
 * after the erase has ended tells what it would have taken.
 */
#include "bench/instants.h"

#include "bench/figure.h"
#include "bench/times.h"
#include "bench/workload.h"

#include <stdlib.h>

#define ERASES 40u
#define INSTANTS_AN_ERASE 50u
#define SETS_MAX 4000u /* between two erases: a guard */

struct cost {
    struct times set; /* beyond what it takes without an erase */
    struct times get;
    uint32_t waits; /* sets that the store counted as having waited */
};

/* Sets and idle calls until one of these has just started an erase. */
static void go_to_erase(struct bed *bed)
{
    for (uint32_t i = 0; i < SETS_MAX; i++) {
        (void)bed_set(bed, workload_key(&workload_w1, bed));
        for (uint32_t k = 0; k < 2u; k++) {
            bed_idle_call(bed);
            if (bed_is_erasing(bed)) return;
        }
    }
    (void)fputs("bench_store: no erase to arrive in\n", stderr);
    exit(1);
}

static uint64_t beyond(uint64_t ns, uint64_t usual_ns)
{
    return ns > usual_ns ? ns - usual_ns : 0;
}

/* One erase, and calls at many instants of it, each from the same state. */
static void arrive(struct bed *bed, const struct bed_copy *copy, struct rng *lot,
                   struct cost *cost)
{
    const uint32_t key = workload_key(&workload_w1, bed);
    const uint32_t span_us = (uint32_t)((bed->sim->erase_end_ns - bed->sim->now_ns) / 1000u);
    sim_nor_pass_us(bed->sim, span_us + 1u);
    const uint64_t usual_get_ns = bed_get(bed, key);
    const uint64_t usual_set_ns = bed_set(bed, key);
    for (uint32_t i = 0; i < INSTANTS_AN_ERASE; i++) {
        const uint32_t at_us = rng_below(lot, span_us);
        bed_restore(bed, copy);
        sim_nor_pass_us(bed->sim, at_us);
        times_keep(&cost->get, beyond(bed_get(bed, key), usual_get_ns));
        bed_restore(bed, copy);
        sim_nor_pass_us(bed->sim, at_us);
        const uint32_t waits = bed_erase_waits(bed);
        times_keep(&cost->set, beyond(bed_set(bed, key), usual_set_ns));
        cost->waits += bed_erase_waits(bed) - waits;
    }
}

static void print(const struct bed_kind *kind, const char *call, struct times *times)
{
    static const struct {
        const char *name;
        double percent;
    } rows[] = {{"median_us", 50}, {"p99_us", 99}, {"max_us", 100}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char name[96];
        (void)snprintf(name, sizeof name, "in_erase.%s_added_%s", call, rows[i].name);
        bed_figure(kind, name, times_percentile_us(times, rows[i].percent), "us",
                   FIGURE_NO_LIMIT);
    }
    times_free(times);
}

void instants_print(const struct bed_kind *kind)
{
    static struct bed bed;
    static struct bed_copy copy;
    struct cost cost = {0};
    struct rng lot = {1};
    workload_open(&workload_w1, &bed, kind, true);
    workload_run(&workload_w1, &bed, WORKLOAD_LAP, true);
    for (uint32_t i = 0; i < ERASES; i++) {
        go_to_erase(&bed);
        bed_save(&bed, &copy);
        arrive(&bed, &copy, &lot, &cost);
        bed_restore(&bed, &copy);
        sim_nor_pass_us(bed.sim, BED_IDLE_US);
    }
    bed_copy_free(&copy);
    bed_close(&bed);
    bed_figure(kind, "in_erase.sets", (double)cost.set.count, "sets", FIGURE_NO_LIMIT);
    bed_figure(kind, "in_erase.sets_counted_as_waits", cost.waits, "sets", FIGURE_NO_LIMIT);
    print(kind, "set", &cost.set);
    print(kind, "get", &cost.get);
}
