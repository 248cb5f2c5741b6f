/*
 * Faults of the part models, the held data line, and the NOR on one data line.
 *
 * Goal: a fault hits the transfers that it is armed for and no others; a reset of the master leaves
 * SDA as the I2C specification says; the NOR answers byte by byte what its model does by frames.
 * Method: transfers by hand, counted.
 */
#include <string.h>

#include "tests/support/cmocka_all.h"
#include "tests/support/part_drive.h"

#define DEVICE 0xA0u

static void inject(struct drive *drive, enum part_fault_kind kind, uint64_t after, uint64_t count,
                   uint32_t at)
{
    const struct part_fault fault = {.kind = kind, .after = after, .count = count, .at = at};
    part_inject(drive->part, &fault);
}

static void test_address_is_not_acknowledged_from_the_nth_transfer_on(void **state)
{
    (void)state;
    struct drive drive = drive_new("MB85RC256V");
    inject(&drive, PART_FAULT_NO_ACK, 2, 3, 0);
    for (uint32_t i = 0; i < 10; i++) {
        const bool is_hit = i >= 2 && i < 5;
        assert_int_equal(drive_i2c_send(&drive, DEVICE, NULL, 0), is_hit ? -1 : 0);
    }
    inject(&drive, PART_FAULT_DEAD, 1, 0, 0);
    assert_int_equal(drive_i2c_send(&drive, DEVICE, NULL, 0), 0);
    for (uint32_t i = 0; i < 20; i++) {
        assert_int_equal(drive_i2c_send(&drive, DEVICE, NULL, 0), -1);
    }
    part_heal(drive.part);
    assert_int_equal(drive_i2c_send(&drive, DEVICE, NULL, 0), 0);
    drive_end(&drive);
}

static void test_byte_that_is_not_acknowledged_writes_nothing(void **state)
{
    (void)state;
    struct drive drive = drive_new("24LC256");
    inject(&drive, PART_FAULT_NO_ACK_BYTE, 0, 1, 3);
    const uint8_t out[] = {0x01, 0x00, 'a', 'b', 'c'};
    assert_int_equal(drive_i2c_send(&drive, DEVICE, out, sizeof out), 3);
    drive_i2c_stop(&drive);
    assert_false(part_is_busy(drive.part));
    assert_int_equal(drive_i2c_send(&drive, DEVICE, out, sizeof out), 5);
    drive_i2c_stop(&drive);
    assert_true(part_is_busy(drive.part));
    drive_end(&drive);
}

static void test_held_line_is_let_go_by_as_many_clocks(void **state)
{
    (void)state;
    struct drive drive = drive_new("24LC256");
    inject(&drive, PART_FAULT_SDA_LOW, 0, 1, 15);
    assert_int_equal(drive_i2c_send(&drive, DEVICE, NULL, 0), 0); /* looks like an acknowledge */
    assert_int_equal(part_i2c_read(drive.part, true, drive.now_ps), 0); /* 9 clocks of it */
    for (uint32_t i = 0; i < 6; i++) {
        assert_true(part_i2c_holds_sda(drive.part));
        assert_int_equal(drive_i2c_send(&drive, DEVICE, NULL, 0), -1); /* no start can be made */
        part_i2c_clock(drive.part, drive.now_ps);
    }
    assert_false(part_i2c_holds_sda(drive.part));
    drive_i2c_stop(&drive);
    assert_int_equal(drive_i2c_send(&drive, DEVICE, NULL, 0), 0);
    inject(&drive, PART_FAULT_SDA_LOW, 0, 1, UINT32_MAX);
    assert_int_equal(drive_i2c_send(&drive, DEVICE, NULL, 0), 0);
    for (uint32_t i = 0; i < 1000; i++) part_i2c_clock(drive.part, drive.now_ps);
    assert_true(part_i2c_holds_sda(drive.part));
    part_heal(drive.part);
    assert_false(part_i2c_holds_sda(drive.part));
    drive_end(&drive);
}

static void test_reset_in_a_read_leaves_sda_as_the_bit_says(void **state)
{
    (void)state;
    for (uint32_t clocks = 0; clocks <= 8; clocks++) {
        struct drive drive = drive_new("24LC256");
        assert_true(part_load(drive.part, 0x20, "\x59\x00", 2)); /* 0101 1001 */
        const uint8_t head[] = {0x00, 0x20};
        assert_int_equal(drive_i2c_send(&drive, DEVICE, head, 2), 2);
        assert_int_equal(drive_i2c_send(&drive, DEVICE | 1u, NULL, 0), 0);
        part_i2c_abandon(drive.part, clocks, drive.now_ps);
        uint32_t at = clocks;
        for (; at <= 8; at++) {
            const bool is_low = at < 8 && (0x59u >> (7u - at) & 1u) == 0u;
            assert_int_equal(part_i2c_holds_sda(drive.part), is_low);
            part_i2c_clock(drive.part, drive.now_ps);
        }
        assert_false(part_i2c_holds_sda(drive.part)); /* not acknowledged: it sends no more */
        part_i2c_clock(drive.part, drive.now_ps);
        assert_false(part_i2c_holds_sda(drive.part));
        drive_i2c_stop(&drive);
        uint8_t in[2];
        assert_true(drive_i2c_read(&drive, DEVICE, 0x20, in, 2));
        assert_memory_equal(in, "\x59\x00", 2);
        drive_end(&drive);
    }
}

static void test_reset_in_a_write_writes_only_behind_a_whole_byte(void **state)
{
    (void)state;
    for (uint32_t clocks = 0; clocks <= 8; clocks++) {
        struct drive drive = drive_new("24LC256");
        const uint8_t out[] = {0x00, 0x20, 'a'};
        assert_int_equal(drive_i2c_send(&drive, DEVICE, out, 3), 3);
        part_i2c_abandon(drive.part, clocks, drive.now_ps);
        assert_int_equal(part_i2c_holds_sda(drive.part), clocks == 8); /* an acknowledge */
        if (clocks == 8) part_i2c_clock(drive.part, drive.now_ps);
        assert_false(part_i2c_holds_sda(drive.part));
        drive_i2c_stop(&drive);
        assert_int_equal(part_is_busy(drive.part), clocks == 0);
        drive_end(&drive);
    }
}

static void test_noise_turns_one_bit_of_one_byte(void **state)
{
    (void)state;
    struct drive drive = drive_new("FM25V10");
    assert_true(part_load(drive.part, 0x80, "hello", 5));
    inject(&drive, PART_FAULT_NOISE, 1, 1, 6); /* opcode, three of address, then the third byte */
    uint8_t in[5];
    for (uint32_t i = 0; i < 3; i++) {
        drive_spi_read(&drive, 0x80, in, 5);
        const uint8_t differs = in[2] ^ (uint8_t)'l';
        in[2] ^= differs;
        assert_memory_equal(in, "hello", 5);
        assert_int_equal(differs != 0 && (differs & (differs - 1)) == 0, i == 1);
    }
    inject(&drive, PART_FAULT_NOISE, 1, 1, 4); /* behind the enable; the first byte sent */
    drive_spi_command(&drive, 0x06);
    drive_spi_write(&drive, 0x90, "x", 1);
    assert_int_not_equal(part_bytes(drive.part)[0x90], 'x');
    drive_end(&drive);
}

static void test_cycle_that_hangs_ends_with_the_power(void **state)
{
    (void)state;
    struct drive drive = drive_new("24LC256");
    inject(&drive, PART_FAULT_BUSY, 0, 1, 0);
    assert_true(drive_i2c_write(&drive, DEVICE, 0x40, "x", 1));
    drive_wait(&drive, 1000 * DRIVE_MS);
    assert_true(part_is_busy(drive.part));
    assert_int_equal(drive_i2c_send(&drive, DEVICE, NULL, 0), -1);
    part_choose_torn(drive.part, PART_TORN_COMPLETE);
    drive_power_cycle(&drive, 1);
    assert_int_equal(drive_i2c_send(&drive, DEVICE, NULL, 0), 0);
    drive_end(&drive);
}

static void test_silent_spi_part_reads_as_ones(void **state)
{
    (void)state;
    static const char *const names[] = {"25LC256", "MR25H40", "W25Q128JV"};
    for (uint32_t i = 0; i < 3; i++) {
        struct drive drive = drive_new(names[i]);
        assert_int_equal(drive_spi_status(&drive), 0);
        inject(&drive, PART_FAULT_DEAD, 0, 2, 0);
        assert_int_equal(drive_spi_status(&drive), 0xFF);
        drive_spi_command(&drive, 0x06);
        assert_int_equal(drive_spi_status(&drive), 0); /* the enable was not heard */
        drive_end(&drive);
    }
}

static void nor_program(struct drive *drive, uint32_t addr, const void *bytes, uint32_t n)
{
    drive_spi_command(drive, 0x06);
    drive_spi_write(drive, addr, bytes, n);
}

static void nor_erase(struct drive *drive, uint32_t addr)
{
    const uint8_t out[] = {0x20, (uint8_t)(addr >> 16), (uint8_t)(addr >> 8), (uint8_t)addr};
    drive_spi_command(drive, 0x06);
    drive_spi(drive, out, sizeof out, NULL, 0);
}

static void test_nor_programs_erases_and_reads(void **state)
{
    (void)state;
    struct drive drive = drive_new("W25Q128JV");
    drive.byte_ps = 160000; /* 50 MHz */
    drive.pause_ps = 100 * DRIVE_US;
    nor_program(&drive, 0x123400, "settings", 8);
    assert_in_range(drive_spi_poll(&drive), 3 * DRIVE_MS - DRIVE_US, 3200 * DRIVE_US);
    uint8_t in[9];
    drive_spi_read(&drive, 0x123400, in, 9);
    assert_memory_equal(in, "settings\xFF", 9);
    const uint8_t fast[] = {0x0B, 0x12, 0x34, 0x02, 0};
    drive_spi(&drive, fast, sizeof fast, in, 4);
    assert_memory_equal(in, "ttin", 4);
    nor_program(&drive, 0x1234FE, "wrap", 4);
    (void)drive_spi_poll(&drive);
    assert_memory_equal(part_bytes(drive.part) + 0x1234FE, "wr", 2);
    assert_int_equal(part_bytes(drive.part)[0x123400], 's' & 'a');
    assert_int_equal(part_counters(drive.part).wrapped, 1);
    nor_erase(&drive, 0x123456);
    drive_spi_read(&drive, 0, in, 2); /* at work: nothing is driven */
    assert_memory_equal(in, "\xFF\xFF", 2);
    assert_int_equal(part_counters(drive.part).busy, 1);
    assert_in_range(drive_spi_poll(&drive), 399 * DRIVE_MS, 401 * DRIVE_MS);
    for (uint32_t i = 0; i < 4096; i++) {
        assert_int_equal(part_bytes(drive.part)[0x123000 + i], 0xFF);
    }
    assert_int_equal(part_counters(drive.part).writes, 2);
    assert_int_equal(part_counters(drive.part).erases, 1);
    assert_int_equal(part_wear(drive.part, 0x123456), 1);
    drive_end(&drive);
}

/* W25Q128JV rev. F: an erase of 4 KB takes 45 ms, and up to 400 ms. */
static void test_nor_takes_the_time_that_was_chosen_last(void **state)
{
    (void)state;
    struct drive drive = drive_new("W25Q128JV");
    drive.pause_ps = 100 * DRIVE_US;
    part_choose_time(drive.part, PART_TIME_TYPICAL);
    nor_erase(&drive, 0x1000);
    assert_in_range(drive_spi_poll(&drive), 44 * DRIVE_MS, 46 * DRIVE_MS);
    part_choose_time(drive.part, PART_TIME_MAX);
    nor_erase(&drive, 0x1000);
    assert_in_range(drive_spi_poll(&drive), 399 * DRIVE_MS, 401 * DRIVE_MS);
    drive_end(&drive);
}

static void test_nor_keeps_the_last_bytes_that_fit_into_its_page(void **state)
{
    (void)state;
    struct drive drive = drive_new("W25Q128JV");
    uint8_t out[300];
    for (uint32_t i = 0; i < sizeof out; i++) out[i] = (uint8_t)(i * 7u);
    nor_program(&drive, 0x2010, out, sizeof out);
    (void)drive_spi_poll(&drive);
    for (uint32_t i = 44; i < 300; i++) {
        assert_int_equal(part_bytes(drive.part)[0x2000 + (0x10 + i) % 256], out[i]);
    }
    assert_int_equal(part_bytes(drive.part)[0x2100], 0xFF);
    drive_spi_command(&drive, 0x06);
    part_spi_select(drive.part, drive.now_ps);
    const uint8_t early[] = {0x02, 0x00, 0x30, 0x00, 'x'};
    for (uint32_t i = 0; i < sizeof early; i++) {
        (void)part_spi_exchange(drive.part, early[i], drive.now_ps);
    }
    part_spi_deselect_early(drive.part, 4, drive.now_ps);
    assert_false(part_is_busy(drive.part));
    drive_end(&drive);
}

static void test_nor_erase_is_suspended_for_a_read(void **state)
{
    (void)state;
    struct drive drive = drive_new("W25Q128JV");
    assert_true(part_load(drive.part, 0x8000, "other", 5));
    drive.pause_ps = 100 * DRIVE_US;
    nor_erase(&drive, 0x4000);
    drive_wait(&drive, DRIVE_MS);
    drive_spi_command(&drive, 0x75);
    drive_wait(&drive, 20 * DRIVE_US);
    assert_int_equal(drive_spi_status(&drive) & 1, 0);
    const uint8_t read_status_2 = 0x35;
    uint8_t status = 0;
    drive_spi(&drive, &read_status_2, 1, &status, 1);
    assert_int_equal(status & 0x80, 0x80); /* SUS */
    uint8_t in[5];
    drive_spi_read(&drive, 0x8000, in, 5);
    assert_memory_equal(in, "other", 5);
    drive_spi_command(&drive, 0x7A);
    assert_int_equal(drive_spi_status(&drive) & 1, 1);
    (void)drive_spi_poll(&drive);
    assert_int_equal(part_violations(drive.part), 0);
    drive_end(&drive);
}

static void test_nor_needs_an_enable_and_knows_its_opcodes(void **state)
{
    (void)state;
    struct drive drive = drive_new("W25Q128JV");
    drive_spi_write(&drive, 0, "x", 1);
    assert_int_equal(part_bytes(drive.part)[0], 0xFF);
    assert_int_equal(part_counters(drive.part).not_enabled, 1);
    drive_spi_command(&drive, 0xEB); /* a read on four lines */
    drive_spi_command(&drive, 0xEE);
    assert_int_equal(part_counters(drive.part).opcodes, 2);
    part_bus_hz(drive.part, 60000000);
    uint8_t in[1];
    drive_spi_read(&drive, 0, in, 1);
    assert_int_equal(part_counters(drive.part).too_fast, 1);
    const uint8_t fast[] = {0x0B, 0, 0, 0, 0};
    drive_spi(&drive, fast, sizeof fast, in, 1);
    assert_int_equal(part_counters(drive.part).too_fast, 1);
    drive_end(&drive);
}

static void test_nor_is_cut_at_its_step_and_goes_back_to_a_mark(void **state)
{
    (void)state;
    struct drive drive = drive_new("W25Q128JV");
    const uint32_t mark = part_mark(drive.part);
    const uint64_t from_ps = drive.now_ps;
    for (uint32_t round = 0; round < 3; round++) {
        part_choose_torn(drive.part, PART_TORN_NOTHING);
        part_plan_cut(drive.part, 1, round);
        nor_program(&drive, 0x100, "first", 5);
        (void)drive_spi_poll(&drive);
        nor_program(&drive, 0x200, "second", 6);
        assert_false(part_is_on(drive.part));
        drive_power_on(&drive);
        assert_memory_equal(part_bytes(drive.part) + 0x100, "first", 5);
        assert_memory_equal(part_bytes(drive.part) + 0x200, "\xFF\xFF\xFF\xFF\xFF\xFF", 6);
        assert_int_equal(part_counters(drive.part).cuts, 1);
        part_rewind(drive.part, mark);
        drive.now_ps = from_ps;
        assert_int_equal(part_bytes(drive.part)[0x100], 0xFF);
        assert_int_equal(part_counters(drive.part).steps, 0);
        assert_int_equal(drive_spi_status(&drive), 0);
    }
    drive_end(&drive);
}

static void test_nor_that_hangs_shows_busy_until_the_power_goes(void **state)
{
    (void)state;
    struct drive drive = drive_new("W25Q128JV");
    inject(&drive, PART_FAULT_BUSY, 1, 1, 0);
    nor_program(&drive, 0x100, "first", 5);
    drive_wait(&drive, 1000 * DRIVE_MS);
    assert_int_equal(drive_spi_status(&drive) & 1, 1);
    uint8_t in[1];
    drive_spi_read(&drive, 0, in, 1);
    assert_int_equal(part_counters(drive.part).busy, 1);
    drive_power_cycle(&drive, 1);
    assert_int_equal(drive_spi_status(&drive), 0);
    drive_end(&drive);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_address_is_not_acknowledged_from_the_nth_transfer_on),
        cmocka_unit_test(test_byte_that_is_not_acknowledged_writes_nothing),
        cmocka_unit_test(test_held_line_is_let_go_by_as_many_clocks),
        cmocka_unit_test(test_reset_in_a_read_leaves_sda_as_the_bit_says),
        cmocka_unit_test(test_reset_in_a_write_writes_only_behind_a_whole_byte),
        cmocka_unit_test(test_noise_turns_one_bit_of_one_byte),
        cmocka_unit_test(test_cycle_that_hangs_ends_with_the_power),
        cmocka_unit_test(test_silent_spi_part_reads_as_ones),
        cmocka_unit_test(test_nor_programs_erases_and_reads),
        cmocka_unit_test(test_nor_takes_the_time_that_was_chosen_last),
        cmocka_unit_test(test_nor_keeps_the_last_bytes_that_fit_into_its_page),
        cmocka_unit_test(test_nor_erase_is_suspended_for_a_read),
        cmocka_unit_test(test_nor_needs_an_enable_and_knows_its_opcodes),
        cmocka_unit_test(test_nor_is_cut_at_its_step_and_goes_back_to_a_mark),
        cmocka_unit_test(test_nor_that_hangs_shows_busy_until_the_power_goes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
