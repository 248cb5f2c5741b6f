/*
 * The NOR model of a part in SPI with a quad read: W25Q128JV.
 *
 * Method: frames on a bare bus. Expected values come from Winbond's data sheets (SHEET: W25Q128JV
 * rev. F; W25Q32BV page 47 for suspend) and Winbond's Verilog model of a sibling, W25Q80DL V1.01
 * (WMODEL), never from the twin's row.
 */
#include <string.h>

#include "tests/support/chip_fixture.h"
#include "tests/support/cmocka_all.h"

#define AT 0x00204000u

static const uint8_t zeros[16] = {0};

static int begin(void **state)
{
    (void)state;
    struct nor_cfg cfg = chip_bus_cfg();
    cfg.row = &nor_row_w25q128jv;
    for (uint32_t i = 0; i < sizeof data; i++) data[i] = (uint8_t)(i ^ i >> 8);
    chip_bus_open(&bus, &cfg);
    nor_as_left_by_boot(bus.nor, bus.now_ps);
    return 0;
}

/* SHEET, WMODEL: EBh on one line; address, mode byte, 4 clocks and data on four. */
static struct frame quad_read(uint32_t addr, uint8_t *bytes, uint32_t n)
{
    return (struct frame){.instruction = {.lines = 1, .bytes = 1}, .instruction_value = 0xEB,
                          .address = {.lines = 4, .bytes = 3}, .address_value = addr,
                          .alternate = {.lines = 4, .bytes = 1}, .alternate_value = 0xF0,
                          .dummy_clocks = 4, .data = {.lines = 4}, .dir = FRAME_READ, .in = bytes,
                          .n = n};
}

static enum frame_window window_of(const struct frame *frame)
{
    const struct frame_device *device = nor_device(bus.nor);
    return device->window(device->ctx, bus.now_ps, frame, 0);
}

static void program(uint32_t addr, const uint8_t *bytes, uint32_t n)
{
    chip_command(&bus, 0x06);
    chip_write(&bus, 0x02, addr, bytes, n);
}

static void erase(uint32_t addr)
{
    chip_command(&bus, 0x06);
    chip_command_at(&bus, 0x20, addr);
}

static uint8_t second_status(void)
{
    struct frame frame = chip_frame_of(&bus, 0x35);
    uint8_t value = 0;
    frame.data = frame.instruction;
    frame.dir = FRAME_READ;
    frame.in = &value;
    frame.n = 1;
    chip_frame(&bus, &frame);
    return value;
}

static void test_chip_quad_reads_what_was_programmed(void **state)
{
    (void)state;
    uint8_t got[16];
    program(AT, data, 16);
    chip_settle(&bus);
    struct frame frame = quad_read(AT, got, 16);
    assert_int_equal(window_of(&frame), FRAME_WINDOW_PLAIN);
    chip_frame(&bus, &frame);
    assert_int_equal(bus.answer, FRAME_DRIVEN);
    assert_memory_equal(got, data, 16);
    chip_read(&bus, 0x03, AT, got, 16);
    assert_memory_equal(got, data, 16);
}

/* SHEET: 6Bh has its address on one line, 8 clocks and no mode byte, and data on four lines. */
static void test_chip_quad_output_read_is_the_same_array(void **state)
{
    (void)state;
    uint8_t got[16];
    program(AT, data, 16);
    chip_settle(&bus);
    struct frame frame = quad_read(AT, got, 16);
    frame.instruction_value = 0x6B;
    frame.address.lines = 1;
    frame.alternate.lines = 0;
    frame.dummy_clocks = 8;
    assert_int_equal(window_of(&frame), FRAME_WINDOW_PLAIN);
    chip_frame(&bus, &frame);
    assert_int_equal(bus.answer, FRAME_DRIVEN);
    assert_memory_equal(got, data, 16);
    frame.address.lines = 4;
    assert_int_not_equal(window_of(&frame), FRAME_WINDOW_PLAIN);
    frame.address.lines = 1;
    frame.data.lines = 1;
    assert_int_not_equal(window_of(&frame), FRAME_WINDOW_PLAIN);
}

/* A clock off is half a byte off, so what comes is not the array. */
static void test_chip_quad_one_clock_is_half_a_byte(void **state)
{
    (void)state;
    static const uint8_t bytes[4] = {0x12, 0x34, 0x56, 0x78};
    static const uint8_t late[3] = {0x23, 0x45, 0x67};
    uint8_t got[3];
    program(AT, bytes, 4);
    chip_settle(&bus);
    struct frame frame = quad_read(AT, got, 3);
    frame.dummy_clocks = 5;
    chip_frame(&bus, &frame);
    assert_memory_equal(got, late, 3);
    frame = quad_read(AT, got, 3);
    frame.dummy_clocks = 3;
    chip_frame(&bus, &frame);
    assert_int_equal(got[0] & 0x0F, 0x01);
    assert_int_equal(got[1], 0x23);
}

static void test_chip_quad_other_frames_are_not_plain(void **state)
{
    (void)state;
    uint8_t got[16];
    for (uint8_t clocks = 0; clocks < 32; clocks++) {
        struct frame frame = quad_read(AT, got, 16);
        frame.dummy_clocks = clocks;
        assert_int_equal(window_of(&frame) == FRAME_WINDOW_PLAIN, clocks == 4);
    }
    struct frame frame = quad_read(AT, got, 16);
    frame.alternate.lines = 0;
    assert_int_not_equal(window_of(&frame), FRAME_WINDOW_PLAIN);
    frame = quad_read(AT, got, 16);
    frame.alternate_value = 0x20; /* the next one without an opcode: not modelled */
    assert_int_not_equal(window_of(&frame), FRAME_WINDOW_PLAIN);
    frame = quad_read(AT, got, 16);
    frame.address.bytes = 4;
    assert_int_not_equal(window_of(&frame), FRAME_WINDOW_PLAIN);
    frame = quad_read(AT, got, 16);
    frame.data.lines = 1;
    chip_frame(&bus, &frame);
    assert_int_equal(bus.last.refusal, NOR_REFUSED_PROTOCOL);
    frame = quad_read(AT, got, 16);
    frame.instruction.lines = 4;
    chip_frame(&bus, &frame);
    assert_int_equal(bus.last.refusal, NOR_REFUSED_PROTOCOL);
}

/* WMODEL: SUS is set by the command, WIP and WEL go after tSUS; SHEET: 20 us. */
static void test_chip_quad_suspend_shows_before_it_is_ready(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 2; i++) {
        if (i == 0) program(AT, zeros, 16);
        if (i == 1) erase(AT);
        assert_int_equal(second_status(), 0x02);
        const uint64_t at = bus.now_ps;
        chip_command(&bus, 0x75);
        assert_int_equal(second_status(), 0x82);
        bus.now_ps = at + 20 * US - 1;
        assert_int_equal(chip_status(&bus), 0x03);
        assert_int_equal(chip_status(&bus), 0x00);
        assert_int_equal(second_status(), 0x82);
        chip_command(&bus, 0x7A);
        assert_int_equal(chip_status(&bus), 0x03);
        assert_int_equal(second_status(), 0x02);
        chip_settle(&bus);
        assert_int_equal(array(AT)[0], i == 0 ? 0x00 : 0xFF);
    }
}

/* WMODEL: a protected page or sector is left alone; WEL stays, WIP never comes. */
static void test_chip_quad_protected_unit_does_not_begin(void **state)
{
    (void)state;
    nor_protect_unit(bus.nor, AT / 4096u, true);
    program(AT, zeros, 16);
    assert_int_equal(bus.last.refusal, NOR_REFUSED_PROTECTED);
    assert_int_equal(chip_status(&bus), 0x02);
    erase(AT);
    assert_int_equal(bus.last.refusal, NOR_REFUSED_PROTECTED);
    assert_int_equal(chip_status(&bus), 0x02);
    assert_int_equal(array(AT)[0], 0xFF);
    program(AT + 4096u, zeros, 16);
    assert_int_equal(chip_status(&bus), 0x03);
}

/* None of Macronix' octal commands is this part's. */
static void test_chip_quad_octal_commands_are_unknown(void **state)
{
    (void)state;
    static const uint8_t codes[] = {0xB0, 0x30, 0x2B, 0x71, 0x72, 0x12, 0x21, 0xDC, 0xEE};
    for (uint32_t i = 0; i < sizeof codes; i++) {
        chip_command(&bus, codes[i]);
        assert_int_equal(bus.last.refusal, NOR_REFUSED_OPCODE);
    }
    assert_int_equal(nor_protocol(bus.nor), NOR_SPI);
}

/* SHEET: no read while write. */
static void test_chip_quad_busy_chip_drives_nothing(void **state)
{
    (void)state;
    uint8_t got[2];
    struct frame frame = quad_read(0, got, 2);
    erase(AT);
    assert_int_equal(window_of(&frame), FRAME_WINDOW_UNDRIVEN);
    chip_frame(&bus, &frame);
    assert_int_equal(bus.answer, FRAME_UNDRIVEN);
    chip_settle(&bus);
    assert_int_equal(window_of(&frame), FRAME_WINDOW_PLAIN);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_chip_quad_##name, begin, chip_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(reads_what_was_programmed),
        TEST(output_read_is_the_same_array),
        TEST(one_clock_is_half_a_byte),
        TEST(other_frames_are_not_plain),
        TEST(suspend_shows_before_it_is_ready),
        TEST(protected_unit_does_not_begin),
        TEST(octal_commands_are_unknown),
        TEST(busy_chip_drives_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
