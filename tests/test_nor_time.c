/*
 * The NOR medium's time: when it asks, how long it rests, how long the flash is dark.
 *
 * Method: a false board with a clock of its own, and a tick that the test moves. The limits are the
 * design's: 2 % dark of any millisecond, 20 us a save, 200 us an erase; times are the SFDP dump's.
 */
#include "tests/support/fake_port.h"
#include "tests/support/nor_bed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define US FAKE_CYCLES_PER_US

static uint32_t dark_in_window(uint32_t from, uint32_t to)
{
    uint32_t dark = 0;
    for (uint32_t i = 0; i < fake.blackout_count; i++) {
        const uint32_t begin = fake.blackouts[i].begin > from ? fake.blackouts[i].begin : from;
        const uint32_t end = fake.blackouts[i].end < to ? fake.blackouts[i].end : to;
        if (begin < end) dark += end - begin;
    }
    return dark;
}

static uint32_t dark_from(uint32_t first_blackout)
{
    uint32_t dark = 0;
    for (uint32_t i = first_blackout; i < fake.blackout_count; i++) {
        dark += fake.blackouts[i].end - fake.blackouts[i].begin;
    }
    return dark;
}

/* Saves and erases as fast as they go, with blackouts nearly as long as the budget. */
static void storm(uint32_t budget_us, uint32_t cycles_per_command)
{
    fake.busy_us = 1;
    assert_int_equal(nor_bed_program(0x7FF0, nor_bed.data, 16), NACRE_OK); /* the trial */
    fake.cycles_per_command = cycles_per_command;
    for (uint32_t i = 0; i < 200; i++) {
        assert_int_equal(nor_bed_program(i * 16, nor_bed.data, 16), NACRE_OK);
        if (i % 50 == 49) assert_int_equal(nor_bed_erase(0x4000), NACRE_OK);
    }
    assert_true(fake.blackout_count > 400);
    for (uint32_t i = 0; i < fake.blackout_count; i++) {
        const uint32_t begin = fake.blackouts[i].begin;
        assert_in_range(fake.blackouts[i].end - begin, 1, budget_us * US);
        assert_in_range(dark_in_window(begin, begin + 1000 * US), 1, 20 * US);
    }
}

static void test_nor_no_millisecond_is_darker_than_two_per_cent(void **state)
{
    (void)state;
    storm(5, 140);
    assert_int_equal(nor_bed_open(10, NULL), 0);
    storm(10, 300);
}

/* Cycles from a call of program to its first blackout. */
static uint32_t start_delay(uint32_t addr)
{
    const uint32_t first = fake.blackout_count;
    const uint32_t begin = fake.now;
    assert_int_equal(nor_bed_program(addr, nor_bed.data, 16), NACRE_OK);
    return fake.blackouts[first].begin - begin;
}

static void test_nor_rest_has_passed_when_the_tick_says_so(void **state)
{
    (void)state;
    assert_int_equal(nor_bed_program(0, nor_bed.data, 16), NACRE_OK);
    assert_true(start_delay(0x20) > 40 * US);
    nor_bed.tick = nor_bed.tick + 1u; /* it may have been about to end */
    assert_true(start_delay(0x40) > 40 * US);
    nor_bed.tick = nor_bed.tick + 2u;
    assert_true(start_delay(0x60) < 5 * US);
}

static void test_nor_poll_asks_when_the_tick_says_so(void **state)
{
    (void)state;
    fake.busy_us = 50;
    assert_int_equal(nor_bed.medium->ops->erase_start(nor_bed.medium, 0), NACRE_OK);
    fake.now += 200 * US;
    fake_forget();
    nor_bed.tick = nor_bed.tick + 25u;
    assert_int_equal(nor_bed.medium->ops->erase_poll(nor_bed.medium), NACRE_BUSY);
    assert_int_equal(fake.sent_count, 0);
    nor_bed.tick = nor_bed.tick + 1u;
    assert_int_equal(nor_bed.medium->ops->erase_poll(nor_bed.medium), NACRE_OK);
    assert_string_equal(fake_opcodes(), "05FA 2BD4");
}

static void test_nor_a_long_sleep_is_no_timeout_of_its_own(void **state)
{
    (void)state;
    fake.busy_us = 50;
    assert_int_equal(nor_bed.medium->ops->erase_start(nor_bed.medium, 0), NACRE_OK);
    fake.now += 200 * US;
    nor_bed.tick = nor_bed.tick + 0x7FFFFFFFu;
    assert_int_equal(nor_bed.medium->ops->erase_poll(nor_bed.medium), NACRE_OK);
}

static void test_nor_slowest_program_stays_within_twenty_us_dark(void **state)
{
    static const uint32_t times_us[] = {10, 152, 200, 500, 1000, 3000, 4860};
    (void)state;
    for (uint32_t i = 0; i < sizeof(times_us) / sizeof(times_us[0]); i++) {
        const uint32_t first = fake.blackout_count;
        const uint32_t begin = fake.now;
        fake.busy_us = times_us[i];
        assert_int_equal(nor_bed_program(i * 16, nor_bed.data, 16), NACRE_OK);
        assert_in_range(dark_from(first), 1, 20 * US);
        assert_in_range(fake.now - begin, 0, (times_us[i] * 4 / 3 + 400) * US);
    }
}

static void test_nor_slowest_erase_stays_within_two_hundred_us_dark(void **state)
{
    static const uint32_t times_us[] = {100, 25000, 30000, 400000, 599000};
    (void)state;
    for (uint32_t i = 0; i < sizeof(times_us) / sizeof(times_us[0]); i++) {
        const uint32_t first = fake.blackout_count;
        fake.busy_us = times_us[i];
        assert_int_equal(nor_bed_erase(i * 4096), NACRE_OK);
        assert_in_range(dark_from(first), 1, 200 * US);
    }
}

static void test_nor_stats_count_what_the_board_saw(void **state)
{
    struct nacre_nor_stats stats;
    (void)state;
    assert_int_equal(nor_bed_program(0, nor_bed.data, 256), NACRE_OK);
    assert_int_equal(nor_bed_erase(0x1000), NACRE_OK);
    assert_int_equal(nacre_nor_stats(&nor_bed.nor, &stats), NACRE_OK);
    assert_int_equal(stats.blackouts, fake.blackout_count);
    assert_int_equal(stats.programmed_bytes, 256);
    assert_int_equal(stats.erases, 1);
    assert_int_equal(stats.over_budget, 0);
    const uint32_t dark = dark_from(0);
    assert_in_range(stats.dark_cycles, dark * 4 / 5, dark);
    assert_in_range(stats.longest_masked_cycles, stats.longest_cycles, 20 * US);
    assert_true(stats.longest_cycles > 0 && stats.longest_cycles < 20 * US);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_nor_no_millisecond_is_darker_than_two_per_cent, nor_bed_setup),
        cmocka_unit_test_setup(test_nor_rest_has_passed_when_the_tick_says_so,
                               nor_bed_setup_with_tick),
        cmocka_unit_test_setup(test_nor_poll_asks_when_the_tick_says_so, nor_bed_setup_with_tick),
        cmocka_unit_test_setup(test_nor_a_long_sleep_is_no_timeout_of_its_own,
                               nor_bed_setup_with_tick),
        cmocka_unit_test_setup(test_nor_slowest_program_stays_within_twenty_us_dark, nor_bed_setup),
        cmocka_unit_test_setup(test_nor_slowest_erase_stays_within_two_hundred_us_dark,
                               nor_bed_setup),
        cmocka_unit_test_setup(test_nor_stats_count_what_the_board_saw, nor_bed_setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
