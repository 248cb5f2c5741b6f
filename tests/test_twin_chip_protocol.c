/*
 * Which frames the NOR model hears, in which protocol, and what it drives.
 *
 * Method: frames on a bare bus. Expected values come from the documents that each test names,
 * never from the model. LKML is Macronix' mail 20240722064922.606172-4 with the dump of a real
 * mx66uw1g45g; MODEL is Macronix' MX66UM1G45G.v rev 1.6; BSP is ST's stm32-mx66uw1g45g v1.1.0.
 */
#include <string.h>

#include "tests/support/chip_fixture.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/md5.h"

/* LKML: id c2 81 3b. */
static void test_chip_protocol_rdid_in_spi_gives_the_id(void **state)
{
    (void)state;
    uint8_t id[3];
    chip_read(&bus, 0x9F, 0, id, 3);
    const uint8_t expected[3] = {0xC2, 0x81, 0x3B};
    assert_memory_equal(id, expected, 3);
}

/* stm32-external-loader issue 21, f3s mx25uw.c: in DTR each byte of the id comes twice. */
static void test_chip_protocol_rdid_in_dtr_doubles_each_byte(void **state)
{
    (void)state;
    chip_bus_to_dopi(&bus);
    uint8_t id[6];
    chip_read(&bus, 0x9F, 0, id, 6);
    const uint8_t expected[6] = {0xC2, 0xC2, 0x81, 0x81, 0x3B, 0x3B};
    assert_memory_equal(id, expected, 6);
}

/* LKML prints the md5 of the 316 bytes. */
static void sfdp_check(uint32_t step)
{
    uint8_t sfdp[316];
    for (uint32_t at = 0; at < sizeof sfdp; at += step) {
        chip_read(&bus, 0x5A, at, sfdp + at, step);
        assert_int_equal(bus.answer, FRAME_DRIVEN);
    }
    char text[33];
    md5_text(sfdp, sizeof sfdp, text);
    assert_string_equal(text, "b89a53266007fce06ba7cc4c0956f917");
}

static void test_chip_protocol_sfdp_has_the_md5_of_the_dump_in_spi(void **state)
{
    (void)state;
    sfdp_check(4);
}

static void test_chip_protocol_sfdp_has_the_md5_of_the_dump_in_octal(void **state)
{
    (void)state;
    chip_bus_to_dopi(&bus);
    sfdp_check(158);
    chip_command(&bus, 0x66);
    chip_command(&bus, 0x99);
    chip_bus_wait(&bus, MS);
    chip_bus_to_sopi(&bus);
    sfdp_check(158);
}

/* BFPT DW18 of the dump, bit 31: bytes of 16-bit words are swapped in 8D-8D-8D. */
static void test_chip_protocol_dtr_puts_the_odd_byte_first_on_the_wire(void **state)
{
    (void)state;
    chip_bus_to_dopi(&bus);
    uint8_t wire[4] = {0};
    struct frame frame = chip_frame_of(&bus, 0x5A);
    frame.address = (struct frame_phase){.lines = 8, .bytes = 4, .dtr = true};
    frame.data = frame.address;
    frame.dummy_clocks = 20;
    frame.dir = FRAME_READ;
    frame.in = wire;
    frame.n = 4;
    chip_frame(&bus, &frame);
    assert_memory_equal(wire, "FSPD", 4);
}

/* The same in a program: D1 comes first. */
static void test_chip_protocol_dtr_program_takes_the_odd_byte_first(void **state)
{
    (void)state;
    chip_bus_to_dopi(&bus);
    const uint8_t wire[4] = {0x22, 0x11, 0x44, 0x33};
    chip_command(&bus, 0x06);
    struct frame frame = chip_frame_of(&bus, 0x12);
    frame.address = (struct frame_phase){.lines = 8, .bytes = 4, .dtr = true};
    frame.address_value = 0x1000;
    frame.data = frame.address;
    frame.dir = FRAME_WRITE;
    frame.out = wire;
    frame.n = 4;
    chip_frame(&bus, &frame);
    chip_settle(&bus);
    const uint8_t expected[4] = {0x11, 0x22, 0x33, 0x44};
    assert_memory_equal(nor_array(bus.nor) + 0x1000, expected, 4);
}

/* BFPT DW18: the command extension is the inverse of the command. */
static void test_chip_protocol_octal_opcode_without_its_inverse_is_ignored(void **state)
{
    (void)state;
    chip_bus_to_dopi(&bus);
    for (uint32_t second = 0; second < 256; second++) {
        struct frame frame = chip_frame_of(&bus, 0x06);
        frame.instruction_value = 0x0600u | second;
        chip_frame(&bus, &frame);
        const bool is_enabled = (chip_status(&bus) & 0x02u) != 0;
        assert_int_equal(is_enabled, second == 0xF9);
        if (is_enabled) chip_command(&bus, 0x04);
    }
}

/* MODEL: a chip in one protocol does not understand another one. */
static void test_chip_protocol_other_protocols_are_ignored(void **state)
{
    (void)state;
    struct frame octal = {.instruction = {.lines = 8, .bytes = 2, .dtr = true},
                          .instruction_value = 0x06F9};
    chip_frame(&bus, &octal);
    assert_int_equal(bus.last.refusal, NOR_REFUSED_PROTOCOL);
    assert_int_equal(chip_status(&bus), 0x00);
    struct frame quad = {.instruction = {.lines = 4, .bytes = 1}, .instruction_value = 0x06};
    chip_frame(&bus, &quad);
    assert_int_equal(chip_status(&bus), 0x00);
    chip_bus_to_dopi(&bus);
    struct frame single = {.instruction = {.lines = 1, .bytes = 1}, .instruction_value = 0x06};
    chip_frame(&bus, &single);
    octal.instruction.dtr = false;
    chip_frame(&bus, &octal);
    assert_int_equal(bus.last.refusal, NOR_REFUSED_PROTOCOL);
    assert_int_equal(chip_status(&bus), 0x00);
}

/* MODEL: what is refused drives neither data nor strobe; the lines float. */
static void test_chip_protocol_refused_read_drives_nothing(void **state)
{
    (void)state;
    struct nor_cfg cfg = chip_bus_cfg();
    cfg.undriven = 0xA5;
    chip_begin_anew(&cfg);
    chip_bus_to_dopi(&bus);
    uint8_t byte = 0;
    struct frame frame = {.instruction = {.lines = 1, .bytes = 1}, .instruction_value = 0x05,
                          .data = {.lines = 1}, .dir = FRAME_READ, .n = 1, .in = &byte};
    chip_frame(&bus, &frame);
    assert_int_equal(bus.answer, FRAME_UNDRIVEN);
    assert_int_equal(byte, 0xA5);
}

/* BSP: 3-byte address commands exist in SPI only; 02FD and 03FC mean nothing in octal. */
static void test_chip_protocol_three_byte_opcodes_are_refused_in_octal(void **state)
{
    (void)state;
    static const uint8_t ops[] = {0x02, 0x03, 0x0B, 0x20, 0xD8, 0x13, 0x0C};
    chip_bus_to_dopi(&bus);
    for (uint32_t i = 0; i < sizeof ops; i++) {
        chip_command(&bus, 0x06);
        const uint8_t bytes[2] = {0, 0};
        chip_write(&bus, ops[i], 0x1000, bytes, 2);
        assert_int_equal(bus.last.refusal, NOR_REFUSED_OPCODE);
    }
    assert_int_equal(nor_operation(bus.nor).work, NOR_IDLE);
}

/* BSP: EC13 is the octal STR read, EE11 the octal DTR read. */
static void test_chip_protocol_each_octal_form_has_its_own_read(void **state)
{
    (void)state;
    uint8_t bytes[2];
    chip_bus_to_sopi(&bus);
    chip_read(&bus, 0xEE, 0, bytes, 2);
    assert_int_equal(bus.answer, FRAME_UNDRIVEN);
    chip_read(&bus, 0xEC, 0, bytes, 2);
    assert_int_equal(bus.answer, FRAME_DRIVEN);
    chip_command(&bus, 0x66);
    chip_command(&bus, 0x99);
    chip_bus_wait(&bus, MS);
    chip_bus_to_dopi(&bus);
    chip_read(&bus, 0xEC, 0, bytes, 2);
    assert_int_equal(bus.answer, FRAME_UNDRIVEN);
    chip_read(&bus, 0xEE, 0, bytes, 2);
    assert_int_equal(bus.answer, FRAME_DRIVEN);
}

/* ST's boot stage sends 72h with the address as four data bytes (traced). */
static void test_chip_protocol_address_may_come_as_data(void **state)
{
    (void)state;
    chip_command(&bus, 0x06);
    const uint8_t stream[5] = {0, 0, 0, 0, 2};
    struct frame frame = chip_frame_of(&bus, 0x72);
    frame.data = (struct frame_phase){.lines = 1};
    frame.dir = FRAME_WRITE;
    frame.out = stream;
    frame.n = 5;
    chip_frame(&bus, &frame);
    chip_bus_wait(&bus, US);
    assert_int_equal(nor_protocol(bus.nor), NOR_DOPI);
}

/* BSP: status at address 0, configuration at address 1, four address bytes, in octal. */
static void test_chip_protocol_octal_registers_need_their_address(void **state)
{
    (void)state;
    chip_bus_to_dopi(&bus);
    uint8_t bytes[2];
    struct frame frame = chip_frame_of(&bus, 0x05);
    frame.data = (struct frame_phase){.lines = 8, .dtr = true};
    frame.dummy_clocks = 4;
    frame.dir = FRAME_READ;
    frame.n = 2;
    frame.in = bytes;
    chip_frame(&bus, &frame);
    assert_int_equal(bus.last.refusal, NOR_REFUSED_ADDRESS);
    chip_read(&bus, 0x15, 1, bytes, 2);
    assert_int_equal(bus.answer, FRAME_DRIVEN);
    chip_read(&bus, 0x15, 0, bytes, 2);
    assert_int_equal(bus.answer, FRAME_UNDRIVEN);
}

/* MODEL: 4 dummy clocks; ST reads status with 4, 5, 6 and 20 (BSP, RWW example, boot trace). */
static void test_chip_protocol_octal_registers_take_four_dummies_or_more(void **state)
{
    (void)state;
    chip_bus_to_dopi(&bus);
    chip_command(&bus, 0x06);
    for (uint8_t dummies = 0; dummies < 32; dummies++) {
        uint8_t byte = 0xEE;
        struct frame frame = chip_frame_of(&bus, 0x05);
        frame.address = (struct frame_phase){.lines = 8, .bytes = 4, .dtr = true};
        frame.data = (struct frame_phase){.lines = 8};
        frame.dummy_clocks = dummies;
        frame.dir = FRAME_READ;
        frame.dqs = true;
        frame.n = 1;
        frame.in = &byte;
        chip_frame(&bus, &frame);
        assert_int_equal(byte, dummies >= 4 ? 0x02 : 0x00);
    }
}

/* BSP: CR2 300h holds the dummies of array reads, 20 - 2n; 20 after reset. */
static void test_chip_protocol_array_reads_need_the_configured_dummies(void **state)
{
    (void)state;
    const uint8_t bytes[4] = {0x12, 0x34, 0x56, 0x78};
    nor_load(bus.nor, 0, bytes, sizeof bytes);
    chip_bus_to_dopi(&bus);
    for (uint8_t code = 0; code < 8; code++) {
        chip_command(&bus, 0x06);
        const uint8_t value[2] = {code, code};
        chip_write(&bus, 0x72, 0x300, value, 2);
        chip_bus_wait(&bus, US);
        for (uint8_t dummies = 6; dummies <= 20; dummies += 2) {
            uint8_t wire[2] = {0};
            struct frame frame = chip_frame_of(&bus, 0xEE);
            frame.address = (struct frame_phase){.lines = 8, .bytes = 4, .dtr = true};
            frame.data = frame.address;
            frame.dummy_clocks = dummies;
            frame.dir = FRAME_READ;
            frame.n = 2;
            frame.in = wire;
            chip_frame(&bus, &frame);
            assert_int_equal(wire[0] == 0x34 && wire[1] == 0x12, dummies == 20 - 2 * code);
        }
    }
}

/* MODEL: 66h then 99h resets in each protocol; anything between the two takes 66h back. */
static void test_chip_protocol_reset_works_in_each_protocol(void **state)
{
    (void)state;
    for (uint32_t form = 0; form < 3; form++) {
        if (form == 1) chip_bus_to_sopi(&bus);
        if (form == 2) chip_bus_to_dopi(&bus);
        assert_int_equal(nor_protocol(bus.nor), form);
        chip_command(&bus, 0x99);
        assert_int_equal(bus.last.refusal, NOR_REFUSED_ORDER);
        chip_command(&bus, 0x66);
        chip_command(&bus, 0x06);
        chip_command(&bus, 0x99);
        assert_int_equal(bus.last.refusal, NOR_REFUSED_ORDER);
        assert_int_equal(nor_protocol(bus.nor), form);
        chip_command(&bus, 0x66);
        chip_command(&bus, 0x99);
        assert_int_equal(bus.last.refusal, NOR_ACCEPTED);
        assert_int_equal(nor_protocol(bus.nor), NOR_SPI);
        chip_bus_wait(&bus, MS);
        assert_int_equal(chip_status(&bus), 0x00);
    }
}

/* MODEL: tREADY2 of an idle chip 40 us; no command is heard in it. */
static void test_chip_protocol_recovery_after_an_idle_reset_takes_40_us(void **state)
{
    (void)state;
    chip_command(&bus, 0x66);
    const uint32_t told = bus.answers;
    chip_command(&bus, 0x99);
    assert_int_equal(bus.answers, told + 1);
    const uint64_t reset_ps = bus.now_ps - 100000;
    bus.now_ps = reset_ps + 39 * US;
    chip_command(&bus, 0x06);
    assert_int_equal(bus.last.refusal, NOR_REFUSED_RECOVERING);
    bus.now_ps = reset_ps + 40 * US;
    chip_command(&bus, 0x06);
    assert_int_equal(bus.last.refusal, NOR_ACCEPTED);
}

/* MODEL: tVSL 1.5 ms from power to the first command. */
static void test_chip_protocol_first_command_is_heard_after_tvsl(void **state)
{
    (void)state;
    nor_power_off(bus.nor, bus.now_ps);
    chip_command(&bus, 0x06);
    assert_int_equal(bus.last.refusal, NOR_REFUSED_OFF);
    const uint64_t on_ps = bus.now_ps;
    nor_power_on(bus.nor, on_ps);
    bus.now_ps = on_ps + 1500 * US - 1;
    nor_power_on(bus.nor, bus.now_ps); /* it is on */
    chip_command(&bus, 0x06);
    assert_int_equal(bus.last.refusal, NOR_REFUSED_OFF);
    bus.now_ps = on_ps + 1500 * US;
    chip_command(&bus, 0x06);
    assert_int_equal(bus.last.refusal, NOR_ACCEPTED);
}

/* MODEL: deep power down hears ABh only; 10 us in, 30 us out (BFPT DW14 too). */
static void test_chip_protocol_deep_power_down_hears_only_its_release(void **state)
{
    (void)state;
    chip_command(&bus, 0xAB);
    assert_int_equal(bus.last.refusal, NOR_REFUSED_ORDER);
    chip_command(&bus, 0xB9);
    chip_bus_wait(&bus, 10 * US);
    static const uint8_t ops[] = {0x06, 0x66, 0x99, 0xB0, 0x00};
    for (uint32_t i = 0; i < sizeof ops; i++) {
        chip_command(&bus, ops[i]);
        assert_int_equal(bus.last.refusal, NOR_REFUSED_ASLEEP);
    }
    uint8_t byte;
    chip_read(&bus, 0x13, 0, &byte, 1);
    assert_int_equal(bus.answer, FRAME_UNDRIVEN);
    chip_command(&bus, 0xAB);
    assert_int_equal(bus.last.refusal, NOR_ACCEPTED);
    chip_command(&bus, 0x06);
    assert_int_equal(bus.last.refusal, NOR_REFUSED_RECOVERING);
    chip_bus_wait(&bus, 30 * US);
    chip_command(&bus, 0x06);
    assert_int_equal(bus.last.refusal, NOR_ACCEPTED);
    chip_command(&bus, 0xB9);
    chip_cycle_power(&bus);
    chip_command(&bus, 0x06);
    assert_int_equal(bus.last.refusal, NOR_ACCEPTED);
    chip_command(&bus, 0x66);
    chip_cycle_power(&bus);
    chip_command(&bus, 0x99);
    assert_int_equal(bus.last.refusal, NOR_REFUSED_ORDER);
}

/* The gate is what lets a twin cut the power right before a command. */
static void test_chip_protocol_shut_gate_keeps_the_command_out(void **state)
{
    (void)state;
    bus.gate_is_shut = true;
    chip_command(&bus, 0x06);
    bus.gate_is_shut = false;
    assert_int_equal(bus.last.refusal, NOR_REFUSED_CUT_OFF);
    assert_int_equal(chip_status(&bus), 0x00);
}

static void test_chip_protocol_unmodelled_opcodes_say_so(void **state)
{
    (void)state;
    chip_command(&bus, 0xB1);
    assert_int_equal(bus.last.refusal, NOR_REFUSED_NOT_MODELLED);
    chip_command(&bus, 0x77);
    assert_int_equal(bus.last.refusal, NOR_REFUSED_OPCODE);
    assert_string_equal(nor_refusal_name(NOR_REFUSED_NOT_MODELLED), "opcode not modelled");
}

/* The RESET# pin does what 66h and 99h do, also to a chip that is asleep. */
static void test_chip_protocol_reset_pin_wakes_and_resets(void **state)
{
    (void)state;
    chip_bus_to_dopi(&bus);
    chip_command(&bus, 0xB9);
    chip_bus_wait(&bus, 100 * US);
    nor_reset_pin(bus.nor, bus.now_ps);
    chip_bus_wait(&bus, 40 * US);
    assert_int_equal(nor_protocol(bus.nor), NOR_SPI);
    assert_int_equal(chip_status(&bus), 0x00);
    assert_int_equal(bus.last.refusal, NOR_ACCEPTED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_chip_protocol_##name, chip_begin, chip_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(rdid_in_spi_gives_the_id),
        TEST(rdid_in_dtr_doubles_each_byte),
        TEST(sfdp_has_the_md5_of_the_dump_in_spi),
        TEST(sfdp_has_the_md5_of_the_dump_in_octal),
        TEST(dtr_puts_the_odd_byte_first_on_the_wire),
        TEST(dtr_program_takes_the_odd_byte_first),
        TEST(octal_opcode_without_its_inverse_is_ignored),
        TEST(other_protocols_are_ignored),
        TEST(refused_read_drives_nothing),
        TEST(three_byte_opcodes_are_refused_in_octal),
        TEST(each_octal_form_has_its_own_read),
        TEST(address_may_come_as_data),
        TEST(octal_registers_need_their_address),
        TEST(octal_registers_take_four_dummies_or_more),
        TEST(array_reads_need_the_configured_dummies),
        TEST(reset_works_in_each_protocol),
        TEST(recovery_after_an_idle_reset_takes_40_us),
        TEST(first_command_is_heard_after_tvsl),
        TEST(deep_power_down_hears_only_its_release),
        TEST(shut_gate_keeps_the_command_out),
        TEST(unmodelled_opcodes_say_so),
        TEST(reset_pin_wakes_and_resets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
