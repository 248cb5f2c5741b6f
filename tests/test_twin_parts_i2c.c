/*
 * The models of parts on I2C, judged by their data sheets.
 *
 * Goal: addresses, acknowledges, pages, roll-over, write cycles and write protection are those of
 * the sheets named in the rows of twin/parts. Method: each is done on the bus by hand, wrong things
 * too, and the bytes are looked at from inside as well as by a read.
 */
#include "tests/support/cmocka_all.h"
#include "tests/support/part_drive.h"

#define DEVICE 0xA0u /* 1010, no pin high, write */

static void fill(uint8_t *bytes, uint32_t n, uint8_t first)
{
    for (uint32_t i = 0; i < n; i++) bytes[i] = (uint8_t)(first + i * 3u);
}

static void check_blank(const struct drive *drive, uint32_t addr, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) assert_int_equal(part_bytes(drive->part)[addr + i], 0xFF);
}

static void test_eeprom_page_write_is_there_when_it_acknowledges_again(void **state)
{
    (void)state;
    struct drive drive = drive_new("24LC256");
    uint8_t out[64], in[64];
    fill(out, sizeof out, 1);
    assert_true(drive_i2c_write(&drive, DEVICE, 0x1240, out, sizeof out));
    assert_true(part_is_busy(drive.part));
    check_blank(&drive, 0x1240, 64); /* not yet */
    assert_int_equal(drive_i2c_send(&drive, DEVICE, NULL, 0), -1);
    const uint64_t took = drive_i2c_poll(&drive, DEVICE);
    assert_in_range(took, 5 * DRIVE_MS - 2 * drive.byte_ps, 5 * DRIVE_MS + 2 * drive.byte_ps);
    assert_true(drive_i2c_read(&drive, DEVICE, 0x1240, in, sizeof in));
    assert_memory_equal(in, out, sizeof out);
    check_blank(&drive, 0x1200, 64);
    check_blank(&drive, 0x1280, 64);
    const struct part_counters counters = part_counters(drive.part);
    assert_int_equal(counters.writes, 1);
    assert_int_equal(counters.write_bytes, 64);
    assert_true(counters.polls > 200);
    assert_int_equal(part_violations(drive.part), 0);
    drive_end(&drive);
}

static void test_eeprom_write_over_the_page_end_wraps_and_is_counted(void **state)
{
    (void)state;
    struct drive drive = drive_new("24LC256");
    uint8_t out[10];
    fill(out, sizeof out, 0x40);
    assert_true(drive_i2c_write(&drive, DEVICE, 0x103A, out, sizeof out)); /* 6 fit */
    (void)drive_i2c_poll(&drive, DEVICE);
    assert_memory_equal(part_bytes(drive.part) + 0x103A, out, 6);
    assert_memory_equal(part_bytes(drive.part) + 0x1000, out + 6, 4);
    check_blank(&drive, 0x1040, 16);
    assert_int_equal(part_counters(drive.part).wrapped, 1);
    drive_end(&drive);
}

static void test_eeprom_write_up_to_the_page_end_is_no_violation(void **state)
{
    (void)state;
    struct drive drive = drive_new("M24C64");
    uint8_t out[8];
    fill(out, sizeof out, 9);
    assert_true(drive_i2c_write(&drive, DEVICE, 0x18, out, sizeof out));
    (void)drive_i2c_poll(&drive, DEVICE);
    assert_memory_equal(part_bytes(drive.part) + 0x18, out, sizeof out);
    assert_int_equal(part_violations(drive.part), 0);
    drive_end(&drive);
}

static void test_read_rolls_over_at_the_end_of_the_array(void **state)
{
    (void)state;
    static const char *const names[] = {"24LC256", "M24M01", "MB85RC256V", "FM24V10"};
    for (uint32_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct drive drive = drive_new(names[i]);
        const uint32_t size = part_row(drive.part)->size_bytes;
        const uint8_t device = size > 0x10000u ? DEVICE | 2u : DEVICE;
        assert_true(part_load(drive.part, size - 2u, "ab", 2));
        assert_true(part_load(drive.part, 0, "cd", 2));
        uint8_t in[4];
        assert_true(drive_i2c_read(&drive, device, (size - 2u) & 0xFFFFu, in, sizeof in));
        assert_memory_equal(in, "abcd", 4);
        assert_int_equal(part_counters(drive.part).rolled_over, 1);
        drive_end(&drive);
    }
}

static void test_upper_address_bit_comes_with_the_device_address(void **state)
{
    (void)state;
    static const char *const names[] = {"AT24CM01", "M24M01", "FM24V10"};
    for (uint32_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct drive drive = drive_new(names[i]);
        assert_true(drive_i2c_write(&drive, DEVICE, 0x0100, "low", 3));
        (void)drive_i2c_poll(&drive, DEVICE);
        assert_true(drive_i2c_write(&drive, DEVICE | 2u, 0x0100, "HIGH", 4));
        (void)drive_i2c_poll(&drive, DEVICE);
        assert_memory_equal(part_bytes(drive.part) + 0x00100, "low", 3);
        assert_memory_equal(part_bytes(drive.part) + 0x10100, "HIGH", 4);
        uint8_t in[4];
        assert_true(drive_i2c_read(&drive, DEVICE | 2u, 0x0100, in, sizeof in));
        assert_memory_equal(in, "HIGH", 4);
        drive_end(&drive);
    }
}

static void test_pins_decide_the_device_address(void **state)
{
    (void)state;
    const struct part_cfg small = {.name = "24LC256", .pins = 5};
    struct drive drive = drive_new_cfg(&small);
    for (uint8_t pins = 0; pins < 8u; pins++) {
        const int answer = drive_i2c_send(&drive, (uint8_t)(DEVICE + pins * 2u), NULL, 0);
        assert_int_equal(answer, pins == 5u ? 0 : -1);
    }
    assert_int_equal(drive_i2c_send(&drive, 0xBA, NULL, 0), -1); /* 1011 */
    drive_end(&drive);
    const struct part_cfg large = {.name = "M24M01", .pins = 5}; /* A0 is not there */
    drive = drive_new_cfg(&large);
    for (uint8_t pins = 0; pins < 8u; pins++) {
        const int answer = drive_i2c_send(&drive, (uint8_t)(DEVICE + pins * 2u), NULL, 0);
        assert_int_equal(answer, pins == 4u || pins == 5u ? 0 : -1);
    }
    drive_end(&drive);
}

static void test_repeated_start_in_place_of_a_stop_writes_nothing(void **state)
{
    (void)state;
    struct drive drive = drive_new("M24C64");
    const uint8_t out[] = {0, 0x20, 1, 2, 3};
    assert_int_equal(drive_i2c_send(&drive, DEVICE, out, sizeof out), sizeof out);
    assert_int_equal(drive_i2c_send(&drive, DEVICE | 1u, NULL, 0), 0);
    (void)part_i2c_read(drive.part, false, drive.now_ps);
    drive_i2c_stop(&drive);
    assert_false(part_is_busy(drive.part));
    drive_wait(&drive, 10 * DRIVE_MS);
    check_blank(&drive, 0x20, 3);
    assert_int_equal(drive_i2c_send(&drive, DEVICE, out, sizeof out), sizeof out);
    const uint8_t other[] = {0, 0x30, 9};
    assert_int_equal(drive_i2c_send(&drive, DEVICE, other, sizeof other), sizeof other);
    drive_i2c_stop(&drive);
    (void)drive_i2c_poll(&drive, DEVICE);
    check_blank(&drive, 0x20, 3);
    assert_int_equal(part_bytes(drive.part)[0x30], 9);
    drive_end(&drive);
}

static void test_address_bits_beyond_the_array_do_not_count(void **state)
{
    (void)state;
    struct drive drive = drive_new("M24C64"); /* 13 of 16 bits */
    assert_true(drive_i2c_write(&drive, DEVICE, 0xE005, "x", 1));
    (void)drive_i2c_poll(&drive, DEVICE);
    assert_int_equal(part_bytes(drive.part)[5], 'x');
    drive_end(&drive);
}

static void test_byte_that_is_not_acknowledged_is_the_last_one(void **state)
{
    (void)state;
    struct drive drive = drive_new("MB85RC256V");
    assert_true(part_load(drive.part, 0, "ab", 2));
    assert_int_equal(drive_i2c_send(&drive, DEVICE | 1u, NULL, 0), 0);
    assert_int_equal(part_i2c_read(drive.part, false, drive.now_ps), 'a');
    assert_int_equal(part_i2c_read(drive.part, false, drive.now_ps), 0xFF);
    assert_int_equal(drive_i2c_send(&drive, DEVICE | 1u, NULL, 0), 0); /* the counter has gone on */
    assert_int_equal(part_i2c_read(drive.part, false, drive.now_ps), 'b');
    drive_end(&drive);
}

static void test_fram_stores_each_byte_and_always_acknowledges(void **state)
{
    (void)state;
    struct drive drive = drive_new("MB85RC256V");
    const uint8_t out[] = {0x10, 0x00, 7, 8, 9};
    assert_int_equal(drive_i2c_send(&drive, DEVICE, out, 4), 4);
    assert_int_equal(part_bytes(drive.part)[0x1000], 7); /* before any stop */
    assert_int_equal(part_bytes(drive.part)[0x1001], 8);
    assert_int_equal(part_bytes(drive.part)[0x1002], 0);
    drive_i2c_stop(&drive);
    assert_false(part_is_busy(drive.part));
    assert_int_equal(drive_i2c_send(&drive, DEVICE, NULL, 0), 0);
    assert_int_equal(part_counters(drive.part).polls, 0);
    assert_int_equal(part_counters(drive.part).writes, 1);
    assert_int_equal(part_counters(drive.part).write_bytes, 2);
    drive_end(&drive);
}

static void test_fram_write_has_no_page(void **state)
{
    (void)state;
    struct drive drive = drive_new("MB85RC256V");
    uint8_t out[300];
    fill(out, sizeof out, 5);
    assert_true(drive_i2c_write(&drive, DEVICE, 0x30F0, out, sizeof out));
    assert_memory_equal(part_bytes(drive.part) + 0x30F0, out, sizeof out);
    assert_int_equal(part_violations(drive.part), 0);
    drive_end(&drive);
}

static void test_id_comes_by_the_reserved_address(void **state)
{
    (void)state;
    struct drive drive = drive_new("MB85RC256V");
    const uint8_t device = DEVICE;
    assert_int_equal(drive_i2c_send(&drive, 0xF8, &device, 1), 1);
    assert_int_equal(drive_i2c_send(&drive, 0xF9, NULL, 0), 0);
    const uint8_t expected[] = {0x00, 0xA5, 0x10, 0x00};
    for (uint32_t i = 0; i < 4; i++) {
        assert_int_equal(part_i2c_read(drive.part, i < 3, drive.now_ps), expected[i]);
    }
    drive_i2c_stop(&drive);
    assert_int_equal(drive_i2c_send(&drive, 0xF9, NULL, 0), -1); /* nobody was named */
    const uint8_t other = DEVICE | 4u;
    assert_int_equal(drive_i2c_send(&drive, 0xF8, &other, 1), 0);
    drive_end(&drive);
    drive = drive_new("24LC256");
    assert_int_equal(drive_i2c_send(&drive, 0xF8, &device, 1), -1);
    drive_end(&drive);
}

static void test_write_protect_pin_keeps_the_bytes(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        bool is_acknowledged;
    } parts[] = {{"24LC256", true}, {"AT24CM01", true}, {"M24C64", false}, {"M24M01", false},
                 {"MB85RC256V", true}, {"FM24V10", false}};
    for (uint32_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        struct drive drive = drive_new(parts[i].name);
        const uint8_t was = part_bytes(drive.part)[0x30];
        part_protect_pin(drive.part, true);
        assert_int_equal(drive_i2c_write(&drive, DEVICE, 0x30, "x", 1), parts[i].is_acknowledged);
        assert_false(part_is_busy(drive.part)); /* takes the next command at once */
        assert_int_equal(part_bytes(drive.part)[0x30], was);
        assert_int_equal(part_counters(drive.part).refused, 1);
        part_protect_pin(drive.part, false);
        assert_true(drive_i2c_write(&drive, DEVICE, 0x30, "x", 1));
        drive_wait(&drive, 5 * DRIVE_MS);
        assert_int_equal(part_bytes(drive.part)[0x30], 'x');
        drive_end(&drive);
    }
}

static void test_wear_counts_what_a_cycle_cycles(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint32_t group;
    } parts[] = {{"24LC256", 64}, {"M24C64", 4}, {"M24M01", 4}};
    for (uint32_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        struct drive drive = drive_new(parts[i].name);
        for (uint32_t k = 0; k < 3; k++) {
            assert_true(drive_i2c_write(&drive, DEVICE, 0x105, "z", 1));
            (void)drive_i2c_poll(&drive, DEVICE);
        }
        const uint32_t first = 0x105u - 0x105u % parts[i].group;
        assert_int_equal(part_wear(drive.part, first), 3);
        assert_int_equal(part_wear(drive.part, first + parts[i].group - 1u), 3);
        assert_int_equal(part_wear(drive.part, first + parts[i].group), 0);
        assert_int_equal(part_wear(drive.part, first - 1u), 0);
        assert_int_equal(part_wear_max(drive.part), 3);
        drive_end(&drive);
    }
}

static void test_clock_above_the_row_and_haste_are_violations(void **state)
{
    (void)state;
    const struct part_cfg cfg = {.name = "FM24V10"};
    struct drive drive = drive_new_cfg(&cfg);
    part_bus_hz(drive.part, 1000000);
    assert_int_equal(drive_i2c_send(&drive, DEVICE, NULL, 0), 0);
    assert_int_equal(part_violations(drive.part), 0);
    part_bus_hz(drive.part, 1000001);
    (void)drive_i2c_send(&drive, DEVICE, NULL, 0);
    assert_int_equal(part_counters(drive.part).too_fast, 1);
    part_power_off(drive.part, drive.now_ps, 0);
    part_power_on(drive.part, drive.now_ps);
    assert_int_equal(drive_i2c_send(&drive, DEVICE, NULL, 0), -1);
    assert_int_equal(part_counters(drive.part).too_early, 1);
    drive_end(&drive);
}

static void test_part_without_power_answers_nothing(void **state)
{
    (void)state;
    struct drive drive = drive_new("24LC256");
    part_power_off(drive.part, drive.now_ps, 0);
    assert_int_equal(drive_i2c_send(&drive, DEVICE, NULL, 0), -1);
    assert_int_equal(part_i2c_read(drive.part, false, drive.now_ps), 0xFF);
    assert_false(part_i2c_holds_sda(drive.part));
    drive_end(&drive);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_eeprom_page_write_is_there_when_it_acknowledges_again),
        cmocka_unit_test(test_eeprom_write_over_the_page_end_wraps_and_is_counted),
        cmocka_unit_test(test_eeprom_write_up_to_the_page_end_is_no_violation),
        cmocka_unit_test(test_read_rolls_over_at_the_end_of_the_array),
        cmocka_unit_test(test_upper_address_bit_comes_with_the_device_address),
        cmocka_unit_test(test_pins_decide_the_device_address),
        cmocka_unit_test(test_repeated_start_in_place_of_a_stop_writes_nothing),
        cmocka_unit_test(test_address_bits_beyond_the_array_do_not_count),
        cmocka_unit_test(test_byte_that_is_not_acknowledged_is_the_last_one),
        cmocka_unit_test(test_fram_stores_each_byte_and_always_acknowledges),
        cmocka_unit_test(test_fram_write_has_no_page),
        cmocka_unit_test(test_id_comes_by_the_reserved_address),
        cmocka_unit_test(test_write_protect_pin_keeps_the_bytes),
        cmocka_unit_test(test_wear_counts_what_a_cycle_cycles),
        cmocka_unit_test(test_clock_above_the_row_and_haste_are_violations),
        cmocka_unit_test(test_part_without_power_answers_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
