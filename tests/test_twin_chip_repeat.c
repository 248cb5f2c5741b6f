/*
 * The NOR model of octal parts that send each opcode byte twice: MT35XU512ABA and S28HS512T.
 *
 * Method: frames on a bare bus. Expected values come from Linux' spi-nor drivers micron-st.c and
 * spansion.c (LINUX), Infineon's note ta-p/285161 on programming twice (KB), and the data sheet of
 * the S25FL-S on a chip that failed, as Linux' commit c4b3eacc quotes it (STUCK), never from the
 * twin's rows.
 */
#include <string.h>

#include "tests/support/chip_fixture.h"
#include "tests/support/cmocka_all.h"

#define AT 0x00280000u

static const uint8_t some[16] = {0x12, 0x34, 0x56, 0x78, 0x9A};

static int begin(const struct nor_row *row)
{
    struct nor_cfg cfg = chip_bus_cfg();
    cfg.row = row;
    chip_bus_open(&bus, &cfg);
    nor_as_left_by_boot(bus.nor, bus.now_ps);
    return 0;
}

static int begin_micron(void **state)
{
    (void)state;
    return begin(&nor_row_mt35xu512aba);
}

static int begin_infineon(void **state)
{
    (void)state;
    return begin(&nor_row_s28hs512t);
}

static struct frame frame_of(uint32_t opcode)
{
    return (struct frame){.instruction = {.lines = 8, .bytes = 2, .dtr = true},
                          .instruction_value = opcode};
}

static void command(uint8_t code)
{
    struct frame frame = frame_of((uint32_t)code << 8 | code);
    chip_frame(&bus, &frame);
}

static void write_to(uint8_t code, uint32_t addr, const uint8_t *bytes, uint32_t n)
{
    struct frame frame = frame_of((uint32_t)code << 8 | code);
    frame.address = (struct frame_phase){.lines = 8, .bytes = 4, .dtr = true};
    frame.address_value = addr;
    if (n != 0) frame.data = frame.address;
    frame.dir = n != 0 ? FRAME_WRITE : FRAME_NO_DATA;
    frame.out = bytes;
    frame.n = n;
    command(0x06);
    chip_frame(&bus, &frame);
}

/* LINUX: no address and 8 clocks for Micron, four address bytes for Infineon. */
static void read_from(uint8_t code, uint8_t dummy_clocks, bool has_addr, uint8_t *bytes, uint32_t n)
{
    struct frame frame = frame_of((uint32_t)code << 8 | code);
    const struct frame_phase phase = {.lines = 8, .bytes = 4, .dtr = true};
    if (has_addr) frame.address = phase;
    frame.data = phase;
    frame.dummy_clocks = dummy_clocks;
    frame.dqs = true;
    frame.dir = FRAME_READ;
    frame.in = bytes;
    frame.n = n;
    chip_frame(&bus, &frame);
}

static uint8_t micron(uint8_t code)
{
    uint8_t bytes[2];
    read_from(code, 8, false, bytes, 2);
    return bytes[0];
}

/* LINUX: SPI_NOR_EXT_REPEAT. */
static void test_chip_repeat_second_opcode_byte_is_the_first(void **state)
{
    (void)state;
    for (uint32_t second = 0; second < 256; second++) {
        struct frame frame = frame_of(0x0600u | second);
        chip_frame(&bus, &frame);
        const bool is_enabled = (micron(0x05) & 0x02u) != 0;
        assert_int_equal(is_enabled, second == 0x06);
        if (is_enabled) command(0x04);
    }
}

/* LINUX: 2c 5b 1a, compared byte by byte in octal DTR. */
static void test_chip_repeat_id_comes_once(void **state)
{
    (void)state;
    static const uint8_t id[3] = {0x2C, 0x5B, 0x1A};
    uint8_t got[8];
    read_from(0x9F, 8, false, got, sizeof got);
    assert_memory_equal(got, id, 3);
}

/* D0 comes first: no byte of a pair is turned. */
static void test_chip_repeat_bytes_keep_their_order(void **state)
{
    (void)state;
    uint8_t got[16];
    write_to(0x12, AT, some, 16);
    chip_settle(&bus);
    assert_memory_equal(array(AT), some, 16);
    struct frame frame = frame_of(0xFDFD);
    frame.address = (struct frame_phase){.lines = 8, .bytes = 4, .dtr = true};
    frame.address_value = AT;
    frame.data = frame.address;
    frame.dummy_clocks = 20; /* LINUX */
    frame.dir = FRAME_READ;
    frame.in = got;
    frame.n = 16;
    chip_frame(&bus, &frame);
    assert_memory_equal(got, some, 16);
}

/* LINUX: ready bit 7, erase failed bit 5, program failed bit 4; 50h clears; WEL stays. */
static void test_chip_repeat_flag_status_keeps_failures(void **state)
{
    (void)state;
    assert_int_equal(micron(0x70), 0x80);
    nor_fail_unit(bus.nor, AT / 4096u, true, true);
    write_to(0x12, AT, some, 16);
    assert_int_equal(micron(0x70), 0x00);
    chip_settle(&bus);
    assert_int_equal(micron(0x70), 0x90);
    assert_int_equal(micron(0x05), 0x02);
    write_to(0x21, AT, NULL, 0);
    chip_settle(&bus);
    assert_int_equal(micron(0x70), 0xB0);
    write_to(0x12, AT + 4096u, some, 16);
    chip_settle(&bus);
    assert_int_equal(micron(0x70), 0xB0);
    assert_int_equal(micron(0x05), 0x00);
    command(0x50);
    assert_int_equal(micron(0x70), 0x80);
}

/* KB: an error, even with the same data; LINUX: bit 6 of the status, until it is cleared. */
static void test_chip_repeat_second_program_is_an_error(void **state)
{
    (void)state;
    uint8_t status[2];
    uint8_t got[2];
    static const uint8_t zeros[16] = {0};
    write_to(0x12, AT, some, 16);
    chip_settle(&bus);
    read_from(0x05, 4, true, status, 2);
    assert_int_equal(status[0], 0x00);
    for (uint32_t i = 0; i < 2; i++) {
        write_to(0x12, AT, i == 0 ? some : zeros, 16);
        chip_settle(&bus);
        read_from(0x05, 4, true, status, 2);
        assert_int_equal(status[0] & 0x61, 0x41);
        assert_memory_equal(array(AT), some, 16);
        read_from(0xEE, 24, true, got, 2); /* STUCK: not even that */
        assert_int_equal(bus.answer, FRAME_UNDRIVEN);
        write_to(0x12, AT + 16u, some, 16);
        assert_int_equal(bus.last.refusal, NOR_REFUSED_BUSY);
        command(0x82);
        read_from(0x05, 4, true, status, 2);
        assert_int_equal(status[0] & 0x61, 0x00);
        read_from(0xEE, 24, true, got, 2);
        assert_int_equal(bus.answer, FRAME_DRIVEN);
    }
    write_to(0x12, AT + 16u, some, 16);
    chip_settle(&bus);
    read_from(0x05, 4, true, status, 2);
    assert_int_equal(status[0], 0x00);
}

#define TEST(name, maker) \
    cmocka_unit_test_setup_teardown(test_chip_repeat_##name, begin_##maker, chip_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(second_opcode_byte_is_the_first, micron),
        TEST(id_comes_once, micron),
        TEST(bytes_keep_their_order, micron),
        TEST(flag_status_keeps_failures, micron),
        TEST(second_program_is_an_error, infineon),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
