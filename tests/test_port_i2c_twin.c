/*
 * Goal: the I2C driver, in an image that runs from the flash, over real parts: bytes arrive and
 * come back, every fault on the wire is told for what it is and survived, and the time is that of
 * the bits.
 *
 * Method: tests/bus_fw on the twin, which ends the run at each misuse of the controller. What the
 * part holds is looked at past the bus; faults are put at each byte; the twin counts bytes and
 * times of each transfer.
 */
#include "nacre/err.h"
#include "tests/support/driver_bed.h"
#include "tests/support/prompt.h"
#include "twin/parts/part.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MEMORY 0x50u
#define PAGE 64u
#define AT 0x0140u

static struct driver_bed bed;

static int setup(void **state)
{
    (void)state;
    driver_bed_open(&bed, "24LC256", NULL, "i", 400);
    driver_bed_mark(&bed);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    driver_bed_close(&bed);
    return 0;
}

static struct part *part(void)
{
    return twin_part(bed.twin, 0);
}

static void out_fill(uint32_t n, uint32_t seed)
{
    for (uint32_t i = 0; i < n; i++) {
        bed.box.out[2u + i] = (uint8_t)(i * 29u + seed * 7u + 1u);
    }
}

/* Ask by the address alone until the part has written; it may not last longer than 5 ms. */
static void part_await(void)
{
    for (uint32_t i = 0; i < 100u; i++) {
        const int32_t result = driver_bed_message(&bed, MEMORY, 0, 0, 0);
        if (result == 0) return;
        assert_int_equal(result, -NACRE_BUS_NO_ACK);
    }
    fail_msg("the part never ended its write");
}

/* Whatever went wrong: from here on a read is right. */
static void bus_works(void)
{
    assert_int_equal(driver_bed_message(&bed, MEMORY, 0x20, 2, 33), 35);
    assert_memory_equal(bed.box.in, part_bytes(part()) + 0x20, 33);
}

static void test_port_i2c_twin_writes_and_reads_a_page(void **state)
{
    uint8_t wanted[PAGE];
    (void)state;
    driver_bed_rewind(&bed);
    out_fill(PAGE, 3);
    memcpy(wanted, bed.box.out + 2, PAGE);
    assert_int_equal(driver_bed_message(&bed, MEMORY, AT, 2u + PAGE, 0), 2 + (int32_t)PAGE);
    assert_int_equal(driver_bed_message(&bed, MEMORY, 0, 0, 0), -NACRE_BUS_NO_ACK);
    part_await();
    assert_memory_equal(part_bytes(part()) + AT, wanted, PAGE);
    assert_int_equal(part_counters(part()).writes, 1);
    assert_int_equal(part_violations(part()), 0);
    memset(bed.box.in, 0, sizeof bed.box.in);
    assert_int_equal(driver_bed_message(&bed, MEMORY, AT, 2, PAGE), 2 + (int32_t)PAGE);
    assert_memory_equal(bed.box.in, wanted, PAGE);
}

/* Longer than NBYTES, on either side of each of its multiples. */
static void test_port_i2c_twin_reads_any_length(void **state)
{
    static const uint32_t lengths[] = {1, 2, 254, 255, 256, 257, 509, 510, 511, 765, 766, 2048};
    static uint8_t bytes[2048];
    (void)state;
    driver_bed_rewind(&bed);
    for (uint32_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)(i * 11u + (i >> 8));
    }
    assert_true(part_load(part(), 0x100, bytes, sizeof bytes));
    for (uint32_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        const uint32_t n = lengths[i];
        memset(bed.box.in, 0xEE, sizeof bed.box.in);
        assert_int_equal(driver_bed_message(&bed, MEMORY, 0x100, 2, n), 2 + (int32_t)n);
        assert_memory_equal(bed.box.in, bytes, n);
        assert_true(n == sizeof bytes || bed.box.in[n] == 0xEE);
        assert_int_equal(bed.transfer_count, 1);
        assert_int_equal(bed.transfers[0].how, TWIN_TRANSFER_DONE);
        assert_int_equal(bed.transfers[0].out, 2);
        assert_int_equal(bed.transfers[0].in, n);
    }
}

/* What is sent may lie in the flash that the driver runs from. */
static void test_port_i2c_twin_sends_from_the_flash(void **state)
{
    (void)state;
    driver_bed_rewind(&bed);
    bed.box.is_in_flash = 1;
    assert_int_equal(driver_bed_message(&bed, MEMORY, 0, 20, 0), 20); /* "Th" is the address */
    bed.box.is_in_flash = 0;
    part_await();
    assert_memory_equal(part_bytes(part()) + 0x5468, "ese bytes lie in t", 18);
}

/*
 * Bytes on the wire as the twin counts them, and the time from start to stop, against the sum of
 * the periods that TIMINGR gives at 150 MHz: 50 ns of filter, 2 clocks, and 160 ns of edges are
 * what the twin adds to SCLL and SCLH.
 */
static void takes_the_time_of_its_bits(uint32_t khz, uint32_t scl_clocks)
{
    const uint64_t period_ps = scl_clocks * 20000u / 3u + 2u * (50000u + 13334u) + 160000u;
    struct twin_bus_counts before;
    struct twin_bus_counts after;
    (void)driver_bed_do(&bed, "I");
    bed.box.speed = khz;
    assert_int_equal(driver_bed_do(&bed, "i"), 0);
    twin_bus_counts_get(bed.twin, &before);
    assert_int_equal(driver_bed_message(&bed, MEMORY, AT, 2, 64), 66);
    twin_bus_counts_get(bed.twin, &after);
    assert_int_equal(after.bytes - before.bytes, 1u + 2u + 1u + 64u);
    assert_int_equal(after.transfers - before.transfers, 1);
    const uint64_t bits_ps = (9u * 68u + 3u) * period_ps; /* and start, start again, stop */
    const uint64_t ps = (uint64_t)bed.box.us * 1000000u;
    assert_in_range(ps, bits_ps - bits_ps / 50u, bits_ps + bits_ps / 20u + 5000000u);
    assert_in_range(period_ps, 1000000000u / khz, 1250000000u / khz);
}

static void test_port_i2c_twin_takes_the_time_of_its_bits(void **state)
{
    (void)state;
    driver_bed_rewind(&bed);
    takes_the_time_of_its_bits(100, 12u * (0x42u + 0x38u + 2u));
    takes_the_time_of_its_bits(400, 4u * (0x3Cu + 0x1Cu + 2u));
    driver_bed_close(&bed);
    driver_bed_open(&bed, "M24M01", NULL, "i", 400); /* takes 1 MHz */
    takes_the_time_of_its_bits(1000, 2u * (0x2Au + 0x16u + 2u));
    driver_bed_close(&bed);
    setup(NULL);
}

/* ---- faults ---- */

struct kind {
    enum twin_bus_fault_kind kind;
    uint32_t length;
    enum nacre_err err;
};

static void fault_at(const struct kind *kind, uint32_t byte)
{
    struct twin_bus_counts counts;
    twin_bus_counts_get(bed.twin, &counts);
    const struct twin_bus_fault fault = {.kind = kind->kind, .transfer = counts.transfers,
                                         .count = 1, .at = byte, .length = kind->length};
    twin_bus_fault_plan(bed.twin, &fault);
}

static void one_fault(const struct kind *kind, uint32_t byte, uint32_t out_bytes, uint32_t in_bytes)
{
    driver_bed_rewind(&bed);
    out_fill(out_bytes, byte);
    fault_at(kind, byte);
    const int32_t result = driver_bed_message(&bed, MEMORY, AT, out_bytes, in_bytes);
    twin_bus_fault_plan(bed.twin, NULL);
    if (result != -(int32_t)kind->err) {
        fail_msg("fault %d at byte %u: %d, not %d", kind->kind, byte, result, -kind->err);
    }
    assert_in_range(bed.box.us, 1, 30000);
    assert_int_equal(driver_bed_do(&bed, "r"), NACRE_OK);
    part_await();
    bus_works();
}

static const struct kind kinds[] = {
    {TWIN_FAULT_NO_ACK, 0, NACRE_BUS_NO_ACK},
    {TWIN_FAULT_LOST, 0, NACRE_BUS_LOST},
    {TWIN_FAULT_BUS_ERROR, 0, NACRE_IO},
    {TWIN_FAULT_HANG, 0, NACRE_BUS_TIMEOUT},
};

static void test_port_i2c_twin_survives_a_fault_at_each_byte_of_a_write(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        for (uint32_t byte = 0; byte < 1u + 2u + 8u; byte++) {
            one_fault(&kinds[i], byte, 2u + 8u, 0);
        }
    }
}

static void test_port_i2c_twin_survives_a_fault_at_each_byte_of_a_read(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        for (uint32_t byte = 0; byte < 1u + 2u + 1u + 8u; byte++) {
            if (kinds[i].kind == TWIN_FAULT_NO_ACK && byte > 3u) break; /* the master's to give */
            one_fault(&kinds[i], byte, 2, 8);
        }
    }
}

/*
 * SDA held for some clocks from any byte on. A write that is said to have succeeded has, for the
 * controller sees that its ones are zeros; what is read may be zeros, which the store finds out.
 */
static void sda_low(uint32_t byte, uint32_t clocks, uint32_t out_bytes, uint32_t in_bytes)
{
    const struct kind low = {TWIN_FAULT_SDA_LOW, clocks, NACRE_OK};
    uint8_t wanted[8];
    driver_bed_rewind(&bed);
    out_fill(out_bytes, byte);
    memcpy(wanted, bed.box.out + 2, sizeof wanted);
    fault_at(&low, byte);
    const int32_t result = driver_bed_message(&bed, MEMORY, AT, out_bytes, in_bytes);
    const bool is_told = result == -NACRE_BUS_LOST || result == -NACRE_BUS_STUCK ||
                         result == -NACRE_BUS_TIMEOUT || result == -NACRE_IO;
    if (!is_told) assert_int_equal(result, out_bytes + in_bytes);
    for (uint32_t i = 0; i < 10u && driver_bed_do(&bed, "r") != NACRE_OK; i++) {
        assert_int_equal(bed.box.result, NACRE_BUS_STUCK);
    }
    assert_int_equal(bed.box.result, NACRE_OK);
    twin_bus_fault_plan(bed.twin, NULL);
    part_await();
    if (!is_told && in_bytes == 0) assert_memory_equal(part_bytes(part()) + AT, wanted, 8);
    bus_works();
}

static void test_port_i2c_twin_clocks_a_part_free(void **state)
{
    static const uint32_t clocks[] = {1, 5, 9, 14, 40, 75};
    (void)state;
    for (uint32_t byte = 0; byte < 11u; byte++) {
        for (uint32_t i = 0; i < sizeof clocks / sizeof clocks[0]; i++) {
            sda_low(byte, clocks[i], 10, 0);
            sda_low(byte, clocks[i], 2, 8);
        }
    }
}

static void test_port_i2c_twin_tells_a_line_that_stays_low(void **state)
{
    static const enum twin_bus_fault_kind lines[] = {TWIN_FAULT_SDA_LOW, TWIN_FAULT_SCL_LOW};
    (void)state;
    for (uint32_t i = 0; i < 2u; i++) {
        for (uint32_t byte = 0; byte < 5u; byte++) {
            const struct kind low = {lines[i], 0, NACRE_BUS_STUCK};
            driver_bed_rewind(&bed);
            fault_at(&low, byte);
            const int32_t first = driver_bed_message(&bed, MEMORY, AT, 2, 8);
            if (first == 10) fail_msg("line %u low at byte %u: no error", i, byte);
            assert_int_equal(driver_bed_message(&bed, MEMORY, AT, 2, 8), -NACRE_BUS_STUCK);
            assert_in_range(bed.box.us, 25000, 40000);
            assert_int_equal(driver_bed_do(&bed, "r"), NACRE_BUS_STUCK);
            twin_bus_fault_plan(bed.twin, NULL);
            assert_int_equal(driver_bed_do(&bed, "r"), NACRE_OK);
            part_await();
            bus_works();
        }
    }
}

/* A part may hold SCL as long as cfg.stretch_us says: 1 ms. */
static void test_port_i2c_twin_waits_for_a_part_that_stretches(void **state)
{
    (void)state;
    for (uint32_t byte = 0; byte < 8u; byte++) {
        const struct kind low = {TWIN_FAULT_SCL_LOW, 900, NACRE_OK};
        driver_bed_rewind(&bed);
        fault_at(&low, byte);
        assert_int_equal(driver_bed_message(&bed, MEMORY, 0x20, 2, 8), 10);
        assert_memory_equal(bed.box.in, part_bytes(part()) + 0x20, 8);
        assert_in_range(bed.box.us, 900, 1400);
    }
}

/* The processor is reset inside each byte of a read of zeros: open frees what the part holds. */
static void test_port_i2c_twin_opens_behind_a_reset(void **state)
{
    static const uint8_t zeros[64] = {0};
    (void)state;
    for (uint32_t byte = 0; byte < 10u; byte++) {
        for (uint32_t tenth = 1; tenth < 10u; tenth += 2u) {
            struct twin_bus_counts counts;
            driver_bed_rewind(&bed);
            assert_true(part_load(part(), AT, zeros, sizeof zeros));
            twin_bus_counts_get(bed.twin, &counts);
            const struct twin_cut cut = {.kind = TWIN_CUT_AT_BUS_BYTE,
                                         .count = counts.bytes + byte, .fraction = tenth / 10.0};
            twin_reset_plan(bed.twin, &cut);
            bed.box.address = MEMORY;
            bed.box.out[0] = (uint8_t)(AT >> 8);
            bed.box.out[1] = (uint8_t)AT;
            bed.box.out_bytes = 2;
            bed.box.in_bytes = 16;
            assert_true(twin_memory_write(bed.twin, bed.box_addr, &bed.box, sizeof bed.box));
            twin_uart_type(bed.twin, "m");
            assert_int_equal(prompt_run(bed.twin), TWIN_STOP_RESET);
            prompt_reach(bed.twin);
            bed.box.speed = 400;
            assert_int_equal(driver_bed_do(&bed, "i"), NACRE_OK);
            bus_works();
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_port_i2c_twin_writes_and_reads_a_page),
        cmocka_unit_test(test_port_i2c_twin_reads_any_length),
        cmocka_unit_test(test_port_i2c_twin_sends_from_the_flash),
        cmocka_unit_test(test_port_i2c_twin_takes_the_time_of_its_bits),
        cmocka_unit_test(test_port_i2c_twin_survives_a_fault_at_each_byte_of_a_write),
        cmocka_unit_test(test_port_i2c_twin_survives_a_fault_at_each_byte_of_a_read),
        cmocka_unit_test(test_port_i2c_twin_clocks_a_part_free),
        cmocka_unit_test(test_port_i2c_twin_tells_a_line_that_stays_low),
        cmocka_unit_test(test_port_i2c_twin_waits_for_a_part_that_stretches),
        cmocka_unit_test(test_port_i2c_twin_opens_behind_a_reset),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
