/*
 * Settings of each number's type: what was never set answers with the default, what was set is
 * kept to its last bit over a boot, what does not fit is refused and changes nothing, and what the
 * store holds that does not fit is told. On the simulated NOR, without cuts.
 *
 * Expected values are the numbers that the tests themselves set, the limits of the C types, and the
 * bytes that settings_type.h names: little-endian, as many as the type has.
 */
#include "tests/support/settings_bed.h"

#include "tests/support/cmocka_all.h"

#include <string.h>

static void test_settings_unset_answer_with_their_defaults(void **state)
{
    (void)state;
    struct nacre_setting_state how = {99, 99, 99};
    uint8_t u8 = 0;
    uint16_t u16 = 0;
    uint32_t u32 = 0;
    uint64_t u64 = 0;
    int8_t i8 = 0;
    int16_t i16 = 0;
    int32_t i32 = 1;
    int64_t i64 = 0;
    bool on = false;
    float gain = 0;
    assert_int_equal(nacre_settings_get_u8(&bed.settings, BED_U8, &u8, &how), NACRE_OK);
    expect_state(&how, NACRE_ORIGIN_DEFAULT, NACRE_STATE_GOOD);
    assert_int_equal(how.length, 1);
    assert_int_equal(nacre_settings_get_u16(&bed.settings, BED_U16, &u16, &how), NACRE_OK);
    assert_int_equal(how.length, 2);
    assert_int_equal(nacre_settings_get_u32(&bed.settings, BED_U32, &u32, &how), NACRE_OK);
    assert_int_equal(how.length, 4);
    assert_int_equal(nacre_settings_get_u64(&bed.settings, BED_U64, &u64, &how), NACRE_OK);
    assert_int_equal(how.length, 8);
    assert_int_equal(nacre_settings_get_i8(&bed.settings, BED_I8, &i8, NULL), NACRE_OK);
    assert_int_equal(nacre_settings_get_i16(&bed.settings, BED_I16, &i16, NULL), NACRE_OK);
    assert_int_equal(nacre_settings_get_i32(&bed.settings, BED_I32, &i32, NULL), NACRE_OK);
    assert_int_equal(nacre_settings_get_i64(&bed.settings, BED_I64, &i64, NULL), NACRE_OK);
    assert_int_equal(nacre_settings_get_bool(&bed.settings, BED_BOOL, &on, NULL), NACRE_OK);
    assert_int_equal(nacre_settings_get_float(&bed.settings, BED_FLOAT, &gain, &how), NACRE_OK);
    assert_int_equal(how.length, 4);
    assert_true(u8 == 50 && u16 == 1000 && u32 == 7 && u64 == 0x8000000000000000u);
    assert_true(i8 == -3 && i16 == -5 && i32 == 0 && i64 == -1 && on && gain == 0.5f);
}

/* Set, boot, get: by the calls of a type. */
#define EXPECT_KEPT(name, type, key, value)                                                       \
    do {                                                                                          \
        struct nacre_setting_state how;                                                           \
        type found = 0;                                                                           \
        assert_int_equal(nacre_settings_set_##name(&bed.settings, key, value), NACRE_OK);         \
        settings_reboot();                                                                        \
        assert_int_equal(nacre_settings_get_##name(&bed.settings, key, &found, &how), NACRE_OK);  \
        assert_true(found == (type)(value));                                                      \
        expect_state(&how, NACRE_ORIGIN_USER, NACRE_STATE_GOOD);                                  \
    } while (0)

static void test_settings_keep_unsigned_numbers_over_a_boot(void **state)
{
    (void)state;
    EXPECT_KEPT(u8, uint8_t, BED_U8, 0);
    EXPECT_KEPT(u8, uint8_t, BED_U8, 100);
    EXPECT_KEPT(u16, uint16_t, BED_U16, 10);
    EXPECT_KEPT(u16, uint16_t, BED_U16, 60000);
    EXPECT_KEPT(u16, uint16_t, BED_U16, 256);
    EXPECT_KEPT(u32, uint32_t, BED_U32, 0);
    EXPECT_KEPT(u32, uint32_t, BED_U32, UINT32_MAX);
    EXPECT_KEPT(u32, uint32_t, BED_U32, 0x80000000u);
    EXPECT_KEPT(u64, uint64_t, BED_U64, 0);
    EXPECT_KEPT(u64, uint64_t, BED_U64, UINT64_MAX);
    EXPECT_KEPT(u64, uint64_t, BED_U64, 0x0123456789ABCDEFu);
    EXPECT_KEPT(bool, bool, BED_BOOL, false);
    EXPECT_KEPT(bool, bool, BED_BOOL, true);
}

static void test_settings_keep_signed_numbers_over_a_boot(void **state)
{
    (void)state;
    EXPECT_KEPT(i8, int8_t, BED_I8, INT8_MIN);
    EXPECT_KEPT(i8, int8_t, BED_I8, INT8_MAX);
    EXPECT_KEPT(i8, int8_t, BED_I8, -1);
    EXPECT_KEPT(i16, int16_t, BED_I16, -30000);
    EXPECT_KEPT(i16, int16_t, BED_I16, -5);
    EXPECT_KEPT(i32, int32_t, BED_I32, INT32_MIN);
    EXPECT_KEPT(i32, int32_t, BED_I32, INT32_MAX);
    EXPECT_KEPT(i32, int32_t, BED_I32, -1);
    EXPECT_KEPT(i64, int64_t, BED_I64, INT64_MIN);
    EXPECT_KEPT(i64, int64_t, BED_I64, INT64_MAX);
    EXPECT_KEPT(i64, int64_t, BED_I64, 0x0123456789ABCDEF);
    EXPECT_KEPT(float, float, BED_FLOAT, -1.5f);
    EXPECT_KEPT(float, float, BED_FLOAT, 2.25f);
    EXPECT_KEPT(float, float, BED_FLOAT, -0.25f);
    EXPECT_KEPT(float, float, BED_FLOAT, 1e-40f);
}

/* The sign of a zero and a not-a-number are no matter of ==: their bits are asked for. */
static void test_settings_float_is_moved_by_its_bits(void **state)
{
    (void)state;
    const uint32_t minus_zero = 0x80000000u;
    float value;
    float found = 1.0f;
    memcpy(&value, &minus_zero, 4);
    assert_int_equal(nacre_settings_set_float(&bed.settings, BED_FLOAT, value), NACRE_OK);
    assert_int_equal(nacre_settings_get_float(&bed.settings, BED_FLOAT, &found, NULL), NACRE_OK);
    assert_memory_equal(&found, &minus_zero, 4);
    uint8_t bytes[4];
    uint32_t n;
    assert_int_equal(nacre_get(&box.store, BED_FLOAT, bytes, 4, &n), NACRE_OK);
    assert_memory_equal(bytes, "\0\0\0\x80", 4);
}

static void test_settings_store_as_many_bytes_as_the_type_has(void **state)
{
    (void)state;
    uint8_t bytes[16];
    uint32_t n;
    assert_int_equal(nacre_settings_set_u16(&bed.settings, BED_U16, 0x1234), NACRE_OK);
    assert_int_equal(nacre_get(&box.store, BED_U16, bytes, sizeof bytes, &n), NACRE_OK);
    assert_int_equal(n, 2);
    assert_memory_equal(bytes, "\x34\x12", 2);
    assert_int_equal(nacre_settings_set_i64(&bed.settings, BED_I64, -2), NACRE_OK);
    assert_int_equal(nacre_get(&box.store, BED_I64, bytes, sizeof bytes, &n), NACRE_OK);
    assert_int_equal(n, 8);
    assert_memory_equal(bytes, "\xfe\xff\xff\xff\xff\xff\xff\xff", 8);
}

static void expect_float_refused(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, 4);
    assert_int_equal(nacre_settings_set_float(&bed.settings, BED_FLOAT, value),
                     NACRE_OUT_OF_LIMITS);
}

static void test_settings_refuse_what_is_outside_the_limits(void **state)
{
    (void)state;
    uint8_t found = 0;
    const uint8_t two = 2;
    assert_int_equal(nacre_settings_set_u8(&bed.settings, BED_U8, 80), NACRE_OK);
    box_remember(&box);
    const uint32_t changes = bed.changes;
    assert_int_equal(nacre_settings_set_u8(&bed.settings, BED_U8, 101), NACRE_OUT_OF_LIMITS);
    assert_int_equal(nacre_settings_set_u16(&bed.settings, BED_U16, 9), NACRE_OUT_OF_LIMITS);
    assert_int_equal(nacre_settings_set_u16(&bed.settings, BED_U16, 60001), NACRE_OUT_OF_LIMITS);
    assert_int_equal(nacre_settings_set_i16(&bed.settings, BED_I16, -30001), NACRE_OUT_OF_LIMITS);
    assert_int_equal(nacre_settings_set_i16(&bed.settings, BED_I16, -4), NACRE_OUT_OF_LIMITS);
    assert_int_equal(nacre_settings_set_i16(&bed.settings, BED_I16, 5), NACRE_OUT_OF_LIMITS);
    assert_int_equal(nacre_settings_set(&bed.settings, BED_BOOL, NACRE_TYPE_BOOL, &two),
                     NACRE_OUT_OF_LIMITS);
    expect_float_refused(0xBFC00001u); /* the next below -1.5 */
    expect_float_refused(0x40100001u); /* the next above 2.25 */
    expect_float_refused(0x7F800000u); /* infinity */
    expect_float_refused(0xFF800000u);
    expect_float_refused(0x7FC00000u); /* not a number */
    expect_float_refused(0xFFC00000u);
    expect_float_refused(0x7F800001u);
    assert_true(box_is_unchanged(&box));
    assert_int_equal(bed.changes, changes);
    assert_int_equal(nacre_settings_get_u8(&bed.settings, BED_U8, &found, NULL), NACRE_OK);
    assert_int_equal(found, 80);
}

static void test_settings_take_only_the_allowed_values(void **state)
{
    (void)state;
    uint32_t baud = 0;
    int8_t step = 0;
    assert_int_equal(nacre_settings_set_u32(&bed.settings, BED_BAUD, 921600), NACRE_OK);
    assert_int_equal(nacre_settings_set_u32(&bed.settings, BED_BAUD, 9601), NACRE_OUT_OF_LIMITS);
    assert_int_equal(nacre_settings_get_u32(&bed.settings, BED_BAUD, &baud, NULL), NACRE_OK);
    assert_int_equal(baud, 921600);
    assert_int_equal(nacre_settings_set_i8(&bed.settings, BED_STEP, -5), NACRE_OK);
    assert_int_equal(nacre_settings_set_i8(&bed.settings, BED_STEP, -4), NACRE_OUT_OF_LIMITS);
    assert_int_equal(nacre_settings_get_i8(&bed.settings, BED_STEP, &step, NULL), NACRE_OK);
    assert_int_equal(step, -5);
}

static void test_settings_refuse_another_type_or_key(void **state)
{
    (void)state;
    uint8_t u8 = 7;
    int8_t i8 = 7;
    char text[4];
    box_remember(&box);
    assert_int_equal(nacre_settings_set_i32(&bed.settings, BED_U8, 1), NACRE_BAD_TYPE);
    assert_int_equal(nacre_settings_get_i8(&bed.settings, BED_U8, &i8, NULL), NACRE_BAD_TYPE);
    assert_int_equal(nacre_settings_set_u8(&bed.settings, 3, 1), NACRE_NOT_FOUND);
    assert_int_equal(nacre_settings_get_u8(&bed.settings, 0, &u8, NULL), NACRE_NOT_FOUND);
    assert_int_equal(nacre_settings_get_u8(&bed.settings, 0x10000u + BED_U8, &u8, NULL),
                     NACRE_NOT_FOUND);
    assert_int_equal(nacre_settings_reset(&bed.settings, 0), NACRE_NOT_FOUND);
    /* A string is no number, and a number no string, whatever type is claimed. */
    assert_int_equal(nacre_settings_get(&bed.settings, BED_NAME, NACRE_TYPE_STRING, &u8, NULL),
                     NACRE_BAD_TYPE);
    assert_int_equal(nacre_settings_set(&bed.settings, BED_NAME, NACRE_TYPE_STRING, &u8),
                     NACRE_BAD_TYPE);
    assert_int_equal(nacre_settings_get_string(&bed.settings, BED_U8, text, 4, NULL),
                     NACRE_BAD_TYPE);
    assert_true(u8 == 7 && i8 == 7);
    assert_true(box_is_unchanged(&box));
}

static void test_settings_refuse_null(void **state)
{
    (void)state;
    uint8_t u8 = 7;
    bool more;
    bool is_set;
    const struct nacre_setting *row = NULL;
    struct nacre_settings *const none = NULL;
    assert_int_equal(nacre_settings_get_u8(&bed.settings, BED_U8, NULL, NULL), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_settings_set(&bed.settings, BED_U8, NACRE_TYPE_U8, NULL),
                     NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_settings_set_u8(none, BED_U8, 1), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_settings_get_u8(none, BED_U8, &u8, NULL), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_settings_reset(none, BED_U8), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_settings_next(none, &row, &is_set), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_settings_next(&bed.settings, NULL, &is_set), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_settings_next(&bed.settings, &row, NULL), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_settings_idle(none, &more), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_settings_idle(&bed.settings, NULL), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_flush(none), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_quiesce(none), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_factory_reset(none), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_settings_set_factory(none, BED_TRIM, &u8, 1), NACRE_BAD_ARGUMENT);
    assert_false(nacre_settings_is_pending(none, BED_VOLUME));
    assert_int_equal(nacre_settings_due_ms(none), UINT32_MAX);
}

static void expect_u8(uint8_t value, enum nacre_origin origin, enum nacre_state how)
{
    struct nacre_setting_state found_how;
    uint8_t found = 0;
    assert_int_equal(nacre_settings_get_u8(&bed.settings, BED_U8, &found, &found_how), NACRE_OK);
    assert_int_equal(found, value);
    expect_state(&found_how, origin, how);
}

static void test_settings_that_do_not_fit_answer_with_the_default(void **state)
{
    (void)state;
    const uint8_t too_bright = 101;
    const uint8_t two[2] = {80, 0};
    uint32_t u32 = 0;
    struct nacre_setting_state how;
    assert_int_equal(nacre_set(&box.store, BED_U8, &too_bright, 1), NACRE_OK);
    expect_u8(50, NACRE_ORIGIN_DEFAULT, NACRE_STATE_UNFIT);
    assert_int_equal(nacre_set(&box.store, BED_U8, two, 2), NACRE_OK); /* another type's */
    expect_u8(50, NACRE_ORIGIN_DEFAULT, NACRE_STATE_UNFIT);
    assert_int_equal(nacre_set(&box.store, BED_U8, two, 0), NACRE_OK);
    expect_u8(50, NACRE_ORIGIN_DEFAULT, NACRE_STATE_UNFIT);
    assert_int_equal(nacre_set(&box.store, BED_U32, two, 2), NACRE_OK);
    assert_int_equal(nacre_settings_get_u32(&bed.settings, BED_U32, &u32, &how), NACRE_OK);
    assert_int_equal(u32, 7);
    expect_state(&how, NACRE_ORIGIN_DEFAULT, NACRE_STATE_UNFIT);
    /* Set again, it is good again. */
    assert_int_equal(nacre_settings_set_u8(&bed.settings, BED_U8, 101 - 1), NACRE_OK);
    expect_u8(100, NACRE_ORIGIN_USER, NACRE_STATE_GOOD);
}

static void test_settings_reset_gives_the_default_back(void **state)
{
    (void)state;
    assert_int_equal(nacre_settings_reset(&bed.settings, BED_U8), NACRE_OK);
    assert_int_equal(bed.changes, 0); /* nothing was there */
    assert_int_equal(nacre_settings_set_u8(&bed.settings, BED_U8, 12), NACRE_OK);
    assert_int_equal(nacre_settings_reset(&bed.settings, BED_U8), NACRE_OK);
    expect_u8(50, NACRE_ORIGIN_DEFAULT, NACRE_STATE_GOOD);
    settings_reboot();
    expect_u8(50, NACRE_ORIGIN_DEFAULT, NACRE_STATE_GOOD);
}

static void test_settings_need_a_mounted_store(void **state)
{
    (void)state;
    uint8_t u8 = 7;
    bool on = false;
    bool is_set;
    const struct nacre_setting *row = NULL;
    assert_int_equal(nacre_unmount(&box.store), NACRE_OK);
    assert_int_equal(nacre_settings_get_u8(&bed.settings, BED_U8, &u8, NULL), NACRE_NOT_MOUNTED);
    assert_int_equal(nacre_settings_set_bool(&bed.settings, BED_BOOL, on), NACRE_NOT_MOUNTED);
    assert_int_equal(nacre_settings_reset(&bed.settings, BED_BOOL), NACRE_NOT_MOUNTED);
    assert_int_equal(nacre_settings_next(&bed.settings, &row, &is_set), NACRE_NOT_MOUNTED);
    assert_null(row);
    assert_int_equal(nacre_settings_set_u8(&bed.settings, BED_VOLUME, 1), NACRE_NOT_MOUNTED);
    assert_int_equal(nacre_factory_reset(&bed.settings), NACRE_NOT_MOUNTED);
    assert_int_equal(u8, 7);
    assert_int_equal(bed.changes, 0);
}

static void test_settings_need_to_be_open(void **state)
{
    (void)state;
    struct nacre_settings other;
    uint8_t u8 = 7;
    bool more;
    bool is_set;
    const struct nacre_setting *row = NULL;
    memset(&other, 0xA5, sizeof other);
    assert_int_equal(nacre_settings_get_u8(&other, BED_U8, &u8, NULL), NACRE_NOT_MOUNTED);
    assert_int_equal(nacre_settings_set_u8(&other, BED_U8, 1), NACRE_NOT_MOUNTED);
    assert_int_equal(nacre_settings_reset(&other, BED_U8), NACRE_NOT_MOUNTED);
    assert_int_equal(nacre_settings_next(&other, &row, &is_set), NACRE_NOT_MOUNTED);
    assert_int_equal(nacre_flush(&other), NACRE_NOT_MOUNTED);
    assert_int_equal(nacre_settings_idle(&other, &more), NACRE_NOT_MOUNTED);
    assert_int_equal(nacre_quiesce(&other), NACRE_NOT_MOUNTED);
    assert_int_equal(nacre_factory_reset(&other), NACRE_NOT_MOUNTED);
    assert_false(nacre_settings_is_pending(&other, BED_VOLUME));
    assert_int_equal(nacre_settings_due_ms(&other), UINT32_MAX);
}

static void test_settings_walk_the_table_with_names(void **state)
{
    (void)state;
    const struct nacre_setting *row = NULL;
    bool is_set;
    assert_int_equal(nacre_settings_set_u16(&bed.settings, BED_U16, 1000), NACRE_OK);
    assert_int_equal(nacre_settings_set_u8(&bed.settings, BED_VOLUME, 77), NACRE_OK);
    for (uint32_t i = 0; i < BED_ROWS; i++) {
        assert_int_equal(nacre_settings_next(&bed.settings, &row, &is_set), NACRE_OK);
        assert_ptr_equal(row, &bed_table[i]);
        assert_int_equal(is_set, row->key == BED_U16 || row->key == BED_VOLUME);
    }
    assert_int_equal(nacre_settings_next(&bed.settings, &row, &is_set), NACRE_NOT_FOUND);
    assert_null(row);
    assert_int_equal(nacre_settings_next(&bed.settings, &row, &is_set), NACRE_OK);
    assert_string_equal(row->name, "display.brightness");
}

static void test_settings_are_found_by_key_and_by_name(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < BED_ROWS; i++) {
        assert_ptr_equal(nacre_settings_row(&bed.settings, bed_table[i].key), &bed_table[i]);
        assert_ptr_equal(nacre_settings_find(&bed.settings, bed_table[i].name), &bed_table[i]);
    }
    assert_null(nacre_settings_row(&bed.settings, 4));
    assert_null(nacre_settings_find(&bed.settings, "display.bright"));
    assert_null(nacre_settings_find(&bed.settings, ""));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, settings_begin, settings_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_settings_unset_answer_with_their_defaults),
        TEST(test_settings_keep_unsigned_numbers_over_a_boot),
        TEST(test_settings_keep_signed_numbers_over_a_boot),
        TEST(test_settings_float_is_moved_by_its_bits),
        TEST(test_settings_store_as_many_bytes_as_the_type_has),
        TEST(test_settings_refuse_what_is_outside_the_limits),
        TEST(test_settings_take_only_the_allowed_values),
        TEST(test_settings_refuse_another_type_or_key),
        TEST(test_settings_refuse_null),
        TEST(test_settings_that_do_not_fit_answer_with_the_default),
        TEST(test_settings_reset_gives_the_default_back),
        TEST(test_settings_need_a_mounted_store),
        TEST(test_settings_need_to_be_open),
        TEST(test_settings_walk_the_table_with_names),
        TEST(test_settings_are_found_by_key_and_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
