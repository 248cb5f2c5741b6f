/*
 * Opening the NOR medium: each thing that can be refused is refused with its own error, before
 * anything but questions was sent to the chip.
 *
 * Method: a false board under nacre/port.h. Commands and their frames are compared with what ST's
 * component driver stm32-mx66uw1g45g and Macronix's SFDP dump (LKML 20240722064922.606172-4) say,
 * written out here.
 */
#include "nacre/chips/chips.h"
#include "nacre/media/nor.h"
#include "nacre/media/nor_tables.h"
#include "tests/support/fake_port.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct nacre_nor nor;
static struct nacre_nor_cfg cfg;

static int setup(void **state)
{
    (void)state;
    fake_start();
    memset(&nor, 0, sizeof(nor));
    cfg = (struct nacre_nor_cfg){
        .chip = &nacre_chip_mx66uw1g45g,
        .port = {.core_mhz = FAKE_CYCLES_PER_US, .mpu_region = 15},
        .region_addr = 0x07FE0000,
        .region_bytes = 8 * 4096,
        .image_bytes = 65536,
        .budget_us = 10,
    };
    return 0;
}

static void test_nor_open_asks_status_security_and_id(void **state)
{
    (void)state;
    assert_int_equal(nacre_nor_open(&nor, &cfg), NACRE_OK);
    assert_string_equal(fake_opcodes(), "05FA 2BD4 9F60");
    assert_int_equal(fake.blackout_count, 1);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(fake.sent[i].phases, NACRE_PHASE_ADDR | NACRE_PHASE_READ);
        assert_int_equal(fake.sent[i].chip_addr, 0);
        assert_int_equal(fake.sent[i].n % 2, 0);
    }
    assert_int_equal(fake.sent[0].dummy_clocks, 20);
    assert_int_equal(fake.sent[2].dummy_clocks, 4);
    assert_int_equal(fake.fence_bits, 0);
    assert_true(fake.is_mapped);
}

static void test_nor_open_tells_the_geometry_of_the_datasheet(void **state)
{
    (void)state;
    assert_int_equal(nacre_nor_open(&nor, &cfg), NACRE_OK);
    assert_int_equal(nor.medium.geometry.unit_bytes, 4096);
    assert_int_equal(nor.medium.geometry.unit_count, 8);
    assert_int_equal(nor.medium.geometry.page_bytes, 256);
    assert_int_equal(nor.medium.geometry.granule_bytes, 16);
    assert_int_equal(nor.medium.geometry.cut_bytes, 256);
}

/* A change to the configuration or the board, and the error that must come of it. */
static void refused(enum nacre_err wanted)
{
    uint8_t byte = 0x5A;
    assert_int_equal(nacre_nor_open(&nor, &cfg), wanted);
    for (uint32_t i = 0; i < fake.sent_count; i++) {
        assert_int_not_equal(fake.sent[i].opcode, 0x06F9);
    }
    assert_true(fake.is_mapped);
    assert_int_equal(fake.fence_bits, 0);
    if (nor.medium.ops != NULL) {
        assert_int_equal(nor.medium.ops->read(&nor.medium, 0, &byte, 1), NACRE_NOT_MOUNTED);
    }
    assert_int_equal(byte, 0x5A);
}

static void test_nor_open_refuses_null(void **state)
{
    (void)state;
    assert_int_equal(nacre_nor_open(NULL, &cfg), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_nor_open(&nor, NULL), NACRE_BAD_ARGUMENT);
    cfg.chip = NULL;
    refused(NACRE_BAD_ARGUMENT);
}

static void test_nor_open_refuses_a_bad_region(void **state)
{
    static const struct {
        uint32_t addr;
        uint32_t bytes;
        enum nacre_err wanted;
    } cases[] = {
        {0x07FE0000, 0, NACRE_NO_REGION},
        {0x07FE0010, 8 * 4096, NACRE_REGION_UNALIGNED},
        {0x07FE0000, 8 * 4096 + 16, NACRE_REGION_UNALIGNED},
        {0x08000000, 4096, NACRE_REGION_OUTSIDE},
        {0x07FFF000, 8192, NACRE_REGION_OUTSIDE},
        {0xFFFFF000, 8192, NACRE_REGION_OUTSIDE},
        {0x07FFF000, 4096, NACRE_REGION_LAST_BYTES},
        {0x00008000, 32768, NACRE_REGION_IN_IMAGE},
        {0x00000000, 4096, NACRE_REGION_IN_IMAGE},
        {0x00010000, 32768, NACRE_REGION_IN_RUN_BANK},
        {0x01FFF000, 8192, NACRE_REGION_IN_RUN_BANK},
    };
    (void)state;
    cfg.way = NACRE_WAY_READ_WHILE_WRITE;
    for (uint32_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        cfg.region_addr = cases[i].addr;
        cfg.region_bytes = cases[i].bytes;
        refused(cases[i].wanted);
        assert_int_equal(fake.blackout_count, 0);
    }
}

static void test_nor_open_takes_the_bank_after_the_image(void **state)
{
    (void)state;
    cfg.region_addr = 0x02000000;
    assert_int_equal(nacre_nor_open(&nor, &cfg), NACRE_OK);
}

static void test_nor_open_refuses_an_image_in_two_banks_beside_the_region(void **state)
{
    (void)state;
    cfg.image_addr = 0x05FF0000;
    cfg.image_bytes = 0x00020000;
    cfg.way = NACRE_WAY_READ_WHILE_WRITE;
    refused(NACRE_REGION_IN_RUN_BANK);
}

static void test_nor_open_refuses_bad_numbers(void **state)
{
    (void)state;
    cfg.image_bytes = 0;
    refused(NACRE_BAD_ARGUMENT);
    cfg.image_bytes = 0x08000010;
    refused(NACRE_BAD_ARGUMENT);
    cfg.image_bytes = 65536;
    cfg.port.core_mhz = 0;
    refused(NACRE_BAD_ARGUMENT);
    cfg.port.core_mhz = 1001;
    refused(NACRE_BAD_ARGUMENT);
    cfg.port.core_mhz = 100;
    cfg.budget_us = 4;
    refused(NACRE_OUT_OF_LIMITS);
    cfg.budget_us = 5;
    cfg.tick = &cfg.region_addr;
    cfg.tick_us = 0;
    refused(NACRE_BAD_ARGUMENT);
}

static void test_nor_open_refuses_in_an_interrupt(void **state)
{
    (void)state;
    fake.is_in_interrupt = true;
    refused(NACRE_FROM_INTERRUPT);
}

static void test_nor_open_refuses_memory_that_is_not_there(void **state)
{
    (void)state;
    fake.hole = &nor;
    refused(NACRE_BAD_BUFFER);
}

static void test_nor_open_passes_on_what_the_board_refuses(void **state)
{
    static const enum nacre_err errors[] = {NACRE_CTRL_STATE, NACRE_MPU_REGION_USED,
                                            NACRE_FLASH_WRITABLE, NACRE_NOT_IN_RAM, NACRE_CLOCK};
    (void)state;
    for (uint32_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        fake.adopt_result = errors[i];
        refused(errors[i]);
        assert_int_equal(fake.blackout_count, 0);
    }
    fake.adopt_result = NACRE_OK;
    fake.range_result = NACRE_CTRL_STATE;
    refused(NACRE_CTRL_STATE);
}

static void test_nor_open_names_what_was_found(void **state)
{
    (void)state;
    fake.mapped_bytes = 0x04000000;
    refused(NACRE_CTRL_STATE);
    assert_non_null(nor.blackout.port.mismatch.name);
    assert_int_equal(nor.blackout.port.mismatch.found, 0x04000000);
    assert_int_equal(nor.blackout.port.mismatch.expected, 0x08000000);
}

/*
 * Of the dump of the MX66UW1G45G (LKML 20240722064922.606172-4) the basic table and the 4-byte
 * opcodes, behind a header with these two.
 */
static const uint8_t tables[] = {
    0x53, 0x46, 0x44, 0x50, 0x08, 0x01, 0x01, 0xFF, 0x00, 0x07, 0x01, 0x14, 0x40, 0x00, 0x00, 0xFF,
    0x84, 0x00, 0x01, 0x02, 0x90, 0x00, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
    0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
    0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
    0xE5, 0x20, 0x8A, 0xFF, 0xFF, 0xFF, 0xFF, 0x3F, 0x00, 0xFF, 0x00, 0xFF, 0x00, 0xFF, 0x00, 0xFF,
    0xEE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0xFF, 0xFF, 0xFF, 0x00, 0xFF, 0x0C, 0x20, 0x10, 0xD8,
    0x00, 0xFF, 0x00, 0xFF, 0x8B, 0x79, 0x01, 0x00, 0x8F, 0x12, 0x00, 0xE2, 0xCC, 0x04, 0x67, 0x46,
    0x30, 0xB0, 0x30, 0xB0, 0xF4, 0xBD, 0xD5, 0x5C, 0x00, 0x00, 0x00, 0xFF, 0x10, 0x10, 0x00, 0x20,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x7C, 0xA3, 0x48, 0x00, 0x00, 0x00, 0x00, 0x00, 0x88, 0x88,
    0x43, 0x06, 0x0F, 0x00, 0x21, 0xDC, 0xFF, 0xFF,
};

static uint8_t read_back[sizeof(tables)];

static void test_nor_open_compares_the_row_with_the_chips_tables(void **state)
{
    struct nacre_chip row = nacre_chip_mx66uw1g45g;

    (void)state;
    cfg.chip = &row;
    cfg.check_tables = nacre_tables_check;
    cfg.tables = read_back;
    cfg.tables_bytes = sizeof(tables);
    assert_int_equal(nacre_nor_open(&nor, &cfg), NACRE_OK); /* this sample has none */
    assert_int_equal(nacre_nor_close(&nor), NACRE_OK);
    fake.tables = tables;
    fake.tables_bytes = sizeof(tables);
    assert_int_equal(nacre_nor_open(&nor, &cfg), NACRE_OK);
    assert_memory_equal(read_back, tables, sizeof(tables));
    assert_int_equal(nacre_nor_close(&nor), NACRE_OK);
    row.erase_us_max = 20000;
    refused(NACRE_CHIP_TABLES);
    assert_string_equal(nor.blackout.port.mismatch.name, "erase_us_max");
    assert_int_equal(nor.blackout.port.mismatch.found, 20000);
    assert_int_equal(nor.blackout.port.mismatch.expected, 25000);
    cfg.check_tables = NULL;
    assert_int_equal(nacre_nor_open(&nor, &cfg), NACRE_OK);
}

static void test_nor_open_refuses_a_bad_place_for_tables(void **state)
{
    (void)state;
    cfg.check_tables = nacre_tables_check;
    refused(NACRE_BAD_ARGUMENT);
    cfg.tables = read_back;
    cfg.tables_bytes = 6;
    refused(NACRE_BAD_ARGUMENT);
    cfg.tables_bytes = 516;
    refused(NACRE_BAD_ARGUMENT);
    cfg.tables_bytes = 8;
    fake.hole = read_back;
    refused(NACRE_BAD_BUFFER);
}

/* What the linker says of the image against what the application says: the number is named. */
static void test_nor_open_refuses_an_image_that_is_larger_than_told(void **state)
{
    (void)state;
    fake.image_bytes = 65536;
    assert_int_equal(nacre_nor_open(&nor, &cfg), NACRE_OK);
    assert_int_equal(nacre_nor_close(&nor), NACRE_OK);
    fake.image_bytes = 65540;
    refused(NACRE_IMAGE_LARGER);
    assert_string_equal(nor.blackout.port.mismatch.name, "image_bytes");
    assert_int_equal(nor.blackout.port.mismatch.found, 65536);
    assert_int_equal(nor.blackout.port.mismatch.expected, 65540);
    cfg.image_addr = 4096;
    fake.image_bytes = 8192;
    refused(NACRE_IMAGE_LARGER);
    assert_string_equal(nor.blackout.port.mismatch.name, "image_addr");
    assert_int_equal(nor.blackout.port.mismatch.expected, 0);
    fake.image_addr = 4096;
    assert_int_equal(nacre_nor_open(&nor, &cfg), NACRE_OK);
}

static void test_nor_open_refuses_another_chip(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 3; i++) {
        fake.id[i] ^= 1u;
        refused(NACRE_CHIP_UNKNOWN);
        fake.id[i] ^= 1u;
    }
    assert_int_equal(nacre_nor_open(&nor, &cfg), NACRE_OK);
}

static void test_nor_open_refuses_a_chip_that_stays_busy_or_suspended(void **state)
{
    (void)state;
    fake.status = 0x03;
    fake.is_stuck = true;
    refused(NACRE_CHIP_SUSPENDED);
    assert_int_equal(strncmp(fake_opcodes(), "05FA 05FA ", 10), 0);
    assert_in_range(fake.now / FAKE_CYCLES_PER_US, 600000, 760000); /* its longest, and more */
    fake_forget();
    fake.status = 0;
    fake.is_stuck = false;
    fake.ignores_resume = true;
    for (uint8_t bit = 0x04; bit <= 0x08; bit = (uint8_t)(2u * bit)) {
        fake.security = bit;
        fake.suspend_bit = bit;
        refused(NACRE_CHIP_SUSPENDED);
        assert_int_equal(fake.fence_bits, 0);
        assert_true(fake.is_mapped);
    }
}

/* As a reset of the MCU alone leaves it. */
static void test_nor_open_waits_for_a_busy_chip(void **state)
{
    (void)state;
    fake.status = 0x03;
    fake.busy_us = 20000;
    assert_int_equal(nacre_nor_open(&nor, &cfg), NACRE_OK);
    assert_in_range(fake.now / FAKE_CYCLES_PER_US, 20000, 22000);
    assert_int_equal(nor.stats.over_budget, 0);
    assert_null(strstr(fake_opcodes(), "30CF"));
}

static void suspended_open_ends_it(uint32_t budget_us, bool is_sliced)
{
    fake.security = 0x08;
    fake.suspend_bit = 0x08;
    fake.busy_us = 5000;
    fake.done_us = 1000;
    fake_forget();
    cfg.budget_us = budget_us;
    assert_int_equal(nacre_nor_open(&nor, &cfg), NACRE_OK);
    assert_int_equal(fake.security, 0);
    assert_int_equal(fake.status, 0);
    assert_int_equal(nor.state, NACRE_NOR_IDLE);
    assert_int_equal(fake.fence_bits, 0);
    assert_non_null(strstr(fake_opcodes(), "30CF"));
    assert_int_equal(strstr(fake_opcodes(), "B04F") != NULL, is_sliced);
    assert_int_equal(nor.stats.over_budget, is_sliced ? 0 : 1);
    assert_int_equal(nor.stats.erases, 0);
    assert_int_equal(nacre_nor_close(&nor), NACRE_OK);
}

static void test_nor_open_resumes_a_suspended_chip(void **state)
{
    (void)state;
    fake.must_be_idle_when_mapped = true;
    suspended_open_ends_it(520, true);
    suspended_open_ends_it(5, false);
}

static void test_nor_open_tries_the_map_before_it_trusts_a_senseless_status(void **state)
{
    (void)state;
    fake.nonsense_in = 0;
    refused(NACRE_CHIP_REFUSED);
    assert_string_equal(fake_opcodes(), "05FA EE11");
    assert_int_equal(fake.sent[1].n, 4);
    fake_forget();
    fake.timeout_in = 1;
    refused(NACRE_TIMEOUT);
    assert_string_equal(fake_opcodes(), "05FA 2BD4 EE11");
}

static void test_nor_open_resets_all_where_the_flash_does_not_answer(void **state)
{
    (void)state;
    fake.nonsense_in = 0;
    fake.is_deaf = true;
    fake.reset_is_expected = true;
    if (setjmp(fake.reset) == 0) {
        (void)!nacre_nor_open(&nor, &cfg);
        fail_msg("it returned");
    }
    assert_string_equal(fake_opcodes(), "05FA EE11 EE11 6699 9966");
    assert_false(fake.is_mapped);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_nor_open_asks_status_security_and_id, setup),
        cmocka_unit_test_setup(test_nor_open_tells_the_geometry_of_the_datasheet, setup),
        cmocka_unit_test_setup(test_nor_open_refuses_null, setup),
        cmocka_unit_test_setup(test_nor_open_refuses_a_bad_region, setup),
        cmocka_unit_test_setup(test_nor_open_takes_the_bank_after_the_image, setup),
        cmocka_unit_test_setup(test_nor_open_refuses_an_image_in_two_banks_beside_the_region,
                               setup),
        cmocka_unit_test_setup(test_nor_open_refuses_bad_numbers, setup),
        cmocka_unit_test_setup(test_nor_open_refuses_in_an_interrupt, setup),
        cmocka_unit_test_setup(test_nor_open_refuses_memory_that_is_not_there, setup),
        cmocka_unit_test_setup(test_nor_open_passes_on_what_the_board_refuses, setup),
        cmocka_unit_test_setup(test_nor_open_names_what_was_found, setup),
        cmocka_unit_test_setup(test_nor_open_refuses_an_image_that_is_larger_than_told, setup),
        cmocka_unit_test_setup(test_nor_open_compares_the_row_with_the_chips_tables, setup),
        cmocka_unit_test_setup(test_nor_open_refuses_a_bad_place_for_tables, setup),
        cmocka_unit_test_setup(test_nor_open_refuses_another_chip, setup),
        cmocka_unit_test_setup(test_nor_open_refuses_a_chip_that_stays_busy_or_suspended, setup),
        cmocka_unit_test_setup(test_nor_open_waits_for_a_busy_chip, setup),
        cmocka_unit_test_setup(test_nor_open_resumes_a_suspended_chip, setup),
        cmocka_unit_test_setup(test_nor_open_tries_the_map_before_it_trusts_a_senseless_status,
                               setup),
        cmocka_unit_test_setup(test_nor_open_resets_all_where_the_flash_does_not_answer, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
