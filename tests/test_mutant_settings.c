/*
 * Goal: what is closed stays closed: settings after a quiesce or an open that failed, on a store
 * that is mounted again.
 *
 * Method: calls on a bed; the store behind it is mounted anew: only the settings can refuse.
 */
#include "tests/support/settings_bed.h"

#include "tests/support/cmocka_all.h"

static void assert_closed(void)
{
    uint8_t value = 0;
    const struct nacre_setting *row = NULL;
    bool is_set;
    bool more;
    assert_int_equal(nacre_settings_set_u8(&bed.settings, BED_U8, 4), NACRE_NOT_MOUNTED);
    assert_int_equal(nacre_settings_get_u8(&bed.settings, BED_U8, &value, NULL),
                     NACRE_NOT_MOUNTED);
    assert_int_equal(nacre_settings_next(&bed.settings, &row, &is_set), NACRE_NOT_MOUNTED);
    assert_int_equal(nacre_settings_reset(&bed.settings, BED_U8), NACRE_NOT_MOUNTED);
    assert_int_equal(nacre_settings_idle(&bed.settings, &more), NACRE_NOT_MOUNTED);
    assert_int_equal(nacre_flush(&bed.settings), NACRE_NOT_MOUNTED);
    assert_int_equal(nacre_quiesce(&bed.settings), NACRE_NOT_MOUNTED);
    assert_int_equal(nacre_factory_reset(&bed.settings), NACRE_NOT_MOUNTED);
    assert_false(nacre_settings_is_pending(&bed.settings, BED_U8));
}

static void test_mutant_settings_are_closed_by_a_quiesce(void **state)
{
    (void)state;
    uint8_t value = 0;
    assert_int_equal(nacre_settings_set_u8(&bed.settings, BED_U8, 3), NACRE_OK);
    assert_int_equal(nacre_quiesce(&bed.settings), NACRE_OK);
    assert_int_equal(box_reboot(&box), NACRE_OK);
    assert_closed();
    assert_int_equal(settings_reopen(), NACRE_OK);
    assert_int_equal(nacre_settings_get_u8(&bed.settings, BED_U8, &value, NULL), NACRE_OK);
    assert_int_equal(value, 3);
}

static void test_mutant_settings_are_closed_by_an_open_that_fails(void **state)
{
    (void)state;
    const struct nacre_settings_cfg good = bed.cfg;
    bed.cfg.count = 0;
    assert_int_equal(settings_reopen(), NACRE_BAD_ARGUMENT);
    assert_closed();
    bed.cfg = good;
    assert_int_equal(settings_reopen(), NACRE_OK);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, settings_begin, settings_end)
    const struct CMUnitTest tests[] = {
        CASE(test_mutant_settings_are_closed_by_a_quiesce),
        CASE(test_mutant_settings_are_closed_by_an_open_that_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
