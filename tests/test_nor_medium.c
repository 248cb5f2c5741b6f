/*
 * The NOR medium's calls: the commands they send, what they refuse, and what they say when the chip
 * fails.
 *
 * Method: a false board under nacre/port.h with a clock of its own. Opcodes are ST's
 * (stm32-mx66uw1g45g), times those of the SFDP dump.
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

static bool bank_is_fenced(void)
{
    return fake.fence_bits == 25 && fake.fence_addr == 0x06000000;
}

/* ---- commands ---- */

static void test_nor_program_sends_enable_status_program_status_security(void **state)
{
    (void)state;
    assert_int_equal(nor_bed_program(0x20, nor_bed.data, 16), NACRE_OK);
    assert_string_equal(fake_opcodes(), "06F9 05FA 12ED 05FA 2BD4");
    assert_int_equal(fake.sent[0].phases, 0);
    assert_int_equal(fake.sent[2].phases, NACRE_PHASE_ADDR | NACRE_PHASE_WRITE);
    assert_int_equal(fake.sent[2].chip_addr, NOR_BED_REGION + 0x20);
    assert_int_equal(fake.sent[2].n, 16);
    assert_memory_equal(fake.sent[2].data, nor_bed.data, 16);
    assert_memory_equal(fake.chip + NOR_BED_REGION + 0x20, nor_bed.data, 16);
    assert_int_equal(fake.sent[2].blackout + 1, fake.sent[3].blackout);
    assert_int_equal(fake.fence_bits, 0);
}

static void test_nor_program_discards_the_lines_it_changed(void **state)
{
    (void)state;
    assert_int_equal(nor_bed_program(0x20, nor_bed.data, 16), NACRE_OK);
    assert_int_equal(fake.discard_addr, NOR_BED_REGION + 0x20);
    assert_int_equal(fake.discard_bytes, 16);
    assert_int_equal(nor_bed_erase(0x3000), NACRE_OK);
    assert_int_equal(fake.discard_addr, NOR_BED_REGION + 0x3000);
    assert_int_equal(fake.discard_bytes, 4096);
}

static void test_nor_program_of_a_page_goes_in_pieces(void **state)
{
    (void)state;
    assert_int_equal(nor_bed_program(0x100, nor_bed.data, 256), NACRE_OK);
    assert_memory_equal(fake.chip + NOR_BED_REGION + 0x100, nor_bed.data, 256);
    uint32_t sent = 0;
    for (uint32_t i = 0; i < fake.sent_count; i++) {
        if (fake.sent[i].opcode != 0x12ED) continue;
        assert_int_equal(fake.sent[i].chip_addr, NOR_BED_REGION + 0x100 + sent);
        sent += fake.sent[i].n;
    }
    assert_int_equal(sent, 256);
}

static void test_nor_erase_fences_the_bank_until_it_has_ended(void **state)
{
    (void)state;
    fake.busy_us = 25000;
    memset(fake.chip + NOR_BED_REGION + 0x1000, 0, 4096);
    assert_int_equal(nor_bed.medium->ops->erase_start(nor_bed.medium, 0x1000), NACRE_OK);
    assert_string_equal(fake_opcodes(), "06F9 05FA 21DE");
    assert_int_equal(fake.sent[2].phases, NACRE_PHASE_ADDR);
    assert_int_equal(fake.sent[2].chip_addr, NOR_BED_REGION + 0x1000);
    assert_int_equal(fake.sent[2].n, 0);
    assert_true(bank_is_fenced());
    assert_true(fake.is_mapped);
    assert_false(fake.is_closed);
    assert_int_equal(nor_bed.medium->ops->erase_poll(nor_bed.medium), NACRE_BUSY);
    assert_true(bank_is_fenced());
    assert_int_equal(nor_bed.medium->ops->erase_wait(nor_bed.medium), NACRE_OK);
    assert_int_equal(fake.fence_bits, 0);
    assert_int_equal(fake.chip[NOR_BED_REGION + 0x1FFF], 0xFF);
    assert_int_equal(nor_bed.medium->ops->erase_poll(nor_bed.medium), NACRE_OK);
}

static void test_nor_poll_does_not_ask_before_the_typical_time(void **state)
{
    (void)state;
    fake.busy_us = 25000;
    assert_int_equal(nor_bed.medium->ops->erase_start(nor_bed.medium, 0), NACRE_OK);
    fake_forget();
    fake.now += 24000 * US;
    assert_int_equal(nor_bed.medium->ops->erase_poll(nor_bed.medium), NACRE_BUSY);
    assert_int_equal(fake.sent_count, 0);
    fake.now += 1100 * US;
    assert_int_equal(nor_bed.medium->ops->erase_poll(nor_bed.medium), NACRE_OK);
    assert_string_equal(fake_opcodes(), "05FA 2BD4");
}

/* ---- an erase under way ---- */

static void test_nor_read_waits_for_an_erase_and_its_result_is_told_once(void **state)
{
    uint8_t buf[16];
    (void)state;
    assert_int_equal(nor_bed_program(0, nor_bed.data, 16), NACRE_OK);
    fake.busy_us = 25000;
    assert_int_equal(nor_bed.medium->ops->erase_start(nor_bed.medium, 0x1000), NACRE_OK);
    fake.fail_next = 0x40;
    assert_int_equal(nor_bed_read(0, buf, 16), NACRE_OK);
    assert_memory_equal(buf, nor_bed.data, 16);
    assert_int_equal(fake.fence_bits, 0);
    assert_int_equal(nor_bed.medium->ops->erase_start(nor_bed.medium, 0x2000), NACRE_BUSY);
    assert_int_equal(nor_bed.medium->ops->erase_poll(nor_bed.medium), NACRE_IO);
    assert_int_equal(nor_bed.medium->ops->erase_poll(nor_bed.medium), NACRE_OK);
    assert_int_equal(nor_bed.medium->ops->erase_wait(nor_bed.medium), NACRE_OK);
}

static void test_nor_program_and_erase_answer_busy_in_an_erase(void **state)
{
    (void)state;
    fake.busy_us = 25000;
    assert_int_equal(nor_bed.medium->ops->erase_start(nor_bed.medium, 0), NACRE_OK);
    fake_forget();
    assert_int_equal(nor_bed_program(0x1000, nor_bed.data, 16), NACRE_BUSY);
    assert_int_equal(nor_bed.medium->ops->erase_start(nor_bed.medium, 0x2000), NACRE_BUSY);
    assert_int_equal(fake.sent_count, 0);
    assert_int_equal(nor_bed.medium->ops->erase_wait(nor_bed.medium), NACRE_OK);
}

static void test_nor_can_access_refuses_the_fenced_bank(void **state)
{
    const uint8_t *in_bank = fake.chip + NOR_BED_REGION + 0x4000;
    const uint8_t *in_image = fake.chip + 0x100;
    uint8_t buf[4];
    (void)state;
    assert_true(nor_bed.medium->ops->can_access(nor_bed.medium, in_bank, 4, false));
    assert_int_equal(nor_bed.medium->ops->erase_start(nor_bed.medium, 0), NACRE_OK);
    assert_false(nor_bed.medium->ops->can_access(nor_bed.medium, in_bank, 4, false));
    assert_false(
        nor_bed.medium->ops->can_access(nor_bed.medium, fake.chip + 0x06000000 - 1, 2, false));
    assert_true(nor_bed.medium->ops->can_access(nor_bed.medium, in_image, 4, false));
    assert_true(nor_bed.medium->ops->can_access(nor_bed.medium, buf, 4, true));
    assert_true(nor_bed.medium->ops->can_access(nor_bed.medium, NULL, 0, true));
    assert_false(nor_bed.medium->ops->can_access(nor_bed.medium, NULL, 1, false));
    assert_int_equal(nor_bed.medium->ops->erase_wait(nor_bed.medium), NACRE_OK);
    assert_true(nor_bed.medium->ops->can_access(nor_bed.medium, in_bank, 4, false));
    fake.hole = buf;
    assert_false(nor_bed.medium->ops->can_access(nor_bed.medium, buf, 4, true));
    assert_false(nor_bed.medium->ops->can_access(nor_bed.medium, buf, 4, false));
}

static void test_nor_close_waits_and_closes(void **state)
{
    uint8_t buf[1];
    struct nacre_nor_stats stats;
    (void)state;
    assert_int_equal(nor_bed.medium->ops->erase_start(nor_bed.medium, 0), NACRE_OK);
    assert_int_equal(nacre_nor_close(&nor_bed.nor), NACRE_OK);
    assert_int_equal(fake.status, 0);
    assert_int_equal(fake.fence_bits, 0);
    assert_int_equal(nor_bed_read(0, buf, 1), NACRE_NOT_MOUNTED);
    assert_int_equal(nacre_nor_close(&nor_bed.nor), NACRE_NOT_MOUNTED);
    assert_int_equal(nacre_nor_stats(&nor_bed.nor, &stats), NACRE_NOT_MOUNTED);
    assert_int_equal(nacre_nor_close(NULL), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_nor_stats(NULL, &stats), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_nor_stats(&nor_bed.nor, NULL), NACRE_BAD_ARGUMENT);
}

/* ---- bad input ---- */

static void test_nor_calls_refuse_bad_input_and_send_nothing(void **state)
{
    const uint32_t end = 8 * 4096;
    uint8_t buf[16];
    (void)state;
    const uint32_t blackouts = fake.blackout_count;
    assert_int_equal(nor_bed_read(0, NULL, 1), NACRE_BAD_ARGUMENT);
    assert_int_equal(nor_bed_read(end, buf, 1), NACRE_BAD_ARGUMENT);
    assert_int_equal(nor_bed_read(end - 8, buf, 16), NACRE_BAD_ARGUMENT);
    assert_int_equal(nor_bed_read(0xFFFFFFF0u, buf, 16), NACRE_BAD_ARGUMENT);
    assert_int_equal(nor_bed_program(0, NULL, 16), NACRE_BAD_ARGUMENT);
    assert_int_equal(nor_bed_program(0, nor_bed.data, 0), NACRE_BAD_ARGUMENT);
    assert_int_equal(nor_bed_program(8, nor_bed.data, 16), NACRE_BAD_ARGUMENT);
    assert_int_equal(nor_bed_program(0, nor_bed.data, 8), NACRE_BAD_ARGUMENT);
    assert_int_equal(nor_bed_program(0xF0, nor_bed.data, 32), NACRE_BAD_ARGUMENT);
    assert_int_equal(nor_bed_program(end, nor_bed.data, 16), NACRE_BAD_ARGUMENT);
    assert_int_equal(nor_bed_program(0xFFFFFFF0u, nor_bed.data, 32), NACRE_BAD_ARGUMENT);
    assert_int_equal(nor_bed.medium->ops->erase_start(nor_bed.medium, 16), NACRE_BAD_ARGUMENT);
    assert_int_equal(nor_bed.medium->ops->erase_start(nor_bed.medium, end), NACRE_BAD_ARGUMENT);
    assert_int_equal(nor_bed.medium->ops->read(NULL, 0, buf, 1), NACRE_BAD_ARGUMENT);
    assert_int_equal(nor_bed.medium->ops->program(NULL, 0, buf, 16), NACRE_BAD_ARGUMENT);
    assert_int_equal(nor_bed.medium->ops->erase_start(NULL, 0), NACRE_BAD_ARGUMENT);
    assert_int_equal(nor_bed.medium->ops->erase_poll(NULL), NACRE_BAD_ARGUMENT);
    assert_int_equal(nor_bed.medium->ops->erase_wait(NULL), NACRE_BAD_ARGUMENT);
    fake.hole = buf;
    assert_int_equal(nor_bed_read(0, buf, 1), NACRE_BAD_BUFFER);
    assert_int_equal(nor_bed_program(0, buf, 16), NACRE_BAD_BUFFER);
    assert_int_equal(fake.sent_count, 0);
    assert_int_equal(fake.blackout_count, blackouts);
}

/* Every call answers so, and nothing goes to the chip. */
static void expect_all_refused(enum nacre_err err)
{
    uint8_t buf[16];
    assert_int_equal(nor_bed_read(0, buf, 1), err);
    assert_int_equal(nor_bed_program(0, nor_bed.data, 16), err);
    assert_int_equal(nor_bed.medium->ops->erase_start(nor_bed.medium, 0), err);
    assert_int_equal(nor_bed.medium->ops->erase_poll(nor_bed.medium), err);
    assert_int_equal(nor_bed.medium->ops->erase_wait(nor_bed.medium), err);
    assert_int_equal(nacre_nor_close(&nor_bed.nor), err);
    assert_int_equal(fake.sent_count, 0);
}

static void test_nor_calls_refuse_in_an_interrupt(void **state)
{
    (void)state;
    fake.is_in_interrupt = true;
    expect_all_refused(NACRE_FROM_INTERRUPT);
}

static void test_nor_calls_refuse_while_another_is_under_way(void **state)
{
    (void)state;
    nor_bed.nor.is_entered = true;
    expect_all_refused(NACRE_NESTED);
}

static void test_nor_program_refuses_what_is_not_blank(void **state)
{
    (void)state;
    fake.chip[NOR_BED_REGION + 0x2F] = 0xFE;
    assert_int_equal(nor_bed_program(0x20, nor_bed.data, 16), NACRE_NOT_ERASED);
    assert_int_equal(fake.sent_count, 0);
    assert_int_equal(nor_bed_program(0x30, nor_bed.data, 16), NACRE_OK);
}

/* ---- a chip that fails ---- */

static void test_nor_program_notices_a_write_enable_that_was_not_taken(void **state)
{
    (void)state;
    fake.ignores_write_enable = true;
    assert_int_equal(nor_bed_program(0, nor_bed.data, 16), NACRE_CHIP_REFUSED);
    assert_string_equal(fake_opcodes(), "06F9 05FA");
    assert_int_equal(fake.fence_bits, 0);
    assert_int_equal(nor_bed.medium->ops->erase_start(nor_bed.medium, 0), NACRE_CHIP_REFUSED);
    fake.ignores_write_enable = false;
    assert_int_equal(nor_bed_program(0, nor_bed.data, 16), NACRE_OK);
}

static void test_nor_program_notices_that_somebody_else_is_busy(void **state)
{
    (void)state;
    fake.status = 0x01;
    fake.is_stuck = true;
    assert_int_equal(nor_bed_program(0, nor_bed.data, 16), NACRE_CHIP_SUSPENDED);
    assert_string_equal(fake_opcodes(), "06F9 05FA");
    assert_int_equal(fake.fence_bits, 0);
}

static void test_nor_program_notices_a_command_that_was_ignored(void **state)
{
    (void)state;
    fake.ignores_operation = true;
    assert_int_equal(nor_bed_program(0, nor_bed.data, 16), NACRE_CHIP_REFUSED);
    fake.status = 0;
    assert_int_equal(nor_bed_erase(0), NACRE_IO);
}

static void test_nor_tells_fail_bits(void **state)
{
    (void)state;
    fake.fail_next = 0x20;
    assert_int_equal(nor_bed_program(0, nor_bed.data, 16), NACRE_IO);
    fake.fail_next = 0x40;
    assert_int_equal(nor_bed_erase(0), NACRE_IO);
    assert_int_equal(nor_bed_erase(0), NACRE_OK);
}

static void test_nor_compares_what_it_reads_back(void **state)
{
    (void)state;
    fake.flip_addr = NOR_BED_REGION + 0x25;
    assert_int_equal(nor_bed_program(0x20, nor_bed.data, 16), NACRE_VERIFY);
    fake.flip_addr = NOR_BED_REGION + 0x1800;
    assert_int_equal(nor_bed_erase(0x1000), NACRE_IO);
}

static void test_nor_gives_up_after_the_rows_maximum_and_recovers(void **state)
{
    (void)state;
    fake.is_stuck = true;
    uint32_t begin = fake.now;
    assert_int_equal(nor_bed_program(0, nor_bed.data, 16), NACRE_TIMEOUT);
    assert_in_range(fake.now - begin, 4864 * US, 2 * 4864 * US);
    assert_true(bank_is_fenced());
    assert_int_equal(nor_bed.medium->ops->erase_start(nor_bed.medium, 0x1000), NACRE_TIMEOUT);
    fake.is_stuck = false;
    assert_int_equal(nor_bed_program(0x1000, nor_bed.data, 16), NACRE_OK);
    assert_int_equal(fake.fence_bits, 0);

    fake.is_stuck = true;
    begin = fake.now;
    assert_int_equal(nor_bed_erase(0x2000), NACRE_TIMEOUT);
    assert_in_range(fake.now - begin, 600000 * US, 2 * 600000 * US);
}

static void test_nor_keeps_the_fence_when_in_doubt(void **state)
{
    (void)state;
    fake.busy_us = 100;
    fake.timeout_in = 2; /* the program command itself */
    const uint32_t start = fake.blackout_count;
    assert_int_equal(nor_bed_program(0, nor_bed.data, 16), NACRE_TIMEOUT);
    assert_string_equal(fake_opcodes(), "06F9 05FA 12ED EE11 05FA 2BD4");
    assert_int_equal(fake.blackouts[start].fence_bits, 25);
    assert_int_equal(fake.fence_bits, 0);

    fake_forget();
    fake.nonsense_in = 1; /* the first poll */
    assert_int_equal(nor_bed_program(0x20, nor_bed.data, 16), NACRE_OK);
    assert_string_equal(fake_opcodes(), "06F9 05FA 12ED 05FA EE11 05FA 2BD4");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_nor_program_sends_enable_status_program_status_security,
                               nor_bed_setup_after_trial),
        cmocka_unit_test_setup(test_nor_program_discards_the_lines_it_changed, nor_bed_setup),
        cmocka_unit_test_setup(test_nor_program_of_a_page_goes_in_pieces, nor_bed_setup),
        cmocka_unit_test_setup(test_nor_erase_fences_the_bank_until_it_has_ended,
                               nor_bed_setup_after_trial),
        cmocka_unit_test_setup(test_nor_poll_does_not_ask_before_the_typical_time, nor_bed_setup),
        cmocka_unit_test_setup(test_nor_read_waits_for_an_erase_and_its_result_is_told_once,
                               nor_bed_setup),
        cmocka_unit_test_setup(test_nor_program_and_erase_answer_busy_in_an_erase, nor_bed_setup),
        cmocka_unit_test_setup(test_nor_can_access_refuses_the_fenced_bank, nor_bed_setup),
        cmocka_unit_test_setup(test_nor_close_waits_and_closes, nor_bed_setup),
        cmocka_unit_test_setup(test_nor_calls_refuse_bad_input_and_send_nothing, nor_bed_setup),
        cmocka_unit_test_setup(test_nor_calls_refuse_in_an_interrupt, nor_bed_setup),
        cmocka_unit_test_setup(test_nor_calls_refuse_while_another_is_under_way, nor_bed_setup),
        cmocka_unit_test_setup(test_nor_program_refuses_what_is_not_blank, nor_bed_setup),
        cmocka_unit_test_setup(test_nor_program_notices_a_write_enable_that_was_not_taken,
                               nor_bed_setup),
        cmocka_unit_test_setup(test_nor_program_notices_that_somebody_else_is_busy, nor_bed_setup),
        cmocka_unit_test_setup(test_nor_program_notices_a_command_that_was_ignored, nor_bed_setup),
        cmocka_unit_test_setup(test_nor_tells_fail_bits, nor_bed_setup),
        cmocka_unit_test_setup(test_nor_compares_what_it_reads_back, nor_bed_setup),
        cmocka_unit_test_setup(test_nor_gives_up_after_the_rows_maximum_and_recovers,
                               nor_bed_setup),
        cmocka_unit_test_setup(test_nor_keeps_the_fence_when_in_doubt, nor_bed_setup_after_trial),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
