/*
 * Goal: a flush of several pending values, a factory reset and a migration are all there or not
 * there at every cut of the power, and what one boot reads, each later one reads.
 *
 * Method: each is cut at every command, before it, behind it, and inside it by tears that a seed
 * chooses; then the store is mounted again and asked, twice. The migration is cut once more in its
 * next try, in places of the unit so that its members end in it, at its end, and in the next one.
 */
#include "tests/support/cmocka_all.h"
#include "tests/support/move_bed.h"

#include <string.h>

#define SEEDS 12u
#define FIRST_TRIES 9u /* commands, one of which the second cut hits */

static const struct sim_tear *tear_of(uint32_t command, uint32_t seed)
{
    static struct sim_tear tear;
    tear = (struct sim_tear){
        .kind = seed == 0 ? SIM_TEAR_NONE : seed == 1 ? SIM_TEAR_DONE : SIM_TEAR_ANY,
        .seed = seed * 7919u + command};
    return &tear;
}

/* Cut act at each of its commands, from the chip as it is; judge what each cut leaves, mounted. */
static void cut_everywhere(void (*before)(void), void (*act)(void),
                           void (*judge)(uint32_t command, uint32_t seed))
{
    struct sim_nor *const kept = settings_keep();
    bool is_cut = true;
    for (uint32_t command = 0; is_cut; command++) {
        for (uint32_t seed = 0; seed < SEEDS && is_cut; seed++) {
            settings_rewind(kept);
            before();
            is_cut = settings_cut(command, tear_of(command, seed), act);
            if (is_cut) judge(command, seed);
        }
    }
    settings_rewind(kept);
    sim_nor_destroy(kept);
}

static void open_settings(void)
{
    assert_int_equal(settings_reopen(), NACRE_OK);
}

static void nothing(void)
{
}

/* How often so many values were new after a cut. */
static uint32_t seen[4];

static void flush_new(void)
{
    set_three(2, "new", -2);
    assert_int_equal(nacre_flush(&bed.settings), NACRE_OK);
}

static uint32_t count_new(void)
{
    uint8_t volume = 0;
    int16_t balance = 0;
    char title[32];
    open_settings();
    assert_int_equal(nacre_settings_get_u8(&bed.settings, BED_VOLUME, &volume, NULL), NACRE_OK);
    assert_int_equal(nacre_settings_get_i16(&bed.settings, BED_BALANCE, &balance, NULL), NACRE_OK);
    assert_int_equal(nacre_settings_get_string(&bed.settings, BED_TITLE, title, 32, NULL),
                     NACRE_OK);
    assert_true(volume == 1 || volume == 2);
    assert_true(balance == -1 || balance == -2);
    assert_true(strcmp(title, "old") == 0 || strcmp(title, "new") == 0);
    return (volume == 2 ? 1u : 0u) + (balance == -2 ? 1u : 0u) + (title[0] == 'n' ? 1u : 0u);
}

static void judge_flush(uint32_t command, uint32_t seed)
{
    (void)command;
    (void)seed;
    const uint32_t count = count_new();
    settings_remount();
    assert_int_equal(count_new(), count);
    seen[count]++;
}

static void cut_flush(void)
{
    memset(seen, 0, sizeof seen);
    set_three(1, "old", -1);
    assert_int_equal(nacre_flush(&bed.settings), NACRE_OK);
    cut_everywhere(open_settings, flush_new, judge_flush);
}

static void test_settings_cuts_of_a_flush_leave_all_or_nothing(void **state)
{
    (void)state;
    cut_flush();
    assert_true(seen[0] > 10u && seen[3] > 0u);
    assert_true(seen[1] == 0u && seen[2] == 0u);
}

/* What the transaction is for: without memory for it, some are new and some old. */
static void test_settings_cuts_of_a_flush_one_by_one_leave_some(void **state)
{
    (void)state;
    bed.cfg.work = NULL;
    bed.cfg.work_bytes = 0;
    open_settings();
    cut_flush();
    assert_true(seen[0] > 0u && seen[1] > 0u && seen[2] > 0u && seen[3] > 0u);
}

static void reset_all(void)
{
    assert_int_equal(nacre_factory_reset(&bed.settings), NACRE_OK);
}

/* 1 where all values are gone, 0 where all are there. */
static uint32_t is_reset(void)
{
    int32_t trim = 0;
    uint8_t u8 = 0;
    uint32_t length;
    open_settings();
    assert_int_equal(nacre_settings_get_i32(&bed.settings, BED_TRIM, &trim, NULL), NACRE_OK);
    assert_int_equal(nacre_settings_get_u8(&bed.settings, BED_U8, &u8, NULL), NACRE_OK);
    const bool is_gone = nacre_get(&box.store, FILLER, NULL, 0, &length) == NACRE_NOT_FOUND;
    assert_int_equal(trim, is_gone ? -7 : 9);
    assert_int_equal(u8, is_gone ? 50 : 80);
    return is_gone ? 1u : 0u;
}

static void judge_reset(uint32_t command, uint32_t seed)
{
    (void)command;
    (void)seed;
    const uint32_t reset = is_reset();
    settings_remount();
    assert_int_equal(is_reset(), reset);
    seen[reset]++;
}

static void test_settings_cuts_of_a_factory_reset_leave_all_or_nothing(void **state)
{
    (void)state;
    const int32_t made = -7;
    memset(seen, 0, sizeof seen);
    assert_int_equal(nacre_settings_set_factory(&bed.settings, BED_TRIM, &made, 4), NACRE_OK);
    assert_int_equal(nacre_settings_set_i32(&bed.settings, BED_TRIM, 9), NACRE_OK);
    assert_int_equal(nacre_settings_set_u8(&bed.settings, BED_U8, 80), NACRE_OK);
    set_raw(FILLER, "in no table", 11);
    cut_everywhere(open_settings, reset_all, judge_reset);
    assert_true(seen[0] > 3u && seen[1] > 3u);
}

/* After the first cut: the old version or the new one. Then the next try is cut, and the one after
   it goes through. */
static void judge_move(uint32_t command, uint32_t seed)
{
    const bool is_new = is_version_3();
    assert_true(is_new || is_version_1());
    seen[is_new ? 1 : 0]++;
    const uint32_t second = (seed * 3u + command) % FIRST_TRIES;
    const bool is_cut_again = settings_cut(second, tear_of(command, seed + 2u), open_settings);
    assert_true(is_version_3() || (is_cut_again && !is_new && is_version_1()));
    open_settings();
    assert_true(is_version_3());
    settings_reboot();
    assert_true(is_version_3());
}

static void cut_move(const uint32_t *used, uint32_t count)
{
    memset(seen, 0, sizeof seen);
    for (uint32_t i = 0; i < count; i++) {
        make_version_1();
        for (uint32_t k = 0; k < used[i]; k++) { /* so many granules of the unit, beside those */
            bool more;
            set_raw(FILLER, &k, 4);
            assert_int_equal(nacre_idle(&box.store, &more), NACRE_OK);
            sim_nor_pass_us(box.sim, 30000);
        }
        cut_everywhere(nothing, open_settings, judge_move);
        assert_int_equal(nacre_format(&box.store, &box.cfg), NACRE_OK);
    }
    print_message("cuts that left the old version %u, the new one %u\n", seen[0], seen[1]);
    assert_true(seen[0] > 100u && seen[1] > 10u);
}

static void test_settings_cuts_of_a_migration_leave_all_or_nothing(void **state)
{
    (void)state;
    static const uint32_t used[] = {0, 100, 220, 229, 232, 235, 238, 241, 244, 247};
    cut_move(used, sizeof used / sizeof used[0]);
}

static void test_settings_cuts_of_a_migration_in_two_lanes_leave_all_or_nothing(void **state)
{
    (void)state;
    static const uint32_t used[] = {0, 226, 238, 244};
    cut_move(used, sizeof used / sizeof used[0]);
}

#define TEST(name, begin) cmocka_unit_test_setup_teardown(name, begin, settings_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_settings_cuts_of_a_flush_leave_all_or_nothing, settings_begin),
        TEST(test_settings_cuts_of_a_flush_one_by_one_leave_some, settings_begin),
        TEST(test_settings_cuts_of_a_factory_reset_leave_all_or_nothing, settings_begin),
        TEST(test_settings_cuts_of_a_migration_leave_all_or_nothing, move_bed_begin),
        TEST(test_settings_cuts_of_a_migration_in_two_lanes_leave_all_or_nothing,
             move_bed_begin_two_lanes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
