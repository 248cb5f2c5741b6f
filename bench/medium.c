/*
 * What a store costs on each part on a serial bus: time until a set is durable, writes, bytes on
 * the bus, mounts and wear, in the virtual time and by the counters of the twin's models.
 *
 * A store of 20 settings of 4 bytes in 32 KB (a NOR: 64 KB; the part, where it is smaller); after
 * some hundred updates 2,000 of one setting, with idle calls between them. The typical time is the
 * median of them by the part's typical times, the longest the longest by its maxima. The floor is
 * what the part itself takes for 4 bytes that nothing protects: one write transfer at the bus's
 * clock (on SPI with its write enable), and one typical write cycle.
 */
#include "bench/figure.h"
#include "nacre/core/store.h"
#include "tests/support/medium_parts.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEYS 20u
#define INDEX 32u
#define UPDATES 2000u
#define WARM_UPDATES 600u
#define NAME_BYTES 64u
#define VALUE_BYTES 4u
#define REGION_BYTES 32768u
#define NOR_REGION_BYTES 65536u
#define NOR_PROGRAM_US 70.0 /* of 16 bytes, W25Q128JV: first byte 30 us, then 2.5 us each */
#define NOR_ENDURANCE 100000u

static const struct medium_kind *kind;
static struct nacre_medium *medium;
static struct nacre_store store;
static struct nacre_index_entry entries[INDEX];
static uint32_t made;
static double times_us[UPDATES];

static void must(enum nacre_err err, const char *what)
{
    if (err == NACRE_OK) return;
    (void)fprintf(stderr, "bench_medium: %s: %s: %s\n", kind->name, what, nacre_err_name(err));
    exit(1);
}

static struct medium_counts counts_now(void)
{
    struct medium_counts counts;
    kind->ops->count(&counts);
    return counts;
}

/* Open and mount; the virtual time of both. */
static double mount_us(void)
{
    const struct nacre_store_cfg cfg = { .medium = medium, .index = entries, .index_count = INDEX };
    const uint64_t start = counts_now().now_ns;
    must(nacre_mount(&store, &cfg), "mount");
    return (double)(counts_now().now_ns - start) / 1000.0;
}

/* Set a key to a value that it never had. Time in us. */
static double update_us(uint32_t key)
{
    const uint32_t value = ++made;
    const uint64_t start = counts_now().now_ns;
    must(nacre_set(&store, key, &value, VALUE_BYTES), "set");
    return (double)(counts_now().now_ns - start) / 1000.0;
}

static void idle(void)
{
    bool more = true;
    for (uint32_t i = 0; more && i < 8u; i++) must(nacre_idle(&store, &more), "idle");
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void figure(const char *name, double value, const char *unit)
{
    char text[2u * NAME_BYTES];
    char part[NAME_BYTES / 2u];
    uint32_t i = 0;
    for (; kind->name[i] != '\0' && i + 1u < sizeof part; i++) {
        part[i] = (char)tolower((unsigned char)kind->name[i]);
    }
    part[i] = '\0';
    (void)snprintf(text, sizeof text, "medium.%s.%s", part, name);
    figure_print(text, value, unit, FIGURE_NO_LIMIT);
}

/* One write of 4 bytes by the part's own data: its address bytes, its clock, its cycle. */
static double floor_us(void)
{
    const struct part_row *const row = part_row(medium_part_bed.part);
    const bool is_i2c = row->wire == PART_I2C;
    const uint32_t bytes = (is_i2c ? 1u : 2u) + row->address_bytes + VALUE_BYTES;
    const double byte_us = (double)medium_part_bed.bus.byte_ps / 1e6;
    if (row->kind == PART_NOR) return bytes * byte_us + NOR_PROGRAM_US;
    const uint32_t cycle_us = row->write_us_typ != 0 ? row->write_us_typ : row->write_us_max;
    return bytes * byte_us + cycle_us;
}

/* The same kind with a region of the size that is measured. */
static struct medium_kind sized(const struct medium_kind *one)
{
    const bool is_nor = ((const struct medium_part *)one->row)->chip != NULL;
    const bool is_paged = one->tears == medium_cycle_tears;
    struct medium_kind kind_of_size = *one;
    const uint32_t end = one->region_addr + one->unit_bytes * one->unit_count;
    uint32_t bytes = is_nor ? NOR_REGION_BYTES : REGION_BYTES;
    if (bytes > end) bytes = end; /* a smaller part; a larger one's region ends behind that */
    kind_of_size.unit_bytes = is_paged ? one->unit_bytes : bytes;
    kind_of_size.unit_count = bytes / kind_of_size.unit_bytes;
    kind_of_size.region_addr = is_nor ? end - bytes : 0;
    return kind_of_size;
}

static void begin(const struct medium_kind *one)
{
    kind = one;
    made = 0;
    if (!kind->ops->begin(kind, 1)) must(NACRE_IO, "begin");
    must(kind->ops->open(&medium), "open");
    (void)mount_us();
    for (uint32_t key = 0; key < KEYS; key++) (void)update_us(key);
    for (uint32_t i = 0; i < WARM_UPDATES; i++) {
        (void)update_us(0);
        idle();
    }
}

static void print_costs(const struct medium_counts *before, const struct medium_counts *after)
{
    const double n = UPDATES;
    const struct part_row *const row = part_row(medium_part_bed.part);
    const uint32_t endurance = row->kind == PART_NOR ? NOR_ENDURANCE : row->endurance;
    const double wear = (double)(after->wear_max - before->wear_max);
    figure("writes_per_update", (double)(after->writes - before->writes) / n, "1");
    figure("written_bytes_per_update", (double)(after->write_bytes - before->write_bytes) / n, "B");
    figure("bus_bytes_per_update", (double)(after->bus_bytes - before->bus_bytes) / n, "B");
    figure("transfers_per_update", (double)(after->transfers - before->transfers) / n, "1");
    figure("region_bytes", (double)medium_part_region_bytes(), "B");
    if (endurance != 0 && wear > 0) figure("lifetime_updates", endurance / wear * n, "1");
}

/* The longest of as many updates, by the part's longest times. */
static double longest_us(void)
{
    double longest = 0;
    part_choose_time(medium_part_bed.part, PART_TIME_MAX);
    for (uint32_t i = 0; i < UPDATES; i++) {
        const double us = update_us(0);
        if (us > longest) longest = us;
        idle();
    }
    return longest;
}

static void measure(const struct medium_kind *one)
{
    begin(one);
    const struct medium_counts before = counts_now();
    for (uint32_t i = 0; i < UPDATES; i++) {
        times_us[i] = update_us(0);
        idle();
    }
    const struct medium_counts after = counts_now();
    qsort(times_us, UPDATES, sizeof times_us[0], compare);
    const double typical = times_us[UPDATES / 2u];
    figure("durable_us", typical, "us");
    figure("floor_us", floor_us(), "us");
    figure("durable_of_floor", typical / floor_us(), "1");
    print_costs(&before, &after);
    must(kind->ops->open(&medium), "open");
    figure("mount_after_cut_us", mount_us(), "us");
    must(nacre_unmount(&store), "unmount");
    must(kind->ops->open(&medium), "open");
    figure("mount_us", mount_us(), "us");
    figure("longest_us", longest_us(), "us");
    kind->ops->end();
}

int main(void)
{
    for (uint32_t i = 0; medium_kind_at(i) != NULL; i++) {
        const struct medium_kind *const one = medium_kind_at(i);
        if (one->bus == NULL || one->is_whole) continue;
        const struct medium_kind kind_of_size = sized(one);
        measure(&kind_of_size);
    }
    return 0;
}
