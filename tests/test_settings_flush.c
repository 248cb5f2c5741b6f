/*
 * How pending values are saved: as one transaction where there is memory for it, else one by one;
 * a save that fails loses none of them and is put off; quiesce saves all and unmounts.
 *
 * test_settings_pending.c has when they are saved, test_settings_cuts.c the cuts.
 */
#include "tests/support/settings_bed.h"

#include "tests/support/cmocka_all.h"

#include <string.h>

static void fail_programs(void)
{
    box.sim->faults.program_fails = 0;
    box.sim->faults.fail_count = SIM_NOR_NO_COMMAND;
}

/* A store that answers NACRE_BUSY to each set until time passes. */
static void start_erase(void)
{
    bool more;
    box.cfg.refuse_when_busy = true;
    settings_reboot();
    const uint32_t erases = box.sim->counters.erases;
    for (uint32_t i = 0; i < 10u && box.sim->counters.erases == erases; i++) {
        assert_int_equal(nacre_idle(&box.store, &more), NACRE_OK);
    }
    assert_int_equal(box.sim->counters.erases, erases + 1u);
}

static void test_flush_survives_a_save_that_failed(void **state)
{
    (void)state;
    bool more;
    start_erase();
    bed.now_ms = 1000;
    set_volume(20);
    bed.now_ms = 1100;
    assert_int_equal(nacre_flush(&bed.settings), NACRE_BUSY);
    assert_int_equal(nacre_settings_set_i16(&bed.settings, BED_BALANCE, 7), NACRE_OK);
    assert_int_equal(nacre_flush(&bed.settings), NACRE_BUSY); /* as a transaction */
    expect_volume(20, NACRE_ORIGIN_USER, NACRE_STATE_PENDING);
    sim_nor_pass_us(box.sim, 500000);
    /* Put off: not tried again with each idle call. */
    bed.now_ms = 1599;
    assert_int_equal(nacre_settings_due_ms(&bed.settings), 1);
    assert_int_equal(nacre_settings_idle(&bed.settings, &more), NACRE_OK);
    expect_not_stored(BED_VOLUME);
    bed.now_ms = 1600;
    assert_int_equal(nacre_settings_idle(&bed.settings, &more), NACRE_OK);
    expect_stored(BED_VOLUME, "\x14", 1);
    expect_stored(BED_BALANCE, "\7\0", 2);
}

static void test_flush_set_is_refused_where_it_could_not_be_saved(void **state)
{
    (void)state;
    bool more;
    set_volume(20);
    bed.now_ms = 1000;
    fail_programs();
    assert_int_not_equal(nacre_settings_idle(&bed.settings, &more), NACRE_OK);
    struct nacre_stats stats;
    assert_int_equal(nacre_stats(&box.store, &stats), NACRE_OK);
    assert_int_not_equal(stats.read_only, NACRE_OK);
    expect_volume(20, NACRE_ORIGIN_USER, NACRE_STATE_PENDING);
    assert_int_equal(nacre_settings_set_u8(&bed.settings, BED_VOLUME, 30), NACRE_READ_ONLY);
    expect_volume(20, NACRE_ORIGIN_USER, NACRE_STATE_PENDING);
    /* Neither a full memory nor a value that never fits loses anything. */
    assert_int_equal(nacre_flush(&bed.settings), NACRE_READ_ONLY);
    assert_int_equal(nacre_quiesce(&bed.settings), NACRE_READ_ONLY);
    expect_volume(20, NACRE_ORIGIN_USER, NACRE_STATE_PENDING); /* still open */
}

static void test_flush_full_memory_that_cannot_be_saved_refuses(void **state)
{
    (void)state;
    char text[24];
    start_erase();
    bed.pending_cfg.bytes = NACRE_PENDING_BYTES(1, 8);
    assert_int_equal(nacre_pending_open(&bed.pending, &bed.pending_cfg), NACRE_OK);
    set_volume(20);
    assert_int_equal(nacre_settings_set_i16(&bed.settings, BED_BALANCE, 7), NACRE_BUSY);
    assert_int_equal(nacre_settings_set_string(&bed.settings, BED_TITLE, "nine char"), NACRE_BUSY);
    expect_volume(20, NACRE_ORIGIN_USER, NACRE_STATE_PENDING);
    assert_false(nacre_settings_is_pending(&bed.settings, BED_BALANCE));
    assert_int_equal(nacre_settings_get_string(&bed.settings, BED_TITLE, text, 24, NULL), NACRE_OK);
    assert_string_equal(text, "");
}

static void test_flush_quiesce_saves_and_unmounts(void **state)
{
    (void)state;
    uint8_t found;
    set_volume(20);
    assert_int_equal(nacre_quiesce(&bed.settings), NACRE_OK);
    assert_int_equal(nacre_settings_set_u8(&bed.settings, BED_VOLUME, 30), NACRE_NOT_MOUNTED);
    assert_int_equal(nacre_settings_get_u8(&bed.settings, BED_VOLUME, &found, NULL),
                     NACRE_NOT_MOUNTED);
    assert_int_equal(nacre_quiesce(&bed.settings), NACRE_NOT_MOUNTED);
    const uint32_t programs = box.sim->counters.programs;
    settings_reboot();
    assert_int_equal(box.sim->counters.programs, programs); /* it was a clean restart */
    expect_volume(20, NACRE_ORIGIN_USER, NACRE_STATE_GOOD);
}

static void test_flush_with_too_little_work_saves_one_by_one(void **state)
{
    (void)state;
    bed.cfg.work_bytes = NACRE_TRANSACTION_BYTES(1, 4);
    assert_int_equal(settings_reopen(), NACRE_OK);
    set_three(3, "title", 4);
    assert_int_equal(nacre_flush(&bed.settings), NACRE_OK);
    expect_stored(BED_VOLUME, "\3", 1);
    expect_stored(BED_TITLE, "title", 5);
    expect_stored(BED_BALANCE, "\4\0", 2);
    assert_int_equal(nacre_settings_due_ms(&bed.settings), UINT32_MAX);
}

/* A value that the store has no room for does not keep the others from being saved. */
static void test_flush_saves_what_it_can(void **state)
{
    (void)state;
    uint8_t large[1000] = {0};
    uint32_t key = 4000;
    set_volume(1);
    assert_int_equal(nacre_flush(&bed.settings), NACRE_OK);
    const uint32_t last = key;
    assert_int_equal(nacre_set(&box.store, key++, "1 gran.", 7), NACRE_OK);
    for (uint32_t n = sizeof large; n > 4u; n /= 2u) { /* until there is no room for 7 bytes */
        enum nacre_err err = NACRE_OK;
        for (; err == NACRE_OK; key++) {
            large[0] = (uint8_t)key;
            err = nacre_set(&box.store, key, large, n);
        }
        assert_int_equal(err, NACRE_FULL);
    }
    assert_int_equal(nacre_remove(&box.store, last), NACRE_OK); /* for one granule there is */
    set_three(2, "no room for such a long one", 4);
    assert_int_equal(nacre_flush(&bed.settings), NACRE_FULL);
    expect_stored(BED_VOLUME, "\2", 1);
    expect_stored(BED_BALANCE, "\4\0", 2); /* behind the one that failed */
    expect_volume(2, NACRE_ORIGIN_USER, NACRE_STATE_GOOD);
    assert_true(nacre_settings_is_pending(&bed.settings, BED_TITLE));
    assert_int_equal(nacre_settings_due_ms(&bed.settings), 500);
}

static void test_flush_of_two_is_a_transaction_and_of_one_is_none(void **state)
{
    (void)state;
    uint32_t programs = box.sim->counters.programs;
    set_volume(20);
    assert_int_equal(nacre_flush(&bed.settings), NACRE_OK);
    assert_int_equal(box.sim->counters.programs, programs + 1u);
    set_volume(21);
    assert_int_equal(nacre_settings_set_i16(&bed.settings, BED_BALANCE, 7), NACRE_OK);
    programs = box.sim->counters.programs;
    assert_int_equal(nacre_flush(&bed.settings), NACRE_OK);
    assert_int_equal(box.sim->counters.programs, programs + 3u); /* two and what closes them */
}

static void test_flush_of_some_leaves_what_is_not_due(void **state)
{
    (void)state;
    bed.now_ms = 1000;
    set_volume(20);
    assert_int_equal(nacre_settings_set_i16(&bed.settings, BED_BALANCE, 7), NACRE_OK);
    bed.now_ms = 1400;
    assert_int_equal(nacre_settings_set_string(&bed.settings, BED_TITLE, "late"), NACRE_OK);
    bed.now_ms = 1500;
    idle(); /* two of three, as a transaction */
    expect_stored(BED_VOLUME, "\x14", 1);
    expect_stored(BED_BALANCE, "\7\0", 2);
    expect_not_stored(BED_TITLE);
    assert_int_equal(nacre_settings_due_ms(&bed.settings), 400);
}

/* What is not due keeps its time where another one cannot be saved. */
static void test_flush_that_failed_puts_off_only_what_was_due(void **state)
{
    (void)state;
    bool more;
    start_erase();
    bed.now_ms = 1000;
    set_volume(20);
    bed.now_ms = 1400;
    assert_int_equal(nacre_settings_set_i16(&bed.settings, BED_BALANCE, 7), NACRE_OK);
    bed.now_ms = 1600;
    assert_int_equal(nacre_settings_idle(&bed.settings, &more), NACRE_BUSY);
    assert_int_equal(nacre_settings_due_ms(&bed.settings), 300); /* the balance, at 1900 */
    bed.now_ms = 1900;
    assert_int_equal(nacre_settings_idle(&bed.settings, &more), NACRE_BUSY);
    assert_int_equal(nacre_settings_due_ms(&bed.settings), 200); /* the volume, at 2100 */
}

/* Nor does its latest time, once it has come, make each idle call try again. */
static void test_flush_that_failed_at_the_latest_time_is_put_off(void **state)
{
    (void)state;
    bool more;
    start_erase();
    bed.now_ms = 1000;
    for (uint32_t i = 0; i < 10u; i++) {
        set_volume((uint8_t)i);
        bed.now_ms += 300;
    }
    assert_int_equal(bed.now_ms, 4000);
    assert_int_equal(nacre_settings_idle(&bed.settings, &more), NACRE_BUSY);
    assert_int_equal(nacre_settings_due_ms(&bed.settings), 500);
}

static void test_flush_with_memory_that_cannot_be_written_tells(void **state)
{
    (void)state;
    set_three(3, "title", 4);
    box.sim->unreadable = bed.work;
    box.sim->unreadable_bytes = sizeof bed.work;
    assert_int_equal(nacre_flush(&bed.settings), NACRE_BAD_BUFFER);
    box.sim->unreadable_bytes = 0;
    expect_volume(3, NACRE_ORIGIN_USER, NACRE_STATE_PENDING);
    assert_int_equal(nacre_flush(&bed.settings), NACRE_OK);
    expect_stored(BED_TITLE, "title", 5);
}

/* One by one, with the first two failing: their first error is the answer. */
static void test_flush_one_by_one_answers_its_first_error(void **state)
{
    (void)state;
    bed.cfg.work = NULL;
    bed.cfg.work_bytes = 0;
    assert_int_equal(settings_reopen(), NACRE_OK);
    start_erase();
    set_three(3, "title", 4);
    assert_int_equal(nacre_flush(&bed.settings), NACRE_BUSY);
    assert_int_equal(nacre_settings_due_ms(&bed.settings), 500);
    sim_nor_pass_us(box.sim, 500000);
    assert_int_equal(nacre_flush(&bed.settings), NACRE_OK);
    expect_stored(BED_TITLE, "title", 5);
}

static void test_flush_is_not_for_rows_that_are_saved_at_once(void **state)
{
    (void)state;
    start_erase();
    const uint32_t changes = bed.changes;
    assert_int_equal(nacre_settings_set_u8(&bed.settings, BED_U8, 7), NACRE_BUSY);
    assert_int_equal(bed.changes, changes);
    assert_false(nacre_settings_is_pending(&bed.settings, BED_U8));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, settings_begin, settings_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_flush_survives_a_save_that_failed),
        TEST(test_flush_set_is_refused_where_it_could_not_be_saved),
        TEST(test_flush_full_memory_that_cannot_be_saved_refuses),
        TEST(test_flush_quiesce_saves_and_unmounts),
        TEST(test_flush_with_too_little_work_saves_one_by_one),
        TEST(test_flush_saves_what_it_can),
        TEST(test_flush_of_two_is_a_transaction_and_of_one_is_none),
        TEST(test_flush_of_some_leaves_what_is_not_due),
        TEST(test_flush_that_failed_puts_off_only_what_was_due),
        TEST(test_flush_that_failed_at_the_latest_time_is_put_off),
        TEST(test_flush_with_memory_that_cannot_be_written_tells),
        TEST(test_flush_one_by_one_answers_its_first_error),
        TEST(test_flush_is_not_for_rows_that_are_saved_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
