/*
 * What a store costs on each medium: time until a set is durable, writes, bytes on the bus, mounts
 * and wear, in the virtual time and by the counters of the models.
 *
 * A store of 20 settings of 4 bytes in 32 KB (a NOR: 64 KB; the part, where it is smaller; the
 * internal flash: three sectors); after some hundred updates thousands of one setting, with idle
 * calls between them. The typical time is the median of them by the part's typical times; the
 * longest is that of as many updates without idle calls, by its maxima. The floor is what the part
 * itself takes for 4 bytes that nothing protects: one write transfer at the bus's clock (on SPI
 * with its write enable), and one typical write cycle.
 *
 * Where nobody knows how long an operation takes (the internal flash), where it is the host's
 * affair (a file) or the processor's alone (RAM), operations are counted in place of time: programs
 * and erases, calls of pwrite and fdatasync. A figure that has no meaning for a medium is left out.
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
#define MANY_UPDATES 20000u /* where it takes as many until each unit was erased some times */
#define WARM_UPDATES 600u
#define NAME_BYTES 64u
#define VALUE_BYTES 4u
#define REGION_BYTES 32768u
#define UNITS 8u
#define NOR_REGION_BYTES 65536u
#define NOR_PROGRAM_US 70.0 /* of 16 bytes, W25Q128JV: first byte 30 us, then 2.5 us each */
#define NOR_ENDURANCE 100000u

static const struct medium_kind *kind;
static struct nacre_medium *medium;
static struct nacre_store store;
static struct nacre_index_entry entries[INDEX];
static uint32_t made;
static uint32_t updates;
static double spent[MANY_UPDATES];

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

static bool has_time(void)
{
    return counts_now().now_ns != MEDIUM_NO_COUNT;
}

/* Virtual time in us; operations where there is none. */
static double now(void)
{
    const struct medium_counts counts = counts_now();
    return has_time() ? (double)counts.now_ns / 1000.0 : (double)counts.places;
}

/* Open and mount; what both took. */
static double mount(void)
{
    const struct nacre_store_cfg cfg = { .medium = medium, .index = entries, .index_count = INDEX };
    const double start = now();
    must(nacre_mount(&store, &cfg), "mount");
    return now() - start;
}

/* Set a key to a value that it never had. What it took. */
static double update(uint32_t key)
{
    const uint32_t value = ++made;
    const double start = now();
    must(nacre_set(&store, key, &value, VALUE_BYTES), "set");
    return now() - start;
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

/* One program, which a file needs made durable, too. */
static double floor_operations(void)
{
    return kind->ops == medium_file_kinds->ops ? 2 : 1;
}

/* The same kind of medium, of the size that is measured. */
static struct medium_kind ram_sized(const struct medium_kind *one)
{
    struct medium_kind kind_of_size = *one;
    kind_of_size.unit_bytes = REGION_BYTES / UNITS;
    kind_of_size.unit_count = UNITS;
    return kind_of_size;
}

static struct medium_kind part_sized(const struct medium_kind *one)
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

/* Cells that are overwritten wear with each update, and units with their erases. */
static bool has_pages_worn(const struct medium_kind *one)
{
    return one->bus != NULL && ((const struct medium_part *)one->row)->chip == NULL;
}

static void begin(const struct medium_kind *one)
{
    kind = one;
    made = 0;
    updates = has_pages_worn(kind) ? UPDATES : MANY_UPDATES;
    if (!kind->ops->begin(kind, 1)) must(NACRE_IO, "begin");
    must(kind->ops->open(&medium), "open");
    (void)mount();
    for (uint32_t key = 0; key < KEYS; key++) (void)update(key);
    for (uint32_t i = 0; i < WARM_UPDATES; i++) {
        (void)update(0);
        idle();
    }
}

/* What so many updates added to a counter; nothing where this medium does not count it. */
static void per_update(const char *name, uint64_t before, uint64_t after, const char *unit)
{
    if (before != MEDIUM_NO_COUNT) figure(name, (double)(after - before) / updates, unit);
}

/* Of the most worn cell or unit; how many writes or erases one stands, where that is known. */
static void print_wear(const struct medium_counts *before, const struct medium_counts *after)
{
    if (before->wear_max == MEDIUM_NO_COUNT || after->wear_max == before->wear_max) return;
    const double each = updates / (double)(after->wear_max - before->wear_max);
    figure("updates_per_wear", each, "1");
    if (kind->bus == NULL) return;
    const struct part_row *const row = part_row(medium_part_bed.part);
    const uint32_t endurance = row->kind == PART_NOR ? NOR_ENDURANCE : row->endurance;
    if (endurance != 0) figure("lifetime_updates", endurance * each, "1");
}

static void print_costs(const struct medium_counts *before, const struct medium_counts *after)
{
    per_update("writes_per_update", before->writes, after->writes, "1");
    per_update("written_bytes_per_update", before->write_bytes, after->write_bytes, "B");
    per_update("bus_bytes_per_update", before->bus_bytes, after->bus_bytes, "B");
    per_update("transfers_per_update", before->transfers, after->transfers, "1");
    figure("region_bytes", kind->unit_bytes * kind->unit_count, "B");
    print_wear(before, after);
}

/* The longest of as many updates, by the part's longest times, with no time to prepare for one. */
static double longest(void)
{
    double most = 0;
    if (kind->bus != NULL) part_choose_time(medium_part_bed.part, PART_TIME_MAX);
    for (uint32_t i = 0; i < updates; i++) {
        const double one = update(0);
        if (one > most) most = one;
    }
    return most;
}

static void print_durable(void)
{
    const double typical = spent[updates / 2u];
    const double floor = has_time() ? floor_us() : floor_operations();
    figure(has_time() ? "durable_us" : "durable_operations", typical, has_time() ? "us" : "1");
    figure(has_time() ? "floor_us" : "floor_operations", floor, has_time() ? "us" : "1");
    figure("durable_of_floor", typical / floor, "1");
}

static void print_mounts(void)
{
    must(kind->ops->open(&medium), "open");
    const double after_cut = mount();
    must(nacre_unmount(&store), "unmount");
    must(kind->ops->open(&medium), "open");
    const double after_unmount = mount();
    if (!has_time()) return; /* neither writes */
    figure("mount_after_cut_us", after_cut, "us");
    figure("mount_us", after_unmount, "us");
}

static void measure(const struct medium_kind *one)
{
    begin(one);
    const struct medium_counts before = counts_now();
    for (uint32_t i = 0; i < updates; i++) {
        spent[i] = update(0);
        idle();
    }
    const struct medium_counts after = counts_now();
    qsort(spent, updates, sizeof spent[0], compare);
    print_durable();
    print_costs(&before, &after);
    print_mounts();
    figure(has_time() ? "longest_us" : "longest_operations", longest(), has_time() ? "us" : "1");
    kind->ops->end();
}

int main(void)
{
    const struct medium_kind ram = ram_sized(medium_kind_of("ram"));
    for (uint32_t i = 0; medium_kind_at(i) != NULL; i++) {
        const struct medium_kind *const one = medium_kind_at(i);
        if (one->bus == NULL || one->is_whole) continue;
        const struct medium_kind kind_of_size = part_sized(one);
        measure(&kind_of_size);
    }
    measure(medium_kind_of("mcu_flash"));
    measure(&ram);
    measure(medium_kind_of("file"));
    measure(medium_kind_of("file_sectors"));
    return 0;
}
