/*
 * Goal: the I2C driver of the port moves what it is told to, ends in an error or in success
 * wherever the bus fails, never hangs, never tells a wrong length, and works again after it.
 *
 * Method: on the false board of false_io.h, which counts each misuse of the controller. A fault of
 * each kind is put at each byte of a message; what the memory holds says what was moved.
 */
#include "nacre/ports/stm32h7rs/i2c.h"

#include "nacre/ports/stm32h7rs/bus_registers.h"
#include "tests/support/false_io.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MEMORY 0x50u
#define STEP_MS 2u /* no flag is awaited longer, with the default of stretch_us */

static const struct nacre_gate gates[] = {{RCC_APB1ENR1, RCC_APB1ENR1_I2C1_I3C1EN},
                                          {RCC_AHB4ENR, RCC_AHB4ENR_GPIOBEN}};
static struct nacre_stm32_i2c i2c;

static struct nacre_stm32_i2c_cfg cfg_of_board(void)
{
    return (struct nacre_stm32_i2c_cfg){
        .I2C = I2C1_BASE, .gates = {gates, 2}, .kernel_hz = 150000000, .scl_khz = 400,
        .SCL = {GPIOB_BASE, 6, 4}, .SDA = {GPIOB_BASE, 9, 4}, .time = false_time(),
    };
}

static enum nacre_err open_as(const struct nacre_stm32_i2c_cfg *cfg)
{
    return nacre_stm32_i2c_open(&i2c, cfg);
}

static int open_board(void **state)
{
    (void)state;
    false_start();
    const struct nacre_stm32_i2c_cfg cfg = cfg_of_board();
    assert_int_equal(open_as(&cfg), NACRE_OK);
    board.wire_bytes = 0;
    return 0;
}

static int no_misuse(void **state)
{
    (void)state;
    if (board.misuses != 0) print_error("%s\n", board.misuse);
    return board.misuses != 0;
}

static int32_t message(const void *out, uint32_t out_bytes, void *in, uint32_t in_bytes)
{
    const struct nacre_i2c_message all = {MEMORY, out, out_bytes, in, in_bytes};
    return i2c.bus.transfer(i2c.bus.context, &all);
}

static int32_t write_at(uint32_t at, const uint8_t *bytes, uint32_t n)
{
    uint8_t out[2 + 1024] = {(uint8_t)(at >> 8), (uint8_t)at};
    memcpy(out + 2, bytes, n);
    return message(out, n + 2u, NULL, 0);
}

static int32_t read_at(uint32_t at, uint8_t *bytes, uint32_t n)
{
    const uint8_t out[2] = {(uint8_t)(at >> 8), (uint8_t)at};
    return message(out, 2, bytes, n);
}

static void pattern(uint8_t *bytes, uint32_t n, uint32_t seed)
{
    for (uint32_t i = 0; i < n; i++) {
        bytes[i] = (uint8_t)(i * 13u + seed * 101u + (i >> 8));
    }
}

/* Any later message must succeed, and be right. */
static void bus_works(void)
{
    uint8_t wanted[3];
    uint8_t found[3] = {0};
    pattern(wanted, sizeof wanted, (uint32_t)board.ns);
    assert_int_equal(write_at(0x123, wanted, sizeof wanted), 5);
    assert_int_equal(read_at(0x123, found, sizeof found), 5);
    assert_memory_equal(found, wanted, sizeof wanted);
}

/* ---- what it moves ---- */

static void test_port_i2c_moves_any_length(void **state)
{
    static const uint32_t lengths[] = {1,   2,   16,  63,  64,  252, 253, 254, 255,
                                       256, 257, 508, 509, 510, 511, 512, 765, 1024};
    (void)state;
    for (uint32_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        const uint32_t n = lengths[i];
        uint8_t wanted[1024];
        uint8_t found[1025];
        pattern(wanted, n, i);
        assert_int_equal(write_at(5, wanted, n), (int32_t)n + 2);
        assert_memory_equal(board.memory.bytes + 5, wanted, n);
        memset(found, 0xEE, sizeof found);
        assert_int_equal(read_at(5, found, n), (int32_t)n + 2);
        assert_memory_equal(found, wanted, n);
        assert_int_equal(found[n], 0xEE);
    }
}

/* An address alone, as an EEPROM is asked whether it is done; and a read of the current address. */
static void test_port_i2c_asks_who_acknowledges(void **state)
{
    uint8_t byte = 0;
    (void)state;
    assert_int_equal(message(NULL, 0, NULL, 0), 0);
    for (uint32_t address = 0; address < 0x80u; address++) {
        const struct nacre_i2c_message alone = {.address = address};
        const int32_t moved = i2c.bus.transfer(i2c.bus.context, &alone);
        assert_int_equal(moved, address == MEMORY ? 0 : -NACRE_BUS_NO_ACK);
    }
    assert_int_equal(read_at(7, &byte, 1), 3);
    assert_int_equal(message(NULL, 0, &byte, 1), 1);
    assert_int_equal(byte, board.memory.bytes[8]);
    bus_works();
}

/* Two bytes, an address each way, n bytes: the time on the bus is theirs and little else. */
static void test_port_i2c_takes_the_time_of_its_bits(void **state)
{
    uint8_t bytes[64];
    (void)state;
    const uint64_t scl_ns = board.i2c.byte_ns / 9u;
    const uint64_t from = board.ns;
    assert_int_equal(read_at(0, bytes, sizeof bytes), 66);
    const uint64_t bits = 9u * (1u + 2u + 1u + 64u) + 3u;
    const uint64_t ns = board.ns - from;
    const uint64_t period = scl_ns != 0 ? scl_ns : board.i2c.byte_ns / 9u;
    assert_int_equal(board.wire_bytes, 68);
    assert_in_range(period, 2000, 2500);
    assert_in_range(ns, bits * period, bits * period + 68u * 1000u);
}

/* ---- faults at each byte ---- */

struct kind {
    enum false_fault fault;
    enum nacre_err err;
    bool needs_recovery;
};

static const struct kind kinds[] = {
    {FALSE_NACK, NACRE_BUS_NO_ACK, false},
    {FALSE_NACK_STAYS, NACRE_BUS_NO_ACK, false},
    {FALSE_ARLO, NACRE_BUS_LOST, false},
    {FALSE_BERR, NACRE_IO, false},
    {FALSE_TIMEOUT_FLAG, NACRE_BUS_TIMEOUT, false},
    {FALSE_HANG, NACRE_BUS_TIMEOUT, false},
    {FALSE_SDA_LOW, NACRE_BUS_STUCK, true},
};

static bool is_acknowledged_by_part(uint32_t byte, uint32_t out_bytes)
{
    return byte <= out_bytes + 1u;
}

/* One message with one fault, and what must hold after it. */
static void one_fault(const struct kind *kind, uint32_t byte, uint32_t n, bool is_read)
{
    uint8_t bytes[300];
    open_board(NULL);
    pattern(bytes, n, byte);
    board.fault = kind->fault;
    board.fault_at = byte;
    const uint64_t from = board.ns;
    const int32_t moved = is_read ? read_at(9, bytes, n) : write_at(9, bytes, n);
    assert_int_equal(moved, -(int32_t)kind->err);
    assert_true(board.ns - from < 9u * n * 3000u + 4u * STEP_MS * 1000000u);
    if (!is_read && byte > 3u) assert_memory_equal(board.memory.bytes + 9, bytes, byte - 3u);
    if (kind->needs_recovery) {
        assert_int_equal(write_at(9, bytes, 1), -NACRE_BUS_STUCK);
        assert_int_equal(i2c.bus.recover(i2c.bus.context), NACRE_OK);
    }
    bus_works();
    if (board.misuses != 0) fail_msg("fault %d at byte %u: %s", kind->fault, byte, board.misuse);
}

static void test_port_i2c_ends_a_write_that_fails_anywhere(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        for (uint32_t byte = 0; byte < 1u + 2u + 20u; byte++) {
            one_fault(&kinds[i], byte, 20, false);
        }
        for (uint32_t byte = 254; byte < 260u; byte++) {
            one_fault(&kinds[i], byte, 300, false);
        }
    }
}

static void test_port_i2c_ends_a_read_that_fails_anywhere(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        for (uint32_t byte = 0; byte < 1u + 2u + 1u + 20u; byte++) {
            const bool is_nack = kinds[i].fault == FALSE_NACK || kinds[i].fault == FALSE_NACK_STAYS;
            if (is_nack && !is_acknowledged_by_part(byte, 2)) continue;
            one_fault(&kinds[i], byte, 20, true);
        }
    }
}

static void test_port_i2c_tells_a_line_that_stays_low(void **state)
{
    uint8_t byte = 0;
    (void)state;
    board.lines.sda_for_good = true;
    board.lines.clocks = 0;
    assert_int_equal(read_at(0, &byte, 1), -NACRE_BUS_STUCK);
    assert_int_equal(i2c.bus.recover(i2c.bus.context), NACRE_BUS_STUCK);
    assert_int_equal(board.lines.clocks, 9);
    board.lines.sda_for_good = false;
    assert_int_equal(i2c.bus.recover(i2c.bus.context), NACRE_OK);
    bus_works();
    board.fault = FALSE_SCL_LOW;
    board.fault_at = board.wire_bytes + 2u;
    assert_int_equal(read_at(0, &byte, 1), -NACRE_BUS_STUCK);
    assert_int_equal(i2c.bus.recover(i2c.bus.context), NACRE_BUS_STUCK);
    board.lines.scl_low_until = 0;
    assert_int_equal(i2c.bus.recover(i2c.bus.context), NACRE_OK);
    bus_works();
}

/* A part in the middle of a read may hold any nine bits: each way out ends in a stop. */
static void test_port_i2c_frees_a_part_in_any_state(void **state)
{
    (void)state;
    for (uint32_t bits = 0; bits < 0x200u; bits++) {
        board.lines.sda_pattern = 0xFFFFFE00u | bits;
        board.lines.stops = 0;
        board.lines.clocks = 0;
        assert_int_equal(i2c.bus.recover(i2c.bus.context), NACRE_OK);
        assert_true(board.lines.stops >= 1u);
        assert_int_equal(board.lines.sda_pattern, UINT32_MAX);
        bus_works();
    }
}

static void test_port_i2c_waits_for_a_part_that_stretches(void **state)
{
    (void)state;
    for (uint32_t byte = 0; byte < 24u; byte++) {
        uint8_t bytes[20];
        open_board(NULL);
        board.fault = FALSE_STRETCH;
        board.fault_at = byte;
        board.stretch_ns = 900000;
        assert_int_equal(read_at(3, bytes, sizeof bytes), 22);
        assert_memory_equal(bytes, board.memory.bytes + 3, sizeof bytes);
    }
    board.fault = FALSE_STRETCH;
    board.fault_at = board.wire_bytes + 3u;
    board.stretch_ns = 3000000;
    uint8_t byte;
    assert_int_equal(read_at(3, &byte, 1), -NACRE_BUS_TIMEOUT);
    bus_works();
}

/* Another thread takes the processor for a second, at each look at the flags in turn. */
static void test_port_i2c_survives_being_held_up(void **state)
{
    uint8_t bytes[20];
    (void)state;
    uint64_t lasts = 400000;
    for (uint64_t after = 0; after < lasts; after += 1500u) {
        open_board(NULL);
        const uint64_t from = board.ns;
        board.hold_up_at = from + after;
        assert_int_equal(read_at(3, bytes, sizeof bytes), 22);
        assert_memory_equal(bytes, board.memory.bytes + 3, sizeof bytes);
        if (board.hold_ups == 0) lasts = board.ns - from;
    }
    assert_in_range(lasts, 300000, 1100000000);
}

/* A clock that stops in the middle costs time; the looks are counted, too. */
static void test_port_i2c_ends_without_a_clock(void **state)
{
    uint8_t byte;
    (void)state;
    board.clock_stands = true;
    board.fault = FALSE_HANG;
    board.fault_at = 1;
    assert_int_equal(read_at(0, &byte, 1), -NACRE_BUS_TIMEOUT);
}

/* ---- open ---- */

struct refusal {
    const char *name;
    struct nacre_stm32_i2c_cfg cfg;
};

static void test_port_i2c_open_names_what_makes_no_sense(void **state)
{
    struct refusal refusals[] = {
        {"cfg I2C", cfg_of_board()},           {"cfg gates", cfg_of_board()},
        {"cfg SCL", cfg_of_board()},           {"cfg SCL", cfg_of_board()},
        {"cfg SDA", cfg_of_board()},           {"cfg SDA", cfg_of_board()},
        {"cfg scl_khz", cfg_of_board()},       {"cfg scl_khz", cfg_of_board()},
        {"cfg kernel_hz scl_khz", cfg_of_board()}, {"cfg kernel_hz scl_khz", cfg_of_board()},
        {"cfg TIMINGR", cfg_of_board()},       {"cfg stretch_us", cfg_of_board()},
        {"cfg time", cfg_of_board()},
    };
    (void)state;
    refusals[0].cfg.I2C = SPI4_BASE;
    refusals[1].cfg.gates.gates = NULL;
    refusals[2].cfg.SCL.GPIO = 0x58022000u;
    refusals[3].cfg.SCL.number = 16;
    refusals[4].cfg.SDA.alternate = 16;
    refusals[5].cfg.SDA = refusals[5].cfg.SCL;
    refusals[6].cfg.scl_khz = 0;
    refusals[7].cfg.scl_khz = 1001;
    refusals[8].cfg.scl_khz = 250;
    refusals[9].cfg.kernel_hz = 1000000;
    refusals[10].cfg.TIMINGR = 0x04000000u;
    refusals[11].cfg.stretch_us = 100001;
    refusals[12].cfg.time.now_us = NULL;
    for (uint32_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        false_start();
        const struct false_board before = board;
        assert_int_equal(open_as(&refusals[i].cfg), NACRE_BAD_ARGUMENT);
        assert_string_equal(i2c.mismatch.name, refusals[i].name);
        assert_memory_equal(&board, &before, sizeof before);
    }
    assert_int_equal(nacre_stm32_i2c_open(NULL, &refusals[0].cfg), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_stm32_i2c_open(&i2c, NULL), NACRE_BAD_ARGUMENT);
}

static void test_port_i2c_open_refuses_what_it_finds(void **state)
{
    const struct nacre_gate none[] = {{RCC_AHB4ENR, RCC_AHB4ENR_GPIOBEN}};
    struct nacre_stm32_i2c_cfg cfg = cfg_of_board();
    (void)state;
    false_start();
    cfg.gates = (struct nacre_gates){none, 1};
    assert_int_equal(open_as(&cfg), NACRE_CTRL_STATE);
    assert_string_equal(i2c.mismatch.name, "I2C TIMINGR");
    assert_int_equal(i2c.mismatch.found, 0);

    cfg = cfg_of_board();
    false_start();
    board.i2c.CR1 = 1;
    assert_int_equal(open_as(&cfg), NACRE_CTRL_STATE);
    assert_string_equal(i2c.mismatch.name, "I2C CR1 PE");
    assert_int_equal(board.i2c.TIMINGR, 0);

    false_start();
    board.clock_stands = true;
    assert_int_equal(open_as(&cfg), NACRE_CLOCK);

    false_start();
    board.lines.sda_for_good = true;
    assert_int_equal(open_as(&cfg), NACRE_BUS_STUCK);
    assert_int_equal(board.i2c.CR1 & 1u, 0);
    board.lines.sda_for_good = false;
    assert_int_equal(open_as(&cfg), NACRE_OK);
    bus_works();
    assert_int_equal(open_as(&cfg), NACRE_CTRL_STATE);
    nacre_stm32_i2c_close(&i2c);
    assert_int_equal(open_as(&cfg), NACRE_OK);
    bus_works();
}

/* Two pins of one port and two clocks: no other bit of theirs changes. */
static void test_port_i2c_open_touches_what_it_was_given(void **state)
{
    const struct nacre_stm32_i2c_cfg cfg = cfg_of_board();
    (void)state;
    false_start();
    struct false_board before = board;
    before.gpio[1][1] = 0x5A5Au;
    before.gpio[1][5] = 0xA5A5u;
    before.gpio[1][3] = 0x55AA55AAu;
    before.RCC[0] = 0x00001000u;
    board = before;
    assert_int_equal(open_as(&cfg), NACRE_OK);
    static const uint32_t bits[11] = {0x000C3000u, 0x240u, 0x000C3000u, 0x000C3000u, 0,
                                      0x240u,      0,      0,           0x0F000000u, 0xF0u, 0};
    for (uint32_t i = 0; i < 11u; i++) {
        assert_int_equal(board.gpio[1][i] & ~bits[i], before.gpio[1][i] & ~bits[i]);
    }
    assert_int_equal(board.gpio[1][0] & bits[0], 0x00082000u);
    assert_int_equal(board.gpio[1][3] & bits[3], 0);
    assert_int_equal(board.RCC[0], 0x00001002u);
    assert_int_equal(board.RCC[1], 0x00200000u);
    assert_int_equal(board.RCC[2], 0);
    assert_memory_equal(board.gpio[0], before.gpio[0], sizeof before.gpio[0]);
    assert_memory_equal(board.gpio[2], before.gpio[2], sizeof before.gpio[0] * 14u);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_board, no_misuse)
        TEST(test_port_i2c_moves_any_length),
        TEST(test_port_i2c_asks_who_acknowledges),
        TEST(test_port_i2c_takes_the_time_of_its_bits),
        TEST(test_port_i2c_ends_a_write_that_fails_anywhere),
        TEST(test_port_i2c_ends_a_read_that_fails_anywhere),
        TEST(test_port_i2c_tells_a_line_that_stays_low),
        TEST(test_port_i2c_frees_a_part_in_any_state),
        TEST(test_port_i2c_waits_for_a_part_that_stretches),
        TEST(test_port_i2c_survives_being_held_up),
        TEST(test_port_i2c_ends_without_a_clock),
        TEST(test_port_i2c_open_names_what_makes_no_sense),
        TEST(test_port_i2c_open_refuses_what_it_finds),
        TEST(test_port_i2c_open_touches_what_it_was_given),
#undef TEST
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
