/*
 * The cells of the simulated NOR under a cut, and the rule of two lanes. Why so mean: the makers of
 * such chips promise nothing of a location whose last operation did not complete, not even that it
 * reads the same twice (Infineon KBA218817), and what reads erased after a cut erase may not be.
 */
#include "tests/support/sim_tear.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATTERN_EVEN 0x55555555u /* bit set in even boots */

static void mark_marginal(struct sim_nor *sim, uint32_t granule)
{
    const uint32_t size = sim->medium.geometry.granule_bytes;
    const uint32_t unit = granule * size / sim->medium.geometry.unit_bytes;
    bool marginal = false;
    for (uint32_t i = granule * size; i < (granule + 1u) * size; i++) {
        marginal = marginal || sim->alt[i] != 0 || sim->unstable[i] != 0;
    }
    if (marginal == ((sim->flags[granule] & SIM_MARGINAL) != 0)) return;
    sim->flags[granule] ^= SIM_MARGINAL;
    if (marginal) {
        sim->marginal++;
        sim->unit_marginal[unit]++;
    } else {
        sim->marginal--;
        sim->unit_marginal[unit]--;
    }
}

uint8_t sim_cells_read(struct sim_nor *sim, uint32_t addr)
{
    const uint32_t granule = addr / sim->medium.geometry.granule_bytes;
    uint8_t byte = sim->data[addr];
    if ((sim->flags[granule] & SIM_MARGINAL) == 0) return byte;
    if ((sim->pattern[granule] >> (sim->boot % 32u) & 1u) != 0) byte ^= sim->alt[addr];
    if (sim->unstable[addr] != 0) byte ^= (uint8_t)(rng_next(&sim->rng) & sim->unstable[addr]);
    return byte;
}

void sim_cells_program(struct sim_nor *sim, uint32_t addr, const uint8_t *bytes, uint32_t n)
{
    const uint32_t size = sim->medium.geometry.granule_bytes;
    sim_nor_touch(sim, addr, n);
    for (uint32_t i = 0; i < n; i++) sim->data[addr + i] &= bytes[i];
    for (uint32_t i = 0; i < n; i += size) sim->flags[(addr + i) / size] |= SIM_PROGRAMMED;
}

/* What the granule reads now becomes what it holds. */
static void freeze(struct sim_nor *sim, uint32_t granule)
{
    const uint32_t size = sim->medium.geometry.granule_bytes;
    for (uint32_t i = granule * size; i < (granule + 1u) * size; i++) {
        sim->data[i] = sim_cells_read(sim, i);
    }
    for (uint32_t i = granule * size; i < (granule + 1u) * size; i++) {
        sim->alt[i] = 0;
        sim->unstable[i] = 0;
    }
    mark_marginal(sim, granule);
}

void sim_cells_program_weak(struct sim_nor *sim, uint32_t addr, const uint8_t *bytes)
{
    const uint32_t size = sim->medium.geometry.granule_bytes;
    const uint32_t granule = addr / size;
    sim_nor_touch(sim, addr, size);
    freeze(sim, granule);
    for (uint32_t i = 0; i < size; i++) sim->data[addr + i] &= bytes[i];
    sim->flags[granule] |= SIM_PROGRAMMED | SIM_CUT;
    const uint32_t luck = rng_below(&sim->rng, 100u);
    if (luck < 25u) return;
    const uint32_t count = 1u + rng_below(&sim->rng, 4u);
    uint8_t *const cells = luck < 60u ? sim->data : sim->unstable;
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t byte = addr + rng_below(&sim->rng, size);
        cells[byte] ^= (uint8_t)(1u << rng_below(&sim->rng, 8u));
    }
    mark_marginal(sim, granule);
}

void sim_cells_erase(struct sim_nor *sim, uint32_t addr)
{
    const uint32_t size = sim->medium.geometry.granule_bytes;
    const uint32_t n = sim->medium.geometry.unit_bytes;
    sim_nor_touch(sim, addr, n);
    sim_lanes_read(sim, addr, n);
    sim->unit_hurt[addr / n] = 0;
    memset(sim->data + addr, 0xff, n);
    memset(sim->flags + addr / size, 0, n / size);
    sim->marginal -= sim->unit_marginal[addr / n];
    if (sim->unit_marginal[addr / n] != 0) {
        memset(sim->alt + addr, 0, n);
        memset(sim->unstable + addr, 0, n);
    }
    sim->unit_marginal[addr / n] = 0;
}

/* Say that a cell reads old in some boots and new in the others. */
static void alternate(struct sim_nor *sim, uint32_t addr, const uint8_t *fresh, uint32_t pattern)
{
    const uint32_t size = sim->medium.geometry.granule_bytes;
    const uint32_t granule = addr / size;
    freeze(sim, granule);
    for (uint32_t i = 0; i < size; i++) sim->alt[addr + i] = sim->data[addr + i] ^ fresh[i];
    sim->pattern[granule] = pattern;
    mark_marginal(sim, granule);
}

/* The pattern in which the next boot reads new or old and the boots after it take turns. */
static uint32_t take_turns(const struct sim_nor *sim, bool new_first)
{
    const bool next_is_even = (sim->boot + 1u) % 2u == 0;
    return next_is_even == new_first ? PATTERN_EVEN : ~PATTERN_EVEN;
}

static uint32_t chosen_pattern(const struct sim_nor *sim, enum sim_tear_kind kind, struct rng *rng)
{
    switch (kind) {
    case SIM_TEAR_ALT_OLD:
    case SIM_TEAR_E_ALT_OLD:
        return take_turns(sim, false);
    case SIM_TEAR_ALT_NEW:
    case SIM_TEAR_E_ALT_NEW:
        return take_turns(sim, true);
    default:
        return rng_next(rng);
    }
}

/* Make bits of one granule flicker. */
static void flicker(struct sim_nor *sim, uint32_t addr, uint32_t count, struct rng *rng)
{
    const uint32_t size = sim->medium.geometry.granule_bytes;
    for (uint32_t i = 0; i < count; i++) {
        sim->unstable[addr + rng_below(rng, size)] |= (uint8_t)(1u << rng_below(rng, 8u));
    }
    mark_marginal(sim, addr / size);
}

/* The bits that a disturbed granule may lose: none, a few, half, or all but a few. */
static uint32_t disturbed(uint32_t degree, struct rng *rng)
{
    const uint32_t random = rng_next(rng);
    switch (degree) {
    case 0:
        return 0;
    case 1u:
        return random & random >> 8 & random >> 16;
    case 2u:
        return random;
    default:
        return random | random >> 8 | random >> 16;
    }
}

/*
 * Disturb a granule near a torn program. Lasting: the bits are lost. Unstable: they read as they
 * like. Alternating: they are lost in some boots.
 */
static void spoil_granule(struct sim_nor *sim, uint32_t addr, enum sim_tear_kind kind,
                          uint32_t degree, struct rng *rng)
{
    const uint32_t size = sim->medium.geometry.granule_bytes;
    const bool lasting = kind == SIM_TEAR_PAGE || kind == SIM_TEAR_UNIT;
    uint8_t after[64];
    if (!lasting) freeze(sim, addr / size);
    for (uint32_t i = 0; i < size; i++) {
        after[i] = sim->data[addr + i] & (uint8_t)~disturbed(degree, rng);
    }
    if (lasting) {
        memcpy(sim->data + addr, after, size);
        return;
    }
    if (kind == SIM_TEAR_PAGE_ALT || kind == SIM_TEAR_UNIT_ALT) {
        alternate(sim, addr, after, rng_next(rng));
        return;
    }
    for (uint32_t i = 0; i < size; i++) sim->unstable[addr + i] = sim->data[addr + i] ^ after[i];
    mark_marginal(sim, addr / size);
}

/* Disturb a whole block: all granules to the same degree, or each to one of its own. */
static void spoil(struct sim_nor *sim, uint32_t addr, uint32_t n, enum sim_tear_kind kind,
                  struct rng *rng)
{
    const uint32_t size = sim->medium.geometry.granule_bytes;
    const uint32_t degree = rng_below(rng, 6u);
    sim_nor_touch(sim, addr, n);
    for (uint32_t i = 0; i < n; i += size) {
        const uint32_t own = rng_below(rng, 4u);
        spoil_granule(sim, addr + i, kind, degree < 4u ? degree : own, rng);
        sim->flags[(addr + i) / size] |= SIM_CUT;
    }
}

/* The bits of a byte that a torn program did reach, before it disturbed its neighbours. */
static uint8_t reached(enum sim_tear_kind kind, uint32_t i, uint32_t edge, struct rng *rng)
{
    const uint32_t random = rng_next(rng);
    switch (kind) {
    case SIM_TEAR_PREFIX:
    case SIM_TEAR_BYTES:
        return i < edge ? 0xffu : 0u;
    case SIM_TEAR_SUFFIX:
        return i >= edge ? 0xffu : 0u;
    case SIM_TEAR_BITS:
        return (uint8_t)random;
    case SIM_TEAR_MOST:
        return (uint8_t)(random | random >> 8 | random >> 16);
    case SIM_TEAR_FLICKER:
        return 0xffu;
    case SIM_TEAR_PAGE:
    case SIM_TEAR_PAGE_UNSTABLE:
    case SIM_TEAR_PAGE_ALT:
    case SIM_TEAR_UNIT:
    case SIM_TEAR_UNIT_UNSTABLE:
    case SIM_TEAR_UNIT_ALT:
        return edge % 2u == 0 ? 0xffu : (uint8_t)random;
    default:
        return 0u;
    }
}

static uint32_t edge_of(const struct sim_nor *sim, uint32_t n, const struct sim_tear *tear,
                        struct rng *rng)
{
    if (tear->kind == SIM_TEAR_PREFIX) return tear->arg * sim->medium.geometry.granule_bytes;
    if (tear->kind == SIM_TEAR_BYTES) return 1u + rng_below(rng, n - 1u);
    if (tear->kind >= SIM_TEAR_PAGE && tear->kind <= SIM_TEAR_UNIT_ALT) return rng_below(rng, 2u);
    return n / 2u;
}

static void tear_granule(struct sim_nor *sim, uint32_t addr, const uint8_t *bytes,
                         const struct sim_tear *tear, struct rng *rng)
{
    const uint32_t size = sim->medium.geometry.granule_bytes;
    uint8_t after[64];
    for (uint32_t i = 0; i < size; i++) after[i] = sim_cells_read(sim, addr + i) & bytes[i];
    switch (tear->kind) {
    case SIM_TEAR_UNSTABLE:
        freeze(sim, addr / size);
        for (uint32_t i = 0; i < size; i++) {
            sim->unstable[addr + i] = sim->data[addr + i] ^ after[i];
        }
        mark_marginal(sim, addr / size);
        break;
    case SIM_TEAR_ALT_OLD:
    case SIM_TEAR_ALT_NEW:
    case SIM_TEAR_ALT_MIXED:
        alternate(sim, addr, after, chosen_pattern(sim, tear->kind, rng));
        break;
    default:
        break;
    }
    sim->flags[addr / size] |= SIM_CUT;
}

void sim_tear_program(struct sim_nor *sim, uint32_t addr, const uint8_t *bytes, uint32_t n,
                      const struct sim_tear *tear)
{
    const struct nacre_geometry *const geometry = &sim->medium.geometry;
    struct rng rng = { rng_mix(tear->seed) };
    const uint32_t edge = edge_of(sim, n, tear, &rng);
    sim_nor_touch(sim, addr, n);
    sim->unit_hurt[addr / geometry->unit_bytes] |= SIM_HURT_CUT;
    for (uint32_t i = 0; i < n; i += geometry->granule_bytes) {
        tear_granule(sim, addr + i, bytes + i, tear, &rng);
    }
    for (uint32_t i = 0; i < n; i++) {
        const uint8_t bits = reached(tear->kind, i, edge, &rng);
        sim->data[addr + i] &= (uint8_t)(bytes[i] | (uint8_t)~bits);
    }
    if (tear->kind == SIM_TEAR_FLICKER) {
        const uint32_t granules = n / geometry->granule_bytes;
        const uint32_t at = addr + rng_below(&rng, granules) * geometry->granule_bytes;
        flicker(sim, at, 1u + rng_below(&rng, 3u), &rng);
    }
    if (tear->kind >= SIM_TEAR_PAGE && tear->kind <= SIM_TEAR_PAGE_ALT) {
        spoil(sim, addr - addr % geometry->page_bytes, geometry->page_bytes, tear->kind, &rng);
    }
    if (tear->kind >= SIM_TEAR_UNIT && tear->kind <= SIM_TEAR_UNIT_ALT) {
        spoil(sim, addr - addr % geometry->unit_bytes, geometry->unit_bytes, tear->kind, &rng);
    }
}

/* Does granule k of count survive a torn erase as it was? */
static bool stands(enum sim_tear_kind kind, uint32_t k, uint32_t count, uint32_t edge,
                   struct rng *rng)
{
    const uint32_t random = rng_next(rng);
    switch (kind) {
    case SIM_TEAR_E_LOW:
        return k >= count / 2u;
    case SIM_TEAR_E_HIGH:
        return k < count / 2u;
    case SIM_TEAR_E_PATCHY:
        return random % 4u == 0;
    case SIM_TEAR_E_SPARE:
        return k == 0 || random % 2u == 0;
    case SIM_TEAR_E_OLDER:
        return k < edge;
    case SIM_TEAR_E_MARK:
        return k == 0;
    case SIM_TEAR_E_HEAD:
        return k <= 2u;
    case SIM_TEAR_E_HOLE:
        return k != edge;
    default:
        return false;
    }
}

/* What a byte reads that a torn erase did reach, where not simply erased. */
static uint8_t remains(enum sim_tear_kind kind, uint8_t old, uint32_t choice, struct rng *rng)
{
    if (kind == SIM_TEAR_E_ZERO) return 0u;
    if (kind != SIM_TEAR_E_PATCHY && kind != SIM_TEAR_E_SPARE) return 0xffu;
    if (choice == 0) return 0u;
    if (choice == 1u) return old | (uint8_t)rng_next(rng);
    return 0xffu;
}

static void erase_granule(struct sim_nor *sim, uint32_t addr, const struct sim_tear *tear,
                          struct rng *rng)
{
    static const uint8_t blank[64] = { [0 ... 63] = 0xff };
    const uint32_t size = sim->medium.geometry.granule_bytes;
    const uint32_t granule = addr / size;
    const uint32_t choice = rng_below(rng, 3u);
    switch (tear->kind) {
    case SIM_TEAR_E_UNSTABLE:
        freeze(sim, granule);
        for (uint32_t i = addr; i < addr + size; i++) sim->unstable[i] = (uint8_t)~sim->data[i];
        memset(sim->data + addr, 0xff, size);
        mark_marginal(sim, granule);
        break;
    case SIM_TEAR_E_ALT_OLD:
    case SIM_TEAR_E_ALT_NEW:
    case SIM_TEAR_E_ALT_MIXED:
        alternate(sim, addr, blank, chosen_pattern(sim, tear->kind, rng));
        break;
    default:
        freeze(sim, granule);
        for (uint32_t i = addr; i < addr + size; i++) {
            sim->data[i] = remains(tear->kind, sim->data[i], choice, rng);
        }
        break;
    }
}

void sim_tear_erase(struct sim_nor *sim, uint32_t addr, const struct sim_tear *tear)
{
    const uint32_t size = sim->medium.geometry.granule_bytes;
    const uint32_t count = sim->medium.geometry.unit_bytes / size;
    struct rng rng = { rng_mix(tear->seed) };
    if (tear->kind == SIM_TEAR_NONE) return;
    const uint32_t edge = rng_below(&rng, tear->kind == SIM_TEAR_E_HOLE ? 24u : count);
    sim_nor_touch(sim, addr, sim->medium.geometry.unit_bytes);
    sim->unit_hurt[addr / sim->medium.geometry.unit_bytes] |= SIM_HURT_CUT;
    for (uint32_t k = 0; k < count; k++) {
        const bool kept = stands(tear->kind, k, count, edge, &rng);
        if (!kept) erase_granule(sim, addr + k * size, tear, &rng);
        sim->flags[addr / size + k] |= SIM_CUT | SIM_UNERASED;
    }
    if (tear->kind != SIM_TEAR_E_FLICKER) return;
    for (uint32_t i = 0; i < 4u; i++) {
        flicker(sim, addr + rng_below(&rng, count) * size, 1u, &rng);
    }
}

/* Two lanes hold the same, and one cut can spoil one block of cut_bytes: see sim_nor.h. */
const char *sim_lanes_begin(const struct sim_nor *sim, uint32_t addr)
{
    const uint32_t unit = addr / sim->medium.geometry.unit_bytes;
    const bool in_b = unit >= sim->lane_units;
    if (sim->lane_units == 0) return NULL;
    const uint32_t twin = in_b ? unit - sim->lane_units : unit + sim->lane_units;
    if (sim->unit_unread[twin] == 0) return NULL;
    return in_b ? "two lanes dirty: lane B is written while lane A was not read" :
                  "two lanes dirty: lane A is written while lane B was not read";
}

void sim_lanes_wrote(struct sim_nor *sim, uint32_t addr, uint32_t n)
{
    const uint32_t size = sim->medium.geometry.granule_bytes;
    if (sim->lane_units == 0) return;
    for (uint32_t granule = addr / size; granule < (addr + n) / size; granule++) {
        if ((sim->flags[granule] & SIM_UNREAD) != 0) continue;
        sim->flags[granule] |= SIM_UNREAD;
        sim->unit_unread[addr / sim->medium.geometry.unit_bytes]++;
        sim->unread++;
    }
    sim_nor_touch(sim, addr, n);
}

void sim_lanes_read(struct sim_nor *sim, uint32_t addr, uint32_t n)
{
    const uint32_t size = sim->medium.geometry.granule_bytes;
    if (sim->unread == 0 || n == 0) return;
    for (uint32_t granule = addr / size; granule <= (addr + n - 1u) / size; granule++) {
        if ((sim->flags[granule] & SIM_UNREAD) == 0) continue;
        sim->flags[granule] &= (uint8_t)~SIM_UNREAD;
        sim->unit_unread[granule * size / sim->medium.geometry.unit_bytes]--;
        sim->unread--;
        sim_nor_touch(sim, granule * size, size);
    }
}

void sim_lanes_cut(struct sim_nor *sim, uint32_t addr)
{
    const struct nacre_geometry *const geometry = &sim->medium.geometry;
    const uint32_t start = addr - addr % geometry->cut_bytes;
    if (geometry->cut_bytes <= geometry->granule_bytes) return;
    for (uint32_t i = 0; i < geometry->cut_bytes; i += geometry->granule_bytes) {
        sim->flags[(start + i) / geometry->granule_bytes] |= SIM_NEAR;
    }
    sim_nor_touch(sim, start, geometry->cut_bytes);
}

/* Does the block of a granule hold anything that was there, and read, before this record? */
static bool block_holds_something(const struct sim_nor *sim, uint32_t granule)
{
    const struct nacre_geometry *const geometry = &sim->medium.geometry;
    const uint32_t count = geometry->cut_bytes / geometry->granule_bytes;
    const uint32_t start = granule - granule % count;
    for (uint32_t i = start; i < start + count; i++) {
        if ((sim->flags[i] & (SIM_PROGRAMMED | SIM_UNREAD)) == SIM_PROGRAMMED) return true;
    }
    return false;
}

bool sim_lanes_near_cut(const struct sim_nor *sim, uint32_t granule)
{
    const struct nacre_geometry *const geometry = &sim->medium.geometry;
    const uint32_t half = sim->lane_units * geometry->unit_bytes / geometry->granule_bytes;
    if (half == 0) return false;
    const uint32_t twin = granule < half ? granule + half : granule - half;
    return twin < sim->granules && (sim->flags[twin] & SIM_NEAR) != 0 &&
           block_holds_something(sim, granule);
}

static const char *const names[SIM_TEAR_KINDS] = {
    "none", "done", "prefix", "bytes", "bits", "most", "suffix", "weak", "unstable", "flicker",
    "alt_old", "alt_new", "alt_mixed", "page", "page_unstable", "page_alt", "unit",
    "unit_unstable", "unit_alt",
    "e_low", "e_high", "e_zero", "e_patchy", "e_spare", "e_older", "e_mark", "e_head", "e_hole",
    "e_weak", "e_unstable", "e_flicker", "e_alt_old", "e_alt_new", "e_alt_mixed", "any",
};

uint32_t sim_nor_tears(const struct sim_nor *sim, enum sim_command command, uint32_t n,
                       struct sim_tear *tears)
{
    const struct nacre_geometry *const geometry = &sim->medium.geometry;
    const bool program = command == SIM_PROGRAM;
    uint32_t count = 0;
    tears[count++] = (struct sim_tear){ SIM_TEAR_NONE, 0, 0 };
    tears[count++] = (struct sim_tear){ SIM_TEAR_DONE, 0, 0 };
    for (uint32_t i = 1; program && i < n / geometry->granule_bytes && i < 8u; i++) {
        tears[count++] = (struct sim_tear){ SIM_TEAR_PREFIX, i, 0 };
    }
    const uint32_t first = program ? SIM_TEAR_BYTES : SIM_TEAR_E_LOW;
    const uint32_t end = program ? SIM_TEAR_UNIT_ALT + 1u : SIM_TEAR_ANY;
    for (uint32_t kind = first; kind < end; kind++) {
        const bool of_page = kind >= SIM_TEAR_PAGE && kind <= SIM_TEAR_PAGE_ALT;
        const bool of_unit = kind >= SIM_TEAR_UNIT && kind <= SIM_TEAR_UNIT_ALT;
        if (of_page && geometry->cut_bytes < geometry->page_bytes) continue;
        if (of_unit && geometry->cut_bytes < geometry->unit_bytes) continue;
        if (kind == SIM_TEAR_ALT_MIXED && n <= geometry->granule_bytes) continue;
        tears[count++] = (struct sim_tear){ (enum sim_tear_kind)kind, 0, 0 };
    }
    return count;
}

const char *sim_tear_name(const struct sim_tear *tear, char *buf)
{
    if (tear->kind == SIM_TEAR_PREFIX) (void)snprintf(buf, 24, "prefix%u", tear->arg);
    else (void)snprintf(buf, 24, "%s", names[tear->kind]);
    return buf;
}

bool sim_tear_parse(const char *name, struct sim_tear *tear)
{
    *tear = (struct sim_tear){ SIM_TEAR_PREFIX, 0, 0 };
    if (strncmp(name, "prefix", 6) == 0) {
        tear->arg = (uint32_t)strtoul(name + 6, NULL, 10);
        return true;
    }
    for (uint32_t i = 0; i < SIM_TEAR_KINDS; i++) {
        if (strcmp(names[i], name) != 0) continue;
        tear->kind = (enum sim_tear_kind)i;
        return true;
    }
    return false;
}
