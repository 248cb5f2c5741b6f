/*
 * Read while write, registers and suspend of the NOR model.
 *
 * Method: commands on a bare bus. LKML is Macronix' mail 20240722064922.606172-4 (n_banks 4,
 * SFDP), RWW is ST's example XSPI_NOR_ReadWhileWrite_DTR (bank addresses), OSPIF is Mbed OS'
 * driver for the MX25LW51245G, MODEL is Macronix' MX66UM1G45G.v rev 1.6, BSP is ST's
 * stm32-mx66uw1g45g v1.1.0.
 */
#include <string.h>

#include "tests/support/chip_fixture.h"
#include "tests/support/cmocka_all.h"

#define BANK 0x02000000u

static const uint8_t zeros[16] = {0};

static enum frame_window window(uint32_t bank)
{
    struct frame frame = chip_frame_of(&bus, 0xEE);
    frame.address = (struct frame_phase){.lines = 8, .bytes = 4, .dtr = true};
    frame.data = frame.address;
    frame.dummy_clocks = 20;
    frame.dir = FRAME_READ;
    const struct frame_device *device = nor_device(bus.nor);
    return device->window(device->ctx, bus.now_ps, &frame, bank);
}

static uint8_t cr2(uint32_t addr)
{
    uint8_t bytes[2];
    chip_read(&bus, 0x71, addr, bytes, 2);
    return bytes[0];
}

/* LKML and RWW: four banks of 32 MB; only the one that works cannot be read. */
static void test_chip_banks_only_the_working_bank_is_silent(void **state)
{
    (void)state;
    for (uint32_t busy = 0; busy < 4; busy++) {
        for (uint32_t erase = 0; erase < 2; erase++) {
            if (erase != 0) chip_erase(&bus, busy * BANK);
            if (erase == 0) chip_program(&bus, busy * BANK + BANK - 256, zeros, 16);
            for (uint32_t bank = 0; bank < 4; bank++) {
                uint8_t byte[2] = {0x55, 0x55};
                chip_read(&bus, 0xEE, bank * BANK + 0x4000, byte, 2);
                assert_int_equal(bus.answer, bank == busy ? FRAME_UNDRIVEN : FRAME_DRIVEN);
                assert_int_equal(byte[0], bank == busy ? 0x00 : 0xFF);
                assert_int_equal(window(bank), bank == busy ? FRAME_WINDOW_UNDRIVEN
                                                            : FRAME_WINDOW_PLAIN);
                assert_int_equal(nor_bank_is_busy(bus.nor, bank), bank == busy);
            }
            chip_settle(&bus);
            for (uint32_t bank = 0; bank < 4; bank++) {
                assert_int_equal(window(bank), FRAME_WINDOW_PLAIN);
            }
        }
    }
}

/* OSPIF: RDCR2 at C000_0000 + bank: 0 nothing, 1 another bank, 3 this bank. */
static void test_chip_banks_status_register_names_the_busy_bank(void **state)
{
    (void)state;
    assert_int_equal(cr2(0xC0000000u + BANK), 0);
    chip_erase(&bus, 2 * BANK);
    for (uint32_t bank = 0; bank < 4; bank++) {
        assert_int_equal(cr2(0xC0000000u + bank * BANK), bank == 2 ? 3 : 1);
    }
    chip_settle(&bus);
    assert_int_equal(cr2(0xC0000000u + 2 * BANK), 0);
}

/* One that claims banks and lacks them: id and bank status say so, yet all are silent. */
static void test_chip_banks_claimed_only_are_all_silent(void **state)
{
    (void)state;
    struct nor_cfg cfg = chip_bus_cfg();
    cfg.lacks_read_while_write = true;
    chip_begin_anew(&cfg);
    chip_bus_to_dopi(&bus);
    uint8_t id[6];
    chip_read(&bus, 0x9F, 0, id, 6);
    assert_int_equal(id[4], 0x3B);
    chip_erase(&bus, 2 * BANK);
    for (uint32_t bank = 0; bank < 4; bank++) {
        uint8_t byte[2];
        assert_int_equal(cr2(0xC0000000u + bank * BANK), bank == 2 ? 3 : 1);
        chip_read(&bus, 0xEE, bank * BANK, byte, 2);
        assert_int_equal(bus.answer, FRAME_UNDRIVEN);
        assert_int_equal(window(bank), FRAME_WINDOW_UNDRIVEN);
    }
    chip_command(&bus, 0xB0);
    chip_settle(&bus);
    assert_int_equal(window(0), FRAME_WINDOW_PLAIN);
}

/* MODEL: a register write is the whole chip's. */
static void test_chip_banks_register_write_silences_all(void **state)
{
    (void)state;
    const uint8_t value[2] = {0x04, 0x04};
    chip_command(&bus, 0x06);
    chip_write(&bus, 0x01, 0, value, 2);
    for (uint32_t bank = 0; bank < 4; bank++) {
        assert_int_equal(window(bank), FRAME_WINDOW_UNDRIVEN);
    }
    chip_settle(&bus);
    assert_int_equal(window(0), FRAME_WINDOW_PLAIN);
}

/* The owner of the window is told at each edge, and when it will come. */
static void test_chip_banks_listener_hears_begin_and_end(void **state)
{
    (void)state;
    const uint32_t before = bus.answers;
    chip_program(&bus, 0, zeros, 16);
    assert_int_equal(bus.answers, before + 1);
    assert_in_range(nor_next_event_ps(bus.nor), bus.now_ps, bus.now_ps + 152 * US);
    chip_settle(&bus);
    assert_int_equal(bus.answers, before + 2);
    assert_int_equal(nor_next_event_ps(bus.nor), FRAME_NEVER_PS);
    assert_int_equal(bus.done.kind, NOR_EVENT_DONE);
}

/* A set-up that is not the array read of this protocol never looks like memory. */
static void test_chip_banks_wrong_set_up_is_not_plain(void **state)
{
    (void)state;
    const struct frame_device *device = nor_device(bus.nor);
    struct frame frame = chip_frame_of(&bus, 0xEE);
    frame.address = (struct frame_phase){.lines = 8, .bytes = 4, .dtr = true};
    frame.data = frame.address;
    frame.dir = FRAME_READ;
    for (uint8_t dummies = 0; dummies < 32; dummies++) {
        frame.dummy_clocks = dummies;
        assert_int_equal(device->window(device->ctx, bus.now_ps, &frame, 0),
                         dummies == 20 ? FRAME_WINDOW_PLAIN : FRAME_WINDOW_GARBLED);
    }
    frame.dummy_clocks = 20;
    frame.instruction_value = 0x12ED;
    assert_int_equal(device->window(device->ctx, bus.now_ps, &frame, 0), FRAME_WINDOW_UNDRIVEN);
    frame.instruction_value = 0x00FF;
    assert_int_equal(device->window(device->ctx, bus.now_ps, &frame, 0), FRAME_WINDOW_UNDRIVEN);
    frame.instruction_value = 0xEE12;
    assert_int_equal(device->window(device->ctx, bus.now_ps, &frame, 0), FRAME_WINDOW_UNDRIVEN);
    frame.instruction_value = 0xEE11;
    frame.address.lines = 0;
    assert_int_equal(device->window(device->ctx, bus.now_ps, &frame, 0), FRAME_WINDOW_UNDRIVEN);
    frame.address.lines = 8;
    chip_cycle_power(&bus);
    assert_int_equal(device->window(device->ctx, bus.now_ps, &frame, 0), FRAME_WINDOW_UNDRIVEN);
}

/* BSP: both octal bits at once are refused; CR2 300h keeps three bits. */
static void test_chip_banks_cr2_takes_what_the_map_allows(void **state)
{
    (void)state;
    const uint8_t both[2] = {0x03, 0x03};
    chip_command(&bus, 0x06);
    chip_write(&bus, 0x72, 0, both, 2);
    assert_int_equal(bus.last.refusal, NOR_REFUSED_VALUE);
    assert_int_equal(cr2(0), 0x02);
    const uint8_t high[2] = {0xFD, 0xFD};
    chip_write(&bus, 0x72, 0x300, high, 2);
    chip_bus_wait(&bus, US);
    assert_int_equal(cr2(0x300), 0x05);
    assert_int_equal(chip_status(&bus), 0x00);
    chip_write(&bus, 0x72, 0x300, both, 2);
    assert_int_equal(bus.last.refusal, NOR_REFUSED_NOT_ENABLED);
    chip_write(&bus, 0x72, 0x80000000u, zeros, 2);
    assert_int_equal(bus.last.refusal, NOR_ACCEPTED);
    chip_bus_wait(&bus, US);
    chip_command(&bus, 0x06);
    chip_write(&bus, 0x72, 0xF0000000u, both, 2);
    assert_int_equal(bus.last.refusal, NOR_REFUSED_ADDRESS);
    chip_write(&bus, 0x72, 0x300, both, 1);
    assert_int_equal(bus.last.refusal, NOR_REFUSED_LENGTH);
    assert_int_equal(cr2(0x300), 0x05);
    chip_cycle_power(&bus);
    uint8_t byte;
    chip_read(&bus, 0x71, 0x300, &byte, 1);
    assert_int_equal(byte, 0x00);
}

/* MODEL: 4000_0000 and on are burnt once; the twin counts each as a non-volatile write. */
static void test_chip_banks_nonvolatile_cr2_is_counted(void **state)
{
    (void)state;
    const uint8_t value[2] = {0xF7, 0xF7};
    chip_command(&bus, 0x06);
    chip_write(&bus, 0x72, 0x40000000u, value, 2);
    assert_true(bus.last.nonvolatile_register);
    assert_int_equal(bus.last.busy_ps, 60 * US);
    chip_settle(&bus);
    assert_int_equal(cr2(0x40000000u), 0xF7);
    assert_int_equal(nor_counters(bus.nor).nonvolatile_writes, 1);
}

/* BSP: 01h takes one byte (SR) or two (SR, CR) in SPI; in octal the address says which. */
static void test_chip_banks_wrsr_writes_one_or_both_registers(void **state)
{
    (void)state;
    chip_cycle_power(&bus);
    static const uint8_t both[2] = {0x04, 0x02};
    uint8_t byte;
    for (uint32_t n = 1; n <= 2; n++) {
        chip_command(&bus, 0x06);
        chip_write(&bus, 0x01, 0, both, n);
        chip_settle(&bus);
        assert_int_equal(chip_status(&bus), 0x04);
        chip_read(&bus, 0x15, 0, &byte, 1);
        assert_int_equal(byte, n == 1 ? 0x07 : 0x02);
    }
    chip_bus_to_dopi(&bus);
    chip_command(&bus, 0x06);
    chip_write(&bus, 0x01, 2, both, 2);
    assert_int_equal(bus.last.refusal, NOR_REFUSED_ADDRESS);
}

/*
 * ST's boot of release 1.0.0 sends 01h {00 02} and goes on 1.2 us later without asking: a status
 * write that changes no non-volatile bit has to be over by then. tW (40 ms) else.
 */
static void test_chip_banks_wrsr_without_a_change_is_short(void **state)
{
    (void)state;
    static const struct {
        uint8_t value[2];
        bool is_long;
    } writes[] = {{{0x00, 0x02}, false}, {{0x04, 0x02}, true}, {{0x04, 0x06}, false},
                  {{0x04, 0x0E}, true},  {{0x04, 0x02}, false}, {{0x00, 0x02}, true}};
    chip_cycle_power(&bus);
    for (uint32_t i = 0; i < 6; i++) {
        chip_command(&bus, 0x06);
        chip_write(&bus, 0x01, 0, writes[i].value, 2);
        if (writes[i].is_long) assert_int_equal(bus.last.busy_ps, 40 * MS);
        if (!writes[i].is_long) assert_true(bus.last.busy_ps < US);
        chip_settle(&bus);
    }
}

/* BSP: configuration register: ODS 111 after power on, TB (bit 3) cannot be taken back. */
static void test_chip_banks_configuration_register_keeps_tb(void **state)
{
    (void)state;
    uint8_t bytes[2];
    chip_read(&bus, 0x15, 1, bytes, 2);
    assert_int_equal(bytes[0], 0x07);
    const uint8_t tb[2] = {0x0A, 0x0A};
    const uint8_t none[2] = {0x02, 0x02};
    chip_command(&bus, 0x06);
    chip_write(&bus, 0x01, 1, tb, 2);
    chip_settle(&bus);
    chip_command(&bus, 0x06);
    chip_write(&bus, 0x01, 1, none, 2);
    chip_settle(&bus);
    chip_read(&bus, 0x15, 1, bytes, 2);
    assert_int_equal(bytes[0], 0x0A);
}

/* ---- suspend: SFDP BFPT DW12 (25 us, 56 us, 192 us, 448 us), the rest MODEL ---- */

static void test_chip_banks_suspend_takes_its_latency_and_frees_the_bank(void **state)
{
    (void)state;
    static const uint64_t latency[2] = {25 * US, 56 * US};
    for (uint32_t erase = 0; erase < 2; erase++) {
        if (erase != 0) chip_erase(&bus, BANK);
        if (erase == 0) chip_program(&bus, BANK, zeros, 16);
        chip_command(&bus, 0xB0);
        assert_int_equal(bus.last.refusal, NOR_ACCEPTED);
        const uint64_t at = bus.now_ps - 100000;
        assert_int_equal(nor_next_event_ps(bus.nor), at + latency[erase]);
        bus.now_ps = at + latency[erase] - 1;
        assert_int_equal(chip_status(&bus), 0x03);
        assert_int_equal(chip_status(&bus), 0x00);
        assert_int_equal(chip_security(&bus), erase != 0 ? 0x08 : 0x04);
        assert_int_equal(window(1), FRAME_WINDOW_PLAIN);
        assert_true(nor_operation(bus.nor).is_suspended);
        chip_bus_wait(&bus, 1000 * MS);
        chip_command(&bus, 0x30);
        assert_int_equal(chip_status(&bus), 0x03);
        assert_int_equal(chip_security(&bus), 0x00);
        chip_settle(&bus);
        assert_int_equal(nor_operation(bus.nor).work, NOR_IDLE);
    }
    assert_int_equal(nor_array(bus.nor)[BANK], 0xFF);
}

static void test_chip_banks_suspended_time_does_not_count(void **state)
{
    (void)state;
    chip_erase(&bus, BANK);
    const uint64_t start = bus.now_ps - 100000;
    bus.now_ps = start + 10 * MS;
    chip_command(&bus, 0xB0);
    chip_bus_wait(&bus, 100 * MS);
    const uint64_t resumed = bus.now_ps;
    chip_command(&bus, 0x30);
    assert_int_equal(nor_next_event_ps(bus.nor), resumed + 15 * MS);
}

static void test_chip_banks_nothing_is_nested_in_a_suspend(void **state)
{
    (void)state;
    chip_erase(&bus, BANK);
    chip_command(&bus, 0xB0);
    chip_command(&bus, 0xB0);
    assert_int_equal(bus.last.refusal, NOR_REFUSED_SUSPENDED);
    chip_settle(&bus);
    chip_program(&bus, 0, zeros, 16);
    assert_int_equal(bus.last.refusal, NOR_REFUSED_SUSPENDED);
    chip_erase(&bus, 0);
    assert_int_equal(bus.last.refusal, NOR_REFUSED_SUSPENDED);
    chip_write(&bus, 0x01, 0, zeros, 2);
    assert_int_equal(bus.last.refusal, NOR_REFUSED_SUSPENDED);
    assert_int_equal(chip_security(&bus), 0x08);
}

static void test_chip_banks_too_short_a_run_makes_no_progress(void **state)
{
    (void)state;
    for (uint32_t erase = 0; erase < 2; erase++) {
        const uint64_t min_run = erase != 0 ? 448 * US : 192 * US;
        struct nor_cfg cfg = chip_bus_cfg();
        cfg.time = NOR_TIME_MAX;
        chip_begin_anew(&cfg);
        if (erase != 0) chip_erase(&bus, BANK);
        if (erase == 0) chip_program(&bus, BANK, zeros, 16);
        chip_command(&bus, 0xB0);
        chip_settle(&bus);
        for (uint32_t i = 0; i < 2; i++) {
            chip_command(&bus, 0x30);
            const uint64_t resumed = bus.now_ps - 100000;
            const uint64_t left = nor_operation(bus.nor).end_ps - resumed;
            bus.now_ps = resumed + min_run - (i == 0 ? 1 : 0);
            chip_command(&bus, 0xB0);
            chip_settle(&bus);
            chip_command(&bus, 0x30);
            const uint64_t again = bus.now_ps - 100000;
            assert_int_equal(nor_operation(bus.nor).end_ps - again,
                             i == 0 ? left : left - min_run);
            bus.now_ps = again;
            chip_bus_wait(&bus, min_run);
            chip_command(&bus, 0xB0);
            chip_settle(&bus);
        }
    }
}

static void test_chip_banks_suspend_in_the_last_two_us_does_nothing(void **state)
{
    (void)state;
    chip_program(&bus, BANK, zeros, 16);
    const uint64_t end = nor_next_event_ps(bus.nor);
    bus.now_ps = end - 2 * US;
    chip_command(&bus, 0xB0);
    assert_int_equal(bus.last.refusal, NOR_REFUSED_TOO_LATE);
    chip_settle(&bus);
    assert_int_equal(bus.now_ps, end);
    assert_int_equal(chip_security(&bus), 0x00);
    assert_int_equal(nor_array(bus.nor)[BANK], 0x00);
    chip_command(&bus, 0x30);
    assert_int_equal(bus.last.refusal, NOR_REFUSED_NOT_SUSPENDED);
}

static void test_chip_banks_suspend_is_ignored_where_there_is_none(void **state)
{
    (void)state;
    chip_command(&bus, 0xB0);
    assert_int_equal(bus.last.refusal, NOR_REFUSED_NOTHING_RUNS);
    const uint8_t protect[2] = {0x04, 0x04};
    chip_command(&bus, 0x06);
    chip_write(&bus, 0x01, 0, protect, 2);
    chip_command(&bus, 0xB0);
    assert_int_equal(bus.last.refusal, NOR_REFUSED_NOTHING_RUNS);
    chip_settle(&bus);
    chip_command(&bus, 0x06);
    chip_command(&bus, 0x60);
    chip_command(&bus, 0xB0);
    assert_int_equal(bus.last.refusal, NOR_REFUSED_NOTHING_RUNS);
    chip_command(&bus, 0x30);
    assert_int_equal(bus.last.refusal, NOR_REFUSED_BUSY);
}

/* MODEL: reads of the suspended unit are not defined; others are. */
static void test_chip_banks_suspended_unit_reads_noise(void **state)
{
    (void)state;
    chip_erase(&bus, BANK);
    chip_command(&bus, 0xB0);
    chip_settle(&bus);
    uint8_t first[64];
    uint8_t second[64];
    chip_read(&bus, 0xEE, BANK + 64, first, 64);
    chip_read(&bus, 0xEE, BANK + 64, second, 64);
    assert_memory_not_equal(first, second, 64);
    chip_read(&bus, 0xEE, BANK + 4096, first, 64);
    for (uint32_t i = 0; i < 64; i++) assert_int_equal(first[i], 0xFF);
}

/* MODEL tREADY2: 310 us after a program, 12 ms sector, 25 ms block, 100 ms chip, 40 ms WRSR. */
static void test_chip_banks_reset_in_work_recovers_by_its_kind(void **state)
{
    (void)state;
    static const uint64_t recovery[] = {310 * US, 12 * MS, 25 * MS, 100 * MS, 40 * MS};
    const uint8_t protect[2] = {0x04, 0x04};
    for (uint32_t i = 0; i < 5; i++) {
        chip_command(&bus, 0x06);
        if (i == 0) chip_write(&bus, 0x12, BANK, zeros, 16);
        if (i == 1) chip_command_at(&bus, 0x21, BANK);
        if (i == 2) chip_command_at(&bus, 0xDC, BANK);
        if (i == 3) chip_command(&bus, 0x60);
        if (i == 4) chip_write(&bus, 0x01, 0, protect, 2);
        assert_int_equal(bus.last.refusal, NOR_ACCEPTED);
        chip_command(&bus, 0x66);
        chip_command(&bus, 0x99);
        const uint64_t at = bus.now_ps - 100000;
        assert_int_equal(bus.done.kind, NOR_EVENT_TORN);
        assert_int_equal(nor_next_event_ps(bus.nor), at + recovery[i]);
        chip_settle(&bus);
        assert_int_equal(chip_status(&bus) & 0x03, 0x00);
        chip_bus_to_dopi(&bus);
    }
    assert_int_equal(nor_counters(bus.nor).cuts, 5);
}

#define TEST(name) \
    cmocka_unit_test_setup_teardown(test_chip_banks_##name, chip_begin_octal, chip_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(only_the_working_bank_is_silent),
        TEST(status_register_names_the_busy_bank),
        TEST(claimed_only_are_all_silent),
        TEST(register_write_silences_all),
        TEST(listener_hears_begin_and_end),
        TEST(wrong_set_up_is_not_plain),
        TEST(cr2_takes_what_the_map_allows),
        TEST(nonvolatile_cr2_is_counted),
        TEST(wrsr_writes_one_or_both_registers),
        TEST(wrsr_without_a_change_is_short),
        TEST(configuration_register_keeps_tb),
        TEST(suspend_takes_its_latency_and_frees_the_bank),
        TEST(suspended_time_does_not_count),
        TEST(nothing_is_nested_in_a_suspend),
        TEST(too_short_a_run_makes_no_progress),
        TEST(suspend_in_the_last_two_us_does_nothing),
        TEST(suspend_is_ignored_where_there_is_none),
        TEST(suspended_unit_reads_noise),
        TEST(reset_in_work_recovers_by_its_kind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
