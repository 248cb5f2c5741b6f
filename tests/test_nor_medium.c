/*
 * The NOR medium's calls: the commands they send, when the flash is dark, what they refuse, and
 * what they say when the chip fails.
 *
 * Method: a false board under nacre/port.h with a clock of its own. Opcodes are ST's
 * (stm32-mx66uw1g45g), times those of the SFDP dump, limits those of the design: 2 % dark of any
 * millisecond, 20 us a save, 200 us an erase.
 */
#include "nacre/chips/chips.h"
#include "nacre/media/nor.h"
#include "tests/support/fake_port.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define REGION 0x07FE0000u
#define US FAKE_CYCLES_PER_US

static struct nacre_nor nor;
static struct nacre_medium *medium;
static uint8_t data[256];

static int setup_with_budget(uint32_t budget_us)
{
    const struct nacre_nor_cfg cfg = {
        .chip = &nacre_chip_mx66uw1g45g,
        .port = {.core_mhz = FAKE_CYCLES_PER_US, .mpu_region = 15},
        .region_addr = REGION,
        .region_bytes = 8 * 4096,
        .image_bytes = 65536,
        .budget_us = budget_us,
    };
    fake_start();
    if (nacre_nor_open(&nor, &cfg) != NACRE_OK) return -1;
    medium = &nor.medium;
    fake_forget();
    for (uint32_t i = 0; i < sizeof(data); i++) {
        data[i] = (uint8_t)(i ^ 0x5Au);
    }
    return 0;
}

static int setup(void **state)
{
    (void)state;
    return setup_with_budget(5);
}

static enum nacre_err read_at(uint32_t addr, void *buf, uint32_t n)
{
    return medium->ops->read(medium, addr, buf, n);
}

static enum nacre_err program(uint32_t addr, const void *buf, uint32_t n)
{
    return medium->ops->program(medium, addr, buf, n);
}

static enum nacre_err erase(uint32_t addr)
{
    const enum nacre_err err = medium->ops->erase_start(medium, addr);
    return err == NACRE_OK ? medium->ops->erase_wait(medium) : err;
}

static bool bank_is_fenced(void)
{
    return fake.fence_bits == 25 && fake.fence_addr == 0x06000000;
}

/* ---- commands ---- */

static void test_nor_program_sends_enable_status_program_status_security(void **state)
{
    (void)state;
    assert_int_equal(program(0x20, data, 16), NACRE_OK);
    assert_string_equal(fake_opcodes(), "06F9 05FA 12ED 05FA 2BD4");
    assert_int_equal(fake.sent[0].phases, 0);
    assert_int_equal(fake.sent[2].phases, NACRE_PHASE_ADDR | NACRE_PHASE_WRITE);
    assert_int_equal(fake.sent[2].chip_addr, REGION + 0x20);
    assert_int_equal(fake.sent[2].n, 16);
    assert_memory_equal(fake.sent[2].data, data, 16);
    assert_memory_equal(fake.chip + REGION + 0x20, data, 16);
    assert_int_equal(fake.sent[2].blackout + 1, fake.sent[3].blackout);
    assert_int_equal(fake.fence_bits, 0);
}

static void test_nor_program_discards_the_lines_it_changed(void **state)
{
    (void)state;
    assert_int_equal(program(0x20, data, 16), NACRE_OK);
    assert_int_equal(fake.discard_addr, REGION + 0x20);
    assert_int_equal(fake.discard_bytes, 16);
    assert_int_equal(erase(0x3000), NACRE_OK);
    assert_int_equal(fake.discard_addr, REGION + 0x3000);
    assert_int_equal(fake.discard_bytes, 4096);
}

static void test_nor_program_of_a_page_goes_in_pieces(void **state)
{
    (void)state;
    assert_int_equal(program(0x100, data, 256), NACRE_OK);
    assert_memory_equal(fake.chip + REGION + 0x100, data, 256);
    uint32_t sent = 0;
    for (uint32_t i = 0; i < fake.sent_count; i++) {
        if (fake.sent[i].opcode != 0x12ED) continue;
        assert_int_equal(fake.sent[i].chip_addr, REGION + 0x100 + sent);
        sent += fake.sent[i].n;
    }
    assert_int_equal(sent, 256);
}

static void test_nor_erase_fences_the_bank_until_it_has_ended(void **state)
{
    (void)state;
    fake.busy_us = 25000;
    memset(fake.chip + REGION + 0x1000, 0, 4096);
    assert_int_equal(medium->ops->erase_start(medium, 0x1000), NACRE_OK);
    assert_string_equal(fake_opcodes(), "06F9 05FA 21DE");
    assert_int_equal(fake.sent[2].phases, NACRE_PHASE_ADDR);
    assert_int_equal(fake.sent[2].chip_addr, REGION + 0x1000);
    assert_int_equal(fake.sent[2].n, 0);
    assert_true(bank_is_fenced());
    assert_true(fake.is_mapped);
    assert_false(fake.is_closed);
    assert_int_equal(medium->ops->erase_poll(medium), NACRE_BUSY);
    assert_true(bank_is_fenced());
    assert_int_equal(medium->ops->erase_wait(medium), NACRE_OK);
    assert_int_equal(fake.fence_bits, 0);
    assert_int_equal(fake.chip[REGION + 0x1FFF], 0xFF);
    assert_int_equal(medium->ops->erase_poll(medium), NACRE_OK);
}

static void test_nor_poll_does_not_ask_before_the_typical_time(void **state)
{
    (void)state;
    fake.busy_us = 25000;
    assert_int_equal(medium->ops->erase_start(medium, 0), NACRE_OK);
    fake_forget();
    fake.now += 24000 * US;
    assert_int_equal(medium->ops->erase_poll(medium), NACRE_BUSY);
    assert_int_equal(fake.sent_count, 0);
    fake.now += 1100 * US;
    assert_int_equal(medium->ops->erase_poll(medium), NACRE_OK);
    assert_string_equal(fake_opcodes(), "05FA 2BD4");
}

/* ---- an erase under way ---- */

static void test_nor_read_waits_for_an_erase_and_its_result_is_told_once(void **state)
{
    uint8_t buf[16];
    (void)state;
    assert_int_equal(program(0, data, 16), NACRE_OK);
    fake.busy_us = 25000;
    assert_int_equal(medium->ops->erase_start(medium, 0x1000), NACRE_OK);
    fake.fail_next = 0x40;
    assert_int_equal(read_at(0, buf, 16), NACRE_OK);
    assert_memory_equal(buf, data, 16);
    assert_int_equal(fake.fence_bits, 0);
    assert_int_equal(medium->ops->erase_start(medium, 0x2000), NACRE_BUSY);
    assert_int_equal(medium->ops->erase_poll(medium), NACRE_IO);
    assert_int_equal(medium->ops->erase_poll(medium), NACRE_OK);
    assert_int_equal(medium->ops->erase_wait(medium), NACRE_OK);
}

static void test_nor_program_and_erase_answer_busy_in_an_erase(void **state)
{
    (void)state;
    fake.busy_us = 25000;
    assert_int_equal(medium->ops->erase_start(medium, 0), NACRE_OK);
    fake_forget();
    assert_int_equal(program(0x1000, data, 16), NACRE_BUSY);
    assert_int_equal(medium->ops->erase_start(medium, 0x2000), NACRE_BUSY);
    assert_int_equal(fake.sent_count, 0);
    assert_int_equal(medium->ops->erase_wait(medium), NACRE_OK);
}

static void test_nor_can_access_refuses_the_fenced_bank(void **state)
{
    const uint8_t *in_bank = fake.chip + REGION + 0x4000;
    const uint8_t *in_image = fake.chip + 0x100;
    uint8_t buf[4];
    (void)state;
    assert_true(medium->ops->can_access(medium, in_bank, 4, false));
    assert_int_equal(medium->ops->erase_start(medium, 0), NACRE_OK);
    assert_false(medium->ops->can_access(medium, in_bank, 4, false));
    assert_false(medium->ops->can_access(medium, fake.chip + 0x06000000 - 1, 2, false));
    assert_true(medium->ops->can_access(medium, in_image, 4, false));
    assert_true(medium->ops->can_access(medium, buf, 4, true));
    assert_true(medium->ops->can_access(medium, NULL, 0, true));
    assert_false(medium->ops->can_access(medium, NULL, 1, false));
    assert_int_equal(medium->ops->erase_wait(medium), NACRE_OK);
    assert_true(medium->ops->can_access(medium, in_bank, 4, false));
    fake.hole = buf;
    assert_false(medium->ops->can_access(medium, buf, 4, true));
    assert_false(medium->ops->can_access(medium, buf, 4, false));
}

static void test_nor_close_waits_and_closes(void **state)
{
    uint8_t buf[1];
    struct nacre_nor_stats stats;
    (void)state;
    assert_int_equal(medium->ops->erase_start(medium, 0), NACRE_OK);
    assert_int_equal(nacre_nor_close(&nor), NACRE_OK);
    assert_int_equal(fake.status, 0);
    assert_int_equal(fake.fence_bits, 0);
    assert_int_equal(read_at(0, buf, 1), NACRE_NOT_MOUNTED);
    assert_int_equal(nacre_nor_close(&nor), NACRE_NOT_MOUNTED);
    assert_int_equal(nacre_nor_stats(&nor, &stats), NACRE_NOT_MOUNTED);
    assert_int_equal(nacre_nor_close(NULL), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_nor_stats(NULL, &stats), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_nor_stats(&nor, NULL), NACRE_BAD_ARGUMENT);
}

/* ---- bad input ---- */

static void test_nor_calls_refuse_bad_input_and_send_nothing(void **state)
{
    const uint32_t end = 8 * 4096;
    uint8_t buf[16];
    (void)state;
    const uint32_t blackouts = fake.blackout_count;
    assert_int_equal(read_at(0, NULL, 1), NACRE_BAD_ARGUMENT);
    assert_int_equal(read_at(end, buf, 1), NACRE_BAD_ARGUMENT);
    assert_int_equal(read_at(end - 8, buf, 16), NACRE_BAD_ARGUMENT);
    assert_int_equal(read_at(0xFFFFFFF0u, buf, 16), NACRE_BAD_ARGUMENT);
    assert_int_equal(program(0, NULL, 16), NACRE_BAD_ARGUMENT);
    assert_int_equal(program(0, data, 0), NACRE_BAD_ARGUMENT);
    assert_int_equal(program(8, data, 16), NACRE_BAD_ARGUMENT);
    assert_int_equal(program(0, data, 8), NACRE_BAD_ARGUMENT);
    assert_int_equal(program(0xF0, data, 32), NACRE_BAD_ARGUMENT);
    assert_int_equal(program(end, data, 16), NACRE_BAD_ARGUMENT);
    assert_int_equal(program(0xFFFFFFF0u, data, 32), NACRE_BAD_ARGUMENT);
    assert_int_equal(medium->ops->erase_start(medium, 16), NACRE_BAD_ARGUMENT);
    assert_int_equal(medium->ops->erase_start(medium, end), NACRE_BAD_ARGUMENT);
    assert_int_equal(medium->ops->read(NULL, 0, buf, 1), NACRE_BAD_ARGUMENT);
    assert_int_equal(medium->ops->program(NULL, 0, buf, 16), NACRE_BAD_ARGUMENT);
    assert_int_equal(medium->ops->erase_start(NULL, 0), NACRE_BAD_ARGUMENT);
    assert_int_equal(medium->ops->erase_poll(NULL), NACRE_BAD_ARGUMENT);
    assert_int_equal(medium->ops->erase_wait(NULL), NACRE_BAD_ARGUMENT);
    fake.hole = buf;
    assert_int_equal(read_at(0, buf, 1), NACRE_BAD_BUFFER);
    assert_int_equal(program(0, buf, 16), NACRE_BAD_BUFFER);
    assert_int_equal(fake.sent_count, 0);
    assert_int_equal(fake.blackout_count, blackouts);
}

static void test_nor_calls_refuse_in_an_interrupt(void **state)
{
    uint8_t buf[16];
    (void)state;
    fake.is_in_interrupt = true;
    assert_int_equal(read_at(0, buf, 1), NACRE_FROM_INTERRUPT);
    assert_int_equal(program(0, data, 16), NACRE_FROM_INTERRUPT);
    assert_int_equal(medium->ops->erase_start(medium, 0), NACRE_FROM_INTERRUPT);
    assert_int_equal(medium->ops->erase_poll(medium), NACRE_FROM_INTERRUPT);
    assert_int_equal(medium->ops->erase_wait(medium), NACRE_FROM_INTERRUPT);
    assert_int_equal(nacre_nor_close(&nor), NACRE_FROM_INTERRUPT);
    assert_int_equal(fake.sent_count, 0);
}

static void test_nor_calls_refuse_while_another_is_under_way(void **state)
{
    uint8_t buf[16];
    (void)state;
    nor.is_entered = true;
    assert_int_equal(read_at(0, buf, 1), NACRE_NESTED);
    assert_int_equal(program(0, data, 16), NACRE_NESTED);
    assert_int_equal(medium->ops->erase_start(medium, 0), NACRE_NESTED);
    assert_int_equal(medium->ops->erase_poll(medium), NACRE_NESTED);
    assert_int_equal(medium->ops->erase_wait(medium), NACRE_NESTED);
    assert_int_equal(nacre_nor_close(&nor), NACRE_NESTED);
    assert_int_equal(fake.sent_count, 0);
}

static void test_nor_program_refuses_what_is_not_blank(void **state)
{
    (void)state;
    fake.chip[REGION + 0x2F] = 0xFE;
    assert_int_equal(program(0x20, data, 16), NACRE_NOT_ERASED);
    assert_int_equal(fake.sent_count, 0);
    assert_int_equal(program(0x30, data, 16), NACRE_OK);
}

/* ---- a chip that fails ---- */

static void test_nor_program_notices_a_write_enable_that_was_not_taken(void **state)
{
    (void)state;
    fake.ignores_write_enable = true;
    assert_int_equal(program(0, data, 16), NACRE_CHIP_REFUSED);
    assert_string_equal(fake_opcodes(), "06F9 05FA");
    assert_int_equal(fake.fence_bits, 0);
    assert_int_equal(medium->ops->erase_start(medium, 0), NACRE_CHIP_REFUSED);
    fake.ignores_write_enable = false;
    assert_int_equal(program(0, data, 16), NACRE_OK);
}

static void test_nor_program_notices_that_somebody_else_is_busy(void **state)
{
    (void)state;
    fake.status = 0x01;
    fake.is_stuck = true;
    assert_int_equal(program(0, data, 16), NACRE_CHIP_SUSPENDED);
    assert_string_equal(fake_opcodes(), "06F9 05FA");
    assert_int_equal(fake.fence_bits, 0);
}

static void test_nor_program_notices_a_command_that_was_ignored(void **state)
{
    (void)state;
    fake.ignores_operation = true;
    assert_int_equal(program(0, data, 16), NACRE_CHIP_REFUSED);
    fake.status = 0;
    assert_int_equal(erase(0), NACRE_IO);
}

static void test_nor_tells_fail_bits(void **state)
{
    (void)state;
    fake.fail_next = 0x20;
    assert_int_equal(program(0, data, 16), NACRE_IO);
    fake.fail_next = 0x40;
    assert_int_equal(erase(0), NACRE_IO);
    assert_int_equal(erase(0), NACRE_OK);
}

static void test_nor_compares_what_it_reads_back(void **state)
{
    (void)state;
    fake.flip_addr = REGION + 0x25;
    assert_int_equal(program(0x20, data, 16), NACRE_VERIFY);
    fake.flip_addr = REGION + 0x1800;
    assert_int_equal(erase(0x1000), NACRE_IO);
}

static void test_nor_gives_up_after_the_rows_maximum_and_recovers(void **state)
{
    (void)state;
    fake.is_stuck = true;
    uint32_t begin = fake.now;
    assert_int_equal(program(0, data, 16), NACRE_TIMEOUT);
    assert_in_range(fake.now - begin, 4864 * US, 2 * 4864 * US);
    assert_true(bank_is_fenced());
    assert_int_equal(medium->ops->erase_start(medium, 0x1000), NACRE_TIMEOUT);
    fake.is_stuck = false;
    assert_int_equal(program(0x1000, data, 16), NACRE_OK);
    assert_int_equal(fake.fence_bits, 0);

    fake.is_stuck = true;
    begin = fake.now;
    assert_int_equal(erase(0x2000), NACRE_TIMEOUT);
    assert_in_range(fake.now - begin, 600000 * US, 2 * 600000 * US);
}

static void test_nor_keeps_the_fence_when_in_doubt(void **state)
{
    (void)state;
    fake.busy_us = 100;
    fake.timeout_in = 2; /* the program command itself */
    const uint32_t start = fake.blackout_count;
    assert_int_equal(program(0, data, 16), NACRE_TIMEOUT);
    assert_string_equal(fake_opcodes(), "06F9 05FA 12ED EE11 05FA 2BD4");
    assert_int_equal(fake.blackouts[start].fence_bits, 25);
    assert_int_equal(fake.fence_bits, 0);

    fake_forget();
    fake.nonsense_in = 1; /* the first poll */
    assert_int_equal(program(0x20, data, 16), NACRE_OK);
    assert_string_equal(fake_opcodes(), "06F9 05FA 12ED 05FA EE11 05FA 2BD4");
}

/* ---- how long it is dark ---- */

static uint32_t dark_in_window(uint32_t from, uint32_t to)
{
    uint32_t dark = 0;
    for (uint32_t i = 0; i < fake.blackout_count; i++) {
        const uint32_t begin = fake.blackouts[i].begin > from ? fake.blackouts[i].begin : from;
        const uint32_t end = fake.blackouts[i].end < to ? fake.blackouts[i].end : to;
        if (begin < end) dark += end - begin;
    }
    return dark;
}

static uint32_t dark_from(uint32_t first_blackout)
{
    uint32_t dark = 0;
    for (uint32_t i = first_blackout; i < fake.blackout_count; i++) {
        dark += fake.blackouts[i].end - fake.blackouts[i].begin;
    }
    return dark;
}

/* Saves and erases as fast as they go, with blackouts nearly as long as the budget. */
static void storm(uint32_t budget_us, uint32_t cycles_per_command)
{
    fake.busy_us = 1;
    fake.cycles_per_command = cycles_per_command;
    for (uint32_t i = 0; i < 200; i++) {
        assert_int_equal(program(i * 16, data, 16), NACRE_OK);
        if (i % 50 == 49) assert_int_equal(erase(0x4000), NACRE_OK);
    }
    assert_true(fake.blackout_count > 400);
    for (uint32_t i = 0; i < fake.blackout_count; i++) {
        const uint32_t begin = fake.blackouts[i].begin;
        assert_in_range(fake.blackouts[i].end - begin, 1, budget_us * US);
        assert_in_range(dark_in_window(begin, begin + 1000 * US), 1, 20 * US);
    }
}

static void test_nor_no_millisecond_is_darker_than_two_per_cent(void **state)
{
    (void)state;
    storm(5, 140);
    assert_int_equal(setup_with_budget(10), 0);
    storm(10, 300);
}

static void test_nor_slowest_program_stays_within_twenty_us_dark(void **state)
{
    static const uint32_t times_us[] = {10, 152, 200, 500, 1000, 3000, 4860};
    (void)state;
    for (uint32_t i = 0; i < sizeof(times_us) / sizeof(times_us[0]); i++) {
        const uint32_t first = fake.blackout_count;
        const uint32_t begin = fake.now;
        fake.busy_us = times_us[i];
        assert_int_equal(program(i * 16, data, 16), NACRE_OK);
        assert_in_range(dark_from(first), 1, 20 * US);
        assert_in_range(fake.now - begin, 0, (times_us[i] * 4 / 3 + 400) * US);
    }
}

static void test_nor_slowest_erase_stays_within_two_hundred_us_dark(void **state)
{
    static const uint32_t times_us[] = {100, 25000, 30000, 400000, 599000};
    (void)state;
    for (uint32_t i = 0; i < sizeof(times_us) / sizeof(times_us[0]); i++) {
        const uint32_t first = fake.blackout_count;
        fake.busy_us = times_us[i];
        assert_int_equal(erase(i * 4096), NACRE_OK);
        assert_in_range(dark_from(first), 1, 200 * US);
    }
}

static void test_nor_stats_count_what_the_board_saw(void **state)
{
    struct nacre_nor_stats stats;
    (void)state;
    assert_int_equal(program(0, data, 256), NACRE_OK);
    assert_int_equal(erase(0x1000), NACRE_OK);
    assert_int_equal(nacre_nor_stats(&nor, &stats), NACRE_OK);
    assert_int_equal(stats.blackouts, fake.blackout_count);
    assert_int_equal(stats.programmed_bytes, 256);
    assert_int_equal(stats.erases, 1);
    assert_int_equal(stats.over_budget, 0);
    const uint32_t dark = dark_from(0);
    assert_in_range(stats.dark_cycles, dark * 4 / 5, dark);
    assert_in_range(stats.longest_masked_cycles, stats.longest_cycles, 20 * US);
    assert_true(stats.longest_cycles > 0 && stats.longest_cycles < 20 * US);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_nor_program_sends_enable_status_program_status_security,
                               setup),
        cmocka_unit_test_setup(test_nor_program_discards_the_lines_it_changed, setup),
        cmocka_unit_test_setup(test_nor_program_of_a_page_goes_in_pieces, setup),
        cmocka_unit_test_setup(test_nor_erase_fences_the_bank_until_it_has_ended, setup),
        cmocka_unit_test_setup(test_nor_poll_does_not_ask_before_the_typical_time, setup),
        cmocka_unit_test_setup(test_nor_read_waits_for_an_erase_and_its_result_is_told_once,
                               setup),
        cmocka_unit_test_setup(test_nor_program_and_erase_answer_busy_in_an_erase, setup),
        cmocka_unit_test_setup(test_nor_can_access_refuses_the_fenced_bank, setup),
        cmocka_unit_test_setup(test_nor_close_waits_and_closes, setup),
        cmocka_unit_test_setup(test_nor_calls_refuse_bad_input_and_send_nothing, setup),
        cmocka_unit_test_setup(test_nor_calls_refuse_in_an_interrupt, setup),
        cmocka_unit_test_setup(test_nor_calls_refuse_while_another_is_under_way, setup),
        cmocka_unit_test_setup(test_nor_program_refuses_what_is_not_blank, setup),
        cmocka_unit_test_setup(test_nor_program_notices_a_write_enable_that_was_not_taken, setup),
        cmocka_unit_test_setup(test_nor_program_notices_that_somebody_else_is_busy, setup),
        cmocka_unit_test_setup(test_nor_program_notices_a_command_that_was_ignored, setup),
        cmocka_unit_test_setup(test_nor_tells_fail_bits, setup),
        cmocka_unit_test_setup(test_nor_compares_what_it_reads_back, setup),
        cmocka_unit_test_setup(test_nor_gives_up_after_the_rows_maximum_and_recovers, setup),
        cmocka_unit_test_setup(test_nor_keeps_the_fence_when_in_doubt, setup),
        cmocka_unit_test_setup(test_nor_no_millisecond_is_darker_than_two_per_cent, setup),
        cmocka_unit_test_setup(test_nor_slowest_program_stays_within_twenty_us_dark, setup),
        cmocka_unit_test_setup(test_nor_slowest_erase_stays_within_two_hundred_us_dark, setup),
        cmocka_unit_test_setup(test_nor_stats_count_what_the_board_saw, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
