/*
 * Goal    with cfg.dcache the core sees what the cache holds of the settings range: the bytes from
 *         before a program, until the line is invalidated after it.
 * Method  the image twin_fw/faults.c programs a word of the blank range and reads it back, with the
 *         cache switched on and lines invalidated by the letters that are typed. The chip's own
 *         bytes are asked for through twin_chip_read.
 */
#include <string.h>

#include "tests/support/cmocka_all.h"
#include "tests/support/faults_fixture.h"

#define PROGRAMMED 0x12345678u
#define BLANK 0xFFFFFFFFu

static int begin(bool dcache)
{
    bed_prepare(&bed, "faults");
    bed.cfg.dcache = dcache;
    bed_open(&bed);
    faults_power_on();
    return 0;
}

static int begin_with(void **state)
{
    (void)state;
    return begin(true);
}

static int begin_without(void **state)
{
    (void)state;
    return begin(false);
}

/* One letter after the other, and the word that the core reads then. */
static uint32_t word_after(const char *letters)
{
    for (; *letters != '\0'; letters++) {
        const char letter[2] = {*letters, '\0'};
        assert_int_equal(bed_type(&bed, letter, 100), TWIN_STOP_TEXT);
    }
    assert_int_equal(bed_type(&bed, "g", 100), TWIN_STOP_TEXT);
    assert_int_equal(bed_value(&bed, "beside"), BLANK);
    return bed_value(&bed, "cached");
}

static uint32_t stored(void)
{
    uint32_t word;
    assert_true(twin_chip_read(bed.twin, 0x07FE0100u, &word, sizeof word));
    return word;
}

static void test_dcache_line_is_stale_until_invalidated(void **state)
{
    (void)state;
    assert_int_equal(word_after("D"), BLANK);
    assert_int_equal(word_after("P"), BLANK);
    assert_int_equal(stored(), PROGRAMMED);
    assert_int_equal(word_after("I"), PROGRAMMED);
}

/* The core never read the line: speculation may have. */
static void test_dcache_line_that_was_not_read_is_stale_too(void **state)
{
    (void)state;
    assert_int_equal(word_after("DP"), BLANK);
    assert_int_equal(stored(), PROGRAMMED);
}

/* It is filled again as long as the flash is mapped. */
static void test_dcache_invalidated_too_early_is_stale(void **state)
{
    (void)state;
    assert_int_equal(word_after("DIP"), BLANK);
}

static void test_dcache_invalidated_while_closed_is_filled_afterwards(void **state)
{
    (void)state;
    assert_int_equal(word_after("DU"), PROGRAMMED);
}

static void test_dcache_sets_and_ways_invalidate_all(void **state)
{
    (void)state;
    assert_int_equal(word_after("DP"), BLANK);
    assert_int_equal(word_after("W"), PROGRAMMED);
}

static void test_dcache_off_shows_the_chip(void **state)
{
    (void)state;
    assert_int_equal(word_after("P"), PROGRAMMED);
    assert_int_equal(word_after("D"), PROGRAMMED);
}

static void test_dcache_not_modelled_shows_the_chip(void **state)
{
    (void)state;
    assert_int_equal(word_after("DP"), PROGRAMMED);
}

static void test_dcache_is_lost_without_power(void **state)
{
    (void)state;
    assert_int_equal(word_after("DP"), BLANK);
    twin_power_off(bed.twin);
    faults_power_on();
    assert_int_equal(word_after(""), PROGRAMMED);
    assert_int_equal(word_after("D"), PROGRAMMED);
}

static void test_dcache_is_part_of_a_snapshot(void **state)
{
    (void)state;
    assert_int_equal(word_after("DP"), BLANK);
    struct twin_snapshot *const stale = twin_snapshot(bed.twin);
    assert_non_null(stale);
    assert_int_equal(word_after("I"), PROGRAMMED);
    twin_restore(bed.twin, stale);
    assert_int_equal(word_after(""), BLANK);
    assert_int_equal(word_after("I"), PROGRAMMED);
    twin_snapshot_free(bed.twin, stale);
}

static void test_dcache_needs_a_range_of_pages(void **state)
{
    char error[TWIN_ERROR_BYTES];
    struct twin_cfg cfg;
    (void)state;
    twin_cfg_default(&cfg);
    cfg.dcache = true;
    cfg.write_bytes = 0;
    assert_null(twin_create(&cfg, error));
    cfg.write_bytes = 0x800;
    assert_null(twin_create(&cfg, error));
    cfg.write_addr = 0x07FFF000u;
    cfg.write_bytes = 0x2000;
    assert_null(twin_create(&cfg, error));
    assert_non_null(strstr(error, "cannot be cached"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_dcache_##name, begin_with, faults_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(line_is_stale_until_invalidated),
        TEST(line_that_was_not_read_is_stale_too),
        TEST(invalidated_too_early_is_stale),
        TEST(invalidated_while_closed_is_filled_afterwards),
        TEST(sets_and_ways_invalidate_all),
        TEST(off_shows_the_chip),
        TEST(is_lost_without_power),
        TEST(is_part_of_a_snapshot),
        cmocka_unit_test_setup_teardown(test_dcache_not_modelled_shows_the_chip, begin_without,
                                        faults_end),
        cmocka_unit_test(test_dcache_needs_a_range_of_pages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
