/*
 * Strings and blobs: kept over a boot; a string without an end is refused; a buffer that is too
 * small stays as it was and the length is told; what the store holds that is too long is told.
 */
#include "tests/support/settings_bed.h"

#include "tests/support/cmocka_all.h"

#include <string.h>

#define LONGEST "fifteen letters" /* of a string of 16 with its end */

static void expect_name(const char *text, enum nacre_origin origin, enum nacre_state how)
{
    char buf[17];
    struct nacre_setting_state state = {99, 99, 99};
    memset(buf, 'x', sizeof buf);
    assert_int_equal(nacre_settings_get_string(&bed.settings, BED_NAME, buf, 16, &state), NACRE_OK);
    assert_string_equal(buf, text);
    assert_int_equal(buf[16], 'x');
    assert_int_equal(state.origin, origin);
    assert_int_equal(state.state, how);
    assert_int_equal(state.length, strlen(text));
}

static void test_settings_string_is_kept_over_a_boot(void **state)
{
    (void)state;
    const char *const texts[] = {"", "a", "eight ch", LONGEST};
    expect_name("nacre", NACRE_ORIGIN_DEFAULT, NACRE_STATE_GOOD);
    for (uint32_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_int_equal(nacre_settings_set_string(&bed.settings, BED_NAME, texts[i]), NACRE_OK);
        settings_reboot();
        expect_name(texts[i], NACRE_ORIGIN_USER, NACRE_STATE_GOOD);
    }
}

static void test_settings_string_is_stored_without_its_end(void **state)
{
    (void)state;
    char stored[16];
    uint32_t n;
    assert_int_equal(nacre_settings_set_string(&bed.settings, BED_NAME, "eight ch"), NACRE_OK);
    assert_int_equal(nacre_get(&box.store, BED_NAME, stored, sizeof stored, &n), NACRE_OK);
    assert_int_equal(n, 8);
    assert_memory_equal(stored, "eight ch", 8);
}

static void test_settings_string_without_end_is_refused(void **state)
{
    (void)state;
    char text[17];
    assert_int_equal(nacre_settings_set_string(&bed.settings, BED_NAME, "before"), NACRE_OK);
    box_remember(&box);
    memset(text, 'a', sizeof text);
    text[16] = '\0'; /* one too far */
    assert_int_equal(nacre_settings_set_string(&bed.settings, BED_NAME, text), NACRE_UNTERMINATED);
    assert_int_equal(nacre_settings_set_string(&bed.settings, BED_NAME, NULL), NACRE_BAD_BUFFER);
    assert_true(box_is_unchanged(&box));
    expect_name("before", NACRE_ORIGIN_USER, NACRE_STATE_GOOD);
}

/* The sanitizer sees a read behind the 16 bytes that the row has. */
static void test_settings_string_is_read_no_further_than_its_size(void **state)
{
    (void)state;
    char text[16];
    memset(text, 'a', sizeof text);
    assert_int_equal(nacre_settings_set_string(&bed.settings, BED_NAME, text), NACRE_UNTERMINATED);
    text[3] = '\0';
    assert_int_equal(nacre_settings_set_string(&bed.settings, BED_NAME, text), NACRE_OK);
    expect_name("aaa", NACRE_ORIGIN_USER, NACRE_STATE_GOOD);
}

static void expect_name_too_small(uint32_t size, uint32_t length)
{
    char buf[16];
    struct nacre_setting_state state = {99, 98, 97};
    memset(buf, 'x', sizeof buf);
    assert_int_equal(nacre_settings_get_string(&bed.settings, BED_NAME, buf, size, &state),
                     NACRE_TOO_SMALL);
    assert_int_equal(state.length, length);
    assert_true(state.origin == 99 && state.state == 98);
    assert_memory_equal(buf, "xxxxxxxxxxxxxxxx", 16);
    assert_int_equal(nacre_settings_get_string(&bed.settings, BED_NAME, buf, size, NULL),
                     NACRE_TOO_SMALL);
}

static void test_settings_string_too_long_for_the_buffer_is_told(void **state)
{
    (void)state;
    expect_name_too_small(5, 5); /* the default, "nacre" and its end */
    expect_name_too_small(0, 5);
    assert_int_equal(nacre_settings_set_string(&bed.settings, BED_NAME, "seven77"), NACRE_OK);
    expect_name_too_small(7, 7);
    expect_name_too_small(1, 7);
    assert_int_equal(nacre_settings_set_string(&bed.settings, BED_NAME, ""), NACRE_OK);
    expect_name_too_small(0, 0);
}

static void test_settings_block_buffer_that_is_null_is_refused(void **state)
{
    (void)state;
    struct nacre_setting_state how = {99, 98, 97};
    assert_int_equal(nacre_settings_get_string(&bed.settings, BED_NAME, NULL, 4, &how),
                     NACRE_BAD_BUFFER);
    assert_int_equal(nacre_settings_get_string(&bed.settings, BED_TITLE, NULL, 1, &how),
                     NACRE_BAD_BUFFER); /* for the end of an empty string */
    assert_int_equal(nacre_settings_get_blob(&bed.settings, BED_KEY, NULL, 4, &how),
                     NACRE_BAD_BUFFER);
    assert_int_equal(nacre_settings_set_blob(&bed.settings, BED_KEY, NULL, 4), NACRE_BAD_BUFFER);
    assert_true(how.origin == 99 && how.state == 98 && how.length == 97);
    /* A length may be asked for without a buffer. */
    assert_int_equal(nacre_settings_get_blob(&bed.settings, BED_CURVE, NULL, 0, &how),
                     NACRE_TOO_SMALL);
    assert_int_equal(how.length, 3);
    assert_int_equal(nacre_settings_get_string(&bed.settings, BED_NAME, NULL, 0, &how),
                     NACRE_TOO_SMALL);
    assert_int_equal(how.length, 5);
}

/* Memory that the medium keeps from the store is no memory to read to or from. */
static void test_settings_block_buffer_that_cannot_be_accessed_is_refused(void **state)
{
    (void)state;
    char kept[16] = "kept";
    box.sim->unreadable = kept;
    box.sim->unreadable_bytes = sizeof kept;
    assert_int_equal(nacre_settings_set_string(&bed.settings, BED_NAME, kept), NACRE_BAD_BUFFER);
    assert_int_equal(nacre_settings_set_blob(&bed.settings, BED_KEY, kept, 4), NACRE_BAD_BUFFER);
    assert_int_equal(nacre_settings_get_string(&bed.settings, BED_NAME, kept, 16, NULL),
                     NACRE_BAD_BUFFER);
    assert_int_equal(nacre_settings_set_string(&bed.settings, BED_TITLE, "pending"), NACRE_OK);
    assert_int_equal(nacre_settings_get_string(&bed.settings, BED_TITLE, kept, 16, NULL),
                     NACRE_BAD_BUFFER);
    assert_string_equal(kept, "kept");
    box.sim->unreadable_bytes = 0;
}

static void test_settings_string_too_long_for_the_row_answers_with_the_default(void **state)
{
    (void)state;
    const char stored[20] = "twenty characters!!";
    assert_int_equal(nacre_set(&box.store, BED_NAME, stored, 16), NACRE_OK);
    expect_name("nacre", NACRE_ORIGIN_DEFAULT, NACRE_STATE_UNFIT);
    assert_int_equal(nacre_set(&box.store, BED_NAME, stored, 15), NACRE_OK);
    expect_name("twenty characte", NACRE_ORIGIN_USER, NACRE_STATE_GOOD);
    assert_int_equal(nacre_set(&box.store, BED_NAME, "ab\0cd", 5), NACRE_OK);
    expect_name("ab", NACRE_ORIGIN_USER, NACRE_STATE_GOOD);
}

static void expect_key(const void *bytes, uint32_t n, enum nacre_origin origin)
{
    uint8_t buf[32];
    struct nacre_setting_state state;
    assert_int_equal(nacre_settings_get_blob(&bed.settings, BED_KEY, buf, sizeof buf, &state),
                     NACRE_OK);
    assert_int_equal(state.length, n);
    assert_int_equal(state.origin, origin);
    assert_int_equal(state.state, NACRE_STATE_GOOD);
    if (n != 0) assert_memory_equal(buf, bytes, n);
}

static void test_settings_blob_is_kept_over_a_boot(void **state)
{
    (void)state;
    uint8_t bytes[32];
    for (uint32_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)(i * 37u);
    expect_key(NULL, 0, NACRE_ORIGIN_DEFAULT);
    const uint32_t lengths[] = {1, 8, 9, 32, 0};
    for (uint32_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        assert_int_equal(nacre_settings_set_blob(&bed.settings, BED_KEY, bytes, lengths[i]),
                         NACRE_OK);
        settings_reboot();
        expect_key(bytes, lengths[i], NACRE_ORIGIN_USER);
    }
    assert_int_equal(nacre_settings_set_blob(&bed.settings, BED_KEY, bytes, 33), NACRE_TOO_LARGE);
    assert_int_equal(nacre_settings_set_blob(&bed.settings, BED_KEY, NULL, 0), NACRE_OK);
    expect_key(NULL, 0, NACRE_ORIGIN_USER);
}

static void test_settings_blob_too_long_for_the_buffer_is_told(void **state)
{
    (void)state;
    uint8_t buf[2] = {7, 7};
    struct nacre_setting_state how = {99, 98, 97};
    assert_int_equal(nacre_settings_get_blob(&bed.settings, BED_CURVE, buf, 2, &how),
                     NACRE_TOO_SMALL);
    assert_int_equal(how.length, 3);
    assert_true(how.origin == 99 && how.state == 98);
    assert_int_equal(nacre_settings_set_blob(&bed.settings, BED_CURVE, "abcdefgh", 8), NACRE_OK);
    assert_int_equal(nacre_settings_get_blob(&bed.settings, BED_CURVE, buf, 2, &how),
                     NACRE_TOO_SMALL);
    assert_int_equal(how.length, 8);
    assert_true(buf[0] == 7 && buf[1] == 7);
}

static void test_settings_blob_and_string_are_two_types(void **state)
{
    (void)state;
    char buf[16];
    assert_int_equal(nacre_settings_get_blob(&bed.settings, BED_NAME, buf, 16, NULL),
                     NACRE_BAD_TYPE);
    assert_int_equal(nacre_settings_set_blob(&bed.settings, BED_NAME, "a", 1), NACRE_BAD_TYPE);
    assert_int_equal(nacre_settings_get_string(&bed.settings, BED_KEY, buf, 16, NULL),
                     NACRE_BAD_TYPE);
    assert_int_equal(nacre_settings_set_string(&bed.settings, BED_KEY, "a"), NACRE_BAD_TYPE);
    assert_int_equal(nacre_settings_set_string(&bed.settings, 4, "a"), NACRE_NOT_FOUND);
    assert_int_equal(nacre_settings_get_blob(&bed.settings, 4, buf, 16, NULL), NACRE_NOT_FOUND);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, settings_begin, settings_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_settings_string_is_kept_over_a_boot),
        TEST(test_settings_string_is_stored_without_its_end),
        TEST(test_settings_string_without_end_is_refused),
        TEST(test_settings_string_is_read_no_further_than_its_size),
        TEST(test_settings_string_too_long_for_the_buffer_is_told),
        TEST(test_settings_block_buffer_that_is_null_is_refused),
        TEST(test_settings_block_buffer_that_cannot_be_accessed_is_refused),
        TEST(test_settings_string_too_long_for_the_row_answers_with_the_default),
        TEST(test_settings_blob_is_kept_over_a_boot),
        TEST(test_settings_blob_too_long_for_the_buffer_is_told),
        TEST(test_settings_blob_and_string_are_two_types),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
