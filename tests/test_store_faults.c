/*
 * Goal: a chip that reports a failure, lies about success or reads wrong never makes the store give
 * a wrong value for a good one, and the settings that were there stay.
 *
 * Method: faults of the simulated NOR at each command of a run in turn. After a call that failed
 * the old value must be read, in this boot and after the next mount (contract of nacre_set).
 */
#include "tests/support/box_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

#define KEYS 6u

static uint32_t seed_of[KEYS]; /* what each key must read */

static uint32_t length_of(uint32_t key)
{
    static const uint32_t lengths[KEYS] = { 4, 8, 9, 40, 120, 300 };
    return lengths[key];
}

static int open_four(void **state)
{
    (void)state;
    box_open(&box, 4);
    if (box_reboot(&box) != NACRE_OK) return -1;
    for (uint32_t i = 0; i < KEYS; i++) {
        seed_of[i] = 1;
        if (box_set(&box, i, length_of(i), 1) != NACRE_OK) return -1;
    }
    return 0;
}

static void expect_all(const char *when, uint32_t round)
{
    for (uint32_t i = 0; i < KEYS; i++) {
        if (!box_holds(&box, i, length_of(i), seed_of[i])) {
            fail_msg("%s, round %u: key %u is not as it must be", when, round, i);
        }
    }
}

/* One update in which the fault may strike. Returns what the set answered. */
static enum nacre_err update(uint32_t round)
{
    const uint32_t key = round % KEYS;
    const enum nacre_err err = box_set(&box, key, length_of(key), round + 2u);
    if (err == NACRE_OK) seed_of[key] = round + 2u;
    return err;
}

static void no_more_faults(void)
{
    box.sim->faults = (struct sim_faults){ SIM_NOR_NO_COMMAND, SIM_NOR_NO_COMMAND,
                                           SIM_NOR_NO_COMMAND, SIM_NOR_NO_COMMAND, 1u, NACRE_OK };
}

/* Rounds of: a fault at a command not far away, updates, a mount. */
static uint32_t run_faults(uint32_t *struck, uint32_t *countdown, uint32_t in_a_row)
{
    uint32_t errors = 0;
    for (uint32_t round = 0; round < 1200u; round++) {
        if (round % 5u == 0) {
            *countdown = round / 5u % 11u;
            box.sim->faults.fail_count = in_a_row;
        }
        const bool armed = *countdown != SIM_NOR_NO_COMMAND;
        const enum nacre_err err = update(round);
        if (armed && *countdown == SIM_NOR_NO_COMMAND) (*struck)++;
        if (err != NACRE_OK) {
            errors++;
            if (err != NACRE_IO && err != NACRE_VERIFY) {
                fail_msg("round %u: a set answered %d", round, (int)err);
            }
        }
        expect_all("in the same boot", round);
        if (round % 5u != 4u) continue;
        no_more_faults();
        assert_int_equal(box_reboot(&box), NACRE_OK);
        expect_all("after a mount", round);
    }
    return errors;
}

static void test_store_faults_program_that_fails_keeps_old_value(void **state)
{
    (void)state;
    uint32_t struck = 0;
    const uint32_t errors = run_faults(&struck, &box.sim->faults.program_fails, 1);
    print_message("failed programs: %u, sets that failed: %u\n", struck, errors);
    assert_in_range(struck, 100, 1200);
    assert_int_equal(errors, 0);
}

static void test_store_faults_two_programs_fail_in_a_row(void **state)
{
    (void)state;
    uint32_t struck = 0;
    const uint32_t errors = run_faults(&struck, &box.sim->faults.program_fails, 2);
    print_message("pairs of failed programs: %u, sets that failed: %u\n", struck, errors);
    assert_in_range(struck, 50, 1200);
}

static void test_store_faults_program_that_lies_is_found(void **state)
{
    (void)state;
    uint32_t struck = 0;
    const uint32_t errors = run_faults(&struck, &box.sim->faults.program_wrong, 1);
    print_message("programs that went wrong in silence: %u, sets that failed: %u\n", struck,
                  errors);
    assert_in_range(struck, 100, 1200);
    assert_int_equal(errors, 0);
}

/* Rounds of updates and idle calls with a fault in an erase now and then. */
static void run_erase_faults(uint32_t *countdown)
{
    uint32_t failed = 0;
    uint32_t struck = 0;
    for (uint32_t round = 0; round < 3000u; round++) {
        bool more;
        if (round % 97u == 0) *countdown = 0;
        const bool armed = *countdown == 0;
        const enum nacre_err err = update(round);
        if (err != NACRE_OK) {
            failed++;
            if (err != NACRE_IO && err != NACRE_VERIFY) {
                fail_msg("round %u: a set answered %d", round, (int)err);
            }
        }
        const enum nacre_err idle = round % 3u == 0 ? nacre_idle(&box.store, &more) : NACRE_OK;
        if (idle != NACRE_OK && idle != NACRE_IO && idle != NACRE_VERIFY) {
            fail_msg("idle answered %d", (int)idle);
        }
        sim_nor_pass_us(box.sim, 30000u);
        if (armed && *countdown != 0) {
            struck++;
            box.sim->faults.fail_count = 1;
        }
        expect_all("in the same boot", round);
        if (round % 50u != 49u) continue;
        no_more_faults();
        assert_int_equal(box_reboot(&box), NACRE_OK);
        expect_all("after a mount", round);
    }
    print_message("bad erases: %u, sets that failed: %u\n", struck, failed);
    assert_in_range(struck, 3, 3000);
}

static void test_store_faults_erase_that_fails_loses_nothing(void **state)
{
    (void)state;
    run_erase_faults(&box.sim->faults.erase_fails);
}

static void test_store_faults_erase_that_lies_loses_nothing(void **state)
{
    (void)state;
    run_erase_faults(&box.sim->faults.erase_wrong);
    assert_int_equal(box.sim->counters.unerased_programs, 0);
}

static void test_store_faults_read_error_is_passed_up(void **state)
{
    (void)state;
    static const enum nacre_err errors[] = { NACRE_IO, NACRE_TIMEOUT };
    for (uint32_t i = 0; i < 2u; i++) {
        uint8_t buf[8];
        uint32_t length = 0;
        const uint32_t commands = box.sim->commands;
        box.sim->faults.read_fails = errors[i];
        assert_int_equal(nacre_get(&box.store, 1, buf, sizeof buf, &length), errors[i]);
        struct nacre_store other;
        struct nacre_index_entry index[16];
        struct nacre_store_cfg cfg = box.cfg;
        cfg.index = index;
        cfg.index_count = 16;
        assert_int_equal(nacre_mount(&other, &cfg), errors[i]);
        assert_int_equal(box.sim->commands, commands);
        box.sim->faults.read_fails = NACRE_OK;
        expect_all("after the read error", i);
    }
}

static void test_store_faults_chip_that_refuses_everything_keeps_all(void **state)
{
    (void)state;
    box.sim->faults.program_fails = 0;
    box.sim->faults.fail_count = 0xffffffffu;
    const enum nacre_err err = update(0);
    if (err != NACRE_IO && err != NACRE_UNSETTLED && err != NACRE_WORN_OUT) {
        fail_msg("the set answered %d", (int)err);
    }
    expect_all("while the chip refuses", 0);
    const enum nacre_err again = update(1);
    assert_true(again == NACRE_IO || again == NACRE_READ_ONLY || again == NACRE_UNSETTLED);
    expect_all("while the chip refuses", 1);
    if (err == NACRE_UNSETTLED) {
        struct nacre_stats stats;
        assert_int_equal(nacre_stats(&box.store, &stats), NACRE_OK);
        assert_int_equal(stats.read_only, NACRE_UNSETTLED);
    }
    assert_int_equal(box_reboot(&box), NACRE_UNSETTLED);
    expect_all("mounted while the chip refuses", 2);
    no_more_faults();
    assert_int_equal(box_reboot(&box), NACRE_OK);
    expect_all("when the chip works again", 3);
    assert_int_equal(update(2), NACRE_OK);
}

/* Where a key's record lies: the place at which a flipped bit makes its get answer otherwise. */
static void test_store_faults_flipped_bit_is_never_a_value(void **state)
{
    (void)state;
    uint32_t damaged = 0;
    for (uint32_t addr = 0; addr < box.sim->bytes; addr++) {
        if (box.sim->data[addr] == 0xffu && addr % 512u != 0) continue;
        for (uint32_t bit = 0; bit < 8u; bit++) {
            sim_nor_flip(box.sim, addr, (uint8_t)(1u << bit));
            for (uint32_t key = 0; key < KEYS; key++) {
                uint8_t buf[NACRE_VALUE_BYTES_MAX];
                uint32_t length;
                if (box_holds(&box, key, length_of(key), 1)) continue;
                assert_int_equal(nacre_get(&box.store, key, buf, sizeof buf, &length),
                                 NACRE_DAMAGED);
                damaged++;
            }
            sim_nor_flip(box.sim, addr, (uint8_t)(1u << bit));
        }
    }
    print_message("flips that a get reported: %u\n", damaged);
    assert_in_range(damaged, 8u * (4u + 8u + 9u + 40u + 120u + 300u), 0xffffffffu);
}

static void test_store_faults_damaged_key_can_be_set_again(void **state)
{
    (void)state;
    uint8_t buf[8];
    uint32_t length;
    uint32_t addr = 0;
    for (; addr < box.sim->bytes; addr++) {
        if (addr % 16u < 4u || addr % 16u > 11u) continue; /* a flipped key concerns another one */
        sim_nor_flip(box.sim, addr, 1);
        if (!box_holds(&box, 1, 8, 1)) break;
        sim_nor_flip(box.sim, addr, 1);
    }
    assert_true(addr < box.sim->bytes);
    assert_int_equal(nacre_get(&box.store, 1, buf, sizeof buf, &length), NACRE_DAMAGED);
    assert_int_equal(box_set(&box, 1, 8, 9), NACRE_OK);
    seed_of[1] = 9;
    expect_all("set again", 0);
    assert_int_equal(box_reboot(&box), NACRE_OK);
    assert_true(box_holds(&box, 1, 8, 9));
    /* A mount cannot tell that the bad bit is not in the key: its neighbours may have lost more. */
    for (uint32_t key = 0; key < KEYS; key++) {
        const bool is_near = key == 0 || key == 3u || key == 5u;
        assert_true(box_holds(&box, key, length_of(key), seed_of[key]) ||
                    (is_near && box_is_stale(&box, key, length_of(key), seed_of[key])));
    }
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, open_four, box_end)
    const struct CMUnitTest tests[] = {
        CASE(test_store_faults_program_that_fails_keeps_old_value),
        CASE(test_store_faults_two_programs_fail_in_a_row),
        CASE(test_store_faults_program_that_lies_is_found),
        CASE(test_store_faults_erase_that_fails_loses_nothing),
        CASE(test_store_faults_erase_that_lies_loses_nothing),
        CASE(test_store_faults_read_error_is_passed_up),
        CASE(test_store_faults_chip_that_refuses_everything_keeps_all),
        CASE(test_store_faults_flipped_bit_is_never_a_value),
        CASE(test_store_faults_damaged_key_can_be_set_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
