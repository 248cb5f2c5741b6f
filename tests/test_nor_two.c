/*
 * Two controllers: which commands go by the second one, that the flash is never dark for them, what
 * is fenced meanwhile, and who takes over where the second one fails.
 *
 * Method: the false board, with a second controller that ends the test where a board would hang: an
 * operation in a bank that is not fenced, a frame that the arbiter would split, a command by a
 * controller that was not taken. The write buffer is that of ST's read-while-write example.
 */
#include "nacre/chips/chips.h"
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
#define P_FAIL 0x20u
#define E_FAIL 0x40u
#define TRIED 0x7FF0u /* where the trial of a bed was written */

static struct nacre_nor_cfg cfg;

static const struct nacre_way_stats *stats_of(enum nacre_way way)
{
    return &nor_bed.nor.stats.way[way];
}

/* A board that is set up for it, and nothing opened yet. */
static int setup_board(void **state)
{
    (void)state;
    cfg = nor_bed_cfg(5);
    cfg.way = NACRE_WAY_TWO_CONTROLLERS;
    fake_start();
    fake_second_start();
    memset(fake.chip + NOR_BED_REGION, 0xFF, NOR_BED_BYTES);
    memset(fake.chip + NOR_BED_SAME_BANK, 0xFF, NOR_BED_BYTES);
    for (uint32_t i = 0; i < sizeof(nor_bed.data); i++) {
        nor_bed.data[i] = (uint8_t)(i ^ 0x5Au);
    }
    return 0;
}

static enum nacre_err open_now(void)
{
    nor_bed.medium = &nor_bed.nor.medium;
    return nacre_nor_open(&nor_bed.nor, &cfg);
}

/* Opened, the trial is over, and no blackout has been seen since. */
static int setup(void **state)
{
    (void)setup_board(state);
    if (open_now() != NACRE_OK) return -1;
    if (nor_bed_program(TRIED, nor_bed.data, 16) != NACRE_OK) return -1;
    fake_forget();
    return 0;
}

static bool bank_is_fenced(void)
{
    return fake.fence_bits == 25 && fake.fence_addr == 0x06000000;
}

static void board_is_as_before(void)
{
    assert_int_equal(fake.fence_bits, 0);
    assert_false(fake_second.is_taken);
    assert_true(fake.is_mapped);
}

/* ---- which way ---- */

static void test_two_is_taken_where_the_board_is_set_up_for_it(void **state)
{
    static const enum nacre_way ways[] = {NACRE_WAY_AUTO, NACRE_WAY_TWO_CONTROLLERS};
    for (uint32_t i = 0; i < 2; i++) {
        (void)setup_board(state);
        cfg.way = ways[i];
        assert_int_equal(open_now(), NACRE_OK);
        assert_string_equal(fake_opcodes(), "05FA 2BD4 9F60 EE11");
        assert_int_equal(fake.blackout_count, 0);
        board_is_as_before();
        assert_int_equal(nor_bed_program(TRIED, nor_bed.data, 16), NACRE_OK);
        const uint32_t blackouts = fake.blackout_count;
        assert_int_equal(nor_bed_program(0, nor_bed.data, 16), NACRE_OK);
        assert_int_equal(nor_bed_erase(0x1000), NACRE_OK);
        assert_int_equal(fake.blackout_count, blackouts);
    }
}

static void test_two_is_not_taken_where_another_way_is_asked_for(void **state)
{
    (void)state;
    cfg.way = NACRE_WAY_READ_WHILE_WRITE;
    assert_int_equal(open_now(), NACRE_OK);
    assert_int_equal(nor_bed_program(TRIED, nor_bed.data, 16), NACRE_OK);
    assert_int_equal(nor_bed_program(0, nor_bed.data, 16), NACRE_OK);
    assert_int_equal(fake_second.taken, 0);
    assert_int_equal(fake.blackout_count, 5);
}

static void test_two_without_the_set_up_is_refused_by_name(void **state)
{
    (void)state;
    fake_second.is_there = false;
    assert_int_equal(open_now(), NACRE_CTRL_STATE);
    assert_string_equal(nor_bed.nor.blackout.port.mismatch.name, "XSPIM CR MUXEN");
    assert_int_equal(nacre_nor_close(&nor_bed.nor), NACRE_NOT_MOUNTED);
    cfg.way = NACRE_WAY_AUTO;
    assert_int_equal(open_now(), NACRE_OK);
    assert_null(nor_bed.nor.blackout.port.mismatch.name);
    assert_int_equal(nor_bed_program(TRIED, nor_bed.data, 16), NACRE_OK);
    assert_int_equal(nor_bed_program(0, nor_bed.data, 16), NACRE_OK);
    assert_int_equal(fake_second.taken, 0);
}

static void test_two_needs_frames_that_hold_what_is_programmed_at_once(void **state)
{
    static struct nacre_chip chip;
    (void)state;
    fake_second.frame_bytes = 14;
    assert_int_equal(open_now(), NACRE_CTRL_STATE);
    chip = nacre_chip_mx66uw1g45g;
    chip.buffer_begin = 0; /* then a whole piece must fit */
    cfg.chip = &chip;
    fake_second.frame_bytes = 126;
    assert_int_equal(open_now(), NACRE_CTRL_STATE);
    fake_second.frame_bytes = 128;
    assert_int_equal(open_now(), NACRE_OK);
}

static void test_two_in_the_bank_of_the_image_is_refused_or_sliced(void **state)
{
    (void)state;
    cfg.region_addr = NOR_BED_SAME_BANK;
    cfg.budget_us = 520;
    assert_int_equal(open_now(), NACRE_REGION_IN_RUN_BANK);
    assert_int_equal(fake.sent_count, 0);
    cfg.way = NACRE_WAY_AUTO;
    assert_int_equal(open_now(), NACRE_OK);
    const uint32_t taken = fake_second.taken;
    fake.must_be_idle_when_mapped = true;
    assert_int_equal(nor_bed_program(0, nor_bed.data, 16), NACRE_OK);
    assert_int_equal(nor_bed_erase(0x1000), NACRE_OK);
    assert_int_equal(fake_second.taken, taken);
    assert_int_not_equal(stats_of(NACRE_WAY_SLICED)->blackouts, 0);
}

static void test_two_controller_on_other_wires_is_found_out(void **state)
{
    (void)state;
    fake_second.reads_other_bytes = true;
    assert_int_equal(open_now(), NACRE_TIMEOUT);
    board_is_as_before();
    cfg.way = NACRE_WAY_AUTO;
    assert_int_equal(open_now(), NACRE_OK);
    const uint32_t taken = fake_second.taken;
    assert_int_equal(nor_bed_program(TRIED, nor_bed.data, 16), NACRE_OK);
    assert_int_equal(fake_second.taken, taken);
}

static void test_two_busy_or_unknown_chip_is_told_at_open(void **state)
{
    (void)state;
    fake.status = 1;
    fake.is_stuck = true;
    assert_int_equal(open_now(), NACRE_CHIP_SUSPENDED);
    fake.status = 0;
    fake.security = 0x08;
    assert_int_equal(open_now(), NACRE_CHIP_SUSPENDED);
    fake.security = 0;
    fake.id[2] = 0x3A;
    assert_int_equal(open_now(), NACRE_CHIP_UNKNOWN);
    board_is_as_before();
}

/* ---- the trial ---- */

static void test_two_first_operation_is_the_trial_and_the_only_blackout(void **state)
{
    (void)state;
    assert_int_equal(open_now(), NACRE_OK);
    fake_forget();
    fake.busy_us = 40;
    const uint32_t begin = fake.now;
    assert_int_equal(nor_bed_program(TRIED, nor_bed.data, 16), NACRE_OK);
    assert_in_range((fake.now - begin) / US, 40, 70); /* no rest: no other blackout follows */
    assert_string_equal(fake_opcodes(), "06F9 05FA 12ED EE11 05FA 2BD4");
    assert_int_equal(fake.blackout_count, 1);
    assert_int_equal(nor_bed.nor.stats.trust, NACRE_TRUST_SHOWN);
    assert_int_equal(stats_of(NACRE_WAY_READ_WHILE_WRITE)->blackouts, 1);
    assert_int_equal(stats_of(NACRE_WAY_TWO_CONTROLLERS)->blackouts, 0);
    board_is_as_before();
}

static void test_two_slices_take_over_where_the_trial_fails(void **state)
{
    (void)state;
    cfg.budget_us = 520;
    assert_int_equal(open_now(), NACRE_OK);
    const uint32_t taken = fake_second.taken;
    fake.must_be_idle_when_mapped = true; /* and no bank answers while it is not */
    assert_int_equal(nor_bed_program(TRIED, nor_bed.data, 16), NACRE_OK);
    assert_int_equal(nor_bed.nor.stats.trust, NACRE_TRUST_BROKEN);
    assert_int_equal(nor_bed_program(0, nor_bed.data, 16), NACRE_OK);
    assert_int_equal(nor_bed_erase(0x1000), NACRE_OK);
    assert_int_equal(fake_second.taken, taken);
}

static void test_two_no_way_is_left_where_the_trial_fails_in_a_short_budget(void **state)
{
    (void)state;
    assert_int_equal(open_now(), NACRE_OK);
    fake.must_be_idle_when_mapped = true;
    assert_int_equal(nor_bed_program(TRIED, nor_bed.data, 16), NACRE_OK);
    assert_int_equal(nor_bed_program(0, nor_bed.data, 16), NACRE_NO_WAY);
}

/* ---- an operation ---- */

static void test_two_granule_goes_by_a_plain_program(void **state)
{
    (void)state;
    const uint32_t blackouts = fake.blackout_count;
    assert_int_equal(nor_bed_program(0x20, nor_bed.data, 16), NACRE_OK);
    assert_string_equal(fake_opcodes(), "06F9 05FA 12ED 05FA 2BD4");
    assert_memory_equal(fake.chip + NOR_BED_REGION + 0x20, nor_bed.data, 16);
    assert_int_equal(fake.blackout_count, blackouts);
    assert_int_equal(fake.discard_addr, NOR_BED_REGION + 0x20);
    assert_int_equal(fake.discard_bytes, 16);
    assert_int_equal(nor_bed.nor.stats.last_save_dark_cycles, 0);
    board_is_as_before();
}

static void test_two_more_than_a_frame_goes_by_the_write_buffer(void **state)
{
    (void)state;
    const uint32_t blackouts = fake.blackout_count;
    assert_int_equal(nor_bed_program(0x100, nor_bed.data, 128), NACRE_OK);
    assert_string_equal(fake_opcodes(), "06F9 05FA 22DD 24DB 24DB 24DB 24DB 24DB 24DB 24DB 24DB "
                                        "31CE 05FA 2BD4");
    assert_int_equal(fake.sent[2].chip_addr, NOR_BED_REGION + 0x100);
    for (uint32_t i = 0; i < 8; i++) {
        assert_int_equal(fake.sent[3 + i].chip_addr, NOR_BED_REGION + 0x100 + 16 * i);
        assert_int_equal(fake.sent[3 + i].n, 16);
    }
    assert_int_equal(fake.sent[11].phases, 0);
    assert_memory_equal(fake.chip + NOR_BED_REGION + 0x100, nor_bed.data, 128);
    assert_int_equal(nor_bed_program(0x200, nor_bed.data, 32), NACRE_OK);
    assert_int_equal(nor_bed_program(0x300, nor_bed.data, 256), NACRE_OK);
    assert_memory_equal(fake.chip + NOR_BED_REGION + 0x200, nor_bed.data, 32);
    assert_memory_equal(fake.chip + NOR_BED_REGION + 0x300, nor_bed.data, 256);
    assert_int_equal(fake.blackout_count, blackouts);
}

static void test_two_longer_frames_are_used_as_far_as_they_go(void **state)
{
    (void)state;
    fake_second.frame_bytes = 58;
    assert_int_equal(open_now(), NACRE_OK);
    assert_int_equal(nor_bed_program(TRIED, nor_bed.data, 16), NACRE_OK);
    fake_forget();
    assert_int_equal(nor_bed_program(0, nor_bed.data, 48), NACRE_OK);
    assert_string_equal(fake_opcodes(), "06F9 05FA 12ED 05FA 2BD4");
    fake_forget();
    assert_int_equal(nor_bed_program(0x100, nor_bed.data, 112), NACRE_OK);
    assert_string_equal(fake_opcodes(), "06F9 05FA 22DD 24DB 24DB 24DB 31CE 05FA 2BD4");
    assert_int_equal(fake.sent[5].n, 16);
    assert_memory_equal(fake.chip + NOR_BED_REGION + 0x100, nor_bed.data, 112);
}

static void test_two_bank_is_fenced_as_long_as_it_is_busy(void **state)
{
    uint8_t buf[16];
    (void)state;
    fake.busy_us = 25000;
    assert_int_equal(nor_bed.medium->ops->erase_start(nor_bed.medium, 0x1000), NACRE_OK);
    assert_string_equal(fake_opcodes(), "06F9 05FA 21DE");
    assert_true(bank_is_fenced());
    assert_false(nor_bed.medium->ops->can_access(nor_bed.medium,
                                                 fake.chip + NOR_BED_REGION, 16, false));
    fake.now += 7000 * US;
    fake_forget();
    assert_int_equal(nor_bed.medium->ops->erase_poll(nor_bed.medium), NACRE_BUSY);
    assert_string_equal(fake_opcodes(), "05FA");
    assert_true(bank_is_fenced());
    assert_int_equal(nor_bed_read(0x2000, buf, 16), NACRE_OK); /* waits for the end */
    board_is_as_before();
    assert_int_equal(nor_bed.medium->ops->erase_poll(nor_bed.medium), NACRE_OK);
    assert_int_equal(fake.discard_addr, NOR_BED_REGION + 0x1000);
    assert_int_equal(fake.discard_bytes, 4096);
}

/* A read ahead of the last read of the region would want the busy bank. */
static void test_two_mapped_controller_is_led_away_before_it_is_busy(void **state)
{
    (void)state;
    fake.busy_us = 25000;
    assert_int_equal(nor_bed.medium->ops->erase_start(nor_bed.medium, 0x1000), NACRE_OK);
    assert_int_equal(fake.discard_addr, nor_bed.nor.blackout.known.chip_addr);
    assert_in_range(fake.discard_addr, 0, 65535);
    assert_int_equal(fake.discard_bytes, 4);
}

static void test_two_first_poll_comes_early_and_others_follow_closely(void **state)
{
    (void)state;
    fake.busy_us = 40; /* the row says 152 */
    const uint32_t begin = fake.now;
    assert_int_equal(nor_bed_program(0, nor_bed.data, 16), NACRE_OK);
    assert_in_range((fake.now - begin) / US, 40, 65);
    fake.busy_us = 152;
    const uint32_t again = fake.now;
    assert_int_equal(nor_bed_program(0x10, nor_bed.data, 16), NACRE_OK);
    assert_in_range((fake.now - again) / US, 152, 180);
    /* Three to start, one for the fail bits; the others ask after 38, 48, 58 and 68 us. */
    fake.busy_us = 62;
    const uint32_t commands = fake_second.commands;
    assert_int_equal(nor_bed_program(0x20, nor_bed.data, 16), NACRE_OK);
    assert_int_equal(fake_second.commands - commands, 3 + 1 + 4);
}

static void test_two_poll_never_waits(void **state)
{
    (void)state;
    fake.busy_us = 25000;
    assert_int_equal(nor_bed.medium->ops->erase_start(nor_bed.medium, 0), NACRE_OK);
    const uint32_t begin = fake.now;
    for (uint32_t i = 0; i < 10; i++) {
        assert_int_equal(nor_bed.medium->ops->erase_poll(nor_bed.medium), NACRE_BUSY);
    }
    assert_in_range(fake.now - begin, 0, 5 * US);
    fake.now += 30000 * US;
    assert_int_equal(nor_bed.medium->ops->erase_poll(nor_bed.medium), NACRE_OK);
}

static void test_two_other_masters_are_not_asked(void **state)
{
    (void)state;
    fake.must_ask = true; /* before each blackout: there is none */
    assert_int_equal(nor_bed_program(0, nor_bed.data, 64), NACRE_OK);
    assert_int_equal(nor_bed_erase(0x2000), NACRE_OK);
    assert_int_equal(fake.asked, 0);
}

static void test_two_time_with_interrupts_masked_is_told(void **state)
{
    (void)state;
    fake_second.masked_cycles = 77;
    assert_int_equal(nor_bed_program(0, nor_bed.data, 16), NACRE_OK);
    assert_int_equal(stats_of(NACRE_WAY_TWO_CONTROLLERS)->longest_masked_cycles, 77);
    assert_int_equal(stats_of(NACRE_WAY_TWO_CONTROLLERS)->longest_cycles, 0);
    assert_true(nor_bed.nor.stats.longest_masked_cycles >= 77);
}

/* ---- what goes wrong ---- */

static void test_two_failure_bits_are_told(void **state)
{
    (void)state;
    fake.fail_next = P_FAIL;
    assert_int_equal(nor_bed_program(0, nor_bed.data, 16), NACRE_IO);
    board_is_as_before();
    fake.fail_next = P_FAIL;
    assert_int_equal(nor_bed_program(0x100, nor_bed.data, 64), NACRE_IO);
    fake.fail_next = E_FAIL;
    assert_int_equal(nor_bed_erase(0x1000), NACRE_IO);
    board_is_as_before();
    assert_int_equal(nor_bed_program(0x2000, nor_bed.data, 16), NACRE_OK);
}

static void test_two_write_enable_that_is_not_taken_is_told(void **state)
{
    (void)state;
    fake.ignores_write_enable = true;
    assert_int_equal(nor_bed_program(0, nor_bed.data, 16), NACRE_CHIP_REFUSED);
    assert_string_equal(fake_opcodes(), "06F9 05FA");
    board_is_as_before();
    fake_forget();
    assert_int_equal(nor_bed_program(0, nor_bed.data, 64), NACRE_CHIP_REFUSED);
    assert_string_equal(fake_opcodes(), "06F9 05FA");
    fake.ignores_write_enable = false;
    fake.ignores_operation = true;
    assert_int_equal(nor_bed_program(0, nor_bed.data, 16), NACRE_CHIP_REFUSED);
    board_is_as_before();
}

static void test_two_senseless_status_is_asked_again(void **state)
{
    (void)state;
    fake.nonsense_in = 1; /* the first poll */
    assert_int_equal(nor_bed_program(0, nor_bed.data, 16), NACRE_OK);
    fake.nonsense_in = 0; /* that after the write enable */
    assert_int_equal(nor_bed_program(0x10, nor_bed.data, 16), NACRE_CHIP_REFUSED);
    board_is_as_before();
    fake.status = 0;
    assert_int_equal(nor_bed_program(0x10, nor_bed.data, 16), NACRE_OK);
}

static void test_two_chip_that_never_ends_stays_fenced(void **state)
{
    (void)state;
    fake.is_stuck = true;
    assert_int_equal(nor_bed_erase(0x1000), NACRE_TIMEOUT);
    assert_true(bank_is_fenced());
    assert_int_equal(nacre_nor_close(&nor_bed.nor), NACRE_TIMEOUT);
    fake.is_stuck = false;
    fake.now += 1000 * US;
    assert_int_equal(nacre_nor_close(&nor_bed.nor), NACRE_OK);
    board_is_as_before();
}

/* Each command in turn does not end: heard by the chip, or not. Then blackouts take over. */
static void lose_command(void **state, int32_t n, bool is_heard, uint32_t bytes)
{
    assert_int_equal(setup(state), 0);
    const uint32_t blackouts = fake.blackout_count;
    fake_second.timeout_in = n;
    fake_second.timeout_is_late = is_heard;
    const enum nacre_err err =
        bytes != 0 ? nor_bed_program(0, nor_bed.data, bytes) : nor_bed_erase(0x1000);
    assert_int_equal(fake_second.timeout_in, -1);
    assert_true(err == NACRE_OK || err == NACRE_TIMEOUT);
    board_is_as_before();
    const uint32_t taken = fake_second.taken;
    fake_second.buffer_is_open = false;
    fake.status = 0;
    assert_int_equal(nor_bed_program(0x2000, nor_bed.data, 32), NACRE_OK);
    assert_memory_equal(fake.chip + NOR_BED_REGION + 0x2000, nor_bed.data, 32);
    assert_int_equal(fake_second.taken, taken);
    assert_true(fake.blackout_count > blackouts);
}

static void test_two_command_without_an_end_is_the_last_one(void **state)
{
    for (uint32_t heard = 0; heard < 2; heard++) {
        for (int32_t n = 0; n < 5; n++) {
            lose_command(state, n, heard != 0, 16);
            lose_command(state, n, heard != 0, 0);
        }
        for (int32_t n = 0; n < 14; n++) {
            lose_command(state, n, heard != 0, 128);
        }
    }
}

static void test_two_controller_that_cannot_be_had_is_done_without(void **state)
{
    (void)state;
    fake_second.refusals = 2;
    assert_int_equal(nor_bed_program(0, nor_bed.data, 16), NACRE_OK);
    assert_memory_equal(fake.chip + NOR_BED_REGION, nor_bed.data, 16);
    const uint32_t taken = fake_second.taken;
    assert_int_equal(nor_bed_erase(0x1000), NACRE_OK);
    assert_int_equal(fake_second.taken, taken);
    board_is_as_before();
}

#define TEST(name) cmocka_unit_test_setup(test_two_##name, setup)
#define BOARD(name) cmocka_unit_test_setup(test_two_##name, setup_board)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOARD(is_taken_where_the_board_is_set_up_for_it),
        BOARD(is_not_taken_where_another_way_is_asked_for),
        BOARD(without_the_set_up_is_refused_by_name),
        BOARD(needs_frames_that_hold_what_is_programmed_at_once),
        BOARD(in_the_bank_of_the_image_is_refused_or_sliced),
        BOARD(controller_on_other_wires_is_found_out),
        BOARD(busy_or_unknown_chip_is_told_at_open),
        BOARD(first_operation_is_the_trial_and_the_only_blackout),
        BOARD(slices_take_over_where_the_trial_fails),
        BOARD(no_way_is_left_where_the_trial_fails_in_a_short_budget),
        TEST(granule_goes_by_a_plain_program),
        TEST(more_than_a_frame_goes_by_the_write_buffer),
        BOARD(longer_frames_are_used_as_far_as_they_go),
        TEST(bank_is_fenced_as_long_as_it_is_busy),
        TEST(mapped_controller_is_led_away_before_it_is_busy),
        TEST(first_poll_comes_early_and_others_follow_closely),
        TEST(poll_never_waits),
        TEST(other_masters_are_not_asked),
        TEST(time_with_interrupts_masked_is_told),
        TEST(failure_bits_are_told),
        TEST(write_enable_that_is_not_taken_is_told),
        TEST(senseless_status_is_asked_again),
        TEST(chip_that_never_ends_stays_fenced),
        TEST(command_without_an_end_is_the_last_one),
        TEST(controller_that_cannot_be_had_is_done_without),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
