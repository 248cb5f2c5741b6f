/*
 * Waiting yields, and sleep is held off: the callbacks of struct nacre_nor_os.
 *
 * Method: the false board. Its own wait counts what is spun; the callback lets the clock go on by
 * what it was asked, by nothing, or by far too much, and calls the library as another thread would.
 */
#include "tests/support/fake_port.h"
#include "tests/support/nor_bed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define US FAKE_CYCLES_PER_US
#define SLICE_US 520u
#define ERASE_US 25000u

/* What the callbacks do, and what they saw. */
static struct {
    uint32_t percent;      /* of what was asked, that they let pass */
    uint32_t more_us;      /* beside it */
    uint32_t waits;
    uint32_t asked_us;
    bool calls_library;
    enum nacre_err told;
    bool is_awake;
    uint32_t wakes;
    uint32_t blackouts;    /* at the last change of is_awake */
} os;

static void os_wait(void *context, uint32_t us)
{
    assert_ptr_equal(context, &os);
    assert_false(fake.is_closed);
    assert_true(fake.is_mapped);
    os.waits++;
    os.asked_us += us;
    fake.now += (us * os.percent / 100u + os.more_us) * US;
    if (os.calls_library) os.told = nor_bed_program(0x3000, nor_bed.data, 16);
}

static void os_stay_awake(void *context, bool is_busy)
{
    assert_ptr_equal(context, &os);
    assert_false(fake.is_closed);
    assert_true(os.is_awake != is_busy);
    os.is_awake = is_busy;
    os.blackouts = fake.blackout_count;
    if (is_busy) os.wakes++;
}

static const struct nacre_nor_os callbacks = {os_wait, os_stay_awake, &os};

static void reset_os(uint32_t percent)
{
    memset(&os, 0, sizeof(os));
    os.percent = percent;
}

static int setup(void **state)
{
    struct nacre_nor_cfg cfg = nor_bed_cfg(5);
    (void)state;
    reset_os(100);
    cfg.os = &callbacks;
    return nor_bed_open_as(&cfg);
}

static int setup_slices(void **state)
{
    struct nacre_nor_cfg cfg = nor_bed_same_bank(SLICE_US);
    (void)state;
    reset_os(100);
    cfg.os = &callbacks;
    return nor_bed_open_same_bank(&cfg);
}

/* ---- waiting ---- */

static void save_and_erase(void)
{
    fake.busy_us = 300;
    assert_int_equal(nor_bed_program(0, nor_bed.data, 256), NACRE_OK);
    fake.busy_us = ERASE_US;
    assert_int_equal(nor_bed_erase(0x1000), NACRE_OK);
}

static void test_waits_spin_nothing_that_the_callback_waits(void **state)
{
    (void)state;
    save_and_erase();
    assert_true(os.waits != 0);
    assert_true(os.asked_us > ERASE_US);
    assert_int_equal(fake.spun, 0);
}

/* What is left is spun once: it is not asked for again and again. */
static void test_waits_spin_what_the_callback_leaves(void **state)
{
    uint32_t waits[2];
    uint32_t took[2];
    (void)state;
    for (uint32_t k = 0; k < 2; k++) {
        assert_int_equal(setup(NULL), 0);
        reset_os(k == 0 ? 100 : 0);
        const uint32_t begin = fake.now;
        save_and_erase();
        waits[k] = os.waits;
        took[k] = fake.now - begin;
    }
    assert_int_equal(waits[0], waits[1]);
    assert_in_range(took[1], took[0] - 50 * US, took[0] + 50 * US);
    assert_in_range(fake.spun, took[1] / 2, took[1]);
}

static void test_waits_that_come_too_late_cost_time_and_nothing_else(void **state)
{
    static const uint32_t more_us[] = {1000, 50000, 5000000, 40000000};
    (void)state;
    for (uint32_t i = 0; i < sizeof(more_us) / sizeof(more_us[0]); i++) {
        os.more_us = more_us[i];
        fake.busy_us = 300;
        fake_forget();
        assert_int_equal(nor_bed_program(i * 16, nor_bed.data, 16), NACRE_OK);
        assert_int_equal(nor_bed_erase(0x2000 + i * 0x1000), NACRE_OK);
    }
}

static void test_waits_too_late_do_not_touch_the_runs(void **state)
{
    (void)state;
    os.more_us = 7000;
    fake.busy_us = ERASE_US;
    assert_int_equal(nor_bed_erase(0), NACRE_OK);
    assert_in_range(fake.shortest_run_us, 448, SLICE_US);
    assert_in_range(fake.blackout_count, ERASE_US / SLICE_US, ERASE_US / 448 + 3);
}

/* Between two slices the application has as long as a slice, also where a wait comes early. */
static void test_waits_keep_the_share_of_a_suspended_erase(void **state)
{
    static const uint32_t percents[] = {0, 50, 100, 300};
    (void)state;
    for (uint32_t k = 0; k < sizeof(percents) / sizeof(percents[0]); k++) {
        assert_int_equal(setup_slices(NULL), 0);
        os.percent = percents[k];
        fake.busy_us = ERASE_US;
        const uint32_t first = fake.blackout_count;
        assert_int_equal(nor_bed_erase(0), NACRE_OK);
        assert_true(fake.blackout_count - first > 10);
        for (uint32_t i = first + 1; i < fake.blackout_count; i++) {
            const struct fake_blackout *one = &fake.blackouts[i - 1];
            assert_true(fake.blackouts[i].begin - one->end + US >= one->end - one->begin);
        }
    }
}

static void test_waits_let_another_thread_call_and_tell_it(void **state)
{
    (void)state;
    os.calls_library = true;
    assert_int_equal(nor_bed_erase(0x1000), NACRE_OK);
    assert_int_equal(os.told, NACRE_NESTED);
    os.calls_library = false;
    assert_int_equal(nor_bed_program(0x3000, nor_bed.data, 16), NACRE_OK);
}

static bool refuse_once(void *context)
{
    uint32_t *const left = context;
    if (*left == 0) return true;
    *left -= 1;
    return false;
}

static void nothing(void *context)
{
    (void)context;
}

/* The pause until another master is asked again yields, too. */
static void test_waits_for_other_masters_yield(void **state)
{
    static uint32_t left;
    static const struct nacre_nor_hooks hooks = {refuse_once, nothing, &left};
    struct nacre_nor_cfg cfg = nor_bed_cfg(5);
    (void)state;
    cfg.os = &callbacks;
    cfg.hooks = &hooks;
    cfg.not_now_us = 10000;
    assert_int_equal(nor_bed_open_as(&cfg), 0);
    reset_os(100);
    fake.now += 1000 * US;
    left = 7;
    assert_int_equal(nor_bed.medium->ops->erase_start(nor_bed.medium, 0), NACRE_OK);
    assert_int_equal(os.waits, 7);
    assert_int_equal(fake.spun, 0);
}

static void test_waits_callbacks_that_are_missing_are_refused(void **state)
{
    static struct nacre_nor nor;
    struct nacre_nor_os some = callbacks;
    struct nacre_nor_cfg cfg = nor_bed_cfg(5);
    (void)state;
    cfg.os = &some;
    some.wait = NULL;
    assert_int_equal(nacre_nor_open(&nor, &cfg), NACRE_BAD_ARGUMENT);
    some = callbacks;
    some.stay_awake = NULL;
    assert_int_equal(nacre_nor_open(&nor, &cfg), NACRE_BAD_ARGUMENT);
}

/* ---- staying awake ---- */

static void test_waits_hold_sleep_off_from_start_to_end(void **state)
{
    (void)state;
    fake.busy_us = ERASE_US;
    const uint32_t before = fake.blackout_count;
    assert_int_equal(nor_bed.medium->ops->erase_start(nor_bed.medium, 0), NACRE_OK);
    assert_true(os.is_awake);
    assert_int_equal(os.blackouts, before); /* told before the first command */
    assert_int_equal(nor_bed.medium->ops->erase_poll(nor_bed.medium), NACRE_BUSY);
    assert_true(os.is_awake);
    assert_int_equal(nor_bed.medium->ops->erase_wait(nor_bed.medium), NACRE_OK);
    assert_false(os.is_awake);
    assert_int_equal(os.blackouts, fake.blackout_count);
    fake.busy_us = 300;
    assert_int_equal(nor_bed_program(0, nor_bed.data, 256), NACRE_OK);
    assert_false(os.is_awake);
    assert_int_equal(os.wakes, 3);
}

static void test_waits_let_sleep_what_did_not_start(void **state)
{
    (void)state;
    fake.ignores_write_enable = true;
    assert_int_equal(nor_bed_program(0, nor_bed.data, 16), NACRE_CHIP_REFUSED);
    assert_int_equal(nor_bed.medium->ops->erase_start(nor_bed.medium, 0), NACRE_CHIP_REFUSED);
    assert_false(os.is_awake);
    assert_int_equal(os.wakes, 2);
}

static void test_waits_stay_awake_while_a_chip_does_not_end(void **state)
{
    (void)state;
    assert_int_equal(nor_bed_program(0x7000, nor_bed.data, 16), NACRE_OK); /* the trial */
    fake.is_stuck = true;
    assert_int_equal(nor_bed_program(0, nor_bed.data, 16), NACRE_TIMEOUT);
    assert_true(os.is_awake);
    fake.is_stuck = false;
    assert_int_equal(nacre_nor_close(&nor_bed.nor), NACRE_OK);
    assert_false(os.is_awake);
}

#define TEST(name) cmocka_unit_test_setup(test_waits_##name, setup)
#define TEST_SLICES(name) cmocka_unit_test_setup(test_waits_##name, setup_slices)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(spin_nothing_that_the_callback_waits),
        TEST_SLICES(spin_nothing_that_the_callback_waits),
        TEST(spin_what_the_callback_leaves),
        TEST(that_come_too_late_cost_time_and_nothing_else),
        TEST_SLICES(that_come_too_late_cost_time_and_nothing_else),
        TEST_SLICES(too_late_do_not_touch_the_runs),
        TEST_SLICES(keep_the_share_of_a_suspended_erase),
        TEST(let_another_thread_call_and_tell_it),
        TEST(for_other_masters_yield),
        TEST(callbacks_that_are_missing_are_refused),
        TEST(hold_sleep_off_from_start_to_end),
        TEST_SLICES(hold_sleep_off_from_start_to_end),
        TEST(let_sleep_what_did_not_start),
        TEST_SLICES(let_sleep_what_did_not_start),
        TEST(stay_awake_while_a_chip_does_not_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
