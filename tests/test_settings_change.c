/*
 * What is told of a change: once, after it, with the key and the origin that a get answers with;
 * nothing where nothing changed. A call from there that would change a setting is refused; gets go
 * on. No lock is held meanwhile (the bed's lock fails the test where it is taken twice).
 */
#include "tests/support/settings_bed.h"

#include "tests/support/cmocka_all.h"

#include <string.h>

static void expect_told(uint32_t changes, uint32_t key, enum nacre_origin origin)
{
    assert_int_equal(bed.changes, changes);
    assert_int_equal(bed.changed_key, key);
    assert_int_equal(bed.changed_origin, origin);
}

/* After this set so many changes were told in all, the last one of this key. */
static void set_u8(uint32_t key, uint8_t value, uint32_t told)
{
    assert_int_equal(nacre_settings_set_u8(&bed.settings, key, value), NACRE_OK);
    expect_told(told, key, NACRE_ORIGIN_USER);
}

static void set_string(uint32_t key, const char *value, uint32_t told)
{
    assert_int_equal(nacre_settings_set_string(&bed.settings, key, value), NACRE_OK);
    expect_told(told, key, NACRE_ORIGIN_USER);
}

static void test_settings_change_is_told_once(void **state)
{
    (void)state;
    set_u8(BED_U8, 50, 1); /* the default's value, but now the user's */
    set_u8(BED_U8, 50, 1);
    set_u8(BED_U8, 51, 2);
    set_string(BED_NAME, "other", 3);
    set_string(BED_NAME, "other", 3);
    assert_int_equal(nacre_settings_reset(&bed.settings, BED_U8), NACRE_OK);
    expect_told(4, BED_U8, NACRE_ORIGIN_DEFAULT);
    assert_int_equal(nacre_settings_reset(&bed.settings, BED_U8), NACRE_OK);
    expect_told(4, BED_U8, NACRE_ORIGIN_DEFAULT);
}

static void test_settings_change_that_failed_is_not_told(void **state)
{
    (void)state;
    assert_int_equal(nacre_settings_set_u8(&bed.settings, BED_U8, 101), NACRE_OUT_OF_LIMITS);
    box.sim->faults.program_fails = 0;
    box.sim->faults.fail_count = 100;
    assert_int_not_equal(nacre_settings_set_u8(&bed.settings, BED_U8, 12), NACRE_OK);
    assert_int_equal(bed.changes, 0);
    box.sim->faults.program_fails = SIM_NOR_NO_COMMAND;
}

static void test_settings_change_of_a_pending_value_is_told_at_the_set(void **state)
{
    (void)state;
    set_u8(BED_VOLUME, 20, 1);
    set_u8(BED_VOLUME, 20, 1);
    assert_int_equal(nacre_flush(&bed.settings), NACRE_OK); /* a get answers the same as before */
    expect_told(1, BED_VOLUME, NACRE_ORIGIN_USER);
    set_u8(BED_VOLUME, 20, 1);
    set_string(BED_TITLE, "", 2);
    set_string(BED_TITLE, "", 2);
    assert_int_equal(nacre_settings_reset(&bed.settings, BED_TITLE), NACRE_OK); /* pending only */
    expect_told(3, BED_TITLE, NACRE_ORIGIN_DEFAULT);
}

/* What a callback that misbehaves is answered. */
struct nested {
    enum nacre_err set;
    enum nacre_err set_string;
    enum nacre_err reset;
    enum nacre_err set_factory;
    enum nacre_err factory_reset;
    enum nacre_err flush;
    enum nacre_err idle;
    enum nacre_err quiesce;
    enum nacre_err get;
    uint8_t value;
    uint32_t calls;
};

static void try_all(uint32_t key, enum nacre_origin origin, void *context)
{
    struct nested *const nested = context;
    const int32_t trim = 5;
    bool more;
    (void)origin;
    assert_int_equal(bed.lock_depth, 0);
    nested->calls++;
    nested->set = nacre_settings_set_u8(&bed.settings, (uint16_t)key, 1);
    nested->set_string = nacre_settings_set_string(&bed.settings, BED_NAME, "nested");
    nested->reset = nacre_settings_reset(&bed.settings, BED_U8);
    nested->set_factory =
        nacre_settings_set_factory(&bed.settings, BED_TRIM, &trim, sizeof trim);
    nested->factory_reset = nacre_factory_reset(&bed.settings);
    nested->flush = nacre_flush(&bed.settings);
    nested->idle = nacre_settings_idle(&bed.settings, &more);
    nested->quiesce = nacre_quiesce(&bed.settings);
    nested->get = nacre_settings_get_u8(&bed.settings, BED_U8, &nested->value, NULL);
    assert_false(nacre_settings_is_pending(&bed.settings, BED_VOLUME));
    assert_int_equal(nacre_settings_due_ms(&bed.settings), UINT32_MAX);
}

static void expect_nested(const struct nested *nested, uint32_t calls, uint8_t value)
{
    assert_int_equal(nested->calls, calls);
    assert_int_equal(nested->set, NACRE_NESTED);
    assert_int_equal(nested->set_string, NACRE_NESTED);
    assert_int_equal(nested->reset, NACRE_NESTED);
    assert_int_equal(nested->set_factory, NACRE_NESTED);
    assert_int_equal(nested->factory_reset, NACRE_NESTED);
    assert_int_equal(nested->flush, NACRE_NESTED);
    assert_int_equal(nested->idle, NACRE_NESTED);
    assert_int_equal(nested->quiesce, NACRE_NESTED);
    assert_int_equal(nested->get, NACRE_OK);
    assert_int_equal(nested->value, value);
}

static void test_settings_change_refuses_calls_from_its_callback(void **state)
{
    (void)state;
    struct nested nested = {0};
    bed.cfg.on_change = try_all;
    bed.cfg.context = &nested;
    assert_int_equal(settings_reopen(), NACRE_OK);
    assert_int_equal(nacre_settings_set_u8(&bed.settings, BED_U8, 33), NACRE_OK);
    expect_nested(&nested, 1, 33);
    assert_int_equal(nacre_settings_reset(&bed.settings, BED_U8), NACRE_OK);
    expect_nested(&nested, 2, 50);
    /* Behind it all is as before. */
    assert_int_equal(nacre_settings_set_u8(&bed.settings, BED_U8, 34), NACRE_OK);
    expect_nested(&nested, 3, 34);
}

static void test_settings_without_callback_and_lock_work(void **state)
{
    (void)state;
    uint8_t found = 0;
    bed.cfg.on_change = NULL;
    bed.cfg.lock = NULL;
    bed.locks = 0;
    assert_int_equal(settings_reopen(), NACRE_OK);
    assert_int_equal(nacre_settings_set_u8(&bed.settings, BED_U8, 33), NACRE_OK);
    assert_int_equal(nacre_settings_set_u8(&bed.settings, BED_VOLUME, 34), NACRE_OK);
    assert_int_equal(nacre_settings_get_u8(&bed.settings, BED_VOLUME, &found, NULL), NACRE_OK);
    assert_int_equal(found, 34);
    assert_int_equal(nacre_settings_reset(&bed.settings, BED_U8), NACRE_OK);
    assert_int_equal(nacre_factory_reset(&bed.settings), NACRE_OK);
    assert_int_equal(bed.changes, 0);
    assert_int_equal(bed.locks, 0);
}

static void test_settings_calls_take_the_lock(void **state)
{
    (void)state;
    uint8_t found = 0;
    bool more;
    bed.locks = 0;
    assert_int_equal(nacre_settings_get_u8(&bed.settings, BED_U8, &found, NULL), NACRE_OK);
    assert_int_equal(bed.locks, 1);
    assert_int_equal(nacre_settings_set_u8(&bed.settings, BED_U8, 50 + 1), NACRE_OK);
    assert_true(bed.locks >= 2);
    bed.locks = 0;
    assert_int_equal(nacre_settings_idle(&bed.settings, &more), NACRE_OK);
    assert_int_equal(nacre_flush(&bed.settings), NACRE_OK);
    (void)nacre_settings_is_pending(&bed.settings, BED_VOLUME);
    (void)nacre_settings_due_ms(&bed.settings);
    assert_int_equal(bed.locks, 4);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, settings_begin, settings_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_settings_change_is_told_once),
        TEST(test_settings_change_that_failed_is_not_told),
        TEST(test_settings_change_of_a_pending_value_is_told_at_the_set),
        TEST(test_settings_change_refuses_calls_from_its_callback),
        TEST(test_settings_without_callback_and_lock_work),
        TEST(test_settings_calls_take_the_lock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
