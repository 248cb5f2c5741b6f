/*
 * The sliced way: an operation in the bank that runs the code, suspended and resumed.
 *
 * Method: the false board with a chip that takes suspend and resume as Macronix's model of the
 * family does: it makes no progress in a run that was too short, takes its time to suspend, and
 * just ends if the suspend comes too late. The board ends the test if a busy chip is ever mapped.
 * Times and limits are the SFDP dump's: 448 us of run and 56 us of latency for an erase, 192 and 25
 * for a program.
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
#define BUDGET_US 520u /* 448 + 56, and a little */
#define ERASE_US 25000u
#define E_FAIL 0x40u
#define P_FAIL 0x20u

static int setup(void **state)
{
    const struct nacre_nor_cfg cfg = nor_bed_same_bank(BUDGET_US);
    (void)state;
    return nor_bed_open_same_bank(&cfg);
}

static int open_with_budget(uint32_t budget_us)
{
    const struct nacre_nor_cfg cfg = nor_bed_same_bank(budget_us);
    return nor_bed_open_same_bank(&cfg);
}

static enum nacre_err erase_start(uint32_t addr)
{
    return nor_bed.medium->ops->erase_start(nor_bed.medium, addr);
}

static enum nacre_err erase_wait(void)
{
    return nor_bed.medium->ops->erase_wait(nor_bed.medium);
}

static uint32_t length(uint32_t blackout)
{
    return fake.blackouts[blackout].end - fake.blackouts[blackout].begin;
}

/* ---- how it goes ---- */

static void test_slice_commands_of_an_erase_are_these(void **state)
{
    (void)state;
    fake.busy_us = 1000;
    assert_int_equal(nor_bed_erase(0x1000), NACRE_OK);
    assert_string_equal(fake_opcodes(), "06F9 05FA 21DE 05FA B04F 05FA 2BD4 "
                                        "30CF 05FA B04F 05FA 2BD4 30CF 05FA 2BD4");
    assert_int_equal(fake.sent[2].chip_addr, NOR_BED_SAME_BANK + 0x1000);
    assert_int_equal(fake.fence_bits, 0);
    assert_int_equal(fake.discard_addr, NOR_BED_SAME_BANK + 0x1000);
    assert_int_equal(fake.discard_bytes, 4096);
}

static void test_slice_blackouts_keep_to_the_budget(void **state)
{
    static const uint32_t budgets[] = {520, 700, 2000};
    (void)state;
    for (uint32_t k = 0; k < sizeof(budgets) / sizeof(budgets[0]); k++) {
        assert_int_equal(open_with_budget(budgets[k]), 0);
        const uint32_t first = fake.blackout_count;
        fake.busy_us = ERASE_US;
        assert_int_equal(nor_bed_erase(0), NACRE_OK);
        for (uint32_t i = first; i < fake.blackout_count; i++) {
            assert_in_range(length(i), 1, budgets[k] * US);
        }
        assert_true(fake.shortest_run_us >= 448);
        assert_in_range(fake.blackout_count - first, ERASE_US / budgets[k], ERASE_US / 448 + 2);
        assert_int_equal(nor_bed.nor.stats.over_budget, 0);
    }
}

static void test_slice_short_program_takes_one_and_no_suspend(void **state)
{
    (void)state;
    fake.busy_us = 152;
    const uint32_t first = fake.blackout_count;
    assert_int_equal(nor_bed_program(0x20, nor_bed.data, 16), NACRE_OK);
    assert_string_equal(fake_opcodes(), "06F9 05FA 12ED 05FA 2BD4");
    assert_int_equal(fake.blackout_count, first + 1);
    assert_memory_equal(fake.chip + NOR_BED_SAME_BANK + 0x20, nor_bed.data, 16);
}

static void test_slice_slow_program_is_suspended(void **state)
{
    (void)state;
    fake.suspend_us = 25;
    fake.run_min_us = 192;
    fake.busy_us = 4800;
    const uint32_t first = fake.blackout_count;
    assert_int_equal(nor_bed_program(0, nor_bed.data, 128), NACRE_OK);
    assert_in_range(fake.blackout_count - first, 4800 / BUDGET_US, 4800 / 192 + 2);
    assert_true(fake.shortest_run_us >= 192);
    assert_memory_equal(fake.chip + NOR_BED_SAME_BANK, nor_bed.data, 128);
}

static void test_slice_longest_erase_of_the_row_ends(void **state)
{
    (void)state;
    fake.busy_us = 600000;
    assert_int_equal(nor_bed_erase(0), NACRE_OK);
    assert_in_range(nor_bed.nor.stats.slices, 600000 / 520, 600000 / 448 + 2);
}

/* ---- interrupts and the application ---- */

static void test_slice_ends_when_an_interrupt_waits(void **state)
{
    (void)state;
    assert_int_equal(open_with_budget(10000), 0);
    fake.busy_us = ERASE_US;
    fake.interrupt_every_us = 1000;
    fake.interrupt_at = fake.now + 1000 * US;
    assert_int_equal(nor_bed_erase(0), NACRE_OK);
    assert_true(fake.interrupts >= ERASE_US / 1000);
    assert_in_range(nor_bed.nor.stats.bound_us, 448 + 56, 520);
    assert_in_range(fake.longest_latency, 1, nor_bed.nor.stats.bound_us * US);
    assert_true(fake.shortest_run_us >= 448);
}

static void test_slice_uses_its_budget_where_nothing_waits(void **state)
{
    (void)state;
    assert_int_equal(open_with_budget(10000), 0);
    const uint32_t first = fake.blackout_count;
    fake.busy_us = ERASE_US;
    assert_int_equal(nor_bed_erase(0), NACRE_OK);
    assert_in_range(fake.blackout_count - first, 3, 4);
}

static void test_slice_application_has_its_share(void **state)
{
    static const uint32_t percents[] = {0, 1, 80, 99};
    (void)state;
    for (uint32_t k = 0; k < sizeof(percents) / sizeof(percents[0]); k++) {
        struct nacre_nor_cfg cfg = nor_bed_same_bank(BUDGET_US);
        const uint32_t percent = percents[k] == 0 ? 50 : percents[k];
        cfg.app_percent = percents[k];
        assert_int_equal(nor_bed_open_same_bank(&cfg), 0);
        fake.busy_us = ERASE_US;
        const uint32_t first = fake.blackout_count;
        assert_int_equal(nor_bed_erase(0), NACRE_OK);
        for (uint32_t i = first; i + 1 < fake.blackout_count; i++) {
            const uint32_t light = fake.blackouts[i + 1].begin - fake.blackouts[i].end;
            assert_true((uint64_t)light * (100 - percent) + 2 * US * 100 >=
                        (uint64_t)length(i) * percent);
        }
    }
}

static void test_slice_poll_never_waits(void **state)
{
    (void)state;
    fake.busy_us = ERASE_US;
    assert_int_equal(erase_start(0), NACRE_OK);
    const uint32_t begin = fake.now;
    const uint32_t blackouts = fake.blackout_count;
    assert_int_equal(nor_bed.medium->ops->erase_poll(nor_bed.medium), NACRE_BUSY);
    assert_int_equal(fake.blackout_count, blackouts);
    assert_in_range(fake.now - begin, 0, 2 * US);
    uint32_t polls = 0;
    while (nor_bed.medium->ops->erase_poll(nor_bed.medium) == NACRE_BUSY) {
        fake.now += 300 * US;
        polls++;
    }
    assert_in_range(polls, ERASE_US / 504, 4 * ERASE_US / 448);
    assert_int_equal(nor_bed.medium->ops->erase_poll(nor_bed.medium), NACRE_OK);
}

/* ---- what is suspended ---- */

static void test_slice_only_the_unit_is_fenced_meanwhile(void **state)
{
    uint8_t buf[16];
    (void)state;
    fake.busy_us = ERASE_US;
    memset(fake.chip + NOR_BED_SAME_BANK + 0x2000, 0x42, 16);
    assert_int_equal(erase_start(0x1000), NACRE_OK);
    assert_int_equal(fake.fence_bits, 12);
    assert_int_equal(fake.fence_addr, NOR_BED_SAME_BANK + 0x1000);
    fake_forget();
    assert_int_equal(nor_bed_read(0x2000, buf, 16), NACRE_OK);
    assert_int_equal(buf[15], 0x42);
    assert_int_equal(nor_bed_read(0x0FF0, buf, 16), NACRE_OK);
    assert_int_equal(fake.sent_count, 0);
    assert_int_equal(nor_bed_program(0x2010, nor_bed.data, 16), NACRE_BUSY);
    assert_true(nor_bed.medium->ops->can_access(nor_bed.medium,
                                                fake.chip + NOR_BED_SAME_BANK, 0x1000, false));
    assert_false(nor_bed.medium->ops->can_access(nor_bed.medium,
                                                 fake.chip + NOR_BED_SAME_BANK, 0x1001, false));
    assert_int_equal(nor_bed_read(0x0FF8, buf, 16), NACRE_OK);
    assert_true(fake.sent_count > 100);
    assert_int_equal(fake.fence_bits, 0);
    assert_int_equal(nor_bed.medium->ops->erase_poll(nor_bed.medium), NACRE_OK);
}

static void test_slice_close_brings_it_to_its_end(void **state)
{
    (void)state;
    fake.busy_us = ERASE_US;
    assert_int_equal(erase_start(0), NACRE_OK);
    assert_int_equal(fake.security, 0x08);
    assert_int_equal(nacre_nor_close(&nor_bed.nor), NACRE_OK);
    assert_int_equal(fake.security, 0);
    assert_int_equal(fake.status, 0);
    assert_int_equal(fake.fence_bits, 0);
}

/* ---- what goes wrong ---- */

static void test_slice_sees_the_failure_of_a_resumed_operation(void **state)
{
    (void)state;
    fake.busy_us = 2000;
    fake.fail_next = E_FAIL;
    assert_int_equal(nor_bed_erase(0), NACRE_IO);
    assert_int_equal(nor_bed_erase(0), NACRE_OK);
    fake.suspend_us = 25;
    fake.fail_next = P_FAIL;
    assert_int_equal(nor_bed_program(0, nor_bed.data, 16), NACRE_IO);
    assert_int_equal(nor_bed_program(0x20, nor_bed.data, 16), NACRE_OK);
    assert_int_equal(nor_bed.nor.stats.late_suspends, 0);
}

/* The chip does not take a suspend in its last two microseconds: it ends instead. */
static void test_slice_ends_under_a_suspend(void **state)
{
    (void)state;
    fake.busy_us = 490;
    fake.ignored_suspends = 1;
    assert_int_equal(nor_bed_erase(0), NACRE_OK);
    assert_string_equal(fake_opcodes(), "06F9 05FA 21DE 05FA B04F 05FA 2BD4");
    assert_int_equal(nor_bed.nor.stats.late_suspends, 0);
    assert_int_equal(nor_bed_erase(0x1000), NACRE_OK);
}

static void test_slice_suspend_that_was_lost_is_sent_again(void **state)
{
    (void)state;
    fake.busy_us = ERASE_US;
    fake.ignored_suspends = 1;
    assert_int_equal(nor_bed_erase(0), NACRE_OK);
    assert_int_equal(nor_bed.nor.stats.late_suspends, 1);
    assert_int_equal(nor_bed_erase(0x1000), NACRE_OK);
}

static void test_slice_chip_that_never_suspends_is_found_out(void **state)
{
    (void)state;
    fake.busy_us = ERASE_US;
    fake.ignored_suspends = 1000000;
    const uint32_t first = fake.blackout_count;
    assert_int_equal(nor_bed_erase(0), NACRE_OK);
    assert_int_equal(fake.blackout_count, first + 1);
    assert_in_range(length(first), ERASE_US * US, (ERASE_US + 600) * US);
    assert_int_equal(nor_bed.nor.stats.over_budget, 1);
    fake_forget();
    assert_int_equal(nor_bed_erase(0x1000), NACRE_NO_SUSPEND);
    assert_int_equal(nor_bed_program(0, nor_bed.data, 16), NACRE_NO_SUSPEND);
    assert_int_equal(fake.sent_count, 0);
}

static void test_slice_count_is_bounded(void **state)
{
    (void)state;
    fake.busy_us = ERASE_US;
    fake.ignores_resume = true;
    assert_int_equal(erase_start(0), NACRE_OK);
    assert_int_equal(erase_wait(), NACRE_TIMEOUT);
    assert_in_range(nor_bed.nor.stats.slices, 600000 / 448, 600000 / 448 + 4);
    assert_int_equal(fake.fence_bits, 12);
    fake.ignores_resume = false;
    assert_int_equal(erase_wait(), NACRE_OK);
    assert_int_equal(fake.fence_bits, 0);
}

static void test_slice_operation_that_is_ignored_is_told(void **state)
{
    (void)state;
    fake.ignores_operation = true;
    assert_int_equal(nor_bed_erase(0), NACRE_IO);
    assert_int_equal(nor_bed_program(0, nor_bed.data, 16), NACRE_CHIP_REFUSED);
    fake.ignores_operation = false;
    assert_int_equal(nor_bed_program(0, nor_bed.data, 16), NACRE_OK);
    fake.ignores_write_enable = true;
    assert_int_equal(nor_bed_program(0x10, nor_bed.data, 16), NACRE_CHIP_REFUSED);
    assert_int_equal(fake.fence_bits, 0);
}

static void test_slice_somebody_elses_operation_is_left_alone(void **state)
{
    (void)state;
    fake.status = 0x01;
    fake.is_stuck = true;
    fake.must_be_idle_when_mapped = false;
    assert_int_equal(nor_bed_erase(0), NACRE_CHIP_SUSPENDED);
    assert_string_equal(fake_opcodes(), "06F9 05FA");
}

static void test_slice_chip_that_never_ends_is_reset(void **state)
{
    (void)state;
    fake.is_stuck = true;
    fake.is_deaf = true;
    fake.reset_is_expected = true;
    const uint32_t begin = fake.now;
    if (setjmp(fake.reset) == 0) {
        (void)nor_bed_erase(0);
        fail_msg("it returned");
    }
    assert_in_range(fake.now - begin, 600000 * US, 900000 * US);
    assert_int_equal(fake.sent[fake.sent_count - 2].opcode, 0x6699);
    assert_int_equal(fake.sent[fake.sent_count - 1].opcode, 0x9966);
}

static void check_usable(void)
{
    fake.timeout_in = -1;
    fake.nonsense_in = -1;
    (void)erase_wait();
    assert_int_equal(fake.fence_bits, 0);
    assert_int_equal(fake.status & 0x01, 0);
    assert_int_equal(fake.security & 0x0C, 0);
    fake.busy_us = 100;
    assert_int_equal(nor_bed_erase(0x1000), NACRE_OK);
    assert_int_equal(nor_bed_program(0x1000, nor_bed.data, 16), NACRE_OK);
}

static void time_out_at_each_command(bool is_late)
{
    for (int32_t n = 0; n < 2000; n += n < 20 ? 1 : 97) {
        assert_int_equal(setup(NULL), 0);
        fake.busy_us = 1200;
        fake.timeout_in = n;
        fake.timeout_is_late = is_late;
        const enum nacre_err err = nor_bed_erase(0);
        assert_true(err == NACRE_OK || err == NACRE_TIMEOUT || err == NACRE_IO);
        if (is_late && n >= 2) assert_int_equal(err, NACRE_OK);
        check_usable();
    }
}

static void test_slice_command_without_an_end_anywhere_is_survived(void **state)
{
    (void)state;
    time_out_at_each_command(false);
    time_out_at_each_command(true);
}

static void test_slice_chip_that_is_late_to_be_busy_is_waited_for(void **state)
{
    (void)state;
    fake.late_us = 5;
    fake.busy_us = 2000;
    assert_int_equal(nor_bed_erase(0), NACRE_OK);
    assert_in_range(nor_bed.nor.stats.slices, 4, 6);
    assert_int_equal(nor_bed.nor.stats.over_budget, 0);
    assert_int_equal(nor_bed_program(0, nor_bed.data, 16), NACRE_OK);
}

static void test_slice_senseless_status_anywhere_is_survived(void **state)
{
    (void)state;
    for (int32_t n = 0; n < 2000; n += n < 20 ? 1 : 97) {
        assert_int_equal(setup(NULL), 0);
        fake.busy_us = 1200;
        fake.nonsense_in = n;
        const enum nacre_err err = nor_bed_erase(0);
        assert_int_equal(err, n == 0 ? NACRE_CHIP_REFUSED : NACRE_OK);
        check_usable();
    }
}

static void test_slice_stats_are_kept_by_way(void **state)
{
    struct nacre_nor_stats stats;
    (void)state;
    fake.busy_us = 1000;
    assert_int_equal(nor_bed_erase(0), NACRE_OK);
    assert_int_equal(nacre_nor_stats(&nor_bed.nor, &stats), NACRE_OK);
    assert_int_equal(stats.slices, 3);
    assert_int_equal(stats.way[NACRE_WAY_SLICED].blackouts, 3);
    assert_int_equal(stats.way[NACRE_WAY_READ_WHILE_WRITE].blackouts, 0);
    assert_int_equal(stats.way[NACRE_WAY_AUTO].blackouts, 1);
    assert_int_equal(stats.blackouts, 4);
    assert_in_range(stats.way[NACRE_WAY_SLICED].longest_cycles, 448 * US, BUDGET_US * US);
    assert_in_range(stats.way[NACRE_WAY_SLICED].longest_masked_cycles,
                    stats.way[NACRE_WAY_SLICED].longest_cycles, BUDGET_US * US);
    assert_in_range(stats.last_save_dark_cycles, 1000 * US, 1200 * US);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_slice_commands_of_an_erase_are_these, setup),
        cmocka_unit_test_setup(test_slice_blackouts_keep_to_the_budget, setup),
        cmocka_unit_test_setup(test_slice_short_program_takes_one_and_no_suspend, setup),
        cmocka_unit_test_setup(test_slice_slow_program_is_suspended, setup),
        cmocka_unit_test_setup(test_slice_longest_erase_of_the_row_ends, setup),
        cmocka_unit_test_setup(test_slice_ends_when_an_interrupt_waits, setup),
        cmocka_unit_test_setup(test_slice_uses_its_budget_where_nothing_waits, setup),
        cmocka_unit_test_setup(test_slice_application_has_its_share, setup),
        cmocka_unit_test_setup(test_slice_poll_never_waits, setup),
        cmocka_unit_test_setup(test_slice_only_the_unit_is_fenced_meanwhile, setup),
        cmocka_unit_test_setup(test_slice_close_brings_it_to_its_end, setup),
        cmocka_unit_test_setup(test_slice_sees_the_failure_of_a_resumed_operation, setup),
        cmocka_unit_test_setup(test_slice_ends_under_a_suspend, setup),
        cmocka_unit_test_setup(test_slice_suspend_that_was_lost_is_sent_again, setup),
        cmocka_unit_test_setup(test_slice_chip_that_never_suspends_is_found_out, setup),
        cmocka_unit_test_setup(test_slice_count_is_bounded, setup),
        cmocka_unit_test_setup(test_slice_operation_that_is_ignored_is_told, setup),
        cmocka_unit_test_setup(test_slice_somebody_elses_operation_is_left_alone, setup),
        cmocka_unit_test_setup(test_slice_chip_that_never_ends_is_reset, setup),
        cmocka_unit_test_setup(test_slice_command_without_an_end_anywhere_is_survived, setup),
        cmocka_unit_test_setup(test_slice_chip_that_is_late_to_be_busy_is_waited_for, setup),
        cmocka_unit_test_setup(test_slice_senseless_status_anywhere_is_survived, setup),
        cmocka_unit_test_setup(test_slice_stats_are_kept_by_way, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
