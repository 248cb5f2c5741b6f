/*
 * What goes wrong on I2C1 of the twin, on purpose, and how a driver gets the bus back; then the
 * command line with parts.
 *
 * Method: a fault is planned for the next transfer; the image twin_bus_fw tells which flag ended
 * it. What each flag means is the manual's; that the bytes of the part are old, new or as far as
 * they came is known from what was sent.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "tests/support/bus_bed.h"
#include "tests/support/cmocka_all.h"

#define I2C1 0x40005400u
#define ISR (I2C1 + 0x18u)
#define GPIOB_IDR 0x58020410u
#define SCL (1u << 6)
#define SDA (1u << 9)

static struct bus_bed bed;

static int setup(void **state)
{
    static const uint8_t old[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    (void)state;
    bus_open(&bed, "MB85RC256V", NULL);
    bus_enable(&bed);
    assert_true(part_load(bus_part(&bed, 0), 0x80, old, sizeof old));
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    bus_close(&bed);
    return 0;
}

static void check_bytes(const uint8_t *expected, uint32_t n)
{
    assert_memory_equal(part_bytes(bus_part(&bed, 0)) + 0x80, expected, n);
}

/* After whatever it was: a load answers what is stored. */
static void check_usable(void)
{
    assert_int_equal(bus_i2c_load(&bed, 0x50, 0x80, 8), BOX_OK);
    check_bytes(bed.box.in, 8);
}

static void test_bus_address_not_acknowledged(void **state)
{
    (void)state;
    bus_disturb(&bed, TWIN_FAULT_NO_ACK, 0, 0);
    assert_int_equal(bus_i2c_store(&bed, 0x50, 0x80, 0x90, 2), BOX_NO_ACK);
    assert_int_equal(bed.box.isr & 0x8030u, 0x30);
    assert_int_equal(bus_transfer(&bed).how, TWIN_TRANSFER_NO_ACK);
    assert_int_equal(bus_transfer(&bed).part, -1);
    check_bytes((const uint8_t[]){1, 2}, 2);
    check_usable();
}

/* The address is byte 0, the memory address 1 and 2, data from 3 on; that one was received. */
static void test_bus_byte_not_acknowledged(void **state)
{
    (void)state;
    bus_disturb(&bed, TWIN_FAULT_NO_ACK, 4, 0);
    assert_int_equal(bus_i2c_store(&bed, 0x50, 0x80, 0x90, 4), BOX_NO_ACK);
    assert_int_equal(bus_transfer(&bed).out, 4);
    check_bytes((const uint8_t[]){0x90, 0x91, 3, 4}, 4);
    check_usable();
}

/* ARLO, and the bus is busy until the other master's stop. */
static void test_bus_arbitration_lost(void **state)
{
    (void)state;
    bus_disturb(&bed, TWIN_FAULT_LOST, 0, 0);
    bus_put(&bed, I2C1 + 0x04u, 0x50u << 1 | 1u << 25 | 1u << 13);
    assert_int_equal(bus_transfer(&bed).how, TWIN_TRANSFER_LOST);
    assert_int_equal(bus_get(&bed, ISR) & 0x230u, 0x200);
    assert_int_equal(bed_run_ms(&bed.board, 1), TWIN_STOP_TIME);
    assert_int_equal(bus_get(&bed, ISR) & 0x8000u, 0);
    check_bytes((const uint8_t[]){1, 2}, 2);
    check_usable();
}

static void test_bus_misplaced_stop(void **state)
{
    (void)state;
    bus_disturb(&bed, TWIN_FAULT_BUS_ERROR, 4, 0);
    assert_int_equal(bus_i2c_store(&bed, 0x50, 0x80, 0x90, 4), BOX_BUS_ERROR);
    assert_int_equal(bus_transfer(&bed).how, TWIN_TRANSFER_BUS_ERROR);
    check_bytes((const uint8_t[]){0x90, 2, 3, 4}, 4);
    check_usable();
}

static void test_bus_controller_hangs_until_disabled(void **state)
{
    (void)state;
    bus_disturb(&bed, TWIN_FAULT_HANG, 2, 0);
    assert_int_equal(bus_i2c_store(&bed, 0x50, 0x80, 0x90, 4), BOX_TIMEOUT);
    assert_int_equal(bed.box.isr & 0x77u, 1); /* no flag but TXE */
    (void)bus_do(&bed, BOX_RESET_I2C, 0, 0, 0);
    assert_int_equal(bus_transfer(&bed).how, TWIN_TRANSFER_ABANDONED);
    check_bytes((const uint8_t[]){1, 2}, 2);
    check_usable();
}

/* SDA is held while the address is sent: the controller sees a 0 where it sends a 1. */
static void test_bus_sda_held_is_clocked_free(void **state)
{
    (void)state;
    bus_disturb(&bed, TWIN_FAULT_SDA_LOW, 0, 14);
    assert_int_equal(bus_i2c_store(&bed, 0x50, 0x80, 0x90, 4), BOX_LOST);
    assert_int_equal(bus_get(&bed, GPIOB_IDR) & (SCL | SDA), SCL);
    assert_int_equal(bus_do(&bed, BOX_CLOCKS, 9, 0, 0), 5); /* 9 went by with the address */
    assert_int_equal(bed.box.isr, SCL | SDA);
    check_bytes((const uint8_t[]){1, 2}, 2);
    check_usable();
}

static void test_bus_sda_held_for_good_stays(void **state)
{
    (void)state;
    bus_disturb(&bed, TWIN_FAULT_SDA_LOW, 0, 0);
    assert_int_equal(bus_i2c_store(&bed, 0x50, 0x80, 0x90, 4), BOX_LOST);
    assert_int_equal(bed_run_ms(&bed.board, 1), TWIN_STOP_TIME);
    assert_int_equal(bus_get(&bed, ISR) & 0x8000u, 0x8000); /* no stop was seen */
    assert_int_equal(bus_do(&bed, BOX_CLOCKS, 9, 0, 0), 9);
    assert_int_equal(bed.box.isr, SCL);
    /* A start waits for a free bus: no flag comes. */
    assert_int_equal(bus_do(&bed, BOX_I2C, 0x50, 0, 0), BOX_TIMEOUT);
    assert_int_equal(bus_get(&bed, I2C1 + 0x04u) & 1u << 13, 1u << 13);
    twin_bus_fault_plan(bed.board.twin, NULL);
    (void)bus_do(&bed, BOX_RESET_I2C, 0, 0, 0);
    check_usable();
}

/* SDA is held from the last byte of a read on: it reads 00, and no stop can be given. */
static void test_bus_sda_held_keeps_the_stop_away(void **state)
{
    (void)state;
    bus_disturb(&bed, TWIN_FAULT_SDA_LOW, 5, 12);
    assert_int_equal(bus_i2c_load(&bed, 0x50, 0x80, 2), BOX_TIMEOUT);
    assert_int_equal(bed.box.in[0], 1);
    assert_int_equal(bed.box.in[1], 0);
    assert_int_equal(bed.box.isr & 0x8020u, 0x8000); /* BUSY, no STOPF */
    assert_int_equal(bus_do(&bed, BOX_CLOCKS, 9, 0, 0), 3);
    assert_int_equal(bed.box.isr, SCL | SDA);
    check_usable();
}

/* 3 ms: the byte goes on behind it, nothing is lost. 30 ms: the driver gives up first. */
static void test_bus_scl_held_stretches(void **state)
{
    (void)state;
    bus_disturb(&bed, TWIN_FAULT_SCL_LOW, 3, 3000);
    assert_int_equal(bus_i2c_store(&bed, 0x50, 0x80, 0x90, 2), BOX_OK);
    assert_in_range(bus_transfer_ps(&bed), 3 * TWIN_PS_PER_MS, 4 * TWIN_PS_PER_MS);
    check_bytes((const uint8_t[]){0x90, 0x91, 3}, 3);
    bus_disturb(&bed, TWIN_FAULT_SCL_LOW, 3, 30000);
    assert_int_equal(bus_i2c_store(&bed, 0x50, 0x80, 0x70, 2), BOX_TIMEOUT);
    assert_int_equal(bus_get(&bed, GPIOB_IDR) & SCL, 0);
    (void)bus_do(&bed, BOX_RESET_I2C, 0, 0, 0);
    assert_int_equal(bed_run_ms(&bed.board, 31), TWIN_STOP_TIME);
    assert_int_equal(bus_get(&bed, GPIOB_IDR) & SCL, SCL);
    check_bytes((const uint8_t[]){0x90, 0x91, 3}, 3);
    check_usable();
}

/*
 * The MCU is reset while the part sends a byte of 00: it holds SDA until the rest of the byte and
 * the acknowledge were clocked.
 */
static void test_bus_reset_inside_a_read_leaves_sda_held(void **state)
{
    (void)state;
    static const uint8_t zeros[4];
    assert_true(part_load(bus_part(&bed, 0), 0x80, zeros, 4));
    /* Address, two bytes, address again, one byte; then in the second. */
    const struct twin_cut when = {TWIN_CUT_AT_BUS_BYTE, 0, bus_counts(&bed).bytes + 5u, 0.5};
    twin_reset_plan(bed.board.twin, &when);
    bed.box.out[0] = 0;
    bed.box.out[1] = 0x80;
    bus_ask(&bed, BOX_I2C, 0x50, 2, 4);
    assert_int_equal(bus_wait(&bed), TWIN_STOP_RESET);
    assert_int_equal(bus_transfer(&bed).how, TWIN_TRANSFER_ABANDONED);
    bed_wait(&bed.board, "ready\n", 10);
    bus_enable(&bed);
    assert_int_equal(bus_get(&bed, GPIOB_IDR) & (SCL | SDA), SCL);
    assert_int_equal(bus_do(&bed, BOX_I2C, 0x50, 0, 0), BOX_TIMEOUT);
    assert_in_range(bus_do(&bed, BOX_CLOCKS, 9, 0, 0), 1, 9);
    assert_int_equal(bed.box.isr, SCL | SDA);
    check_usable();
}

/* The fault of a part itself: it does not answer at all for two transfers. */
static void test_bus_part_that_is_dead(void **state)
{
    (void)state;
    const struct part_fault fault = {PART_FAULT_DEAD, 0, 2, 0};
    part_inject(bus_part(&bed, 0), &fault);
    assert_int_equal(bus_do(&bed, BOX_I2C, 0x50, 0, 0), BOX_NO_ACK);
    assert_int_equal(bus_do(&bed, BOX_I2C, 0x50, 0, 0), BOX_NO_ACK);
    check_usable();
}

/* A snapshot holds the plan and the lines. */
static void test_bus_snapshot_holds_the_fault(void **state)
{
    (void)state;
    bus_disturb(&bed, TWIN_FAULT_NO_ACK, 0, 0);
    struct twin_snapshot *const snapshot = twin_snapshot(bed.board.twin);
    for (uint32_t round = 0; round < 2u; round++) {
        assert_int_equal(bus_do(&bed, BOX_I2C, 0x50, 0, 0), BOX_NO_ACK);
        assert_int_equal(bus_do(&bed, BOX_I2C, 0x50, 0, 0), BOX_OK);
        twin_restore(bed.board.twin, snapshot);
    }
    twin_snapshot_free(bed.board.twin, snapshot);
}

/* ---- the command line ---- */

static char output[1u << 18];

static int run(const char *arguments)
{
    char line[1024];
    (void)snprintf(line, sizeof line, "%s %s 2>&1", NACRE_TWIN, arguments);
    FILE *const pipe = popen(line, "r");
    assert_non_null(pipe);
    const size_t n = fread(output, 1, sizeof output - 1u, pipe);
    output[n] = '\0';
    return WEXITSTATUS(pclose(pipe));
}

/* The image `once` counts a byte of the EEPROM up, and says what it found. */
static void test_bus_command_keeps_bytes_in_a_file(void **state)
{
    (void)state;
    (void)remove("test_twin_bus.bin");
    const char *const line =
        TWIN_FW_DIR "/once.elf --part 24LC256=test_twin_bus.bin --until end --time-limit 50";
    assert_int_equal(run(line), 0);
    assert_non_null(strstr(output, "found=255\n"));
    assert_int_equal(run(line), 0);
    assert_non_null(strstr(output, "found=0\n"));
    assert_int_equal(run(line), 0);
    assert_non_null(strstr(output, "found=1\n"));
    assert_int_equal(remove("test_twin_bus.bin"), 0);
}

static void test_bus_command_traces_and_reports(void **state)
{
    (void)state;
    assert_int_equal(run(TWIN_FW_DIR "/once.elf --part 24LC256 --until end --trace --json"), 0);
    assert_non_null(strstr(output, "I2C1 #0 part 0, first byte A1, out 2, in 1, done in "));
    assert_non_null(strstr(output, ", a write cycle begins\n"));
    /* Nine bytes of nine clocks of 2,566.67 ns. */
    assert_non_null(strstr(output, "\"transfers\": 2, \"bytes\": 9, \"busy_us\": 207.900"));
    assert_non_null(strstr(output, "{\"name\": \"24LC256\", \"transfers\": 3, "));
    assert_int_equal(run(TWIN_FW_DIR "/once.elf --part 24LC256 --until end --bus-fault no-ack,0"),
                     0);
    assert_non_null(strstr(output, "found=999\n"));
}

static void test_bus_command_refuses_bad_usage(void **state)
{
    (void)state;
    assert_int_equal(run(TWIN_FW_DIR "/once.elf --part 24LC999"), 2);
    assert_non_null(strstr(output, "no such part"));
    assert_int_equal(run(TWIN_FW_DIR "/once.elf --part 24LC256@8"), 2);
    assert_int_equal(run(TWIN_FW_DIR "/once.elf --part 24LC256 --bus-fault rain,0"), 3);
    assert_int_equal(run(TWIN_FW_DIR "/once.elf --part 24LC256 --bus-fault lost,x"), 3);
    assert_int_equal(run(TWIN_FW_DIR "/once.elf --part FM25V10 --part 25LC256 --part M95M01"), 2);
}

#define ON_BUS(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BUS(test_bus_address_not_acknowledged),
        ON_BUS(test_bus_byte_not_acknowledged),
        ON_BUS(test_bus_arbitration_lost),
        ON_BUS(test_bus_misplaced_stop),
        ON_BUS(test_bus_controller_hangs_until_disabled),
        ON_BUS(test_bus_sda_held_is_clocked_free),
        ON_BUS(test_bus_sda_held_for_good_stays),
        ON_BUS(test_bus_sda_held_keeps_the_stop_away),
        ON_BUS(test_bus_scl_held_stretches),
        ON_BUS(test_bus_reset_inside_a_read_leaves_sda_held),
        ON_BUS(test_bus_part_that_is_dead),
        ON_BUS(test_bus_snapshot_holds_the_fault),
        cmocka_unit_test(test_bus_command_keeps_bytes_in_a_file),
        cmocka_unit_test(test_bus_command_traces_and_reports),
        cmocka_unit_test(test_bus_command_refuses_bad_usage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
