/*
 * A table that changes: the steps from the stored version to the table's are run in order, and all
 * that they change is there or not there, with the version, at every cut.
 *
 * The store of version 1 is made with plain calls of the store, and what must come of it is written
 * down beside it: the steps are never asked.
 */
#include "tests/support/settings_bed.h"

#include "nacre/core/settings_move.h"
#include "tests/support/cmocka_all.h"

#include <stdio.h>
#include <string.h>

/* Version 1. */
#define OLD_PERCENT 1u  /* u8 */
#define OLD_NAME 2u     /* string */
#define OLD_LEGACY 3u   /* u16 */
#define OLD_TRIM 4u     /* i32, with a factory value */
#define KEPT 5u         /* u8, the same in all versions */
#define UNKNOWN 700u    /* in no table */
/* Version 2: the name has key 12, legacy is gone. Version 3, the table below: */
#define NEW_PERMILLE 11u
#define NEW_NAME 12u
#define NEW_TRIM 14u

static const struct nacre_setting table[] = {
    {NACRE_SETTING_U8(KEPT, "kept", 1, 0, 9)},
    {NACRE_SETTING_U16(NEW_PERMILLE, "permille", 500, 0, 1000)},
    {NACRE_SETTING_STRING(NEW_NAME, "name", "nacre", 16)},
    {NACRE_SETTING_I32(NEW_TRIM, "trim", 0, -1000, 1000), .flags = NACRE_FACTORY},
};

static uint32_t runs[2];          /* of each step */
static enum nacre_err step_err;   /* what step 2 answers at its end */

/* From 1: another key for the name, no legacy any more. */
static enum nacre_err step_1(struct nacre_move *move, void *context)
{
    assert_ptr_equal(context, &bed);
    runs[0]++;
    enum nacre_err err = nacre_move_rename(move, OLD_NAME, NEW_NAME);
    if (err == NACRE_OK) err = nacre_move_remove(move, OLD_LEGACY);
    return err;
}

/* From 2: permille instead of per cent, another key for the trim; reads what step 1 has moved. */
static enum nacre_err step_2(struct nacre_move *move, void *context)
{
    uint8_t percent;
    char name[16];
    uint32_t n;
    (void)context;
    runs[1]++;
    enum nacre_err err = nacre_move_get(move, OLD_PERCENT, NACRE_TYPE_U8, &percent);
    if (err == NACRE_OK) {
        const uint16_t permille = (uint16_t)(percent * 10u);
        err = nacre_move_set(move, NEW_PERMILLE, NACRE_TYPE_U16, &permille);
        if (err == NACRE_OK) err = nacre_move_remove(move, OLD_PERCENT);
    }
    if (err != NACRE_OK && err != NACRE_NOT_FOUND) return err;
    err = nacre_move_rename(move, OLD_TRIM, NEW_TRIM);
    if (err != NACRE_OK) return err;
    err = nacre_move_get_bytes(move, NEW_NAME, name, sizeof name - 1u, &n);
    if (err == NACRE_OK) {
        name[n] = '!';
        err = nacre_move_set_bytes(move, NEW_NAME, name, n + 1u);
    }
    if (err != NACRE_OK && err != NACRE_NOT_FOUND) return err;
    return step_err;
}

static const struct nacre_step steps[] = {{1, step_1}, {2, step_2}};
static uint8_t scratch[16];
static struct nacre_moves moves;

static void bed_for_moves(void)
{
    moves = (struct nacre_moves){
        .run = nacre_settings_move, .version = 3, .steps = steps, .count = 2,
        .scratch = scratch, .scratch_bytes = sizeof scratch, .context = &bed};
    bed.cfg.moves = &moves;
    bed.cfg.table = table;
    bed.cfg.count = sizeof table / sizeof table[0];
    bed.cfg.on_change = NULL;
    runs[0] = 0;
    runs[1] = 0;
    step_err = NACRE_OK;
}

static int begin(void **state)
{
    if (settings_begin(state) != 0) return -1;
    bed_for_moves();
    return 0;
}

/* A chip whose cuts spoil a page: two lanes. */
static int begin_two_lanes(void **state)
{
    if (begin(state) != 0) return -1;
    box_close(&box);
    box_open_lanes(&box, 8, 256);
    return box_reboot(&box) == NACRE_OK ? 0 : -1;
}

static void set_raw(uint32_t key, const void *value, uint32_t n)
{
    assert_int_equal(nacre_set(&box.store, key, value, n), NACRE_OK);
}

static void set_version(uint8_t version)
{
    const uint8_t bytes[4] = {version, 0, 0, 0};
    assert_int_equal(nacre_own_set(&box.store, NACRE_OWN_TABLE_VERSION, bytes, 4), NACRE_OK);
}

static void make_version_1(void)
{
    set_version(1);
    set_raw(OLD_PERCENT, "\x50", 1); /* 80 */
    set_raw(OLD_NAME, "pearl", 5);
    set_raw(OLD_LEGACY, "\1\2", 2);
    set_raw(OLD_TRIM, "\xf6\xff\xff\xff", 4); /* -10 */
    assert_int_equal(nacre_factory_set(&box.store, OLD_TRIM, "\5\0\0\0", 4), NACRE_OK);
    set_raw(KEPT, "\7", 1);
    set_raw(UNKNOWN, "not mine", 8);
}

static bool holds(uint32_t key, const void *value, uint32_t n)
{
    uint8_t found[32];
    uint32_t length = 0;
    const enum nacre_err err =
        key > NACRE_KEY_MAX ? nacre_own_get(&box.store, key, found, sizeof found, &length)
                            : nacre_get(&box.store, key, found, sizeof found, &length);
    return err == NACRE_OK && length == n && memcmp(found, value, n) == 0;
}

/* The keys that have a value, ascending, as text: no other key may be there. */
static bool has_keys(const char *keys)
{
    char found[200] = "";
    uint32_t key = 0;
    while (nacre_next(&box.store, &key) == NACRE_OK) {
        const size_t n = strlen(found);
        if (key != 3000u) (void)snprintf(found + n, sizeof found - n, "%u ", (unsigned)key);
        key++;
    }
    return strcmp(found, keys) == 0;
}

static bool lacks_own(uint32_t key)
{
    uint32_t length;
    return nacre_own_get(&box.store, key, NULL, 0, &length) == NACRE_NOT_FOUND;
}

static bool is_version_1(void)
{
    return has_keys("1 2 3 4 5 700 ") && holds(NACRE_OWN_TABLE_VERSION, "\1\0\0\0", 4) &&
           holds(OLD_PERCENT, "\x50", 1) && holds(OLD_NAME, "pearl", 5) &&
           holds(OLD_LEGACY, "\1\2", 2) && holds(OLD_TRIM, "\xf6\xff\xff\xff", 4) &&
           holds(NACRE_KEY_FACTORY | OLD_TRIM, "\5\0\0\0", 4) && holds(KEPT, "\7", 1) &&
           holds(UNKNOWN, "not mine", 8) && lacks_own(NACRE_KEY_FACTORY | NEW_TRIM);
}

static bool is_version_3(void)
{
    return has_keys("5 11 12 14 700 ") && holds(NACRE_OWN_TABLE_VERSION, "\3\0\0\0", 4) &&
           holds(NEW_PERMILLE, "\x20\x03", 2) && holds(NEW_NAME, "pearl!", 6) &&
           holds(NEW_TRIM, "\xf6\xff\xff\xff", 4) &&
           holds(NACRE_KEY_FACTORY | NEW_TRIM, "\5\0\0\0", 4) && holds(KEPT, "\7", 1) &&
           holds(UNKNOWN, "not mine", 8) && lacks_own(NACRE_KEY_FACTORY | OLD_TRIM);
}

static void test_move_runs_all_steps(void **state)
{
    (void)state;
    uint16_t permille = 0;
    struct nacre_setting_state how;
    make_version_1();
    assert_int_equal(settings_reopen(), NACRE_OK);
    assert_true(runs[0] == 1 && runs[1] == 1);
    assert_true(is_version_3());
    assert_int_equal(bed.settings.stored_version, 3);
    assert_int_equal(bed.settings.moves_lost, 0);
    assert_int_equal(nacre_settings_get_u16(&bed.settings, NEW_PERMILLE, &permille, &how),
                     NACRE_OK);
    assert_int_equal(permille, 800);
    assert_int_equal(how.origin, NACRE_ORIGIN_USER);
    settings_reboot();
    assert_true(runs[0] == 1 && runs[1] == 1); /* once */
    assert_true(is_version_3());
}

static void test_move_runs_only_the_steps_from_the_stored_version_on(void **state)
{
    (void)state;
    set_version(2);
    set_raw(OLD_PERCENT, "\x50", 1);
    set_raw(NEW_NAME, "pearl", 5);
    assert_int_equal(settings_reopen(), NACRE_OK);
    assert_true(runs[0] == 0 && runs[1] == 1);
    assert_true(has_keys("11 12 ") && holds(NEW_NAME, "pearl!", 6));
    assert_true(holds(NACRE_OWN_TABLE_VERSION, "\3\0\0\0", 4));
}

static void test_move_of_the_same_version_costs_nothing(void **state)
{
    (void)state;
    set_version(3);
    set_raw(NEW_NAME, "pearl", 5);
    box_remember(&box);
    assert_int_equal(settings_reopen(), NACRE_OK);
    assert_true(runs[0] == 0 && runs[1] == 0);
    assert_int_equal(bed.settings.stored_version, 3);
    assert_true(box_is_unchanged(&box));
}

static void test_move_of_a_new_store_takes_the_version(void **state)
{
    (void)state;
    assert_int_equal(settings_reopen(), NACRE_OK);
    assert_true(runs[0] == 0 && runs[1] == 0);
    assert_int_equal(bed.settings.stored_version, 3);
    assert_true(holds(NACRE_OWN_TABLE_VERSION, "\3\0\0\0", 4));
}

static void test_move_of_a_store_without_a_version_begins_at_0(void **state)
{
    (void)state;
    set_raw(OLD_NAME, "pearl", 5);
    assert_int_equal(settings_reopen(), NACRE_OK);
    assert_true(runs[0] == 1 && runs[1] == 1);
    assert_true(has_keys("12 ") && holds(NEW_NAME, "pearl!", 6));
    assert_true(holds(NACRE_OWN_TABLE_VERSION, "\3\0\0\0", 4));
}

static void test_move_without_steps_writes_the_version(void **state)
{
    (void)state;
    make_version_1();
    moves.steps = NULL;
    moves.count = 0;
    bed.cfg.work = NULL;
    bed.cfg.work_bytes = 0;
    assert_int_equal(settings_reopen(), NACRE_OK);
    assert_true(holds(NACRE_OWN_TABLE_VERSION, "\3\0\0\0", 4));
    assert_true(has_keys("1 2 3 4 5 700 "));
    moves.steps = steps; /* steps, but none from 4 on */
    moves.count = 2;
    moves.version = 5;
    set_version(4);
    bed.cfg.work = bed.work;
    bed.cfg.work_bytes = sizeof bed.work;
    assert_int_equal(settings_reopen(), NACRE_OK);
    assert_true(runs[0] == 0 && runs[1] == 0);
    assert_true(holds(NACRE_OWN_TABLE_VERSION, "\5\0\0\0", 4));
}

static void test_move_leaves_a_newer_store_alone(void **state)
{
    (void)state;
    uint8_t kept = 0;
    make_version_1();
    set_version(9);
    box_remember(&box);
    assert_int_equal(settings_reopen(), NACRE_OK);
    assert_int_equal(bed.settings.stored_version, 9);
    assert_true(runs[0] == 0 && runs[1] == 0);
    assert_true(box_is_unchanged(&box));
    /* What both tables know is used; what only the newer one knows is kept. */
    assert_int_equal(nacre_settings_get_u8(&bed.settings, KEPT, &kept, NULL), NACRE_OK);
    assert_int_equal(kept, 7);
    assert_int_equal(nacre_settings_set_u8(&bed.settings, KEPT, 8), NACRE_OK);
    settings_reboot();
    assert_true(has_keys("1 2 3 4 5 700 ") && holds(UNKNOWN, "not mine", 8));
    assert_true(holds(NACRE_OWN_TABLE_VERSION, "\x09\0\0\0", 4));
}

static void test_move_step_that_fails_changes_nothing(void **state)
{
    (void)state;
    uint8_t kept;
    make_version_1();
    box_remember(&box);
    step_err = NACRE_OUT_OF_LIMITS;
    assert_int_equal(settings_reopen(), NACRE_OUT_OF_LIMITS);
    assert_true(runs[0] == 1 && runs[1] == 1);
    assert_true(box_is_unchanged(&box));
    assert_true(is_version_1());
    assert_int_equal(nacre_settings_get_u8(&bed.settings, KEPT, &kept, NULL), NACRE_NOT_MOUNTED);
    step_err = NACRE_OK;
    assert_int_equal(settings_reopen(), NACRE_OK);
    assert_true(is_version_3());
}

static void test_move_too_large_for_its_memory_changes_nothing(void **state)
{
    (void)state;
    make_version_1();
    box_remember(&box);
    for (uint32_t n = 1; n < 60; n++) {
        bed.cfg.work_bytes = n;
        assert_int_equal(settings_reopen(), NACRE_TRANSACTION_FULL);
    }
    assert_true(box_is_unchanged(&box));
    bed.cfg.work_bytes = sizeof bed.work;
    moves.scratch_bytes = 4; /* shorter than the name */
    assert_int_equal(settings_reopen(), NACRE_TOO_SMALL);
    assert_true(box_is_unchanged(&box));
    moves.scratch_bytes = sizeof scratch;
    assert_int_equal(settings_reopen(), NACRE_OK);
    assert_true(is_version_3());
}

static void expect_bad_moves(void)
{
    assert_int_equal(settings_reopen(), NACRE_BAD_ARGUMENT);
    assert_true(runs[0] == 0 && runs[1] == 0);
    bed_for_moves();
    bed.cfg.work = bed.work;
    bed.cfg.work_bytes = sizeof bed.work;
}

static void test_move_refuses_what_makes_no_sense(void **state)
{
    (void)state;
    const struct nacre_step twice[] = {{1, step_1}, {1, step_2}};
    const struct nacre_step null[] = {{1, step_1}, {2, NULL}};
    make_version_1();
    box_remember(&box);
    moves.version = 0;
    expect_bad_moves();
    moves.version = 2; /* step 2 would lead beyond it */
    expect_bad_moves();
    moves.run = NULL;
    expect_bad_moves();
    moves.steps = NULL;
    expect_bad_moves();
    moves.steps = twice;
    expect_bad_moves();
    moves.steps = null;
    expect_bad_moves();
    bed.cfg.work = NULL;
    bed.cfg.work_bytes = 0;
    expect_bad_moves();
    assert_true(box_is_unchanged(&box));
    assert_int_equal(nacre_unmount(&box.store), NACRE_OK);
    assert_int_equal(settings_reopen(), NACRE_NOT_MOUNTED);
}

static void test_move_with_its_version_lost_asks_the_application(void **state)
{
    (void)state;
    make_version_1();
    settings_damage(NACRE_OWN_TABLE_VERSION);
    assert_int_equal(settings_reopen(), NACRE_DAMAGED);
    assert_int_equal(runs[0], 0);
    moves.version_if_lost = 3;
    assert_int_equal(settings_reopen(), NACRE_OK);
    assert_true(runs[0] == 0 && runs[1] == 0);
    assert_true(holds(NACRE_OWN_TABLE_VERSION, "\3\0\0\0", 4)); /* known again */
    /* An older version that the store still has is none to trust. */
    set_version(2);
    settings_damage(NACRE_OWN_TABLE_VERSION);
    moves.version_if_lost = 0;
    assert_int_equal(settings_reopen(), NACRE_DAMAGED);
    moves.version_if_lost = 1;
    assert_int_equal(settings_reopen(), NACRE_OK);
    assert_true(runs[0] == 1 && runs[1] == 1);
    assert_true(is_version_3());
    /* A version of another length was never written by this library. */
    for (uint32_t n = 0; n < 8; n += 5) {
        assert_int_equal(nacre_own_set(&box.store, NACRE_OWN_TABLE_VERSION, "12345", n), NACRE_OK);
        moves.version_if_lost = 0;
        assert_int_equal(settings_reopen(), NACRE_DAMAGED);
    }
    moves.version_if_lost = 7; /* newer than the table: left alone */
    box_remember(&box);
    assert_int_equal(settings_reopen(), NACRE_OK);
    assert_int_equal(bed.settings.stored_version, 7);
    assert_true(box_is_unchanged(&box));
}

static void test_move_counts_values_that_bad_bits_took(void **state)
{
    (void)state;
    make_version_1();
    set_raw(OLD_NAME, "shell", 5); /* "pearl" is older now */
    set_raw(NEW_NAME, "in the way", 10);
    set_raw(KEPT, "\6", 1);
    settings_damage(OLD_NAME);
    settings_damage(OLD_TRIM);
    assert_int_equal(settings_reopen(), NACRE_OK);
    assert_int_equal(bed.settings.moves_lost, 2);
    assert_true(has_keys("5 11 700 "));
}

/* Calls with what no step may ask for. */
static enum nacre_err bad_step(struct nacre_move *move, void *context)
{
    uint32_t n = 77;
    uint8_t u8 = 0;
    uint32_t u32 = 0;
    (void)context;
    assert_int_equal(nacre_move_get_bytes(move, NACRE_KEY_MAX + 1u, &u8, 1, &n),
                     NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_move_get_bytes(move, NACRE_OWN_TABLE_VERSION, &u8, 1, &n),
                     NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_move_get_bytes(move, 0x10000u, &u8, 1, &n), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_move_get_bytes(move, KEPT, &u8, 1, NULL), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_move_set_bytes(move, NACRE_OWN_STORE_ID, "a", 1), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_move_get(move, KEPT, NACRE_TYPE_U8, NULL), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_move_set(move, KEPT, NACRE_TYPE_U8, NULL), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_move_get(move, KEPT, NACRE_TYPE_BLOB, &u8), NACRE_BAD_TYPE);
    assert_int_equal(nacre_move_set(move, KEPT, NACRE_TYPE_STRING, &u8), NACRE_BAD_TYPE);
    assert_int_equal(nacre_move_get(move, KEPT, NACRE_TYPE_U32, &u32), NACRE_BAD_TYPE);
    assert_int_equal(nacre_move_get(move, OLD_TRIM, NACRE_TYPE_U8, &u8), NACRE_BAD_TYPE);
    assert_int_equal(nacre_move_get(move, 99, NACRE_TYPE_U8, &u8), NACRE_NOT_FOUND);
    assert_int_equal(nacre_move_remove(move, 99), NACRE_OK);
    assert_int_equal(nacre_move_remove(move, NACRE_OWN_NONCE), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_move_rename(move, 1, 1), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_move_rename(move, NACRE_KEY_MAX + 1u, 1), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_move_rename(move, 1, NACRE_KEY_MAX + 1u), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_move_rename_secret(move, 1, 1), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_move_rename_secret(move, NACRE_KEY_MAX + 1u, 1), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_move_rename_secret(move, 1, NACRE_KEY_MAX + 1u), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_move_rename_secret(move, 1, 2), NACRE_NO_SECRETS);
    assert_true(n == 77 && u8 == 0 && u32 == 0);
    /* A step sees its own changes: a value, one too long for the buffer, an empty one, none. */
    assert_int_equal(nacre_move_set_bytes(move, 20, "abc", 3), NACRE_OK);
    assert_int_equal(nacre_move_get_bytes(move, 20, &u8, 1, &n), NACRE_TOO_SMALL);
    assert_int_equal(n, 3);
    assert_int_equal(nacre_move_set_bytes(move, 20, NULL, 0), NACRE_OK);
    assert_int_equal(nacre_move_get_bytes(move, 20, NULL, 0, &n), NACRE_OK);
    assert_int_equal(n, 0);
    assert_int_equal(nacre_move_remove(move, 20), NACRE_OK);
    assert_int_equal(nacre_move_get_bytes(move, 20, NULL, 0, &n), NACRE_NOT_FOUND);
    assert_int_equal(nacre_move_get_bytes(move, NACRE_KEY_FACTORY | OLD_TRIM, &u32, 4, &n),
                     NACRE_OK);
    assert_true(u8 == 0 && n == 4);
    return NACRE_OK;
}

static struct nacre_move *kept_move;

static enum nacre_err keep_move(struct nacre_move *move, void *context)
{
    static struct nacre_move copy;
    (void)context;
    copy = *move;
    kept_move = &copy;
    return NACRE_OK;
}

static void test_move_calls_refuse_what_makes_no_sense(void **state)
{
    (void)state;
    const struct nacre_step step = {1, bad_step};
    make_version_1();
    moves.steps = &step;
    moves.count = 1;
    assert_int_equal(settings_reopen(), NACRE_OK);
    assert_true(has_keys("1 2 3 4 5 700 "));
}

/* A stale number is told, with its older value. */
static enum nacre_err stale_step(struct nacre_move *move, void *context)
{
    uint8_t percent = 0;
    (void)context;
    assert_int_equal(nacre_move_get(move, OLD_PERCENT, NACRE_TYPE_U8, &percent), NACRE_STALE);
    assert_int_equal(percent, 80);
    return NACRE_OK;
}

static void test_move_tells_a_stale_number(void **state)
{
    (void)state;
    const struct nacre_step step = {1, stale_step};
    make_version_1();
    set_raw(OLD_PERCENT, "\x51", 1);
    set_raw(KEPT, "\6", 1);
    settings_damage(OLD_PERCENT);
    moves.steps = &step;
    moves.count = 1;
    assert_int_equal(settings_reopen(), NACRE_OK);
}

static void test_move_calls_are_for_steps_only(void **state)
{
    (void)state;
    const struct nacre_step step = {1, keep_move};
    uint32_t n;
    make_version_1();
    moves.steps = &step;
    moves.count = 1;
    assert_int_equal(settings_reopen(), NACRE_OK);
    kept_move->transaction.begun = 0; /* it was committed */
    assert_int_equal(nacre_move_get_bytes(kept_move, KEPT, NULL, 0, &n), NACRE_NOT_BEGUN);
    assert_int_equal(nacre_move_set_bytes(kept_move, KEPT, "a", 1), NACRE_NOT_BEGUN);
    assert_int_equal(nacre_move_remove(kept_move, KEPT), NACRE_NOT_BEGUN);
    assert_int_equal(nacre_move_rename(kept_move, KEPT, 6), NACRE_NOT_BEGUN);
}

static void open_settings(void)
{
    assert_int_equal(settings_reopen(), NACRE_OK);
}

static uint32_t cuts_before;
static uint32_t cuts_after;

/* One cut of the migration, and, with seed, one of the next try; then it goes through. */
static bool cut_once(const struct sim_nor *kept, uint32_t command, uint32_t seed)
{
    const struct sim_tear tear = {
        .kind = seed == 0 ? SIM_TEAR_NONE : seed == 1 ? SIM_TEAR_DONE : SIM_TEAR_ANY,
        .seed = seed * 7919u + command};
    settings_rewind(kept);
    if (!settings_cut(command, &tear, open_settings)) return false;
    const bool is_new = is_version_3();
    assert_true(is_new || is_version_1()); /* never half */
    if (is_new) cuts_after++;
    if (!is_new) cuts_before++;
    const bool is_cut_again = settings_cut((seed * 3u + command) % 9u, &tear, open_settings);
    assert_true(is_version_3() || (is_cut_again && !is_new && is_version_1()));
    open_settings();
    assert_true(is_version_3());
    settings_reboot();
    assert_true(is_version_3());
    return true;
}

/*
 * With so many granules of the head used before it, so that the members end in this unit, at its
 * end, or in the next one.
 */
static void cut_everywhere(const uint32_t *used, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        make_version_1();
        for (uint32_t k = 0; k < used[i]; k++) {
            const uint32_t value = k;
            bool more;
            set_raw(3000, &value, 4);
            assert_int_equal(nacre_idle(&box.store, &more), NACRE_OK);
            sim_nor_pass_us(box.sim, 30000);
        }
        struct sim_nor *const kept = settings_keep();
        bool is_cut = true;
        for (uint32_t command = 0; is_cut; command++) {
            for (uint32_t seed = 0; seed < 12u && is_cut; seed++) {
                is_cut = cut_once(kept, command, seed);
            }
        }
        sim_nor_destroy(kept);
        assert_int_equal(nacre_format(&box.store, &box.cfg), NACRE_OK);
    }
    print_message("cuts that left the old version %u, the new one %u\n", cuts_before, cuts_after);
    assert_true(cuts_before > 100u && cuts_after > 10u);
}

static void test_move_cut_is_all_or_nothing(void **state)
{
    (void)state;
    static const uint32_t used[] = {0, 100, 220, 229, 232, 235, 238, 241, 244, 247};
    cuts_before = 0;
    cuts_after = 0;
    cut_everywhere(used, sizeof used / sizeof used[0]);
}

static void test_move_cut_in_two_lanes_is_all_or_nothing(void **state)
{
    (void)state;
    static const uint32_t used[] = {0, 226, 238, 244};
    cuts_before = 0;
    cuts_after = 0;
    cut_everywhere(used, sizeof used / sizeof used[0]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, settings_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_move_runs_all_steps),
        TEST(test_move_runs_only_the_steps_from_the_stored_version_on),
        TEST(test_move_of_the_same_version_costs_nothing),
        TEST(test_move_of_a_new_store_takes_the_version),
        TEST(test_move_of_a_store_without_a_version_begins_at_0),
        TEST(test_move_without_steps_writes_the_version),
        TEST(test_move_leaves_a_newer_store_alone),
        TEST(test_move_step_that_fails_changes_nothing),
        TEST(test_move_too_large_for_its_memory_changes_nothing),
        TEST(test_move_refuses_what_makes_no_sense),
        TEST(test_move_with_its_version_lost_asks_the_application),
        TEST(test_move_counts_values_that_bad_bits_took),
        TEST(test_move_calls_refuse_what_makes_no_sense),
        TEST(test_move_tells_a_stale_number),
        TEST(test_move_calls_are_for_steps_only),
        TEST(test_move_cut_is_all_or_nothing),
        cmocka_unit_test_setup_teardown(test_move_cut_in_two_lanes_is_all_or_nothing,
                                        begin_two_lanes, settings_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
