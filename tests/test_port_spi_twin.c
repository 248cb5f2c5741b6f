/*
 * Goal: the SPI driver, in an image that runs from the flash, over real parts: frames of any length
 * arrive whole and come back, what goes wrong is told and survived, and the time is that of the
 * bits.
 *
 * Method: tests/bus_fw on the twin, which ends the run at each misuse of the controller or of the
 * pins. What the part holds is looked at past the bus; faults are put at each byte; the twin counts
 * bytes and times of each transfer.
 */
#include "nacre/err.h"
#include "tests/support/driver_bed.h"
#include "twin/parts/part.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define WREN 0x06u
#define RDSR 0x05u
#define READ 0x03u
#define WRITE 0x02u
#define RDID 0x9Fu
#define HEAD 4u /* opcode, and three bytes of address of the FM25V10 */
#define AT 0x10140u

static struct driver_bed bed;

static int setup(void **state)
{
    (void)state;
    driver_bed_open(&bed, "FM25V10", "25LC256", "s", 40000000);
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

static int32_t frame(uint8_t opcode, uint32_t out_bytes, uint32_t more_bytes, uint32_t in_bytes)
{
    bed.box.out[0] = opcode;
    bed.box.out[1] = (uint8_t)(AT >> 16);
    bed.box.out[2] = (uint8_t)(AT >> 8);
    bed.box.out[3] = (uint8_t)AT;
    bed.box.out_bytes = out_bytes;
    bed.box.more_bytes = more_bytes;
    bed.box.in_bytes = in_bytes;
    return driver_bed_do(&bed, "f");
}

static void more_fill(uint32_t n, uint32_t seed)
{
    for (uint32_t i = 0; i < n; i++) {
        bed.box.out[HEAD + i] = (uint8_t)(i * 29u + (i >> 8) + seed * 7u + 1u);
    }
}

/* Whatever went wrong: from here on a write and a read are right. */
static void bus_works(uint32_t seed)
{
    uint8_t wanted[24];
    assert_int_equal(frame(WREN, 1, 0, 0), 1);
    more_fill(sizeof wanted, seed);
    memcpy(wanted, bed.box.out + HEAD, sizeof wanted);
    assert_int_equal(frame(WRITE, HEAD, sizeof wanted, 0), HEAD + sizeof wanted);
    assert_memory_equal(part_bytes(part()) + AT, wanted, sizeof wanted);
    memset(bed.box.in, 0, sizeof wanted);
    assert_int_equal(frame(READ, HEAD, 0, sizeof wanted), HEAD + sizeof wanted);
    assert_memory_equal(bed.box.in, wanted, sizeof wanted);
}

static void test_port_spi_twin_moves_any_length(void **state)
{
    static const uint32_t lengths[] = {1,    2,    7,    8,    9,    16,   255,
                                       256,  1018, 1019, 1020, 1023, 1024, 2040};
    static uint8_t wanted[BOX_BYTES];
    (void)state;
    driver_bed_rewind(&bed);
    for (uint32_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        const uint32_t n = lengths[i];
        assert_int_equal(frame(WREN, 1, 0, 0), 1);
        more_fill(n, i);
        memcpy(wanted, bed.box.out + HEAD, n);
        assert_int_equal(frame(WRITE, HEAD, n, 0), HEAD + n);
        assert_memory_equal(part_bytes(part()) + AT, wanted, n);
        memset(bed.box.in, 0xEE, sizeof bed.box.in);
        assert_int_equal(frame(READ, HEAD, 0, n), HEAD + n);
        assert_memory_equal(bed.box.in, wanted, n);
        assert_int_equal(bed.box.in[n], 0xEE);
        assert_int_equal(bed.transfer_count, 1); /* chip select fell once */
        assert_int_equal(bed.transfers[0].how, TWIN_TRANSFER_DONE);
        assert_int_equal(bed.transfers[0].out, HEAD + n);
    }
    assert_int_equal(part_violations(part()), 0);
}

static void test_port_spi_twin_sends_from_the_flash(void **state)
{
    (void)state;
    driver_bed_rewind(&bed);
    assert_int_equal(frame(WREN, 1, 0, 0), 1);
    bed.box.is_in_flash = 1;
    assert_int_equal(frame(WRITE, HEAD, 20, 0), 24);
    bed.box.is_in_flash = 0;
    assert_memory_equal(part_bytes(part()) + AT, "These bytes lie in t", 20);
}

/* Another chip select, another speed: the EEPROM answers, and the FRAM hears nothing. */
static void test_port_spi_twin_selects_the_other_part(void **state)
{
    (void)state;
    driver_bed_rewind(&bed);
    const uint64_t before = part_counters(part()).transfers;
    (void)driver_bed_do(&bed, "S");
    bed.box.speed = 10000000;
    bed.box.cs_is_pf8 = 1;
    assert_int_equal(driver_bed_do(&bed, "s"), NACRE_OK);
    assert_int_equal(frame(WREN, 1, 0, 0), 1);
    assert_int_equal(frame(RDSR, 1, 0, 1), 2);
    assert_int_equal(bed.box.in[0], 0x02); /* WEL */
    bed.box.cs_is_pf8 = 0;
    assert_int_equal(part_counters(part()).transfers, before);
    assert_int_equal(part_violations(twin_part(bed.twin, 1)), 0);
}

/* Bytes on the wire as the twin counts them, and the time, against the bits at SCK. */
static void test_port_spi_twin_takes_the_time_of_its_bits(void **state)
{
    static const struct {
        uint32_t sck_hz_max;
        uint32_t sck_hz;
    } speeds[] = {
        {1000000, 585937}, {5000000, 4687500}, {20000000, 18750000}, {40000000, 37500000}};
    (void)state;
    for (uint32_t i = 0; i < sizeof speeds / sizeof speeds[0]; i++) {
        struct twin_bus_counts before;
        struct twin_bus_counts after;
        driver_bed_rewind(&bed);
        (void)driver_bed_do(&bed, "S");
        bed.box.speed = speeds[i].sck_hz_max;
        assert_int_equal(driver_bed_do(&bed, "s"), NACRE_OK);
        twin_bus_counts_get(bed.twin, &before);
        assert_int_equal(frame(READ, HEAD, 0, 1000), HEAD + 1000);
        twin_bus_counts_get(bed.twin, &after);
        assert_int_equal(after.bytes - before.bytes, HEAD + 1000u);
        assert_int_equal(after.transfers - before.transfers, 1);
        const uint64_t bits_us = (HEAD + 1000u) * 8u * 1000000ull / speeds[i].sck_hz;
        const uint64_t wire_us = (after.busy_ps - before.busy_ps) / 1000000u;
        assert_in_range(wire_us, bits_us - bits_us / 50u - 1u, bits_us + bits_us / 50u + 1u);
        assert_in_range(bed.box.us, bits_us, bits_us + bits_us / 20u + 60u);
    }
}

/* ---- faults ---- */

static void plan(enum twin_bus_fault_kind kind, uint32_t byte)
{
    struct twin_bus_counts counts;
    twin_bus_counts_get(bed.twin, &counts);
    const struct twin_bus_fault fault = {.kind = kind, .transfer = counts.transfers, .count = 1,
                                         .at = byte};
    twin_bus_fault_plan(bed.twin, &fault);
}

static void test_port_spi_twin_survives_a_controller_that_hangs(void **state)
{
    (void)state;
    for (uint32_t byte = 0; byte < HEAD + 20u; byte++) {
        driver_bed_rewind(&bed);
        plan(TWIN_FAULT_HANG, byte);
        assert_int_equal(frame(READ, HEAD, 0, 20), -NACRE_BUS_TIMEOUT);
        assert_in_range(bed.box.us, 1000, 2500);
        twin_bus_fault_plan(bed.twin, NULL);
        bus_works(byte);
    }
}

/* A part that is not there is no error of the bus: it reads as ones, or as zeros. */
static void test_port_spi_twin_reads_what_the_wire_says(void **state)
{
    static const uint8_t zeros[8] = {0};
    uint8_t ones[8];
    (void)state;
    memset(ones, 0xFF, sizeof ones);
    driver_bed_rewind(&bed);
    plan(TWIN_FAULT_MISO_HIGH, 0);
    assert_int_equal(frame(RDID, 1, 0, 8), 9);
    assert_memory_equal(bed.box.in, ones, 8);
    plan(TWIN_FAULT_MISO_LOW, 0);
    assert_int_equal(frame(RDID, 1, 0, 8), 9);
    assert_memory_equal(bed.box.in, zeros, 8);
    twin_bus_fault_plan(bed.twin, NULL);
    bus_works(1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_port_spi_twin_moves_any_length),
        cmocka_unit_test(test_port_spi_twin_sends_from_the_flash),
        cmocka_unit_test(test_port_spi_twin_selects_the_other_part),
        cmocka_unit_test(test_port_spi_twin_takes_the_time_of_its_bits),
        cmocka_unit_test(test_port_spi_twin_survives_a_controller_that_hangs),
        cmocka_unit_test(test_port_spi_twin_reads_what_the_wire_says),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
