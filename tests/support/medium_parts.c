/*
 * Beds of the parts on a serial bus: the library's medium and row on this side, the twin's model of
 * the part on the other. The two share nothing but the bus.
 *
 * Round the region the part holds a pattern, where it is not the whole part. A NOR reads FF there.
 */
#include "tests/support/medium_parts.h"

#include <stdlib.h>
#include <string.h>

#define COMPARED_BYTES 8192u /* on each side of the region, and at both ends of the part */
#define PATTERN(addr) ((uint8_t)((addr) * 29u + ((addr) >> 8) * 13u + 3u))
#define STUCK_CLOCKS 14u
#define FOR_GOOD_CLOCKS 0x7fffffffu
#define FOR_GOOD 0x7fffffffu

struct medium_part_bed medium_part_bed;
static struct medium_part_bed *const bed = &medium_part_bed;

/* What is kept of one moment besides the part's own mark. */
struct moment {
    union medium_of_part medium;
    struct medium_bus bus;
    uint32_t mark;
    bool is_marked;
};
static struct moment moments[MEDIUM_LEVELS];

/* ---- begin and open ---- */

uint32_t medium_part_region_bytes(void)
{
    return bed->kind->unit_bytes * bed->kind->unit_count;
}

static bool is_nor(void)
{
    return part_row(bed->part)->kind == PART_NOR;
}

/* Is this byte one of those that are compared? */
static bool is_compared(uint32_t addr)
{
    const uint32_t from = bed->kind->region_addr;
    const uint32_t end = from + medium_part_region_bytes();
    if (addr >= from && addr < end) return false;
    const uint32_t size = part_row(bed->part)->size_bytes;
    const bool is_near = addr + COMPARED_BYTES >= from && addr < end + COMPARED_BYTES;
    return is_near || addr < COMPARED_BYTES || addr + COMPARED_BYTES >= size;
}

static bool load_pattern(void)
{
    const uint32_t size = part_row(bed->part)->size_bytes;
    uint8_t *const bytes = malloc(size);
    if (bytes == NULL) return false;
    memcpy(bytes, part_bytes(bed->part), size);
    for (uint32_t addr = 0; addr < size; addr++) {
        if (is_compared(addr)) bytes[addr] = PATTERN(addr);
    }
    const bool is_loaded = part_load(bed->part, 0, bytes, size);
    free(bytes);
    return is_loaded;
}

static bool begin(const struct medium_kind *kind, uint64_t seed)
{
    const struct medium_part *const part = kind->row;
    const struct part_cfg cfg = {
        .name = part->name, .time = PART_TIME_TYPICAL, .reach = PART_REACH_ROW, .seed = seed,
    };
    bed->kind = kind;
    bed->kind_row = part;
    bed->part = part_create(&cfg);
    bed->boots = 0;
    if (bed->part == NULL) return false;
    medium_bus_begin(&bed->bus, bed->part, part->hz);
    for (uint32_t i = 0; i < MEDIUM_LEVELS; i++) moments[i].is_marked = false;
    return is_nor() || load_pattern();
}

static void end(void)
{
    part_destroy(bed->part);
    bed->part = NULL;
}

static bool around_is_whole(void)
{
    const uint8_t *const bytes = part_bytes(bed->part);
    const uint32_t size = part_row(bed->part)->size_bytes;
    for (uint32_t addr = 0; addr < size; addr++) {
        if (is_compared(addr) && bytes[addr] != (is_nor() ? 0xFF : PATTERN(addr))) return false;
    }
    return true;
}

enum nacre_err medium_part_open(struct nacre_medium **medium)
{
    return bed->kind_row->open(bed, medium);
}

static enum nacre_err open(struct nacre_medium **medium)
{
    medium_bus_cycle(&bed->bus, ++bed->boots);
    return medium_part_open(medium);
}

static void count(struct medium_counts *counts)
{
    const struct part_counters part = part_counters(bed->part);
    const uint32_t wear = part_wear_max(bed->part);
    *counts = (struct medium_counts){
        .places = part.steps,
        .writes = part.writes + part.erases,
        .write_bytes = part.write_bytes,
        .transfers = bed->bus.transfers,
        .bus_bytes = part.bus_bytes,
        .now_ns = bed->bus.now_ps / 1000u,
        .wear_max = wear,
        .violations = part_violations(bed->part),
    };
}

/* ---- cuts ---- */

/* What a cut write cycle leaves, and of which bytes. */
struct tear {
    enum part_torn torn;
    enum part_reach reach;
};

const char *const medium_cycle_tears[MEDIUM_CYCLE_TEARS] = {
    "nothing", "done", "prefix", "bytes", "bits", "erased", "unstable", "alternate", "noise",
    "group",
};
static const struct tear cycle_tear[MEDIUM_CYCLE_TEARS] = {
    { PART_TORN_NOTHING, PART_REACH_PAGE },  { PART_TORN_COMPLETE, PART_REACH_PAGE },
    { PART_TORN_PREFIX, PART_REACH_PAGE },   { PART_TORN_BYTES, PART_REACH_PAGE },
    { PART_TORN_BITS, PART_REACH_PAGE },     { PART_TORN_ERASED, PART_REACH_PAGE },
    { PART_TORN_UNSTABLE, PART_REACH_PAGE }, { PART_TORN_ALTERNATE, PART_REACH_PAGE },
    { PART_TORN_NOISE, PART_REACH_PAGE },    { PART_TORN_NOISE, PART_REACH_BYTES },
};
/* Each byte is a place of its own where cells take no time. */
const char *const medium_byte_tears[MEDIUM_BYTE_TEARS] = { "byte" };

static void cut_at(uint32_t place, uint32_t tear, uint64_t seed, jmp_buf *jump)
{
    bed->bus.jump = jump;
    if (place == MEDIUM_NO_CUT) {
        part_plan_cut(bed->part, PART_NO_CUT, 0);
        return;
    }
    if (bed->kind->tears == medium_cycle_tears) {
        part_choose_torn(bed->part, cycle_tear[tear].torn);
        part_choose_reach(bed->part, cycle_tear[tear].reach);
    }
    part_plan_cut(bed->part, part_counters(bed->part).steps + place, seed);
}

static void keep(uint32_t level)
{
    struct moment *const moment = &moments[level];
    for (uint32_t i = MEDIUM_LEVELS; i-- > level;) {
        if (moments[i].is_marked) part_forget(bed->part, moments[i].mark);
        moments[i].is_marked = false;
    }
    moment->mark = part_mark(bed->part);
    if (moment->mark == PART_MARKS) abort();
    moment->is_marked = true;
    moment->medium = bed->medium;
    moment->bus = bed->bus;
}

static void back(uint32_t level)
{
    for (uint32_t i = level + 1u; i < MEDIUM_LEVELS; i++) moments[i].is_marked = false;
    part_rewind(bed->part, moments[level].mark);
    bed->medium = moments[level].medium;
    bed->bus = moments[level].bus;
}

const struct medium_bed_ops medium_part_ops = {
    begin, end, open, count, cut_at, keep, back, around_is_whole,
};

/* ---- faults ---- */

/* One of the part by its kind, or one of the bus by its reach and answer. */
struct fault {
    bool is_of_part;
    enum part_fault_kind kind;
    uint32_t at;
    enum bus_reach reach;
    int32_t answer;
};

#define NO(err) (-(int32_t)(err))
static const struct medium_fault i2c_faults[] = {
    { .name = "no acknowledge", .kind = 0 },
    { .name = "no acknowledge, for good", .kind = 0, .is_for_good = true },
    { .name = "no acknowledge of byte 0", .kind = 1 },
    { .name = "no acknowledge of byte 3", .kind = 2 },
    { .name = "SDA low", .kind = 3, .is_unseen = true },
    { .name = "SDA low for good", .kind = 4, .is_for_good = true, .is_unseen = true },
    { .name = "lost at the start", .kind = 5 },
    { .name = "lost half-way", .kind = 6 },
    { .name = "lost, for good", .kind = 6, .is_for_good = true },
    { .name = "timeout, nothing sent", .kind = 7 },
    { .name = "timeout half-way", .kind = 8 },
    { .name = "timeout at the end", .kind = 9 },
    { .name = "timeout, for good", .kind = 7, .is_for_good = true },
    { .name = "short", .kind = 10 },
    { .name = "short, for good", .kind = 10, .is_for_good = true },
    { .name = "stuck, says the controller", .kind = 11 },
    { .name = "input or output error", .kind = 12 },
    { .name = "works for ever", .kind = 13, .is_for_good = true, .needs_power = true },
};
static const struct fault i2c_fault[] = {
    { .is_of_part = true, .kind = PART_FAULT_NO_ACK },
    { .is_of_part = true, .kind = PART_FAULT_NO_ACK_BYTE, .at = 0 },
    { .is_of_part = true, .kind = PART_FAULT_NO_ACK_BYTE, .at = 3 },
    { .is_of_part = true, .kind = PART_FAULT_SDA_LOW, .at = STUCK_CLOCKS },
    { .is_of_part = true, .kind = PART_FAULT_SDA_LOW, .at = FOR_GOOD_CLOCKS },
    { .reach = BUS_NOTHING, .answer = NO(NACRE_BUS_LOST) },
    { .reach = BUS_HALF, .answer = NO(NACRE_BUS_LOST) },
    { .reach = BUS_NOTHING, .answer = NO(NACRE_BUS_TIMEOUT) },
    { .reach = BUS_HALF, .answer = NO(NACRE_BUS_TIMEOUT) },
    { .reach = BUS_ALL, .answer = NO(NACRE_BUS_TIMEOUT) },
    { .reach = BUS_HALF, .answer = 0 },
    { .reach = BUS_NOTHING, .answer = NO(NACRE_BUS_STUCK) },
    { .reach = BUS_ALL, .answer = NO(NACRE_IO) },
    { .is_of_part = true, .kind = PART_FAULT_BUSY },
};

static const struct medium_fault spi_faults[] = {
    { .name = "silent", .kind = 0 },
    { .name = "silent, for good", .kind = 0, .is_for_good = true },
    { .name = "timeout, nothing sent", .kind = 1 },
    { .name = "timeout half-way", .kind = 2 },
    { .name = "timeout at the end", .kind = 3 },
    { .name = "timeout, for good", .kind = 1, .is_for_good = true },
    { .name = "short", .kind = 4 },
    { .name = "short, for good", .kind = 4, .is_for_good = true },
    { .name = "input or output error", .kind = 5 },
    { .name = "works for ever", .kind = 6, .is_for_good = true, .needs_power = true },
};
static const struct fault spi_fault[] = {
    { .is_of_part = true, .kind = PART_FAULT_DEAD },
    { .reach = BUS_NOTHING, .answer = NO(NACRE_BUS_TIMEOUT) },
    { .reach = BUS_HALF, .answer = NO(NACRE_BUS_TIMEOUT) },
    { .reach = BUS_ALL, .answer = NO(NACRE_BUS_TIMEOUT) },
    { .reach = BUS_HALF, .answer = 0 },
    { .reach = BUS_ALL, .answer = NO(NACRE_IO) },
    { .is_of_part = true, .kind = PART_FAULT_BUSY },
};

static void inject(const struct medium_fault *told, const struct fault *fault, uint32_t transfer)
{
    const uint64_t count = told->is_for_good ? FOR_GOOD : 1u;
    if (fault->is_of_part) {
        const struct part_fault in_part = { fault->kind, transfer, told->is_for_good ? 0 : 1u,
                                            fault->at };
        part_inject(bed->part, &in_part);
    } else {
        bed->bus.fault = (struct bus_fault){ bed->bus.transfers + transfer, count, fault->reach,
                                             fault->answer };
    }
}

static void inject_i2c(uint32_t fault, uint32_t transfer)
{
    inject(&i2c_faults[fault], &i2c_fault[i2c_faults[fault].kind], transfer);
}

static void inject_spi(uint32_t fault, uint32_t transfer)
{
    inject(&spi_faults[fault], &spi_fault[spi_faults[fault].kind], transfer);
}

static void heal(void)
{
    part_heal(bed->part);
    bed->bus.fault.count = 0;
}

static void limit(uint64_t ns, jmp_buf *jump)
{
    bed->bus.limit_ps = bed->bus.now_ps + ns * 1000u;
    bed->bus.hung = jump;
}

#define COUNT_OF(list) (sizeof(list) / sizeof(list)[0])
const struct medium_bus_ops medium_i2c_ops = {
    i2c_faults, COUNT_OF(i2c_faults), inject_i2c, heal, limit,
};
const struct medium_bus_ops medium_spi_ops = {
    spi_faults, COUNT_OF(spi_faults), inject_spi, heal, limit,
};
