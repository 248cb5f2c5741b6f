/*
 * Goal: each call of the store answers as its comment says, for good input and for bad.
 *
 * Method: a store on the simulated NOR; the chip's counters say what a call cost. Values are made
 * from a seed, so that the expected bytes never come from the store.
 */
#include "tests/support/box_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

static int open_eight(void **state)
{
    (void)state;
    box_open(&box, 8);
    return box_reboot(&box) == NACRE_OK ? 0 : -1;
}

static void test_store_blank_is_empty(void **state)
{
    (void)state;
    struct nacre_stats stats;
    uint32_t key = 0;
    assert_true(box_lacks(&box, 0));
    assert_int_equal(nacre_next(&box.store, &key), NACRE_NOT_FOUND);
    assert_int_equal(key, 0);
    assert_int_equal(nacre_remove(&box.store, 5), NACRE_NOT_FOUND);
    assert_int_equal(nacre_stats(&box.store, &stats), NACRE_OK);
    assert_int_equal(stats.unit_count, 8);
    assert_int_equal(stats.lane_count, 1);
    assert_int_equal(stats.read_only, NACRE_OK);
    assert_int_equal(stats.cut_bytes_survived, 16);
}

static void test_store_every_length_is_kept(void **state)
{
    (void)state;
    for (uint32_t n = 0; n <= NACRE_VALUE_BYTES_MAX; n++) {
        assert_int_equal(box_set(&box, 7, n, n), NACRE_OK);
        assert_true(box_holds(&box, 7, n, n));
        if (n % 64u != 0) continue;
        assert_int_equal(box_reboot(&box), NACRE_OK);
        assert_true(box_holds(&box, 7, n, n));
    }
}

static void test_store_lowest_and_highest_key_are_keys(void **state)
{
    (void)state;
    assert_int_equal(box_set(&box, 0, 4, 1), NACRE_OK);
    assert_int_equal(box_set(&box, NACRE_KEY_MAX, 4, 1), NACRE_OK);
    assert_int_equal(box_reboot(&box), NACRE_OK);
    assert_true(box_holds(&box, 0, 4, 1));
    assert_true(box_holds(&box, NACRE_KEY_MAX, 4, 1));
}

static void test_store_get_small_buffer_tells_length(void **state)
{
    (void)state;
    uint8_t buf[20];
    uint32_t length = 0;
    memset(buf, 0xab, sizeof buf);
    assert_int_equal(box_set(&box, 3, 20, 1), NACRE_OK);
    assert_int_equal(nacre_get(&box.store, 3, buf, 19, &length), NACRE_TOO_SMALL);
    assert_int_equal(length, 20);
    for (uint32_t i = 0; i < sizeof buf; i++) assert_int_equal(buf[i], 0xab);
    length = 0;
    assert_int_equal(nacre_get(&box.store, 3, NULL, 0, &length), NACRE_TOO_SMALL);
    assert_int_equal(length, 20);
    assert_int_equal(nacre_get(&box.store, 3, buf, 20, &length), NACRE_OK);
    assert_int_equal(length, 20);
}

static void test_store_get_writes_no_more_than_the_value(void **state)
{
    (void)state;
    for (uint32_t n = 0; n <= 300u; n++) {
        uint8_t buf[304];
        uint32_t length = 0;
        memset(buf, 0xab, sizeof buf);
        assert_int_equal(box_set(&box, 3, n, n), NACRE_OK);
        assert_int_equal(nacre_get(&box.store, 3, buf, n, &length), NACRE_OK);
        assert_int_equal(length, n);
        for (uint32_t i = n; i < sizeof buf; i++) assert_int_equal(buf[i], 0xab);
    }
}

static void test_store_empty_value_is_a_value(void **state)
{
    (void)state;
    uint32_t length = 9;
    uint32_t key = 0;
    assert_int_equal(nacre_set(&box.store, 3, NULL, 0), NACRE_OK);
    assert_int_equal(nacre_get(&box.store, 3, NULL, 0, &length), NACRE_OK);
    assert_int_equal(length, 0);
    assert_int_equal(nacre_next(&box.store, &key), NACRE_OK);
    assert_int_equal(key, 3);
    assert_int_equal(box_reboot(&box), NACRE_OK);
    assert_int_equal(nacre_get(&box.store, 3, NULL, 0, &length), NACRE_OK);
}

static void test_store_bad_arguments_change_nothing(void **state)
{
    (void)state;
    uint8_t value[NACRE_VALUE_BYTES_MAX + 1u] = { 0 };
    uint32_t length = 0;
    struct nacre_stats stats;
    assert_int_equal(box_set(&box, 3, 4, 1), NACRE_OK);
    box_remember(&box);
    assert_int_equal(nacre_set(&box.store, NACRE_KEY_MAX + 1u, value, 4), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_set(&box.store, 0x10003u, value, 4), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_set(&box.store, 3, NULL, 4), NACRE_BAD_BUFFER);
    assert_int_equal(nacre_set(&box.store, 3, value, sizeof value), NACRE_TOO_LARGE);
    assert_int_equal(nacre_set(&box.store, 3, value, 0xffffffffu), NACRE_TOO_LARGE);
    assert_int_equal(nacre_remove(&box.store, NACRE_KEY_MAX + 1u), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_get(&box.store, NACRE_KEY_MAX + 1u, value, 4, &length),
                     NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_get(&box.store, 3, NULL, 4, &length), NACRE_BAD_BUFFER);
    assert_int_equal(nacre_get(&box.store, 3, value, 4, NULL), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_next(&box.store, NULL), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_stats(&box.store, NULL), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_stats(NULL, &stats), NACRE_NOT_MOUNTED);
    assert_int_equal(nacre_get(NULL, 3, value, 4, &length), NACRE_NOT_MOUNTED);
    assert_int_equal(nacre_set(NULL, 3, value, 4), NACRE_NOT_MOUNTED);
    assert_int_equal(nacre_mount(NULL, &box.cfg), NACRE_BAD_ARGUMENT);
    assert_true(box_is_unchanged(&box));
    assert_true(box_holds(&box, 3, 4, 1));
}

static void test_store_buffer_out_of_reach_is_refused(void **state)
{
    (void)state;
    uint8_t memory[96] = { 0 };
    uint32_t length = 0;
    assert_int_equal(box_set(&box, 3, 20, 1), NACRE_OK);
    box_remember(&box);
    box.sim->unreadable = memory + 32;
    box.sim->unreadable_bytes = 32;
    assert_int_equal(nacre_set(&box.store, 4, memory + 32, 4), NACRE_BAD_BUFFER);
    assert_int_equal(nacre_set(&box.store, 4, memory + 13, 20), NACRE_BAD_BUFFER);
    assert_int_equal(nacre_get(&box.store, 3, memory + 50, 30, &length), NACRE_BAD_BUFFER);
    assert_true(box_is_unchanged(&box));
    assert_int_equal(nacre_set(&box.store, 4, memory + 12, 20), NACRE_OK);
    assert_int_equal(nacre_get(&box.store, 3, memory + 64, 20, &length), NACRE_OK);
}

static void test_store_equal_value_costs_no_program(void **state)
{
    (void)state;
    static const uint32_t lengths[] = { 0, 1, 8, 9, 80, 1024 };
    for (uint32_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        assert_int_equal(box_set(&box, i, lengths[i], 1), NACRE_OK);
        box_remember(&box);
        const uint32_t programs = box.sim->counters.programs;
        assert_int_equal(box_set(&box, i, lengths[i], 1), NACRE_OK);
        assert_int_equal(box.sim->counters.programs, programs);
        assert_true(box_is_unchanged(&box));
    }
}

static void test_store_removed_key_is_gone_for_ever(void **state)
{
    (void)state;
    for (uint32_t round = 0; round < 40u; round++) {
        assert_int_equal(box_set(&box, 3, 40, round), NACRE_OK);
        assert_int_equal(nacre_remove(&box.store, 3), NACRE_OK);
        assert_true(box_lacks(&box, 3));
        assert_int_equal(nacre_remove(&box.store, 3), NACRE_NOT_FOUND);
        /* Push the log on, so that compaction meets the removal in every place. */
        for (uint32_t i = 0; i < 61u; i++) {
            assert_int_equal(box_set(&box, 4, 8, round * 61u + i), NACRE_OK);
        }
        assert_int_equal(box_reboot(&box), NACRE_OK);
        assert_true(box_lacks(&box, 3));
    }
}

static void test_store_next_walks_in_order(void **state)
{
    (void)state;
    static const uint32_t keys[] = { 500, 2, NACRE_KEY_MAX, 17, 0, 300 };
    static const uint32_t sorted[] = { 0, 2, 17, 300, 500, NACRE_KEY_MAX };
    for (uint32_t i = 0; i < 6u; i++) assert_int_equal(box_set(&box, keys[i], 4, i), NACRE_OK);
    uint32_t key = 0;
    for (uint32_t i = 0; i < 6u; i++, key++) {
        assert_int_equal(nacre_next(&box.store, &key), NACRE_OK);
        assert_int_equal(key, sorted[i]);
    }
    assert_int_equal(nacre_next(&box.store, &key), NACRE_NOT_FOUND);
    key = 0xffffffffu;
    assert_int_equal(nacre_next(&box.store, &key), NACRE_NOT_FOUND);
}

static void test_store_next_allows_changes_on_the_way(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 6u; i++) assert_int_equal(box_set(&box, i * 10u, 4, i), NACRE_OK);
    uint32_t key = 11;
    assert_int_equal(nacre_next(&box.store, &key), NACRE_OK);
    assert_int_equal(key, 20);
    assert_int_equal(nacre_remove(&box.store, 20), NACRE_OK);
    assert_int_equal(nacre_remove(&box.store, 30), NACRE_OK);
    assert_int_equal(box_set(&box, 35, 4, 1), NACRE_OK);
    key++;
    assert_int_equal(nacre_next(&box.store, &key), NACRE_OK);
    assert_int_equal(key, 35);
}

static void expect_not_mounted(struct nacre_store *store)
{
    uint8_t value[4] = { 0 };
    uint32_t length = 0;
    uint32_t key = 0;
    bool more = false;
    struct nacre_stats stats;
    assert_int_equal(nacre_get(store, 1, value, 4, &length), NACRE_NOT_MOUNTED);
    assert_int_equal(nacre_set(store, 1, value, 4), NACRE_NOT_MOUNTED);
    assert_int_equal(nacre_remove(store, 1), NACRE_NOT_MOUNTED);
    assert_int_equal(nacre_next(store, &key), NACRE_NOT_MOUNTED);
    assert_int_equal(nacre_idle(store, &more), NACRE_NOT_MOUNTED);
    assert_int_equal(nacre_stats(store, &stats), NACRE_NOT_MOUNTED);
    assert_int_equal(nacre_unmount(store), NACRE_NOT_MOUNTED);
}

static void test_store_unmounted_refuses_every_call(void **state)
{
    (void)state;
    static struct nacre_store zero;
    expect_not_mounted(&zero);
    assert_int_equal(nacre_unmount(&box.store), NACRE_OK);
    box_remember(&box);
    expect_not_mounted(&box.store);
    assert_true(box_is_unchanged(&box));
}

static void test_store_clean_restart_costs_no_program(void **state)
{
    (void)state;
    for (uint32_t round = 0; round < 60u; round++) {
        struct nacre_stats stats;
        for (uint32_t i = 0; i < round; i++) {
            assert_int_equal(box_set(&box, i % 9u, i, round), NACRE_OK);
        }
        uint32_t programs = box.sim->counters.programs;
        assert_int_equal(nacre_unmount(&box.store), NACRE_OK);
        assert_in_range(box.sim->counters.programs - programs, 0, 1);
        programs = box.sim->counters.programs;
        const uint32_t erases = box.sim->counters.erases;
        assert_int_equal(box_reboot(&box), NACRE_OK);
        assert_int_equal(box.sim->counters.programs, programs);
        assert_int_equal(box.sim->counters.erases, erases);
        assert_int_equal(nacre_stats(&box.store, &stats), NACRE_OK);
        assert_int_equal(stats.settles, 0);
        for (uint32_t i = round < 9u ? 0 : round - 9u; i < round; i++) {
            assert_true(box_holds(&box, i % 9u, i, round));
        }
    }
}

static void test_store_small_set_is_one_program(void **state)
{
    (void)state;
    assert_int_equal(box_set(&box, 1, 8, 1000), NACRE_OK);
    box_rest(&box);
    uint32_t single = 0;
    for (uint32_t i = 0; i < 150u; i++) {
        const uint32_t programs = box.sim->counters.programs;
        const uint64_t bytes = box.sim->counters.programmed_bytes;
        assert_int_equal(box_set(&box, 1, 8, i), NACRE_OK);
        if (box.sim->counters.programs - programs != 1u) continue;
        assert_in_range(box.sim->counters.programmed_bytes - bytes, 16, 32);
        single++;
    }
    assert_in_range(single, 145, 150);
}

static void test_store_set_with_idle_never_erases(void **state)
{
    (void)state;
    uint32_t most = 0;
    for (uint32_t i = 0; i < 20u; i++) assert_int_equal(box_set(&box, i, 4, i), NACRE_OK);
    for (uint32_t i = 0; i < 6000u; i++) {
        box_rest(&box);
        const struct sim_counters before = box.sim->counters;
        assert_int_equal(box_set(&box, 3, 4, i), NACRE_OK);
        assert_int_equal(box.sim->counters.erases, before.erases);
        const uint32_t programs = box.sim->counters.programs - before.programs;
        if (programs > most) most = programs;
    }
    assert_in_range(most, 1, 8);
    for (uint32_t i = 0; i < 20u; i++) {
        if (i != 3u) assert_true(box_holds(&box, i, 4, i));
    }
}

static void test_store_busy_is_told_where_asked_for(void **state)
{
    (void)state;
    uint32_t busy = 0;
    box.cfg.refuse_when_busy = true;
    assert_int_equal(box_reboot(&box), NACRE_OK);
    assert_int_equal(box_set(&box, 1, 4, 0), NACRE_OK);
    uint32_t held = 0;
    for (uint32_t i = 1; i < 4000u; i++) {
        bool more;
        const uint32_t erases = box.sim->counters.erases;
        assert_int_equal(nacre_idle(&box.store, &more), NACRE_OK);
        const bool is_busy = box.sim->counters.erases != erases;
        const enum nacre_err err = box_set(&box, 1, 4, i);
        if (err == NACRE_OK) held = i;
        else assert_int_equal(err, NACRE_BUSY);
        if (err == NACRE_BUSY) assert_true(box.sim->erase_addr != SIM_NOR_NO_COMMAND);
        if (is_busy && err == NACRE_BUSY) busy++;
        assert_true(box_holds(&box, 1, 4, held));
        sim_nor_pass_us(box.sim, 30000u);
    }
    assert_in_range(busy, 1, 4000);
}

static void test_store_get_answers_while_an_erase_goes_on(void **state)
{
    (void)state;
    uint32_t checked = 0;
    for (uint32_t i = 0; i < 6000u; i++) {
        bool more;
        assert_int_equal(box_set(&box, i % 5u, 4, i), NACRE_OK);
        const uint32_t erases = box.sim->counters.erases;
        assert_int_equal(nacre_idle(&box.store, &more), NACRE_OK);
        if (box.sim->counters.erases == erases) continue;
        for (uint32_t k = i < 5u ? 0 : i - 4u; k <= i; k++) {
            assert_true(box_holds(&box, k % 5u, 4, k));
        }
        assert_true(box.sim->erase_addr != SIM_NOR_NO_COMMAND);
        checked++;
        if (checked % 2u == 0) sim_nor_pass_us(box.sim, 30000u);
    }
    assert_in_range(checked, 8, 6000);
}

static void test_store_unmount_waits_for_the_erase(void **state)
{
    (void)state;
    uint32_t waited = 0;
    for (uint32_t i = 0; i < 3000u; i++) {
        bool more;
        assert_int_equal(box_set(&box, 1, 4, i), NACRE_OK);
        const uint32_t erases = box.sim->counters.erases;
        assert_int_equal(nacre_idle(&box.store, &more), NACRE_OK);
        if (box.sim->counters.erases == erases) continue;
        assert_int_equal(nacre_unmount(&box.store), NACRE_OK);
        assert_true(box.sim->erase_addr == SIM_NOR_NO_COMMAND);
        assert_int_equal(box_reboot(&box), NACRE_OK);
        assert_true(box_holds(&box, 1, 4, i));
        waited++;
    }
    assert_in_range(waited, 4, 3000);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, open_eight, box_end)
    const struct CMUnitTest tests[] = {
        CASE(test_store_blank_is_empty),
        CASE(test_store_every_length_is_kept),
        CASE(test_store_lowest_and_highest_key_are_keys),
        CASE(test_store_get_small_buffer_tells_length),
        CASE(test_store_get_writes_no_more_than_the_value),
        CASE(test_store_empty_value_is_a_value),
        CASE(test_store_bad_arguments_change_nothing),
        CASE(test_store_buffer_out_of_reach_is_refused),
        CASE(test_store_equal_value_costs_no_program),
        CASE(test_store_removed_key_is_gone_for_ever),
        CASE(test_store_next_walks_in_order),
        CASE(test_store_next_allows_changes_on_the_way),
        CASE(test_store_unmounted_refuses_every_call),
        CASE(test_store_clean_restart_costs_no_program),
        CASE(test_store_small_set_is_one_program),
        CASE(test_store_set_with_idle_never_erases),
        CASE(test_store_busy_is_told_where_asked_for),
        CASE(test_store_get_answers_while_an_erase_goes_on),
        CASE(test_store_unmount_waits_for_the_erase),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
