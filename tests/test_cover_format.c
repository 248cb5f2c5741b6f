/*
 * Goal: a format makes an empty store of whatever lies there, or says why not; then the old store
 * is as it was, and what was foreign is foreign still, or blank, and can be formatted again.
 *
 * Method: a format of what is foreign, of a store of another geometry, of one with more keys than
 * the index holds, and of one that was closed; each call of the medium in it fails in turn.
 */
#include "tests/support/cover_bed.h"

#include "tests/support/cmocka_all.h"

#include <string.h>

#define UNITS 4u

static int open_one(void **state)
{
    (void)state;
    cover_open(UNITS, 16);
    return 0;
}

static enum nacre_err call_format(void)
{
    return nacre_format(&cover.box.store, &cover.box.cfg);
}

static void expect_empty_and_good(void)
{
    for (uint32_t key = 0; key < COVER_KEYS; key++) {
        cover_expect(key, NACRE_NOT_FOUND, 0, 0);
    }
    cover_judge("formatted");
    cover_set(1, 9, 4);
    cover_set(2, 40, 5);
    assert_int_equal(cover_boot(), NACRE_OK);
    cover_judge("used after the format");
}

/* Bytes that are nobody's, with a blank unit among them. */
static void put_foreign(void)
{
    struct rng rng = { 5 };
    uint8_t bytes[1024];
    for (uint32_t unit = 0; unit < UNITS; unit++) {
        for (uint32_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)rng_next(&rng);
        if (unit == 1u) memset(bytes, 0xff, sizeof bytes);
        sim_nor_poke(cover.box.sim, unit * sizeof bytes, bytes, sizeof bytes);
    }
}

/* A format of foreign bytes in which a call fails; false when it was over before that. */
static bool fail_foreign(uint32_t point, uint32_t kinds)
{
    put_foreign();
    sim_nor_power_on(cover.box.sim);
    cover.failing.calls = 0;
    cover.failing.at = point;
    cover.failing.kinds = kinds;
    cover.failing.err = NACRE_TIMEOUT;
    cover.failing.count = COVER_FOR_EVER;
    const enum nacre_err err = call_format();
    const bool has_failed = cover.failing.calls > point;
    cover.failing.count = 0;
    if (!has_failed) {
        assert_int_equal(err, NACRE_OK);
        return false;
    }
    if (err != NACRE_TIMEOUT && err != NACRE_UNSETTLED && err != NACRE_WORN_OUT) {
        fail_msg("a format that fails at %u of kinds %u answers %d", point, kinds, (int)err);
    }
    const enum nacre_err mounted = cover_boot();
    if (mounted != NACRE_FOREIGN && mounted != NACRE_OK) {
        fail_msg("after it, a mount answers %d, point %u", (int)mounted, point);
    }
    if (mounted == NACRE_OK) assert_int_equal(nacre_unmount(&cover.box.store), NACRE_OK);
    assert_int_equal(call_format(), NACRE_OK);
    expect_empty_and_good();
    return true;
}

static void test_cover_format_of_foreign_bytes_that_fails_can_be_done_again(void **state)
{
    (void)state;
    static const uint32_t kinds[] = { FAILING_READS, FAILING_ERASES, FAILING_ENDS };
    uint32_t runs = 0;
    for (uint32_t i = 0; i < 3u; i++) {
        for (uint32_t point = 0; fail_foreign(point, kinds[i]); point += 1u + point / 40u) runs++;
    }
    assert_in_range(runs, 40, 4000);
}

static void test_cover_format_of_a_mount_that_reads_no_mark_fails(void **state)
{
    (void)state;
    put_foreign();
    box_remember(&cover.box);
    uint32_t refused = 0;
    for (uint32_t point = 0; point < 3000u; point += 7u) {
        sim_nor_power_on(cover.box.sim);
        cover.failing.calls = 0;
        cover.failing.at = point;
        cover.failing.kinds = FAILING_READS;
        cover.failing.err = NACRE_IO;
        cover.failing.count = 1;
        const enum nacre_err err = nacre_mount(&cover.box.store, &cover.box.cfg);
        if (cover.failing.calls <= point) break;
        assert_int_equal(err, NACRE_IO);
        assert_int_equal(box_get(&cover.box, 1), NACRE_NOT_MOUNTED);
        refused++;
    }
    assert_true(refused > 50u);
    assert_true(box_is_unchanged(&cover.box));
}

/* A store of two lanes is formatted as one of one lane: nothing of it is left. */
static void test_cover_format_of_another_geometry(void **state)
{
    (void)state;
    cover_close();
    cover_open(10, 64);
    assert_int_equal(cover_boot(), NACRE_OK);
    cover_set(1, 20, 1);
    cover_set(7, 50, 1);
    cover.box.cfg.assume = NACRE_ASSUME_CUT_GRANULE;
    cover.box.sim->lane_units = 0;
    assert_int_equal(cover_boot(), NACRE_OTHER_GEOMETRY);
    assert_int_equal(call_format(), NACRE_OK);
    expect_empty_and_good();
    cover.box.cfg.assume = NACRE_ASSUME_NOTHING;
    assert_int_equal(cover_boot(), NACRE_OTHER_GEOMETRY);
}

/* More keys than the index holds: what fits is read, and a format forgets them all. */
static void test_cover_format_of_more_keys_than_the_index_holds(void **state)
{
    (void)state;
    assert_int_equal(cover_boot(), NACRE_OK);
    for (uint32_t key = 0; key < 20u; key++) cover_set(key, 6, key);
    cover.box.cfg.index_count = 8;
    assert_int_equal(cover_boot(), NACRE_KEYS_FULL);
    assert_int_equal(box_set(&cover.box, 1, 4, 1), NACRE_READ_ONLY);
    uint32_t answered = 0;
    for (uint32_t key = 0; key < 20u; key++) answered += box_holds(&cover.box, key, 6, key);
    assert_int_equal(answered, 8);
    assert_int_equal(call_format(), NACRE_OK);
    expect_empty_and_good();
}

/* A store that was closed is as it was, where its format fails. */
static void test_cover_format_that_fails_leaves_the_store(void **state)
{
    (void)state;
    static const struct cover_call ways[] = {
        { .call = call_format, .mounts = true, .kinds = FAILING_PROGRAMS, .count = 1,
          .err = NACRE_IO },
        { .call = call_format, .mounts = true, .kinds = FAILING_PROGRAMS,
          .count = COVER_FOR_EVER, .err = NACRE_IO },
        { .call = call_format, .mounts = true, .kinds = FAILING_ERASES, .count = COVER_FOR_EVER,
          .err = NACRE_CHIP_REFUSED },
        { .call = call_format, .mounts = true, .kinds = FAILING_ENDS, .count = COVER_FOR_EVER,
          .err = NACRE_TIMEOUT },
        { .call = call_format, .mounts = true, .kinds = FAILING_READS, .count = 1,
          .err = NACRE_IO },
        { .call = call_format, .mounts = true, .kinds = FAILING_READS, .count = COVER_FOR_EVER,
          .err = NACRE_IO },
    };
    uint32_t runs = 0;
    assert_int_equal(cover_boot(), NACRE_OK);
    for (uint32_t i = 0; i < 130u; i++) cover_set(i % 7u, 3u + i % 20u, i);
    assert_int_equal(nacre_unmount(&cover.box.store), NACRE_OK);
    for (uint32_t key = 0; key < COVER_KEYS; key++) {
        cover.new.at[key] = (struct cover_answer){ NACRE_NOT_FOUND, 0, 0 };
    }
    for (uint32_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        runs += cover_every(&ways[i]);
    }
    assert_true(runs > 300u);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, open_one, cover_end)
    const struct CMUnitTest tests[] = {
        CASE(test_cover_format_of_foreign_bytes_that_fails_can_be_done_again),
        CASE(test_cover_format_of_a_mount_that_reads_no_mark_fails),
        CASE(test_cover_format_of_another_geometry),
        CASE(test_cover_format_of_more_keys_than_the_index_holds),
        CASE(test_cover_format_that_fails_leaves_the_store),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
