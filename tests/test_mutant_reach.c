/*
 * Goal: a transaction that spans many units is refused before its first program, or it holds after
 * any number of mounts that were not clean: its closing can say where it begins (14 units back at
 * most), wherever settlings carry it.
 *
 * Method: units of 1 KB, one long value each, and small ones so that the closing comes to lie at
 * each place of its unit; then power cuts without a set between them.
 */
#include "tests/support/box_fixture.h"

#include "nacre/core/transaction.h"

#include "tests/support/cmocka_all.h"

#include <string.h>

#define UNITS 60u
#define LONG_BYTES 500u /* 34 granules: one a unit of 63 */
#define SMALL_KEY 30u
#define MOUNTS 4u
#define SURE_UNITS 8u /* what spans fewer is taken; a writer refuses more than nine or so */
#define MOST_UNITS 14u

static uint8_t work[NACRE_TRANSACTION_BYTES(60, 16000)];

static enum nacre_err commit(uint32_t long_count, uint32_t small_count, uint32_t seed)
{
    uint8_t value[LONG_BYTES];
    struct nacre_transaction tx = { 0 };
    assert_int_equal(nacre_begin(&tx, &box.store, work, sizeof work), NACRE_OK);
    for (uint32_t i = 0; i < long_count; i++) {
        box_value(value, i, LONG_BYTES, seed);
        assert_int_equal(nacre_stage_set(&tx, i, value, LONG_BYTES), NACRE_OK);
    }
    for (uint32_t i = 0; i < small_count; i++) {
        box_value(value, SMALL_KEY + i, 4, seed);
        assert_int_equal(nacre_stage_set(&tx, SMALL_KEY + i, value, 4), NACRE_OK);
    }
    return nacre_commit(&tx);
}

/* All of it, or none. */
static void assert_holds(uint32_t long_count, uint32_t small_count, bool is_done)
{
    for (uint32_t i = 0; i < long_count; i++) {
        assert_true(is_done ? box_holds(&box, i, LONG_BYTES, 1) : box_lacks(&box, i));
    }
    for (uint32_t i = SMALL_KEY; i < SMALL_KEY + small_count; i++) {
        assert_true(is_done ? box_holds(&box, i, 4, 1) : box_lacks(&box, i));
    }
}

static void reach(uint32_t long_count, uint32_t small_count)
{
    const struct nacre_geometry geometry = { 1024, UNITS, 16, 256, 16, 0 };
    sim_nor_destroy(box.sim);
    box.sim = sim_nor_create(&geometry, 1);
    box.cfg.medium = &box.sim->medium;
    assert_int_equal(box_reboot(&box), NACRE_OK);
    const uint32_t programs = box.sim->counters.programs;
    const enum nacre_err err = commit(long_count, small_count, 1);
    assert_true(err == NACRE_OK || err == NACRE_FULL);
    if (long_count < SURE_UNITS) assert_int_equal(err, NACRE_OK);
    if (long_count > MOST_UNITS) assert_int_equal(err, NACRE_FULL);
    if (err != NACRE_OK) assert_int_equal(box.sim->counters.programs, programs);
    for (uint32_t i = 0; i < MOUNTS; i++) {
        assert_holds(long_count, small_count, err == NACRE_OK);
        assert_int_equal(box_reboot(&box), NACRE_OK);
    }
    assert_int_equal(box_set(&box, 60, 4, 1), NACRE_OK);
}

static void test_mutant_reach_of_a_transaction(void **state)
{
    (void)state;
    for (uint32_t long_count = 2; long_count <= 17u; long_count++) {
        for (uint32_t small_count = 0; small_count <= 28u; small_count += 2u) {
            reach(long_count, small_count);
        }
    }
}

/* A transaction long ago is of no account for a settling: a plain record is the newest now. */
static void test_mutant_reach_is_forgotten_with_the_next_record(void **state)
{
    (void)state;
    const struct nacre_geometry geometry = { 1024, UNITS, 16, 256, 16, 0 };
    sim_nor_destroy(box.sim);
    box.sim = sim_nor_create(&geometry, 1);
    box.cfg.medium = &box.sim->medium;
    assert_int_equal(box_reboot(&box), NACRE_OK);
    assert_int_equal(commit(2, 2, 1), NACRE_OK);
    for (uint32_t i = 0; i < 1200u; i++) assert_int_equal(box_set(&box, 60, 4, i), NACRE_OK);
    box.sim->faults.program_fails = 0;
    box.sim->faults.fail_count = 1;
    assert_int_equal(box_set(&box, 60, 4, 9999), NACRE_OK);
    assert_true(box_holds(&box, 60, 4, 9999));
    assert_holds(2, 2, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_mutant_reach_of_a_transaction, box_begin_four,
                                        box_end),
        cmocka_unit_test_setup_teardown(test_mutant_reach_is_forgotten_with_the_next_record,
                                        box_begin_four, box_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
