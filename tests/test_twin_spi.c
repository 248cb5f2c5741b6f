/*
 * SPI4 of the twin as firmware sees it: registers, time, select pins, parts that answer, cuts.
 *
 * Method: the image twin_bus_fw moves a frame by the manual's steps, or the test writes registers
 * one by one. Bytes are known because the test sent them, ids are those of the data sheets, times
 * follow from the clock tree's numbers given with each.
 */
#include <string.h>

#include "tests/support/bus_bed.h"
#include "tests/support/cmocka_all.h"

#define SPI4 0x42003400u
#define CR1 (SPI4 + 0x00u)
#define CR2 (SPI4 + 0x04u)
#define CFG1 (SPI4 + 0x08u)
#define CFG2 (SPI4 + 0x0Cu)
#define IER (SPI4 + 0x10u)
#define SR (SPI4 + 0x14u)
#define IFCR (SPI4 + 0x18u)
#define TXDR (SPI4 + 0x20u)
#define RXDR (SPI4 + 0x30u)
#define SSI (1u << 12)
#define SPE 1u
#define CSTART (1u << 9)
#define MODE (1u << 22 | 1u << 26 | 1u << 31) /* master, select by software, AFCNTR */
#define GPIOE_BSRR 0x58021018u
#define GPIOF_BSRR 0x58021418u
#define RCC_APB2ENR 0x58024550u
#define RCC_CCIPR3 0x58024454u

static struct bus_bed bed;

static int teardown(void **state)
{
    (void)state;
    bus_close(&bed);
    return 0;
}

static int setup_fram(void **state)
{
    (void)state;
    bus_open(&bed, "FM25V10", NULL);
    bus_enable(&bed);
    return 0;
}

static int setup_eeprom(void **state)
{
    (void)state;
    bus_open(&bed, "25LC256", NULL);
    bus_enable(&bed);
    /* 10 MHz at most: 150 MHz / 16. */
    bus_put(&bed, CFG1, 3u << 28 | 0x00070007u);
    return 0;
}

static uint32_t command(uint8_t opcode, uint32_t in_n)
{
    bed.box.out[0] = opcode;
    return bus_spi(&bed, 1, in_n);
}

static void put_halfword(uint32_t address, uint32_t value)
{
    (void)bus_do(&bed, BOX_WRITE, address, 2, value);
}

static void put_byte(uint32_t address, uint32_t value)
{
    (void)bus_do(&bed, BOX_WRITE, address, 1, value);
}

/* Reset values and what a limited instance lacks (SVD file of the STM32H7S7). */
static void test_spi_registers_after_reset(void **state)
{
    (void)state;
    bus_open(&bed, "FM25V10", NULL);
    assert_int_equal(bus_get(&bed, SR), 0);
    bus_put(&bed, RCC_APB2ENR, bus_get(&bed, RCC_APB2ENR) | 1u << 13);
    assert_int_equal(bus_get(&bed, SR), 0x1002);
    assert_int_equal(bus_get(&bed, CFG1), 0x00070007);
    assert_int_equal(bus_get(&bed, SPI4 + 0x40u), 0x107);
    bus_put(&bed, CR2, 0xFFFF);
    assert_int_equal(bus_get(&bed, CR2), 0x3FF);
    bus_put(&bed, CFG1, 0x00000000u);
    assert_int_equal(bus_get(&bed, CFG1), 0x00000007);
}

/* 150 MHz / 4 = 37.5 MHz: a byte in 213.33 ns; by MBR 3 / 16: 853.33 ns; by HSE 24 MHz bypassed. */
static void test_spi_clock_follows_prescaler_and_kernel_clock(void **state)
{
    (void)state;
    struct twin_bus_counts before = bus_counts(&bed);
    assert_int_equal(command(0x9F, 9), BOX_OK);
    assert_int_equal(bus_counts(&bed).bytes - before.bytes, 10);
    assert_in_range(bus_counts(&bed).busy_ps - before.busy_ps, 2133330, 2133340);
    bus_put(&bed, CFG1, 3u << 28 | 0x00070007u);
    before = bus_counts(&bed);
    assert_int_equal(command(0x9F, 9), BOX_OK);
    assert_in_range(bus_counts(&bed).busy_ps - before.busy_ps, 8533330, 8533340);
    bus_put(&bed, RCC_CCIPR3, 5u << 4);
    bus_put(&bed, CFG1, 1u << 31 | 0x00070007u);
    before = bus_counts(&bed);
    assert_int_equal(command(0x9F, 9), BOX_OK);
    assert_in_range(bus_counts(&bed).busy_ps - before.busy_ps, 3333330, 3333340);
}

/* FM25V10: the id of its data sheet (001-86151); a byte is durable at its end. */
static void test_spi_fram_answers_and_keeps(void **state)
{
    (void)state;
    static const uint8_t id[9] = {0x7F, 0x7F, 0x7F, 0x7F, 0x7F, 0x7F, 0xC2, 0x24, 0x00};
    static const uint8_t write[7] = {0x02, 0x01, 0x23, 0x45, 0xDE, 0xAD, 0x5A};
    static const uint8_t read[4] = {0x03, 0x01, 0x23, 0x45};
    assert_int_equal(command(0x9F, 9), BOX_OK);
    assert_memory_equal(bed.box.in, id, sizeof id);
    assert_int_equal(command(0x06, 0), BOX_OK);
    memcpy(bed.box.out, write, sizeof write);
    assert_int_equal(bus_spi(&bed, sizeof write, 0), BOX_OK);
    assert_int_equal(bus_transfer(&bed).write_ps, 0);
    assert_memory_equal(part_bytes(bus_part(&bed, 0)) + 0x12345, write + 4, 3);
    memcpy(bed.box.out, read, sizeof read);
    assert_int_equal(bus_spi(&bed, sizeof read, 3), BOX_OK);
    assert_memory_equal(bed.box.in, write + 4, 3);
    const struct twin_transfer transfer = bus_transfer(&bed);
    assert_int_equal(transfer.bus, TWIN_BUS_SPI4);
    assert_int_equal(transfer.first, 0x03);
    assert_int_equal(transfer.out, 7);
    assert_int_equal(transfer.part, 0);
}

/* 25LC256: status bit 0 while it writes, 5 ms at most (DS21822). */
static void test_spi_eeprom_writes_in_its_time(void **state)
{
    (void)state;
    static const uint8_t write[5] = {0x02, 0x10, 0x00, 0x77, 0x78};
    assert_int_equal(command(0x06, 0), BOX_OK);
    memcpy(bed.box.out, write, sizeof write);
    assert_int_equal(bus_spi(&bed, sizeof write, 0), BOX_OK);
    assert_in_range(bus_transfer(&bed).write_ps, 1, 5 * TWIN_PS_PER_MS);
    assert_int_equal(command(0x05, 1), BOX_OK);
    assert_int_equal(bed.box.in[0] & 1u, 1);
    assert_int_equal(bed_run_ms(&bed.board, 6), TWIN_STOP_TIME);
    assert_int_equal(command(0x05, 1), BOX_OK);
    assert_int_equal(bed.box.in[0] & 3u, 0);
    assert_int_equal(part_bytes(bus_part(&bed, 0))[0x1000], 0x77);
}

/* PE10 selects the first part, PF8 the second; nothing is selected: ones. */
static void test_spi_select_pins_choose_the_part(void **state)
{
    (void)state;
    bus_open(&bed, "FM25V10", "MB85RS64V");
    bus_enable(&bed);
    bus_put(&bed, CFG1, 3u << 28 | 0x00070007u);
    bed.box.out[0] = 0x9F;
    assert_int_equal(bus_do(&bed, BOX_SPI, GPIOF_BSRR, 1, 4), BOX_OK);
    assert_int_equal(bed.box.in[0], 0x04); /* Fujitsu */
    assert_int_equal(bus_transfer(&bed).part, 1);
    assert_int_equal(bus_do(&bed, BOX_SPI, GPIOE_BSRR, 1, 4), BOX_OK);
    assert_int_equal(bed.box.in[0], 0x7F);
    const uint64_t transfers = bus_counts(&bed).transfers;
    bus_put(&bed, CR2, 1);
    bus_put(&bed, CR1, SSI | SPE);
    bus_put(&bed, CR1, SSI | SPE | CSTART);
    put_byte(TXDR, 0x9F);
    assert_int_equal(bus_do(&bed, BOX_READ, RXDR, 1, 0), 0xFF);
    assert_int_equal(bus_counts(&bed).transfers, transfers);
}

/* FIFOs of 8 bytes, packets of one: TXP, RXP, RXPLVL, RXWNE, EOT, TXTF, TXC by the description. */
static void test_spi_flags_follow_the_fifos(void **state)
{
    (void)state;
    bus_put(&bed, CR2, 6);
    bus_put(&bed, CR1, SSI | SPE);
    assert_int_equal(bus_get(&bed, SR), 0x2);
    for (uint32_t i = 0; i < 5u; i++) {
        put_byte(TXDR, 0xA0u + i);
    }
    assert_int_equal(bus_get(&bed, SR), 0x2);
    bus_put(&bed, CR1, SSI | SPE | CSTART);
    /* Five frames came back: one word and one frame more. */
    assert_int_equal(bus_get(&bed, SR), 0x0000A007u);
    assert_int_equal(bus_get(&bed, CR1), SSI | SPE | CSTART);
    put_byte(TXDR, 0xA5u);
    assert_int_equal(bus_get(&bed, SR), 0x0000D01Fu); /* EOT, TXTF, TXC; six frames */
    assert_int_equal(bus_get(&bed, CR1), SSI | SPE);
    bus_put(&bed, IFCR, 0x18);
    assert_int_equal(bus_get(&bed, SR), 0x0000C007u);
    bus_put(&bed, CR1, SSI);
    assert_int_equal(bus_get(&bed, SR), 0x1002);
    bus_put(&bed, CR1, SSI | SPE);
    for (uint32_t i = 0; i < 8u; i++) {
        assert_int_equal(bus_get(&bed, SR) & 2u, 2);
        put_byte(TXDR, i);
    }
    assert_int_equal(bus_get(&bed, SR) & 2u, 0);
}

/* Without MASRX what finds no room is lost; with it the clock waits. */
static void test_spi_full_fifo_overruns_or_suspends(void **state)
{
    (void)state;
    for (uint32_t masrx = 0; masrx < 2u; masrx++) {
        bus_put(&bed, CR2, 0);
        bus_put(&bed, CR1, SSI | SPE | masrx << 8);
        bus_put(&bed, CR1, SSI | SPE | masrx << 8 | CSTART);
        for (uint32_t i = 0; i < 9u; i++) {
            put_byte(TXDR, i);
        }
        assert_int_equal(bus_get(&bed, SR) >> 6 & 1u, 1u - masrx);
        assert_int_equal(bus_get(&bed, SR) >> 11 & 1u, masrx);
        bus_put(&bed, IFCR, 0x840);
        bus_put(&bed, CR1, SSI);
    }
}

/* Frames of 16 bits: the upper byte goes first. */
static void test_spi_frames_of_sixteen_bits(void **state)
{
    (void)state;
    bus_put(&bed, CFG1, 1u << 28 | 0x0007000Fu);
    bus_put(&bed, CR2, 2);
    bus_put(&bed, GPIOE_BSRR, 1u << 26);
    bus_put(&bed, CR1, SSI | SPE);
    bus_put(&bed, CR1, SSI | SPE | CSTART);
    put_halfword(TXDR, 0x9F00);
    put_halfword(TXDR, 0x0000);
    assert_int_equal(bus_do(&bed, BOX_READ, RXDR, 2, 0), 0xFF7F);
    assert_int_equal(bus_do(&bed, BOX_READ, RXDR, 2, 0), 0x7F7F);
    assert_int_equal(bus_get(&bed, SR) & 8u, 8);
    bus_put(&bed, CR1, SSI);
    bus_put(&bed, GPIOE_BSRR, 1u << 10);
    assert_int_equal(bus_transfer(&bed).first, 0x9F);
}

/* A master whose select input reads active gives up: SSM without SSI. */
static void test_spi_mode_fault_without_ssi(void **state)
{
    (void)state;
    bus_put(&bed, CR1, 0);
    bus_put(&bed, CR1, SPE);
    assert_int_equal(bus_get(&bed, SR) >> 9 & 1u, 1);
    assert_int_equal(bus_get(&bed, CR1), 0);
    bus_put(&bed, CR1, SSI | SPE);
    assert_int_equal(bus_get(&bed, CR1) & SPE, 0);
    bus_put(&bed, IFCR, 1u << 9);
    bus_put(&bed, CR1, SSI | SPE);
    assert_int_equal(bus_get(&bed, CR1) & SPE, 1);
}

/* SPI4 is interrupt 61: bit 29 of ISPR1. */
static void test_spi_interrupt_pends_at_the_end(void **state)
{
    (void)state;
    bus_put(&bed, IER, 8);
    assert_int_equal(bus_get(&bed, 0xE000E204u) >> 29 & 1u, 0);
    assert_int_equal(command(0x05, 1), BOX_OK);
    assert_int_equal(bus_get(&bed, 0xE000E204u) >> 29 & 1u, 1);
}

/* ---- cuts and faults ---- */

/* FRAM: bytes whose eight clocks were over are there. */
static void test_spi_cut_inside_each_byte(void **state)
{
    (void)state;
    for (uint32_t k = 0; k < 8u; k++) {
        static const uint8_t write[8] = {0x02, 0x00, 0x02, 0x00, 0xB0, 0xB1, 0xB2, 0xB3};
        uint8_t expected[4] = {9, 9, 9, 9};
        assert_true(part_load(bus_part(&bed, 0), 0x200, expected, 4));
        assert_int_equal(command(0x06, 0), BOX_OK);
        const struct twin_cut cut = {TWIN_CUT_AT_BUS_BYTE, 0, bus_counts(&bed).bytes + k, 0.99};
        twin_cut_plan(bed.board.twin, &cut);
        memcpy(bed.box.out, write, sizeof write);
        bus_ask(&bed, BOX_SPI, GPIOE_BSRR, sizeof write, 0);
        assert_int_equal(bus_wait(&bed), TWIN_STOP_CUT);
        if (k > 4u) memcpy(expected, write + 4, k - 4u);
        assert_memory_equal(part_bytes(bus_part(&bed, 0)) + 0x200, expected, 4);
        bus_reboot(&bed);
        bus_enable(&bed);
    }
}

/* The MCU alone is reset in a frame: select rises, the part keeps its power and its bytes. */
static void test_spi_reset_inside_a_frame_ends_it(void **state)
{
    (void)state;
    static const uint8_t write[6] = {0x02, 0x00, 0x03, 0x00, 0xC0, 0xC1};
    assert_int_equal(command(0x06, 0), BOX_OK);
    const struct twin_cut when = {TWIN_CUT_AT_BUS_BYTE, 0, bus_counts(&bed).bytes + 5u, 0.5};
    twin_reset_plan(bed.board.twin, &when);
    memcpy(bed.box.out, write, sizeof write);
    bus_ask(&bed, BOX_SPI, GPIOE_BSRR, sizeof write, 0);
    assert_int_equal(bus_wait(&bed), TWIN_STOP_RESET);
    assert_int_equal(part_bytes(bus_part(&bed, 0))[0x300], 0xC0);
    assert_true(part_is_on(bus_part(&bed, 0)));
    bed_wait(&bed.board, "ready\n", 10);
    bus_enable(&bed);
    assert_int_equal(command(0x05, 1), BOX_OK);
    assert_int_equal(bed.box.in[0] & 2u, 0); /* the frame's end cleared WEL */
}

static void ask_for_write(void)
{
    static const uint8_t write[5] = {0x02, 0x10, 0x00, 0x77, 0x78};
    assert_int_equal(command(0x06, 0), BOX_OK);
    memcpy(bed.box.out, write, sizeof write);
    bus_ask(&bed, BOX_SPI, GPIOE_BSRR, sizeof write, 0);
}

/* DS21822: select must rise behind a whole byte, or nothing is written. */
static void test_spi_select_that_rises_inside_a_byte_voids_a_write(void **state)
{
    (void)state;
    const struct twin_cut when = {TWIN_CUT_AT_BUS_BYTE, 0, bus_counts(&bed).bytes + 5u, 0.5};
    twin_reset_plan(bed.board.twin, &when);
    ask_for_write();
    assert_int_equal(bus_wait(&bed), TWIN_STOP_RESET);
    assert_int_equal(bus_counts(&bed).writes, 0);
    assert_int_equal(bed_run_ms(&bed.board, 6), TWIN_STOP_TIME);
    assert_int_equal(part_bytes(bus_part(&bed, 0))[0x1000], 0xFF);
}

/* What the firmware does behind a cut, in the block that it falls into, reaches no part. */
static void test_spi_nothing_reaches_a_part_behind_a_cut(void **state)
{
    (void)state;
    ask_for_write();
    struct twin_snapshot *const snapshot = twin_snapshot(bed.board.twin);
    assert_non_null(snapshot);
    assert_int_equal(bus_wait(&bed), TWIN_STOP_TEXT);
    assert_int_equal(bus_counts(&bed).writes, 1);
    const uint64_t rises_ps = bed.board.last[TWIN_EVENT_TRANSFER].time_ps;
    for (uint64_t before_ps = 1000; before_ps < 100000u; before_ps += 3000u) {
        const struct twin_cut cut = {TWIN_CUT_AT_TIME, rises_ps - before_ps, 0, 0.0};
        twin_restore(bed.board.twin, snapshot);
        twin_cut_plan(bed.board.twin, &cut);
        assert_int_equal(bus_wait(&bed), TWIN_STOP_CUT);
        assert_int_equal(bus_counts(&bed).writes, 0);
        assert_int_equal(part_counters(bus_part(&bed, 0)).cuts, 0);
    }
    twin_snapshot_free(bed.board.twin, snapshot);
}

static void test_spi_controller_hangs_until_disabled(void **state)
{
    (void)state;
    bus_disturb(&bed, TWIN_FAULT_HANG, 2, 0);
    assert_int_equal(command(0x9F, 9), BOX_TIMEOUT);
    assert_int_equal(bus_transfer(&bed).out, 2);
    assert_int_equal(command(0x9F, 9), BOX_OK);
    assert_int_equal(bed.box.in[6], 0xC2);
}

static void test_spi_wire_from_the_part_is_stuck(void **state)
{
    (void)state;
    bus_disturb(&bed, TWIN_FAULT_MISO_LOW, 0, 0);
    assert_int_equal(command(0x9F, 9), BOX_OK);
    assert_int_equal(bed.box.in[0] | bed.box.in[6], 0x00);
    bus_disturb(&bed, TWIN_FAULT_MISO_HIGH, 0, 0);
    assert_int_equal(command(0x9F, 9), BOX_OK);
    assert_int_equal(bed.box.in[0] & bed.box.in[8], 0xFF);
}

/* ---- misuse ---- */

static void check_refused(enum twin_violation_kind kind)
{
    assert_int_equal(bus_wait(&bed), TWIN_STOP_VIOLATION);
    assert_int_equal(bed_violation(&bed.board).kind, kind);
}

static void test_spi_write_without_room_is_a_violation(void **state)
{
    (void)state;
    bus_put(&bed, CR1, SSI | SPE);
    for (uint32_t i = 0; i < 8u; i++) {
        put_byte(TXDR, i);
    }
    bus_ask(&bed, BOX_WRITE, TXDR, 1, 8);
    check_refused(TWIN_VIOLATION_CONTROLLER);
}

static void test_spi_setting_up_while_enabled_is_a_violation(void **state)
{
    (void)state;
    bus_put(&bed, CR1, SSI | SPE);
    bus_ask(&bed, BOX_WRITE, CFG2, 4, 0);
    check_refused(TWIN_VIOLATION_CONTROLLER);
}

static void test_spi_mode_that_the_part_lacks_is_a_violation(void **state)
{
    (void)state;
    bus_put(&bed, CFG2, MODE | 1u << 24);
    bed.box.out[0] = 0x05;
    bus_ask(&bed, BOX_SPI, GPIOE_BSRR, 1, 1);
    check_refused(TWIN_VIOLATION_CONTROLLER);
}

/* FM25V10: 40 MHz at most; 150 MHz / 2 is more. */
static void test_spi_clock_too_fast_is_a_violation(void **state)
{
    (void)state;
    bus_put(&bed, CFG1, 0x00070007u);
    bed.box.out[0] = 0x05;
    bus_ask(&bed, BOX_SPI, GPIOE_BSRR, 1, 1);
    check_refused(TWIN_VIOLATION_PART);
}

static void test_spi_start_without_pins_is_a_violation(void **state)
{
    (void)state;
    bus_put(&bed, 0x58021024u, 0);
    bus_put(&bed, CR1, SSI | SPE);
    bus_ask(&bed, BOX_WRITE, CR1, 4, SSI | SPE | CSTART);
    check_refused(TWIN_VIOLATION_CONTROLLER);
}

#define WITH_FRAM(name) cmocka_unit_test_setup_teardown(name, setup_fram, teardown)
#define WITH_EEPROM(name) cmocka_unit_test_setup_teardown(name, setup_eeprom, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_spi_registers_after_reset, teardown),
        WITH_FRAM(test_spi_clock_follows_prescaler_and_kernel_clock),
        WITH_FRAM(test_spi_fram_answers_and_keeps),
        WITH_EEPROM(test_spi_eeprom_writes_in_its_time),
        cmocka_unit_test_teardown(test_spi_select_pins_choose_the_part, teardown),
        WITH_FRAM(test_spi_flags_follow_the_fifos),
        WITH_FRAM(test_spi_full_fifo_overruns_or_suspends),
        WITH_FRAM(test_spi_frames_of_sixteen_bits),
        WITH_FRAM(test_spi_mode_fault_without_ssi),
        WITH_FRAM(test_spi_interrupt_pends_at_the_end),
        WITH_FRAM(test_spi_cut_inside_each_byte),
        WITH_FRAM(test_spi_reset_inside_a_frame_ends_it),
        WITH_EEPROM(test_spi_select_that_rises_inside_a_byte_voids_a_write),
        WITH_EEPROM(test_spi_nothing_reaches_a_part_behind_a_cut),
        WITH_FRAM(test_spi_controller_hangs_until_disabled),
        WITH_FRAM(test_spi_wire_from_the_part_is_stuck),
        WITH_FRAM(test_spi_write_without_room_is_a_violation),
        WITH_FRAM(test_spi_setting_up_while_enabled_is_a_violation),
        WITH_FRAM(test_spi_mode_that_the_part_lacks_is_a_violation),
        WITH_FRAM(test_spi_clock_too_fast_is_a_violation),
        WITH_FRAM(test_spi_start_without_pins_is_a_violation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
