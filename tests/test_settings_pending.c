/*
 * Sets that are saved later: pending until they were quiet for 500 ms or 3000 ms old, by the bed's
 * clock; saved by a flush, by quiesce, and when their memory is full; lost in a cut before.
 *
 * Whether something was saved is asked of the store and of the chip's count of programs, not of the
 * settings.
 */
#include "tests/support/settings_bed.h"

#include "tests/support/cmocka_all.h"

#include <string.h>

static void test_pending_set_is_seen_and_not_saved(void **state)
{
    (void)state;
    const uint32_t programs = box.sim->counters.programs;
    set_volume(20);
    set_volume(21);
    expect_volume(21, NACRE_ORIGIN_USER, NACRE_STATE_PENDING);
    assert_int_equal(box.sim->counters.programs, programs);
    settings_reboot();
    expect_volume(10, NACRE_ORIGIN_DEFAULT, NACRE_STATE_GOOD);
}

static void test_pending_flush_saves_once(void **state)
{
    (void)state;
    for (uint8_t i = 0; i < 100; i++) set_volume(i);
    const uint32_t programs = box.sim->counters.programs;
    assert_int_equal(nacre_flush(&bed.settings), NACRE_OK);
    assert_int_equal(box.sim->counters.programs, programs + 1u);
    expect_volume(99, NACRE_ORIGIN_USER, NACRE_STATE_GOOD);
    assert_int_equal(nacre_flush(&bed.settings), NACRE_OK);
    assert_int_equal(box.sim->counters.programs, programs + 1u);
    settings_reboot();
    expect_volume(99, NACRE_ORIGIN_USER, NACRE_STATE_GOOD);
}

static void test_pending_is_saved_when_it_was_quiet(void **state)
{
    (void)state;
    bed.now_ms = 1000;
    set_volume(20);
    bed.now_ms = 1400;
    set_volume(21); /* the quiet time begins anew */
    bed.now_ms = 1899;
    idle();
    expect_not_stored(BED_VOLUME);
    assert_int_equal(nacre_settings_due_ms(&bed.settings), 1);
    bed.now_ms = 1900;
    assert_int_equal(nacre_settings_due_ms(&bed.settings), 0);
    idle();
    expect_stored(BED_VOLUME, "\x15", 1);
    expect_volume(21, NACRE_ORIGIN_USER, NACRE_STATE_GOOD);
    assert_int_equal(nacre_settings_due_ms(&bed.settings), UINT32_MAX);
}

static void test_pending_is_saved_at_its_latest_time(void **state)
{
    (void)state;
    bed.now_ms = 0;
    for (uint8_t i = 0; i < 30; i++) { /* never quiet */
        set_volume(i);
        idle();
        expect_not_stored(BED_VOLUME);
        bed.now_ms += 100;
    }
    assert_int_equal(bed.now_ms, 3000);
    idle();
    expect_stored(BED_VOLUME, "\x1d", 1);
    /* The next one has its own latest time. */
    set_volume(77);
    assert_int_equal(nacre_settings_due_ms(&bed.settings), 500);
    bed.now_ms += 2900;
    set_volume(78); /* with all due times in front of it, the nearer one counts */
    assert_int_equal(nacre_settings_due_ms(&bed.settings), 100);
}

static void test_pending_times_survive_the_wrap_of_the_clock(void **state)
{
    (void)state;
    bed.now_ms = UINT32_MAX - 100u;
    set_volume(20);
    bed.now_ms = 398; /* 499 ms later */
    idle();
    expect_not_stored(BED_VOLUME);
    assert_int_equal(nacre_settings_due_ms(&bed.settings), 1);
    bed.now_ms = 399;
    idle();
    expect_stored(BED_VOLUME, "\x14", 1);
}

static void test_pending_oldest_is_found_over_the_wrap_of_the_clock(void **state)
{
    (void)state;
    bed.now_ms = UINT32_MAX - 10u;
    assert_int_equal(nacre_settings_set_i16(&bed.settings, BED_BALANCE, -2), NACRE_OK);
    bed.now_ms = 5;
    set_volume(20);
    bed.now_ms = 6;
    assert_int_equal(nacre_settings_set_i16(&bed.settings, BED_BALANCE, -3), NACRE_OK);
    /* 60 bytes of memory, 12 + 2 and 12 + 1 of them used: 22 more need the oldest one's place. */
    assert_int_equal(nacre_settings_set_string(&bed.settings, BED_TITLE, "twenty-two characters!"),
                     NACRE_OK);
    expect_stored(BED_BALANCE, "\xfd\xff", 2);
    expect_volume(20, NACRE_ORIGIN_USER, NACRE_STATE_PENDING);
    assert_true(nacre_settings_is_pending(&bed.settings, BED_TITLE));
}

static void test_pending_of_several_rows_each_have_their_time(void **state)
{
    (void)state;
    bed.now_ms = 1000;
    set_volume(20);
    bed.now_ms = 1300;
    assert_int_equal(nacre_settings_set_string(&bed.settings, BED_TITLE, "late"), NACRE_OK);
    bed.now_ms = 1500;
    idle();
    expect_stored(BED_VOLUME, "\x14", 1);
    expect_not_stored(BED_TITLE);
    assert_int_equal(nacre_settings_due_ms(&bed.settings), 300);
    bed.now_ms = 1800;
    idle();
    expect_stored(BED_TITLE, "late", 4);
}

static void test_pending_grows_and_shrinks(void **state)
{
    (void)state;
    const char *const texts[] = {"a", "longer text", "", "the same len", "the same 123", "b"};
    char found[32];
    set_volume(20);
    for (uint32_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct nacre_setting_state how;
        assert_int_equal(nacre_settings_set_string(&bed.settings, BED_TITLE, texts[i]), NACRE_OK);
        assert_int_equal(nacre_settings_set_i16(&bed.settings, BED_BALANCE, (int16_t)i), NACRE_OK);
        assert_int_equal(nacre_settings_get_string(&bed.settings, BED_TITLE, found, 32, &how),
                         NACRE_OK);
        assert_string_equal(found, texts[i]);
        assert_int_equal(how.state, NACRE_STATE_PENDING);
        expect_volume(20, NACRE_ORIGIN_USER, NACRE_STATE_PENDING);
    }
    assert_int_equal(nacre_flush(&bed.settings), NACRE_OK);
    expect_stored(BED_TITLE, "b", 1);
    expect_stored(BED_BALANCE, "\5\0", 2);
    expect_stored(BED_VOLUME, "\x14", 1);
}

static void test_pending_value_too_long_for_the_buffer_is_told(void **state)
{
    (void)state;
    char buf[8] = "xxxxxxx";
    struct nacre_setting_state how = {99, 98, 97};
    assert_int_equal(nacre_settings_set_string(&bed.settings, BED_TITLE, "abc"), NACRE_OK);
    assert_int_equal(nacre_flush(&bed.settings), NACRE_OK);
    assert_int_equal(nacre_settings_set_string(&bed.settings, BED_TITLE, "nine char"), NACRE_OK);
    assert_int_equal(nacre_settings_get_string(&bed.settings, BED_TITLE, buf, 8, &how),
                     NACRE_TOO_SMALL);
    assert_int_equal(how.length, 9);
    assert_string_equal(buf, "xxxxxxx");
}

static void test_pending_value_that_never_fits_is_saved_at_once(void **state)
{
    (void)state;
    bed.pending_cfg.bytes = NACRE_PENDING_BYTES(1, 8);
    assert_int_equal(nacre_pending_open(&bed.pending, &bed.pending_cfg), NACRE_OK);
    assert_int_equal(nacre_settings_set_string(&bed.settings, BED_TITLE, "eight ch"), NACRE_OK);
    expect_not_stored(BED_TITLE);
    assert_int_equal(nacre_settings_set_string(&bed.settings, BED_TITLE, "nine char"), NACRE_OK);
    expect_stored(BED_TITLE, "nine char", 9);
    assert_false(nacre_settings_is_pending(&bed.settings, BED_TITLE)); /* not the older one */
}

static void test_pending_value_that_never_fits_needs_no_older_one(void **state)
{
    (void)state;
    bed.pending_cfg.bytes = NACRE_PENDING_BYTES(1, 8);
    assert_int_equal(nacre_pending_open(&bed.pending, &bed.pending_cfg), NACRE_OK);
    set_volume(20);
    assert_int_equal(nacre_settings_set_string(&bed.settings, BED_TITLE, "nine char"), NACRE_OK);
    expect_stored(BED_TITLE, "nine char", 9);
    expect_volume(20, NACRE_ORIGIN_USER, NACRE_STATE_PENDING); /* others stay */
}

/* Of two that could go, the older one does, wherever it lies; the row that is set is spared. */
static void test_pending_full_memory_spares_the_row_that_is_set(void **state)
{
    (void)state;
    assert_int_equal(nacre_settings_set_string(&bed.settings, BED_TITLE, "oldest"), NACRE_OK);
    bed.now_ms = 1;
    set_volume(20);
    bed.now_ms = 2;
    assert_int_equal(nacre_settings_set_i16(&bed.settings, BED_BALANCE, 7), NACRE_OK);
    /* 60 bytes: 36 of heads, 1 and 2 of values; for more than 21 the volume has to go. */
    assert_int_equal(nacre_settings_set_string(&bed.settings, BED_TITLE, "twenty-two characters!"),
                     NACRE_OK);
    expect_stored(BED_VOLUME, "\x14", 1);
    expect_not_stored(BED_BALANCE);
    expect_not_stored(BED_TITLE);
}

/* What goes makes the value that is set again move up, in front of it. */
static void test_pending_full_memory_moves_what_stays(void **state)
{
    (void)state;
    char title[32];
    bed.pending_cfg.bytes = NACRE_PENDING_BYTES(2, 4);
    assert_int_equal(nacre_pending_open(&bed.pending, &bed.pending_cfg), NACRE_OK);
    set_volume(20);
    bed.now_ms = 1;
    assert_int_equal(nacre_settings_set_string(&bed.settings, BED_TITLE, "ab"), NACRE_OK);
    bed.now_ms = 2;
    assert_int_equal(nacre_settings_set_string(&bed.settings, BED_TITLE, "abcdef"), NACRE_OK);
    expect_stored(BED_VOLUME, "\x14", 1);
    assert_int_equal(nacre_settings_get_string(&bed.settings, BED_TITLE, title, 32, NULL),
                     NACRE_OK);
    assert_string_equal(title, "abcdef");
    assert_int_equal(bed.pending.used, NACRE_PENDING_BYTES(1, 6)); /* once */
    assert_int_equal(nacre_settings_due_ms(&bed.settings), 500);
    bed.now_ms = 2900; /* its first time has come along: 1 */
    assert_int_equal(nacre_settings_set_string(&bed.settings, BED_TITLE, "a"), NACRE_OK);
    assert_int_equal(nacre_settings_due_ms(&bed.settings), 101);
}

static void test_pending_full_memory_saves_the_oldest(void **state)
{
    (void)state;
    bed.pending_cfg.bytes = NACRE_PENDING_BYTES(2, 4);
    assert_int_equal(nacre_pending_open(&bed.pending, &bed.pending_cfg), NACRE_OK);
    set_volume(20);
    bed.now_ms++;
    assert_int_equal(nacre_settings_set_i16(&bed.settings, BED_BALANCE, 7), NACRE_OK);
    bed.now_ms++;
    set_volume(21); /* set again, it is the oldest still */
    expect_not_stored(BED_VOLUME);
    assert_int_equal(nacre_settings_set_string(&bed.settings, BED_TITLE, "ab"), NACRE_OK);
    expect_stored(BED_VOLUME, "\x15", 1);
    expect_not_stored(BED_BALANCE);
    expect_volume(21, NACRE_ORIGIN_USER, NACRE_STATE_GOOD);
}

static void test_pending_equal_value_costs_nothing(void **state)
{
    (void)state;
    set_volume(20);
    assert_int_equal(nacre_flush(&bed.settings), NACRE_OK);
    set_volume(20);
    assert_false(nacre_settings_is_pending(&bed.settings, BED_VOLUME));
    set_volume(30);
    set_volume(20); /* back to what is stored */
    const uint32_t programs = box.sim->counters.programs;
    assert_int_equal(nacre_flush(&bed.settings), NACRE_OK);
    assert_int_equal(box.sim->counters.programs, programs);
    assert_false(nacre_settings_is_pending(&bed.settings, BED_VOLUME));
    expect_stored(BED_VOLUME, "\x14", 1);
}

static void test_pending_needs_a_mounted_store(void **state)
{
    (void)state;
    uint8_t found;
    bool more;
    char text[4];
    set_volume(20);
    assert_int_equal(nacre_settings_set_string(&bed.settings, BED_TITLE, "abc"), NACRE_OK);
    assert_int_equal(nacre_unmount(&box.store), NACRE_OK);
    assert_int_equal(nacre_settings_get_u8(&bed.settings, BED_VOLUME, &found, NULL),
                     NACRE_NOT_MOUNTED);
    assert_int_equal(nacre_settings_get_string(&bed.settings, BED_TITLE, text, 4, NULL),
                     NACRE_NOT_MOUNTED); /* it would just fit */
    assert_int_equal(nacre_settings_set_u8(&bed.settings, BED_VOLUME, 30), NACRE_NOT_MOUNTED);
    assert_int_equal(nacre_flush(&bed.settings), NACRE_NOT_MOUNTED);
    assert_int_equal(nacre_settings_idle(&bed.settings, &more), NACRE_NOT_MOUNTED);
    assert_int_equal(nacre_quiesce(&bed.settings), NACRE_NOT_MOUNTED);
}

static void test_pending_without_memory_saves_at_once(void **state)
{
    (void)state;
    bool more;
    bed.cfg.pending = NULL;
    assert_int_equal(settings_reopen(), NACRE_OK);
    set_volume(20);
    expect_stored(BED_VOLUME, "\x14", 1);
    expect_volume(20, NACRE_ORIGIN_USER, NACRE_STATE_GOOD);
    assert_int_equal(nacre_settings_idle(&bed.settings, &more), NACRE_OK);
    assert_int_equal(nacre_flush(&bed.settings), NACRE_OK);
    assert_int_equal(nacre_settings_due_ms(&bed.settings), UINT32_MAX);
    assert_int_equal(nacre_settings_reset(&bed.settings, BED_VOLUME), NACRE_OK);
    assert_int_equal(nacre_quiesce(&bed.settings), NACRE_OK);
}

static void test_pending_reset_drops_it(void **state)
{
    (void)state;
    set_volume(20);
    assert_int_equal(nacre_flush(&bed.settings), NACRE_OK);
    set_volume(21);
    assert_int_equal(nacre_settings_reset(&bed.settings, BED_VOLUME), NACRE_OK);
    expect_volume(10, NACRE_ORIGIN_DEFAULT, NACRE_STATE_GOOD);
    assert_int_equal(nacre_flush(&bed.settings), NACRE_OK);
    expect_not_stored(BED_VOLUME);
}

static void test_pending_idle_gives_the_store_time(void **state)
{
    (void)state;
    bool more = false;
    assert_int_equal(nacre_settings_idle(&bed.settings, &more), NACRE_OK);
    const uint32_t erases = box.sim->counters.erases;
    for (uint32_t i = 0; i < 100 && more; i++) {
        sim_nor_pass_us(box.sim, 30000);
        assert_int_equal(nacre_settings_idle(&bed.settings, &more), NACRE_OK);
    }
    assert_false(more);
    assert_true(box.sim->counters.erases >= erases);
}

static void test_pending_open_refuses_what_cannot_work(void **state)
{
    (void)state;
    struct nacre_pending pending;
    struct nacre_pending_cfg bad[3];
    for (uint32_t i = 0; i < 3u; i++) bad[i] = bed.pending_cfg;
    bad[0].memory = NULL;
    bad[1].now_ms = NULL;
    bad[2].bytes = NACRE_PENDING_HEAD;
    for (uint32_t i = 0; i < 3u; i++) {
        assert_int_equal(nacre_pending_open(&pending, &bad[i]), NACRE_BAD_ARGUMENT);
    }
    assert_int_equal(nacre_pending_open(NULL, &bed.pending_cfg), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_pending_open(&pending, NULL), NACRE_BAD_ARGUMENT);
    struct nacre_pending_cfg cfg = bed.pending_cfg;
    cfg.bytes = NACRE_PENDING_HEAD + 1u;
    assert_int_equal(nacre_pending_open(&pending, &cfg), NACRE_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, settings_begin, settings_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_pending_set_is_seen_and_not_saved),
        TEST(test_pending_flush_saves_once),
        TEST(test_pending_is_saved_when_it_was_quiet),
        TEST(test_pending_is_saved_at_its_latest_time),
        TEST(test_pending_times_survive_the_wrap_of_the_clock),
        TEST(test_pending_oldest_is_found_over_the_wrap_of_the_clock),
        TEST(test_pending_of_several_rows_each_have_their_time),
        TEST(test_pending_grows_and_shrinks),
        TEST(test_pending_value_too_long_for_the_buffer_is_told),
        TEST(test_pending_value_that_never_fits_is_saved_at_once),
        TEST(test_pending_value_that_never_fits_needs_no_older_one),
        TEST(test_pending_full_memory_spares_the_row_that_is_set),
        TEST(test_pending_full_memory_moves_what_stays),
        TEST(test_pending_full_memory_saves_the_oldest),
        TEST(test_pending_equal_value_costs_nothing),
        TEST(test_pending_needs_a_mounted_store),
        TEST(test_pending_without_memory_saves_at_once),
        TEST(test_pending_reset_drops_it),
        TEST(test_pending_idle_gives_the_store_time),
        TEST(test_pending_open_refuses_what_cannot_work),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
