/*
 * Goal: the SPI driver of the port moves frames of any length, ends in an error or in success
 * wherever the controller fails, never hangs, never tells a wrong length, and works again after it.
 *
 * Method: on the false board of false_io.h, which counts each misuse of the controller: the part
 * records what it is sent, and answers each byte with its number in the frame.
 */
#include "nacre/ports/stm32h7rs/spi.h"

#include "nacre/ports/stm32h7rs/bus_registers.h"
#include "tests/support/false_io.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct nacre_gate gates[] = {{RCC_APB2ENR, RCC_APB2ENR_SPI4EN},
                                          {RCC_AHB4ENR, RCC_AHB4ENR_GPIOEEN}};
static struct nacre_stm32_spi spi;
static uint8_t sent[FALSE_FRAME_BYTES];
static uint8_t got[FALSE_FRAME_BYTES];

static struct nacre_stm32_spi_cfg cfg_of_board(void)
{
    return (struct nacre_stm32_spi_cfg){
        .SPI = SPI4_BASE, .gates = {gates, 2}, .kernel_hz = 150000000, .sck_hz_max = 20000000,
        .SCK = {GPIOE_BASE, 12, 5}, .MISO = {GPIOE_BASE, 13, 5}, .MOSI = {GPIOE_BASE, 14, 5},
        .CS = {GPIOE_BASE, 10, 0}, .time = false_time(),
    };
}

static int open_board(void **state)
{
    (void)state;
    false_start();
    const struct nacre_stm32_spi_cfg cfg = cfg_of_board();
    assert_int_equal(nacre_stm32_spi_open(&spi, &cfg), NACRE_OK);
    for (uint32_t i = 0; i < sizeof sent; i++) {
        sent[i] = (uint8_t)(i * 17u + (i >> 8) + 3u);
    }
    return 0;
}

static int no_misuse(void **state)
{
    (void)state;
    if (board.misuses != 0) print_error("%s\n", board.misuse);
    return board.misuses != 0;
}

static int32_t move(uint32_t out_bytes, uint32_t more_bytes, uint32_t in_bytes)
{
    const struct nacre_spi_frame frame = {sent, out_bytes, sent + out_bytes, more_bytes,
                                          got, in_bytes};
    memset(got, 0xEE, sizeof got);
    return spi.bus.transfer(spi.bus.context, &frame);
}

/* One frame, whole: what the part was sent, what came back, and chip select round all of it. */
static void moves(uint32_t out_bytes, uint32_t more_bytes, uint32_t in_bytes)
{
    const uint32_t total = out_bytes + more_bytes + in_bytes;
    const uint32_t written = out_bytes + more_bytes;
    board.spi.mosi_count = 0;
    board.spi.frames = 0;
    assert_int_equal(move(out_bytes, more_bytes, in_bytes), (int32_t)total);
    assert_int_equal(board.spi.mosi_count, total);
    assert_int_equal(board.spi.frames, total == 0 ? 0 : 1);
    assert_memory_equal(board.spi.mosi, sent, written);
    for (uint32_t i = written; i < total; i++) {
        assert_int_equal(board.spi.mosi[i], 0xFF);
        assert_int_equal(got[i - written], (uint8_t)i);
    }
    assert_int_equal(got[in_bytes], 0xEE);
    assert_int_equal(board.spi.CR1 & 1u, 0);
}

static void test_port_spi_moves_any_length(void **state)
{
    (void)state;
    for (uint32_t n = 0; n <= 40u; n++) {
        moves(n, 0, 0);
        moves(1, 0, n);
        moves(4, n, 0);
        moves(3, n, 5);
    }
    for (uint32_t n = 1020u; n <= 1028u; n++) {
        moves(4, n, 0);
        moves(4, 0, n);
    }
    moves(4, 65536, 0);
    moves(4, 0, 65533);
}

/* 1,023 bytes are one transaction of the controller. */
static void test_port_spi_starts_once_for_a_kilobyte(void **state)
{
    (void)state;
    moves(3, 0, 1020);
    assert_int_equal(board.spi.starts, 1);
    moves(4, 0, 1020);
    assert_int_equal(board.spi.starts, 3);
}

static void test_port_spi_takes_the_time_of_its_bits(void **state)
{
    (void)state;
    const uint64_t from = board.ns;
    moves(4, 0, 256);
    const uint64_t bits_ns = 260u * 8u * 1000u / 18u; /* 18.75 MHz */
    assert_int_equal(spi.sck_hz, 18750000);
    assert_in_range(board.ns - from, bits_ns - bits_ns / 20u, bits_ns + bits_ns / 2u);
}

static void test_port_spi_takes_the_fastest_clock_allowed(void **state)
{
    static const struct {
        uint32_t sck_hz_max;
        uint32_t sck_hz;
        uint32_t MBR;
    } clocks[] = {
        {200000000, 75000000, 0}, {75000000, 75000000, 0}, {74999999, 37500000, 1},
        {10000000, 9375000, 3},   {1000000, 585937, 7},
    };
    (void)state;
    for (uint32_t i = 0; i < sizeof clocks / sizeof clocks[0]; i++) {
        struct nacre_stm32_spi_cfg cfg = cfg_of_board();
        cfg.sck_hz_max = clocks[i].sck_hz_max;
        nacre_stm32_spi_close(&spi);
        assert_int_equal(nacre_stm32_spi_open(&spi, &cfg), NACRE_OK);
        assert_int_equal(spi.sck_hz, clocks[i].sck_hz);
        assert_int_equal(board.spi.CFG1, 0x00070007u | clocks[i].MBR << 28);
        moves(4, 20, 20);
    }
}

static void test_port_spi_ends_a_frame_that_fails_anywhere(void **state)
{
    static const struct {
        enum false_fault fault;
        enum nacre_err err;
    } kinds[] = {
        {FALSE_OVR, NACRE_IO},   {FALSE_UDR, NACRE_IO},
        {FALSE_TIFRE, NACRE_IO}, {FALSE_MODF, NACRE_BUS_LOST},
        {FALSE_SILENCE, NACRE_BUS_TIMEOUT},
    };
    (void)state;
    for (uint32_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        for (uint32_t byte = 0; byte < 30u; byte++) {
            open_board(NULL);
            board.fault = kinds[i].fault;
            board.fault_at = byte;
            const uint64_t from = board.ns;
            assert_int_equal(move(4, 10, 16), -(int32_t)kinds[i].err);
            assert_true(board.ns - from < 2000000u);
            assert_int_equal(board.spi.mosi_count, byte);
            assert_int_equal(board.gpio[4][5] >> 10 & 1u, 1);
            moves(4, 10, 16);
            if (board.misuses != 0) fail_msg("byte %u: %s", byte, board.misuse);
        }
    }
}

static void test_port_spi_ends_without_an_end(void **state)
{
    (void)state;
    board.fault = FALSE_NO_EOT;
    assert_int_equal(move(4, 0, 4), -NACRE_BUS_TIMEOUT);
    board.fault = FALSE_NO_FAULT;
    moves(4, 0, 4);
    board.clock_stands = true;
    board.fault = FALSE_NO_EOT;
    assert_int_equal(move(4, 0, 4), -NACRE_BUS_TIMEOUT);
}

/* Another thread takes the processor for a second, at each look at the flags in turn. */
static void test_port_spi_survives_being_held_up(void **state)
{
    uint64_t lasts = 100000;
    (void)state;
    for (uint64_t after = 0; after < lasts; after += 170u) {
        open_board(NULL);
        const uint64_t from = board.ns;
        board.hold_up_at = from + after;
        moves(4, 20, 20);
        if (board.hold_ups == 0) lasts = board.ns - from;
    }
    assert_in_range(lasts, 15000, 1100000000);
}

/* ---- open ---- */

static void test_port_spi_open_names_what_makes_no_sense(void **state)
{
    struct {
        const char *name;
        struct nacre_stm32_spi_cfg cfg;
    } refusals[] = {
        {"cfg SPI", cfg_of_board()},       {"cfg gates", cfg_of_board()},
        {"cfg SCK", cfg_of_board()},       {"cfg MISO", cfg_of_board()},
        {"cfg MOSI", cfg_of_board()},      {"cfg CS", cfg_of_board()},
        {"cfg kernel_hz", cfg_of_board()}, {"cfg kernel_hz", cfg_of_board()},
        {"cfg sck_hz_max", cfg_of_board()}, {"cfg sck_hz_max", cfg_of_board()},
        {"cfg time", cfg_of_board()},
    };
    (void)state;
    refusals[0].cfg.SPI = I2C1_BASE;
    refusals[1].cfg.gates.gates = NULL;
    refusals[2].cfg.SCK.number = 16;
    refusals[3].cfg.MISO.GPIO = 0;
    refusals[4].cfg.MOSI.alternate = 16;
    refusals[5].cfg.CS.GPIO += 4u;
    refusals[6].cfg.kernel_hz = 300000001;
    refusals[7].cfg.kernel_hz = 19998;
    refusals[8].cfg.sck_hz_max = 500000;
    refusals[9].cfg.sck_hz_max = 0;
    refusals[10].cfg.time.now_us = NULL;
    for (uint32_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        false_start();
        const struct false_board before = board;
        assert_int_equal(nacre_stm32_spi_open(&spi, &refusals[i].cfg), NACRE_BAD_ARGUMENT);
        assert_string_equal(spi.mismatch.name, refusals[i].name);
        assert_memory_equal(&board, &before, sizeof before);
    }
    assert_int_equal(nacre_stm32_spi_open(NULL, &refusals[0].cfg), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_stm32_spi_open(&spi, NULL), NACRE_BAD_ARGUMENT);
}

static void test_port_spi_open_refuses_what_it_finds(void **state)
{
    const struct nacre_gate none[] = {{RCC_AHB4ENR, RCC_AHB4ENR_GPIOEEN}};
    struct nacre_stm32_spi_cfg cfg = cfg_of_board();
    (void)state;
    false_start();
    cfg.gates = (struct nacre_gates){none, 1};
    assert_int_equal(nacre_stm32_spi_open(&spi, &cfg), NACRE_CTRL_STATE);
    assert_string_equal(spi.mismatch.name, "SPI CFG1");
    assert_int_equal(board.gpio[4][0], UINT32_MAX);

    cfg = cfg_of_board();
    false_start();
    board.spi.CR1 = 1;
    assert_int_equal(nacre_stm32_spi_open(&spi, &cfg), NACRE_CTRL_STATE);
    assert_string_equal(spi.mismatch.name, "SPI CR1 SPE");
    assert_int_equal(board.spi.CFG2, 0);

    false_start();
    board.clock_stands = true;
    assert_int_equal(nacre_stm32_spi_open(&spi, &cfg), NACRE_CLOCK);
    board.clock_stands = false;
    assert_int_equal(nacre_stm32_spi_open(&spi, &cfg), NACRE_OK);
    moves(1, 2, 3);
}

/* Four pins of one port and two clocks: no other bit of theirs changes. */
static void test_port_spi_open_touches_what_it_was_given(void **state)
{
    const struct nacre_stm32_spi_cfg cfg = cfg_of_board();
    const uint32_t two = 3u << 20 | 0x3Fu << 24;
    const uint32_t one = 1u << 10 | 7u << 12;
    const uint32_t bits[11] = {two, one, two, two, 0, 1u << 10, 0, 0, 0, 0x0FFF0F00u, 0};
    (void)state;
    false_start();
    board.gpio[4][1] = 0xFFFFu;
    board.gpio[4][3] = 0x55AA55AAu;
    board.gpio[4][5] = 0x5A5Au;
    board.gpio[4][9] = 0xFFFFFFFFu;
    board.RCC[0] = 0x00001000u;
    const struct false_board before = board;
    assert_int_equal(nacre_stm32_spi_open(&spi, &cfg), NACRE_OK);
    for (uint32_t i = 0; i < 11u; i++) {
        assert_int_equal(board.gpio[4][i] & ~bits[i], before.gpio[4][i] & ~bits[i]);
    }
    assert_int_equal(board.gpio[4][0] & two, 1u << 20 | 0x2Au << 24);
    assert_int_equal(board.gpio[4][1] & one, 0);
    assert_int_equal(board.gpio[4][3] & two, 1u << 26);
    assert_int_equal(board.gpio[4][9] & bits[9], 0x05550000u);
    assert_int_equal(board.RCC[0], 0x00001010u);
    assert_int_equal(board.RCC[1], 0);
    assert_int_equal(board.RCC[2], 0x00002000u);
    assert_memory_equal(board.gpio[5], before.gpio[5], sizeof before.gpio[0] * 11u);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_board, no_misuse)
        TEST(test_port_spi_moves_any_length),
        TEST(test_port_spi_starts_once_for_a_kilobyte),
        TEST(test_port_spi_takes_the_time_of_its_bits),
        TEST(test_port_spi_takes_the_fastest_clock_allowed),
        TEST(test_port_spi_ends_a_frame_that_fails_anywhere),
        TEST(test_port_spi_ends_without_an_end),
        TEST(test_port_spi_survives_being_held_up),
        TEST(test_port_spi_open_names_what_makes_no_sense),
        TEST(test_port_spi_open_refuses_what_it_finds),
        TEST(test_port_spi_open_touches_what_it_was_given),
#undef TEST
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
