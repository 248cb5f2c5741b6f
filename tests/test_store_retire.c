/*
 * Goal: a unit that fails is used no more and costs no value; when no spare is left the store is
 * read-only, says so, and every value stays readable.
 *
 * Method: units of the simulated NOR that fail for ever: at the erase, with a report or without, at
 * programs, at the mark; one after the other, with restarts and cuts between.
 */
#include "tests/support/box_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

#define KEYS 6u
#define ROUNDS 1500u

static uint32_t version[KEYS];
static jmp_buf jump;

static int open_eight(void **state)
{
    (void)state;
    box_open(&box, 8);
    memset(version, 0, sizeof version);
    return box_reboot(&box) == NACRE_OK ? 0 : -1;
}

static int open_lanes(void **state)
{
    (void)state;
    box_open_lanes(&box, 16, 256);
    memset(version, 0, sizeof version);
    return box_reboot(&box) == NACRE_OK ? 0 : -1;
}

static void expect_all(const char *what, uint32_t number)
{
    for (uint32_t key = 0; key < KEYS; key++) {
        if (version[key] == 0 || box_holds(&box, key, 5u + key * 11u, version[key])) continue;
        fail_msg("%s %u: key %u answers %d", what, number, key, (int)box_get(&box, key));
    }
}

static enum nacre_err update(uint32_t number)
{
    const uint32_t key = number % KEYS;
    const enum nacre_err err = box_set(&box, key, 5u + key * 11u, number + 1u);
    if (err == NACRE_OK) version[key] = number + 1u;
    return err;
}

static struct nacre_stats stats_now(void)
{
    struct nacre_stats stats;
    assert_int_equal(nacre_stats(&box.store, &stats), NACRE_OK);
    return stats;
}

/* So many updates, each of which must succeed; restarts among them. */
static void use(uint32_t from, uint32_t count)
{
    for (uint32_t i = from; i < from + count; i++) {
        const enum nacre_err err = update(i);
        if (err != NACRE_OK) {
            fail_msg("update %u answered %d; %u units retired", i, (int)err,
                     stats_now().retired_units);
        }
        if (i % 7u == 0) box_rest(&box);
        if (i % 211u != 0) continue;
        assert_int_equal(box_reboot(&box), NACRE_OK);
        expect_all("after a mount", i);
    }
    expect_all("after updates", from);
}

/* Each unit in turn is stuck in one of three ways; the others do its work. */
static void stick_each(uint8_t kind, uint32_t units)
{
    for (uint32_t unit = 0; unit < units; unit++) {
        const uint32_t cut_bytes = box.sim->medium.geometry.cut_bytes;
        box_close(&box);
        box_open_lanes(&box, units, cut_bytes);
        assert_int_equal(box_reboot(&box), NACRE_OK);
        memset(version, 0, sizeof version);
        use(0, 100u + unit * 97u);
        print_message("unit %u stuck by %u\n", unit, kind);
        box.sim->unit_stuck[unit] = kind;
        use(10000, ROUNDS);
        assert_int_equal(stats_now().retired_units, 1);
        /* It is left alone from now on, also by later boots. */
        const uint32_t wear = box.sim->unit_wear[unit];
        use(20000, ROUNDS);
        assert_int_equal(box_reboot(&box), NACRE_OK);
        assert_int_equal(stats_now().retired_units, 1);
        use(30000, ROUNDS);
        assert_int_equal(box.sim->unit_wear[unit], wear);
        assert_int_equal(stats_now().read_only, NACRE_OK);
    }
}

static void test_store_retire_unit_that_does_not_erase(void **state)
{
    (void)state;
    stick_each(SIM_STUCK_ERASE, 8);
}

static void test_store_retire_unit_that_lies_about_its_erase(void **state)
{
    (void)state;
    stick_each(SIM_STUCK_SILENT, 8);
}

static void test_store_retire_unit_that_does_not_program(void **state)
{
    (void)state;
    stick_each(SIM_STUCK_PROGRAM, 8);
}

static void test_store_retire_unit_of_either_lane(void **state)
{
    (void)state;
    stick_each(SIM_STUCK_ERASE, 16);
    stick_each(SIM_STUCK_PROGRAM, 16);
}

static int open_unit_lanes(void **state)
{
    (void)state;
    box_open_lanes(&box, 16, 4096);
    return 0;
}

static void test_store_retire_unit_where_cuts_spoil_units(void **state)
{
    (void)state;
    stick_each(SIM_STUCK_ERASE, 16);
    stick_each(SIM_STUCK_SILENT, 16);
    stick_each(SIM_STUCK_PROGRAM, 16);
}

/* One erase that fails, and works when it is tried again, costs no unit. */
static void test_store_retire_not_for_one_failure(void **state)
{
    (void)state;
    for (uint32_t round = 0; round < 40u; round++) {
        box.sim->faults.erase_fails = 0;
        box.sim->faults.fail_count = 1;
        use(round * 300u, 300);
    }
    assert_int_equal(stats_now().retired_units, 0);
    assert_true(box.sim->faults.erase_fails == SIM_NOR_NO_COMMAND);
}

/* Unit after unit fails, until none can be spared. */
static void wear_out(uint8_t kind, uint32_t units)
{
    enum nacre_err err = NACRE_OK;
    uint32_t number = 0;
    for (uint32_t unit = 0; unit < units && err == NACRE_OK; unit++) {
        box.sim->unit_stuck[(unit * 3u) % units] = kind;
        for (uint32_t i = 0; i < ROUNDS && err == NACRE_OK; i++) err = update(number++);
        expect_all("with stuck units", unit + 1u);
    }
    if (err != NACRE_WORN_OUT && err != NACRE_FULL) fail_msg("worn out answers %d", (int)err);
    for (uint32_t i = 0; i < 50u && err == NACRE_FULL; i++) err = update(number++);
    assert_int_equal(err, NACRE_WORN_OUT);
    expect_all("worn out", 0);
    bool more = true;
    assert_int_equal(stats_now().read_only, NACRE_WORN_OUT);
    assert_int_equal(update(number), NACRE_READ_ONLY);
    assert_int_equal(nacre_idle(&box.store, &more), NACRE_READ_ONLY);
    assert_int_equal(nacre_remove(&box.store, 0), NACRE_READ_ONLY);
    expect_all("worn out", 1);
    for (uint32_t boot = 0; boot < 4u; boot++) {
        const enum nacre_err mount = box_reboot(&box);
        if (mount != NACRE_OK && mount != NACRE_WORN_OUT && mount != NACRE_UNSETTLED) {
            fail_msg("boot %u of a worn chip answered %d", boot, (int)mount);
        }
        expect_all("worn out, boot", boot);
    }
}

static void test_store_retire_worn_out_stays_readable(void **state)
{
    (void)state;
    wear_out(SIM_STUCK_ERASE, 8);
}

static void test_store_retire_worn_out_in_silence_stays_readable(void **state)
{
    (void)state;
    wear_out(SIM_STUCK_SILENT, 8);
}

static void test_store_retire_chip_that_programs_no_more_stays_readable(void **state)
{
    (void)state;
    enum nacre_err err = NACRE_OK;
    use(0, 400);
    for (uint32_t unit = 0; unit < 8u; unit++) box.sim->unit_stuck[unit] = SIM_STUCK_PROGRAM;
    for (uint32_t i = 0; i < 20u && err != NACRE_READ_ONLY; i++) {
        err = update(1000u + i);
        expect_all("no more programs", i);
    }
    assert_int_equal(err, NACRE_READ_ONLY);
    for (uint32_t boot = 0; boot < 3u; boot++) {
        const enum nacre_err mount = box_reboot(&box);
        if (mount != NACRE_UNSETTLED && mount != NACRE_WORN_OUT) {
            fail_msg("boot %u answered %d", boot, (int)mount);
        }
        expect_all("boot", boot);
    }
}

/* The power fails while a unit is being retired. */
static void test_store_retire_cut_changes_no_value(void **state)
{
    (void)state;
    for (uint32_t command = 0; command < 160u; command++) {
        box_close(&box);
        box_open(&box, 8);
        assert_int_equal(box_reboot(&box), NACRE_OK);
        memset(version, 0, sizeof version);
        use(0, 250);
        const uint32_t unit = (stats_now().generation) % 8u;
        box.sim->unit_stuck[unit] = command % 2u == 0 ? SIM_STUCK_ERASE : SIM_STUCK_SILENT;
        const struct sim_tear tear = { SIM_TEAR_ANY, 0, command };
        volatile uint32_t at = 1000;
        volatile uint32_t before = 0;
        if (setjmp(jump) == 0) {
            sim_nor_cut_at(box.sim, 40u + command, &tear, &jump);
            for (; at < 2000u; at++) {
                before = version[at % KEYS];
                assert_int_equal(update(at), NACRE_OK);
            }
            fail_msg("no cut at command %u", command);
        }
        assert_int_equal(box_reboot(&box), NACRE_OK);
        const uint32_t key = at % KEYS;
        if (!box_holds(&box, key, 5u + key * 11u, before)) version[key] = at + 1u;
        expect_all("after a cut at command", command);
        use(3000, 700);
        assert_int_equal(stats_now().retired_units, 1);
    }
}

int main(void)
{
#define ONE(name) cmocka_unit_test_setup_teardown(name, open_eight, box_end)
#define TWO(name) cmocka_unit_test_setup_teardown(name, open_lanes, box_end)
    const struct CMUnitTest tests[] = {
        ONE(test_store_retire_unit_that_does_not_erase),
        ONE(test_store_retire_unit_that_lies_about_its_erase),
        ONE(test_store_retire_unit_that_does_not_program),
        TWO(test_store_retire_unit_of_either_lane),
        cmocka_unit_test_setup_teardown(test_store_retire_unit_where_cuts_spoil_units,
                                        open_unit_lanes, box_end),
        ONE(test_store_retire_not_for_one_failure),
        ONE(test_store_retire_worn_out_stays_readable),
        ONE(test_store_retire_worn_out_in_silence_stays_readable),
        ONE(test_store_retire_chip_that_programs_no_more_stays_readable),
        ONE(test_store_retire_cut_changes_no_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
