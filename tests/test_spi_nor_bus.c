/*
 * Goal: whatever the bus answers to a transfer of the serial NOR, the medium says so or tries again
 * with success; nothing is programmed twice, nothing that was written before is lost, no wait is
 * without end, and when the bus works again so does the medium.
 *
 * Method: one job of a program, reads and an erase, with a fault at each of its transfers: one, or
 * many in a row; with nothing of the frame sent, half of it, or all of it.
 */
#include "tests/support/spi_nor_fixture.h"

static const int32_t answers[] = {-NACRE_BUS_NO_ACK, -NACRE_BUS_LOST, -NACRE_BUS_TIMEOUT,
                                  -NACRE_BUS_STUCK,  -NACRE_IO,       1, 0, -5};
static const enum nacre_err errors[] = {NACRE_BUS_NO_ACK, NACRE_BUS_LOST,  NACRE_BUS_TIMEOUT,
                                        NACRE_BUS_STUCK,  NACRE_BUS_FAILED, NACRE_BUS_SHORT,
                                        NACRE_BUS_SHORT,  NACRE_BUS_SHORT};
#define ANSWERS 8u

static void test_spi_nor_bus_passes_on_its_errors(void **state)
{
    (void)state;
    uint8_t found[16];

    for (uint32_t i = 0; i < ANSWERS; i++) {
        bed.fault = (struct spi_fault){0};
        assert_int_equal(open_it(), NACRE_OK);
        bed.fault = (struct spi_fault){bed.transfers + 1u, 1000, SPI_FAULT_NOTHING, answers[i]};
        const uint32_t before = bed.transfers;
        assert_int_equal(read_at(0, found, 16), errors[i]);
        assert_int_equal(bed.transfers - before, 3); /* three tries */
        assert_int_equal(open_it(), errors[i]);
        bed.fault.count = 0;
        bed.fault = (struct spi_fault){bed.transfers + 1u, 2, SPI_FAULT_HALF, answers[i]};
        assert_int_equal(open_it(), NACRE_OK);
    }
}

/* One job: fresh granules, an erase with a read in it, and what was there before stays. */
static enum nacre_err do_job(uint32_t *programmed)
{
    uint8_t data[32];
    uint8_t found[32];

    fill(data, sizeof data, 0x55);
    *programmed = 0;
    enum nacre_err err = program(UNIT + 32u, data, 32);
    if (err == NACRE_OK) *programmed = 1;
    if (err == NACRE_OK) err = read_at(UNIT + 32u, found, 32);
    if (err == NACRE_OK) assert_memory_equal(found, data, 32);
    if (err == NACRE_OK) err = erase_start(2u * UNIT);
    if (err == NACRE_OK) {
        const enum nacre_err read_err = read_at(0, found, 32);

        if (read_err == NACRE_OK) assert_int_equal(found[0], 0xA5);
        err = erase_wait();
        if (err == NACRE_OK) assert_true(is_blank(array() + 2u * UNIT, UNIT));
        if (err == NACRE_OK) err = read_err;
    }
    return err;
}

static void try_fault(uint32_t mark, const struct spi_fault *fault, uint32_t *errors_seen)
{
    const uint8_t data[16] = {0x11};
    uint8_t found[16];
    uint32_t programmed;

    nor_rewind(bed.chip.nor, mark);
    assert_int_equal(open_it(), NACRE_OK);
    bed.fault = *fault;
    bed.fault.at += bed.transfers;
    const uint64_t begun_ps = bed.chip.now_ps;
    const enum nacre_err err = do_job(&programmed);
    assert_true(bed.chip.now_ps - begun_ps < 1500 * MS);
    if (err != NACRE_OK) *errors_seen += 1u;
    bed.fault = (struct spi_fault){0};
    /* Healed: everything works, and what was promised is there. */
    while (erase_poll() == NACRE_BUSY) chip_bus_wait(&bed.chip, MS);
    assert_int_equal(array()[0], 0xA5);
    if (programmed != 0) assert_int_equal(array()[UNIT + 32u], 0x55);
    assert_int_equal(program(3u * UNIT, data, 16), NACRE_OK);
    assert_int_equal(read_at(3u * UNIT, found, 16), NACRE_OK);
    assert_memory_equal(found, data, 16);
    assert_int_equal(erase_start(2u * UNIT), NACRE_OK);
    assert_int_equal(erase_wait(), NACRE_OK);
    assert_true(is_blank(array() + 2u * UNIT, UNIT));
    assert_int_equal(nor_counters(bed.chip.nor).double_programs, 0);
}

static void test_spi_nor_bus_survives_an_error_at_each_transfer(void **state)
{
    (void)state;
    const uint8_t old[16] = {0xA5};
    uint32_t programmed;
    uint32_t single_errors = 0;
    uint32_t long_errors = 0;

    assert_true(nor_load(bed.chip.nor, REGION, old, sizeof old));
    assert_true(nor_load(bed.chip.nor, REGION + 2u * UNIT, old, sizeof old));
    bed.pause_ps = MS;
    const uint32_t mark = nor_mark(bed.chip.nor);
    assert_int_equal(open_it(), NACRE_OK);
    const uint32_t before = bed.transfers;
    assert_int_equal(do_job(&programmed), NACRE_OK);
    const uint32_t all = bed.transfers - before;
    assert_in_range(all, 20, 200);
    for (uint32_t at = 1; at <= all; at++) {
        for (uint32_t reach = 0; reach < SPI_FAULT_REACHES; reach++) {
            const enum spi_fault_reach how = (enum spi_fault_reach)reach;
            const struct spi_fault single = {at, 1, how, -NACRE_BUS_TIMEOUT};
            const struct spi_fault many = {at, 40, how, 1};

            try_fault(mark, &single, &single_errors);
            try_fault(mark, &many, &long_errors);
        }
    }
    /* One error is an error only where the program or erase may have begun with it. */
    print_message("%u transfers; errors after one fault %u, after 40 %u\n", all, single_errors,
                  long_errors);
    assert_in_range(single_errors, 1, 4);
    assert_in_range(long_errors, 20, 6u * all);
}

/* What two runs of a fault at the erase's own frame come to: the chip works, so it is under way. */
static void test_spi_nor_bus_takes_an_erase_that_began_for_begun(void **state)
{
    (void)state;
    const uint8_t old[16] = {0xA5};

    assert_true(nor_load(bed.chip.nor, REGION, old, sizeof old));
    assert_int_equal(open_it(), NACRE_OK);
    bed.fault = (struct spi_fault){bed.transfers + 3u, 1, SPI_FAULT_ALL, -NACRE_BUS_TIMEOUT};
    assert_int_equal(erase_start(0), NACRE_OK); /* write enable, status, erase */
    assert_int_equal(erase_wait(), NACRE_OK);
    assert_true(is_blank(array(), UNIT));
    assert_int_equal(nor_counters(bed.chip.nor).erases, 1);
    bed.fault = (struct spi_fault){bed.transfers + 3u, 1, SPI_FAULT_NOTHING, -NACRE_BUS_TIMEOUT};
    assert_int_equal(erase_start(0), NACRE_OK); /* sent again */
    assert_int_equal(erase_wait(), NACRE_OK);
    assert_int_equal(nor_counters(bed.chip.nor).erases, 2);
    assert_int_equal(spi_nor_bed_violations(&bed), 0);
}

/* The bus says that it was sent, but it never arrived. */
static void test_spi_nor_bus_misses_a_write_enable_that_was_lost(void **state)
{
    (void)state;
    const uint8_t data[16] = {0x11};

    assert_int_equal(open_it(), NACRE_OK);
    bed.fault = (struct spi_fault){bed.transfers + 1u, 1, SPI_FAULT_NOTHING, 1};
    assert_int_equal(program(0, data, 16), NACRE_CHIP_REFUSED);
    bed.fault = (struct spi_fault){bed.transfers + 1u, 1, SPI_FAULT_NOTHING, 1};
    assert_int_equal(erase_start(0), NACRE_CHIP_REFUSED);
    assert_int_equal(spi_nor_bed_violations(&bed), 0); /* nothing was sent that is not heard */
    assert_true(is_blank(array(), UNIT));
    assert_int_equal(program(0, data, 16), NACRE_OK);
}

static const struct CMUnitTest tests[] = {
    W25(test_spi_nor_bus_passes_on_its_errors),
    W25(test_spi_nor_bus_survives_an_error_at_each_transfer),
    MX(test_spi_nor_bus_survives_an_error_at_each_transfer),
    W25(test_spi_nor_bus_misses_a_write_enable_that_was_lost),
    W25(test_spi_nor_bus_takes_an_erase_that_began_for_begun),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}
