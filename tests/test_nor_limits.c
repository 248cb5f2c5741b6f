/*
 * Which way is taken, what is refused at open with the number named, who else is asked before the
 * flash goes dark, and the watchdog.
 *
 * Method: the false board. Numbers are the SFDP dump's: an erase runs 448 us at least and takes 56
 * to suspend, a program 192 and 25; they last 600 ms and 4864 us at most.
 */
#include "nacre/chips/chips.h"
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
#define FEED_WORD 0xAAAAu

static struct nacre_nor_cfg cfg;
static struct nacre_chip chip;

static int setup(void **state)
{
    (void)state;
    cfg = nor_bed_same_bank(SLICE_US);
    chip = nacre_chip_mx66uw1g45g;
    cfg.chip = &chip;
    fake_start();
    memset(fake.chip + NOR_BED_SAME_BANK, 0xFF, NOR_BED_BYTES);
    return 0;
}

static enum nacre_err open_now(void)
{
    nor_bed.medium = &nor_bed.nor.medium;
    return nacre_nor_open(&nor_bed.nor, &cfg);
}

static void refused_by(const char *name, uint32_t found, uint32_t least)
{
    const struct nacre_mismatch *mismatch = &nor_bed.nor.blackout.port.mismatch;
    const uint32_t blackouts = fake.blackout_count;
    assert_int_equal(open_now(), NACRE_OUT_OF_LIMITS);
    assert_string_equal(mismatch->name, name);
    assert_int_equal(mismatch->found, found);
    assert_in_range(mismatch->expected, least, least + 15);
    assert_int_equal(fake.blackout_count, blackouts);
    assert_int_equal(nacre_nor_close(&nor_bed.nor), NACRE_NOT_MOUNTED);
}

/* ---- budget ---- */

static void test_limits_name_the_number_that_is_too_small(void **state)
{
    (void)state;
    cfg.budget_us = 503;
    refused_by("budget_us, erase", 503, 448 + 56);
    cfg.budget_us = 200;
    refused_by("budget_us, program", 200, 192 + 25);
    cfg.budget_us = SLICE_US;
    cfg.latency_us = 500;
    refused_by("latency_us", 500, 448 + 56);
    cfg.latency_us = SLICE_US;
    assert_int_equal(open_now(), NACRE_OK);
    cfg.region_addr = NOR_BED_REGION;
    cfg.latency_us = 0;
    cfg.budget_us = 4;
    refused_by("budget_us", 4, 5);
    cfg.budget_us = 10;
    cfg.latency_us = 9;
    refused_by("latency_us", 9, 10);
}

static void test_limits_expected_budget_is_enough(void **state)
{
    (void)state;
    cfg.budget_us = 1;
    assert_int_equal(open_now(), NACRE_OUT_OF_LIMITS);
    cfg.budget_us = nor_bed.nor.blackout.port.mismatch.expected;
    assert_int_equal(open_now(), NACRE_OUT_OF_LIMITS); /* of a program; now the erase's */
    cfg.budget_us = nor_bed.nor.blackout.port.mismatch.expected;
    assert_int_equal(open_now(), NACRE_OK);
    fake.must_be_idle_when_mapped = true;
    fake.busy_us = 25000;
    assert_int_equal(nor_bed_erase(0), NACRE_OK);
    assert_int_equal(nor_bed.nor.stats.over_budget, 0);
}

static void test_limits_refuse_what_makes_no_sense(void **state)
{
    (void)state;
    cfg.way = (enum nacre_way)NACRE_WAY_COUNT;
    assert_int_equal(open_now(), NACRE_BAD_ARGUMENT);
    cfg.way = NACRE_WAY_AUTO;
    cfg.app_percent = 100;
    assert_int_equal(open_now(), NACRE_BAD_ARGUMENT);
    cfg.app_percent = 0;
    cfg.budget_us = 3000001;
    assert_int_equal(open_now(), NACRE_BAD_ARGUMENT);
    cfg.budget_us = SLICE_US;
    chip.erase_us_max = 3000001;
    assert_int_equal(open_now(), NACRE_BAD_ARGUMENT);
    assert_int_equal(fake.blackout_count, 0);
}

static void refused_row(void)
{
    assert_int_equal(open_now(), NACRE_BAD_ARGUMENT);
    assert_int_equal(fake.blackout_count, 0);
    chip = nacre_chip_mx66uw1g45g;
}

static void test_limits_refuse_rows_whose_commands_cannot_be_built(void **state)
{
    (void)state;
    chip.form.lines = 4;
    refused_row();
    chip.form.lines = 1; /* with an opcode of two bytes */
    refused_row();
    chip.form.opcode_bytes = 0;
    refused_row();
    chip.form.opcode_bytes = 3;
    refused_row();
    chip.form.addr_bytes = 2;
    refused_row();
    chip.form.addr_bytes = 5;
    refused_row();
    chip.form.read[0].opcode = 0;
    refused_row();
    assert_int_equal(open_now(), NACRE_OK);
}

/* ---- the way ---- */

static void test_limits_chip_that_cannot_suspend_is_refused(void **state)
{
    (void)state;
    chip.erase_suspend = 0;
    assert_int_equal(open_now(), NACRE_REGION_IN_RUN_BANK);
    cfg.way = NACRE_WAY_SLICED;
    assert_int_equal(open_now(), NACRE_REGION_IN_RUN_BANK);
    cfg.region_addr = NOR_BED_REGION;
    assert_int_equal(open_now(), NACRE_REGION_IN_RUN_BANK);
    cfg.way = NACRE_WAY_AUTO;
    assert_int_equal(open_now(), NACRE_OK);
}

static void test_limits_program_without_suspend_needs_all_its_time(void **state)
{
    (void)state;
    chip.program_suspend = 0;
    refused_by("budget_us, program", SLICE_US, 4864);
    cfg.budget_us = 5000;
    assert_int_equal(open_now(), NACRE_OK);
    fake.busy_us = 4864;
    const uint32_t first = fake.blackout_count;
    assert_int_equal(nor_bed_program(0, nor_bed.data, 16), NACRE_OK);
    assert_int_equal(fake.blackout_count, first + 1);
}

static void test_limits_whole_only_if_asked_for_and_budgeted(void **state)
{
    (void)state;
    cfg.way = NACRE_WAY_WHOLE;
    refused_by("budget_us, program", SLICE_US, 4864);
    cfg.budget_us = 500000;
    refused_by("budget_us, erase", 500000, 600000);
    cfg.budget_us = 600010;
    assert_int_equal(open_now(), NACRE_OK);
    fake.must_be_idle_when_mapped = true;
    fake.busy_us = 25000;
    fake.interrupt_every_us = 1000;
    fake_forget();
    const uint32_t first = fake.blackout_count;
    assert_int_equal(nor_bed_erase(0), NACRE_OK);
    assert_string_equal(fake_opcodes(), "06F9 05FA 21DE 05FA 2BD4");
    assert_int_equal(fake.blackout_count, first + 1);
    assert_int_equal(nor_bed.nor.stats.way[NACRE_WAY_WHOLE].blackouts, 1);
    fake.busy_us = 4864;
    assert_int_equal(nor_bed_program(0, nor_bed.data, 128), NACRE_OK);
    chip.erase_suspend = 0;
    chip.program_suspend = 0;
    assert_int_equal(nor_bed_erase(0), NACRE_OK);
}

static void test_limits_way_is_chosen_by_the_targets_bank(void **state)
{
    const uint32_t second_bank = 0x02000000;
    (void)state;
    cfg.region_addr = second_bank - 0x4000;
    memset(fake.chip + cfg.region_addr, 0xFF, NOR_BED_BYTES);
    assert_int_equal(open_now(), NACRE_OK);
    assert_int_equal(nor_bed_program(0x0000, nor_bed.data, 16), NACRE_OK);
    assert_int_equal(nor_bed.nor.op_way, NACRE_WAY_SLICED);
    assert_int_equal(nor_bed_program(0x4000, nor_bed.data, 16), NACRE_OK);
    assert_int_equal(nor_bed.nor.op_way, NACRE_WAY_READ_WHILE_WRITE);
    assert_int_equal(nor_bed.medium->ops->erase_start(nor_bed.medium, 0x4000), NACRE_OK);
    assert_int_equal(fake.fence_addr, second_bank);
    assert_int_equal(fake.fence_bits, 25);
    assert_int_equal(nor_bed.medium->ops->erase_wait(nor_bed.medium), NACRE_OK);
    cfg.way = NACRE_WAY_SLICED;
    assert_int_equal(open_now(), NACRE_OK);
    assert_int_equal(nor_bed_program(0x4010, nor_bed.data, 16), NACRE_OK);
    assert_int_equal(nor_bed.nor.op_way, NACRE_WAY_SLICED);
}

/* ---- the trial of read while write ---- */

static void open_in_another_bank(uint32_t budget_us)
{
    cfg.region_addr = NOR_BED_REGION;
    cfg.budget_us = budget_us;
    memset(fake.chip + NOR_BED_REGION, 0xFF, NOR_BED_BYTES);
    assert_int_equal(open_now(), NACRE_OK);
    assert_int_equal(nor_bed.nor.stats.trust, NACRE_TRUST_UNTRIED);
    fake_forget();
}

static void test_limits_first_operation_is_the_trial(void **state)
{
    (void)state;
    open_in_another_bank(10);
    const struct fake_blackout *trial = &fake.blackouts[fake.blackout_count];
    fake.cycles_per_command = 140; /* so that the rest is longer than the program */
    assert_int_equal(nor_bed_program(0, nor_bed.data, 16), NACRE_OK);
    assert_string_equal(fake_opcodes(), "06F9 05FA 12ED EE11 05FA 2BD4");
    assert_int_equal(fake.sent[3].blackout, fake.sent[2].blackout);
    assert_in_range(fake.sent[3].chip_addr, 0, 65535);
    assert_int_equal(nor_bed.nor.stats.trust, NACRE_TRUST_SHOWN);
    assert_true(trial[1].begin - trial[0].end > 40 * (trial[0].end - trial[0].begin));
    fake_forget();
    assert_int_equal(nor_bed_erase(0), NACRE_OK);
    assert_string_equal(fake_opcodes(), "06F9 05FA 21DE 05FA 2BD4");
}

/* What did not run, or failed, shows nothing. */
static void test_limits_trial_is_made_again_until_it_counts(void **state)
{
    (void)state;
    open_in_another_bank(10);
    fake.fail_next = 0x20;
    assert_int_equal(nor_bed_program(0, nor_bed.data, 16), NACRE_IO);
    assert_int_equal(nor_bed.nor.stats.trust, NACRE_TRUST_UNTRIED);
    fake.timeout_in = 2;
    assert_int_equal(nor_bed_program(0x20, nor_bed.data, 16), NACRE_TIMEOUT);
    assert_int_equal(nor_bed.nor.stats.trust, NACRE_TRUST_UNTRIED);
    fake.timeout_in = 2;
    fake.timeout_is_late = true; /* it runs, and ends well, but nothing was read meanwhile */
    assert_int_equal(nor_bed_program(0x30, nor_bed.data, 16), NACRE_TIMEOUT);
    assert_memory_equal(fake.chip + NOR_BED_REGION + 0x30, nor_bed.data, 16);
    assert_int_equal(nor_bed.nor.stats.trust, NACRE_TRUST_UNTRIED);
    assert_int_equal(nor_bed_program(0x40, nor_bed.data, 16), NACRE_OK);
    assert_int_equal(nor_bed.nor.stats.trust, NACRE_TRUST_SHOWN);
}

static void test_limits_slices_take_over_where_the_budget_allows(void **state)
{
    uint8_t buf[4];
    (void)state;
    open_in_another_bank(2 * SLICE_US);
    assert_int_equal(nor_bed.nor.stats.bound_us, 2 * SLICE_US);
    fake.must_be_idle_when_mapped = true; /* no bank answers while one is busy */
    fake.busy_us = 25000;
    const uint32_t first = fake.blackout_count;
    assert_int_equal(nor_bed_erase(0x1000), NACRE_OK);
    assert_int_equal(nor_bed.nor.stats.trust, NACRE_TRUST_BROKEN);
    assert_int_equal(nor_bed.nor.stats.over_budget, 0);
    assert_in_range(nor_bed.nor.stats.bound_us, 448 + 56, SLICE_US);
    assert_in_range(fake.blackout_count - first, 25000 / SLICE_US / 2, 25000 / 900);
    fake_forget();
    assert_int_equal(nor_bed.medium->ops->erase_start(nor_bed.medium, 0x2000), NACRE_OK);
    assert_string_equal(fake_opcodes(), "06F9 05FA 21DE 05FA B04F 05FA 2BD4");
    assert_int_equal(nor_bed_read(0, buf, 4), NACRE_OK);
    assert_int_equal(nor_bed.medium->ops->erase_wait(nor_bed.medium), NACRE_OK);
}

static void test_limits_no_way_is_left_where_it_does_not(void **state)
{
    uint8_t buf[16];
    (void)state;
    open_in_another_bank(10);
    fake.must_be_idle_when_mapped = true;
    fake.busy_us = 3000;
    const uint32_t first = fake.blackout_count;
    assert_int_equal(nor_bed_program(0, nor_bed.data, 16), NACRE_OK);
    assert_int_equal(fake.blackout_count, first + 1);
    assert_int_equal(nor_bed.nor.stats.over_budget, 1);
    assert_int_equal(fake.fence_bits, 0);
    fake_forget();
    assert_int_equal(nor_bed_program(0x10, nor_bed.data, 16), NACRE_NO_WAY);
    assert_int_equal(nor_bed_erase(0x1000), NACRE_NO_WAY);
    assert_int_equal(fake.sent_count, 0);
    assert_int_equal(nor_bed_read(0, buf, 16), NACRE_OK);
    assert_memory_equal(buf, nor_bed.data, 16);
    assert_int_equal(nacre_nor_close(&nor_bed.nor), NACRE_OK);
}

/* ---- other bus masters ---- */

static int the_display;

static bool before(void *context)
{
    assert_ptr_equal(context, &the_display);
    assert_false(fake.is_closed);
    assert_int_equal(fake.asked, fake.told);
    if (fake.refusals > 0) {
        fake.refusals--;
        return false;
    }
    fake.asked++;
    return true;
}

static void after(void *context)
{
    assert_ptr_equal(context, &the_display);
    assert_true(fake.is_mapped);
    assert_false(fake.is_closed);
    fake.told++;
    assert_int_equal(fake.asked, fake.told);
}

static const struct nacre_nor_hooks hooks = {before, after, &the_display};

static void use_hooks(uint32_t not_now_us)
{
    cfg.hooks = &hooks;
    cfg.not_now_us = not_now_us;
    fake.must_ask = true;
    assert_int_equal(open_now(), NACRE_OK);
}

static void test_limits_masters_are_asked_before_each_blackout(void **state)
{
    (void)state;
    use_hooks(0);
    fake.busy_us = 2000;
    assert_int_equal(nor_bed_erase(0), NACRE_OK);
    assert_int_equal(nor_bed_program(0, nor_bed.data, 16), NACRE_OK);
    assert_int_equal(fake.asked, fake.blackout_count);
    assert_int_equal(fake.told, fake.blackout_count);
    cfg.region_addr = NOR_BED_REGION;
    fake.blackout_count = 0;
    fake.asked = 0;
    fake.told = 0;
    fake.busy_us = 100;
    use_hooks(0);
    assert_int_equal(nor_bed_program(0, nor_bed.data, 16), NACRE_OK);
    assert_int_equal(fake.told, 3);
}

static void test_limits_not_now_is_waited_for(void **state)
{
    (void)state;
    use_hooks(1000);
    fake.refusals = 10;
    fake.busy_us = 2000;
    assert_int_equal(nor_bed_erase(0), NACRE_OK);
    assert_int_equal(nor_bed.nor.stats.not_now, 10);
    fake.refusals = 10;
    assert_int_equal(nor_bed.medium->ops->erase_start(nor_bed.medium, 0x1000), NACRE_OK);
    fake.refusals = 10;
    assert_int_equal(nor_bed.medium->ops->erase_wait(nor_bed.medium), NACRE_OK);
    assert_int_equal(nor_bed.nor.stats.not_now, 30);
}

static void test_limits_not_now_for_too_long_changes_nothing(void **state)
{
    (void)state;
    use_hooks(1000);
    fake.refusals = UINT32_MAX;
    const uint32_t begin = fake.now;
    fake_forget();
    assert_int_equal(nor_bed_program(0, nor_bed.data, 16), NACRE_NOT_NOW);
    assert_in_range(fake.now - begin, 1000 * US, 1400 * US); /* a rest comes before */
    assert_int_equal(nor_bed_erase(0), NACRE_NOT_NOW);
    assert_int_equal(fake.sent_count, 0);
    assert_int_equal(fake.chip[NOR_BED_SAME_BANK], 0xFF);
    fake.refusals = 0;
    assert_int_equal(nor_bed_program(0, nor_bed.data, 16), NACRE_OK);
    fake.refusals = UINT32_MAX;
    assert_int_equal(open_now(), NACRE_NOT_NOW);
}

static void not_now_in_the_middle(void)
{
    fake.busy_us = 4000;
    assert_int_equal(nor_bed.medium->ops->erase_start(nor_bed.medium, 0x1000), NACRE_OK);
    fake.refusals = UINT32_MAX;
    const uint32_t begin = fake.now;
    assert_int_equal(nor_bed.medium->ops->erase_wait(nor_bed.medium), NACRE_NOT_NOW);
    assert_in_range(fake.now - begin, 1000 * US, 30000 * US);
    fake.now += 5000 * US;
    assert_int_equal(nor_bed.medium->ops->erase_poll(nor_bed.medium), NACRE_BUSY);
    assert_int_equal(nacre_nor_close(&nor_bed.nor), NACRE_NOT_NOW);
    fake.refusals = 0;
    assert_int_equal(nor_bed.medium->ops->erase_wait(nor_bed.medium), NACRE_OK);
    assert_int_equal(nacre_nor_close(&nor_bed.nor), NACRE_OK);
    assert_int_equal(fake.security, 0);
}

static void test_limits_not_now_in_the_middle_leaves_it_under_way(void **state)
{
    (void)state;
    use_hooks(1000);
    not_now_in_the_middle();
    cfg.region_addr = NOR_BED_REGION;
    use_hooks(1000);
    not_now_in_the_middle();
}

/* ---- the watchdog ---- */

static volatile uint32_t watchdog;

static void test_limits_watchdog_is_fed_so_often_and_no_more(void **state)
{
    (void)state;
    cfg.way = NACRE_WAY_WHOLE;
    cfg.budget_us = 600010;
    cfg.feed = (struct nacre_nor_feed){&watchdog, FEED_WORD, 1000, 10};
    assert_int_equal(open_now(), NACRE_OK);
    watchdog = 0;
    fake.busy_us = 500;
    assert_int_equal(nor_bed_erase(0), NACRE_OK);
    assert_int_equal(watchdog, 0);
    assert_int_equal(nor_bed.nor.slice.feeds_left, 10);
    fake.busy_us = 5500;
    assert_int_equal(nor_bed_erase(0x1000), NACRE_OK);
    assert_int_equal(watchdog, FEED_WORD);
    assert_in_range(nor_bed.nor.slice.feeds_left, 4, 5);
    fake.busy_us = 25000;
    assert_int_equal(nor_bed_erase(0x2000), NACRE_OK);
    assert_int_equal(nor_bed.nor.slice.feeds_left, 0);
}

static void test_limits_watchdog_is_fed_over_slices(void **state)
{
    (void)state;
    cfg.feed = (struct nacre_nor_feed){&watchdog, FEED_WORD, 2000, 100};
    assert_int_equal(open_now(), NACRE_OK);
    fake.busy_us = 25000;
    assert_int_equal(nor_bed_erase(0), NACRE_OK);
    assert_in_range(nor_bed.nor.slice.feeds_left, 60, 85);
}

static void test_limits_watchdog_that_makes_no_sense_is_refused(void **state)
{
    (void)state;
    cfg.feed = (struct nacre_nor_feed){&watchdog, FEED_WORD, 0, 10};
    assert_int_equal(open_now(), NACRE_BAD_ARGUMENT);
    cfg.feed = (struct nacre_nor_feed){(volatile uint32_t *)(uintptr_t)(fake.chip + 64),
                                       FEED_WORD, 1000, 10};
    assert_int_equal(open_now(), NACRE_BAD_ARGUMENT);
    cfg.feed.reg = NULL;
    cfg.hooks = &(struct nacre_nor_hooks){before, NULL, NULL};
    assert_int_equal(open_now(), NACRE_BAD_ARGUMENT);
    cfg.hooks = &(struct nacre_nor_hooks){NULL, after, NULL};
    assert_int_equal(open_now(), NACRE_BAD_ARGUMENT);
    assert_int_equal(fake.blackout_count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_limits_name_the_number_that_is_too_small, setup),
        cmocka_unit_test_setup(test_limits_expected_budget_is_enough, setup),
        cmocka_unit_test_setup(test_limits_refuse_what_makes_no_sense, setup),
        cmocka_unit_test_setup(test_limits_refuse_rows_whose_commands_cannot_be_built, setup),
        cmocka_unit_test_setup(test_limits_chip_that_cannot_suspend_is_refused, setup),
        cmocka_unit_test_setup(test_limits_program_without_suspend_needs_all_its_time, setup),
        cmocka_unit_test_setup(test_limits_whole_only_if_asked_for_and_budgeted, setup),
        cmocka_unit_test_setup(test_limits_way_is_chosen_by_the_targets_bank, setup),
        cmocka_unit_test_setup(test_limits_first_operation_is_the_trial, setup),
        cmocka_unit_test_setup(test_limits_trial_is_made_again_until_it_counts, setup),
        cmocka_unit_test_setup(test_limits_slices_take_over_where_the_budget_allows, setup),
        cmocka_unit_test_setup(test_limits_no_way_is_left_where_it_does_not, setup),
        cmocka_unit_test_setup(test_limits_masters_are_asked_before_each_blackout, setup),
        cmocka_unit_test_setup(test_limits_not_now_is_waited_for, setup),
        cmocka_unit_test_setup(test_limits_not_now_for_too_long_changes_nothing, setup),
        cmocka_unit_test_setup(test_limits_not_now_in_the_middle_leaves_it_under_way, setup),
        cmocka_unit_test_setup(test_limits_watchdog_is_fed_so_often_and_no_more, setup),
        cmocka_unit_test_setup(test_limits_watchdog_is_fed_over_slices, setup),
        cmocka_unit_test_setup(test_limits_watchdog_that_makes_no_sense_is_refused, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
