/*
 * Typed settings: a table that cannot be right is refused; what does not fit is refused and changes
 * nothing; what was never set answers with the default. On the simulated NOR, without cuts.
 *
 * Expected values are the numbers that the tests themselves set, and the limits of the C types.
 */
#include "nacre/core/settings.h"
#include "tests/support/box_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum key { KEY_BRIGHTNESS = 1, KEY_OFFSET = 2, KEY_ON = 5, KEY_SERIAL = 9, KEY_TRIM = 10 };

static const struct nacre_setting table[] = {
    {"display.brightness", KEY_BRIGHTNESS, NACRE_TYPE_U8, 50, 0, 100},
    {"display.offset", KEY_OFFSET, NACRE_TYPE_I8, -3, -128, 127},
    {"display.on", KEY_ON, NACRE_TYPE_BOOL, 1, 0, 1},
    {"unit.serial", KEY_SERIAL, NACRE_TYPE_U32, 0, 0, UINT32_MAX},
    {"unit.trim", KEY_TRIM, NACRE_TYPE_I32, 0, INT32_MIN, INT32_MAX},
};

#define ROWS (sizeof table / sizeof table[0])

static struct nacre_settings settings;

static int open_settings(void **state)
{
    (void)state;
    box_open(&box, 8);
    if (box_reboot(&box) != NACRE_OK) return -1;
    return nacre_settings_open(&settings, &box.store, table, ROWS) == NACRE_OK ? 0 : -1;
}

static void expect(uint32_t key, enum nacre_type type, int64_t value, enum nacre_origin origin)
{
    int64_t found = -77777;
    enum nacre_origin from = (enum nacre_origin)99;
    assert_int_equal(nacre_settings_get(&settings, key, type, &found, &from), NACRE_OK);
    assert_true(found == value);
    assert_int_equal(from, origin);
}

static void test_settings_unset_answer_with_their_defaults(void **state)
{
    (void)state;
    expect(KEY_BRIGHTNESS, NACRE_TYPE_U8, 50, NACRE_ORIGIN_DEFAULT);
    expect(KEY_OFFSET, NACRE_TYPE_I8, -3, NACRE_ORIGIN_DEFAULT);
    expect(KEY_ON, NACRE_TYPE_BOOL, 1, NACRE_ORIGIN_DEFAULT);
}

static void test_settings_keep_every_limit_over_a_boot(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < ROWS; i++) {
        const int64_t values[] = {table[i].least, table[i].most, table[i].least};
        for (uint32_t k = 0; k < 3; k++) {
            const enum nacre_type type = (enum nacre_type)table[i].type;
            assert_int_equal(nacre_settings_set(&settings, table[i].key, type, values[k]),
                             NACRE_OK);
            assert_int_equal(box_reboot(&box), NACRE_OK);
            expect(table[i].key, type, values[k], NACRE_ORIGIN_USER);
        }
    }
}

static void test_settings_refuse_what_is_outside_the_limits(void **state)
{
    (void)state;
    assert_int_equal(nacre_settings_set(&settings, KEY_BRIGHTNESS, NACRE_TYPE_U8, 80), NACRE_OK);
    box_remember(&box);
    const int64_t outside[] = {-1, 101, 256 + 80, INT64_MAX, INT64_MIN};
    for (uint32_t i = 0; i < sizeof outside / sizeof outside[0]; i++) {
        assert_int_equal(nacre_settings_set(&settings, KEY_BRIGHTNESS, NACRE_TYPE_U8, outside[i]),
                         NACRE_OUT_OF_LIMITS);
    }
    assert_true(box_is_unchanged(&box));
    expect(KEY_BRIGHTNESS, NACRE_TYPE_U8, 80, NACRE_ORIGIN_USER);
}

static void test_settings_refuse_another_type_or_key(void **state)
{
    (void)state;
    int64_t value = 7;
    box_remember(&box);
    assert_int_equal(nacre_settings_set(&settings, KEY_BRIGHTNESS, NACRE_TYPE_I32, 1),
                     NACRE_BAD_TYPE);
    assert_int_equal(nacre_settings_get(&settings, KEY_BRIGHTNESS, NACRE_TYPE_I8, &value, NULL),
                     NACRE_BAD_TYPE);
    assert_int_equal(nacre_settings_set(&settings, 3, NACRE_TYPE_U8, 1), NACRE_NOT_FOUND);
    assert_int_equal(nacre_settings_get(&settings, 11, NACRE_TYPE_U8, &value, NULL),
                     NACRE_NOT_FOUND);
    assert_int_equal(nacre_settings_reset(&settings, 0), NACRE_NOT_FOUND);
    assert_int_equal(nacre_settings_get(&settings, KEY_ON, NACRE_TYPE_BOOL, NULL, NULL),
                     NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_settings_set(NULL, KEY_ON, NACRE_TYPE_BOOL, 1), NACRE_BAD_ARGUMENT);
    assert_true(value == 7);
    assert_true(box_is_unchanged(&box));
}

static void test_settings_tell_a_value_of_another_length(void **state)
{
    (void)state;
    int64_t value;
    const uint8_t two[2] = {80, 0};
    assert_int_equal(nacre_set(&box.store, KEY_BRIGHTNESS, two, 2), NACRE_OK);
    assert_int_equal(nacre_settings_get(&settings, KEY_BRIGHTNESS, NACRE_TYPE_U8, &value, NULL),
                     NACRE_BAD_TYPE);
    assert_int_equal(nacre_set(&box.store, KEY_SERIAL, two, 2), NACRE_OK);
    assert_int_equal(nacre_settings_get(&settings, KEY_SERIAL, NACRE_TYPE_U32, &value, NULL),
                     NACRE_BAD_TYPE);
}

static void test_settings_outside_narrowed_limits_answer_with_the_default(void **state)
{
    (void)state;
    const uint8_t too_bright = 101;
    assert_int_equal(nacre_set(&box.store, KEY_BRIGHTNESS, &too_bright, 1), NACRE_OK);
    expect(KEY_BRIGHTNESS, NACRE_TYPE_U8, 50, NACRE_ORIGIN_DEFAULT);
}

static void test_settings_reset_gives_the_default_back(void **state)
{
    (void)state;
    assert_int_equal(nacre_settings_reset(&settings, KEY_OFFSET), NACRE_OK);
    assert_int_equal(nacre_settings_set(&settings, KEY_OFFSET, NACRE_TYPE_I8, 12), NACRE_OK);
    assert_int_equal(nacre_settings_reset(&settings, KEY_OFFSET), NACRE_OK);
    expect(KEY_OFFSET, NACRE_TYPE_I8, -3, NACRE_ORIGIN_DEFAULT);
    assert_int_equal(box_reboot(&box), NACRE_OK);
    expect(KEY_OFFSET, NACRE_TYPE_I8, -3, NACRE_ORIGIN_DEFAULT);
}

static void test_settings_need_a_mounted_store(void **state)
{
    (void)state;
    int64_t value = 7;
    assert_int_equal(nacre_unmount(&box.store), NACRE_OK);
    assert_int_equal(nacre_settings_get(&settings, KEY_ON, NACRE_TYPE_BOOL, &value, NULL),
                     NACRE_NOT_MOUNTED);
    assert_int_equal(nacre_settings_set(&settings, KEY_ON, NACRE_TYPE_BOOL, 0), NACRE_NOT_MOUNTED);
    assert_int_equal(nacre_settings_reset(&settings, KEY_ON), NACRE_NOT_MOUNTED);
    assert_true(value == 7);
}

/* One row changed at a time; each must be refused with its own error. */
static void test_settings_table_that_cannot_be_right_is_refused(void **state)
{
    (void)state;
    struct nacre_settings other;
    struct nacre_setting bad[2] = {{"a", 1, NACRE_TYPE_U8, 5, 0, 9},
                                   {"b", 2, NACRE_TYPE_U8, 5, 0, 9}};
    struct nacre_store *const store = &box.store;
    assert_int_equal(nacre_settings_open(&other, store, bad, 2), NACRE_OK);
    assert_int_equal(nacre_settings_open(NULL, store, bad, 2), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_settings_open(&other, NULL, bad, 2), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_settings_open(&other, store, NULL, 2), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_settings_open(&other, store, bad, 0), NACRE_BAD_ARGUMENT);

    bad[1].key = 1;
    assert_int_equal(nacre_settings_open(&other, store, bad, 2), NACRE_BAD_ARGUMENT);
    bad[1].key = 65535;
    assert_int_equal(nacre_settings_open(&other, store, bad, 2), NACRE_BAD_ARGUMENT);
    bad[1] = (struct nacre_setting){NULL, 2, NACRE_TYPE_U8, 5, 0, 9};
    assert_int_equal(nacre_settings_open(&other, store, bad, 2), NACRE_BAD_ARGUMENT);
    bad[1] = (struct nacre_setting){"b", 2, NACRE_TYPE_I32 + 1, 5, 0, 9};
    assert_int_equal(nacre_settings_open(&other, store, bad, 2), NACRE_BAD_TYPE);
    bad[1] = (struct nacre_setting){"b", 2, NACRE_TYPE_U8, 10, 0, 9};
    assert_int_equal(nacre_settings_open(&other, store, bad, 2), NACRE_OUT_OF_LIMITS);
    bad[1] = (struct nacre_setting){"b", 2, NACRE_TYPE_U8, 5, 0, 256};
    assert_int_equal(nacre_settings_open(&other, store, bad, 2), NACRE_OUT_OF_LIMITS);
    bad[1] = (struct nacre_setting){"b", 2, NACRE_TYPE_U8, 5, -1, 9};
    assert_int_equal(nacre_settings_open(&other, store, bad, 2), NACRE_OUT_OF_LIMITS);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_settings, box_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_settings_unset_answer_with_their_defaults),
        TEST(test_settings_keep_every_limit_over_a_boot),
        TEST(test_settings_refuse_what_is_outside_the_limits),
        TEST(test_settings_refuse_another_type_or_key),
        TEST(test_settings_tell_a_value_of_another_length),
        TEST(test_settings_outside_narrowed_limits_answer_with_the_default),
        TEST(test_settings_reset_gives_the_default_back),
        TEST(test_settings_need_a_mounted_store),
        TEST(test_settings_table_that_cannot_be_right_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
