/*
 * Goal: a unit that a settling had begun when the power failed is swept away before anything else
 * is settled; where it cannot be erased, or the chip refuses, no value is lost by that.
 *
 * Method: the chip does not program the head's unit for a while, so that a mount goes on in a fresh
 * one, and the power fails before that counts. The next mount programs again and settles in place;
 * each call of the medium in it fails in turn.
 */
#include "tests/support/cover_bed.h"

#include "tests/support/cmocka_all.h"

#define TENTATIVE 2u /* commands of one lane up to the copy: erase, mark, copy */

static int open_nothing(void **state)
{
    (void)state;
    cover_open(6, 16);
    return 0;
}

static enum nacre_err call_mount(void)
{
    return nacre_mount(&cover.box.store, &cover.box.cfg);
}

/* A used store, whose last set was not followed by an unmount. */
static void use(uint32_t unit_count, uint32_t cut_bytes)
{
    cover_close();
    cover_open(unit_count, cut_bytes);
    assert_int_equal(cover_boot(), NACRE_OK);
    for (uint32_t i = 0; i < 20u; i++) cover_set(i % 6u, 4u + i % 9u, i);
}

/* A mount that finds the head's unit not programmable, and is cut in the fresh one. */
static void begin_a_unit(uint32_t command)
{
    const uint32_t unit = cover_find(0) / 1024u;
    cover.failing.kinds = FAILING_PROGRAMS;
    cover.failing.from = unit * 1024u;
    cover.failing.to = (unit + 1u) * 1024u;
    cover.failing.at = 0;
    cover.failing.calls = 0;
    cover.failing.err = NACRE_IO;
    cover.failing.count = COVER_FOR_EVER;
    sim_nor_power_on(cover.box.sim);
    assert_true(cover_cut(call_mount, command, SIM_TEAR_DONE));
    assert_true(cover.failing.calls >= 2u);
    cover.failing.count = 0;
    cover.failing.from = 0;
    cover.failing.to = UINT32_MAX;
}

/* Units of lane A, but the head's, that hold a tentative record behind their mark. */
static uint32_t begun_units(void)
{
    uint32_t begun = 0;
    const uint32_t lanes = cover.box.sim->lane_units == 0 ? 1u : 2u;
    for (uint32_t addr = 0; addr < cover.box.sim->bytes / lanes; addr += 1024u) {
        const uint8_t *const first = cover.box.sim->data + addr + 16u;
        const bool is_tentative = first[3] != 0xffu && (first[3] & 0x98u) == 0x88u;
        if (is_tentative) begun++;
    }
    return begun;
}

static void test_cover_sweep_of_one_lane(void **state)
{
    (void)state;
    use(6, 16);
    begin_a_unit(TENTATIVE);
    assert_int_equal(begun_units(), 1);
    assert_true(cover_every_way(call_mount, true, true) > 100u);
    assert_int_equal(cover_boot(), NACRE_OK);
    cover_judge("swept");
}

static void test_cover_sweep_of_two_lanes(void **state)
{
    (void)state;
    use(12, 64);
    begin_a_unit(2u * TENTATIVE + 1u);
    assert_int_equal(begun_units(), 1);
    assert_true(cover_every_way(call_mount, true, true) > 100u);
    assert_int_equal(cover_boot(), NACRE_OK);
    cover_judge("swept");
}

/* The begun unit does not erase any more: the head is settled in all the same, and is used on. */
static void test_cover_sweep_of_a_worn_unit(void **state)
{
    const enum nacre_err worn[] = {NACRE_IO, NACRE_TIMEOUT, NACRE_VERIFY};
    (void)state;
    for (uint32_t i = 0; i < sizeof(worn) / sizeof(worn[0]); i++) {
        struct nacre_stats stats;
        use(6, 16);
        begin_a_unit(TENTATIVE);
        sim_nor_power_on(cover.box.sim);
        cover.failing.kinds = FAILING_ERASES;
        cover.failing.at = 0;
        cover.failing.calls = 0;
        cover.failing.err = worn[i];
        cover.failing.count = COVER_FOR_EVER;
        assert_int_equal(call_mount(), NACRE_OK);
        cover.failing.count = 0;
        assert_int_equal(begun_units(), 1);
        assert_int_equal(nacre_stats(&cover.box.store, &stats), NACRE_OK);
        assert_int_equal(stats.settles, 1);
        assert_int_equal(stats.retired_units, 0);
        assert_int_equal(stats.read_only, NACRE_OK);
        cover_set(0, 8, 1);
        cover_judge("settled beside a worn unit");
    }
}

/* Its erase is put off for a while: then nothing is settled, and nothing is lost. */
static void test_cover_sweep_that_is_put_off(void **state)
{
    (void)state;
    use(6, 16);
    begin_a_unit(TENTATIVE);
    sim_nor_power_on(cover.box.sim);
    cover.failing.kinds = FAILING_ENDS;
    cover.failing.at = 0;
    cover.failing.calls = 0;
    cover.failing.err = NACRE_NOT_NOW;
    cover.failing.puts_off = true;
    cover.failing.count = 9;
    enum nacre_err err = call_mount();
    for (uint32_t i = 0; err == NACRE_NOT_NOW && i < 9u; i++) {
        cover_judge("put off");
        err = box_set(&cover.box, 0, 8, 1);
    }
    assert_int_equal(err, NACRE_OK);
    assert_true(cover.failing.calls > 9u);
    cover_expect(0, NACRE_OK, 8, 1);
    assert_int_equal(begun_units(), 0);
    assert_int_equal(cover_boot(), NACRE_OK);
    cover_judge("swept later");
}

/* The chip says that the begun unit was erased, and it was not. */
static void test_cover_sweep_whose_erase_lies(void **state)
{
    (void)state;
    for (uint32_t times = 1; times < 7u; times++) {
        use(6, 16);
        begin_a_unit(TENTATIVE);
        sim_nor_power_on(cover.box.sim);
        cover.box.sim->faults.erase_wrong = 0;
        cover.box.sim->faults.fail_count = times;
        assert_int_equal(call_mount(), NACRE_OK);
        assert_true(cover.box.sim->counters.failed >= 1u);
        cover_judge("swept by an erase that lies");
        sim_faults_none(&cover.box.sim->faults);
        for (uint32_t i = 0; i < 400u; i++) cover_set(i % 6u, 4u + i % 9u, 100u + i);
        assert_int_equal(cover_boot(), NACRE_OK);
        cover_judge("used then");
    }
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, open_nothing, cover_end)
    const struct CMUnitTest tests[] = {
        CASE(test_cover_sweep_of_one_lane),
        CASE(test_cover_sweep_of_two_lanes),
        CASE(test_cover_sweep_of_a_worn_unit),
        CASE(test_cover_sweep_that_is_put_off),
        CASE(test_cover_sweep_whose_erase_lies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
