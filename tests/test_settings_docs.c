/*
 * The code of docs/settings.md, compiled and run: each block of the page stands here, and does what
 * the page says. On the simulated NOR.
 */
#include "nacre/core/settings_move.h"
#include "nacre/core/settings_pending.h"
#include "nacre/core/settings_typed.h"
#include "tests/support/box_fixture.h"
#include "tests/support/cmocka_all.h"

#include <string.h>

enum { KEY_BRIGHTNESS = 1, KEY_NAME = 2, KEY_BAUD = 3, KEY_TRIM = 4, KEY_CURVE = 5 };

static const struct nacre_setting table[] = {
    {NACRE_SETTING_U8(KEY_BRIGHTNESS, "display.brightness", 50, 0, 100), .flags = NACRE_COALESCED},
    {NACRE_SETTING_STRING(KEY_NAME, "unit.name", "nacre", 16)},
    {NACRE_SETTING_ONE_OF(NACRE_TYPE_U32, KEY_BAUD, "uart.baud", 115200, 9600, 115200, 921600)},
    {NACRE_SETTING_FLOAT(KEY_TRIM, "sensor.trim", 0.0f, -2.5f, 2.5f), .flags = NACRE_FACTORY},
    {NACRE_SETTING_BLOB(KEY_CURVE, "display.curve", 32)},
};

static uint32_t ticks;

static uint32_t now_ms(void *context)
{
    (void)context;
    return ticks;
}

static uint32_t changed_key;

static void changed(uint32_t key, enum nacre_origin origin, void *context)
{
    (void)origin;
    (void)context;
    changed_key = key;
}

/* Version 1 had the brightness as 0 to 255, and the name under key 9. */
static enum nacre_err from_version_1(struct nacre_move *move, void *context)
{
    uint8_t value;
    (void)context;

    enum nacre_err err = nacre_move_get(move, KEY_BRIGHTNESS, NACRE_TYPE_U8, &value);
    if (err == NACRE_OK) {
        value = (uint8_t)(value * 100u / 255u);
        err = nacre_move_set(move, KEY_BRIGHTNESS, NACRE_TYPE_U8, &value);
    }
    if (err != NACRE_OK && err != NACRE_NOT_FOUND) return err;
    return nacre_move_rename(move, 9, KEY_NAME);
}

static const struct nacre_step steps[] = {{.from_version = 1, .run = from_version_1}};
static uint8_t scratch[16]; /* the longest value that is renamed */
static const struct nacre_moves moves = {
    .run = nacre_settings_move, .version = 2, .steps = steps, .count = 1,
    .scratch = scratch, .scratch_bytes = sizeof scratch};

static struct nacre_settings settings;
static struct nacre_pending pending;

static enum nacre_err settings_start(struct nacre_store *store)
{
    static uint8_t memory[NACRE_PENDING_BYTES(4, 32)];
    static uint8_t work[NACRE_TRANSACTION_BYTES(8, 64)];
    const struct nacre_pending_cfg pending_cfg = {
        .memory = memory, .bytes = sizeof memory,
        .quiet_ms = 500, .latest_ms = 5000, .now_ms = now_ms};
    const struct nacre_settings_cfg cfg = {
        .store = store, .table = table, .count = sizeof table / sizeof table[0],
        .moves = &moves, .pending = &pending, .work = work, .work_bytes = sizeof work,
        .on_change = changed};

    enum nacre_err err = nacre_pending_open(&pending, &pending_cfg);
    return err == NACRE_OK ? nacre_settings_open(&settings, &cfg) : err;
}

static uint8_t backlight;

static enum nacre_err show_brightness(void)
{
    uint8_t percent;
    struct nacre_setting_state state;

    enum nacre_err err = nacre_settings_get_u8(&settings, KEY_BRIGHTNESS, &percent, &state);
    if (err == NACRE_OK) backlight = percent;
    return err;
}

static enum nacre_err rename_unit(const char *name)
{
    return nacre_settings_set_string(&settings, KEY_NAME, name);
}

static enum nacre_err make_unit(float trim)
{
    return nacre_settings_set_factory(&settings, KEY_TRIM, &trim, sizeof trim);
}

static int begin(void **state)
{
    (void)state;
    box_open(&box, 8);
    ticks = 0;
    changed_key = 0;
    return box_reboot(&box) == NACRE_OK ? 0 : -1;
}

static void test_settings_docs_table_opens_and_answers(void **state)
{
    (void)state;
    char name[16];
    assert_int_equal(settings_start(&box.store), NACRE_OK);
    assert_int_equal(show_brightness(), NACRE_OK);
    assert_int_equal(backlight, 50);
    assert_int_equal(rename_unit("pearl"), NACRE_OK);
    assert_int_equal(changed_key, KEY_NAME);
    assert_int_equal(rename_unit("sixteen letters!"), NACRE_UNTERMINATED);
    assert_int_equal(nacre_settings_get_string(&settings, KEY_NAME, name, sizeof name, NULL),
                     NACRE_OK);
    assert_string_equal(name, "pearl");
}

static void test_settings_docs_slider_is_saved_once(void **state)
{
    (void)state;
    bool more;
    assert_int_equal(settings_start(&box.store), NACRE_OK);
    const uint32_t programs = box.sim->counters.programs;
    for (uint8_t percent = 50; percent < 80; percent++) {
        assert_int_equal(nacre_settings_set_u8(&settings, KEY_BRIGHTNESS, percent), NACRE_OK);
        ticks += 20;
    }
    assert_true(nacre_settings_is_pending(&settings, KEY_BRIGHTNESS));
    assert_int_equal(box.sim->counters.programs, programs);
    ticks += 500;
    assert_int_equal(nacre_settings_idle(&settings, &more), NACRE_OK);
    assert_false(nacre_settings_is_pending(&settings, KEY_BRIGHTNESS));
    assert_int_equal(nacre_quiesce(&settings), NACRE_OK);
    assert_int_equal(box_reboot(&box), NACRE_OK);
    assert_int_equal(settings_start(&box.store), NACRE_OK);
    assert_int_equal(show_brightness(), NACRE_OK);
    assert_int_equal(backlight, 79);
}

static void test_settings_docs_factory_reset_keeps_what_was_made(void **state)
{
    (void)state;
    float trim = 0;
    assert_int_equal(settings_start(&box.store), NACRE_OK);
    assert_int_equal(make_unit(1.25f), NACRE_OK);
    assert_int_equal(nacre_settings_set_float(&settings, KEY_TRIM, -0.5f), NACRE_OK);
    assert_int_equal(nacre_factory_reset(&settings), NACRE_OK);
    assert_int_equal(nacre_settings_get_float(&settings, KEY_TRIM, &trim, NULL), NACRE_OK);
    assert_true(trim == 1.25f);
}

static void test_settings_docs_version_1_moves_on(void **state)
{
    (void)state;
    char name[16];
    const uint8_t old = 204; /* 80 % */
    assert_int_equal(nacre_own_set(&box.store, NACRE_OWN_TABLE_VERSION, "\1\0\0\0", 4), NACRE_OK);
    assert_int_equal(nacre_set(&box.store, KEY_BRIGHTNESS, &old, 1), NACRE_OK);
    assert_int_equal(nacre_set(&box.store, 9, "pearl", 5), NACRE_OK);
    assert_int_equal(settings_start(&box.store), NACRE_OK);
    assert_int_equal(show_brightness(), NACRE_OK);
    assert_int_equal(backlight, 80);
    assert_int_equal(nacre_settings_get_string(&settings, KEY_NAME, name, sizeof name, NULL),
                     NACRE_OK);
    assert_string_equal(name, "pearl");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, box_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_settings_docs_table_opens_and_answers),
        TEST(test_settings_docs_slider_is_saved_once),
        TEST(test_settings_docs_factory_reset_keeps_what_was_made),
        TEST(test_settings_docs_version_1_moves_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
