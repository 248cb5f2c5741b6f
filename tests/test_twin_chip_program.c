/*
 * Program and erase of the NOR model: what is needed before, what is in the array after, how long
 * it takes, what fails.
 *
 * Method: commands on a bare bus in SPI and octal DTR. MODEL is Macronix' MX66UM1G45G.v rev 1.6,
 * LKML is the SFDP dump of mail 20240722064922.606172-4, BSP is ST's stm32-mx66uw1g45g v1.1.0.
 */
#include <string.h>

#include "tests/support/chip_fixture.h"
#include "tests/support/cmocka_all.h"

static void test_chip_program_fresh_chip_is_erased(void **state)
{
    (void)state;
    static const uint32_t places[] = {0, 0x0000FFFF, 0x01FFFFFF, 0x04000000, 0x07FFFFFF};
    for (uint32_t i = 0; i < 5; i++) assert_int_equal(*array(places[i]), 0xFF);
    assert_int_equal(nor_size_bytes(bus.nor), 0x08000000);
}

/* MODEL: PP needs WEL, and WEL is 0 again when it ends. */
static void test_chip_program_needs_write_enable_each_time(void **state)
{
    (void)state;
    chip_write(&bus, 0x12, PAGE, data, 16);
    assert_int_equal(bus.last.refusal, NOR_REFUSED_NOT_ENABLED);
    chip_command(&bus, 0x06);
    assert_int_equal(chip_status(&bus), 0x02);
    chip_write(&bus, 0x12, PAGE, data, 16);
    assert_int_equal(chip_status(&bus), 0x03);
    chip_settle(&bus);
    assert_int_equal(chip_status(&bus), 0x00);
    assert_memory_equal(array(PAGE), data, 16);
    chip_write(&bus, 0x12, PAGE + 16, data, 16);
    assert_int_equal(bus.last.refusal, NOR_REFUSED_NOT_ENABLED);
    chip_command(&bus, 0x06);
    chip_command(&bus, 0x04);
    chip_write(&bus, 0x12, PAGE + 16, data, 16);
    assert_int_equal(bus.last.refusal, NOR_REFUSED_NOT_ENABLED);
}

/* MODEL: the array is ANDed with the data. */
static void test_chip_program_clears_bits_and_sets_none(void **state)
{
    (void)state;
    const uint8_t first[2] = {0xF0, 0xCC};
    const uint8_t second[2] = {0x3C, 0xAA};
    chip_program(&bus, PAGE, first, 2);
    chip_settle(&bus);
    chip_program(&bus, PAGE, second, 2);
    assert_int_equal(bus.last.not_erased_bits, 2 + 2);
    chip_settle(&bus);
    assert_int_equal(array(PAGE)[0], 0x30);
    assert_int_equal(array(PAGE)[1], 0x88);
    assert_int_equal(nor_counters(bus.nor).not_erased_programs, 1);
}

/* BSP, MODEL: 256-byte page; the address wraps in it, the last 256 bytes count. */
static void test_chip_program_wraps_inside_the_page(void **state)
{
    (void)state;
    chip_program(&bus, PAGE + 250, data, 16);
    chip_settle(&bus);
    assert_memory_equal(array(PAGE + 250), data, 6);
    assert_memory_equal(array(PAGE), data + 6, 10);
    assert_int_equal(*array(PAGE + 256), 0xFF);
    chip_program(&bus, PAGE + 0x1000, data, 300);
    chip_settle(&bus);
    assert_memory_equal(array(PAGE + 0x1000), data + 256, 44);
    assert_memory_equal(array(PAGE + 0x1000 + 44), data + 44, 212);
    assert_int_equal(*array(PAGE + 0x1100), 0xFF);
}

static void test_chip_program_any_byte_count_is_taken_in_spi(void **state)
{
    (void)state;
    chip_program(&bus, PAGE + 1, data + 3, 1);
    chip_settle(&bus);
    assert_int_equal(*array(PAGE + 1), data[3]);
    assert_int_equal(*array(PAGE), 0xFF);
    assert_int_equal(*array(PAGE + 2), 0xFF);
}

/* MODEL; Zephyr PR 62656: even address, even length in DTR; odd ones are ignored without a sign. */
static void test_chip_program_odd_in_dtr_is_ignored_silently(void **state)
{
    (void)state;
    chip_program(&bus, PAGE + 1, data, 2);
    assert_int_equal(bus.last.refusal, NOR_REFUSED_ODD_ADDRESS);
    assert_int_equal(chip_status(&bus), 0x02);
    assert_int_equal(chip_security(&bus), 0x00);
    chip_program(&bus, PAGE, data, 3);
    assert_int_equal(bus.last.refusal, NOR_REFUSED_LENGTH);
    chip_program(&bus, PAGE, data, 2);
    assert_int_equal(bus.last.refusal, NOR_ACCEPTED);
    chip_settle(&bus);
    assert_memory_equal(array(PAGE), data, 2);
    assert_int_equal(*array(PAGE + 2), 0xFF);
}

/* LKML BFPT DW11: 152 us a page, times 32 at most (4.9 ms, rounded by the encoding). */
static void test_chip_program_takes_the_typical_or_maximum_time(void **state)
{
    (void)state;
    chip_program(&bus, PAGE, data, 16);
    assert_int_equal(bus.last.busy_ps, 152 * US);
    const uint64_t start = bus.now_ps - 100000;
    assert_int_equal(nor_next_event_ps(bus.nor), start + 152 * US);
    nor_advance(bus.nor, start + 152 * US - 1);
    assert_int_equal(nor_operation(bus.nor).work, NOR_PROGRAM);
    nor_advance(bus.nor, start + 152 * US);
    assert_int_equal(nor_operation(bus.nor).work, NOR_IDLE);
    struct nor_cfg cfg = chip_bus_cfg();
    cfg.time = NOR_TIME_MAX;
    chip_begin_anew(&cfg);
    chip_program(&bus, PAGE, data, 16);
    assert_in_range(bus.last.busy_ps, 4800 * US, 4900 * US);
    chip_settle(&bus);
    chip_erase(&bus, PAGE);
    assert_int_equal(bus.last.busy_ps, 600 * MS);
}

/* Drawn times stay within the limits, and one seed draws one row. */
static void test_chip_program_drawn_times_are_within_limits_and_repeat(void **state)
{
    (void)state;
    struct nor_cfg cfg = chip_bus_cfg();
    cfg.time = NOR_TIME_DRAWN;
    uint64_t first[64];
    uint32_t distinct = 0;
    uint32_t slow = 0;
    for (uint32_t run = 0; run < 2; run++) {
        cfg.seed = 99;
        chip_begin_anew(&cfg);
        for (uint32_t i = 0; i < 64; i++) {
            chip_program(&bus, PAGE + 16 * (i % 16), data, 16);
            const uint64_t busy = bus.last.busy_ps;
            assert_in_range(busy, 76 * US, 4900 * US);
            if (run == 0) first[i] = busy;
            if (busy > 300 * US) slow++;
            if (i > 0 && first[i] != first[i - 1]) distinct++;
            assert_int_equal(busy, first[i]);
            chip_settle(&bus);
        }
    }
    assert_true(distinct > 100);
    assert_in_range(slow, 4, 60);
}

/* MODEL: one program or erase at a time; WREN and further work are refused while WIP is 1. */
static void test_chip_program_busy_chip_refuses_work(void **state)
{
    (void)state;
    chip_program(&bus, PAGE, data, 16);
    static const uint8_t ops[] = {0x06, 0x04, 0x60, 0xC7, 0x31};
    for (uint32_t i = 0; i < sizeof ops; i++) {
        chip_command(&bus, ops[i]);
        assert_int_equal(bus.last.refusal, NOR_REFUSED_BUSY);
    }
    chip_write(&bus, 0x12, 0, data, 16);
    assert_int_equal(bus.last.refusal, NOR_REFUSED_BUSY);
    chip_command_at(&bus, 0x21, 0);
    assert_int_equal(bus.last.refusal, NOR_REFUSED_BUSY);
    chip_read(&bus, 0x9F, 0, data, 2);
    assert_int_equal(bus.answer, FRAME_UNDRIVEN);
    chip_read(&bus, 0x5A, 0, data, 2);
    assert_int_equal(bus.answer, FRAME_UNDRIVEN);
    assert_int_equal(chip_status(&bus), 0x03);
    (void)chip_security(&bus);
    assert_int_equal(bus.answer, FRAME_DRIVEN);
}

/* MODEL: a second program of a 16-byte granule is taken, ANDs, and is noted in CR2 800h bit 6. */
static void test_chip_program_double_program_is_counted_and_flagged(void **state)
{
    (void)state;
    const uint8_t first[16] = {0xFF, 0x0F};
    const uint8_t flag[16] = {0xF0};
    uint8_t back[32];
    chip_program(&bus, PAGE, first, 16);
    assert_int_equal(bus.last.double_programs, 0);
    chip_settle(&bus);
    chip_read(&bus, 0x13, PAGE, back, 32);
    uint8_t ecc;
    chip_read(&bus, 0x71, 0x800, &ecc, 1);
    assert_int_equal(ecc, 0x00);
    chip_program(&bus, PAGE, flag, 1);
    assert_int_equal(bus.last.double_programs, 1);
    assert_int_equal(bus.last.refusal, NOR_ACCEPTED);
    chip_settle(&bus);
    assert_int_equal(array(PAGE)[0], 0xF0);
    assert_int_equal(chip_security(&bus), 0x00);
    chip_read(&bus, 0x13, PAGE + 16, back, 16);
    chip_read(&bus, 0x71, 0x800, &ecc, 1);
    assert_int_equal(ecc, 0x00);
    chip_read(&bus, 0x13, PAGE, back, 16);
    chip_read(&bus, 0x71, 0x800, &ecc, 1);
    assert_int_equal(ecc, 0x40);
    assert_int_equal(nor_counters(bus.nor).double_programs, 1);
    chip_command(&bus, 0x66);
    chip_command(&bus, 0x99);
    chip_bus_wait(&bus, MS);
    chip_read(&bus, 0x71, 0x800, &ecc, 1);
    assert_int_equal(ecc, 0x00);
    chip_erase(&bus, PAGE);
    chip_settle(&bus);
    assert_int_equal(nor_granule_programs(bus.nor, PAGE / 16), 0);
    chip_program(&bus, PAGE, first, 16);
    assert_int_equal(bus.last.double_programs, 0);
}

/* BFPT DW8: 4 KB by 20h/21h, 64 KB by D8h/DCh; DW10: 25 ms and 256 ms; DW11: chip 192 s. */
static void test_chip_program_erases_clear_their_size_and_take_their_time(void **state)
{
    (void)state;
    static const uint8_t zero[4] = {0};
    static const struct {
        uint8_t op;
        uint32_t start;
        uint32_t bytes;
        uint64_t ms;
    } forms[] = {{0x21, 0x02345000, 0x1000, 25}, {0x20, 0x00345000, 0x1000, 25},
                 {0xDC, 0x02340000, 0x10000, 256}, {0xD8, 0x00340000, 0x10000, 256}};
    for (uint32_t i = 0; i < 4; i++) {
        const uint32_t start = forms[i].start;
        const uint32_t end = start + forms[i].bytes;
        assert_true(nor_load(bus.nor, start - 4, zero, 4));
        assert_true(nor_load(bus.nor, start, zero, 4));
        assert_true(nor_load(bus.nor, end - 4, zero, 4));
        assert_true(nor_load(bus.nor, end, zero, 4));
        chip_command(&bus, 0x06);
        chip_command_at(&bus, forms[i].op, start + 0x777);
        assert_int_equal(bus.last.refusal, NOR_ACCEPTED);
        assert_int_equal(bus.last.busy_ps, forms[i].ms * MS);
        assert_int_equal(bus.last.addr, start);
        assert_int_equal(bus.last.n, forms[i].bytes);
        const uint32_t told = bus.array_changes;
        chip_settle(&bus);
        assert_int_equal(bus.array_changes, told + forms[i].bytes / 4096);
        assert_int_equal(*array(start - 1), 0x00);
        assert_int_equal(*array(start), 0xFF);
        assert_int_equal(*array(end - 1), 0xFF);
        assert_int_equal(*array(end), 0x00);
        assert_int_equal(nor_wear(bus.nor, start / 4096), 1);
    }
}

static void test_chip_program_chip_erase_clears_everything(void **state)
{
    (void)state;
    static const uint8_t zero[4] = {0};
    assert_true(nor_load(bus.nor, 0, zero, 4));
    assert_true(nor_load(bus.nor, 0x07FFFFFC, zero, 4));
    chip_command(&bus, 0x06);
    chip_command(&bus, 0x60);
    assert_int_equal(bus.last.busy_ps, 192000 * MS);
    for (uint32_t bank = 0; bank < 4; bank++) assert_true(nor_bank_is_busy(bus.nor, bank));
    chip_settle(&bus);
    assert_int_equal(*array(0), 0xFF);
    assert_int_equal(*array(0x07FFFFFF), 0xFF);
    assert_int_equal(nor_wear(bus.nor, 1000), 1);
    assert_int_equal(nor_wear(bus.nor, 0), 1);
}

/* ST's read-while-write example: 22h with address, 24h with data, again, 31h programs. */
static void test_chip_program_write_buffer_collects_several_frames(void **state)
{
    (void)state;
    chip_write(&bus, 0x24, PAGE, data, 16);
    assert_int_equal(bus.last.refusal, NOR_REFUSED_ORDER);
    chip_command_at(&bus, 0x22, PAGE);
    assert_int_equal(bus.last.refusal, NOR_REFUSED_NOT_ENABLED);
    chip_command(&bus, 0x06);
    chip_command_at(&bus, 0x22, PAGE);
    chip_write(&bus, 0x24, PAGE, data, 22);
    chip_write(&bus, 0x24, PAGE + 22, data + 22, 22);
    assert_int_equal(chip_status(&bus), 0x02);
    assert_int_equal(*array(PAGE), 0xFF);
    chip_command(&bus, 0x31);
    assert_int_equal(bus.last.refusal, NOR_ACCEPTED);
    assert_int_equal(bus.last.addr, PAGE);
    assert_int_equal(bus.last.n, 48);
    assert_int_equal(chip_status(&bus), 0x03);
    chip_settle(&bus);
    assert_memory_equal(array(PAGE), data, 44);
    assert_int_equal(*array(PAGE + 44), 0xFF);
    chip_command(&bus, 0x06);
    chip_command(&bus, 0x31);
    assert_int_equal(bus.last.refusal, NOR_REFUSED_ORDER);
    chip_command_at(&bus, 0x22, PAGE + 0x100);
    chip_command(&bus, 0x31);
    assert_int_equal(bus.last.refusal, NOR_REFUSED_ORDER);
    chip_cycle_power(&bus);
    chip_write(&bus, 0x24, PAGE, data, 16);
    assert_int_equal(bus.last.refusal, NOR_REFUSED_ORDER);
    chip_command(&bus, 0x06);
    chip_command_at(&bus, 0x22, 0x08000000);
    assert_int_equal(bus.last.refusal, NOR_REFUSED_ADDRESS);
}

static int setup_sopi(void **state)
{
    (void)chip_begin(state);
    chip_bus_to_sopi(&bus);
    return 0;
}

/* What a programmer loads counts as programmed, granule by granule, unless it is blank. */
static void test_chip_program_loaded_bytes_count_as_programmed(void **state)
{
    (void)state;
    uint8_t bytes[48];
    memset(bytes, 0xFF, sizeof bytes);
    bytes[7] = 0;
    bytes[8] = 0;
    bytes[40] = 0;
    assert_true(nor_load(bus.nor, PAGE + 8, bytes, sizeof bytes));
    static const uint8_t expected[5] = {1, 1, 0, 1, 0};
    for (uint32_t i = 0; i < 5; i++) {
        assert_int_equal(nor_granule_programs(bus.nor, PAGE / 16 + i), expected[i]);
    }
    chip_program(&bus, PAGE + 16, data, 32);
    assert_int_equal(bus.last.double_programs, 1);
}

/* The plain program cut by NCS: the rest is refused, WEL is gone (why the write buffer exists). */
static void test_chip_program_continuation_of_a_split_program_is_refused(void **state)
{
    (void)state;
    chip_program(&bus, PAGE, data, 22);
    chip_write(&bus, 0x12, PAGE + 22, data + 22, 22);
    assert_int_equal(bus.last.refusal, NOR_REFUSED_BUSY);
    chip_settle(&bus);
    assert_memory_equal(array(PAGE), data, 22);
    assert_int_equal(*array(PAGE + 22), 0xFF);
}

static void test_chip_program_out_of_the_chip_is_refused(void **state)
{
    (void)state;
    chip_program(&bus, 0x08000000, data, 16);
    assert_int_equal(bus.last.refusal, NOR_REFUSED_ADDRESS);
    chip_erase(&bus, 0x08000000);
    assert_int_equal(bus.last.refusal, NOR_REFUSED_ADDRESS);
    assert_false(nor_load(bus.nor, 0x07FFFFFF, data, 2));
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_chip_program_##name, chip_begin, chip_end)
#define SOPI(name) cmocka_unit_test_setup_teardown(test_chip_program_##name, setup_sopi, chip_end)
#define OCTAL(name) \
    cmocka_unit_test_setup_teardown(test_chip_program_##name, chip_begin_octal, chip_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(fresh_chip_is_erased),
        TEST(needs_write_enable_each_time),
        OCTAL(needs_write_enable_each_time),
        TEST(clears_bits_and_sets_none),
        OCTAL(clears_bits_and_sets_none),
        TEST(wraps_inside_the_page),
        OCTAL(wraps_inside_the_page),
        TEST(any_byte_count_is_taken_in_spi),
        OCTAL(odd_in_dtr_is_ignored_silently),
        TEST(takes_the_typical_or_maximum_time),
        TEST(drawn_times_are_within_limits_and_repeat),
        TEST(busy_chip_refuses_work),
        OCTAL(busy_chip_refuses_work),
        TEST(double_program_is_counted_and_flagged),
        TEST(erases_clear_their_size_and_take_their_time),
        TEST(chip_erase_clears_everything),
        TEST(write_buffer_collects_several_frames),
        OCTAL(write_buffer_collects_several_frames),
        SOPI(write_buffer_collects_several_frames),
        SOPI(wraps_inside_the_page),
        TEST(loaded_bytes_count_as_programmed),
        TEST(continuation_of_a_split_program_is_refused),
        TEST(out_of_the_chip_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
