/*
 * A table that cannot be right is refused when it is opened, with the row and what is wrong with
 * it; nothing on the chip changes. Each test takes a good table and spoils one row in one way.
 *
 * What the compiler refuses already is check_settings_rows.sh's.
 */
#include "tests/support/settings_bed.h"

#include "tests/support/cmocka_all.h"

#include <string.h>

#define ROWS 4u
#define SPOILT 2u

static const int64_t two_values[] = {3, 9};
static const int64_t second_too_large[] = {9, 256};
static const int64_t first_too_large[] = {-1, 9};
static struct nacre_setting rows[ROWS];

static void good_rows(void)
{
    const struct nacre_setting good[ROWS] = {
        {NACRE_SETTING_U8(1, "b", 5, 0, 9)},
        {NACRE_SETTING_STRING(2, "a", "text", 8)},
        {NACRE_SETTING_I16(3, "c", 5, -9, 9)},
        {NACRE_SETTING_BLOB(4, "B", 8)},
    };
    memcpy(rows, good, sizeof rows);
}

static enum nacre_err open_rows(struct nacre_settings *settings)
{
    bed.cfg.table = rows;
    bed.cfg.count = ROWS;
    memset(settings, 0xA5, sizeof *settings);
    return nacre_settings_open(settings, &bed.cfg);
}

/* Open the table with the row as the test has spoilt it. */
static void expect_bad(enum nacre_bad_row why)
{
    struct nacre_settings settings;
    uint8_t value;
    assert_int_equal(open_rows(&settings), NACRE_BAD_TABLE);
    assert_int_equal(settings.bad_row, SPOILT);
    assert_int_equal(settings.bad, why);
    assert_int_equal(nacre_settings_get_u8(&settings, 1, &value, NULL), NACRE_NOT_MOUNTED);
    good_rows();
    assert_int_equal(open_rows(&settings), NACRE_OK);
    assert_int_equal(settings.bad, NACRE_ROW_GOOD);
}

static struct nacre_setting *spoilt_row(void)
{
    good_rows();
    return &rows[SPOILT];
}

/* The row to be spoilt is this good one. */
static struct nacre_setting *spoilt_from(const struct nacre_setting *good)
{
    *spoilt_row() = *good;
    return &rows[SPOILT];
}

static void test_settings_table_without_a_name_is_refused(void **state)
{
    (void)state;
    spoilt_row()->name = NULL;
    expect_bad(NACRE_ROW_NAME);
    spoilt_row()->name = "";
    expect_bad(NACRE_ROW_NAME);
}

static void test_settings_table_with_a_name_twice_is_refused(void **state)
{
    (void)state;
    const char same[] = {'b', '\0'}; /* equal, at another address */
    spoilt_row()->name = same;
    expect_bad(NACRE_ROW_NAME_TWICE);
    spoilt_row()->name = "a"; /* the second row's */
    expect_bad(NACRE_ROW_NAME_TWICE);
}

static void test_settings_table_with_equal_or_unsorted_keys_is_refused(void **state)
{
    (void)state;
    spoilt_row()->key = 2;
    expect_bad(NACRE_ROW_ORDER);
    spoilt_row()->key = 0;
    expect_bad(NACRE_ROW_ORDER);
    spoilt_row()->key = NACRE_KEY_MAX + 1u;
    expect_bad(NACRE_ROW_KEY);
}

static void test_settings_table_is_checked_from_its_first_row_to_its_last(void **state)
{
    (void)state;
    struct nacre_settings settings;
    for (uint32_t i = 0; i < ROWS; i++) {
        good_rows();
        rows[i].type = 9;
        assert_int_equal(open_rows(&settings), NACRE_BAD_TABLE);
        assert_int_equal(settings.bad_row, i);
        assert_int_equal(settings.bad, NACRE_ROW_TYPE);
    }
}

static void test_settings_table_with_an_unknown_type_is_refused(void **state)
{
    (void)state;
    const uint8_t unknown[] = {9, 11, 12, 15, 18, 0x40, 0xFF};
    for (uint32_t i = 0; i < sizeof unknown; i++) {
        spoilt_row()->type = unknown[i];
        expect_bad(NACRE_ROW_TYPE);
    }
}

static void test_settings_table_with_flags_that_contradict_is_refused(void **state)
{
    (void)state;
    spoilt_row()->flags = 8;
    expect_bad(NACRE_ROW_FLAGS);
    spoilt_row()->flags = NACRE_SECRET | NACRE_COALESCED;
    expect_bad(NACRE_ROW_FLAGS);
}

/* An i16 from -9 to 9 with default 5, with one number changed. */
static void test_settings_table_with_bad_limits_is_refused(void **state)
{
    (void)state;
    spoilt_row()->least.i = INT16_MIN - 1;
    expect_bad(NACRE_ROW_LIMITS);
    spoilt_row()->most.i = INT16_MAX + 1;
    expect_bad(NACRE_ROW_LIMITS);
    spoilt_row()->least.i = 10;
    expect_bad(NACRE_ROW_LIMITS);
    spoilt_row()->value.i = 10;
    expect_bad(NACRE_ROW_DEFAULT);
    spoilt_row()->value.i = -10;
    expect_bad(NACRE_ROW_DEFAULT);
    *spoilt_row() = (struct nacre_setting){NACRE_SETTING_BOOL(3, "c", true)};
    rows[SPOILT].most.u = 2;
    expect_bad(NACRE_ROW_LIMITS);
    *spoilt_row() = (struct nacre_setting){NACRE_SETTING_U8(3, "c", 1, 0, 9)};
    rows[SPOILT].least.i = -1;
    expect_bad(NACRE_ROW_LIMITS);
    *spoilt_row() = (struct nacre_setting){NACRE_SETTING_U8(3, "c", 1, 0, 9)};
    rows[SPOILT].most.u = 0x1FF; /* its low byte would do */
    expect_bad(NACRE_ROW_LIMITS);
    *spoilt_row() = (struct nacre_setting){NACRE_SETTING_U64(3, "c", 1, 1, 9)};
    rows[SPOILT].value.i = -1;
    expect_bad(NACRE_ROW_DEFAULT);
}

static void spoil_float(uint32_t value, uint32_t least, uint32_t most)
{
    *spoilt_row() = (struct nacre_setting){NACRE_SETTING_FLOAT(3, "c", 0, 0, 0)};
    memcpy(&rows[SPOILT].value.f, &value, 4);
    memcpy(&rows[SPOILT].least.f, &least, 4);
    memcpy(&rows[SPOILT].most.f, &most, 4);
}

/* By the bits of IEEE 754: 1.0 is 3F800000, infinity 7F800000, not-a-numbers are beyond. */
static void test_settings_table_with_bad_floats_is_refused(void **state)
{
    (void)state;
    struct nacre_settings settings;
    spoil_float(0x3F800000u, 0xBF800000u, 0x7FC00000u);
    expect_bad(NACRE_ROW_LIMITS);
    spoil_float(0x3F800000u, 0xBF800000u, 0x7F800001u);
    expect_bad(NACRE_ROW_LIMITS);
    spoil_float(0x3F800000u, 0x7F800001u, 0x3F800000u);
    expect_bad(NACRE_ROW_LIMITS);
    spoil_float(0xFFC00000u, 0xFF800000u, 0x7F800000u);
    expect_bad(NACRE_ROW_DEFAULT);
    spoil_float(0x3F800000u, 0x3F800000u, 0xBF800000u); /* -1.0 is below 1.0 */
    expect_bad(NACRE_ROW_LIMITS);
    spoil_float(0xBF800001u, 0xBF800000u, 0x3F800000u);
    expect_bad(NACRE_ROW_DEFAULT);
    spoil_float(0x7F800000u, 0xFF800000u, 0x7F800000u); /* infinities may be limits */
    assert_int_equal(open_rows(&settings), NACRE_OK);
    spoil_float(0x80000000u, 0x00000000u, 0x80000000u); /* -0.0 is 0.0 */
    assert_int_equal(open_rows(&settings), NACRE_OK);
}

static void test_settings_table_with_a_bad_list_of_values_is_refused(void **state)
{
    (void)state;
    struct nacre_settings settings;
    const struct nacre_setting choice = {
        .name = "c", .key = 3, .type = NACRE_TYPE_U8, .list = two_values, .count = 2,
        .value = {.u = 9}};
    *spoilt_row() = choice;
    assert_int_equal(open_rows(&settings), NACRE_OK);
    rows[SPOILT].value.u = 4;
    expect_bad(NACRE_ROW_DEFAULT);
    spoilt_from(&choice)->count = 1;
    expect_bad(NACRE_ROW_DEFAULT);
    spoilt_from(&choice)->count = 0;
    expect_bad(NACRE_ROW_LIMITS);
    spoilt_from(&choice)->list = second_too_large;
    expect_bad(NACRE_ROW_LIMITS);
    spoilt_from(&choice)->list = first_too_large;
    expect_bad(NACRE_ROW_LIMITS);
    spoilt_from(&choice)->type = NACRE_TYPE_BOOL;
    expect_bad(NACRE_ROW_LIMITS);
    spoilt_from(&choice)->type = NACRE_TYPE_FLOAT;
    expect_bad(NACRE_ROW_TYPE);
}

static void test_settings_table_with_a_bad_string_is_refused(void **state)
{
    (void)state;
    struct nacre_settings settings;
    const struct nacre_setting text = {NACRE_SETTING_STRING(3, "c", "four", 5)};
    *spoilt_row() = text;
    assert_int_equal(open_rows(&settings), NACRE_OK);
    rows[SPOILT].size = 4; /* no room for its end */
    expect_bad(NACRE_ROW_DEFAULT);
    spoilt_from(&text)->list = "fo\0r";
    expect_bad(NACRE_ROW_DEFAULT);
    spoilt_from(&text)->list = NULL;
    expect_bad(NACRE_ROW_DEFAULT);
    spoilt_from(&text)->size = 1;
    expect_bad(NACRE_ROW_SIZE);
    spoilt_from(&text)->size = NACRE_VALUE_BYTES_MAX + 1u;
    expect_bad(NACRE_ROW_SIZE);
}

static void test_settings_table_with_a_bad_blob_is_refused(void **state)
{
    (void)state;
    struct nacre_settings settings;
    const struct nacre_setting blob = {NACRE_SETTING_BLOB_FROM(3, "c", two_values, 16)};
    *spoilt_row() = blob;
    assert_int_equal(open_rows(&settings), NACRE_OK);
    rows[SPOILT].list = "with\0end\0inside"; /* no matter in a blob */
    assert_int_equal(open_rows(&settings), NACRE_OK);
    rows[SPOILT].count = 17;
    expect_bad(NACRE_ROW_DEFAULT);
    spoilt_from(&blob)->size = 0;
    expect_bad(NACRE_ROW_SIZE);
    spoilt_from(&blob)->list = NULL;
    expect_bad(NACRE_ROW_DEFAULT);
}

static void test_settings_table_with_the_least_and_the_most_bytes_is_good(void **state)
{
    (void)state;
    struct nacre_settings settings;
    *spoilt_row() = (struct nacre_setting){NACRE_SETTING_STRING(3, "c", "a", 2)};
    assert_int_equal(open_rows(&settings), NACRE_OK);
    *spoilt_row() = (struct nacre_setting){NACRE_SETTING_BLOB(3, "c", 1)};
    assert_int_equal(open_rows(&settings), NACRE_OK);
    *spoilt_row() = (struct nacre_setting){NACRE_SETTING_BLOB(3, "c", NACRE_VALUE_BYTES_MAX)};
    assert_int_equal(open_rows(&settings), NACRE_OK);
    *spoilt_row() = (struct nacre_setting){NACRE_SETTING_STRING(3, "c", "", 1024)};
    assert_int_equal(open_rows(&settings), NACRE_OK);
}

static void test_settings_table_refusals_touch_nothing(void **state)
{
    (void)state;
    box_remember(&box);
    const uint32_t reads = box.sim->counters.reads;
    spoilt_row()->key = 1;
    expect_bad(NACRE_ROW_ORDER);
    assert_true(box_is_unchanged(&box));
    assert_int_equal(box.sim->counters.reads, reads);
}

static void test_settings_open_refuses_null(void **state)
{
    (void)state;
    struct nacre_settings settings;
    struct nacre_settings_cfg bad[4];
    assert_int_equal(nacre_settings_open(NULL, &bed.cfg), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_settings_open(&settings, NULL), NACRE_BAD_ARGUMENT);
    for (uint32_t i = 0; i < 4u; i++) bad[i] = bed.cfg;
    bad[0].store = NULL;
    bad[1].table = NULL;
    bad[2].count = 0;
    bad[3].work = NULL; /* of so many bytes */
    for (uint32_t i = 0; i < 4u; i++) {
        assert_int_equal(nacre_settings_open(&settings, &bad[i]), NACRE_BAD_ARGUMENT);
    }
    assert_int_equal(nacre_flush(&settings), NACRE_NOT_MOUNTED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, settings_begin, settings_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_settings_table_without_a_name_is_refused),
        TEST(test_settings_table_with_a_name_twice_is_refused),
        TEST(test_settings_table_with_equal_or_unsorted_keys_is_refused),
        TEST(test_settings_table_is_checked_from_its_first_row_to_its_last),
        TEST(test_settings_table_with_an_unknown_type_is_refused),
        TEST(test_settings_table_with_flags_that_contradict_is_refused),
        TEST(test_settings_table_with_bad_limits_is_refused),
        TEST(test_settings_table_with_bad_floats_is_refused),
        TEST(test_settings_table_with_a_bad_list_of_values_is_refused),
        TEST(test_settings_table_with_a_bad_string_is_refused),
        TEST(test_settings_table_with_a_bad_blob_is_refused),
        TEST(test_settings_table_with_the_least_and_the_most_bytes_is_good),
        TEST(test_settings_table_refusals_touch_nothing),
        TEST(test_settings_open_refuses_null),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
