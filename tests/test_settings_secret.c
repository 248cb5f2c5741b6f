/*
 * What settings do with secret rows: everything goes through the table of calls that struct
 * nacre_secrets begins with, nothing falls back, and nothing is done where no secrets are open.
 *
 * The secrets here are false ones: each byte turned around, and errors as the test wants them.
 * test_secret.c has the true ones.
 */
#include "nacre/core/secret.h"
#include "nacre/core/settings_move.h"
#include "tests/support/settings_bed.h"

#include "tests/support/cmocka_all.h"

#include <string.h>

#define PIN 1u      /* u32, up to 9999, default 1234; secret */
#define PASSWORD 2u /* string of 16, default ""; secret, factory */
#define SEED 3u     /* blob of 32; secret, factory */
#define PLAIN 4u
#define MOVED 5u    /* where a step moves the password */

static const struct nacre_setting table[] = {
    {NACRE_SETTING_U32(PIN, "pin", 1234, 0, 9999), .flags = NACRE_SECRET},
    {NACRE_SETTING_STRING(PASSWORD, "password", "", 16), .flags = NACRE_SECRET | NACRE_FACTORY},
    {NACRE_SETTING_BLOB(SEED, "seed", 32), .flags = NACRE_SECRET | NACRE_FACTORY},
    {NACRE_SETTING_U8(PLAIN, "plain", 0, 0, 9)},
};

static struct {
    struct nacre_secrets base; /* first */
    enum nacre_err get_err;    /* NACRE_OK: they work */
    enum nacre_err set_err;    /* of a value that is not the factory's */
    enum nacre_err advance_err;
    uint32_t advances;
} false_secrets;

static enum nacre_err false_get(struct nacre_secrets *secrets, uint32_t key, void *buf,
                                uint32_t size, uint32_t *length)
{
    uint8_t *const bytes = buf;
    assert_ptr_equal(secrets, &false_secrets.base);
    if (false_secrets.get_err != NACRE_OK) return false_secrets.get_err;
    const enum nacre_err err = key > NACRE_KEY_MAX
                                   ? nacre_own_get(&box.store, key, buf, size, length)
                                   : nacre_get(&box.store, key, buf, size, length);
    for (uint32_t i = 0; err == NACRE_OK && i < *length; i++) bytes[i] = (uint8_t)~bytes[i];
    return err;
}

static enum nacre_err false_set(struct nacre_secrets *secrets, uint32_t key, const void *value,
                                uint32_t n)
{
    uint8_t bytes[32];
    assert_ptr_equal(secrets, &false_secrets.base);
    if (key <= NACRE_KEY_MAX && false_secrets.set_err != NACRE_OK) return false_secrets.set_err;
    for (uint32_t i = 0; i < n; i++) bytes[i] = (uint8_t) ~((const uint8_t *)value)[i];
    if (key <= NACRE_KEY_MAX) return nacre_set(&box.store, key, bytes, n);
    uint32_t length; /* equal or not: a true one cannot tell, either */
    if (nacre_own_get(&box.store, key, NULL, 0, &length) != NACRE_NOT_FOUND) {
        return NACRE_WRITTEN_ONCE;
    }
    return nacre_own_set(&box.store, key, bytes, n);
}

static enum nacre_err false_remove(struct nacre_secrets *secrets, uint32_t key)
{
    assert_ptr_equal(secrets, &false_secrets.base);
    return nacre_remove(&box.store, key);
}

static enum nacre_err false_advance(struct nacre_secrets *secrets)
{
    assert_ptr_equal(secrets, &false_secrets.base);
    false_secrets.advances++;
    return false_secrets.advance_err;
}

static int begin(void **state)
{
    static const struct nacre_secrets_ops ops = {false_get, false_set, false_remove, false_advance};
    if (settings_begin(state) != 0) return -1;
    memset(&false_secrets, 0, sizeof false_secrets);
    false_secrets.base.ops = &ops;
    bed.cfg.table = table;
    bed.cfg.count = sizeof table / sizeof table[0];
    bed.cfg.secrets = &false_secrets.base;
    return settings_reopen() == NACRE_OK ? 0 : -1;
}

static void expect_pin(uint32_t value, enum nacre_origin origin)
{
    uint32_t found = 0;
    struct nacre_setting_state how;
    assert_int_equal(nacre_settings_get_u32(&bed.settings, PIN, &found, &how), NACRE_OK);
    assert_int_equal(found, value);
    expect_state(&how, origin, NACRE_STATE_GOOD);
}

static void expect_password(const char *value, enum nacre_origin origin)
{
    char found[16];
    struct nacre_setting_state how;
    assert_int_equal(nacre_settings_get_string(&bed.settings, PASSWORD, found, 16, &how), NACRE_OK);
    assert_string_equal(found, value);
    assert_int_equal(how.origin, origin);
}

static bool chip_has(const char *text)
{
    const size_t n = strlen(text);
    for (uint32_t i = 0; i + n <= box.sim->bytes; i++) {
        if (memcmp(&box.sim->data[i], text, n) == 0) return true;
    }
    return false;
}

static void test_settings_secret_passes_through_the_secrets(void **state)
{
    (void)state;
    uint8_t seed[32];
    struct nacre_setting_state how;
    expect_pin(1234, NACRE_ORIGIN_DEFAULT);
    assert_int_equal(nacre_settings_set_u32(&bed.settings, PIN, 4711), NACRE_OK);
    assert_int_equal(nacre_settings_set_string(&bed.settings, PASSWORD, "swordfsh"), NACRE_OK);
    assert_int_equal(nacre_settings_set_blob(&bed.settings, SEED, "\1\2\3", 3), NACRE_OK);
    settings_reboot();
    expect_pin(4711, NACRE_ORIGIN_USER);
    expect_password("swordfsh", NACRE_ORIGIN_USER);
    assert_int_equal(nacre_settings_get_blob(&bed.settings, SEED, seed, 32, &how), NACRE_OK);
    assert_memory_equal(seed, "\1\2\3", 3);
    assert_int_equal(how.length, 3);
    assert_false(chip_has("swordfsh"));
    assert_int_equal(nacre_settings_set_u32(&bed.settings, PIN, 10000), NACRE_OUT_OF_LIMITS);
    assert_int_equal(nacre_settings_reset(&bed.settings, PIN), NACRE_OK);
    expect_pin(1234, NACRE_ORIGIN_DEFAULT);
    assert_int_equal(nacre_settings_reset(&bed.settings, PIN), NACRE_OK);
    assert_int_equal(nacre_settings_get_string(&bed.settings, PASSWORD, (char *)seed, 4, &how),
                     NACRE_TOO_SMALL);
    assert_int_equal(how.length, 8);
}

/* Only the secrets can tell whether a value is the same: a record's bytes are not its value. */
static void test_settings_secret_may_be_what_its_record_was(void **state)
{
    (void)state;
    uint8_t record[32];
    uint8_t found[32];
    uint32_t n = 0;
    assert_int_equal(nacre_settings_set_blob(&bed.settings, SEED, "\1\2\3", 3), NACRE_OK);
    assert_int_equal(nacre_get(&box.store, SEED, record, sizeof record, &n), NACRE_OK);
    assert_int_equal(nacre_settings_set_blob(&bed.settings, SEED, record, n), NACRE_OK);
    assert_int_equal(nacre_settings_get_blob(&bed.settings, SEED, found, 32, NULL), NACRE_OK);
    assert_memory_equal(found, record, n);
    assert_int_equal(bed.changes, 2);
}

static void test_settings_secret_is_told_as_a_change(void **state)
{
    (void)state;
    assert_int_equal(nacre_settings_set_u32(&bed.settings, PIN, 4711), NACRE_OK);
    assert_int_equal(bed.changes, 1);
    assert_int_equal(bed.changed_key, PIN);
    assert_int_equal(bed.changed_origin, NACRE_ORIGIN_USER);
    false_secrets.set_err = NACRE_CRYPT;
    assert_int_equal(nacre_settings_set_u32(&bed.settings, PIN, 4712), NACRE_CRYPT);
    assert_int_equal(bed.changes, 1);
    expect_pin(4711, NACRE_ORIGIN_USER);
}

static void test_settings_secret_never_falls_back(void **state)
{
    (void)state;
    const enum nacre_err errs[] = {NACRE_STALE, NACRE_DAMAGED, NACRE_WRONG_KEY, NACRE_REPLAYED};
    uint32_t pin = 7;
    char password[16] = "x";
    struct nacre_setting_state how = {99, 98, 97};
    assert_int_equal(nacre_settings_set_factory(&bed.settings, PASSWORD, "made", 4), NACRE_OK);
    assert_int_equal(nacre_settings_set_u32(&bed.settings, PIN, 4711), NACRE_OK);
    for (uint32_t i = 0; i < sizeof errs / sizeof errs[0]; i++) {
        false_secrets.get_err = errs[i];
        assert_int_equal(nacre_settings_get_u32(&bed.settings, PIN, &pin, &how), errs[i]);
        assert_int_equal(nacre_settings_get_string(&bed.settings, PASSWORD, password, 16, &how),
                         errs[i]);
    }
    assert_int_equal(pin, 7);
    assert_string_equal(password, "x");
    assert_true(how.origin == 99 && how.state == 98 && how.length == 97);
}

static void test_settings_secret_without_secrets_is_refused(void **state)
{
    (void)state;
    uint32_t pin = 7;
    bed.cfg.secrets = NULL;
    assert_int_equal(settings_reopen(), NACRE_OK);
    box_remember(&box);
    assert_int_equal(nacre_settings_get_u32(&bed.settings, PIN, &pin, NULL), NACRE_NO_SECRETS);
    assert_int_equal(nacre_settings_set_u32(&bed.settings, PIN, 1), NACRE_NO_SECRETS);
    assert_int_equal(nacre_settings_reset(&bed.settings, PIN), NACRE_NO_SECRETS);
    assert_int_equal(nacre_settings_set_factory(&bed.settings, PASSWORD, "made", 4),
                     NACRE_NO_SECRETS);
    assert_int_equal(pin, 7);
    assert_int_equal(bed.changes, 0);
    assert_true(box_is_unchanged(&box));
    assert_int_equal(nacre_settings_set_u8(&bed.settings, PLAIN, 3), NACRE_OK); /* others work */
}

static void test_settings_secret_of_the_factory(void **state)
{
    (void)state;
    assert_int_equal(nacre_settings_set_factory(&bed.settings, PASSWORD, "made", 4), NACRE_OK);
    assert_false(chip_has("made"));
    expect_password("made", NACRE_ORIGIN_FACTORY);
    assert_int_equal(nacre_settings_set_factory(&bed.settings, PASSWORD, "other", 5),
                     NACRE_WRITTEN_ONCE);
    assert_int_equal(nacre_settings_set_string(&bed.settings, PASSWORD, "mine"), NACRE_OK);
    expect_password("mine", NACRE_ORIGIN_USER);
    assert_int_equal(nacre_factory_reset(&bed.settings), NACRE_OK);
    assert_int_equal(false_secrets.advances, 1); /* earlier contents are void */
    expect_password("made", NACRE_ORIGIN_FACTORY);
    false_secrets.advance_err = NACRE_IO;
    assert_int_equal(nacre_settings_set_string(&bed.settings, PASSWORD, "mine"), NACRE_OK);
    assert_int_equal(nacre_factory_reset(&bed.settings), NACRE_IO);
    expect_password("made", NACRE_ORIGIN_FACTORY); /* it is reset all the same */
}

static enum nacre_err move_password(struct nacre_move *move, void *context)
{
    (void)context;
    return nacre_move_rename_secret(move, MOVED, PASSWORD);
}

static const struct nacre_step steps[] = {{1, move_password}};
static uint8_t scratch[16];
static struct nacre_moves moves = {
    .run = nacre_settings_move, .version = 2, .steps = steps, .count = 1,
    .scratch = scratch, .scratch_bytes = sizeof scratch};

/* A store of version 1, where the password lies under another key. */
static void make_version_1(void)
{
    struct nacre_secrets *const secrets = &false_secrets.base;
    assert_int_equal(nacre_own_set(&box.store, NACRE_OWN_TABLE_VERSION, "\1\0\0\0", 4), NACRE_OK);
    assert_int_equal(false_set(secrets, MOVED, "hidden", 6), NACRE_OK);
    assert_int_equal(false_set(secrets, NACRE_KEY_FACTORY | MOVED, "made", 4), NACRE_OK);
    bed.cfg.moves = &moves;
}

static void expect_moved(void)
{
    uint32_t length;
    expect_password("hidden", NACRE_ORIGIN_USER);
    assert_int_equal(nacre_settings_reset(&bed.settings, PASSWORD), NACRE_OK);
    expect_password("made", NACRE_ORIGIN_FACTORY);
    assert_int_equal(nacre_get(&box.store, MOVED, NULL, 0, &length), NACRE_NOT_FOUND);
    assert_int_equal(nacre_own_get(&box.store, NACRE_KEY_FACTORY | MOVED, NULL, 0, &length),
                     NACRE_NOT_FOUND);
    for (uint32_t i = 0; i < 6; i++) assert_int_equal(scratch[i], 0); /* wiped */
}

static void test_settings_secret_moves_to_another_key(void **state)
{
    (void)state;
    make_version_1();
    assert_int_equal(settings_reopen(), NACRE_OK);
    expect_moved();
}

static void test_settings_secret_that_cannot_be_read_does_not_move(void **state)
{
    (void)state;
    uint32_t length;
    make_version_1();
    false_secrets.get_err = NACRE_WRONG_KEY;
    assert_int_equal(settings_reopen(), NACRE_WRONG_KEY);
    false_secrets.get_err = NACRE_OK;
    false_secrets.set_err = NACRE_CRYPT;
    assert_int_equal(settings_reopen(), NACRE_CRYPT);
    false_secrets.set_err = NACRE_OK;
    struct sim_nor *const kept = settings_keep();
    const enum nacre_err lost[] = {NACRE_STALE, NACRE_DAMAGED};
    for (uint32_t i = 0; i < 2; i++) {
        settings_rewind(kept);
        false_secrets.get_err = lost[i];
        assert_int_equal(settings_reopen(), NACRE_OK);
        assert_int_equal(bed.settings.moves_lost, 2); /* the user's and the factory's */
    }
    sim_nor_destroy(kept);
    assert_int_equal(nacre_get(&box.store, MOVED, NULL, 0, &length), NACRE_NOT_FOUND);
    assert_int_equal(nacre_get(&box.store, PASSWORD, NULL, 0, &length), NACRE_NOT_FOUND);
}

static void test_settings_secret_that_was_never_set_does_not_move(void **state)
{
    (void)state;
    assert_int_equal(nacre_own_set(&box.store, NACRE_OWN_TABLE_VERSION, "\1\0\0\0", 4), NACRE_OK);
    bed.cfg.moves = &moves;
    assert_int_equal(settings_reopen(), NACRE_OK);
    expect_password("", NACRE_ORIGIN_DEFAULT);
}

static void open_settings(void)
{
    assert_int_equal(settings_reopen(), NACRE_OK);
}

static void test_settings_secret_move_cut_is_run_again(void **state)
{
    (void)state;
    make_version_1();
    struct sim_nor *const kept = settings_keep();
    uint32_t points = 0;
    bool is_cut = true;
    for (uint32_t command = 0; is_cut; command++) {
        for (uint32_t seed = 0; seed < 12u && is_cut; seed++) {
            const struct sim_tear tear = {
                .kind = seed == 0 ? SIM_TEAR_NONE : seed == 1 ? SIM_TEAR_DONE : SIM_TEAR_ANY,
                .seed = seed};
            settings_rewind(kept);
            is_cut = settings_cut(command, &tear, open_settings);
            open_settings();
            expect_moved();
            points++;
        }
    }
    sim_nor_destroy(kept);
    assert_true(points > 40u);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, settings_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_settings_secret_passes_through_the_secrets),
        TEST(test_settings_secret_may_be_what_its_record_was),
        TEST(test_settings_secret_is_told_as_a_change),
        TEST(test_settings_secret_never_falls_back),
        TEST(test_settings_secret_without_secrets_is_refused),
        TEST(test_settings_secret_of_the_factory),
        TEST(test_settings_secret_moves_to_another_key),
        TEST(test_settings_secret_that_cannot_be_read_does_not_move),
        TEST(test_settings_secret_that_was_never_set_does_not_move),
        TEST(test_settings_secret_move_cut_is_run_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
