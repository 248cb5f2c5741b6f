/*
 * Gets, measured: W3.
 */
#include "bench/reads.h"

#include "bench/figure.h"
#include "bench/times.h"
#include "bench/workload.h"

#define W1_PASSES 1000u
#define W2_PLACES 40u
#define W2_PASSES 25u

struct cost {
    struct times times;
    uint64_t bytes;
    uint64_t value_bytes;
};

static void read_all(struct bed *bed, uint32_t passes, struct cost *cost)
{
    const uint64_t before = bed->sim->counters.read_bytes;
    for (uint32_t i = 0; i < passes * bed->key_count; i++) {
        times_keep(&cost->times, bed_get(bed, i % bed->key_count));
        cost->value_bytes += bed->lengths[i % bed->key_count];
    }
    cost->bytes += bed->sim->counters.read_bytes - before;
}

static double bytes_a_get(const struct cost *cost)
{
    return (double)cost->bytes / (double)cost->times.count;
}

static void print(const struct bed_kind *kind, const char *state, struct cost *cost)
{
    const struct {
        const char *name, *unit;
        double value;
    } rows[] = {
        {"bytes", "bytes", bytes_a_get(cost)},
        {"bytes_per_value_byte", "ratio", (double)cost->bytes / (double)cost->value_bytes},
        {"mean_us", "us", times_mean_us(&cost->times)},
        {"max_us", "us", times_percentile_us(&cost->times, 100)},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char name[64];
        (void)snprintf(name, sizeof name, "get.%s%s", state, rows[i].name);
        bed_figure(kind, name, rows[i].value, rows[i].unit, FIGURE_NO_LIMIT);
    }
    times_free(&cost->times);
}

void reads_print(const struct bed_kind *kind)
{
    static struct bed bed;
    struct cost w1 = {0};
    struct cost w2 = {0};
    workload_open(&workload_w1, &bed, kind, false);
    workload_run(&workload_w1, &bed, WORKLOAD_UPDATES, false);
    read_all(&bed, W1_PASSES, &w1);
    bed_close(&bed);
    /* A 4-byte value lies in one granule: that is the record. */
    bed_figure(kind, "get_bytes", bytes_a_get(&w1), "bytes",
               kind->has_limits ? 16 : FIGURE_NO_LIMIT);
    print(kind, "w1.", &w1);

    workload_open(&workload_w2, &bed, kind, false);
    for (uint32_t i = 0; i < W2_PLACES; i++) {
        workload_run(&workload_w2, &bed, WORKLOAD_UPDATES / W2_PLACES, false);
        read_all(&bed, W2_PASSES, &w2);
    }
    bed_close(&bed);
    print(kind, "w2.", &w2);
}
