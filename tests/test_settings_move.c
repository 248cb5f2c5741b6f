/*
 * A table that changes: the steps from the stored version to the table's are run in order, once,
 * and what fails changes nothing. test_settings_cuts.c has the cuts.
 */
#include "tests/support/cmocka_all.h"
#include "tests/support/move_bed.h"

static void test_move_runs_all_steps(void **state)
{
    (void)state;
    uint16_t permille = 0;
    struct nacre_setting_state how;
    make_version_1();
    assert_int_equal(settings_reopen(), NACRE_OK);
    assert_true(move_runs[0] == 1 && move_runs[1] == 1);
    assert_true(is_version_3());
    assert_int_equal(bed.settings.stored_version, 3);
    assert_int_equal(bed.settings.moves_lost, 0);
    assert_int_equal(nacre_settings_get_u16(&bed.settings, NEW_PERMILLE, &permille, &how),
                     NACRE_OK);
    assert_int_equal(permille, 800);
    assert_int_equal(how.origin, NACRE_ORIGIN_USER);
    settings_reboot();
    assert_true(move_runs[0] == 1 && move_runs[1] == 1); /* once */
    assert_true(is_version_3());
}

static void test_move_runs_only_the_steps_from_the_stored_version_on(void **state)
{
    (void)state;
    set_version(2);
    set_raw(OLD_PERCENT, "\x50", 1);
    set_raw(NEW_NAME, "pearl", 5);
    assert_int_equal(settings_reopen(), NACRE_OK);
    assert_true(move_runs[0] == 0 && move_runs[1] == 1);
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
    assert_true(move_runs[0] == 0 && move_runs[1] == 0);
    assert_int_equal(bed.settings.stored_version, 3);
    assert_true(box_is_unchanged(&box));
}

/* A store that can only be read is opened all the same, where nothing has to be written. */
static void test_move_of_the_same_version_needs_no_writing(void **state)
{
    (void)state;
    uint8_t kept = 0;
    struct nacre_stats stats;
    set_version(3);
    set_raw(KEPT, "\7", 1);
    box.sim->faults.program_fails = 0;
    box.sim->faults.fail_count = SIM_NOR_NO_COMMAND;
    assert_int_not_equal(box_reboot(&box), NACRE_OK); /* its tail cannot be settled */
    assert_int_equal(nacre_stats(&box.store, &stats), NACRE_OK);
    assert_int_not_equal(stats.read_only, NACRE_OK);
    assert_int_equal(settings_reopen(), NACRE_OK);
    assert_int_equal(nacre_settings_get_u8(&bed.settings, KEPT, &kept, NULL), NACRE_OK);
    assert_int_equal(kept, 7);
    moves.version = 4; /* here something has to be */
    assert_int_equal(settings_reopen(), NACRE_READ_ONLY);
}

static void test_move_of_a_new_store_takes_the_version(void **state)
{
    (void)state;
    assert_int_equal(settings_reopen(), NACRE_OK);
    assert_true(move_runs[0] == 0 && move_runs[1] == 0);
    assert_int_equal(bed.settings.stored_version, 3);
    assert_true(holds(NACRE_OWN_TABLE_VERSION, "\3\0\0\0", 4));
}

static void test_move_of_a_store_without_a_version_begins_at_0(void **state)
{
    (void)state;
    set_raw(OLD_NAME, "pearl", 5);
    assert_int_equal(settings_reopen(), NACRE_OK);
    assert_true(move_runs[0] == 1 && move_runs[1] == 1);
    assert_true(has_keys("12 ") && holds(NEW_NAME, "pearl!", 6));
    assert_true(holds(NACRE_OWN_TABLE_VERSION, "\3\0\0\0", 4));
}

/* Key 0 is a key, and a step from version 0 is run. */
static void test_move_of_a_store_with_one_key_is_no_new_one(void **state)
{
    (void)state;
    const struct nacre_step from_0[] = {{0, move_step_1}, {2, move_step_2}};
    set_raw(0, "a", 1);
    moves.steps = from_0;
    assert_int_equal(settings_reopen(), NACRE_OK);
    assert_true(move_runs[0] == 1 && move_runs[1] == 1);
    assert_true(has_keys("0 "));
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
    move_bed_set(); /* steps, but none from 4 on */
    moves.version = 5;
    set_version(4);
    bed.cfg.work = bed.work;
    bed.cfg.work_bytes = sizeof bed.work;
    assert_int_equal(settings_reopen(), NACRE_OK);
    assert_true(move_runs[0] == 0 && move_runs[1] == 0);
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
    assert_true(move_runs[0] == 0 && move_runs[1] == 0);
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
    move_step_err = NACRE_OUT_OF_LIMITS;
    assert_int_equal(settings_reopen(), NACRE_OUT_OF_LIMITS);
    assert_true(move_runs[0] == 1 && move_runs[1] == 1);
    assert_true(box_is_unchanged(&box));
    assert_true(is_version_1());
    assert_int_equal(nacre_settings_get_u8(&bed.settings, KEPT, &kept, NULL), NACRE_NOT_MOUNTED);
    move_step_err = NACRE_OK;
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
    moves.scratch_bytes = sizeof move_scratch;
    assert_int_equal(settings_reopen(), NACRE_OK);
    assert_true(is_version_3());
}

static void test_move_with_memory_that_cannot_be_written_changes_nothing(void **state)
{
    (void)state;
    make_version_1();
    box.sim->unreadable = bed.work;
    box.sim->unreadable_bytes = sizeof bed.work;
    assert_int_equal(settings_reopen(), NACRE_BAD_BUFFER);
    box.sim->unreadable_bytes = 0;
    assert_true(is_version_1());
}

static void expect_bad_moves(void)
{
    assert_int_equal(settings_reopen(), NACRE_BAD_ARGUMENT);
    assert_true(move_runs[0] == 0 && move_runs[1] == 0);
    move_bed_set();
    bed.cfg.work = bed.work;
    bed.cfg.work_bytes = sizeof bed.work;
}

static void test_move_refuses_what_makes_no_sense(void **state)
{
    (void)state;
    const struct nacre_step twice[] = {{1, move_step_1}, {1, move_step_2}};
    const struct nacre_step null[] = {{1, move_step_1}, {2, NULL}};
    const struct nacre_step first_null[] = {{1, NULL}, {2, move_step_2}};
    make_version_1();
    box_remember(&box);
    moves.version = 0;
    expect_bad_moves();
    moves.version = 0;
    moves.count = 0;
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
    moves.steps = first_null;
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
    assert_int_equal(move_runs[0], 0);
    moves.version_if_lost = 3;
    assert_int_equal(settings_reopen(), NACRE_OK);
    assert_true(move_runs[0] == 0 && move_runs[1] == 0);
    assert_true(holds(NACRE_OWN_TABLE_VERSION, "\3\0\0\0", 4)); /* known again */
    /* An older version that the store still has is none to trust. */
    set_version(2);
    settings_damage(NACRE_OWN_TABLE_VERSION);
    moves.version_if_lost = 0;
    assert_int_equal(settings_reopen(), NACRE_DAMAGED);
    moves.version_if_lost = 1;
    assert_int_equal(settings_reopen(), NACRE_OK);
    assert_true(move_runs[0] == 1 && move_runs[1] == 1);
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

/* What was moved away is not there any more: neither for a get nor for a set. */
static void test_move_leaves_the_old_factory_value_free(void **state)
{
    (void)state;
    uint8_t found[4];
    uint32_t n;
    make_version_1();
    assert_int_equal(settings_reopen(), NACRE_OK);
    assert_int_equal(nacre_factory_get(&box.store, OLD_TRIM, found, 4, &n), NACRE_NOT_FOUND);
    assert_int_equal(nacre_factory_set(&box.store, OLD_TRIM, "\6\0\0\0", 4), NACRE_OK);
    assert_int_equal(nacre_factory_set(&box.store, OLD_TRIM, "\7\0\0\0", 4), NACRE_WRITTEN_ONCE);
    assert_int_equal(nacre_factory_set(&box.store, NEW_TRIM, "\7\0\0\0", 4), NACRE_WRITTEN_ONCE);
}

/* Calls with what no step may ask for. */
static enum nacre_err bad_step(struct nacre_move *move, void *context)
{
    const uint32_t made = NACRE_KEY_FACTORY | OLD_TRIM; /* it has a value */
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
    assert_int_equal(nacre_move_get(move, KEPT, NACRE_TYPE_STRING, &u8), NACRE_BAD_TYPE);
    assert_int_equal(nacre_move_set(move, KEPT, NACRE_TYPE_STRING, &u8), NACRE_BAD_TYPE);
    assert_int_equal(nacre_move_get(move, KEPT, NACRE_TYPE_U32, &u32), NACRE_BAD_TYPE);
    assert_int_equal(nacre_move_get(move, OLD_TRIM, NACRE_TYPE_U8, &u8), NACRE_BAD_TYPE);
    assert_int_equal(nacre_move_get(move, 99, NACRE_TYPE_U8, &u8), NACRE_NOT_FOUND);
    assert_int_equal(nacre_move_remove(move, 99), NACRE_OK);
    assert_int_equal(nacre_move_remove(move, NACRE_OWN_NONCE), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_move_rename(move, 1, 1), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_move_rename(move, made, 21), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_move_rename(move, 1, made + 1u), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_move_rename_secret(move, 1, 1), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_move_rename_secret(move, made, 21), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_move_rename_secret(move, 1, made + 1u), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_move_rename_secret(move, 1, 2), NACRE_NO_SECRETS);
    assert_int_equal(nacre_move_rename_secret(move, NACRE_KEY_MAX, 2), NACRE_NO_SECRETS);
    assert_int_equal(nacre_move_rename_secret(move, 1, NACRE_KEY_MAX), NACRE_NO_SECRETS);
    assert_int_equal(nacre_move_rename(move, NACRE_KEY_MAX, 2), NACRE_OK); /* nothing there */
    assert_int_equal(nacre_move_rename(move, 21, NACRE_KEY_MAX), NACRE_OK);
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, move_bed_begin, settings_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_move_runs_all_steps),
        TEST(test_move_runs_only_the_steps_from_the_stored_version_on),
        TEST(test_move_of_the_same_version_costs_nothing),
        TEST(test_move_of_the_same_version_needs_no_writing),
        TEST(test_move_of_a_new_store_takes_the_version),
        TEST(test_move_of_a_store_without_a_version_begins_at_0),
        TEST(test_move_of_a_store_with_one_key_is_no_new_one),
        TEST(test_move_without_steps_writes_the_version),
        TEST(test_move_leaves_a_newer_store_alone),
        TEST(test_move_step_that_fails_changes_nothing),
        TEST(test_move_too_large_for_its_memory_changes_nothing),
        TEST(test_move_with_memory_that_cannot_be_written_changes_nothing),
        TEST(test_move_refuses_what_makes_no_sense),
        TEST(test_move_with_its_version_lost_asks_the_application),
        TEST(test_move_counts_values_that_bad_bits_took),
        TEST(test_move_leaves_the_old_factory_value_free),
        TEST(test_move_calls_refuse_what_makes_no_sense),
        TEST(test_move_tells_a_stale_number),
        TEST(test_move_calls_are_for_steps_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
