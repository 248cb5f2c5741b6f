/*
 * Goal: the serial NOR on a bus of its own does what nacre/medium.h asks, refuses what it cannot
 * keep, and comes back from whatever the chip answers.
 *
 * Method: the medium over the twin's models of two chips, one without fail bits (W25Q128JV) and one
 * with them and four address bytes (MX25UW51245G as it powers up, on one line). What was written is
 * judged by the model's array; the model counts the frames that it refused.
 */
#include "nacre/chips/sfdp.h"
#include "tests/support/spi_nor_fixture.h"

#include <string.h>

/* ---- opening ---- */

static void test_spi_nor_open_refuses_what_is_no_region(void **state)
{
    (void)state;
    struct nacre_spi_nor_cfg cfg = cfg_of();

    assert_int_equal(nacre_spi_nor_open(NULL, &cfg), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_spi_nor_open(&nor, NULL), NACRE_BAD_ARGUMENT);
    cfg.region_bytes = 0;
    assert_int_equal(nacre_spi_nor_open(&nor, &cfg), NACRE_NO_REGION);
    cfg.region_bytes = UNIT + 16u;
    assert_int_equal(nacre_spi_nor_open(&nor, &cfg), NACRE_REGION_UNALIGNED);
    cfg = cfg_of();
    cfg.region_addr = 256;
    assert_int_equal(nacre_spi_nor_open(&nor, &cfg), NACRE_REGION_UNALIGNED);
    cfg.region_addr = row.chip_bytes - UNIT;
    assert_int_equal(nacre_spi_nor_open(&nor, &cfg), NACRE_REGION_OUTSIDE);
    cfg.region_addr = row.chip_bytes + UNIT;
    assert_int_equal(nacre_spi_nor_open(&nor, &cfg), NACRE_REGION_OUTSIDE);
    cfg = cfg_of();
    row.serial_read = 0;
    assert_int_equal(nacre_spi_nor_open(&nor, &cfg), NACRE_BAD_ARGUMENT);
    row.serial_read = 0x03;
    const struct nacre_bus_time no_time = {NULL, NULL, NULL};
    cfg.time = &no_time;
    assert_int_equal(nacre_spi_nor_open(&nor, &cfg), NACRE_BAD_ARGUMENT);
    assert_int_equal(bed.transfers, 0); /* nothing was asked of the chip */
    cfg = cfg_of();
    cfg.region_addr = row.chip_bytes - cfg.region_bytes; /* up to the last byte */
    assert_int_equal(nacre_spi_nor_open(&nor, &cfg), NACRE_OK);
}

static void test_spi_nor_open_tells_a_silent_part_from_a_wrong_one(void **state)
{
    (void)state;
    bed.is_silent = true;
    bed.silence = 0xFF;
    assert_int_equal(open_it(), NACRE_PART_SILENT);
    bed.silence = 0;
    assert_int_equal(open_it(), NACRE_PART_SILENT);
    bed.is_silent = false;
    row.id[2] = 0x19;
    assert_int_equal(open_it(), NACRE_CHIP_UNKNOWN);
    row.id[2] = 0x18;
    assert_int_equal(open_it(), NACRE_OK);
    assert_int_equal(spi_nor_bed_violations(&bed), 0);
}

static void test_spi_nor_open_finds_protection(void **state)
{
    (void)state;
    struct nacre_spi_nor_cfg cfg = cfg_of();

    for (uint32_t bit = 2; bit <= 4; bit++) {
        bed.status_too = (uint8_t)(1u << bit);
        assert_int_equal(open_it(), NACRE_PART_PROTECTED);
    }
    bed.status_too = 0xE0; /* which end, how fine, and the lock of the status: protect nothing */
    assert_int_equal(open_it(), NACRE_OK);
    bed.status_too = 0;
    bed.second_opcode = 0x35;
    bed.second_too = 0x40;
    assert_int_equal(open_it(), NACRE_PART_PROTECTED);
    cfg.accepts_protection = true;
    assert_int_equal(nacre_spi_nor_open(&nor, &cfg), NACRE_OK);
}

/* Somebody was interrupted by a reset of the processor alone. */
static void test_spi_nor_open_waits_for_a_chip_at_work(void **state)
{
    (void)state;
    const uint8_t old[16] = {1};

    assert_true(nor_load(bed.chip.nor, REGION, old, sizeof old));
    chip_command(&bed.chip, 0x06);
    chip_command_at(&bed.chip, 0x20, REGION);
    const uint64_t begun_ps = bed.chip.now_ps;
    assert_int_equal(open_it(), NACRE_OK);
    assert_in_range(bed.chip.now_ps - begun_ps, 44 * MS, 46 * MS);
    assert_true(is_blank(array(), UNIT));
    assert_int_equal(spi_nor_bed_violations(&bed), 0);
}

static void test_spi_nor_open_resumes_a_suspended_chip(void **state)
{
    (void)state;
    const uint8_t old[16] = {1};

    assert_true(nor_load(bed.chip.nor, REGION, old, sizeof old));
    chip_command(&bed.chip, 0x06);
    chip_command_at(&bed.chip, 0x20, REGION);
    chip_bus_wait(&bed.chip, 5 * MS);
    chip_command(&bed.chip, 0x75);
    chip_bus_wait(&bed.chip, MS);
    assert_true(nor_operation(bed.chip.nor).is_suspended);
    assert_int_equal(open_it(), NACRE_OK);
    assert_int_equal(nor_operation(bed.chip.nor).work, NOR_IDLE);
    assert_true(is_blank(array(), UNIT));
    bed.second_opcode = 0x35;
    bed.second_too = 0x80; /* it says so whatever it is told */
    assert_int_equal(open_it(), NACRE_CHIP_SUSPENDED);
    bed.second_too = 0;
    bed.status_too = 0x01;
    const uint64_t begun_ps = bed.chip.now_ps;
    assert_int_equal(open_it(), NACRE_CHIP_SUSPENDED);
    assert_in_range(bed.chip.now_ps - begun_ps, 500 * MS, 510 * MS);
}

static void test_spi_nor_open_compares_the_tables(void **state)
{
    (void)state;
    uint8_t tables[NACRE_SFDP_BYTES_MAX];
    struct nacre_spi_nor_cfg cfg = cfg_of();

    cfg.check_tables = nacre_spi_nor_check_tables;
    assert_int_equal(nacre_spi_nor_open(&nor, &cfg), NACRE_BAD_ARGUMENT);
    cfg.tables = tables;
    cfg.tables_bytes = sizeof tables + 1u;
    assert_int_equal(nacre_spi_nor_open(&nor, &cfg), NACRE_BAD_ARGUMENT);
    cfg.tables_bytes = sizeof tables;
    assert_int_equal(nacre_spi_nor_open(&nor, &cfg), NACRE_OK); /* this sample has none */
    row.read_sfdp = 0;
    assert_int_equal(nacre_spi_nor_open(&nor, &cfg), NACRE_OK);
}

/* ---- bytes ---- */

static void test_spi_nor_programs_and_reads_what_was_given(void **state)
{
    (void)state;
    uint8_t data[256];
    uint8_t found[300];

    assert_int_equal(open_it(), NACRE_OK);
    assert_int_equal(nor.medium.geometry.unit_count, UNITS);
    assert_int_equal(nor.medium.geometry.cut_bytes, 256);
    fill(data, sizeof data, 3);
    assert_int_equal(program(UNIT + 256u, data, 256), NACRE_OK);
    assert_int_equal(program(UNIT + 512u + 240u, data, 16), NACRE_OK);
    assert_memory_equal(array() + UNIT + 256u, data, 256);
    assert_memory_equal(array() + UNIT + 752u, data, 16);
    assert_int_equal(read_at(UNIT + 250u, found, 300), NACRE_OK);
    assert_memory_equal(found, array() + UNIT + 250u, 300);
    assert_int_equal(found[6], data[0]);
    assert_int_equal(nor.stats.programs, 2);
    assert_int_equal(spi_nor_bed_violations(&bed), 0);
}

static void test_spi_nor_refuses_what_a_flash_cannot_do(void **state)
{
    (void)state;
    static const uint8_t data[512];
    uint8_t found[4];

    assert_int_equal(open_it(), NACRE_OK);
    const uint32_t before = bed.transfers;
    assert_int_equal(program(8, data, 16), NACRE_BAD_ARGUMENT);
    assert_int_equal(program(16, data, 8), NACRE_BAD_ARGUMENT);
    assert_int_equal(program(16, data, 0), NACRE_BAD_ARGUMENT);
    assert_int_equal(program(16, NULL, 16), NACRE_BAD_ARGUMENT);
    assert_int_equal(program(240, data, 32), NACRE_BAD_ARGUMENT); /* two pages */
    assert_int_equal(program(UNIT * UNITS, data, 16), NACRE_BAD_ARGUMENT);
    assert_int_equal(program(0xFFFFFFF0u, data, 32), NACRE_BAD_ARGUMENT);
    assert_int_equal(read_at(UNIT * UNITS - 2u, found, 4), NACRE_BAD_ARGUMENT);
    assert_int_equal(read_at(0, NULL, 4), NACRE_BAD_ARGUMENT);
    assert_int_equal(erase_start(16), NACRE_BAD_ARGUMENT);
    assert_int_equal(erase_start(UNIT * UNITS), NACRE_BAD_ARGUMENT);
    assert_int_equal(bed.transfers, before);
    assert_true(nor.medium.ops->can_access(&nor.medium, NULL, 0, true));
    assert_false(nor.medium.ops->can_access(&nor.medium, NULL, 1, false));
}

static void test_spi_nor_erases_one_unit_and_tells_it_once(void **state)
{
    (void)state;
    static const uint8_t data[16] = {7};

    assert_int_equal(open_it(), NACRE_OK);
    for (uint32_t i = 0; i < 3; i++) assert_int_equal(program(i * UNIT, data, 16), NACRE_OK);
    assert_int_equal(erase_poll(), NACRE_OK);
    assert_int_equal(erase_start(UNIT), NACRE_OK);
    assert_int_equal(erase_start(0), NACRE_BUSY);
    assert_int_equal(program(3u * UNIT, data, 16), NACRE_BUSY);
    assert_int_equal(erase_poll(), NACRE_BUSY);
    chip_bus_wait(&bed.chip, 50 * MS);
    assert_int_equal(erase_poll(), NACRE_OK);
    assert_true(is_blank(array() + UNIT, UNIT));
    assert_int_equal(array()[0], 7);
    assert_int_equal(array()[2u * UNIT], 7);
    assert_int_equal(erase_start(0), NACRE_OK);
    assert_int_equal(erase_wait(), NACRE_OK);
    assert_true(is_blank(array(), UNIT));
    assert_int_equal(erase_wait(), NACRE_OK);
    assert_int_equal(erase_start(0), NACRE_OK);
    assert_int_equal(nacre_spi_nor_close(&nor), NACRE_OK);
    assert_int_equal(nor_operation(bed.chip.nor).work, NOR_IDLE);
    assert_int_equal(nor_counters(bed.chip.nor).erases, 3);
    assert_int_equal(spi_nor_bed_violations(&bed), 0);
}

/* Read without a break, an erase still gets on: that is what the least run is for. */
static void test_spi_nor_suspends_an_erase_for_each_read(void **state)
{
    (void)state;
    static const uint8_t data[16] = {9, 8, 7};
    uint8_t found[16];
    uint32_t reads = 0;

    assert_int_equal(open_it(), NACRE_OK);
    assert_int_equal(program(0, data, 16), NACRE_OK);
    assert_int_equal(program(UNIT, data, 16), NACRE_OK);
    assert_int_equal(erase_start(UNIT), NACRE_OK);
    const uint64_t begun_ps = bed.chip.now_ps;
    while (nor.state == NACRE_SPI_NOR_ERASES && reads < 1000u) {
        const uint64_t before_ps = bed.chip.now_ps;

        assert_int_equal(read_at(0, found, 16), NACRE_OK);
        assert_memory_equal(found, data, 16);
        assert_true(bed.chip.now_ps - before_ps < 2u * MS);
        reads++;
    }
    assert_int_equal(erase_poll(), NACRE_OK);
    assert_true(is_blank(array() + UNIT, UNIT));
    assert_in_range(reads, 40, 50); /* a run of 1 ms each, of 45 ms */
    assert_true(bed.chip.now_ps - begun_ps < 60u * MS);
    assert_in_range(nor.stats.suspends, reads - 2u, reads);
    /* A suspend in the last moments is not heard: the model refuses it, and that is all. */
    assert_true(spi_nor_bed_violations(&bed) <= 1u);
}

static void test_spi_nor_waits_where_nothing_can_be_suspended(void **state)
{
    (void)state;
    static const uint8_t data[16] = {9, 8, 7};
    uint8_t found[16];

    row.erase_suspend = 0;
    assert_int_equal(open_it(), NACRE_OK);
    assert_int_equal(program(0, data, 16), NACRE_OK);
    assert_int_equal(erase_start(UNIT), NACRE_OK);
    assert_int_equal(read_at(0, found, 16), NACRE_OK);
    assert_memory_equal(found, data, 16);
    assert_int_equal(nor_operation(bed.chip.nor).work, NOR_IDLE);
    assert_int_equal(erase_poll(), NACRE_OK);
    assert_int_equal(nor.stats.suspends, 0);
    assert_int_equal(spi_nor_bed_violations(&bed), 0);
}

/* ---- what goes wrong in the chip ---- */

static void test_spi_nor_says_that_a_unit_is_protected(void **state)
{
    (void)state;
    static const uint8_t data[16] = {1};

    assert_int_equal(open_it(), NACRE_OK);
    nor_protect_unit(bed.chip.nor, REGION / UNIT, true);
    assert_int_not_equal(program(0, data, 16), NACRE_OK);
    assert_int_equal(program(UNIT, data, 16), NACRE_OK);
}

static void test_spi_nor_tells_fail_bits(void **state)
{
    (void)state;
    static const uint8_t data[16] = {5};

    assert_int_equal(open_it(), NACRE_OK);
    nor_fail_unit(bed.chip.nor, REGION / UNIT, true, true);
    assert_int_equal(program(0, data, 16), NACRE_IO);
    assert_int_equal(program(UNIT, data, 16), NACRE_OK);
    assert_memory_equal(array() + UNIT, data, 16);
    assert_int_equal(erase_start(0), NACRE_OK);
    assert_int_equal(erase_wait(), NACRE_IO);
    assert_int_equal(erase_start(UNIT), NACRE_OK);
    assert_int_equal(erase_wait(), NACRE_OK);
    assert_true(is_blank(array() + UNIT, UNIT));
    assert_int_equal(spi_nor_bed_violations(&bed), 0);
}

static void test_spi_nor_open_refuses_a_row_that_the_tables_contradict(void **state)
{
    (void)state;
    uint8_t tables[NACRE_SFDP_BYTES_MAX];
    struct nacre_spi_nor_cfg cfg = cfg_of();

    cfg.check_tables = nacre_spi_nor_check_tables;
    cfg.tables = tables;
    cfg.tables_bytes = sizeof tables;
    assert_int_equal(nacre_spi_nor_open(&nor, &cfg), NACRE_OK);
    assert_memory_equal(tables, "SFDP", 4);
    row.page_bytes = 512;
    assert_int_equal(nacre_spi_nor_open(&nor, &cfg), NACRE_CHIP_TABLES);
    assert_string_equal(nor.refused, "page_bytes");
    assert_int_equal(nor.of_row, 512);
    assert_int_equal(nor.of_tables, 256);
}

static void test_spi_nor_ends_each_wait(void **state)
{
    (void)state;
    static const uint8_t data[16] = {5};
    uint8_t found[16];

    assert_int_equal(open_it(), NACRE_OK);
    assert_int_equal(erase_start(0), NACRE_OK);
    bed.status_too = 0x01; /* busy for ever */
    uint64_t begun_ps = bed.chip.now_ps;
    assert_int_equal(erase_wait(), NACRE_TIMEOUT);
    assert_in_range(bed.chip.now_ps - begun_ps, 500 * MS, 501 * MS);
    assert_int_equal(erase_poll(), NACRE_OK); /* told */
    begun_ps = bed.chip.now_ps;
    assert_int_equal(read_at(0, found, 16), NACRE_TIMEOUT);
    assert_int_equal(program(UNIT, data, 16), NACRE_CHIP_SUSPENDED);
    assert_true(bed.chip.now_ps - begun_ps < 1010 * MS);
    bed.status_too = 0;
    assert_int_equal(program(UNIT, data, 16), NACRE_OK);
    assert_int_equal(read_at(UNIT, found, 16), NACRE_OK);
    assert_memory_equal(found, data, 16);
}

/* A part that has lost its power: what is read then looks like blank flash, and is none. */
static void test_spi_nor_never_takes_silence_for_flash(void **state)
{
    (void)state;
    static const uint8_t data[16] = {5};
    static const uint8_t levels[2] = {0xFF, 0};
    uint8_t found[16];

    for (uint32_t i = 0; i < 2u; i++) {
        bed.is_silent = false;
        assert_int_equal(open_it(), NACRE_OK);
        bed.silence = levels[i];
        bed.is_silent = true;
        const uint64_t begun_ps = bed.chip.now_ps;
        assert_int_equal(read_at(0, found, 16), NACRE_PART_SILENT);
        assert_int_not_equal(program(0, data, 16), NACRE_OK);
        assert_int_not_equal(erase_start(0), NACRE_OK);
        bed.is_silent = false;
        assert_int_equal(erase_start(0), NACRE_OK);
        bed.is_silent = true;
        if (levels[i] != 0) assert_int_equal(erase_wait(), NACRE_PART_SILENT);
        assert_true(bed.chip.now_ps - begun_ps < 10u * MS);
        bed.is_silent = false;
        assert_int_equal(erase_wait(), NACRE_OK);
        chip_bus_wait(&bed.chip, 50u * MS);
    }
    assert_int_equal(read_at(0, found, 16), NACRE_OK); /* blank, and said so by the part */
    assert_true(is_blank(found, 16));
    assert_true(nor_load(bed.chip.nor, REGION, (const uint8_t[16]){0}, 16));
    assert_int_equal(read_at(0, found, 16), NACRE_OK);
    assert_int_equal(found[0], 0);
    assert_int_equal(erase_start(UNIT), NACRE_OK);
    assert_int_equal(read_at(0, found, 16), NACRE_OK); /* while that stands still */
    assert_int_equal(found[0], 0);
    assert_int_equal(erase_wait(), NACRE_OK);
}

static void test_spi_nor_ends_each_wait_without_a_clock(void **state)
{
    (void)state;
    assert_int_equal(open_it(), NACRE_OK);
    assert_int_equal(erase_start(0), NACRE_OK);
    bed.time.pause = NULL;
    bed.ps_a_byte = 0;
    bed.is_silent = true;
    bed.silence = 0x01; /* always busy */
    assert_int_equal(erase_wait(), NACRE_TIMEOUT);
}

static const struct CMUnitTest tests[] = {
    W25(test_spi_nor_open_refuses_what_is_no_region),
    W25(test_spi_nor_open_tells_a_silent_part_from_a_wrong_one),
    W25(test_spi_nor_open_finds_protection),
    W25(test_spi_nor_open_waits_for_a_chip_at_work),
    W25(test_spi_nor_open_resumes_a_suspended_chip),
    W25(test_spi_nor_open_compares_the_tables),
    MX66(test_spi_nor_open_refuses_a_row_that_the_tables_contradict),
    W25(test_spi_nor_programs_and_reads_what_was_given),
    MX(test_spi_nor_programs_and_reads_what_was_given),
    W25(test_spi_nor_refuses_what_a_flash_cannot_do),
    W25(test_spi_nor_erases_one_unit_and_tells_it_once),
    W25(test_spi_nor_suspends_an_erase_for_each_read),
    W25(test_spi_nor_waits_where_nothing_can_be_suspended),
    W25(test_spi_nor_says_that_a_unit_is_protected),
    MX(test_spi_nor_tells_fail_bits),
    W25(test_spi_nor_ends_each_wait),
    W25(test_spi_nor_never_takes_silence_for_flash),
    W25(test_spi_nor_ends_each_wait_without_a_clock),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}
