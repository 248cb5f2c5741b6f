/*
 * Mounts, measured.
 */
#include "bench/mounts.h"

#include "bench/figure.h"
#include "bench/times.h"
#include "bench/workload.h"

#include <setjmp.h>

#define MOUNTS 600u
#define TORN_MOUNTS 3000u
#define TORN_ERASE_SETS 30000u
#define SETS_BETWEEN 5u
#define LARGE_LEAD_IN 40000u /* more than once round 1 MB */
#define LARGE_MOUNTS 20u
#define LARGE_SETS_BETWEEN 401u

/* What comes before a mount. */
enum before { BEFORE_CUT, BEFORE_UNMOUNT };

struct cost {
    struct times times;
    uint64_t read_bytes;
    uint64_t read_most;
    uint64_t programmed_most;
    uint32_t refused;      /* mounts that answered an error; the next one did not */
    uint32_t sets_refused; /* sets that did, after a mount that was well */
};

static void measured_mount(struct bed *bed, struct cost *cost)
{
    const struct sim_counters before = bed->sim->counters;
    const uint64_t start_ns = bed->sim->now_ns;
    if (!bed_mount_is_well(bed)) {
        cost->refused++;
        sim_nor_power_on(bed->sim);
        bed_mount(bed);
    }
    const struct sim_counters *const after = &bed->sim->counters;
    const uint64_t read = after->read_bytes - before.read_bytes;
    const uint64_t programmed = after->programmed_bytes - before.programmed_bytes;
    times_keep(&cost->times, bed->sim->now_ns - start_ns);
    cost->read_bytes += read;
    if (read > cost->read_most) cost->read_most = read;
    if (programmed > cost->programmed_most) cost->programmed_most = programmed;
}

static void power_fails(struct bed *bed, enum before before)
{
    if (before == BEFORE_UNMOUNT) bed_unmount(bed);
    sim_nor_power_on(bed->sim);
}

/* Mount again and again along the log; each mount is lived with. */
static void mount_along(const struct bed_kind *kind, enum before before, struct cost *cost)
{
    static struct bed bed;
    workload_open(&workload_w1, &bed, kind, false);
    workload_run(&workload_w1, &bed, WORKLOAD_LAP, false);
    for (uint32_t i = 0; i < MOUNTS; i++) {
        workload_run(&workload_w1, &bed, SETS_BETWEEN, false);
        bed_idle(&bed);
        power_fails(&bed, before);
        measured_mount(&bed, cost);
    }
    bed_close(&bed);
}

/* A few updates; what was torn before may make one fail, and that is told. */
static void use(struct bed *bed, struct cost *cost)
{
    for (uint32_t i = 0; i < SETS_BETWEEN; i++) {
        const uint32_t key = workload_key(&workload_w1, bed);
        if (!bed_set_is_well(bed, key)) cost->sets_refused++;
    }
}

/* One more update, whose first command the power fails in. */
static void torn_set(struct bed *bed, uint32_t key)
{
    jmp_buf jump;
    const struct sim_tear tear = {SIM_TEAR_ANY, 0, rng_next(&bed->rng)};
    if (setjmp(jump) != 0) return;
    sim_nor_cut_at(bed->sim, 0, &tear, &jump);
    (void)bed_set_is_well(bed, key);
    sim_nor_cut_never(bed->sim); /* it failed before it programmed anything */
}

/* The same, but each time the power fails in the first command of a set. */
static void mount_torn_program(const struct bed_kind *kind, struct cost *cost)
{
    static struct bed bed;
    workload_open(&workload_w1, &bed, kind, false);
    workload_run(&workload_w1, &bed, WORKLOAD_LAP, false);
    for (uint32_t i = 0; i < TORN_MOUNTS; i++) {
        use(&bed, cost);
        sim_nor_pass_us(bed.sim, BED_IDLE_US);
        torn_set(&bed, workload_key(&workload_w1, &bed));
        sim_nor_power_on(bed.sim);
        measured_mount(&bed, cost);
    }
    bed_close(&bed);
}

/* The same, but each time the power fails in an erase that an idle call has started. */
static void mount_torn_erase(const struct bed_kind *kind, struct cost *cost)
{
    static struct bed bed;
    const uint32_t kinds = SIM_TEAR_ANY - SIM_TEAR_E_LOW;
    workload_open(&workload_w1, &bed, kind, true);
    for (uint32_t i = 0; i < TORN_ERASE_SETS; i++) {
        workload_run(&workload_w1, &bed, 1, false);
        bed_idle_call(&bed);
        if (!bed_is_erasing(&bed)) continue;
        const uint32_t kind_drawn = SIM_TEAR_E_LOW + rng_below(&bed.rng, kinds);
        const struct sim_tear tear = {(enum sim_tear_kind)kind_drawn, 0, rng_next(&bed.rng)};
        sim_nor_power_off(bed.sim, &tear);
        sim_nor_power_on(bed.sim);
        measured_mount(&bed, cost);
    }
    bed_close(&bed);
}

static double units_of(const struct bed_kind *kind)
{
    return (double)kind->unit_count * kind->lane_count;
}

static double after_cut_limit(const struct bed_kind *kind)
{
    if (!kind->has_limits) return FIGURE_NO_LIMIT;
    return kind->lane_count == 1 ? 64 : 200;
}

/* A mount that is refused once is told too: nothing is lost, but an application would see it. */
static void print_programmed(const struct bed_kind *kind)
{
    struct cost cut = {0};
    struct cost program = {0};
    struct cost erase = {0};
    double refused = 0;
    mount_along(kind, BEFORE_CUT, &cut);
    mount_torn_program(kind, &program);
    mount_torn_erase(kind, &erase);
    const struct {
        const char *name;
        struct cost *cost;
    } rows[] = {{"after_cut", &cut}, {"after_torn_program", &program},
                {"after_torn_erase", &erase}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char name[64];
        (void)snprintf(name, sizeof name, "mount_bytes_%s", rows[i].name);
        bed_figure(kind, name, (double)rows[i].cost->programmed_most, "bytes",
                   after_cut_limit(kind));
        refused += rows[i].cost->refused;
        times_free(&rows[i].cost->times);
    }
    bed_figure(kind, "mounts_refused", refused, "mounts", bed_limit(kind, 0));
    bed_figure(kind, "sets_refused", program.sets_refused, "sets", bed_limit(kind, 0));
}

static void print_read(const struct bed_kind *kind, const char *state, struct cost *cost)
{
    char name[64];
    (void)snprintf(name, sizeof name, "mount_read_bytes_per_unit.%s.max", state);
    bed_figure(kind, name, (double)cost->read_most / units_of(kind), "bytes", FIGURE_NO_LIMIT);
    (void)snprintf(name, sizeof name, "mount_read_bytes_per_unit.%s.mean", state);
    bed_figure(kind, name, (double)cost->read_bytes / MOUNTS / units_of(kind), "bytes",
               FIGURE_NO_LIMIT);
    times_free(&cost->times);
}

void mounts_print_design(const struct bed_kind *kind)
{
    struct cost cut = {0};
    struct cost clean = {0};
    print_programmed(kind);
    mount_along(kind, BEFORE_CUT, &cut);
    mount_along(kind, BEFORE_UNMOUNT, &clean);
    bed_figure(kind, "mount_bytes_after_unmount", (double)clean.programmed_most, "bytes",
               bed_limit(kind, 16));
    print_read(kind, "after_cut", &cut);
    print_read(kind, "after_unmount", &clean);
}

/* Mount a copy of what lies there, so that the log does not move by it. */
static void mount_copy(struct bed *bed, enum before before, struct cost *cost)
{
    static struct bed_copy copy;
    bed_save(bed, &copy);
    power_fails(bed, before);
    measured_mount(bed, cost);
    bed_restore(bed, &copy);
    bed_copy_free(&copy);
}

static void print(const struct bed_kind *kind, const char *prefix, const char *state,
                  struct cost *cost)
{
    const struct {
        const char *name, *unit;
        double value;
    } rows[] = {
        {"read_bytes_mean", "bytes", (double)cost->read_bytes / (double)cost->times.count},
        {"read_bytes_max", "bytes", (double)cost->read_most},
        {"mean_us", "us", times_mean_us(&cost->times)},
        {"max_us", "us", times_percentile_us(&cost->times, 100)},
        {"programmed_bytes_max", "bytes", (double)cost->programmed_most},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char name[96];
        (void)snprintf(name, sizeof name, "%smount.%s.%s", prefix, state, rows[i].name);
        bed_figure(kind, name, rows[i].value, rows[i].unit, FIGURE_NO_LIMIT);
    }
    times_free(&cost->times);
}

static void print_positions(const struct bed_kind *kind, const struct workload *workload)
{
    static struct bed bed;
    struct cost cut = {0};
    struct cost clean = {0};
    workload_open(workload, &bed, kind, false);
    workload_run(workload, &bed, WORKLOAD_UPDATES, false);
    for (uint32_t i = 0; i < MOUNTS; i++) {
        workload_run(workload, &bed, 1, false);
        mount_copy(&bed, BEFORE_CUT, &cut);
        mount_copy(&bed, BEFORE_UNMOUNT, &clean);
    }
    bed_close(&bed);
    print(kind, workload->name, "after_cut", &cut);
    print(kind, workload->name, "after_unmount", &clean);
}

void mounts_print_peers(const struct bed_kind *kind)
{
    print_positions(kind, &workload_w1);
    print_positions(kind, &workload_w2);
}

void mounts_print_large(const struct bed_kind *kind)
{
    static const struct workload workload = {"", BED_KEYS_MAX, true, 1};
    static struct bed bed;
    struct cost cut = {0};
    struct cost clean = {0};
    workload_open(&workload, &bed, kind, true);
    workload_run(&workload, &bed, LARGE_LEAD_IN, true);
    for (uint32_t i = 0; i < LARGE_MOUNTS; i++) {
        workload_run(&workload, &bed, LARGE_SETS_BETWEEN, true);
        mount_copy(&bed, BEFORE_CUT, &cut);
        mount_copy(&bed, BEFORE_UNMOUNT, &clean);
    }
    bed_close(&bed);
    print(kind, "", "after_cut", &cut);
    print(kind, "", "after_unmount", &clean);
}
