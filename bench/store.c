/*
 * What the store costs on the simulated NOR: one lane, 8 units of 4 KB, 16-byte granules.
 *
 * W1: 20 settings of 4 bytes, one of them updated 20,000 times. W2: 50 settings of 1 to 64 bytes,
 * 20,000 updates, the key drawn by Zipf's law with exponent 1. "With idle" calls nacre_idle once
 * after each set and gives it time. Steady figures leave a first lap out; the longest set leaves
 * out what precedes the first idle call.
 */
#include "bench/figure.h"
#include "nacre/core/store.h"
#include "tests/support/sim_nor.h"

#include <stdlib.h>
#include <string.h>

#define LANE "store.one_lane."
#define UPDATES 20000u
#define W1_KEYS 20u
#define W2_KEYS 50u
#define W2_BYTES_MAX 64u
#define IDLE_PASS_US 30000u

struct bench {
    struct sim_nor *sim;
    struct nacre_store store;
    struct nacre_index_entry index[64];
    uint32_t lengths[W2_KEYS];
    struct rng rng;
    uint32_t count; /* values made so far: no two in a row are equal */
};

/* What the longest set took, each in its own set. */
struct longest {
    uint32_t programs;
    uint32_t erases;
    uint64_t ns;
};

struct cost {
    struct sim_counters sum;
    uint64_t value_bytes;
    struct longest longest;
};

static void must(enum nacre_err err, const char *what)
{
    if (err == NACRE_OK) return;
    (void)fprintf(stderr, "bench_store: %s answered %d\n", what, (int)err);
    exit(1);
}

static void mount(struct bench *bench)
{
    const struct nacre_store_cfg cfg = { .medium = &bench->sim->medium, .index = bench->index,
                                         .index_count = 64 };
    must(nacre_mount(&bench->store, &cfg), "mount");
}

static void open_bench(struct bench *bench, uint32_t unit_count)
{
    const struct nacre_geometry geometry = { 4096, unit_count, 16, 256, 16 };
    memset(bench, 0, sizeof *bench);
    bench->sim = sim_nor_create(&geometry, 1);
    bench->rng.state = 1;
    mount(bench);
}

static void set(struct bench *bench, uint32_t key, uint32_t n)
{
    uint8_t value[W2_BYTES_MAX];
    for (uint32_t i = 0; i < n; i++) value[i] = (uint8_t)rng_next(&bench->rng);
    value[0] = (uint8_t)bench->count++;
    must(nacre_set(&bench->store, key, value, n), "set");
}

static void idle(struct bench *bench)
{
    bool more;
    must(nacre_idle(&bench->store, &more), "idle");
    sim_nor_pass_us(bench->sim, IDLE_PASS_US);
}

static void measured_set(struct bench *bench, uint32_t key, uint32_t n, struct cost *cost)
{
    const struct sim_counters before = bench->sim->counters;
    const uint64_t start_ns = bench->sim->now_ns;
    set(bench, key, n);
    const struct sim_counters *const after = &bench->sim->counters;
    struct longest *const longest = &cost->longest;
    cost->value_bytes += n;
    if (after->programs - before.programs > longest->programs) {
        longest->programs = after->programs - before.programs;
    }
    if (after->erases - before.erases > longest->erases) {
        longest->erases = after->erases - before.erases;
    }
    const uint64_t ns = bench->sim->now_ns - start_ns;
    if (ns > longest->ns) longest->ns = ns;
}

static struct sim_counters difference(const struct sim_counters *a, const struct sim_counters *b)
{
    struct sim_counters sum = *a;
    sum.programs -= b->programs;
    sum.erases -= b->erases;
    sum.programmed_bytes -= b->programmed_bytes;
    return sum;
}

static uint32_t zipf_key(struct rng *rng)
{
    double total = 0;
    for (uint32_t i = 1; i <= W2_KEYS; i++) total += 1.0 / i;
    double at = total * rng_next(rng) / 4294967296.0;
    for (uint32_t i = 1; i <= W2_KEYS; i++) {
        at -= 1.0 / i;
        if (at < 0) return i - 1u;
    }
    return W2_KEYS - 1u;
}

static void load_keys(struct bench *bench, uint32_t keys, bool with_idle)
{
    for (uint32_t i = 0; i < keys; i++) {
        bench->lengths[i] = keys == W1_KEYS ? 4u : 1u + rng_below(&bench->rng, W2_BYTES_MAX);
        set(bench, i, bench->lengths[i]);
        if (with_idle) idle(bench);
    }
}

/* Run a workload. A first lap is not counted. */
static void run(struct bench *bench, uint32_t keys, bool with_idle, struct cost *cost)
{
    struct sim_counters start = { 0 };
    load_keys(bench, keys, with_idle);
    memset(cost, 0, sizeof *cost);
    for (uint32_t i = 0; i < UPDATES + 2500u; i++) {
        if (i == 2500u) {
            start = bench->sim->counters;
            memset(bench->sim->unit_wear, 0, sizeof bench->sim->unit_wear);
            cost->value_bytes = 0;
        }
        const uint32_t key = keys == W1_KEYS ? 7u : zipf_key(&bench->rng);
        measured_set(bench, key, bench->lengths[key], cost);
        if (with_idle) idle(bench);
    }
    cost->sum = difference(&bench->sim->counters, &start);
}

static double wear_max_over_mean(const struct bench *bench)
{
    const uint32_t units = bench->sim->medium.geometry.unit_count;
    double sum = 0;
    double most = 0;
    for (uint32_t i = 0; i < units; i++) {
        sum += bench->sim->unit_wear[i];
        if (bench->sim->unit_wear[i] > most) most = bench->sim->unit_wear[i];
    }
    return most * units / sum;
}

static void bench_w1(void)
{
    static struct bench bench;
    struct cost cost;
    open_bench(&bench, 8);
    run(&bench, W1_KEYS, false, &cost);
    figure_print(LANE "bytes_per_update", (double)cost.sum.programmed_bytes / UPDATES, "bytes",
                 16.3);
    figure_print(LANE "programs_per_update", (double)cost.sum.programs / UPDATES, "programs", 1.02);
    figure_print(LANE "erases_per_1000", cost.sum.erases * 1000.0 / UPDATES, "erases", 4.0);
    figure_print(LANE "wear_max_over_mean", wear_max_over_mean(&bench), "ratio", 1.1);
    figure_print(LANE "longest_set_erases", cost.longest.erases, "erases", 1);
    figure_print(LANE "longest_set_us", (double)cost.longest.ns / 1e3, "us", FIGURE_NO_LIMIT);
    sim_nor_destroy(bench.sim);

    open_bench(&bench, 8);
    run(&bench, W1_KEYS, true, &cost);
    figure_print(LANE "idle.bytes_per_update", (double)cost.sum.programmed_bytes / UPDATES, "bytes",
                 16.3);
    figure_print(LANE "idle.programs_per_update", (double)cost.sum.programs / UPDATES, "programs",
                 1.02);
    figure_print(LANE "idle.erases_per_1000", cost.sum.erases * 1000.0 / UPDATES, "erases", 4.0);
    figure_print(LANE "longest_set_programs", cost.longest.programs, "programs", 8);
    figure_print(LANE "idle.longest_set_erases", cost.longest.erases, "erases", 0);
    figure_print(LANE "idle.longest_set_us", (double)cost.longest.ns / 1e3, "us", FIGURE_NO_LIMIT);
    sim_nor_destroy(bench.sim);
}

static void bench_w2(void)
{
    static struct bench bench;
    struct cost cost;
    open_bench(&bench, 8);
    run(&bench, W2_KEYS, false, &cost);
    figure_print("store.w2.write_amplification",
                 (double)cost.sum.programmed_bytes / (double)cost.value_bytes, "ratio", 1.6);
    figure_print("store.w2.programs_per_update", (double)cost.sum.programs / UPDATES, "programs",
                 FIGURE_NO_LIMIT);
    figure_print("store.w2.erases_per_1000", cost.sum.erases * 1000.0 / UPDATES, "erases",
                 FIGURE_NO_LIMIT);
    figure_print("store.w2.longest_set_erases", cost.longest.erases, "erases", 1);
    figure_print("store.w2.longest_set_us", (double)cost.longest.ns / 1e3, "us", FIGURE_NO_LIMIT);
    sim_nor_destroy(bench.sim);

    open_bench(&bench, 8);
    run(&bench, W2_KEYS, true, &cost);
    figure_print("store.w2.idle.write_amplification",
                 (double)cost.sum.programmed_bytes / (double)cost.value_bytes, "ratio", 1.6);
    figure_print("store.w2.idle.longest_set_programs", cost.longest.programs, "programs", 8);
    figure_print("store.w2.idle.longest_set_erases", cost.longest.erases, "erases", 0);
    figure_print("store.w2.idle.longest_set_us", (double)cost.longest.ns / 1e3, "us",
                 FIGURE_NO_LIMIT);
    sim_nor_destroy(bench.sim);
}

struct mount_cost {
    double bytes_most, read_mean, read_most, us_most, programs_mean;
};

/* Mount again and again along the log, after a cut or after an unmount. */
static struct mount_cost measure_mounts(bool clean)
{
    static struct bench bench;
    struct mount_cost cost = { 0, 0, 0, 0, 0 };
    const uint32_t mounts = 600;
    open_bench(&bench, 8);
    load_keys(&bench, W1_KEYS, false);
    for (uint32_t i = 0; i < 2500u; i++) set(&bench, 7, 4);
    for (uint32_t i = 0; i < mounts; i++) {
        for (uint32_t k = 0; k < 5u; k++) set(&bench, 7, 4);
        idle(&bench);
        if (clean) must(nacre_unmount(&bench.store), "unmount");
        sim_nor_power_on(bench.sim);
        const struct sim_counters before = bench.sim->counters;
        const uint64_t start_ns = bench.sim->now_ns;
        mount(&bench);
        const double bytes =
            (double)(bench.sim->counters.programmed_bytes - before.programmed_bytes);
        const double read = (double)(bench.sim->counters.read_bytes - before.read_bytes);
        const double us = (double)(bench.sim->now_ns - start_ns) / 1e3;
        cost.programs_mean += (double)(bench.sim->counters.programs - before.programs) / mounts;
        cost.read_mean += read / mounts;
        if (bytes > cost.bytes_most) cost.bytes_most = bytes;
        if (read > cost.read_most) cost.read_most = read;
        if (us > cost.us_most) cost.us_most = us;
    }
    sim_nor_destroy(bench.sim);
    return cost;
}

static void bench_mount(void)
{
    const struct mount_cost cut = measure_mounts(false);
    const struct mount_cost clean = measure_mounts(true);
    figure_print("store.one_lane.mount_bytes_after_cut", cut.bytes_most, "bytes", 64);
    figure_print("store.one_lane.mount_bytes_after_unmount", clean.bytes_most, "bytes", 16);
    figure_print("store.one_lane.mount_read_bytes_per_unit", cut.read_most / 8, "bytes",
                 FIGURE_NO_LIMIT);
    figure_print("store.one_lane.mount_read_bytes_per_unit_mean", cut.read_mean / 8, "bytes",
                 FIGURE_NO_LIMIT);
    figure_print("store.one_lane.mount_after_cut_us", cut.us_most, "us", FIGURE_NO_LIMIT);
    figure_print("store.one_lane.mount_after_unmount_us", clean.us_most, "us", FIGURE_NO_LIMIT);
}

/* Bytes that a get reads beyond the granules of its record; 0 is the limit. */
static void bench_get(void)
{
    static struct bench bench;
    uint8_t buf[W2_BYTES_MAX];
    uint32_t length = 0;
    double read = 0;
    uint32_t gets = 0;
    open_bench(&bench, 8);
    load_keys(&bench, W1_KEYS, false);
    for (uint32_t i = 0; i < 2500u; i++) set(&bench, 7, 4);
    const uint64_t before = bench.sim->counters.read_bytes;
    for (uint32_t i = 0; i < 1000u; i++) {
        must(nacre_get(&bench.store, i % W1_KEYS, buf, sizeof buf, &length), "get");
    }
    figure_print("store.get_bytes", (double)(bench.sim->counters.read_bytes - before) / 1000.0,
                 "bytes", 16);
    sim_nor_destroy(bench.sim);

    open_bench(&bench, 8);
    load_keys(&bench, W2_KEYS, false);
    for (uint32_t key = 0; key < W2_KEYS; key++, gets++) {
        const uint64_t start = bench.sim->counters.read_bytes;
        must(nacre_get(&bench.store, key, buf, sizeof buf, &length), "get");
        read += (double)(bench.sim->counters.read_bytes - start) / length;
    }
    figure_print("store.w2.get_bytes_per_value_byte", read / gets, "ratio", FIGURE_NO_LIMIT);
    sim_nor_destroy(bench.sim);
}

int main(void)
{
    bench_w1();
    bench_w2();
    bench_mount();
    bench_get();
    /* Pointers are four bytes on the target: this is what the host's eight make of it. */
    figure_print("store.ram_bytes", sizeof(struct nacre_store), "bytes", 128);
    figure_print("store.ram_bytes_per_key", sizeof(struct nacre_index_entry), "bytes", 4);
    return 0;
}
