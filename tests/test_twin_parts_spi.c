/*
 * The models of parts on SPI, judged by their data sheets.
 *
 * Goal: write enable, write in progress, pages, protection, ids and the status register are those
 * of the sheets named in the rows of twin/parts. Method: frames by hand, wrong ones too, and the
 * bytes looked at from inside.
 */
#include <string.h>

#include "tests/support/cmocka_all.h"
#include "tests/support/part_drive.h"

#define WREN 0x06u
#define WRDI 0x04u
#define WIP 0x01u
#define WEL 0x02u

static const char *const instant[] = {"FM25V10", "CY15B104Q", "MB85RS64V", "MB85RS1MT", "MR25H40"};
static const char *const eeprom[] = {"25LC256", "M95M01"};
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static void test_eeprom_write_needs_an_enable_that_clears_itself(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < COUNT(eeprom); i++) {
        struct drive drive = drive_new(eeprom[i]);
        drive_spi_write(&drive, 0x200, "abc", 3);
        assert_false(part_is_busy(drive.part));
        assert_int_equal(part_counters(drive.part).not_enabled, 1);
        drive_spi_command(&drive, WREN);
        assert_int_equal(drive_spi_status(&drive), WEL);
        drive_spi_write(&drive, 0x200, "abc", 3);
        assert_int_equal(drive_spi_status(&drive), WEL | WIP);
        assert_int_equal(part_bytes(drive.part)[0x200], 0xFF);
        const uint64_t took = drive_spi_poll(&drive);
        assert_in_range(took, 5 * DRIVE_MS - 8 * drive.byte_ps, 5 * DRIVE_MS);
        assert_int_equal(drive_spi_status(&drive), 0);
        assert_memory_equal(part_bytes(drive.part) + 0x200, "abc\xFF", 4);
        drive_spi_write(&drive, 0x200, "x", 1);
        assert_int_equal(part_counters(drive.part).not_enabled, 2);
        assert_int_equal(part_counters(drive.part).writes, 1);
        drive_end(&drive);
    }
}

static void test_eeprom_at_work_obeys_nothing_but_a_status_read(void **state)
{
    (void)state;
    struct drive drive = drive_new("25LC256");
    assert_true(part_load(drive.part, 0x40, "old", 3));
    drive_spi_command(&drive, WREN);
    drive_spi_write(&drive, 0x100, "q", 1);
    uint8_t in[3];
    drive_spi_read(&drive, 0x40, in, sizeof in);
    assert_memory_equal(in, "\xFF\xFF\xFF", 3);
    drive_spi_command(&drive, WRDI);
    assert_int_equal(drive_spi_status(&drive), WEL | WIP);
    assert_int_equal(part_counters(drive.part).busy, 2);
    (void)drive_spi_poll(&drive);
    assert_int_equal(part_bytes(drive.part)[0x100], 'q');
    drive_spi_read(&drive, 0x40, in, sizeof in);
    assert_memory_equal(in, "old", 3);
    drive_end(&drive);
}

static void test_eeprom_write_over_the_page_end_wraps(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < COUNT(eeprom); i++) {
        struct drive drive = drive_new(eeprom[i]);
        const uint32_t page = part_row(drive.part)->page_bytes;
        assert_int_equal(page, i == 0 ? 64 : 256);
        drive_spi_command(&drive, WREN);
        drive_spi_write(&drive, 3 * page - 2, "wxyz", 4);
        (void)drive_spi_poll(&drive);
        assert_memory_equal(part_bytes(drive.part) + 3 * page - 2, "wx", 2);
        assert_memory_equal(part_bytes(drive.part) + 2 * page, "yz", 2);
        assert_int_equal(part_bytes(drive.part)[3 * page], 0xFF);
        assert_int_equal(part_counters(drive.part).wrapped, 1);
        drive_end(&drive);
    }
}

static void test_select_that_rises_within_a_byte_begins_no_cycle(void **state)
{
    (void)state;
    struct drive drive = drive_new("M95M01");
    drive_spi_command(&drive, WREN);
    part_spi_select(drive.part, drive.now_ps);
    const uint8_t out[] = {0x02, 0, 0, 0x10, 'a', 'b'};
    for (uint32_t i = 0; i < sizeof out; i++) {
        (void)part_spi_exchange(drive.part, out[i], drive.now_ps);
    }
    part_spi_deselect_early(drive.part, 3, drive.now_ps);
    assert_false(part_is_busy(drive.part));
    drive_spi_write(&drive, 0x10, "ab", 2);
    assert_true(part_is_busy(drive.part)); /* the latch was still set */
    drive_end(&drive);
}

static void test_instant_part_stores_each_byte_as_it_comes(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < COUNT(instant); i++) {
        struct drive drive = drive_new(instant[i]);
        drive_spi_command(&drive, WREN);
        part_spi_select(drive.part, drive.now_ps);
        (void)part_spi_exchange(drive.part, 0x02, drive.now_ps);
        for (uint32_t k = 1; k < part_row(drive.part)->address_bytes; k++) {
            (void)part_spi_exchange(drive.part, 0x01, drive.now_ps);
        }
        (void)part_spi_exchange(drive.part, 0x23, drive.now_ps);
        const uint32_t addr = part_row(drive.part)->address_bytes == 2 ? 0x0123 : 0x010123;
        (void)part_spi_exchange(drive.part, 0x5A, drive.now_ps);
        assert_int_equal(part_bytes(drive.part)[addr], 0x5A);
        part_spi_deselect_early(drive.part, 7, drive.now_ps); /* the next byte was not whole */
        assert_int_equal(part_bytes(drive.part)[addr + 1], 0);
        assert_int_equal(drive_spi_status(&drive) & WIP, 0);
        const bool stays = strcmp(instant[i], "MR25H40") == 0;
        assert_int_equal(drive_spi_status(&drive) & WEL, stays ? WEL : 0);
        assert_int_equal(part_violations(drive.part), 0);
        drive_end(&drive);
    }
}

static void test_latch_falls_after_a_write_but_not_that_of_mram(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < COUNT(instant); i++) {
        struct drive drive = drive_new(instant[i]);
        const bool stays = strcmp(instant[i], "MR25H40") == 0;
        drive_spi_command(&drive, WREN);
        assert_int_equal(drive_spi_status(&drive) & WEL, WEL);
        drive_spi_write(&drive, 0, "1", 1);
        assert_int_equal(drive_spi_status(&drive) & WEL, stays ? WEL : 0);
        drive_spi_write(&drive, 0, "2", 1);
        assert_int_equal(part_bytes(drive.part)[0], stays ? '2' : '1');
        assert_int_equal(part_counters(drive.part).not_enabled, stays ? 0 : 1);
        drive_spi_command(&drive, WREN);
        drive_spi_command(&drive, WRDI);
        assert_int_equal(drive_spi_status(&drive) & WEL, 0);
        drive_spi_command(&drive, WREN);
        drive_power_cycle(&drive, 7);
        assert_int_equal(drive_spi_status(&drive) & WEL, 0);
        drive_end(&drive);
    }
}

static void test_enable_needs_a_frame_of_its_own(void **state)
{
    (void)state;
    struct drive drive = drive_new("FM25V10");
    const uint8_t out[] = {WREN, 0x02, 0, 0, 0, 'x'};
    drive_spi(&drive, out, sizeof out, NULL, 0);
    assert_int_equal(part_bytes(drive.part)[0], 0);
    assert_int_equal(drive_spi_status(&drive) & WEL, 0);
    drive_end(&drive);
}

static void test_id_is_that_of_the_sheet(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint32_t n;
        uint8_t id[9];
    } ids[] = {
        {"CY15B104Q", 9, {0x7F, 0x7F, 0x7F, 0x7F, 0x7F, 0x7F, 0xC2, 0x26, 0x08}},
        {"FM25V10", 9, {0x7F, 0x7F, 0x7F, 0x7F, 0x7F, 0x7F, 0xC2, 0x24, 0x00}},
        {"MB85RS1MT", 4, {0x04, 0x7F, 0x27, 0x03}},
        {"MB85RS64V", 4, {0x04, 0x7F, 0x03, 0x02}},
        {"W25Q128JV", 3, {0xEF, 0x40, 0x18}},
    };
    const uint8_t opcode = 0x9F;
    for (uint32_t i = 0; i < COUNT(ids); i++) {
        struct drive drive = drive_new(ids[i].name);
        uint8_t in[9];
        drive_spi(&drive, &opcode, 1, in, ids[i].n);
        assert_memory_equal(in, ids[i].id, ids[i].n);
        const struct part_fault fault = {.kind = PART_FAULT_WRONG_ID};
        part_inject(drive.part, &fault);
        drive_spi(&drive, &opcode, 1, in, ids[i].n);
        assert_memory_not_equal(in, ids[i].id, ids[i].n);
        part_heal(drive.part);
        drive_spi(&drive, &opcode, 1, in, ids[i].n);
        assert_memory_equal(in, ids[i].id, ids[i].n);
        drive_end(&drive);
    }
    struct drive drive = drive_new("25LC256");
    uint8_t in[2] = {0, 0};
    drive_spi(&drive, &opcode, 1, in, 2);
    assert_memory_equal(in, "\xFF\xFF", 2);
    assert_int_equal(part_counters(drive.part).opcodes, 1);
    drive_end(&drive);
}

static void write_status(struct drive *drive, uint8_t value)
{
    const uint8_t out[] = {0x01, value};
    drive_spi_command(drive, WREN);
    drive_spi(drive, out, sizeof out, NULL, 0);
    (void)drive_spi_poll(drive);
}

static void test_status_write_needs_an_enable_and_keeps_its_bits(void **state)
{
    (void)state;
    static const char *const names[] = {"25LC256", "M95M01", "FM25V10", "MR25H40"};
    static const uint8_t fixed[] = {0, 0, 0x40, 0};
    for (uint32_t i = 0; i < COUNT(names); i++) {
        struct drive drive = drive_new(names[i]);
        const uint8_t out[] = {0x01, 0xFF};
        const uint8_t latch = i == 3 ? WEL : 0; /* MRAM's stays */
        drive_spi(&drive, out, sizeof out, NULL, 0);
        assert_int_equal(drive_spi_status(&drive), fixed[i]);
        assert_int_equal(part_counters(drive.part).not_enabled, 1);
        write_status(&drive, 0xFF);
        assert_int_equal(drive_spi_status(&drive), 0x8C | fixed[i] | latch);
        assert_int_equal(part_counters(drive.part).register_writes, 1);
        drive_end(&drive);
    }
}

static void try_at(struct drive *drive, uint32_t addr, bool is_stored)
{
    const uint8_t was = part_bytes(drive->part)[addr];
    const uint8_t byte = (uint8_t)(was + 1u);
    drive_spi_command(drive, WREN);
    drive_spi_write(drive, addr, &byte, 1);
    (void)drive_spi_poll(drive);
    assert_int_equal(part_bytes(drive->part)[addr], is_stored ? byte : was);
}

static void test_block_protection_covers_its_share_and_survives_the_power(void **state)
{
    (void)state;
    static const char *const names[] = {"25LC256", "M95M01", "FM25V10", "MB85RS64V", "MR25H40"};
    for (uint32_t i = 0; i < COUNT(names); i++) {
        struct drive drive = drive_new(names[i]);
        const uint32_t size = part_row(drive.part)->size_bytes;
        const uint32_t first[] = {size, size - size / 4, size / 2, 0};
        for (uint8_t bp = 0; bp < 4u; bp++) {
            write_status(&drive, (uint8_t)(bp * 4u));
            drive_power_cycle(&drive, bp);
            assert_int_equal(drive_spi_status(&drive) & 0x0C, bp * 4);
            if (first[bp] > 0) try_at(&drive, first[bp] - 1, true);
            if (first[bp] < size) try_at(&drive, first[bp], false);
            try_at(&drive, size - 1, bp == 0);
        }
        drive_end(&drive);
    }
}

static void test_pin_keeps_the_status_register_if_the_register_says_so(void **state)
{
    (void)state;
    static const char *const names[] = {"25LC256", "M95M01", "FM25V10", "MR25H40"};
    for (uint32_t i = 0; i < COUNT(names); i++) {
        struct drive drive = drive_new(names[i]);
        part_protect_pin(drive.part, true);
        write_status(&drive, 0x84); /* the bit is not set yet: the pin means nothing */
        assert_int_equal(drive_spi_status(&drive) & 0x8C, 0x84);
        write_status(&drive, 0x00);
        assert_int_equal(drive_spi_status(&drive) & 0x8C, 0x84);
        assert_int_equal(part_counters(drive.part).refused, 1);
        part_protect_pin(drive.part, false);
        write_status(&drive, 0x00);
        assert_int_equal(drive_spi_status(&drive) & 0x8C, 0x00);
        drive_end(&drive);
    }
}

static void test_fast_read_has_a_dummy_byte(void **state)
{
    (void)state;
    struct drive drive = drive_new("CY15B104Q");
    assert_true(part_load(drive.part, 0x7FFFE, "ab", 2));
    assert_true(part_load(drive.part, 0, "cd", 2));
    const uint8_t out[] = {0x0B, 0x07, 0xFF, 0xFE, 0x00};
    uint8_t in[4];
    drive_spi(&drive, out, sizeof out, in, sizeof in);
    assert_memory_equal(in, "abcd", 4); /* over the end of the array */
    assert_int_equal(part_counters(drive.part).rolled_over, 1);
    drive_end(&drive);
}

static void test_clock_above_the_row_is_a_violation(void **state)
{
    (void)state;
    struct drive drive = drive_new("25LC256");
    part_bus_hz(drive.part, 10000000);
    (void)drive_spi_status(&drive);
    assert_int_equal(part_violations(drive.part), 0);
    part_bus_hz(drive.part, 12000000);
    (void)drive_spi_status(&drive);
    assert_int_equal(part_counters(drive.part).too_fast, 1);
    drive_end(&drive);
}

static void test_no_part_drives_a_bus_that_it_is_not_on(void **state)
{
    (void)state;
    struct drive drive = drive_new("24LC256");
    assert_int_equal(drive_spi_status(&drive), 0xFF);
    drive_end(&drive);
    drive = drive_new("25LC256");
    assert_int_equal(drive_i2c_send(&drive, 0xA0, NULL, 0), -1);
    drive_end(&drive);
    const struct part_cfg unknown = {.name = "24LC257"};
    assert_null(part_create(&unknown));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_eeprom_write_needs_an_enable_that_clears_itself),
        cmocka_unit_test(test_eeprom_at_work_obeys_nothing_but_a_status_read),
        cmocka_unit_test(test_eeprom_write_over_the_page_end_wraps),
        cmocka_unit_test(test_select_that_rises_within_a_byte_begins_no_cycle),
        cmocka_unit_test(test_instant_part_stores_each_byte_as_it_comes),
        cmocka_unit_test(test_latch_falls_after_a_write_but_not_that_of_mram),
        cmocka_unit_test(test_enable_needs_a_frame_of_its_own),
        cmocka_unit_test(test_id_is_that_of_the_sheet),
        cmocka_unit_test(test_status_write_needs_an_enable_and_keeps_its_bits),
        cmocka_unit_test(test_block_protection_covers_its_share_and_survives_the_power),
        cmocka_unit_test(test_pin_keeps_the_status_register_if_the_register_says_so),
        cmocka_unit_test(test_fast_read_has_a_dummy_byte),
        cmocka_unit_test(test_clock_above_the_row_is_a_violation),
        cmocka_unit_test(test_no_part_drives_a_bus_that_it_is_not_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
