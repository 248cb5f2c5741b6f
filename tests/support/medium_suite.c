/*
 * The checks. HOLDS leaves a check at the first thing that is not as it must be.
 */
#include "tests/support/medium_suite.h"

#include <stddef.h>
#include <string.h>

#define GRANULE_MAX 16u
#define POLLS_MAX 2000000u
#define PIECE_BYTES 64u
#define CALLS 400u

#define HOLDS(claim) \
    if (!(claim)) return wrong(suite, __LINE__)
#define ANSWERS(err, call) \
    if (!answers(suite, (call), (err))) return wrong(suite, __LINE__)
#define REFUSES(call) \
    if (answers(suite, (call), NACRE_OK)) return wrong(suite, __LINE__)

/* The innermost place is what is told. */
static bool wrong(struct medium_suite *suite, uint32_t line)
{
    if (suite->failed_line == 0) suite->failed_line = line;
    return false;
}

static bool answers(struct medium_suite *suite, enum nacre_err found, enum nacre_err wanted)
{
    suite->detail = (uint32_t)found;
    return found == wanted;
}

/* ---- what the checks are made of ---- */

static enum nacre_err read_at(struct medium_suite *suite, uint32_t addr, void *buf, uint32_t n)
{
    return suite->medium->ops->read(suite->medium, addr, buf, n);
}

static enum nacre_err program_at(struct medium_suite *suite, uint32_t addr, const void *buf,
                                 uint32_t n)
{
    return suite->medium->ops->program(suite->medium, addr, buf, n);
}

static enum nacre_err erase_at(struct medium_suite *suite, uint32_t addr)
{
    return suite->medium->ops->erase_start(suite->medium, addr);
}

bool suite_begin(struct medium_suite *suite, struct nacre_medium *medium)
{
    suite->medium = medium;
    suite->geometry = medium->geometry;
    suite->bytes = medium->geometry.unit_bytes * medium->geometry.unit_count;
    suite->rng.state = 1;
    suite->failed_line = 0;
    suite->detail = 0;
    if (suite->bytes > suite->shadow_bytes) return false;
    memset(suite->shadow, 0xFF, suite->bytes);
    return true;
}

static bool geometry_is_the_same(const struct nacre_geometry *a, const struct nacre_geometry *b)
{
    return a->unit_bytes == b->unit_bytes && a->unit_count == b->unit_count &&
           a->granule_bytes == b->granule_bytes && a->page_bytes == b->page_bytes &&
           a->cut_bytes == b->cut_bytes && a->slot_bytes == b->slot_bytes;
}

bool suite_reopen(struct medium_suite *suite)
{
    suite->medium = suite->reopen(suite->context);
    HOLDS(suite->medium != NULL);
    HOLDS(geometry_is_the_same(&suite->medium->geometry, &suite->geometry));
    return true;
}

uint32_t suite_first_wrong(struct medium_suite *suite, uint32_t addr, uint32_t n)
{
    uint8_t bytes[PIECE_BYTES] = { 0 };
    for (uint32_t at = 0; at < suite->bytes; at += PIECE_BYTES) {
        const uint32_t left = suite->bytes - at;
        const uint32_t piece = left < PIECE_BYTES ? left : PIECE_BYTES;
        if (!answers(suite, read_at(suite, at, bytes, piece), NACRE_OK)) return at;
        for (uint32_t i = at; i < at + piece; i++) {
            const bool is_named = i >= addr && i - addr < n;
            if (!is_named && bytes[i - at] != suite->shadow[i]) return i;
        }
    }
    return UINT32_MAX;
}

bool suite_reads_all(struct medium_suite *suite)
{
    const uint32_t at = suite_first_wrong(suite, 0, 0);
    if (at != UINT32_MAX) suite->detail = at;
    HOLDS(at == UINT32_MAX);
    return true;
}

void suite_fill(struct medium_suite *suite, uint8_t *bytes, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) bytes[i] = (uint8_t)rng_next(&suite->rng);
}

bool suite_program(struct medium_suite *suite, uint32_t addr, uint32_t n)
{
    uint8_t bytes[SUITE_PROGRAM_MAX] = { 0 };
    HOLDS(n <= sizeof bytes);
    suite_fill(suite, bytes, n);
    memcpy(suite->shadow + addr, bytes, n);
    ANSWERS(NACRE_OK, program_at(suite, addr, bytes, n));
    HOLDS(memcmp(bytes, suite->shadow + addr, n) == 0);
    return true;
}

bool suite_erase(struct medium_suite *suite, uint32_t unit)
{
    const uint32_t addr = unit * suite->geometry.unit_bytes;
    ANSWERS(NACRE_OK, erase_at(suite, addr));
    ANSWERS(NACRE_OK, suite->medium->ops->erase_wait(suite->medium));
    memset(suite->shadow + addr, 0xFF, suite->geometry.unit_bytes);
    return true;
}

uint32_t suite_stride(const struct medium_suite *suite)
{
    const struct nacre_geometry *const geometry = &suite->geometry;
    const uint32_t eighth = geometry->unit_bytes / 8u / GRANULE_MAX * GRANULE_MAX;
    return geometry->page_bytes <= eighth ? geometry->page_bytes : eighth;
}

static bool outlives_a_restart(struct medium_suite *suite)
{
    HOLDS(suite_reads_all(suite));
    HOLDS(suite_reopen(suite));
    HOLDS(suite_reads_all(suite));
    return true;
}

static uint32_t page_or_less(const struct medium_suite *suite)
{
    const uint32_t page = suite->geometry.page_bytes;
    return page < SUITE_PROGRAM_MAX ? page : SUITE_PROGRAM_MAX;
}

/* ---- what it says of itself ---- */

static bool geometry_makes_sense(struct medium_suite *suite)
{
    const struct nacre_geometry *const geometry = &suite->geometry;
    const uint32_t granule = geometry->granule_bytes;
    const uint32_t slot = geometry->slot_bytes;
    HOLDS(granule >= 1u && granule <= GRANULE_MAX && (granule & (granule - 1u)) == 0);
    HOLDS(geometry->unit_count >= 1u && geometry->unit_bytes >= geometry->page_bytes);
    HOLDS(geometry->page_bytes >= granule && geometry->page_bytes % granule == 0);
    HOLDS(geometry->unit_bytes % geometry->page_bytes == 0);
    HOLDS(geometry->cut_bytes >= granule);
    HOLDS(geometry->unit_bytes % geometry->cut_bytes == 0);
    HOLDS(slot == 0 || (slot >= 16u && slot <= 80u && slot % granule == 0));
    HOLDS(slot <= 16u || slot == geometry->page_bytes);
    HOLDS((uint64_t)geometry->unit_bytes * geometry->unit_count <= UINT32_MAX);
    return true;
}

static bool new_part_reads_blank(struct medium_suite *suite)
{
    return outlives_a_restart(suite);
}

static bool can_access_memory_and_no_null(struct medium_suite *suite)
{
    uint8_t buf[4] = { 0 };
    static const uint8_t constant[4] = { 0 };
    const struct nacre_medium *const medium = suite->medium;
    HOLDS(medium->ops->can_access(medium, buf, sizeof buf, true));
    HOLDS(medium->ops->can_access(medium, constant, sizeof constant, false));
    HOLDS(medium->ops->can_access(medium, NULL, 0, true));
    HOLDS(medium->ops->can_access(medium, NULL, 0, false));
    HOLDS(!medium->ops->can_access(medium, NULL, 1, true));
    HOLDS(!medium->ops->can_access(medium, NULL, 1, false));
    return true;
}

/* ---- programs ---- */

static bool program_outlives_the_power(struct medium_suite *suite)
{
    const struct nacre_geometry *const geometry = &suite->geometry;
    for (uint32_t i = 0; i < 8u; i++) {
        const uint32_t addr = i * suite_stride(suite) + (i / 4u) * geometry->unit_bytes;
        HOLDS(suite_program(suite, addr, geometry->granule_bytes));
    }
    HOLDS(outlives_a_restart(suite));
    /* The last granule of all, and a page as a whole. */
    HOLDS(suite_program(suite, suite->bytes - geometry->granule_bytes, geometry->granule_bytes));
    HOLDS(suite_program(suite, suite->bytes - geometry->unit_bytes, page_or_less(suite)));
    return outlives_a_restart(suite);
}

/* Bytes that nearly look blank, or like nothing. No store programs a granule that is blank. */
static bool program_of_nearly_ff_and_of_00_is_kept(struct medium_suite *suite)
{
    uint8_t bytes[GRANULE_MAX] = { 0 };
    const uint32_t granule = suite->geometry.granule_bytes;
    for (uint32_t i = 0; i < 3u; i++) {
        const uint32_t addr = i * suite->geometry.unit_bytes;
        memset(bytes, i == 0 ? 0 : 0xFF, granule);
        bytes[i == 1u ? 0 : granule - 1u] &= 0x7Fu;
        ANSWERS(NACRE_OK, program_at(suite, addr, bytes, granule));
        memcpy(suite->shadow + addr, bytes, granule);
        HOLDS(suite_reads_all(suite));
    }
    return outlives_a_restart(suite);
}

/* It is the caller's to know what is blank; a medium that looks refuses, and changes nothing. */
static bool second_program_harms_no_other(struct medium_suite *suite, uint32_t addr, uint32_t n)
{
    const uint8_t other[2u * GRANULE_MAX] = { 0 };
    const enum nacre_err err = program_at(suite, addr, other, n);
    const uint32_t named = err == NACRE_NOT_ERASED ? 0 : n;
    suite->detail = suite_first_wrong(suite, addr, named);
    HOLDS(suite->detail == UINT32_MAX);
    return true;
}

static bool granule_is_programmed_once(struct medium_suite *suite)
{
    const uint32_t granule = suite->geometry.granule_bytes;
    HOLDS(suite_program(suite, granule, granule));
    HOLDS(second_program_harms_no_other(suite, granule, granule));
    HOLDS(suite_reopen(suite));
    if (suite->geometry.page_bytes >= 2u * granule) {
        HOLDS(second_program_harms_no_other(suite, 0, 2u * granule));
    }
    HOLDS(suite_erase(suite, 0));
    HOLDS(suite_program(suite, granule, granule));
    return outlives_a_restart(suite);
}

static bool program_keeps_to_page_and_granule(struct medium_suite *suite)
{
    uint8_t bytes[2u * SUITE_PROGRAM_MAX] = { 0 };
    const uint32_t granule = suite->geometry.granule_bytes;
    const uint32_t page = suite->geometry.page_bytes;
    suite_fill(suite, bytes, sizeof bytes);
    REFUSES(program_at(suite, 0, bytes, 0));
    if (granule > 1u) {
        REFUSES(program_at(suite, 1, bytes, granule));
        REFUSES(program_at(suite, 0, bytes, granule - 1u));
        REFUSES(program_at(suite, 0, bytes, granule + 1u));
    }
    if (page + granule <= sizeof bytes) {
        REFUSES(program_at(suite, 0, bytes, page + granule));
        REFUSES(program_at(suite, page - granule, bytes, 2u * granule));
    }
    return outlives_a_restart(suite);
}

static bool pages_are_programmed_as_a_whole(struct medium_suite *suite)
{
    const struct nacre_geometry *const geometry = &suite->geometry;
    const uint32_t last = geometry->unit_bytes - geometry->page_bytes;
    for (uint32_t unit = 0; unit < geometry->unit_count; unit++) {
        const uint32_t addr = unit * geometry->unit_bytes;
        HOLDS(suite_program(suite, addr, page_or_less(suite)));
        if (last != 0) HOLDS(suite_program(suite, addr + last, page_or_less(suite)));
    }
    return outlives_a_restart(suite);
}

static bool refuses_what_is_outside(struct medium_suite *suite)
{
    static const uint32_t far[] = { 0, 0x10000u, 0x1000000u, 0x80000000u, 0xFFFFFFF0u };
    uint8_t bytes[2u * GRANULE_MAX] = { 0 };
    const uint32_t granule = suite->geometry.granule_bytes;
    for (uint32_t i = 0; i < sizeof far / sizeof far[0]; i++) {
        const uint32_t addr = far[i] < suite->bytes ? suite->bytes : far[i];
        REFUSES(read_at(suite, addr, bytes, granule));
        REFUSES(program_at(suite, addr, bytes, granule));
        REFUSES(erase_at(suite, addr));
    }
    REFUSES(read_at(suite, suite->bytes - 1u, bytes, 2));
    REFUSES(read_at(suite, 4, bytes, UINT32_MAX));
    REFUSES(program_at(suite, suite->bytes - granule, bytes, 2u * granule));
    REFUSES(erase_at(suite, granule));
    ANSWERS(NACRE_OK, suite->medium->ops->erase_wait(suite->medium));
    return outlives_a_restart(suite);
}

/* ---- reads ---- */

/* n bytes at addr are right, and nothing beside the buffer is touched. */
static bool reads_right(struct medium_suite *suite, uint32_t addr, uint32_t n)
{
    uint8_t bytes[160];
    memset(bytes, 0xA5, sizeof bytes);
    ANSWERS(NACRE_OK, read_at(suite, addr, bytes + 8, n));
    HOLDS(memcmp(bytes + 8, suite->shadow + addr, n) == 0);
    for (uint32_t i = 0; i < 8u; i++) HOLDS(bytes[i] == 0xA5 && bytes[8u + n + i] == 0xA5);
    return true;
}

static bool reads_any_bytes_of_any_length(struct medium_suite *suite)
{
    const struct nacre_geometry *const geometry = &suite->geometry;
    const uint32_t bases[] = { 0, geometry->unit_bytes - 60u, suite->bytes - 200u };
    for (uint32_t base = 0; base < 3u; base++) {
        const uint32_t first = bases[base] - bases[base] % geometry->page_bytes;
        for (uint32_t at = 0; at < 3u && first + at * geometry->page_bytes < suite->bytes; at++) {
            const uint32_t addr = first + at * geometry->page_bytes;
            if (suite->shadow[addr] != 0xFF) continue;
            HOLDS(suite_program(suite, addr, geometry->granule_bytes));
        }
    }
    for (uint32_t i = 0; i < 300u; i++) {
        const uint32_t addr = bases[i % 3u] + rng_below(&suite->rng, 60u);
        HOLDS(reads_right(suite, addr, rng_below(&suite->rng, 120u)));
    }
    HOLDS(reads_right(suite, suite->bytes - 1u, 1));
    return reads_right(suite, suite->bytes, 0);
}

/* ---- erases ---- */

static bool erase_blanks_its_unit_alone(struct medium_suite *suite)
{
    const struct nacre_geometry *const geometry = &suite->geometry;
    const uint32_t granule = geometry->granule_bytes;
    for (uint32_t unit = 0; unit < geometry->unit_count; unit++) {
        const uint32_t addr = unit * geometry->unit_bytes;
        HOLDS(suite_program(suite, addr, granule));
        HOLDS(suite_program(suite, addr + geometry->unit_bytes - granule, granule));
    }
    HOLDS(suite_erase(suite, geometry->unit_count / 2u));
    HOLDS(outlives_a_restart(suite));
    HOLDS(suite_erase(suite, 0));
    HOLDS(suite_erase(suite, geometry->unit_count - 1u));
    return outlives_a_restart(suite);
}

/* One unit, more often than two of anything could tell apart; with and without a program. */
static bool erases_follow_each_other(struct medium_suite *suite)
{
    const struct nacre_geometry *const geometry = &suite->geometry;
    for (uint32_t i = 0; i < 9u; i++) {
        HOLDS(suite_erase(suite, 1));
        if (i % 3u != 2u) {
            const uint32_t page = (i + 1u) * suite_stride(suite) % geometry->unit_bytes;
            HOLDS(suite_program(suite, geometry->unit_bytes + page, geometry->granule_bytes));
        }
        HOLDS(i % 2u == 0 ? suite_reads_all(suite) : outlives_a_restart(suite));
    }
    return true;
}

static bool erase_tells_its_end_once(struct medium_suite *suite)
{
    const struct nacre_medium_ops *const ops = suite->medium->ops;
    const uint32_t unit_bytes = suite->geometry.unit_bytes;
    const uint8_t bytes[GRANULE_MAX] = { 0 };
    ANSWERS(NACRE_OK, ops->erase_poll(suite->medium));
    ANSWERS(NACRE_OK, ops->erase_wait(suite->medium));
    HOLDS(suite_program(suite, 0, suite->geometry.granule_bytes));
    ANSWERS(NACRE_OK, erase_at(suite, 0));
    enum nacre_err err = ops->erase_poll(suite->medium);
    if (err == NACRE_BUSY) {
        ANSWERS(NACRE_BUSY, erase_at(suite, unit_bytes));
        ANSWERS(NACRE_BUSY, program_at(suite, unit_bytes, bytes, suite->geometry.granule_bytes));
    }
    for (uint32_t i = 0; err == NACRE_BUSY && i < POLLS_MAX; i++) {
        err = ops->erase_poll(suite->medium);
    }
    ANSWERS(NACRE_OK, err);
    ANSWERS(NACRE_OK, ops->erase_poll(suite->medium));
    ANSWERS(NACRE_OK, ops->erase_wait(suite->medium));
    memset(suite->shadow, 0xFF, unit_bytes);
    return outlives_a_restart(suite);
}

/* A read in an erase suspends it or waits for it; what it reads elsewhere is right. */
static bool reads_while_it_erases(struct medium_suite *suite)
{
    const uint32_t unit_bytes = suite->geometry.unit_bytes;
    HOLDS(suite_program(suite, 0, suite->geometry.granule_bytes));
    HOLDS(suite_program(suite, unit_bytes, suite->geometry.granule_bytes));
    ANSWERS(NACRE_OK, erase_at(suite, 0));
    for (uint32_t i = 0; i < 20u; i++) {
        HOLDS(reads_right(suite, unit_bytes + i, 16u + i));
    }
    ANSWERS(NACRE_OK, suite->medium->ops->erase_wait(suite->medium));
    memset(suite->shadow, 0xFF, unit_bytes);
    return suite_reads_all(suite);
}

/* ---- addresses, and anything ---- */

/* Each unit's first and last granule has bytes of its own: no two addresses are one place. */
static bool addresses_are_all_different(struct medium_suite *suite)
{
    const struct nacre_geometry *const geometry = &suite->geometry;
    const uint32_t last = geometry->unit_bytes - geometry->granule_bytes;
    for (uint32_t unit = 0; unit < geometry->unit_count; unit++) {
        const uint32_t addr = unit * geometry->unit_bytes;
        HOLDS(suite_program(suite, addr, geometry->granule_bytes));
        HOLDS(suite_program(suite, addr + last, geometry->granule_bytes));
    }
    HOLDS(outlives_a_restart(suite));
    for (uint32_t unit = 0; unit < geometry->unit_count; unit += 2u) {
        HOLDS(suite_erase(suite, unit));
    }
    return outlives_a_restart(suite);
}

/* Is a range blank, by the shadow? */
static bool is_blank(const struct medium_suite *suite, uint32_t addr, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        if (suite->shadow[addr + i] != 0xFF) return false;
    }
    return true;
}

/* Program one or more granules somewhere, if they are blank there. */
static bool program_somewhere(struct medium_suite *suite)
{
    const uint32_t granule = suite->geometry.granule_bytes;
    const uint32_t page = suite->geometry.page_bytes;
    const uint32_t granules = page / granule;
    const uint32_t first = rng_below(&suite->rng, granules);
    uint32_t count = 1u + rng_below(&suite->rng, granules - first);
    if (count * granule > SUITE_PROGRAM_MAX) count = SUITE_PROGRAM_MAX / granule;
    const uint32_t addr = rng_below(&suite->rng, suite->bytes / page) * page + first * granule;
    if (!is_blank(suite, addr, count * granule)) return true;
    return suite_program(suite, addr, count * granule);
}

static bool any_calls_read_as_a_flash_would(struct medium_suite *suite)
{
    const uint32_t calls = suite->calls != 0 ? suite->calls : CALLS;
    for (uint32_t i = 0; i < calls; i++) {
        const uint32_t choice = rng_below(&suite->rng, 100u);
        if (choice < 80u) {
            HOLDS(program_somewhere(suite));
        } else if (choice < 92u) {
            HOLDS(suite_erase(suite, rng_below(&suite->rng, suite->geometry.unit_count)));
        } else if (choice < 96u) {
            HOLDS(suite_reopen(suite));
        } else {
            HOLDS(suite_reads_all(suite));
        }
    }
    return outlives_a_restart(suite);
}

#define CHECK(name) { #name, name, false }
#define CHECK_OF_ADDRESSES(name) { #name, name, true }
const struct medium_check medium_checks[] = {
    CHECK(geometry_makes_sense),
    CHECK(new_part_reads_blank),
    CHECK(can_access_memory_and_no_null),
    CHECK_OF_ADDRESSES(program_outlives_the_power),
    CHECK(program_of_nearly_ff_and_of_00_is_kept),
    CHECK(granule_is_programmed_once),
    CHECK(program_keeps_to_page_and_granule),
    CHECK(pages_are_programmed_as_a_whole),
    CHECK_OF_ADDRESSES(refuses_what_is_outside),
    CHECK(reads_any_bytes_of_any_length),
    CHECK(erase_blanks_its_unit_alone),
    CHECK(erases_follow_each_other),
    CHECK(erase_tells_its_end_once),
    CHECK(reads_while_it_erases),
    CHECK_OF_ADDRESSES(addresses_are_all_different),
    CHECK(any_calls_read_as_a_flash_would),
    { NULL, NULL, false },
};
