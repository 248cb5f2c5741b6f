/*
 * Beds of media that lie in memory of this machine: RAM itself, and the NOR medium over the false
 * board of fake_port.h. Neither of the two can lose its power in a program, so that a medium in
 * front of theirs does it: the write that is cut never reaches them, and its tear is made in their
 * bytes.
 *
 * Tears of RAM are those of memory that is copied to by the byte. Those of the NOR are what its
 * row's cut_bytes say, the whole page, and cells that read differently each time until they are
 * erased.
 */
#include "tests/support/medium_bed.h"

#include "nacre/media/ram.h"
#include "tests/support/fake_port.h"
#include "tests/support/nor_bed.h"
#include "tests/support/rng.h"

#include <stddef.h>
#include <string.h>

#define BYTES_MAX 32768u
#define AROUND_BYTES 4096u /* compared, on each side */
#define AROUND(i) ((uint8_t)((i) * 31u + 7u))

enum tear { TEAR_NONE, TEAR_DONE, TEAR_PREFIX, TEAR_BYTES, TEAR_BITS, TEAR_PAGE, TEAR_UNSTABLE };

static const char *const tears[] = {
    "none", "done", "prefix", "bytes", "bits", "page", "unstable",
};

/* What is kept of one moment. */
struct moment {
    uint8_t bytes[BYTES_MAX];
    uint8_t unstable[BYTES_MAX];
    struct nacre_ram ram;
    struct nacre_nor nor;
    uint8_t board[sizeof(struct fake) - offsetof(struct fake, now)];
    struct medium_counts counts;
    struct rng rng;
};

static struct {
    struct nacre_medium medium; /* in front of the other one */
    struct nacre_medium *inner;
    const struct medium_kind *kind;
    uint8_t *bytes; /* the region's */
    uint32_t n;
    uint8_t unstable[BYTES_MAX]; /* bits that read either way */
    struct medium_counts counts;
    struct rng rng;
    uint32_t cut_in;
    uint32_t tear;
    struct rng tear_rng;
    jmp_buf *jump;
    struct nacre_ram ram;
    uint8_t board[sizeof(struct fake) - offsetof(struct fake, now)]; /* as it starts */
    struct moment moments[MEDIUM_LEVELS];
} bed;

static uint8_t ram_bytes[BYTES_MAX + 2u * AROUND_BYTES];

static bool is_nor(void)
{
    return bed.kind->row != NULL;
}

/* ---- the medium in front ---- */

/* May the power fail in this write? Then what it leaves of the byte at i of n is decided here. */
static uint8_t torn_byte(uint8_t old, uint8_t fresh, uint32_t i, uint32_t edge)
{
    const uint8_t random = (uint8_t)rng_next(&bed.tear_rng);
    switch (bed.tear) {
    case TEAR_DONE:
        return fresh;
    case TEAR_PREFIX:
        return i < edge ? fresh : old;
    case TEAR_BYTES:
        return random % 2u == 0 ? fresh : old;
    case TEAR_BITS:
    case TEAR_PAGE:
        return (uint8_t)((old & ~random) | (fresh & random));
    case TEAR_UNSTABLE:
        return fresh;
    default:
        return old;
    }
}

/* Tear a write of n bytes at addr, fresh or null for an erase, and go where the cut goes. */
static void cut(uint32_t addr, const uint8_t *fresh, uint32_t n)
{
    const uint32_t page_bytes = bed.medium.geometry.page_bytes;
    const uint32_t edge = rng_below(&bed.tear_rng, n);
    const uint32_t page = addr - addr % page_bytes;
    for (uint32_t i = 0; i < n; i++) {
        const uint8_t old = bed.bytes[addr + i];
        const uint8_t after = fresh == NULL ? 0xFF : fresh[i];
        bed.bytes[addr + i] = torn_byte(old, after, i, edge);
        if (bed.tear == TEAR_UNSTABLE) bed.unstable[addr + i] |= old ^ after;
    }
    for (uint32_t i = 0; bed.tear == TEAR_PAGE && fresh != NULL && i < page_bytes; i++) {
        if (page + i >= addr && page + i < addr + n) continue;
        bed.bytes[page + i] &= (uint8_t)rng_next(&bed.tear_rng);
    }
    longjmp(*bed.jump, 1);
}

static bool is_cut(void)
{
    bed.counts.writes++;
    bed.counts.places++;
    if (bed.cut_in == MEDIUM_NO_CUT) return false;
    return bed.cut_in-- == 0;
}

static void begin_call(void)
{
    fake_forget();
    fake.blackout_count = 0;
}

static enum nacre_err front_read(struct nacre_medium *medium, uint32_t addr, void *buf, uint32_t n)
{
    (void)medium;
    begin_call();
    const enum nacre_err err = bed.inner->ops->read(bed.inner, addr, buf, n);
    for (uint32_t i = 0; err == NACRE_OK && i < n; i++) {
        const uint8_t doubtful = bed.unstable[addr + i];
        if (doubtful != 0) ((uint8_t *)buf)[i] ^= doubtful & (uint8_t)rng_next(&bed.rng);
    }
    return err;
}

static enum nacre_err front_program(struct nacre_medium *medium, uint32_t addr, const void *buf,
                                    uint32_t n)
{
    (void)medium;
    begin_call();
    if (is_cut()) cut(addr, buf, n);
    bed.counts.write_bytes += n;
    return bed.inner->ops->program(bed.inner, addr, buf, n);
}

static enum nacre_err front_erase_start(struct nacre_medium *medium, uint32_t addr)
{
    begin_call();
    if (is_cut()) cut(addr, NULL, medium->geometry.unit_bytes);
    const enum nacre_err err = bed.inner->ops->erase_start(bed.inner, addr);
    if (err == NACRE_OK) memset(bed.unstable + addr, 0, medium->geometry.unit_bytes);
    return err;
}

static enum nacre_err front_erase_poll(struct nacre_medium *medium)
{
    (void)medium;
    begin_call();
    return bed.inner->ops->erase_poll(bed.inner);
}

static enum nacre_err front_erase_wait(struct nacre_medium *medium)
{
    (void)medium;
    begin_call();
    return bed.inner->ops->erase_wait(bed.inner);
}

static bool front_can_access(const struct nacre_medium *medium, const void *buf, uint32_t n,
                             bool write)
{
    (void)medium;
    return bed.inner->ops->can_access(bed.inner, buf, n, write);
}

static const struct nacre_medium_ops front_ops = {
    front_read,       front_program,    front_erase_start,
    front_erase_poll, front_erase_wait, front_can_access,
};

/* ---- the bed ---- */

static void fill_around(void)
{
    for (uint32_t i = 0; i < AROUND_BYTES; i++) {
        bed.bytes[-(int32_t)AROUND_BYTES + (int32_t)i] = AROUND(i);
        bed.bytes[bed.n + i] = AROUND(i + 1u);
    }
}

static bool around_is_whole(void)
{
    for (uint32_t i = 0; i < AROUND_BYTES; i++) {
        if (bed.bytes[-(int32_t)AROUND_BYTES + (int32_t)i] != AROUND(i)) return false;
        if (bed.bytes[bed.n + i] != AROUND(i + 1u)) return false;
    }
    return true;
}

static bool begin(const struct medium_kind *kind, uint64_t seed)
{
    bed.kind = kind;
    bed.n = kind->unit_bytes * kind->unit_count;
    bed.counts = (struct medium_counts){
        .transfers = MEDIUM_NO_COUNT, .bus_bytes = MEDIUM_NO_COUNT, .wear_max = MEDIUM_NO_COUNT,
    };
    bed.rng.state = seed;
    bed.cut_in = MEDIUM_NO_CUT;
    memset(bed.unstable, 0, sizeof bed.unstable);
    fake_start();
    memcpy(bed.board, &fake.now, sizeof bed.board);
    bed.bytes = is_nor() ? fake.chip + kind->region_addr : ram_bytes + AROUND_BYTES;
    memset(bed.bytes, 0xFF, bed.n);
    fill_around();
    return bed.n <= BYTES_MAX;
}

static void end(void)
{
    memset(bed.bytes, 0xFF, bed.n);
}

static enum nacre_err open_nor(void)
{
    struct nacre_nor_cfg cfg = nor_bed_cfg(5);
    const uint32_t now = fake.now;
    memcpy(&fake.now, bed.board, sizeof bed.board);
    fake.now = now;
    cfg.region_addr = bed.kind->region_addr;
    cfg.region_bytes = bed.n;
    bed.inner = &nor_bed.nor.medium;
    return nacre_nor_open(&nor_bed.nor, &cfg);
}

static enum nacre_err open_ram(void)
{
    bed.inner = &bed.ram.medium;
    return nacre_ram_open(&bed.ram, bed.bytes, bed.kind->unit_bytes, bed.kind->unit_count);
}

static enum nacre_err open(struct nacre_medium **medium)
{
    begin_call();
    const enum nacre_err err = is_nor() ? open_nor() : open_ram();
    if (err != NACRE_OK) return err;
    bed.medium.ops = &front_ops;
    bed.medium.geometry = bed.inner->geometry;
    *medium = &bed.medium;
    return NACRE_OK;
}

static void count(struct medium_counts *counts)
{
    *counts = bed.counts;
    counts->now_ns = is_nor() ? (uint64_t)fake.now * 1000u / FAKE_CYCLES_PER_US : MEDIUM_NO_COUNT;
}

static void cut_at(uint32_t place, uint32_t tear, uint64_t seed, jmp_buf *jump)
{
    bed.cut_in = place;
    bed.tear = tear;
    bed.tear_rng.state = rng_mix(seed);
    bed.jump = jump;
}

static void keep(uint32_t level)
{
    struct moment *const moment = &bed.moments[level];
    memcpy(moment->bytes, bed.bytes, bed.n);
    memcpy(moment->unstable, bed.unstable, bed.n);
    memcpy(moment->board, &fake.now, sizeof moment->board);
    moment->ram = bed.ram;
    moment->nor = nor_bed.nor;
    moment->counts = bed.counts;
    moment->rng = bed.rng;
}

static void back(uint32_t level)
{
    const struct moment *const moment = &bed.moments[level];
    memcpy(bed.bytes, moment->bytes, bed.n);
    memcpy(bed.unstable, moment->unstable, bed.n);
    memcpy(&fake.now, moment->board, sizeof moment->board);
    bed.ram = moment->ram;
    nor_bed.nor = moment->nor;
    bed.counts = moment->counts;
    bed.rng = moment->rng;
    bed.cut_in = MEDIUM_NO_CUT;
}

static const struct medium_bed_ops memory_ops = {
    begin, end, open, count, cut_at, keep, back, around_is_whole,
};

const struct medium_kind medium_memory_kinds[] = {
    { .name = "ram", .ops = &memory_ops, .tears = tears, .tear_count = TEAR_BITS + 1u,
      .share = 1, .unit_count = 4, .unit_bytes = 1024 },
    { .name = "nor", .ops = &memory_ops, .tears = tears, .tear_count = TEAR_UNSTABLE + 1u,
      .share = 20, .unit_count = 8, .unit_bytes = 4096, .region_addr = NOR_BED_REGION,
      .row = &nor_bed },
    { .name = NULL },
};
