/*
 * Goal    what a blackout does to its caller, and when there is none: a stack that cannot be
 *         reached, a debugger, ticks that are lost, a cycle counter that wraps in any wait.
 * Method  the false board. Lost ticks are counted by the board from its own period; what is sent,
 *         and how long all takes, must be the same wherever the cycle counter starts.
 */
#include "tests/support/fake_port.h"
#include "tests/support/nor_bed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define US FAKE_CYCLES_PER_US
#define ERASE_US 5000u

static enum nacre_err every_call(void)
{
    uint8_t byte[16];
    const enum nacre_err err = nor_bed_program(0, nor_bed.data, 16);
    assert_int_equal(nor_bed_read(0, byte, 1), err);
    assert_int_equal(nor_bed.medium->ops->erase_start(nor_bed.medium, 0), err);
    assert_int_equal(nor_bed.medium->ops->erase_poll(nor_bed.medium), err);
    assert_int_equal(nor_bed.medium->ops->erase_wait(nor_bed.medium), err);
    return err;
}

static void test_caller_whose_stack_is_out_of_reach_changes_nothing(void **state)
{
    struct nacre_nor_cfg cfg = nor_bed_cfg(5);
    (void)state;
    assert_int_equal(nor_bed_open_as(&cfg), 0);
    fake_forget();
    fake.stacks_result = NACRE_STACK;
    assert_int_equal(every_call(), NACRE_STACK);
    assert_int_equal(nacre_nor_close(&nor_bed.nor), NACRE_STACK);
    assert_string_equal(fake_opcodes(), "");
    assert_int_equal(nacre_nor_open(&nor_bed.nor, &cfg), NACRE_STACK);
    assert_string_equal(fake_opcodes(), "");
}

static void test_caller_with_a_debugger_is_noted_or_refused(void **state)
{
    struct nacre_nor_cfg cfg = nor_bed_cfg(5);
    struct nacre_nor_stats stats;
    (void)state;
    assert_int_equal(nor_bed_open_as(&cfg), 0);
    assert_int_equal(nor_bed_program(0, nor_bed.data, 16), NACRE_OK);
    assert_int_equal(nacre_nor_stats(&nor_bed.nor, &stats), NACRE_OK);
    assert_false(stats.had_debugger);
    fake.has_debugger = true;
    assert_int_equal(nor_bed_program(16, nor_bed.data, 16), NACRE_OK);
    assert_int_equal(nacre_nor_stats(&nor_bed.nor, &stats), NACRE_OK);
    assert_true(stats.had_debugger);
    cfg.refuse_debugger = true;
    assert_int_equal(nacre_nor_close(&nor_bed.nor), NACRE_OK);
    fake_forget();
    assert_int_equal(nacre_nor_open(&nor_bed.nor, &cfg), NACRE_DEBUGGER);
    fake.has_debugger = false;
    assert_int_equal(nacre_nor_open(&nor_bed.nor, &cfg), NACRE_OK);
    fake.has_debugger = true;
    fake_forget();
    assert_int_equal(every_call(), NACRE_DEBUGGER);
    assert_string_equal(fake_opcodes(), "");
}

static uint32_t lost_by(enum nacre_way way, uint32_t budget_us, uint32_t tick_us)
{
    struct nacre_nor_cfg cfg = nor_bed_same_bank(budget_us);
    struct nacre_nor_stats stats;
    cfg.way = way;
    assert_int_equal(nor_bed_open_same_bank(&cfg), 0);
    fake.tick_cycles = tick_us * US;
    fake.busy_us = 25000;
    const uint32_t start = fake.now;
    assert_int_equal(nor_bed_erase(0), NACRE_OK);
    const uint32_t most = (fake.now - start) / US / tick_us;
    assert_int_equal(nacre_nor_stats(&nor_bed.nor, &stats), NACRE_OK);
    assert_true(stats.ticks_lost <= most);
    return stats.ticks_lost;
}

static void test_caller_is_told_the_ticks_that_are_lost(void **state)
{
    (void)state;
    assert_int_equal(lost_by(NACRE_WAY_SLICED, 520, 1000), 0);
    assert_in_range(lost_by(NACRE_WAY_WHOLE, 600010, 1000), 24, 25);
    assert_in_range(lost_by(NACRE_WAY_SLICED, 520, 100), 150, 250);
}

/* ---- the RAM behind the other controller ---- */

static void test_caller_with_a_quiet_ram_works_in_blackouts_alone(void **state)
{
    struct nacre_nor_cfg cfg = nor_bed_cfg(580);
    struct nacre_nor_stats stats;
    (void)state;
    cfg.port.quiet_ram = true;
    cfg.not_now_us = 1000;
    assert_int_equal(nor_bed_open_as(&cfg), 0);
    fake.must_be_idle_when_mapped = true; /* the board ends the test at work that is seen outside */
    fake.busy_us = ERASE_US;
    fake.quiet_refusals = 3;
    assert_int_equal(nor_bed_erase(0), NACRE_OK);
    assert_int_equal(nacre_nor_stats(&nor_bed.nor, &stats), NACRE_OK);
    assert_int_equal(stats.not_now, 3);
    assert_int_equal(stats.disturbed, 0);
    assert_int_equal(stats.trust, NACRE_TRUST_UNTRIED); /* nothing was tried beside the image */
    assert_int_equal(stats.bound_us, 448 + 56 + 10 + 60);
    assert_int_equal(stats.over_budget, 0);
    fake.is_disturbed = true;
    fake.busy_us = 100;
    assert_int_equal(nor_bed_program(0, nor_bed.data, 16), NACRE_OK);
    assert_int_equal(nacre_nor_stats(&nor_bed.nor, &stats), NACRE_OK);
    assert_int_equal(stats.disturbed, 1);
    fake.quiet_refusals = 1000;
    assert_int_equal(nor_bed_program(16, nor_bed.data, 16), NACRE_NOT_NOW);
}

/* ---- the cycle counter ends, and starts again ---- */

static uint32_t run_from(uint32_t start, enum nacre_way way, const char **sent)
{
    const bool is_beside = way == NACRE_WAY_READ_WHILE_WRITE;
    struct nacre_nor_cfg cfg = is_beside ? nor_bed_cfg(5) : nor_bed_same_bank(520);
    if (way == NACRE_WAY_WHOLE) cfg.budget_us = 600010;
    cfg.way = way;
    assert_int_equal(is_beside ? nor_bed_open_as(&cfg) : nor_bed_open_same_bank(&cfg), 0);
    /* The rest after the open has passed before the counter is set. */
    fake.now += 5000 * US;
    (void)nacre_nor_close(&nor_bed.nor);
    fake.now = start;
    assert_int_equal(nacre_nor_open(&nor_bed.nor, &cfg), NACRE_OK);
    fake_forget();
    fake.busy_us = ERASE_US;
    assert_int_equal(nor_bed_erase(0), NACRE_OK);
    fake.busy_us = 100;
    assert_int_equal(nor_bed_program(0, nor_bed.data, 16), NACRE_OK);
    assert_int_equal(nor_bed.nor.stats.over_budget, 0);
    assert_int_equal(nor_bed.nor.stats.late_suspends, 0);
    *sent = fake_opcodes();
    return fake.now - start;
}

/* Every 7 us of an erase and a program, which has an instant in each kind of wait. */
static void wraps_anywhere(enum nacre_way way)
{
    static char wanted[FAKE_SENT_MAX];
    const char *sent;
    const uint32_t cycles = run_from(1000, way, &sent);
    assert_true(strlen(sent) < sizeof wanted);
    (void)snprintf(wanted, sizeof wanted, "%s", sent);
    for (uint32_t at = 1; at < cycles; at += 7 * US) {
        if (run_from(0u - at, way, &sent) != cycles || strcmp(sent, wanted) != 0) {
            fail_msg("way %d, the counter ends after %u cycles: %s", (int)way, at, sent);
        }
    }
}

static void test_caller_may_have_any_cycle_count(void **state)
{
    (void)state;
    wraps_anywhere(NACRE_WAY_READ_WHILE_WRITE);
    wraps_anywhere(NACRE_WAY_SLICED);
    wraps_anywhere(NACRE_WAY_WHOLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_caller_whose_stack_is_out_of_reach_changes_nothing),
        cmocka_unit_test(test_caller_with_a_debugger_is_noted_or_refused),
        cmocka_unit_test(test_caller_is_told_the_ticks_that_are_lost),
        cmocka_unit_test(test_caller_with_a_quiet_ram_works_in_blackouts_alone),
        cmocka_unit_test(test_caller_may_have_any_cycle_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
