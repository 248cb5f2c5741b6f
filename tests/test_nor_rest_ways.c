/*
 * Goal    the rest of the chip takes the ways of the store's medium, in the image's bank, too;
 *         other bus masters and other threads keep their rights in it.
 * Method  as test_nor_rest.c. In the image's bank the false board ends the test if a busy chip is
 *         ever mapped.
 */
#include "nacre/media/nor_down.h"
#include "nacre/media/nor_rest.h"
#include "tests/support/fake_port.h"
#include "tests/support/nor_bed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define US FAKE_CYCLES_PER_US
#define SLOT 0x02000000u
#define BESIDE_IMAGE 0x00010000u /* in its bank */
#define SLOT_BYTES 0x00010000u
#define UNIT 4096u
#define BUDGET_US 520u

static struct nacre_nor *const nor = &nor_bed.nor;
static struct nacre_chip chip;

static void open_with(const struct nacre_nor_cfg *cfg)
{
    assert_int_equal(nor_bed_open_as(cfg), 0);
    memset(fake.chip + SLOT, 0xFF, SLOT_BYTES);
    memset(fake.chip + BESIDE_IMAGE, 0xFF, SLOT_BYTES);
}

static void open_budget(uint32_t budget_us, enum nacre_way way)
{
    struct nacre_nor_cfg cfg = nor_bed_cfg(budget_us);
    cfg.way = way;
    open_with(&cfg);
}

/* ---- the bank of the image ---- */

static void test_ways_slices_in_the_images_bank_read_while_write_elsewhere(void **state)
{
    (void)state;
    open_budget(BUDGET_US, NACRE_WAY_AUTO);
    fake.must_be_idle_when_mapped = true;
    fake.busy_us = 5000;
    fake.chip[BESIDE_IMAGE + 5] = 0;
    assert_int_equal(nacre_nor_erase(nor, BESIDE_IMAGE, UNIT), NACRE_OK);
    assert_int_equal(fake.chip[BESIDE_IMAGE + 5], 0xFF);
    assert_in_range(fake.shortest_run_us, 448, 520);
    assert_non_null(strstr(fake_opcodes(), "B04F"));
    fake.busy_us = 150;
    assert_int_equal(nacre_nor_program(nor, BESIDE_IMAGE, nor_bed.data, 256), NACRE_OK);
    assert_memory_equal(fake.chip + BESIDE_IMAGE, nor_bed.data, 256);
    assert_true(nor->stats.way[NACRE_WAY_SLICED].blackouts >= 5000 / 520 + 2);
    assert_int_equal(nor->stats.way[NACRE_WAY_READ_WHILE_WRITE].blackouts, 0);
    assert_int_equal(nor->stats.over_budget, 0);
    assert_int_equal(nor->stats.programs, 2);
    assert_int_equal(nor->stats.programmed_bytes, 256);

    fake.must_be_idle_when_mapped = false;
    fake_forget();
    assert_int_equal(nor_bed_program(0, nor_bed.data, 16), NACRE_OK);
    assert_int_equal(nacre_nor_program(nor, SLOT, nor_bed.data, 16), NACRE_OK);
    assert_null(strstr(fake_opcodes(), "B04F"));
    assert_true(nor->stats.way[NACRE_WAY_READ_WHILE_WRITE].blackouts >= 4);
}

/* Between its slices all but the unit can be read, by a store in another bank as well. */
static void test_ways_of_a_sliced_erase_only_the_unit_is_waited_for(void **state)
{
    uint8_t got[16];
    (void)state;
    open_budget(BUDGET_US, NACRE_WAY_AUTO);
    fake.must_be_idle_when_mapped = true;
    fake.busy_us = 25000;
    assert_int_equal(nacre_nor_erase_start(nor, BESIDE_IMAGE, UNIT), NACRE_OK);
    const uint32_t begin = fake.now;
    assert_int_equal(nacre_nor_read(nor, BESIDE_IMAGE + UNIT, got, 16), NACRE_OK);
    assert_int_equal(nor_bed_read(0, got, 16), NACRE_OK);
    assert_int_equal(nacre_nor_read(nor, 0, got, 16), NACRE_OK);
    assert_in_range(fake.now - begin, 0, 100 * US);
    assert_int_equal(nacre_nor_read(nor, BESIDE_IMAGE + UNIT - 16, got, 16), NACRE_OK);
    assert_true(fake.now - begin > 25000 * US);
    assert_int_equal(nacre_nor_erase_poll(nor, NULL), NACRE_OK);
}

static void test_ways_that_were_not_asked_for_are_refused(void **state)
{
    struct nacre_nor_cfg cfg = nor_bed_cfg(BUDGET_US);
    (void)state;
    open_budget(BUDGET_US, NACRE_WAY_READ_WHILE_WRITE);
    assert_int_equal(nacre_nor_erase(nor, BESIDE_IMAGE, UNIT), NACRE_REGION_IN_RUN_BANK);
    assert_int_equal(nacre_nor_program(nor, BESIDE_IMAGE, nor_bed.data, 16),
                     NACRE_REGION_IN_RUN_BANK);
    assert_int_equal(fake.sent_count, 0);
    assert_int_equal(nacre_nor_program(nor, SLOT, nor_bed.data, 16), NACRE_OK);

    chip = *cfg.chip;
    chip.erase_suspend = 0;
    chip.program_suspend = 0;
    cfg.chip = &chip;
    open_with(&cfg);
    assert_int_equal(nacre_nor_erase(nor, BESIDE_IMAGE, UNIT), NACRE_REGION_IN_RUN_BANK);
    open_budget(513, NACRE_WAY_AUTO);
    assert_int_equal(nacre_nor_erase(nor, BESIDE_IMAGE, UNIT), NACRE_OUT_OF_LIMITS);
    open_budget(514, NACRE_WAY_AUTO);
    assert_int_equal(nacre_nor_erase(nor, BESIDE_IMAGE, UNIT), NACRE_OK);
}

static void test_ways_whole_operations_if_asked_for(void **state)
{
    (void)state;
    open_budget(700000, NACRE_WAY_WHOLE);
    fake.must_be_idle_when_mapped = true;
    fake.busy_us = 25000;
    assert_int_equal(nacre_nor_erase(nor, BESIDE_IMAGE, UNIT), NACRE_OK);
    assert_null(strstr(fake_opcodes(), "B04F"));
    assert_int_equal(nor->stats.way[NACRE_WAY_WHOLE].blackouts, 1);
    assert_in_range(nor->stats.longest_cycles, 25000 * US, 26000 * US);
}

/* The first operation of a start may be one of these: then it is the trial. */
static void test_ways_trial_may_be_of_the_rest(void **state)
{
    (void)state;
    open_budget(5, NACRE_WAY_AUTO);
    assert_int_equal(nacre_nor_program(nor, SLOT, nor_bed.data, 16), NACRE_OK);
    assert_string_equal(fake_opcodes(), "06F9 05FA 12ED EE11 05FA 2BD4");
    assert_int_equal(nor->stats.trust, NACRE_TRUST_SHOWN);

    open_budget(5, NACRE_WAY_AUTO);
    fake.is_deaf = true;
    fake.busy_us = 2000;
    assert_int_equal(nacre_nor_erase(nor, SLOT, 2 * UNIT), NACRE_NO_WAY); /* the second unit */
    assert_int_equal(nor->stats.trust, NACRE_TRUST_BROKEN);
    assert_int_equal(nor_bed_program(0, nor_bed.data, 16), NACRE_NO_WAY);
    assert_int_equal(nacre_nor_program(nor, SLOT, nor_bed.data, 16), NACRE_NO_WAY);
}

/* ---- other bus masters ---- */

static bool may_go(void *context)
{
    (void)context;
    if (fake.refusals != 0) {
        fake.refusals--;
        return false;
    }
    fake.asked++;
    return true;
}

static void is_over(void *context)
{
    (void)context;
    fake.told++;
}

static void open_with_hooks(void)
{
    static const struct nacre_nor_hooks hooks = {may_go, is_over, NULL};
    struct nacre_nor_cfg cfg = nor_bed_cfg(5);
    cfg.hooks = &hooks;
    cfg.not_now_us = 400;
    open_with(&cfg);
    fake.must_ask = true;
}

static void test_ways_other_masters_are_asked_and_have_a_deadline(void **state)
{
    uint32_t left = 0;
    (void)state;
    open_with_hooks();
    fake.refusals = 5;
    assert_int_equal(nacre_nor_program(nor, SLOT, nor_bed.data, 256), NACRE_OK);
    assert_int_equal(fake.asked, fake.told);

    fake_forget();
    fake.refusals = UINT32_MAX;
    assert_int_equal(nacre_nor_program(nor, SLOT + 256, nor_bed.data, 256), NACRE_NOT_NOW);
    assert_int_equal(nacre_nor_erase(nor, SLOT, UNIT), NACRE_NOT_NOW);
    assert_int_equal(nacre_nor_erase_start(nor, SLOT, UNIT), NACRE_NOT_NOW);
    assert_int_equal(fake.sent_count, 0);
    assert_int_equal(nacre_nor_erase_poll(nor, &left), NACRE_OK);

    fake.refusals = 0;
    fake.busy_us = 25000;
    assert_int_equal(nacre_nor_erase_start(nor, SLOT, UNIT), NACRE_OK);
    fake.refusals = UINT32_MAX;
    fake.now += 60000 * US;
    assert_int_equal(nacre_nor_erase_poll(nor, &left), NACRE_BUSY); /* who polls may ask again */
    fake.now += 60000 * US;
    assert_int_equal(nacre_nor_erase_poll(nor, &left), NACRE_BUSY);
    fake.refusals = 0;
    assert_int_equal(nacre_nor_erase_poll(nor, &left), NACRE_OK);
    assert_int_equal(left, 0);
}

/* Whoever waits hears of it, and is not held for ever. */
static void test_ways_wait_ends_although_the_masters_never_let_go(void **state)
{
    (void)state;
    open_with_hooks();
    fake.busy_us = 25000;
    assert_int_equal(nor_bed.medium->ops->erase_start(nor_bed.medium, 0), NACRE_OK);
    fake.refusals = UINT32_MAX;
    fake_forget();
    assert_int_equal(nacre_nor_erase(nor, SLOT, UNIT), NACRE_NOT_NOW);
    assert_int_equal(nacre_nor_program(nor, SLOT, nor_bed.data, 16), NACRE_NOT_NOW);
    assert_int_equal(fake.sent_count, 0);
    fake.refusals = 0;
    assert_int_equal(nor_bed.medium->ops->erase_wait(nor_bed.medium), NACRE_OK);
    assert_int_equal(nacre_nor_erase(nor, SLOT, UNIT), NACRE_OK);

    /* The other way round, the store is refused before a command, and no unit is to blame. */
    assert_int_equal(nacre_nor_erase_start(nor, SLOT, UNIT), NACRE_OK);
    fake_forget();
    fake.refusals = UINT32_MAX;
    assert_int_equal(nor_bed_program(0, nor_bed.data, 16), NACRE_NOT_NOW);
    assert_int_equal(nor_bed_erase(0x1000), NACRE_NOT_NOW);
    assert_int_equal(fake.sent_count, 0);
    fake.refusals = 0;
    fake.busy_us = 4000; /* a program may take as long */
    assert_int_equal(nor_bed_program(0, nor_bed.data, 16), NACRE_OK);
    assert_int_equal(nacre_nor_erase_poll(nor, NULL), NACRE_OK);
}

/* Going down between two units is no failure: the erase goes on afterwards. */
static void test_ways_erase_stands_still_while_the_medium_is_quiet(void **state)
{
    uint32_t left = 0;
    (void)state;
    open_budget(5, NACRE_WAY_AUTO);
    assert_int_equal(nacre_nor_erase_start(nor, SLOT, 2 * UNIT), NACRE_OK);
    assert_int_equal(nacre_nor_quiesce(nor, 1000000), NACRE_OK);
    assert_int_equal(fake.status, 0);
    fake_forget();
    fake.now += 2 * NACRE_NOR_GIVE_WAY_US * US;
    assert_int_equal(nacre_nor_erase_poll(nor, &left), NACRE_QUIET);
    assert_int_equal(left, UNIT);
    assert_int_equal(nacre_nor_erase(nor, SLOT + 4 * UNIT, UNIT), NACRE_BUSY);
    assert_int_equal(nacre_nor_program(nor, SLOT + 4 * UNIT, nor_bed.data, 16), NACRE_QUIET);
    assert_int_equal(fake.sent_count, 0);
    assert_int_equal(nacre_nor_resume(nor), NACRE_OK);
    assert_int_equal(nacre_nor_erase_poll(nor, &left), NACRE_BUSY);
    fake.now += 30000 * US;
    assert_int_equal(nacre_nor_erase_poll(nor, &left), NACRE_OK);
    assert_int_equal(left, 0);
    assert_int_equal(nacre_nor_quiesce(nor, 1000000), NACRE_OK);
    assert_int_equal(nacre_nor_erase(nor, SLOT, UNIT), NACRE_QUIET);
    assert_int_equal(nacre_nor_resume(nor), NACRE_OK);
    assert_int_equal(nacre_nor_erase_poll(nor, &left), NACRE_OK);
}

/* What was refused long ago to somebody else does not count. */
static void test_ways_deadline_of_a_wait_starts_with_it(void **state)
{
    (void)state;
    open_with_hooks();
    fake.busy_us = 25000;
    assert_int_equal(nor_bed.medium->ops->erase_start(nor_bed.medium, 0), NACRE_OK);
    fake.refusals = 1;
    fake.now += 24999 * US;
    assert_int_equal(nor_bed.medium->ops->erase_poll(nor_bed.medium), NACRE_BUSY);
    fake.now += 10 * US;
    fake.refusals = 1;
    assert_int_equal(nor_bed.medium->ops->erase_poll(nor_bed.medium), NACRE_BUSY);
    fake.now += 500 * US;
    fake.refusals = 3;
    assert_int_equal(nacre_nor_erase(nor, SLOT, UNIT), NACRE_OK);
    assert_int_equal(nor_bed.medium->ops->erase_poll(nor_bed.medium), NACRE_OK);
}

/* ---- threads ---- */

static struct {
    int32_t depth;
    uint32_t count;
    uint32_t blackouts_outside; /* that ran while nobody held the lock */
    uint32_t blackouts;         /* seen at the last unlock */
    bool is_nested_answer_right;
    uint32_t saves_after; /* so many calls another thread gets in and begins to erase; 0: never */
} held;

static void take(void *context)
{
    (void)context;
    if (fake.blackout_count != held.blackouts) held.blackouts_outside++;
    held.depth++;
    held.count++;
}

static void give(void *context)
{
    (void)context;
    held.depth--;
    held.blackouts = fake.blackout_count;
    if (held.count != held.saves_after) return;
    held.saves_after = 0;
    assert_int_equal(nor_bed.medium->ops->erase_start(nor_bed.medium, 0x1000), NACRE_OK);
}

static const struct nacre_nor_lock lock = {take, give, NULL};

static void open_with_lock(const struct nacre_nor_hooks *hooks)
{
    struct nacre_nor_cfg cfg = nor_bed_cfg(5);
    cfg.lock = &lock;
    cfg.hooks = hooks;
    open_with(&cfg);
    memset(&held, 0, sizeof held);
    held.blackouts = fake.blackout_count;
}

static void test_ways_every_call_holds_the_lock_and_gives_it_back(void **state)
{
    struct nacre_nor_stats stats;
    uint8_t got[16];
    (void)state;
    open_with_lock(NULL);
    assert_int_equal(nacre_nor_program(nor, SLOT, nor_bed.data, 256), NACRE_OK);
    assert_int_equal(held.count, 3); /* the check, and each of two pieces */
    assert_int_equal(nacre_nor_program(nor, SLOT, nor_bed.data, 256), NACRE_NOT_ERASED);
    assert_int_equal(nacre_nor_erase(nor, SLOT, 3 * UNIT), NACRE_OK);
    assert_int_equal(nacre_nor_erase(nor, 0, UNIT), NACRE_REGION_IN_IMAGE);
    assert_int_equal(nacre_nor_read(nor, SLOT, got, 16), NACRE_OK);
    assert_int_equal(nacre_nor_erase_start(nor, SLOT, UNIT), NACRE_OK);
    assert_int_equal(nacre_nor_erase_stop(nor), NACRE_OK);
    assert_int_equal(nor_bed_program(0, nor_bed.data, 16), NACRE_OK);
    assert_int_equal(nor_bed_erase(0), NACRE_OK);
    assert_int_equal(nor_bed_read(0, got, 16), NACRE_OK);
    assert_true(nor_bed.medium->ops->can_access(nor_bed.medium, fake.chip, 4, false));
    assert_int_equal(nacre_nor_stats(nor, &stats), NACRE_OK);
    fake.is_in_interrupt = true;
    const uint32_t count = held.count;
    assert_int_equal(nacre_nor_read(nor, SLOT, got, 16), NACRE_FROM_INTERRUPT);
    assert_int_equal(held.count, count); /* a handler takes no mutex */
    fake.is_in_interrupt = false;
    assert_int_equal(nacre_nor_close(nor), NACRE_OK);
    assert_int_equal(nacre_nor_read(nor, SLOT, got, 16), NACRE_NOT_MOUNTED);
    assert_int_equal(held.depth, 0);
    assert_int_equal(held.blackouts_outside, 0);
}

/* Between the pieces of a program a thread may save. */
static void test_ways_store_gets_in_between_two_pieces(void **state)
{
    (void)state;
    for (uint32_t after = 1; after <= 2; after++) {
        open_with_lock(NULL);
        fake.chip[NOR_BED_REGION + 0x1004] = 0;
        held.saves_after = after;
        assert_int_equal(nacre_nor_program(nor, SLOT, nor_bed.data, 256), NACRE_OK);
        assert_memory_equal(fake.chip + SLOT, nor_bed.data, 256);
        assert_int_equal(held.saves_after, 0);
        assert_int_equal(fake.chip[NOR_BED_REGION + 0x1004], 0xFF);
        fake.fail_next = 0x40; /* not of this erase: that has ended */
        assert_int_equal(nor_bed.medium->ops->erase_poll(nor_bed.medium), NACRE_OK);
        assert_int_equal(held.depth, 0);
    }
}

static bool call_again(void *context)
{
    uint8_t got[16];
    (void)context;
    const int32_t depth = held.depth;
    held.is_nested_answer_right =
        nacre_nor_read(nor, SLOT, got, 16) == NACRE_NESTED && held.depth == depth;
    return true;
}

static void test_ways_call_from_a_hook_is_refused(void **state)
{
    static const struct nacre_nor_hooks hooks = {call_again, is_over, NULL};
    (void)state;
    open_with_lock(&hooks);
    assert_int_equal(nacre_nor_program(nor, SLOT, nor_bed.data, 16), NACRE_OK);
    assert_true(held.is_nested_answer_right);
    assert_int_equal(held.depth, 0);
}

static void test_ways_lock_without_a_function_is_refused(void **state)
{
    static const struct nacre_nor_lock no_lock = {NULL, give, NULL};
    static const struct nacre_nor_lock no_unlock = {take, NULL, NULL};
    struct nacre_nor_cfg cfg = nor_bed_cfg(5);
    (void)state;
    fake_start();
    cfg.lock = &no_lock;
    assert_int_equal(nacre_nor_open(nor, &cfg), NACRE_BAD_ARGUMENT);
    cfg.lock = &no_unlock;
    assert_int_equal(nacre_nor_open(nor, &cfg), NACRE_BAD_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ways_slices_in_the_images_bank_read_while_write_elsewhere),
        cmocka_unit_test(test_ways_of_a_sliced_erase_only_the_unit_is_waited_for),
        cmocka_unit_test(test_ways_that_were_not_asked_for_are_refused),
        cmocka_unit_test(test_ways_whole_operations_if_asked_for),
        cmocka_unit_test(test_ways_trial_may_be_of_the_rest),
        cmocka_unit_test(test_ways_other_masters_are_asked_and_have_a_deadline),
        cmocka_unit_test(test_ways_wait_ends_although_the_masters_never_let_go),
        cmocka_unit_test(test_ways_erase_stands_still_while_the_medium_is_quiet),
        cmocka_unit_test(test_ways_deadline_of_a_wait_starts_with_it),
        cmocka_unit_test(test_ways_every_call_holds_the_lock_and_gives_it_back),
        cmocka_unit_test(test_ways_store_gets_in_between_two_pieces),
        cmocka_unit_test(test_ways_call_from_a_hook_is_refused),
        cmocka_unit_test(test_ways_lock_without_a_function_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
