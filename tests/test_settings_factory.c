/*
 * Values made in the factory: written once, answered where the user set nothing, and what a factory
 * reset returns to. And how things stand where bad bits hit a value.
 */
#include "tests/support/settings_bed.h"

#include "tests/support/cmocka_all.h"

#include <string.h>

static void expect_trim(int32_t value, enum nacre_origin origin, enum nacre_state how)
{
    int32_t found = 0x5A5A;
    struct nacre_setting_state state;
    assert_int_equal(nacre_settings_get_i32(&bed.settings, BED_TRIM, &found, &state), NACRE_OK);
    assert_int_equal(found, value);
    expect_state(&state, origin, how);
}

static enum nacre_err make_trim(int32_t value)
{
    return nacre_settings_set_factory(&bed.settings, BED_TRIM, &value, sizeof value);
}

static void test_factory_value_stands_before_the_default(void **state)
{
    (void)state;
    char name[16];
    uint8_t key[32];
    struct nacre_setting_state how;
    assert_int_equal(make_trim(-7), NACRE_OK);
    assert_int_equal(nacre_settings_set_factory(&bed.settings, BED_NAME, "unit 7", 6), NACRE_OK);
    assert_int_equal(nacre_settings_set_factory(&bed.settings, BED_KEY, "\0\1\2", 3), NACRE_OK);
    settings_reboot();
    expect_trim(-7, NACRE_ORIGIN_FACTORY, NACRE_STATE_GOOD);
    assert_int_equal(nacre_settings_get_string(&bed.settings, BED_NAME, name, 16, &how), NACRE_OK);
    assert_string_equal(name, "unit 7");
    assert_int_equal(how.origin, NACRE_ORIGIN_FACTORY);
    assert_int_equal(nacre_settings_get_blob(&bed.settings, BED_KEY, key, 32, &how), NACRE_OK);
    assert_int_equal(how.length, 3);
    assert_memory_equal(key, "\0\1\2", 3);
    assert_int_equal(nacre_settings_set_i32(&bed.settings, BED_TRIM, 9), NACRE_OK);
    expect_trim(9, NACRE_ORIGIN_USER, NACRE_STATE_GOOD);
    assert_int_equal(nacre_settings_reset(&bed.settings, BED_TRIM), NACRE_OK);
    expect_trim(-7, NACRE_ORIGIN_FACTORY, NACRE_STATE_GOOD);
    assert_int_equal(bed.changed_origin, NACRE_ORIGIN_FACTORY);
}

static void test_factory_value_too_long_for_the_buffer_is_told(void **state)
{
    (void)state;
    char name[8] = "xxxxxxx";
    struct nacre_setting_state how = {99, 98, 97};
    assert_int_equal(nacre_settings_set_factory(&bed.settings, BED_NAME, "nine char", 9), NACRE_OK);
    assert_int_equal(nacre_settings_get_string(&bed.settings, BED_NAME, name, 8, &how),
                     NACRE_TOO_SMALL);
    assert_int_equal(how.length, 9);
    assert_string_equal(name, "xxxxxxx");
}

static void test_factory_value_is_written_once(void **state)
{
    (void)state;
    assert_int_equal(make_trim(-7), NACRE_OK);
    assert_int_equal(bed.changes, 1);
    box_remember(&box);
    assert_int_equal(make_trim(-7), NACRE_OK); /* the same again */
    assert_int_equal(make_trim(8), NACRE_WRITTEN_ONCE);
    assert_int_equal(bed.changes, 1);
    assert_true(box_is_unchanged(&box));
    settings_reboot();
    assert_int_equal(make_trim(8), NACRE_WRITTEN_ONCE);
    assert_int_equal(nacre_factory_reset(&bed.settings), NACRE_OK);
    assert_int_equal(make_trim(8), NACRE_WRITTEN_ONCE);
    expect_trim(-7, NACRE_ORIGIN_FACTORY, NACRE_STATE_GOOD);
    assert_int_equal(nacre_format(&box.store, &box.cfg), NACRE_OK);
    assert_int_equal(settings_reopen(), NACRE_OK);
    expect_trim(0, NACRE_ORIGIN_DEFAULT, NACRE_STATE_GOOD);
    assert_int_equal(make_trim(8), NACRE_OK);
}

static void test_factory_value_that_does_not_fit_is_refused(void **state)
{
    (void)state;
    const uint16_t u16 = 1000;
    const int32_t trim = 5;
    box_remember(&box);
    assert_int_equal(make_trim(1001), NACRE_OUT_OF_LIMITS);
    assert_int_equal(nacre_settings_set_factory(&bed.settings, BED_TRIM, &trim, 2), NACRE_BAD_TYPE);
    assert_int_equal(nacre_settings_set_factory(&bed.settings, BED_TRIM, NULL, 4),
                     NACRE_BAD_BUFFER);
    assert_int_equal(nacre_settings_set_factory(&bed.settings, BED_TRIM, NULL, 0), NACRE_BAD_TYPE);
    assert_int_equal(nacre_settings_set_factory(&bed.settings, BED_U16, &u16, 2), NACRE_BAD_TYPE);
    assert_int_equal(nacre_settings_set_factory(&bed.settings, 4, &u16, 2), NACRE_NOT_FOUND);
    assert_int_equal(nacre_settings_set_factory(&bed.settings, BED_NAME, "sixteen letters!", 16),
                     NACRE_TOO_LARGE);
    assert_true(box_is_unchanged(&box));
    assert_int_equal(nacre_settings_set_factory(&bed.settings, BED_NAME, "fifteen letters", 15),
                     NACRE_OK);
    bed.changes = 0;
    assert_int_equal(bed.changes, 0);
    assert_int_equal(nacre_unmount(&box.store), NACRE_OK);
    assert_int_equal(make_trim(1), NACRE_NOT_MOUNTED);
}

/* A table whose limits have moved on since the factory. */
static void test_factory_value_outside_narrowed_limits_is_told(void **state)
{
    (void)state;
    const uint8_t too_large[] = {0xE9, 0x03, 0, 0}; /* 1001 */
    assert_int_equal(nacre_factory_set(&box.store, BED_TRIM, too_large, 4), NACRE_OK);
    expect_trim(0, NACRE_ORIGIN_DEFAULT, NACRE_STATE_UNFIT);
    assert_int_equal(nacre_settings_set_i32(&bed.settings, BED_TRIM, 9), NACRE_OK);
    expect_trim(9, NACRE_ORIGIN_USER, NACRE_STATE_GOOD);
    assert_int_equal(nacre_settings_reset(&bed.settings, BED_TRIM), NACRE_OK);
    assert_int_equal(bed.changed_origin, NACRE_ORIGIN_DEFAULT); /* what a get answers with */
}

static void test_factory_value_of_a_row_without_the_flag_is_not_asked_for(void **state)
{
    (void)state;
    uint8_t found = 0;
    assert_int_equal(nacre_factory_set(&box.store, BED_U8, "\7", 1), NACRE_OK);
    assert_int_equal(nacre_settings_get_u8(&bed.settings, BED_U8, &found, NULL), NACRE_OK);
    assert_int_equal(found, 50);
}

static void test_factory_value_behind_a_users_is_no_change(void **state)
{
    (void)state;
    assert_int_equal(nacre_settings_set_i32(&bed.settings, BED_TRIM, 9), NACRE_OK);
    assert_int_equal(bed.changes, 1);
    assert_int_equal(make_trim(-7), NACRE_OK);
    assert_int_equal(bed.changes, 1);
    expect_trim(9, NACRE_ORIGIN_USER, NACRE_STATE_GOOD);
}

/* Sets of the user's on five rows, one of them pending, and a key that is in no table. */
static void use_settings(void)
{
    assert_int_equal(make_trim(-7), NACRE_OK);
    assert_int_equal(nacre_settings_set_i32(&bed.settings, BED_TRIM, 9), NACRE_OK);
    assert_int_equal(nacre_settings_set_u8(&bed.settings, BED_U8, 80), NACRE_OK);
    assert_int_equal(nacre_settings_set_u32(&bed.settings, BED_U32, 80), NACRE_OK);
    assert_int_equal(nacre_settings_set_i64(&bed.settings, BED_I64, 80), NACRE_OK);
    assert_int_equal(nacre_settings_set_u8(&bed.settings, BED_VOLUME, 33), NACRE_OK);
    assert_int_equal(nacre_set(&box.store, 3000, "foreign", 7), NACRE_OK);
}

static uint32_t told[BED_ROWS + 1u];
static uint32_t told_count;

static void note_told(uint32_t key, enum nacre_origin origin, void *context)
{
    (void)context;
    assert_int_equal(origin, key == BED_TRIM ? NACRE_ORIGIN_FACTORY : NACRE_ORIGIN_DEFAULT);
    assert_true(told_count < BED_ROWS);
    told[told_count++] = key;
}

static void expect_all_reset(void)
{
    uint8_t found = 0;
    uint32_t length;
    expect_trim(-7, NACRE_ORIGIN_FACTORY, NACRE_STATE_GOOD);
    assert_int_equal(nacre_settings_get_u8(&bed.settings, BED_U8, &found, NULL), NACRE_OK);
    assert_int_equal(found, 50);
    assert_int_equal(nacre_settings_get_u8(&bed.settings, BED_VOLUME, &found, NULL), NACRE_OK);
    assert_int_equal(found, 10);
    assert_int_equal(nacre_get(&box.store, 3000, NULL, 0, &length), NACRE_NOT_FOUND);
}

static void test_factory_reset_returns_to_factory_values(void **state)
{
    (void)state;
    use_settings();
    told_count = 0;
    bed.settings.cfg.on_change = note_told;
    bed.settings.cfg.work_bytes = (BED_ROWS + 7u) / 8u; /* just enough, with anything in it */
    memset(bed.work, 0xFF, sizeof bed.work);
    assert_int_equal(nacre_factory_reset(&bed.settings), NACRE_OK);
    assert_int_equal(told_count, 5); /* those that changed, and no other */
    assert_true(told[0] == BED_U8 && told[1] == BED_U32 && told[2] == BED_I64);
    assert_true(told[3] == BED_TRIM && told[4] == BED_VOLUME);
    expect_all_reset();
    assert_false(nacre_settings_is_pending(&bed.settings, BED_VOLUME));
    assert_int_equal(nacre_flush(&bed.settings), NACRE_OK);
    settings_reboot();
    expect_all_reset();
}

static void test_factory_reset_without_work_tells_of_each_row(void **state)
{
    (void)state;
    bed.cfg.work = NULL;
    bed.cfg.work_bytes = 0;
    bed.cfg.pending = NULL;
    assert_int_equal(settings_reopen(), NACRE_OK);
    use_settings();
    told_count = 0;
    bed.settings.cfg.on_change = note_told;
    assert_int_equal(nacre_factory_reset(&bed.settings), NACRE_OK);
    assert_int_equal(told_count, BED_ROWS);
    expect_all_reset();
}

/* Sixteen rows take two bytes. */
static void test_factory_reset_with_just_enough_work_tells_of_what_changed(void **state)
{
    (void)state;
    bed.cfg.count = 16;
    bed.cfg.work_bytes = 2;
    assert_int_equal(settings_reopen(), NACRE_OK);
    assert_int_equal(nacre_settings_set_u8(&bed.settings, BED_U8, 80), NACRE_OK);
    assert_int_equal(nacre_factory_reset(&bed.settings), NACRE_OK);
    assert_int_equal(bed.changes, 2); /* the set, and the reset of the same */
}

/* Seventeen rows take three bytes. */
static void test_factory_reset_with_too_little_work_tells_of_each_row(void **state)
{
    (void)state;
    bed.cfg.count = 17;
    bed.cfg.work_bytes = 2;
    assert_int_equal(settings_reopen(), NACRE_OK);
    use_settings();
    told_count = 0;
    bed.settings.cfg.on_change = note_told;
    assert_int_equal(nacre_factory_reset(&bed.settings), NACRE_OK);
    assert_int_equal(told_count, 17);
}

static void test_factory_reset_that_failed_changes_nothing(void **state)
{
    (void)state;
    use_settings();
    const uint32_t changes = bed.changes;
    box.sim->faults.program_fails = 0;
    box.sim->faults.fail_count = SIM_NOR_NO_COMMAND;
    assert_int_not_equal(nacre_factory_reset(&bed.settings), NACRE_OK);
    assert_int_equal(bed.changes, changes);
    expect_trim(9, NACRE_ORIGIN_USER, NACRE_STATE_GOOD);
    assert_true(nacre_settings_is_pending(&bed.settings, BED_VOLUME));
}

static void test_settings_value_hit_by_bad_bits_is_stale(void **state)
{
    (void)state;
    assert_int_equal(nacre_settings_set_i32(&bed.settings, BED_TRIM, 9), NACRE_OK);
    assert_int_equal(nacre_settings_set_i32(&bed.settings, BED_TRIM, 10), NACRE_OK);
    assert_int_equal(nacre_settings_set_u8(&bed.settings, BED_U8, 1), NACRE_OK);
    settings_damage(BED_TRIM);
    expect_trim(9, NACRE_ORIGIN_USER, NACRE_STATE_STALE);
    settings_reboot();
    expect_trim(9, NACRE_ORIGIN_USER, NACRE_STATE_STALE);
    assert_int_equal(nacre_settings_set_i32(&bed.settings, BED_TRIM, 9), NACRE_OK);
    expect_trim(9, NACRE_ORIGIN_USER, NACRE_STATE_GOOD); /* the same, but known now */
    settings_reboot();
    expect_trim(9, NACRE_ORIGIN_USER, NACRE_STATE_GOOD);
}

static void test_settings_value_lost_to_bad_bits_answers_with_what_is_left(void **state)
{
    (void)state;
    assert_int_equal(make_trim(-7), NACRE_OK);
    assert_int_equal(nacre_settings_set_i32(&bed.settings, BED_TRIM, 10), NACRE_OK);
    assert_int_equal(nacre_settings_set_u8(&bed.settings, BED_U8, 1), NACRE_OK);
    settings_damage(BED_TRIM);
    expect_trim(-7, NACRE_ORIGIN_FACTORY, NACRE_STATE_STALE);
    settings_damage(NACRE_KEY_FACTORY | BED_TRIM);
    expect_trim(0, NACRE_ORIGIN_DEFAULT, NACRE_STATE_STALE);
    assert_int_equal(nacre_settings_reset(&bed.settings, BED_TRIM), NACRE_OK);
    expect_trim(0, NACRE_ORIGIN_DEFAULT, NACRE_STATE_STALE); /* the factory's still is */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, settings_begin, settings_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_factory_value_stands_before_the_default),
        TEST(test_factory_value_too_long_for_the_buffer_is_told),
        TEST(test_factory_value_is_written_once),
        TEST(test_factory_value_that_does_not_fit_is_refused),
        TEST(test_factory_value_outside_narrowed_limits_is_told),
        TEST(test_factory_value_of_a_row_without_the_flag_is_not_asked_for),
        TEST(test_factory_value_behind_a_users_is_no_change),
        TEST(test_factory_reset_returns_to_factory_values),
        TEST(test_factory_reset_without_work_tells_of_each_row),
        TEST(test_factory_reset_with_just_enough_work_tells_of_what_changed),
        TEST(test_factory_reset_with_too_little_work_tells_of_each_row),
        TEST(test_factory_reset_that_failed_changes_nothing),
        TEST(test_settings_value_hit_by_bad_bits_is_stale),
        TEST(test_settings_value_lost_to_bad_bits_answers_with_what_is_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
