/*
 * The store on the simulated NOR. The medium in front of the chip passes each call on; where a kind
 * says so, a read first waits for an erase to end, as on a chip that reads nothing meanwhile.
 */
#include "bench/bed.h"

#include "bench/figure.h"

#include <stdlib.h>
#include <string.h>

#define UNIT_BYTES 4096u
#define GRANULE_BYTES 16u
#define PAGE_BYTES 256u

static void must(enum nacre_err err, const char *what)
{
    if (err == NACRE_OK) return;
    (void)fprintf(stderr, "bench_store: %s answered %s\n", what, nacre_err_name(err));
    exit(1);
}

static struct bed *bed_of(const struct nacre_medium *medium)
{
    return (struct bed *)(uintptr_t)medium;
}

static enum nacre_err op_read(struct nacre_medium *medium, uint32_t addr, void *buf, uint32_t n)
{
    const struct bed *const bed = bed_of(medium);
    struct sim_nor *const sim = bed->sim;
    if (bed->kind->waits_to_read && bed_is_erasing(bed)) sim->now_ns = sim->erase_end_ns;
    return sim->medium.ops->read(&sim->medium, addr, buf, n);
}

static enum nacre_err op_program(struct nacre_medium *medium, uint32_t addr, const void *buf,
                                 uint32_t n)
{
    struct sim_nor *const sim = bed_of(medium)->sim;
    return sim->medium.ops->program(&sim->medium, addr, buf, n);
}

static enum nacre_err op_erase_start(struct nacre_medium *medium, uint32_t addr)
{
    struct sim_nor *const sim = bed_of(medium)->sim;
    return sim->medium.ops->erase_start(&sim->medium, addr);
}

static enum nacre_err op_erase_poll(struct nacre_medium *medium)
{
    struct sim_nor *const sim = bed_of(medium)->sim;
    return sim->medium.ops->erase_poll(&sim->medium);
}

static enum nacre_err op_erase_wait(struct nacre_medium *medium)
{
    struct sim_nor *const sim = bed_of(medium)->sim;
    return sim->medium.ops->erase_wait(&sim->medium);
}

static bool op_can_access(const struct nacre_medium *medium, const void *buf, uint32_t n,
                          bool write)
{
    const struct sim_nor *const sim = bed_of(medium)->sim;
    return sim->medium.ops->can_access(&sim->medium, buf, n, write);
}

static const struct nacre_medium_ops ops = {op_read,       op_program,    op_erase_start,
                                            op_erase_poll, op_erase_wait, op_can_access};

bool bed_mount_is_well(struct bed *bed)
{
    const struct nacre_store_cfg cfg = {
        .medium = &bed->medium,
        .index = bed->index,
        .index_count = bed->key_count + bed->key_count / 4u,
    };
    return nacre_mount(&bed->store, &cfg) == NACRE_OK;
}

void bed_mount(struct bed *bed)
{
    struct nacre_stats stats;
    if (!bed_mount_is_well(bed)) must(NACRE_UNSETTLED, "mount");
    must(nacre_stats(&bed->store, &stats), "stats");
    if (stats.lane_count == bed->kind->lane_count) return;
    (void)fprintf(stderr, "bench_store: %s has %u lanes\n", bed->kind->name, stats.lane_count);
    exit(1);
}

void bed_open(struct bed *bed, const struct bed_kind *kind, uint32_t key_count)
{
    const struct nacre_geometry geometry = {UNIT_BYTES, kind->unit_count * kind->lane_count,
                                            GRANULE_BYTES, PAGE_BYTES, kind->cut_bytes, 0};
    memset(bed, 0, sizeof *bed);
    bed->kind = kind;
    bed->key_count = key_count;
    bed->sim = sim_nor_create(&geometry, 1);
    bed->medium = (struct nacre_medium){&ops, geometry, false};
    bed->rng.state = 1;
    bed_mount(bed);
}

/* A figure of a run that broke the chip's rules would be of another chip. */
void bed_close(struct bed *bed)
{
    if (bed->sim->violations != 0) {
        (void)fprintf(stderr, "bench_store: %s%s\n", bed->kind->name, bed->sim->violation);
        exit(1);
    }
    sim_nor_destroy(bed->sim);
    bed->sim = NULL;
}

void bed_save(const struct bed *bed, struct bed_copy *copy)
{
    if (copy->sim == NULL) copy->sim = sim_nor_create(&bed->medium.geometry, 1);
    sim_nor_copy(copy->sim, bed->sim);
    copy->store = bed->store;
    memcpy(copy->index, bed->index, sizeof copy->index);
    copy->made = bed->made;
    copy->rng = bed->rng;
}

void bed_restore(struct bed *bed, const struct bed_copy *copy)
{
    sim_nor_copy(bed->sim, copy->sim);
    bed->store = copy->store;
    memcpy(bed->index, copy->index, sizeof bed->index);
    bed->made = copy->made;
    bed->rng = copy->rng;
}

void bed_copy_free(struct bed_copy *copy)
{
    sim_nor_destroy(copy->sim);
    copy->sim = NULL;
}

static enum nacre_err set_new(struct bed *bed, uint32_t key)
{
    uint8_t value[BED_VALUE_BYTES_MAX];
    const uint32_t n = bed->lengths[key];
    for (uint32_t i = 0; i < n; i++) value[i] = (uint8_t)rng_next(&bed->rng);
    value[0] = (uint8_t)bed->made++;
    return nacre_set(&bed->store, key, value, n);
}

uint64_t bed_set(struct bed *bed, uint32_t key)
{
    const uint64_t start_ns = bed->sim->now_ns;
    must(set_new(bed, key), "set");
    return bed->sim->now_ns - start_ns;
}

bool bed_set_is_well(struct bed *bed, uint32_t key)
{
    return set_new(bed, key) == NACRE_OK;
}

uint64_t bed_get(struct bed *bed, uint32_t key)
{
    uint8_t buf[BED_VALUE_BYTES_MAX];
    uint32_t length = 0;
    const uint64_t start_ns = bed->sim->now_ns;
    must(nacre_get(&bed->store, key, buf, sizeof buf, &length), "get");
    if (length != bed->lengths[key]) must(NACRE_DAMAGED, "the length of a get");
    return bed->sim->now_ns - start_ns;
}

void bed_idle_call(struct bed *bed)
{
    bool more;
    must(nacre_idle(&bed->store, &more), "idle");
}

void bed_idle(struct bed *bed)
{
    bed_idle_call(bed);
    sim_nor_pass_us(bed->sim, BED_IDLE_US);
}

bool bed_is_erasing(const struct bed *bed)
{
    return bed->sim->erase_addr != SIM_NOR_NO_COMMAND &&
           bed->sim->now_ns < bed->sim->erase_end_ns;
}

void bed_unmount(struct bed *bed)
{
    must(nacre_unmount(&bed->store), "unmount");
}

uint32_t bed_erase_waits(struct bed *bed)
{
    struct nacre_stats stats;
    must(nacre_stats(&bed->store, &stats), "stats");
    return stats.erase_waits;
}

void bed_figure(const struct bed_kind *kind, const char *name, double value, const char *unit,
                double limit)
{
    char whole[128];
    (void)snprintf(whole, sizeof whole, "%s%s", kind->name, name);
    figure_print(whole, value, unit, limit);
}

double bed_limit(const struct bed_kind *kind, double one_lane)
{
    return kind->has_limits ? one_lane * kind->lane_count : FIGURE_NO_LIMIT;
}
