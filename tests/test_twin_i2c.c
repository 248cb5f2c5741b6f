/*
 * I2C1 of the twin as firmware sees it: registers, time, parts that answer, a cut and a snapshot.
 *
 * Method: the image twin_bus_fw does a transfer by the manual's steps. Bytes are known because the
 * test sent them; times are worked out by hand from the formula in twin/i2c_time.c's sources and
 * the numbers given with each; write times are those of the parts' data sheets.
 */
#include <string.h>

#include "tests/support/bus_bed.h"
#include "tests/support/cmocka_all.h"

#define I2C1 0x40005400u
#define ISR (I2C1 + 0x18u)
#define RCC_APB1ENR1 0x58024548u
#define RCC_CCIPR2 0x58024450u

static struct bus_bed bed;

static int teardown(void **state)
{
    (void)state;
    bus_close(&bed);
    return 0;
}

static int setup_eeprom(void **state)
{
    (void)state;
    bus_open(&bed, "24LC256", NULL);
    bus_enable(&bed);
    return 0;
}

static int setup_fram(void **state)
{
    (void)state;
    bus_open(&bed, "MB85RC256V@3", NULL);
    bus_enable(&bed);
    return 0;
}

/* RM: a block without clock reads 0 and takes nothing; ISR is 1 (TXE) after reset. */
static void test_i2c_needs_its_clock(void **state)
{
    (void)state;
    bus_open(&bed, "24LC256", NULL);
    assert_int_equal(bus_get(&bed, ISR), 0);
    bus_put(&bed, I2C1 + 0x10u, 0x20002749u);
    bus_put(&bed, RCC_APB1ENR1, bus_get(&bed, RCC_APB1ENR1) | 1u << 21);
    assert_int_equal(bus_get(&bed, ISR), 1);
    assert_int_equal(bus_get(&bed, I2C1 + 0x10u), 0);
}

/*
 * PRESC 2: tPRESC 20 ns at 150 MHz. Low: 74 * 20 + 2 * 6.667 + 50 + 100 = 1643.33 ns; high: 40 * 20
 * + 13.33 + 50 + 60 = 923.33 ns. The address alone: high, nine clocks, a stop of low + high:
 * 923.33 + 10 * 2566.67 = 26,590 ns.
 */
static void test_i2c_clock_follows_timingr(void **state)
{
    (void)state;
    assert_int_equal(bus_do(&bed, BOX_I2C, 0x53, 0, 0), BOX_OK);
    assert_in_range(bus_transfer_ps(&bed), 26590000 - 100, 26590000 + 100);
    assert_in_range(bus_counts(&bed).busy_ps, 23100000 - 100, 23100000 + 100);
    /* PRESC 0, SCLL 51, SCLH 46: 346.667 + 13.333 + 150, 313.333 + 13.333 + 110; 946.67 a clock. */
    bus_put(&bed, I2C1, 0);
    bus_put(&bed, I2C1 + 0x10u, 0x00002E33u);
    bus_put(&bed, I2C1, 1);
    assert_int_equal(bus_do(&bed, BOX_I2C, 0x51, 0, 0), BOX_NO_ACK);
    assert_in_range(bus_transfer_ps(&bed), 436667 + 9466667 - 100, 436667 + 9466667 + 100);
}

/* HSI, 64 MHz: 15.625 ns a clock; analog filter off, DNF 3: 5 clocks of 15.625 instead of 2. */
static void test_i2c_clock_follows_kernel_clock_and_filters(void **state)
{
    (void)state;
    bus_put(&bed, RCC_CCIPR2, 2u << 12);
    bus_put(&bed, I2C1, 0);
    bus_put(&bed, I2C1 + 0x10u, 0x00004F4Fu); /* 80 * 15.625 = 1250 both */
    bus_put(&bed, I2C1, 1u << 12 | 3u << 8);
    bus_put(&bed, I2C1, 1u << 12 | 3u << 8 | 1u);
    assert_int_equal(bus_do(&bed, BOX_I2C, 0x50, 0, 0), BOX_OK);
    /* high 1250 + 78.125 + 60; period 2500 + 156.25 + 160 */
    assert_in_range(bus_transfer_ps(&bed), 1388125 + 28162500 - 100, 1388125 + 28162500 + 100);
}

/* 24LC256: 5 ms at most; while it writes it acknowledges nothing. */
static void test_i2c_eeprom_is_written_and_polled(void **state)
{
    (void)state;
    assert_int_equal(bus_i2c_store(&bed, 0x50, 0x1240, 0x30, 64), BOX_OK);
    const struct twin_transfer transfer = bus_transfer(&bed);
    assert_int_equal(transfer.how, TWIN_TRANSFER_DONE);
    assert_int_equal(transfer.part, 0);
    assert_int_equal(transfer.out, 66);
    assert_int_equal(transfer.first, 0xA0);
    assert_in_range(transfer.write_ps, 1, 5 * TWIN_PS_PER_MS);
    assert_int_equal(bus_do(&bed, BOX_I2C, 0x50, 0, 0), BOX_NO_ACK);
    assert_int_equal(bed.box.isr & 0x8030u, 0x30); /* NACKF, STOPF, not BUSY */
    assert_int_equal(bed_run_ms(&bed.board, 6), TWIN_STOP_TIME);
    assert_int_equal(bus_i2c_load(&bed, 0x50, 0x1240, 64), BOX_OK);
    for (uint32_t i = 0; i < 64u; i++) {
        assert_int_equal(bed.box.in[i], 0x30u + i);
        assert_int_equal(part_bytes(bus_part(&bed, 0))[0x1240u + i], 0x30u + i);
    }
    assert_int_equal(bus_counts(&bed).writes, 1);
}

/* More than 255 bytes go with RELOAD, both ways. */
static void test_i2c_reload_carries_long_transfers(void **state)
{
    (void)state;
    assert_int_equal(bus_i2c_store(&bed, 0x53, 0x700, 9, 700), BOX_OK);
    assert_int_equal(bus_i2c_load(&bed, 0x53, 0x700, 700), BOX_OK);
    for (uint32_t i = 0; i < 700u; i++) {
        assert_int_equal(bed.box.in[i], (uint8_t)(9u + i));
    }
    assert_int_equal(bus_transfer(&bed).in, 700);
    /* Both messages together, address bytes too: 1 + 702, and 1 + 2 + 1 + 700. */
    assert_int_equal(bus_counts(&bed).bytes, 703 + 704);
}

/* NBYTES 0 without AUTOEND ends in TC; a stop by software ends it. */
static void test_i2c_address_alone_waits_in_tc(void **state)
{
    (void)state;
    bus_put(&bed, I2C1 + 0x04u, 0x53u << 1 | 1u << 13);
    assert_int_equal(bus_get(&bed, ISR), 0x8041); /* BUSY, TC, TXE */
    bus_put(&bed, I2C1 + 0x04u, 0x53u << 1 | 1u << 14);
    assert_int_equal(bus_get(&bed, ISR), 0x21);
    assert_int_equal(bus_get(&bed, I2C1 + 0x04u) & 0x6000u, 0);
}

/* TXDR may be filled before START, and is sent first; ISR.TXE written with 1 empties it. */
static void test_i2c_txdr_may_be_filled_before_start(void **state)
{
    (void)state;
    bus_put(&bed, I2C1 + 0x28u, 0x11);
    assert_int_equal(bus_get(&bed, ISR), 0);
    bus_put(&bed, ISR, 1);
    assert_int_equal(bus_get(&bed, ISR), 1);
    bus_put(&bed, I2C1 + 0x28u, 0x02);
    bus_put(&bed, I2C1 + 0x28u, 0x33); /* it is full: nothing happens */
    bus_put(&bed, I2C1 + 0x04u, 0x53u << 1 | 3u << 16 | 1u << 25 | 1u << 13);
    assert_int_equal(bus_get(&bed, ISR), 0x8003); /* the second byte is asked for */
    bus_put(&bed, I2C1 + 0x28u, 0x40);
    bus_put(&bed, I2C1 + 0x28u, 0x77);
    assert_int_equal(bus_get(&bed, ISR), 0x21);
    assert_int_equal(part_bytes(bus_part(&bed, 0))[0x240], 0x77);
}

/* The event line follows STOPF with STOPIE, the error line ARLO with ERRIE. */
static void test_i2c_interrupts_pend(void **state)
{
    (void)state;
    bus_put(&bed, I2C1, 1u | 1u << 5 | 1u << 7);
    assert_int_equal(bus_do(&bed, BOX_I2C, 0x53, 0, 0), BOX_OK);
    assert_int_equal(bus_get(&bed, 0xE000E208u) >> 12 & 3u, 1); /* 76, not 77 */
    bus_disturb(&bed, TWIN_FAULT_LOST, 0, 0);
    assert_int_equal(bus_do(&bed, BOX_I2C, 0x53, 0, 0), BOX_LOST);
    assert_int_equal(bus_get(&bed, 0xE000E208u) >> 12 & 3u, 3);
}

/* 25.6 ms of SCL low by TIMEOUTR: (0x176 + 1) * 2048 / 150 MHz = 5.12 ms here. */
static void test_i2c_timeoutr_ends_a_wait(void **state)
{
    (void)state;
    bus_put(&bed, I2C1 + 0x14u, 1u << 15 | 0x176u);
    bus_put(&bed, I2C1 + 0x04u, 0x53u << 1 | 2u << 16 | 1u << 25 | 1u << 13);
    assert_int_equal(bed_run_ms(&bed.board, 4), TWIN_STOP_TIME);
    assert_int_equal(bus_get(&bed, ISR) & 0x1000u, 0);
    assert_int_equal(bed_run_ms(&bed.board, 1), TWIN_STOP_TIME);
    assert_int_equal(bus_get(&bed, ISR) & 0x1000u, 0x1000);
    assert_int_equal(bus_transfer(&bed).how, TWIN_TRANSFER_TIMEOUT);
}

/* ---- cuts, resets, snapshots ---- */

/* FRAM: each byte is durable at its end; the one that is cut is not there. */
static void test_i2c_cut_inside_each_byte(void **state)
{
    (void)state;
    for (uint32_t k = 0; k < 7u; k++) {
        const uint8_t old[4] = {1, 2, 3, 4};
        const struct twin_cut cut = {TWIN_CUT_AT_BUS_BYTE, 0, bus_counts(&bed).bytes + k, 0.5};
        uint8_t expected[4] = {1, 2, 3, 4};
        assert_true(part_load(bus_part(&bed, 0), 0x100, old, 4));
        twin_cut_plan(bed.board.twin, &cut);
        const uint8_t message[6] = {0x01, 0x00, 0xA0, 0xA1, 0xA2, 0xA3};
        memcpy(bed.box.out, message, sizeof message);
        bus_ask(&bed, BOX_I2C, 0x53, 6, 0);
        assert_int_equal(bus_wait(&bed), TWIN_STOP_CUT);
        assert_int_equal(bus_transfer(&bed).how, TWIN_TRANSFER_CUT);
        if (k > 3u) memcpy(expected, message + 2, k - 3u);
        assert_memory_equal(part_bytes(bus_part(&bed, 0)) + 0x100, expected, 4);
        bus_reboot(&bed);
        bus_enable(&bed);
    }
}

/* EEPROM: inside its write cycle, at the time asked for. */
static void test_i2c_cut_inside_a_write_cycle(void **state)
{
    (void)state;
    const struct twin_cut cut = {TWIN_CUT_IN_PART_WRITE, 0, 1, 0.25};
    part_choose_torn(bus_part(&bed, 0), PART_TORN_NOTHING);
    assert_int_equal(bus_i2c_store(&bed, 0x50, 0x40, 1, 8), BOX_OK);
    assert_int_equal(bed_run_ms(&bed.board, 6), TWIN_STOP_TIME);
    twin_cut_plan(bed.board.twin, &cut);
    /* The request is served within the cycle: the cut comes behind its answer. */
    assert_int_equal(bus_i2c_store(&bed, 0x50, 0x40, 0x80, 8), BOX_OK);
    const struct twin_transfer transfer = bus_transfer(&bed);
    const uint64_t begin_ps = bed.board.last[TWIN_EVENT_TRANSFER].time_ps;
    assert_int_equal(bed_run_ms(&bed.board, 6), TWIN_STOP_CUT);
    const uint64_t cut_ps = bed.board.last[TWIN_EVENT_CUT].time_ps;
    assert_int_equal(cut_ps - begin_ps, transfer.write_ps / 4u);
    assert_int_equal(part_counters(bus_part(&bed, 0)).cuts, 1);
    assert_int_equal(part_bytes(bus_part(&bed, 0))[0x40], 1);
    bus_reboot(&bed);
    bus_enable(&bed);
    assert_int_equal(bus_i2c_load(&bed, 0x50, 0x40, 1), BOX_OK);
    assert_int_equal(bed.box.in[0], 1);
}

/* Bytes, wear and times go back; a run that is replayed counts once. */
static void test_i2c_snapshot_holds_the_part(void **state)
{
    (void)state;
    assert_int_equal(bus_i2c_store(&bed, 0x50, 0, 1, 4), BOX_OK);
    assert_int_equal(bed_run_ms(&bed.board, 6), TWIN_STOP_TIME);
    struct twin_snapshot *const snapshot = twin_snapshot(bed.board.twin);
    const struct twin_bus_counts before = bus_counts(&bed);
    assert_non_null(snapshot);
    for (uint32_t round = 0; round < 3u; round++) {
        assert_int_equal(bus_i2c_store(&bed, 0x50, 0, 0x91, 4), BOX_OK);
        assert_int_equal(bed_run_ms(&bed.board, 6), TWIN_STOP_TIME);
        assert_int_equal(part_bytes(bus_part(&bed, 0))[0], 0x91);
        assert_int_equal(part_wear(bus_part(&bed, 0), 0), 2);
        twin_restore(bed.board.twin, snapshot);
        assert_int_equal(part_bytes(bus_part(&bed, 0))[0], 1);
        assert_int_equal(part_wear(bus_part(&bed, 0), 0), 1);
        assert_int_equal(bus_counts(&bed).transfers, before.transfers);
    }
    twin_snapshot_free(bed.board.twin, snapshot);
}

/* ---- misuse ---- */

static void test_i2c_page_wrap_is_a_violation(void **state)
{
    (void)state;
    bed.box.out[0] = 0;
    bed.box.out[1] = 0x3E;
    bus_ask(&bed, BOX_I2C, 0x50, 6, 0);
    assert_int_equal(bus_wait(&bed), TWIN_STOP_VIOLATION);
    assert_int_equal(bed_violation(&bed.board).kind, TWIN_VIOLATION_PART);
}

/* 24LC256: 400 kHz at most. 946.67 ns a clock is more. */
static void test_i2c_clock_too_fast_is_a_violation(void **state)
{
    (void)state;
    bus_put(&bed, I2C1, 0);
    bus_put(&bed, I2C1 + 0x10u, 0x00002E33u);
    bus_put(&bed, I2C1, 1);
    bus_ask(&bed, BOX_I2C, 0x50, 0, 0);
    assert_int_equal(bus_wait(&bed), TWIN_STOP_VIOLATION);
    assert_int_equal(bed_violation(&bed.board).kind, TWIN_VIOLATION_PART);
}

static void test_i2c_start_without_pins_is_a_violation(void **state)
{
    (void)state;
    bus_put(&bed, 0x58020424u, 0); /* AFRH of port B */
    bus_ask(&bed, BOX_I2C, 0x50, 0, 0);
    assert_int_equal(bus_wait(&bed), TWIN_STOP_VIOLATION);
    assert_int_equal(bed_violation(&bed.board).kind, TWIN_VIOLATION_CONTROLLER);
}

/* TIMINGR is changed only while PE is 0. */
static void test_i2c_timingr_is_locked_while_enabled(void **state)
{
    (void)state;
    bus_ask(&bed, BOX_WRITE, I2C1 + 0x10u, 4, 0x123);
    assert_int_equal(bus_wait(&bed), TWIN_STOP_VIOLATION);
    assert_int_equal(bed_violation(&bed.board).kind, TWIN_VIOLATION_CONTROLLER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_i2c_needs_its_clock, teardown),
        cmocka_unit_test_setup_teardown(test_i2c_clock_follows_timingr, setup_fram, teardown),
        cmocka_unit_test_setup_teardown(test_i2c_clock_follows_kernel_clock_and_filters,
                                        setup_eeprom, teardown),
        cmocka_unit_test_setup_teardown(test_i2c_eeprom_is_written_and_polled, setup_eeprom,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_i2c_reload_carries_long_transfers, setup_fram,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_i2c_address_alone_waits_in_tc, setup_fram, teardown),
        cmocka_unit_test_setup_teardown(test_i2c_txdr_may_be_filled_before_start, setup_fram,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_i2c_interrupts_pend, setup_fram, teardown),
        cmocka_unit_test_setup_teardown(test_i2c_timeoutr_ends_a_wait, setup_fram, teardown),
        cmocka_unit_test_setup_teardown(test_i2c_cut_inside_each_byte, setup_fram, teardown),
        cmocka_unit_test_setup_teardown(test_i2c_cut_inside_a_write_cycle, setup_eeprom, teardown),
        cmocka_unit_test_setup_teardown(test_i2c_snapshot_holds_the_part, setup_eeprom, teardown),
        cmocka_unit_test_setup_teardown(test_i2c_page_wrap_is_a_violation, setup_eeprom, teardown),
        cmocka_unit_test_setup_teardown(test_i2c_clock_too_fast_is_a_violation, setup_eeprom,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_i2c_start_without_pins_is_a_violation, setup_eeprom,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_i2c_timingr_is_locked_while_enabled, setup_eeprom,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
