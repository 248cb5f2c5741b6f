/*
 * Going down: quiesce ends what is under way within the bound it names, and nothing starts until
 * resume; clock changes keep every time what it was.
 *
 * Method: the false board, whose chip knows whether it is busy or suspended; its clock is changed
 * beside what the medium is told. Longest times are the SFDP dump's: an erase 600 ms, a program
 * 4864 us; an erase in slices runs 448 us at least.
 */
#include "nacre/core/store.h"
#include "nacre/media/nor_down.h"
#include "tests/support/fake_port.h"
#include "tests/support/fake_second.h"
#include "tests/support/nor_bed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define US FAKE_CYCLES_PER_US
#define BUDGET_US 520u
#define LONGEST_ERASE_US 599000u
#define PLENTY_US 2000000u
#define WIP 0x01u
#define SUSPENDED 0x0Cu
#define E_FAIL 0x40u

static int setup_slices(void **state)
{
    const struct nacre_nor_cfg cfg = nor_bed_same_bank(BUDGET_US);
    (void)state;
    return nor_bed_open_same_bank(&cfg);
}

static int setup_two(void **state)
{
    struct nacre_nor_cfg cfg = nor_bed_cfg(5);
    (void)state;
    fake_start();
    fake_second_start();
    memset(fake.chip + NOR_BED_REGION, 0xFF, NOR_BED_BYTES);
    cfg.way = NACRE_WAY_TWO_CONTROLLERS;
    nor_bed.medium = &nor_bed.nor.medium;
    return nacre_nor_open(&nor_bed.nor, &cfg) == NACRE_OK ? 0 : -1;
}

static int teardown_two(void **state)
{
    (void)state;
    fake_second.is_there = false;
    return 0;
}

static enum nacre_err erase_start(uint32_t addr)
{
    return nor_bed.medium->ops->erase_start(nor_bed.medium, addr);
}

static enum nacre_err erase_poll(void)
{
    return nor_bed.medium->ops->erase_poll(nor_bed.medium);
}

static void chip_is_at_rest(void)
{
    assert_int_equal(fake.status & WIP, 0);
    assert_int_equal(fake.security & SUSPENDED, 0);
    assert_int_equal(fake.late_since, 0);
    assert_int_equal(fake.fence_bits, 0);
    assert_false(fake.is_closed);
    assert_false(fake_second.is_taken);
}

/* ---- down ---- */

static void test_down_with_nothing_under_way_sends_nothing(void **state)
{
    (void)state;
    assert_int_equal(nacre_nor_quiesce_us(&nor_bed.nor), 0);
    assert_int_equal(nacre_nor_quiesce(&nor_bed.nor, 0), NACRE_OK);
    assert_int_equal(nacre_nor_quiesce(&nor_bed.nor, 0), NACRE_OK);
    assert_int_equal(fake.sent_count, 0);
}

static void test_down_refuses_to_start_until_resumed(void **state)
{
    uint8_t byte = 0;
    (void)state;
    assert_int_equal(nacre_nor_quiesce(&nor_bed.nor, 0), NACRE_OK);
    assert_int_equal(nor_bed_program(0, nor_bed.data, 16), NACRE_QUIET);
    assert_int_equal(erase_start(0), NACRE_QUIET);
    assert_int_equal(nor_bed_read(0, &byte, 1), NACRE_OK);
    assert_int_equal(byte, 0xFF);
    assert_int_equal(fake.sent_count, 0);
    assert_int_equal(nacre_nor_resume(&nor_bed.nor), NACRE_OK);
    assert_int_equal(nacre_nor_resume(&nor_bed.nor), NACRE_OK);
    assert_int_equal(nor_bed_program(0, nor_bed.data, 16), NACRE_OK);
    assert_int_equal(nor_bed_erase(0x1000), NACRE_OK);
}

/* An erase of so long is brought to its end within the bound, and its result told later. */
static void ends_within_the_bound(uint32_t busy_us)
{
    fake.busy_us = busy_us;
    assert_int_equal(erase_start(0x1000), NACRE_OK);
    const uint32_t begin = fake.now;
    const uint32_t bound_us = nacre_nor_quiesce_us(&nor_bed.nor);
    assert_int_equal(nacre_nor_quiesce(&nor_bed.nor, bound_us), NACRE_OK);
    assert_in_range(fake.now - begin, 0, bound_us * US);
    chip_is_at_rest();
    assert_int_equal(nacre_nor_quiesce_us(&nor_bed.nor), 0);
    assert_int_equal(erase_poll(), NACRE_OK);
    assert_int_equal(nacre_nor_resume(&nor_bed.nor), NACRE_OK);
}

static void test_down_ends_an_erase_of_another_bank(void **state)
{
    static const uint32_t busy_us[] = {100, 25000, 60000, LONGEST_ERASE_US};
    (void)state;
    for (uint32_t i = 0; i < sizeof(busy_us) / sizeof(busy_us[0]); i++) {
        ends_within_the_bound(busy_us[i]);
    }
}

static void test_down_leaves_nothing_suspended(void **state)
{
    static const uint32_t busy_us[] = {100, 1000, 25000, LONGEST_ERASE_US};
    (void)state;
    for (uint32_t i = 0; i < sizeof(busy_us) / sizeof(busy_us[0]); i++) {
        ends_within_the_bound(busy_us[i]);
    }
    assert_in_range(fake.shortest_run_us, 448, BUDGET_US);
}

/* An erase that was half done keeps its result for who started it, and the bound becomes less. */
static void test_down_bound_becomes_less_with_each_slice(void **state)
{
    (void)state;
    fake.busy_us = 25000;
    assert_int_equal(erase_start(0), NACRE_OK);
    const uint32_t first_us = nacre_nor_quiesce_us(&nor_bed.nor);
    assert_in_range(first_us, 600000 / 448 * (448 + 56), 600000 / 448 * 3 * BUDGET_US);
    for (uint32_t i = 0; i < 10; i++) {
        fake.now += 1000 * US;
        assert_int_equal(erase_poll(), NACRE_BUSY);
    }
    assert_in_range(nacre_nor_quiesce_us(&nor_bed.nor), 1, first_us - 10 * 2 * 448);
}

static void test_down_gives_up_after_so_long_and_nothing_is_lost(void **state)
{
    (void)state;
    fake.busy_us = 25000;
    assert_int_equal(erase_start(0), NACRE_OK);
    const uint32_t begin = fake.now;
    assert_int_equal(nacre_nor_quiesce(&nor_bed.nor, 5000), NACRE_BUSY);
    assert_in_range(fake.now - begin, 5000 * US, (5000 + BUDGET_US + 10) * US);
    assert_int_equal(nor_bed_program(0x2000, nor_bed.data, 16), NACRE_BUSY);
    assert_int_equal(nor_bed.medium->ops->erase_wait(nor_bed.medium), NACRE_OK);
    fake.busy_us = 100;
    assert_int_equal(nor_bed_program(0, nor_bed.data, 16), NACRE_OK);
}

static void test_down_without_time_looks_once(void **state)
{
    (void)state;
    fake.busy_us = 25000;
    assert_int_equal(erase_start(0), NACRE_OK);
    fake.now += 5000 * US;
    fake_forget();
    assert_int_equal(nacre_nor_quiesce(&nor_bed.nor, 0), NACRE_BUSY);
    assert_string_equal(fake_opcodes(), "05FA");
    fake.now += 25000 * US;
    assert_int_equal(nacre_nor_quiesce(&nor_bed.nor, 0), NACRE_OK);
    chip_is_at_rest();
}

static void test_down_keeps_the_failure_of_an_erase(void **state)
{
    (void)state;
    fake.fail_next = E_FAIL;
    assert_int_equal(erase_start(0), NACRE_OK);
    assert_int_equal(nacre_nor_quiesce(&nor_bed.nor, PLENTY_US), NACRE_OK);
    assert_int_equal(erase_poll(), NACRE_IO);
    assert_int_equal(erase_poll(), NACRE_OK);
}

static void test_down_tells_of_a_chip_that_never_ends(void **state)
{
    (void)state;
    fake.is_stuck = true;
    assert_int_equal(erase_start(0), NACRE_OK);
    assert_int_equal(nacre_nor_quiesce(&nor_bed.nor, PLENTY_US), NACRE_TIMEOUT);
    fake.is_stuck = false;
    fake.now += PLENTY_US * US;
    assert_int_equal(nacre_nor_quiesce(&nor_bed.nor, PLENTY_US), NACRE_OK);
    chip_is_at_rest();
}

/* ---- who calls ---- */

static enum nacre_err told_in_hook;
static bool refuses;

static bool before(void *context)
{
    (void)context;
    told_in_hook = nacre_nor_quiesce(&nor_bed.nor, 0);
    return !refuses;
}

static void after(void *context)
{
    (void)context;
    told_in_hook = nacre_nor_clock_tell(&nor_bed.nor, US);
}

static void open_with_hooks(void)
{
    static const struct nacre_nor_hooks hooks = {before, after, NULL};
    struct nacre_nor_cfg cfg = nor_bed_cfg(5);
    cfg.hooks = &hooks;
    cfg.not_now_us = 3000;
    refuses = false;
    assert_int_equal(nor_bed_open_as(&cfg), 0);
}

static void test_down_waits_for_other_masters_so_long(void **state)
{
    (void)state;
    open_with_hooks();
    assert_int_equal(erase_start(0), NACRE_OK);
    refuses = true;
    const uint32_t begin = fake.now;
    assert_int_equal(nacre_nor_quiesce(&nor_bed.nor, PLENTY_US), NACRE_NOT_NOW);
    assert_in_range(fake.now - begin, 3000 * US, 3500 * US);
    refuses = false;
    assert_int_equal(nacre_nor_quiesce(&nor_bed.nor, PLENTY_US), NACRE_OK);
    chip_is_at_rest();
}

static void test_down_is_refused_where_a_call_is_under_way(void **state)
{
    (void)state;
    open_with_hooks();
    told_in_hook = NACRE_OK;
    assert_int_equal(erase_start(0), NACRE_OK);
    assert_int_equal(told_in_hook, NACRE_NESTED);
    fake.is_in_interrupt = true;
    assert_int_equal(nacre_nor_quiesce(&nor_bed.nor, 0), NACRE_FROM_INTERRUPT);
    assert_int_equal(nacre_nor_resume(&nor_bed.nor), NACRE_FROM_INTERRUPT);
    assert_int_equal(nacre_nor_clock_tell(&nor_bed.nor, US), NACRE_FROM_INTERRUPT);
    fake.is_in_interrupt = false;
    assert_int_equal(nacre_nor_close(&nor_bed.nor), NACRE_OK);
    assert_int_equal(nacre_nor_quiesce(&nor_bed.nor, 0), NACRE_NOT_MOUNTED);
    assert_int_equal(nacre_nor_quiesce_us(&nor_bed.nor), 0);
    assert_int_equal(nacre_nor_quiesce(NULL, 0), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_nor_resume(NULL), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_nor_clock_tell(NULL, US), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_nor_quiesce_us(NULL), 0);
}

static void test_down_stays_quiet_on_a_board_that_has_changed(void **state)
{
    const struct nacre_mismatch *mismatch = &nor_bed.nor.blackout.port.mismatch;
    (void)state;
    assert_int_equal(nacre_nor_quiesce(&nor_bed.nor, 0), NACRE_OK);
    fake.CR = 0x30000001;
    assert_int_equal(nacre_nor_resume(&nor_bed.nor), NACRE_CTRL_STATE);
    assert_string_equal(mismatch->name, "CR");
    assert_int_equal(mismatch->found, 0x30000001);
    assert_int_equal(mismatch->expected, 0);
    fake.CR = 0;
    fake.adopt_result = NACRE_CLOCK;
    assert_int_equal(nacre_nor_resume(&nor_bed.nor), NACRE_CLOCK);
    assert_int_equal(nor_bed_program(0, nor_bed.data, 16), NACRE_QUIET);
    fake.adopt_result = NACRE_OK;
    assert_int_equal(nacre_nor_resume(&nor_bed.nor), NACRE_OK);
    assert_int_equal(nor_bed_program(0, nor_bed.data, 16), NACRE_OK);
}

/* The second controller is given back, and looked at again. */
static void test_down_gives_the_second_controller_back(void **state)
{
    const struct nacre_port *port = &nor_bed.nor.blackout.port;
    (void)state;
    ends_within_the_bound(25000);
    assert_int_equal(nor_bed.nor.stats.way[NACRE_WAY_TWO_CONTROLLERS].blackouts, 0);
    assert_true(fake_second.taken != 0);
    assert_int_equal(nacre_nor_quiesce(&nor_bed.nor, 0), NACRE_OK);
    fake_second.is_there = false;
    assert_int_equal(nacre_nor_resume(&nor_bed.nor), NACRE_CTRL_STATE);
    assert_non_null(port->mismatch.name);
    fake_second.is_there = true;
    assert_int_equal(nacre_nor_resume(&nor_bed.nor), NACRE_OK);
    assert_true(port->second.ctrl.wait_cycles != 0);
    const uint32_t wait_cycles = port->second.ctrl.wait_cycles;
    assert_int_equal(nacre_nor_clock_tell(&nor_bed.nor, 5 * US), NACRE_OK);
    assert_int_equal(port->second.ctrl.wait_cycles, 5 * wait_cycles);
}

/* What the store had begun goes on as if nothing had been. */
static void test_down_in_the_store_s_erase_ahead(void **state)
{
    static struct nacre_store store;
    static struct nacre_index_entry entries[8];
    const struct nacre_store_cfg cfg = {.medium = nor_bed.medium,
                                        .index = entries,
                                        .index_count = 8,
                                        .assume = NACRE_ASSUME_CUT_GRANULE};
    uint32_t downs = 0;
    bool more;
    (void)state;
    assert_int_equal(nacre_mount(&store, &cfg), NACRE_OK);
    for (uint32_t i = 0; i < 2000; i++) {
        assert_int_equal(nacre_set(&store, 1, &i, sizeof(i)), NACRE_OK);
        assert_int_equal(nacre_idle(&store, &more), NACRE_OK);
        if (nacre_nor_quiesce_us(&nor_bed.nor) == 0) continue;
        downs++;
        assert_int_equal(nacre_nor_quiesce(&nor_bed.nor, PLENTY_US), NACRE_OK);
        chip_is_at_rest();
        uint32_t got = 0;
        uint32_t length;
        assert_int_equal(nacre_get(&store, 1, &got, sizeof(got), &length), NACRE_OK);
        assert_int_equal(got, i);
        assert_int_equal(nacre_nor_resume(&nor_bed.nor), NACRE_OK);
    }
    assert_in_range(downs, 5, 2000);
}

/* ---- clocks ---- */

static void set_clock(uint32_t mhz)
{
    assert_int_equal(nacre_nor_clock_tell(&nor_bed.nor, mhz), NACRE_OK);
    fake.cycles_per_us = mhz;
}

static void test_down_clock_is_refused_while_busy(void **state)
{
    (void)state;
    assert_int_equal(nacre_nor_clock_tell(&nor_bed.nor, 0), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_nor_clock_tell(&nor_bed.nor, 1001), NACRE_BAD_ARGUMENT);
    assert_int_equal(erase_start(0), NACRE_OK);
    assert_int_equal(nacre_nor_clock_tell(&nor_bed.nor, 2 * US), NACRE_BUSY);
    assert_int_equal(nor_bed.nor.blackout.port.cycles_per_us, US);
    assert_int_equal(nacre_nor_quiesce(&nor_bed.nor, PLENTY_US), NACRE_OK);
    assert_int_equal(nacre_nor_clock_tell(&nor_bed.nor, 2 * US), NACRE_OK);
}

static void test_down_clock_keeps_runs_and_budget(void **state)
{
    static const uint32_t mhz[] = {400, 1000, 64, 1, 100};
    (void)state;
    fake.busy_us = 25000;
    fake.cycles_per_call = 1;
    fake.cycles_per_command = 1;
    for (uint32_t k = 0; k < sizeof(mhz) / sizeof(mhz[0]); k++) {
        set_clock(mhz[k]);
        const uint32_t first = fake.blackout_count;
        const uint32_t begin = fake.now;
        fake.shortest_run_us = UINT32_MAX;
        assert_int_equal(nor_bed_erase(k * 0x1000), NACRE_OK);
        assert_in_range(fake.shortest_run_us, 448, BUDGET_US);
        assert_in_range((fake.now - begin) / mhz[k], 45000, 60000);
        for (uint32_t i = first; i < fake.blackout_count; i++) {
            const uint32_t dark = fake.blackouts[i].end - fake.blackouts[i].begin;
            assert_in_range(dark / mhz[k], 1, BUDGET_US + (mhz[k] == 1 ? 2 : 0));
        }
    }
}

/* The rest after a blackout is as long as it was, by whichever clock it is waited out. */
static void test_down_clock_keeps_the_rest(void **state)
{
    uint32_t delay_us[2];
    (void)state;
    for (uint32_t k = 0; k < 2; k++) {
        assert_int_equal(nor_bed_open(5, NULL), 0);
        assert_int_equal(nor_bed_program(0, nor_bed.data, 16), NACRE_OK);
        if (k == 1) set_clock(4 * US);
        const uint32_t first = fake.blackout_count;
        const uint32_t begin = fake.now;
        assert_int_equal(nor_bed_program(16, nor_bed.data, 16), NACRE_OK);
        delay_us[k] = (fake.blackouts[first].begin - begin) / fake.cycles_per_us;
    }
    assert_in_range(delay_us[1], delay_us[0] - 5, delay_us[0] + 5);
    assert_in_range(delay_us[0], 40, 200);
}

static void test_down_clock_converts_what_was_counted(void **state)
{
    struct nacre_nor_stats old;
    struct nacre_nor_stats now;
    (void)state;
    assert_int_equal(nor_bed_program(0, nor_bed.data, 16), NACRE_OK);
    assert_int_equal(nacre_nor_stats(&nor_bed.nor, &old), NACRE_OK);
    set_clock(3 * US);
    assert_int_equal(nacre_nor_stats(&nor_bed.nor, &now), NACRE_OK);
    const uint32_t way = NACRE_WAY_READ_WHILE_WRITE;
    assert_true(old.longest_cycles != 0);
    assert_int_equal(now.longest_cycles, 3 * old.longest_cycles);
    assert_int_equal(now.longest_masked_cycles, 3 * old.longest_masked_cycles);
    assert_int_equal(now.last_save_dark_cycles, 3 * old.last_save_dark_cycles);
    assert_int_equal(now.dark_cycles, 3 * old.dark_cycles);
    assert_int_equal(now.way[way].dark_cycles, 3 * old.way[way].dark_cycles);
    assert_int_equal(now.way[way].longest_cycles, 3 * old.way[way].longest_cycles);
    assert_int_equal(now.way[way].longest_masked_cycles, 3 * old.way[way].longest_masked_cycles);
    assert_int_equal(now.blackouts, old.blackouts);
}

/* What is made once, when the medium is opened, is then as if it had been opened by that clock. */
static void test_down_clock_makes_bounds_as_open_does(void **state)
{
    static struct nacre_nor other;
    static volatile uint32_t watchdog;
    struct nacre_nor_cfg cfg = nor_bed_same_bank(BUDGET_US);
    (void)state;
    cfg.feed = (struct nacre_nor_feed){.reg = &watchdog, .every_us = 70, .count_max = 1};
    assert_int_equal(nor_bed_open_as(&cfg), 0);
    set_clock(7 * US);
    cfg.port.core_mhz = 7 * US;
    assert_int_equal(nacre_nor_open(&other, &cfg), NACRE_OK);
    const struct nacre_blackout *told = &nor_bed.nor.blackout;
    assert_true(other.blackout.reset_cycles != 0);
    assert_int_equal(told->reset_cycles, other.blackout.reset_cycles);
    assert_int_equal(told->port.cycles_per_us, other.blackout.port.cycles_per_us);
    assert_int_equal(told->port.ctrl.wait_cycles, other.blackout.port.ctrl.wait_cycles);
    assert_int_equal(nor_bed.nor.slice.feed_every, other.slice.feed_every);
    assert_int_equal(other.slice.feed_every, 70 * 7 * US);
}

/* More than the truth: waited out longer, and still right. */
static void test_down_clock_said_too_fast_only_takes_longer(void **state)
{
    (void)state;
    assert_int_equal(nacre_nor_clock_tell(&nor_bed.nor, 4 * US), NACRE_OK);
    fake.busy_us = 25000;
    assert_int_equal(nor_bed_erase(0), NACRE_OK);
    assert_in_range(fake.shortest_run_us, 4 * 448, 4 * BUDGET_US);
    fake.busy_us = 100;
    assert_int_equal(nor_bed_program(0, nor_bed.data, 256), NACRE_OK);
}

#define TEST(name) cmocka_unit_test_setup(test_down_##name, nor_bed_setup)
#define TEST_SLICES(name) cmocka_unit_test_setup(test_down_##name, setup_slices)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(with_nothing_under_way_sends_nothing),
        TEST(refuses_to_start_until_resumed),
        TEST_SLICES(refuses_to_start_until_resumed),
        TEST(ends_an_erase_of_another_bank),
        TEST_SLICES(leaves_nothing_suspended),
        TEST_SLICES(bound_becomes_less_with_each_slice),
        TEST(gives_up_after_so_long_and_nothing_is_lost),
        TEST_SLICES(gives_up_after_so_long_and_nothing_is_lost),
        TEST(without_time_looks_once),
        TEST(keeps_the_failure_of_an_erase),
        TEST_SLICES(keeps_the_failure_of_an_erase),
        TEST(tells_of_a_chip_that_never_ends),
        TEST(waits_for_other_masters_so_long),
        TEST(is_refused_where_a_call_is_under_way),
        TEST(stays_quiet_on_a_board_that_has_changed),
        cmocka_unit_test_setup_teardown(test_down_gives_the_second_controller_back, setup_two,
                                        teardown_two),
        TEST(in_the_store_s_erase_ahead),
        TEST_SLICES(in_the_store_s_erase_ahead),
        TEST(clock_is_refused_while_busy),
        TEST_SLICES(clock_is_refused_while_busy),
        TEST_SLICES(clock_keeps_runs_and_budget),
        TEST(clock_keeps_the_rest),
        TEST(clock_converts_what_was_counted),
        TEST(clock_makes_bounds_as_open_does),
        TEST_SLICES(clock_said_too_fast_only_takes_longer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
