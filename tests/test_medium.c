/*
 * Goal: each medium keeps the contract of nacre/medium.h, also where its power fails.
 *
 * Method: the checks of tests/support/medium_suite.h on every kind of tests/support/medium_bed.h,
 * each from a new part, with the power taken away wherever the suite opens the medium anew. Then
 * each write of a program and of an erase is cut with each tear of the medium's own: what the cut
 * may spoil is what the geometry says, and all else is compared. Bytes of the part round the region
 * are compared at the end of each check, and what breaks the part's own rules is counted by its
 * model.
 *
 * With names of kinds as arguments, those alone.
 */
#include "tests/support/cmocka_all.h"
#include "tests/support/medium_bed.h"
#include "tests/support/medium_suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BYTES_MAX (1024u * 1024u)
#define TESTS_MAX 2000u
#define NAME_BYTES 96u
#define WRITES_MAX 600u /* that one erase or program may take */

/* One check of one kind. */
struct item {
    const struct medium_kind *kind;
    const struct medium_check *check;
};

static const struct medium_kind *kind;
static uint8_t shadow[BYTES_MAX];
static uint8_t before[BYTES_MAX];
static struct medium_suite suite;

static struct nacre_medium *reopen(void *context)
{
    (void)context;
    return medium_open(kind);
}

static int setup(void **state)
{
    const struct item *const item = *state;
    kind = item->kind;
    suite.reopen = reopen;
    suite.shadow = shadow;
    suite.shadow_bytes = sizeof shadow;
    if (!kind->ops->begin(kind, 1)) return -1;
    return suite_begin(&suite, medium_open(kind)) ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    struct medium_counts counts;
    const bool is_whole = kind->ops->around_is_whole();
    kind->ops->count(&counts);
    kind->ops->end();
    if (!is_whole) print_error("%s: bytes outside of the region were changed\n", kind->name);
    if (counts.violations != 0) {
        print_error("%s: the part's rules were broken %llu times\n", kind->name,
                    (unsigned long long)counts.violations);
    }
    return is_whole && counts.violations == 0 ? 0 : -1;
}

static void run_check(void **state)
{
    const struct item *const item = *state;
    if (item->check->run(&suite)) return;
    fail_msg("%s: %s: tests/support/medium_suite.c:%u does not hold, found %u", kind->name,
             item->check->name, suite.failed_line, suite.detail);
}

/* ---- cuts ---- */

static jmp_buf lost_power;

/* Program, or with n 0 erase, at an address; true if it was cut. */
static bool cut_call(uint32_t addr, uint32_t n, uint32_t write, uint32_t tear)
{
    static uint8_t bytes[SUITE_PROGRAM_MAX];
    struct nacre_medium *const medium = suite.medium;
    suite_fill(&suite, bytes, n);
    const uint64_t seed = rng_next(&suite.rng);
    if (setjmp(lost_power) != 0) return true;
    kind->ops->cut_at(write, tear, seed, &lost_power);
    enum nacre_err err;
    if (n != 0) {
        err = medium->ops->program(medium, addr, bytes, n);
    } else {
        err = medium->ops->erase_start(medium, addr);
        if (err == NACRE_OK) err = medium->ops->erase_wait(medium);
    }
    assert_int_equal(err, NACRE_OK);
    return false;
}

/* After a cut at addr of what may spoil n bytes: all else reads as before, in two boots. */
static void assert_spoils_only(uint32_t addr, uint32_t n, uint32_t write, uint32_t tear)
{
    for (uint32_t boot = 0; boot < 2u; boot++) {
        assert_true(suite_reopen(&suite));
        const uint32_t at = suite_first_wrong(&suite, addr, n);
        if (at == UINT32_MAX) continue;
        fail_msg("%s: write %u cut, tear %s, which may spoil %u bytes at %u: byte %u is changed",
                 kind->name, write, kind->tears[tear], n, addr, at);
    }
}

/* Each write of a program of n bytes, or with n 0 of an erase, with each tear. */
static void cut_everywhere(uint32_t addr, uint32_t n)
{
    const struct nacre_geometry *const geometry = &suite.geometry;
    const uint32_t block = n == 0 ? geometry->unit_bytes : geometry->cut_bytes;
    const uint32_t from = addr - addr % block;
    const uint32_t bytes = n == 0 ? block : (addr + n - from + block - 1u) / block * block;
    uint32_t write = 0;
    kind->ops->keep(0);
    while (write < WRITES_MAX) {
        for (uint32_t tear = 0; tear < kind->tear_count; tear++) {
            kind->ops->back(0);
            if (!cut_call(addr, n, write, tear)) {
                kind->ops->back(0);
                assert_true(write > 0);
                return;
            }
            assert_spoils_only(from, bytes, write, tear);
        }
        write++;
    }
    fail_msg("%s: a call of more than %u writes", kind->name, WRITES_MAX);
}

/* A granule in every other page of the first units. */
static void fill_units(uint32_t units)
{
    const struct nacre_geometry *const geometry = &suite.geometry;
    const uint32_t end = units * geometry->unit_bytes;
    for (uint32_t addr = 0; addr < end; addr += 2u * suite_stride(&suite)) {
        assert_true(suite_program(&suite, addr, geometry->granule_bytes));
    }
}

static void test_medium_cut_program_spoils_its_block_alone(void **state)
{
    (void)state;
    const struct nacre_geometry *const geometry = &suite.geometry;
    const uint32_t stride = suite_stride(&suite);
    const uint32_t addr = geometry->unit_bytes + stride;
    fill_units(3);
    cut_everywhere(addr, geometry->granule_bytes);
    cut_everywhere(addr + 2u * stride, stride < SUITE_PROGRAM_MAX ? stride : SUITE_PROGRAM_MAX);
    /* Behind one that was there: what of it the cut may spoil is what the geometry says. */
    if (geometry->page_bytes < 2u * geometry->granule_bytes) return;
    assert_true(suite_program(&suite, addr + 4u * stride, geometry->granule_bytes));
    cut_everywhere(addr + 4u * stride + geometry->granule_bytes, geometry->granule_bytes);
}

static void test_medium_cut_erase_spoils_its_unit_alone(void **state)
{
    (void)state;
    const struct nacre_geometry *const geometry = &suite.geometry;
    fill_units(3);
    cut_everywhere(geometry->unit_bytes, 0);
    /* What an erase writes may take turns, and may depend on what was programmed since. */
    assert_true(suite_erase(&suite, 1));
    assert_true(suite_program(&suite, geometry->unit_bytes, geometry->granule_bytes));
    cut_everywhere(geometry->unit_bytes, 0);
    assert_true(suite_erase(&suite, 1));
    cut_everywhere(geometry->unit_bytes, 0);
}

/* Erase the unit that a cut hit, use it, and look again. */
static void use_after_cut(void)
{
    const struct nacre_geometry *const geometry = &suite.geometry;
    const uint32_t granule = geometry->granule_bytes;
    memcpy(before, shadow, suite.bytes);
    const bool holds = suite_reopen(&suite) && suite_erase(&suite, 1) &&
                       suite_reads_all(&suite) &&
                       suite_program(&suite, geometry->unit_bytes, granule) &&
                       suite_program(&suite, 2u * geometry->unit_bytes - granule, granule) &&
                       suite_reopen(&suite) && suite_reads_all(&suite);
    if (!holds) {
        fail_msg("%s: line %u, found %u", kind->name, suite.failed_line, suite.detail);
    }
    memcpy(shadow, before, suite.bytes);
}

static void test_medium_erase_after_a_cut_one_is_whole(void **state)
{
    (void)state;
    fill_units(3);
    for (uint32_t round = 0; round < 3u; round++) {
        uint32_t cuts = 0;
        bool is_over = false;
        kind->ops->keep(0);
        for (uint32_t write = 0; !is_over && write < WRITES_MAX; write++) {
            for (uint32_t tear = 0; !is_over && tear < kind->tear_count; tear++) {
                kind->ops->back(0);
                is_over = !cut_call(suite.geometry.unit_bytes, 0, write, tear);
                if (!is_over) use_after_cut();
                cuts++;
            }
        }
        assert_true(is_over && cuts > kind->tear_count);
        kind->ops->back(0);
        assert_true(suite_reopen(&suite));
        assert_true(suite_erase(&suite, 1));
    }
}

/* ---- all of it ---- */

static struct CMUnitTest tests[TESTS_MAX];
static struct item items[TESTS_MAX];
static char names[TESTS_MAX][NAME_BYTES];
static uint32_t count;

static void add(const struct medium_kind *one, const struct medium_check *check, const char *name,
                CMUnitTestFunction run)
{
    if (count == TESTS_MAX) abort();
    items[count] = (struct item){ one, check };
    (void)snprintf(names[count], NAME_BYTES, "%s: %s", one->name, name);
    tests[count] = (struct CMUnitTest){ names[count], run, setup, teardown, &items[count] };
    count++;
}

/* Is this kind among the arguments, or are there none? */
static bool is_wanted(const struct medium_kind *one, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], one->name) == 0) return true;
    }
    return argc == 1;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        CMUnitTestFunction run;
    } cuts[] = {
        { "cut program spoils its block alone", test_medium_cut_program_spoils_its_block_alone },
        { "cut erase spoils its unit alone", test_medium_cut_erase_spoils_its_unit_alone },
        { "erase after a cut one is whole", test_medium_erase_after_a_cut_one_is_whole },
    };
    for (uint32_t i = 0; medium_kind_at(i) != NULL; i++) {
        const struct medium_kind *const one = medium_kind_at(i);
        if (!is_wanted(one, argc, argv)) continue;
        for (const struct medium_check *check = medium_checks; check->name != NULL; check++) {
            if (one->is_whole && !check->is_of_addresses) continue;
            add(one, check, check->name, run_check);
        }
        for (uint32_t c = 0; !one->is_whole && c < sizeof cuts / sizeof cuts[0]; c++) {
            add(one, NULL, cuts[c].name, cuts[c].run);
        }
    }
    return _cmocka_run_group_tests("medium", tests, count, NULL, NULL);
}
