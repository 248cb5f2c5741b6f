/*
 * The XSPI controller's FIFO and data register: levels, flags, widths, stalls.
 *
 * Method: registers are written by hand; what the chip heard and what SR says is compared with the
 * rule as the named document states it. SVD is ST's register description of the H7RS (prose of
 * RM0477), CMSIS is stm32h7s7xx.h, HAL is stm32h7rsxx_hal_xspi.c, RM0456 is the manual of the same
 * IP family.
 */
#include <string.h>

#include "tests/support/cmocka_all.h"
#include "tests/support/xspi_fixture.h"

/*
 * RM0456: indirect BUSY falls when the sequence is over and the FIFO is empty; TCF at the last
 * byte.
 */
static void test_xspi_fifo_busy_lasts_until_the_fifo_is_empty(void **state)
{
    (void)state;
    stage(MODE_READ, CCR_READ, 0x05FA);
    wr(&rig, R_DLR, 3);
    wr(&rig, R_AR, 0);
    rig_wait(&rig, US);
    assert_int_equal(rd(&rig, R_SR), B_BUSY | B_TCF | B_FTF | 4u << 8);
    (void)rig_read(&rig, rig.x2, R_DR, 2);
    assert_int_equal(rd(&rig, R_SR), B_BUSY | B_TCF | B_FTF | 2u << 8);
    (void)rig_read(&rig, rig.x2, R_DR, 2);
    assert_int_equal(rd(&rig, R_SR), B_TCF);
}

/* SVD FTHRES, FTF: read: FTHRES+1 bytes or more are there, or any after the last one came. */
static void test_xspi_fifo_ftf_in_reads_follows_the_threshold(void **state)
{
    (void)state;
    for (uint32_t threshold = 0; threshold < 64; threshold += 9) {
        wr(&rig, R_CR, 0x01u | threshold << 8 | MODE_READ);
        wr(&rig, R_DLR, 99);
        wr(&rig, R_TCR, 20);
        wr(&rig, R_CCR, CCR_READ);
        wr(&rig, R_IR, 0xEE11);
        wr(&rig, R_AR, 0);
        for (uint32_t i = 0; i < 100; i++) {
            rig_wait(&rig, US);
            const uint32_t sr = rd(&rig, R_SR);
            const uint32_t level = sr >> 8 & 0x7F;
            assert_int_equal(level, 100 - i < 64 ? 100 - i : 64);
            const bool is_over = i >= 36;
            assert_int_equal((sr & B_TCF) != 0, is_over);
            assert_int_equal((sr & B_FTF) != 0, level > threshold || is_over);
            assert_int_equal(rig_read(&rig, rig.x2, R_DR, 1), 0xFF);
        }
        assert_int_equal(rd(&rig, R_SR) & (B_BUSY | B_FTF), 0);
        wr(&rig, R_FCR, B_TCF);
    }
}

/* HAL: writes wait for FTF before the first DR write too. FTF: FTHRES+1 bytes are free. */
static void test_xspi_fifo_ftf_in_writes_says_there_is_room(void **state)
{
    (void)state;
    wr(&rig, R_CR, 0x01u | 15u << 8);
    wr(&rig, R_DCR2, 255); /* a slow clock, so that the FIFO fills */
    wr(&rig, R_DLR, 255);
    wr(&rig, R_TCR, 0);
    wr(&rig, R_CCR, CCR_WRITE);
    wr(&rig, R_IR, 0x12ED);
    wr(&rig, R_AR, 0);
    assert_int_equal(rd(&rig, R_SR), B_FTF);
    for (uint32_t i = 1; i <= 16; i++) {
        rig_write_dr(&rig, rig.x2, 0, 4);
        const uint32_t sr = xspi_peek(rig.x2, R_SR);
        assert_int_equal(sr >> 8 & 0x7F, 4 * i);
        assert_int_equal((sr & B_FTF) != 0, 64 - 4 * i >= 16);
        assert_true((sr & B_BUSY) != 0);
    }
}

/* SVD DR: a write to a full FIFO, a read of an empty one, stall the bus until the wire moved on. */
static void test_xspi_fifo_dr_stalls_the_bus(void **state)
{
    (void)state;
    wr(&rig, R_DCR2, 255);
    stage(MODE_WRITE, CCR_WRITE, 0x12ED);
    wr(&rig, R_DLR, 255);
    wr(&rig, R_AR, 0);
    for (uint32_t i = 0; i < 16; i++) rig_write_dr(&rig, rig.x2, 0, 4);
    assert_int_equal(rig.flags[XSPI_FLAG_DR_STALL], 0);
    rig_write_dr(&rig, rig.x2, 0, 4);
    assert_int_equal(rig.flags[XSPI_FLAG_DR_STALL], 1);
    /* 1 clock of lead, 3 of opcode and address, 2 of data at 1.28 us, less what has passed. */
    assert_in_range(rig.cost_ps, 5 * US, 6 * 1280 * NS);
    wr(&rig, R_CR, rd(&rig, R_CR) | B_ABORT);
    wr(&rig, R_FCR, B_TCF);
    stage(MODE_READ, CCR_READ, 0x05FA);
    wr(&rig, R_AR, 0);
    (void)rig_read(&rig, rig.x2, R_DR, 2);
    assert_int_equal(rig.outcome, XSPI_OK);
    /* Up to 2 clocks of NCS high after the abort, 1 of lead, 1 + 2 + 20 to the data, 1 of data. */
    assert_in_range(rig.cost_ps, 25 * 1280 * NS, 27 * 1280 * NS);
}

/* SVD DR: byte, half-word and word; little-endian. */
static void test_xspi_fifo_dr_takes_all_three_widths(void **state)
{
    (void)state;
    const uint8_t bytes[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    assert_true(nor_load(rig.nor, 0x40, bytes, 8));
    stage(MODE_READ, CCR_READ, 0xEE11);
    wr(&rig, R_DLR, 7);
    wr(&rig, R_AR, 0x40);
    assert_int_equal(rig_read(&rig, rig.x2, R_DR, 1), 0x01);
    assert_int_equal(rig_read(&rig, rig.x2, R_DR, 2), 0x0302);
    assert_int_equal(rig_read(&rig, rig.x2, R_DR, 4), 0x07060504);
    assert_int_equal(rig_read(&rig, rig.x2, R_DR, 1), 0x08);
    wr(&rig, R_FCR, B_TCF);
    wr(&rig, R_CR, CR_ON);
    rig_command(&rig, 0x06F9);
    stage(MODE_WRITE, CCR_WRITE, 0x12ED);
    wr(&rig, R_DLR, 7);
    wr(&rig, R_AR, 0x100);
    rig_write_dr(&rig, rig.x2, 0x01, 1);
    rig_write_dr(&rig, rig.x2, 0x0302, 2);
    rig_write_dr(&rig, rig.x2, 0x07060504, 4);
    rig_write_dr(&rig, rig.x2, 0x08, 1);
    rig_wait(&rig, MS);
    assert_memory_equal(nor_array(rig.nor) + 0x100, bytes, 8);
}

/* RM0456: bytes beyond DLR are dropped; an empty FIFO only stops the clock. */
static void test_xspi_fifo_excess_is_dropped_and_gaps_only_wait(void **state)
{
    (void)state;
    rig_command(&rig, 0x06F9);
    stage(MODE_WRITE, CCR_WRITE, 0x12ED);
    wr(&rig, R_DLR, 3);
    wr(&rig, R_AR, 0x100);
    rig_write_dr(&rig, rig.x2, 0x0201, 2);
    rig_wait(&rig, 50 * US);
    assert_int_equal(rd(&rig, R_SR) & (B_BUSY | B_TCF), B_BUSY);
    rig_write_dr(&rig, rig.x2, 0xBBAA0403, 4);
    assert_int_equal(rig.flags[XSPI_FLAG_DR_EXCESS], 1);
    rig_wait(&rig, MS);
    const uint8_t expected[6] = {1, 2, 3, 4, 0xFF, 0xFF};
    assert_memory_equal(nor_array(rig.nor) + 0x100, expected, 6);
    assert_int_equal(rig.last.n, 4);
    assert_int_equal(rd(&rig, R_SR) & (B_BUSY | B_TCF), B_TCF);
}

/* SVD DLR: all ones means until the end of the device. */
static void test_xspi_fifo_dlr_of_all_ones_reads_to_the_end(void **state)
{
    (void)state;
    const uint8_t last[4] = {1, 2, 3, 4};
    assert_true(nor_load(rig.nor, 0x07FFFFFC, last, 4));
    stage(MODE_READ, CCR_READ, 0xEE11);
    wr(&rig, R_DLR, 0xFFFFFFFF);
    wr(&rig, R_AR, 0x07FFFFF0);
    for (uint32_t i = 0; i < 16; i++) {
        const uint32_t byte = rig_read(&rig, rig.x2, R_DR, 1);
        assert_int_equal(byte, i < 12 ? 0xFF : i - 11);
    }
    rig_wait(&rig, US);
    assert_int_equal(rd(&rig, R_SR), B_TCF);
}

/* A read longer than any buffer of the model: the same bytes, at the pace of whoever takes them. */
static void test_xspi_fifo_long_reads_go_on_where_they_stopped(void **state)
{
    (void)state;
    static uint8_t bytes[10000];
    static uint8_t back[sizeof bytes];
    for (uint32_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)(i * 31u + (i >> 8));
    assert_true(nor_load(rig.nor, 0x01FFF000, bytes, sizeof bytes));
    rig_fetch(&rig, 0xEE11, 0x01FFF000, back, sizeof back);
    assert_memory_equal(back, bytes, sizeof back);
    assert_int_equal(rd(&rig, R_SR) & (B_BUSY | B_TCF), 0);
}

/* A full FIFO stops the clock: nothing happens until someone reads, and then at the wire's pace. */
static void test_xspi_fifo_full_fifo_stops_the_clock(void **state)
{
    (void)state;
    stage(MODE_READ, CCR_READ, 0xEE11);
    wr(&rig, R_DLR, 127);
    wr(&rig, R_AR, 0);
    rig_wait(&rig, 10 * US);
    assert_int_equal(rd(&rig, R_SR) >> 8 & 0x7F, 64);
    assert_int_equal(xspi_next_event_ps(rig.x2), FRAME_NEVER_PS);
    const uint64_t start = rig.now_ps;
    (void)xspi_reg_read(rig.x2, start, R_DR, 4);
    assert_int_equal(xspi_next_event_ps(rig.x2), start + 2 * 5000);
    xspi_advance(rig.x2, start + 9999);
    assert_int_equal(xspi_peek(rig.x2, R_SR) >> 8 & 0x7F, 63);
    xspi_advance(rig.x2, start + 10000);
    assert_int_equal(xspi_peek(rig.x2, R_SR) >> 8 & 0x7F, 64);
}

/* After a gap the bytes go out from the moment they are there: 1 clock for two, 1 of lag. */
static void test_xspi_fifo_clock_goes_on_when_bytes_come(void **state)
{
    (void)state;
    rig_command(&rig, 0x06F9);
    stage(MODE_WRITE, CCR_WRITE, 0x12ED);
    wr(&rig, R_DLR, 3);
    wr(&rig, R_AR, 0x100);
    rig_write_dr(&rig, rig.x2, 0, 2);
    rig_wait(&rig, 50 * US);
    assert_int_equal(xspi_next_event_ps(rig.x2), FRAME_NEVER_PS);
    const uint64_t start = rig.now_ps;
    (void)xspi_reg_write(rig.x2, start, R_DR, 2, 0);
    assert_int_equal(xspi_next_event_ps(rig.x2), start + 5000);
    xspi_advance(rig.x2, start + 9999);
    assert_int_equal(xspi_peek(rig.x2, R_SR) & B_TCF, 0);
    xspi_advance(rig.x2, start + 10000);
    assert_int_equal(xspi_peek(rig.x2, R_SR) & (B_TCF | B_BUSY), B_TCF);
    assert_int_equal(rig.last.now_ps, start + 10000);
}

/* Registers other than DR are words; anything else has no meaning and is flagged. */
static void test_xspi_fifo_narrow_register_writes_are_flagged(void **state)
{
    (void)state;
    (void)xspi_reg_write(rig.x2, rig.now_ps, R_CR, 1, 0);
    assert_int_equal(rd(&rig, R_CR), CR_ON);
    (void)xspi_reg_write(rig.x2, rig.now_ps, 0x04, 4, 0);
    (void)xspi_reg_read(rig.x2, rig.now_ps, 0x300, 4);
    assert_int_equal(rig.flags[XSPI_FLAG_ACCESS], 3);
    assert_int_equal(xspi_reg_read(rig.x2, rig.now_ps, R_CR + 1, 1).value, 0x03);
}

/* A write longer than any buffer of the model arrives whole, in one NCS low time. */
static void test_xspi_fifo_long_writes_reach_the_psram(void **state)
{
    (void)state;
    rig_write(&rig, rig.x1, R_CR, 0x101);
    rig_write(&rig, rig.x1, R_DLR, 9999);
    rig_write(&rig, rig.x1, R_TCR, 6);
    rig_write(&rig, rig.x1, R_CCR, 0x2D003C04);
    rig_write(&rig, rig.x1, R_IR, 0xA0);
    rig_write(&rig, rig.x1, R_AR, 0x400);
    for (uint32_t i = 0; i < 2500; i++) rig_write_dr(&rig, rig.x1, i * 2654435761u, 4);
    rig_wait(&rig, 100 * US);
    assert_int_equal(rig_read(&rig, rig.x1, R_SR, 4) & (B_TCF | B_BUSY), B_TCF);
    for (uint32_t i = 0; i < 2500; i++) {
        uint32_t word;
        memcpy(&word, psram_array(rig.psram) + 0x400 + 4 * i, 4);
        assert_int_equal(word, i * 2654435761u);
    }
}

/* DR has a meaning only in a transfer that has data. */
static void test_xspi_fifo_dr_without_a_data_phase_does_nothing(void **state)
{
    (void)state;
    wr(&rig, R_CCR, 0x00003C1C);
    rig_write_dr(&rig, rig.x2, 0, 2);
    assert_int_equal(rig.flags[XSPI_FLAG_DR_EXCESS], 1);
    assert_int_equal(rd(&rig, R_SR) & B_BUSY, 0);
    assert_int_equal(rig_read(&rig, rig.x2, R_DR, 4), 0);
    assert_int_equal(rig.flags[XSPI_FLAG_DR_EXCESS], 2);
    stage(MODE_READ, CCR_READ, 0xEE11);
    wr(&rig, R_AR, 0);
    rig_wait(&rig, US);
    (void)rig_read(&rig, rig.x2, R_DR, 2);
    assert_int_equal(rig.flags[XSPI_FLAG_DR_EXCESS], 2);
    assert_int_equal(rig.flags[XSPI_FLAG_DR_STALL], 0);
}

#define TEST(name) \
    cmocka_unit_test_setup_teardown(test_xspi_fifo_##name, rig_begin_indirect, rig_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(busy_lasts_until_the_fifo_is_empty),
        TEST(ftf_in_reads_follows_the_threshold),
        TEST(ftf_in_writes_says_there_is_room),
        TEST(dr_stalls_the_bus),
        TEST(dr_takes_all_three_widths),
        TEST(excess_is_dropped_and_gaps_only_wait),
        TEST(dlr_of_all_ones_reads_to_the_end),
        TEST(long_reads_go_on_where_they_stopped),
        TEST(full_fifo_stops_the_clock),
        TEST(clock_goes_on_when_bytes_come),
        TEST(narrow_register_writes_are_flagged),
        TEST(long_writes_reach_the_psram),
        TEST(dr_without_a_data_phase_does_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
