/*
 * The simulated NOR: the medium's calls, time, counters, faults and the cut itself. What a cut
 * leaves in the cells, and the rule of two lanes, is in sim_tear.c.
 *
 * Invariants: 1. a granule has SIM_MARGINAL exactly if any of its alt or unstable bits is set, and
 * marginal and unit_marginal count them. 2. while erase_addr names a unit, its cells are as before
 * the erase. 3. the power is lost only inside program and erase_start, or by sim_nor_power_off.
 * 4. two units of the same number in two chips of one geometry hold the same if their stamps are
 * equal. 5. unread and unit_unread count the granules that have SIM_UNREAD.
 *
 * Times: program 20 us + 0.5 us a byte, erase 25 ms a 4 KB unit, read 0.3 us + 0.02 us a byte; the
 * cost model that every figure of the store is stated in.
 */
#include "tests/support/sim_nor.h"

#include "tests/support/sim_tear.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROGRAM_NS 20000u
#define PROGRAM_BYTE_NS 500u
#define ERASE_NS 25000000u
#define READ_NS 300u
#define READ_BYTE_NS 20u
#define POLL_NS 1000u

static struct sim_nor *sim_of(struct nacre_medium *medium)
{
    return (struct sim_nor *)(void *)medium;
}

__attribute__((format(printf, 2, 3))) static void violate(struct sim_nor *sim, const char *format,
                                                          ...)
{
    va_list args;
    va_start(args, format);
    const size_t n = sim->violations++ == 0 ? sizeof sim->violation : 0; /* the first one stays */
    (void)vsnprintf(n > 0 ? sim->violation : NULL, n, format, args);
    va_end(args);
}

static void tell(struct sim_nor *sim, enum sim_command command, uint32_t addr, uint32_t n,
                 bool torn)
{
    if (sim->trace == NULL) return;
    const struct sim_event event = { command, addr, n, sim->now_ns, sim->commands, torn };
    sim->trace(&event, sim->trace_context);
}

static bool erase_is_pending(const struct sim_nor *sim)
{
    return sim->erase_addr != SIM_NOR_NO_COMMAND;
}

/* An operation went wrong. */
static void note_failure(struct sim_nor *sim)
{
    sim->counters.failed++;
    if (sim->is_fair) sim_nor_cut_never(sim);
}

/* Let the erase end, if its time has come. */
static void erase_settle(struct sim_nor *sim)
{
    if (!erase_is_pending(sim) || sim->now_ns < sim->erase_end_ns) return;
    const uint32_t addr = sim->erase_addr;
    sim->erase_addr = SIM_NOR_NO_COMMAND;
    sim->erase_result = NACRE_OK;
    const uint8_t stuck = sim->unit_stuck[addr / sim->medium.geometry.unit_bytes];
    const bool is_told = sim->erase_fails || (stuck & SIM_STUCK_ERASE) != 0;
    if (is_told || sim->erase_lies) {
        const struct sim_tear tear = { SIM_TEAR_E_PATCHY, 0, rng_next(&sim->rng) };
        sim_tear_erase(sim, addr, &tear);
        sim->erase_result = is_told ? NACRE_IO : NACRE_OK;
    } else {
        sim_cells_erase(sim, addr);
    }
    if ((stuck & SIM_STUCK_SILENT) != 0) sim->data[addr + addr / 64u % 4096u] &= 0xfbu;
    /* What went wrong need not be read to its end: the first wrong byte tells enough. */
    if (!sim->erase_fails && !sim->erase_lies && stuck == 0) {
        sim_lanes_wrote(sim, addr, sim->medium.geometry.unit_bytes);
    } else {
        note_failure(sim);
    }
}

static void erase_finish(struct sim_nor *sim)
{
    if (!erase_is_pending(sim)) return;
    if (sim->now_ns < sim->erase_end_ns) sim->now_ns = sim->erase_end_ns;
    erase_settle(sim);
}

static enum nacre_err op_read(struct nacre_medium *medium, uint32_t addr, void *buf, uint32_t n)
{
    struct sim_nor *const sim = sim_of(medium);
    if (addr > sim->bytes || n > sim->bytes - addr) {
        violate(sim, "read of %u bytes at 0x%x leaves the region", n, addr);
        return NACRE_BAD_ARGUMENT;
    }
    if (sim->faults.read_fails != NACRE_OK) return sim->faults.read_fails;
    erase_settle(sim);
    if (erase_is_pending(sim)) {
        sim->counters.reads_in_erase++;
        const uint32_t end = sim->erase_addr + medium->geometry.unit_bytes;
        if (addr < end && addr + n > sim->erase_addr) erase_finish(sim);
    }
    tell(sim, SIM_READ, addr, n, false);
    sim->counters.reads++;
    sim->counters.read_bytes += n;
    sim->now_ns += READ_NS + (uint64_t)READ_BYTE_NS * n;
    sim_nor_peek(sim, addr, buf, n);
    sim_lanes_read(sim, addr, n);
    return NACRE_OK;
}

static bool program_is_legal(struct sim_nor *sim, uint32_t addr, uint32_t n)
{
    const struct nacre_geometry *const geometry = &sim->medium.geometry;
    if (n == 0 || addr >= sim->bytes || n > sim->bytes - addr) {
        violate(sim, "program of %u bytes at 0x%x leaves the region", n, addr);
        return false;
    }
    if (addr % geometry->granule_bytes != 0 || n % geometry->granule_bytes != 0) {
        violate(sim, "program of %u bytes at 0x%x is not made of granules", n, addr);
        return false;
    }
    if (addr / geometry->page_bytes != (addr + n - 1u) / geometry->page_bytes) {
        violate(sim, "program of %u bytes at 0x%x crosses a page", n, addr);
        return false;
    }
    return true;
}

/* May this granule be programmed? One that a cut touched may, if it can read blank now. */
static bool granule_is_free(struct sim_nor *sim, uint32_t granule)
{
    const uint32_t size = sim->medium.geometry.granule_bytes;
    if ((sim->flags[granule] & SIM_CUT) == 0) return (sim->flags[granule] & SIM_PROGRAMMED) == 0;
    for (uint32_t i = granule * size; i < (granule + 1u) * size; i++) {
        if ((uint8_t)(sim_cells_read(sim, i) | sim->unstable[i]) != 0xffu) return false;
    }
    return true;
}

static void program_granules(struct sim_nor *sim, uint32_t addr, const uint8_t *bytes, uint32_t n)
{
    const uint32_t size = sim->medium.geometry.granule_bytes;
    for (uint32_t i = 0; i < n; i += size) {
        const uint32_t granule = (addr + i) / size;
        if (!granule_is_free(sim, granule)) {
            sim->counters.double_programs++;
            violate(sim, "granule %u (0x%x) programmed twice, command %u", granule, addr + i,
                    sim->commands);
        }
        if (sim_lanes_near_cut(sim, granule)) sim->counters.near_programs++;
        if ((sim->flags[granule] & SIM_CUT) != 0) {
            sim->counters.weak_programs++;
            if ((sim->flags[granule] & SIM_UNERASED) != 0) sim->counters.unerased_programs++;
            sim_cells_program_weak(sim, addr + i, bytes + i);
        } else {
            sim_cells_program(sim, addr + i, bytes + i, size);
        }
    }
}

/* Does the fault that waits behind countdown strike this command? */
static bool fault_strikes(uint32_t *countdown, struct sim_faults *faults)
{
    if (*countdown == SIM_NOR_NO_COMMAND) return false;
    if (*countdown > 0) {
        (*countdown)--;
        return false;
    }
    if (--faults->fail_count == 0) *countdown = SIM_NOR_NO_COMMAND;
    return true;
}

/* Is the power to fail in this command? Chooses the tear, where that was left open. */
static bool cut_is_due(struct sim_nor *sim, enum sim_command command, uint32_t n)
{
    if (sim->cut_in == SIM_NOR_NO_COMMAND || sim->cut_in-- != 0) return false;
    if (sim->cut_tear.kind == SIM_TEAR_ANY) {
        struct sim_tear tears[SIM_NOR_TEARS_MAX];
        const uint64_t seed = sim->cut_tear.seed;
        const uint32_t count = sim_nor_tears(sim, command, n, tears);
        sim->cut_tear = tears[rng_mix(seed) % count];
        sim->cut_tear.seed = rng_mix(seed + 1u);
    }
    return true;
}

/* The power fails in this command. Does not return. */
static void cut(struct sim_nor *sim)
{
    jmp_buf *const jump = sim->cut_jump;
    sim_nor_cut_never(sim);
    longjmp(*jump, 1);
}

/* The rule of two lanes, before a program or an erase. */
static void check_lanes(struct sim_nor *sim, uint32_t addr)
{
    const char *const wrong = sim_lanes_begin(sim, addr);
    if (wrong != NULL) violate(sim, "%s, 0x%x, command %u", wrong, addr, sim->commands);
}

/* Does the chip report that this program failed? What it left is random then. */
static bool program_fails(struct sim_nor *sim, uint32_t addr, const uint8_t *bytes, uint32_t n)
{
    const uint8_t stuck = sim->unit_stuck[addr / sim->medium.geometry.unit_bytes];
    if (!fault_strikes(&sim->faults.program_fails, &sim->faults) &&
        (stuck & SIM_STUCK_PROGRAM) == 0) {
        return false;
    }
    const struct sim_tear tear = { SIM_TEAR_BITS, 0, rng_next(&sim->rng) };
    sim_tear_program(sim, addr, bytes, n, &tear);
    note_failure(sim);
    return true;
}

static enum nacre_err op_program(struct nacre_medium *medium, uint32_t addr, const void *buf,
                                 uint32_t n)
{
    struct sim_nor *const sim = sim_of(medium);
    const uint8_t *const bytes = buf;
    erase_settle(sim);
    if (erase_is_pending(sim)) return NACRE_BUSY;
    if (!program_is_legal(sim, addr, n)) return NACRE_BAD_ARGUMENT;
    check_lanes(sim, addr);
    const bool torn = cut_is_due(sim, SIM_PROGRAM, n);
    tell(sim, SIM_PROGRAM, addr, n, torn);
    if (torn && sim->cut_tear.kind == SIM_TEAR_NONE) cut(sim);
    sim->recent[sim->counters.programs % SIM_RECENT] = addr;
    sim->commands++;
    sim->counters.programs++;
    sim->counters.programmed_bytes += n;
    sim->now_ns += PROGRAM_NS + (uint64_t)PROGRAM_BYTE_NS * n;
    if (torn && sim->cut_tear.kind != SIM_TEAR_DONE) {
        sim_tear_program(sim, addr, bytes, n, &sim->cut_tear);
        sim_lanes_cut(sim, addr);
        cut(sim);
    }
    if (program_fails(sim, addr, bytes, n)) return NACRE_IO;
    program_granules(sim, addr, bytes, n);
    if (torn) cut(sim);
    if (fault_strikes(&sim->faults.program_wrong, &sim->faults)) {
        sim->data[addr + rng_below(&sim->rng, n)] ^= (uint8_t)(1u << rng_below(&sim->rng, 8u));
        note_failure(sim);
    } else {
        sim_lanes_wrote(sim, addr, n);
    }
    return NACRE_OK;
}

static enum nacre_err op_erase_start(struct nacre_medium *medium, uint32_t addr)
{
    struct sim_nor *const sim = sim_of(medium);
    erase_settle(sim);
    if (sim->is_untold) return NACRE_BUSY;
    if (addr >= sim->bytes || addr % medium->geometry.unit_bytes != 0) {
        violate(sim, "erase at 0x%x is not a unit of the region", addr);
        return NACRE_BAD_ARGUMENT;
    }
    /* Lane A's erase, again perhaps, may come before lane B's was looked at. */
    if (addr / medium->geometry.unit_bytes >= sim->lane_units) check_lanes(sim, addr);
    const bool torn = cut_is_due(sim, SIM_ERASE, medium->geometry.unit_bytes);
    tell(sim, SIM_ERASE, addr, medium->geometry.unit_bytes, torn);
    if (torn && sim->cut_tear.kind == SIM_TEAR_NONE) cut(sim);
    sim->commands++;
    sim->counters.erases++;
    sim->unit_wear[addr / medium->geometry.unit_bytes]++;
    if (torn && sim->cut_tear.kind == SIM_TEAR_DONE) sim_cells_erase(sim, addr);
    if (torn && sim->cut_tear.kind != SIM_TEAR_DONE) sim_tear_erase(sim, addr, &sim->cut_tear);
    if (torn) cut(sim);
    sim->erase_fails = fault_strikes(&sim->faults.erase_fails, &sim->faults);
    sim->erase_lies = fault_strikes(&sim->faults.erase_wrong, &sim->faults);
    sim->erase_addr = addr;
    sim->is_untold = true;
    sim->erase_end_ns = sim->now_ns + (uint64_t)ERASE_NS * medium->geometry.unit_bytes / 4096u;
    return NACRE_OK;
}

static enum nacre_err op_erase_poll(struct nacre_medium *medium)
{
    struct sim_nor *const sim = sim_of(medium);
    sim->now_ns += POLL_NS;
    erase_settle(sim);
    if (erase_is_pending(sim)) return NACRE_BUSY;
    const enum nacre_err err = sim->erase_result;
    sim->erase_result = NACRE_OK;
    sim->is_untold = false;
    return err;
}

static enum nacre_err op_erase_wait(struct nacre_medium *medium)
{
    erase_finish(sim_of(medium));
    return op_erase_poll(medium);
}

static bool op_can_access(const struct nacre_medium *medium, const void *buf, uint32_t n,
                          bool write)
{
    const struct sim_nor *const sim = (const struct sim_nor *)(const void *)medium;
    const uintptr_t at = (uintptr_t)buf - (uintptr_t)sim->unreadable;
    (void)write; /* an address below the bad bytes is far above them, as a difference */
    return n == 0 || (buf != NULL && at >= sim->unreadable_bytes && at + n - 1u >= at);
}

static const struct nacre_medium_ops ops = { op_read, op_program, op_erase_start, op_erase_poll,
                                             op_erase_wait, op_can_access };

struct sim_nor *sim_nor_create(const struct nacre_geometry *geometry, uint64_t seed)
{
    struct sim_nor *const sim = calloc(1, sizeof *sim);
    const uint32_t bytes = geometry->unit_bytes * geometry->unit_count;
    const uint32_t granules = bytes / geometry->granule_bytes;
    uint8_t *const block = sim == NULL ? NULL : calloc(1, (size_t)bytes * 3u + granules * 5u);
    if (block == NULL || geometry->unit_count > SIM_NOR_UNITS_MAX) abort();
    sim->medium.ops = &ops;
    sim->medium.geometry = *geometry;
    sim->bytes = bytes;
    sim->granules = granules;
    sim->pattern = (uint32_t *)(void *)block;
    sim->data = block + granules * 4u;
    sim->flags = sim->data + bytes;
    sim->alt = sim->flags + granules;
    sim->unstable = sim->alt + bytes;
    memset(sim->data, 0xff, bytes);
    sim->rng.state = rng_mix(seed);
    sim->erase_addr = SIM_NOR_NO_COMMAND;
    sim_faults_none(&sim->faults);
    sim_nor_cut_never(sim);
    return sim;
}

void sim_nor_destroy(struct sim_nor *sim)
{
    if (sim == NULL) return;
    free(sim->pattern);
    free(sim);
}

void sim_nor_touch(struct sim_nor *sim, uint32_t addr, uint32_t n)
{
    static uint64_t last_stamp;
    const uint32_t unit_bytes = sim->medium.geometry.unit_bytes;
    if (n == 0) return;
    for (uint32_t unit = addr / unit_bytes; unit <= (addr + n - 1u) / unit_bytes; unit++) {
        sim->unit_stamp[unit] = ++last_stamp;
    }
}

static void copy_unit(struct sim_nor *to, const struct sim_nor *from, uint32_t unit, bool marginal)
{
    const uint32_t n = from->medium.geometry.unit_bytes;
    const uint32_t count = n / from->medium.geometry.granule_bytes;
    memcpy(to->data + unit * n, from->data + unit * n, n);
    memcpy(to->flags + unit * count, from->flags + unit * count, count);
    if (!marginal) return;
    memcpy(to->pattern + unit * count, from->pattern + unit * count, count * 4u);
    memcpy(to->alt + unit * n, from->alt + unit * n, n);
    memcpy(to->unstable + unit * n, from->unstable + unit * n, n);
}

void sim_nor_copy(struct sim_nor *to, const struct sim_nor *from)
{
    const struct sim_nor kept = *to;
    if (kept.bytes != from->bytes || kept.granules != from->granules) abort();
    for (uint32_t unit = 0; unit < from->medium.geometry.unit_count; unit++) {
        if (kept.unit_stamp[unit] == from->unit_stamp[unit]) continue;
        copy_unit(to, from, unit, (kept.unit_marginal[unit] | from->unit_marginal[unit]) != 0);
    }
    *to = *from;
    to->pattern = kept.pattern;
    to->data = kept.data;
    to->flags = kept.flags;
    to->alt = kept.alt;
    to->unstable = kept.unstable;
    to->trace = kept.trace;
    to->trace_context = kept.trace_context;
}

void sim_nor_cut_at(struct sim_nor *sim, uint32_t command, const struct sim_tear *tear,
                    jmp_buf *jump)
{
    sim->cut_in = command;
    sim->cut_tear = *tear;
    sim->cut_jump = jump;
}

void sim_nor_cut_never(struct sim_nor *sim)
{
    sim->cut_in = SIM_NOR_NO_COMMAND;
    sim->cut_jump = NULL;
}

void sim_nor_power_off(struct sim_nor *sim, const struct sim_tear *tear)
{
    erase_settle(sim);
    if (erase_is_pending(sim)) {
        if (tear->kind == SIM_TEAR_DONE) sim_cells_erase(sim, sim->erase_addr);
        else sim_tear_erase(sim, sim->erase_addr, tear);
    }
    sim_nor_cut_never(sim);
}

void sim_nor_power_on(struct sim_nor *sim)
{
    sim->boot++;
    sim->commands = 0;
    sim->erase_addr = SIM_NOR_NO_COMMAND;
    sim->erase_result = NACRE_OK;
    sim->is_untold = false;
    sim_lanes_read(sim, 0, sim->bytes); /* nobody knows any more what was not */
}

bool sim_nor_flickers(const struct sim_nor *sim)
{
    for (uint32_t i = 0; sim->marginal != 0 && i < sim->bytes; i++) {
        if (sim->unstable[i] != 0) return true;
    }
    return false;
}

void sim_nor_pass_us(struct sim_nor *sim, uint32_t us)
{
    sim->now_ns += (uint64_t)us * 1000u;
    erase_settle(sim);
}

void sim_nor_flip(struct sim_nor *sim, uint32_t addr, uint8_t bits)
{
    sim->data[addr] ^= bits;
    sim->unit_hurt[addr / sim->medium.geometry.unit_bytes] |= SIM_HURT_FLIP;
    sim_nor_touch(sim, addr, 1);
}

bool sim_nor_is_recent(const struct sim_nor *sim, uint32_t addr)
{
    for (uint32_t i = 0; i < SIM_RECENT; i++) {
        if (addr >= sim->recent[i] && addr < sim->recent[i] + 128u) return true;
    }
    return false;
}

bool sim_nor_both_hurt(const struct sim_nor *sim, uint32_t addr)
{
    const uint32_t unit = addr / sim->medium.geometry.unit_bytes;
    const uint32_t twin = unit < sim->lane_units ? unit + sim->lane_units : unit - sim->lane_units;
    const uint8_t any = sim->unit_hurt[unit] | sim->unit_hurt[twin];
    return sim->unit_hurt[unit] != 0 && sim->unit_hurt[twin] != 0 && (any & SIM_HURT_FLIP) != 0;
}

bool sim_nor_any_both_hurt(const struct sim_nor *sim)
{
    for (uint32_t unit = 0; unit < sim->lane_units; unit++) {
        if (sim_nor_both_hurt(sim, unit * sim->medium.geometry.unit_bytes)) return true;
    }
    return false;
}

void sim_faults_none(struct sim_faults *faults)
{
    *faults = (struct sim_faults){ SIM_NOR_NO_COMMAND, SIM_NOR_NO_COMMAND, SIM_NOR_NO_COMMAND,
                                   SIM_NOR_NO_COMMAND, 1u, NACRE_OK };
}

void sim_nor_peek(struct sim_nor *sim, uint32_t addr, void *buf, uint32_t n)
{
    const uint32_t unit_bytes = sim->medium.geometry.unit_bytes;
    uint8_t *const bytes = buf;
    for (uint32_t i = 0; i < n;) {
        const uint32_t unit = (addr + i) / unit_bytes;
        uint32_t part = (unit + 1u) * unit_bytes - (addr + i);
        if (part > n - i) part = n - i;
        if (sim->unit_marginal[unit] == 0) {
            memcpy(bytes + i, sim->data + addr + i, part);
        } else {
            for (uint32_t k = 0; k < part; k++) bytes[i + k] = sim_cells_read(sim, addr + i + k);
        }
        i += part;
    }
}

void sim_nor_poke(struct sim_nor *sim, uint32_t addr, const void *buf, uint32_t n)
{
    memcpy(sim->data + addr, buf, n);
    sim_nor_touch(sim, addr, n);
    const uint32_t size = sim->medium.geometry.granule_bytes;
    for (uint32_t i = addr / size; i < (addr + n + size - 1u) / size; i++) {
        bool blank = true;
        for (uint32_t k = 0; k < size; k++) blank = blank && sim->data[i * size + k] == 0xffu;
        sim->flags[i] = (uint8_t)(blank ? 0u : SIM_PROGRAMMED);
    }
}
