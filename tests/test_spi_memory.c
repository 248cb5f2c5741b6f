/*
 * Memories on SPI by their rows, over the twin's models of the parts: as test_i2c_memory.c, with
 * what SPI lacks: nobody says no. A part is told from an empty socket by its id, or by its latch.
 */
#include "nacre/media/spi_memory.h"
#include "nacre/parts/parts.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/part_bus.h"

#include <string.h>

static const struct nacre_part *const parts[] = {
    &nacre_part_25lc256,   &nacre_part_m95m01,    &nacre_part_fm25v10, &nacre_part_cy15b104q,
    &nacre_part_mb85rs64v, &nacre_part_mb85rs1mt, &nacre_part_mr25h40,
};

#define PARTS (sizeof parts / sizeof parts[0])

static struct part_bus bed;
static struct nacre_spi_memory memory;
static struct nacre_spi_memory_cfg cfg;
static struct nacre_medium *const medium = &memory.cells.medium;

static void begin(const struct nacre_part *part)
{
    part_bus_begin(&bed, part->name, 0);
    cfg = (struct nacre_spi_memory_cfg){
        .part = part, .spi = &bed.bus.spi, .time = &bed.bus.time,
        .region_bytes = part->page_bytes != 0 ? 130u * part->page_bytes : 8192u,
    };
}

static enum nacre_err open_memory(void)
{
    return nacre_spi_memory_open(&memory, &cfg);
}

/* One frame of bytes, straight to the part. */
static void send(const uint8_t *bytes, uint32_t n)
{
    const struct nacre_spi_frame frame = {bytes, n, NULL, 0, NULL, 0};
    assert_int_equal(bed.bus.spi.transfer(bed.bus.spi.context, &frame), n);
}

static uint8_t status(void)
{
    uint8_t in;
    const struct nacre_spi_frame frame = {"\x05", 1, NULL, 0, &in, 1};
    assert_int_equal(bed.bus.spi.transfer(bed.bus.spi.context, &frame), 2);
    return in;
}

static void write_status(uint8_t value)
{
    send((const uint8_t[1]){0x06}, 1);
    send((const uint8_t[2]){0x01, value}, 2);
    for (uint32_t k = 0; k < 1000 && (status() & 1u) != 0; k++) {
        bed.bus.time.pause(bed.bus.time.context);
    }
    assert_int_equal(status() & 0x8cu, value);
}

static void test_spi_memory_rows_agree_with_the_models(void **state)
{
    (void)state;
    for (uint32_t k = 0; k < PARTS; k++) {
        begin(parts[k]);
        assert_int_equal(parts[k]->bus, NACRE_PART_SPI);
        part_bus_check_row(&bed, parts[k]);
        part_bus_end(&bed);
    }
}

/* Everywhere in the part: its start, its end, across the border of 64 KB. */
static void test_spi_memory_keeps_what_was_written(void **state)
{
    (void)state;
    for (uint32_t k = 0; k < PARTS * PART_BUS_PLACES; k++) {
        begin(parts[k / PART_BUS_PLACES]);
        cfg.region_addr = part_bus_place(cfg.part, cfg.region_bytes, k % PART_BUS_PLACES);
        part_bus_keeps_all(&bed, medium, open_memory);
        assert_int_equal(memory.retries, 0);
        part_bus_end(&bed);
    }
}

/* Behind any write, and behind opening, the part takes no write from anybody. */
static void test_spi_memory_leaves_no_write_enabled(void **state)
{
    (void)state;
    for (uint32_t k = 0; k < PARTS; k++) {
        begin(parts[k]);
        assert_int_equal(open_memory(), NACRE_OK);
        assert_int_equal(status() & 2u, 0);
        uint8_t data[16] = {9};
        assert_int_equal(part_bus_erase(medium, 0), NACRE_OK);
        assert_int_equal(medium->ops->program(medium, 0, data, 16), NACRE_OK);
        assert_int_equal(status() & 2u, 0);
        part_bus_end(&bed);
    }
}

/* A FRAM has stored 16 bytes when the frame has ended: enable, status, 4 + 20 bytes at 40 MHz. */
static void test_spi_memory_write_takes_as_long_as_the_part(void **state)
{
    (void)state;
    uint8_t data[16] = {1, 2, 3};
    begin(&nacre_part_fm25v10);
    assert_int_equal(open_memory(), NACRE_OK);
    assert_int_equal(part_bus_erase(medium, 0), NACRE_OK);
    uint64_t start_ps = bed.bus.now_ps;
    assert_int_equal(medium->ops->program(medium, 0, data, 16), NACRE_OK);
    assert_in_range((bed.bus.now_ps - start_ps) / 1000u, 27 * 200, 31 * 200); /* ns */
    part_bus_end(&bed);
    begin(&nacre_part_25lc256);
    assert_int_equal(open_memory(), NACRE_OK);
    assert_int_equal(part_bus_erase(medium, 0), NACRE_OK);
    start_ps = bed.bus.now_ps;
    assert_int_equal(medium->ops->program(medium, 0, data, 16), NACRE_OK);
    assert_false(part_is_busy(bed.part));
    assert_in_range((bed.bus.now_ps - start_ps) / 1000000u, 5018, 5018 + 40);
    part_bus_end(&bed);
}

/* Found at work, after a reset of the microcontroller alone. */
static void test_spi_memory_open_waits_for_a_part_at_work(void **state)
{
    (void)state;
    begin(&nacre_part_m95m01);
    send((const uint8_t[1]){0x06}, 1);
    send((const uint8_t[5]){0x02, 0x01, 0xff, 0x00, 0x77}, 5);
    assert_true(part_is_busy(bed.part));
    assert_int_equal(open_memory(), NACRE_OK);
    part_bus_use_all(medium);
    assert_int_equal(part_violations(bed.part), 0);
    part_bus_end(&bed);
}

/* The same behind its back, at a read and at a write: both wait, and nothing is lost. */
static void test_spi_memory_calls_wait_for_a_part_at_work(void **state)
{
    (void)state;
    uint8_t data[16] = {1, 2};
    uint8_t found[16];
    begin(&nacre_part_m95m01);
    cfg.region_addr = 65536;
    assert_int_equal(open_memory(), NACRE_OK);
    part_bus_use_all(medium);
    send((const uint8_t[1]){0x06}, 1);
    send((const uint8_t[5]){0x02, 0x00, 0xff, 0x00, 0x77}, 5);
    part_bus_check_all(medium);
    send((const uint8_t[1]){0x06}, 1);
    send((const uint8_t[5]){0x02, 0x00, 0xff, 0x00, 0x78}, 5);
    assert_true(part_is_busy(bed.part));
    assert_int_equal(medium->ops->program(medium, part_bus_middle(medium), data, 16), NACRE_OK);
    assert_int_equal(medium->ops->read(medium, part_bus_middle(medium), found, 16), NACRE_OK);
    assert_memory_equal(found, data, 16);
    part_bus_end(&bed);
}

static void test_spi_memory_open_refuses_what_does_not_fit(void **state)
{
    (void)state;
    begin(&nacre_part_m95m01);
    const struct nacre_spi_memory_cfg good = cfg;
    assert_int_equal(nacre_spi_memory_open(NULL, &cfg), NACRE_NO_REGION);
    assert_int_equal(nacre_spi_memory_open(&memory, NULL), NACRE_NO_REGION);
    cfg.part = &nacre_part_m24m01;
    assert_int_equal(open_memory(), NACRE_BAD_ARGUMENT);
    cfg = good;
    cfg.region_addr = cfg.part->part_bytes - cfg.region_bytes + 256u;
    assert_int_equal(open_memory(), NACRE_REGION_OUTSIDE);
    cfg.region_addr = 0xffffff00u;
    assert_int_equal(open_memory(), NACRE_REGION_OUTSIDE);
    cfg = good;
    cfg.region_bytes = 0;
    assert_int_equal(open_memory(), NACRE_NO_REGION);
    cfg = good;
    cfg.region_addr = 64;
    assert_int_equal(open_memory(), NACRE_REGION_UNALIGNED);
    cfg = good;
    cfg.region_bytes = 77u * 256u;
    assert_int_equal(open_memory(), NACRE_REGION_TOO_SMALL);
    assert_int_equal(part_counters(bed.part).writes, 0);
    part_bus_end(&bed);
}

static void test_spi_memory_open_refuses_another_part(void **state)
{
    (void)state;
    static const char *const others[] = {"CY15B104Q", "MB85RS1MT", "MR25H40", "M95M01"};
    for (uint32_t k = 0; k < 4; k++) {
        begin(&nacre_part_fm25v10);
        part_bus_end(&bed);
        part_bus_begin(&bed, others[k], 0);
        const enum nacre_err err = open_memory();
        /* MR25H40 and M95M01 have no id: the line floats. */
        assert_int_equal(err, k < 2 ? NACRE_CHIP_UNKNOWN : NACRE_PART_SILENT);
        assert_int_equal(part_counters(bed.part).writes, 0);
        part_bus_end(&bed);
    }
    begin(&nacre_part_mb85rs64v);
    assert_int_equal(open_memory(), NACRE_OK);
    part_bus_use_all(medium); /* so that it has headers, too */
    part_inject(bed.part, &(struct part_fault){.kind = PART_FAULT_WRONG_ID});
    assert_int_equal(open_memory(), NACRE_CHIP_UNKNOWN);
    part_bus_end(&bed);
}

/* An empty socket whose line is held high or low. */
static uint8_t empty_level;

static int32_t empty_transfer(void *context, const struct nacre_spi_frame *frame)
{
    (void)context;
    if (frame->in_bytes != 0) memset(frame->in, empty_level, frame->in_bytes);
    return (int32_t)(frame->out_bytes + frame->more_bytes + frame->in_bytes);
}

static void test_spi_memory_empty_socket_is_told(void **state)
{
    (void)state;
    static const struct nacre_spi empty = {empty_transfer, NULL};
    for (uint32_t k = 0; k < PARTS * 2u; k++) {
        uint8_t data[16] = {5};
        empty_level = k % 2u != 0 ? 0xff : 0x00;
        begin(parts[k / 2u]);
        const struct nacre_spi_memory_cfg good = cfg;
        cfg.spi = &empty;
        assert_int_equal(open_memory(), NACRE_PART_SILENT);
        cfg = good;
        assert_int_equal(open_memory(), NACRE_OK);
        part_bus_use_all(medium);
        memory.cfg.spi = &empty; /* pulled out */
        assert_int_equal(medium->ops->read(medium, 0, data, 16), NACRE_PART_SILENT);
        const uint32_t addr = part_bus_middle(medium);
        assert_int_equal(medium->ops->program(medium, addr, data, 16), NACRE_PART_SILENT);
        assert_int_equal(part_bus_erase(medium, 0), NACRE_PART_SILENT);
        memory.cfg.spi = good.spi;
        part_bus_check_all(medium);
        part_bus_end(&bed);
    }
}

/* BP1 and BP0 protect the upper quarter, half, or all; what lies below is written all the same. */
static void test_spi_memory_protected_bytes_are_told_and_unchanged(void **state)
{
    (void)state;
    for (uint32_t k = 0; k < PARTS * 3u; k++) {
        uint8_t data[16] = {6};
        begin(parts[k / 3u]);
        const uint32_t protect = k % 3u + 1u; /* BP1, BP0 */
        const bool is_below = cfg.region_bytes <= cfg.part->part_bytes / 4u;
        if (protect != 3u && is_below) {
            write_status((uint8_t)(protect << 2));
            assert_int_equal(open_memory(), NACRE_OK);
            part_bus_use_all(medium);
            write_status(0);
        }
        cfg.region_addr = cfg.part->part_bytes - cfg.region_bytes;
        assert_int_equal(open_memory(), NACRE_OK);
        part_bus_use_all(medium);
        write_status((uint8_t)(protect << 2));
        const uint32_t last = medium->geometry.unit_count - 1u;
        const uint32_t addr = last * medium->geometry.unit_bytes + part_bus_middle(medium);
        assert_int_equal(medium->ops->program(medium, addr, data, 16), NACRE_PART_PROTECTED);
        assert_int_equal(part_bus_erase(medium, last), NACRE_PART_PROTECTED);
        assert_int_equal(status() & 2u, 0);
        assert_int_equal(part_counters(bed.part).refused, 0); /* nothing was even sent */
        part_bus_check_all(medium);
        assert_int_equal(open_memory(), NACRE_OK);
        part_bus_check_all(medium);
        part_bus_end(&bed);
    }
}

/* Regions that end or begin where the protection begins. */
static void test_spi_memory_knows_where_the_protection_begins(void **state)
{
    (void)state;
    for (uint32_t protect = 1; protect <= 2; protect++) {
        begin(&nacre_part_fm25v10);
        const uint32_t border = protect == 1 ? 98304u : 65536u;
        write_status((uint8_t)(protect << 2));
        cfg.region_addr = border - cfg.region_bytes;
        assert_int_equal(open_memory(), NACRE_OK);
        part_bus_use_all(medium);
        cfg.region_addr = border;
        assert_int_equal(open_memory(), NACRE_OK);
        assert_int_equal(part_bus_erase(medium, 0), NACRE_PART_PROTECTED);
        assert_int_equal(part_counters(bed.part).refused, 0); /* nothing was even sent */
        part_bus_end(&bed);
    }
}

/* The frame with the bytes gets lost: the enable that is still set tells, and it is sent again. */
static void test_spi_memory_lost_write_is_told_by_the_latch(void **state)
{
    (void)state;
    uint8_t data[16] = {3};
    uint8_t found[16];
    begin(&nacre_part_25lc256);
    assert_int_equal(open_memory(), NACRE_OK);
    assert_int_equal(part_bus_erase(medium, 0), NACRE_OK);
    const struct part_fault fault = {.kind = PART_FAULT_DEAD, .after = 2, .count = 1};
    part_inject(bed.part, &fault);
    assert_int_equal(medium->ops->program(medium, 0, data, 16), NACRE_OK);
    assert_int_equal(memory.retries, 1);
    assert_int_equal(medium->ops->read(medium, 0, found, 16), NACRE_OK);
    assert_memory_equal(found, data, 16);
    part_bus_end(&bed);
}

static void test_spi_memory_write_that_never_ends_is_told(void **state)
{
    (void)state;
    uint8_t data[16] = {7};
    begin(&nacre_part_25lc256);
    assert_int_equal(open_memory(), NACRE_OK);
    assert_int_equal(part_bus_erase(medium, 0), NACRE_OK);
    part_inject(bed.part, &(struct part_fault){.kind = PART_FAULT_BUSY});
    const uint64_t start_ps = bed.bus.now_ps;
    assert_int_equal(medium->ops->program(medium, 0, data, 16), NACRE_TIMEOUT);
    assert_in_range((bed.bus.now_ps - start_ps) / 1000000u, 10000, 11000);
    part_bus_end(&bed);
}

static uint32_t stopped(void *context)
{
    (void)context;
    return 5;
}

static void test_spi_memory_wait_ends_without_a_clock(void **state)
{
    (void)state;
    static const struct nacre_bus_time time = {stopped, NULL, NULL};
    uint8_t data[16] = {7};
    begin(&nacre_part_25lc256);
    cfg.time = &time;
    assert_int_equal(open_memory(), NACRE_OK);
    assert_int_equal(part_bus_erase(medium, 0), NACRE_OK);
    part_inject(bed.part, &(struct part_fault){.kind = PART_FAULT_BUSY});
    assert_int_equal(medium->ops->program(medium, 0, data, 16), NACRE_TIMEOUT);
    part_bus_end(&bed);
}

static const enum nacre_err bus_errors[] = {NACRE_BUS_TIMEOUT, NACRE_BUS_FAILED, NACRE_BUS_SHORT};
static const int32_t bus_answers[] = {-NACRE_BUS_TIMEOUT, -NACRE_IO, 0}; /* nacre/bus.h */

/* One transfer failing in each way, with nothing, half or all of it done: it is done again. */
static void test_spi_memory_one_bad_transfer_is_done_again(void **state)
{
    (void)state;
    for (uint32_t k = 0; k < 3u * 3u * 30u; k++) {
        begin(k % 2u == 0u ? &nacre_part_25lc256 : &nacre_part_mr25h40);
        assert_int_equal(open_memory(), NACRE_OK);
        part_bus_fail(&bed, k / 9u, 1, (enum bus_reach)(k / 3u % 3u), bus_answers[k % 3u]);
        part_bus_use_all(medium);
        assert_int_equal(bed.bus.failed, 1);
        part_bus_end(&bed);
    }
}

static void test_spi_memory_bad_bus_is_told_as_it_is(void **state)
{
    (void)state;
    for (uint32_t k = 0; k < 3u; k++) {
        uint8_t data[16] = {8};
        begin(&nacre_part_25lc256);
        assert_int_equal(open_memory(), NACRE_OK);
        part_bus_use_all(medium);
        part_bus_fail(&bed, 0, 1000000, BUS_NOTHING, bus_answers[k]);
        assert_int_equal(medium->ops->read(medium, 0, data, 16), bus_errors[k]);
        assert_int_equal(medium->ops->program(medium, 96, data, 16), bus_errors[k]);
        assert_int_equal(part_bus_erase(medium, 1), bus_errors[k]);
        assert_int_equal(open_memory(), bus_errors[k]);
        bed.bus.fault.count = 0;
        assert_int_equal(open_memory(), NACRE_OK);
        part_bus_check_all(medium);
        part_bus_end(&bed);
    }
}

/*
 * The part is deaf for one frame, anywhere: the calls succeed, or say that it is silent or refused.
 * What was acknowledged and read back before stays.
 */
static void test_spi_memory_deaf_for_a_frame_gives_no_wrong_bytes(void **state)
{
    (void)state;
    for (uint32_t k = 0; k < 60u; k++) {
        uint8_t data[16];
        uint8_t found[16];
        begin(k % 2u == 0u ? &nacre_part_25lc256 : &nacre_part_fm25v10);
        assert_int_equal(open_memory(), NACRE_OK);
        part_bus_use_all(medium);
        part_inject(bed.part, &(struct part_fault){.kind = PART_FAULT_DEAD, .after = k / 2u,
                                                   .count = 1});
        part_bus_pattern(data, 16, 1);
        for (uint32_t n = 0; n < 12; n++) {
            const enum nacre_err err = medium->ops->read(medium, 0, found, 16);
            if (err == NACRE_OK) assert_memory_equal(found, data, 16);
            else assert_true(err == NACRE_PART_SILENT || err == NACRE_CHIP_REFUSED);
        }
        part_heal(bed.part);
        part_bus_check_all(medium);
        part_bus_end(&bed);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_spi_memory_rows_agree_with_the_models),
    cmocka_unit_test(test_spi_memory_keeps_what_was_written),
    cmocka_unit_test(test_spi_memory_leaves_no_write_enabled),
    cmocka_unit_test(test_spi_memory_write_takes_as_long_as_the_part),
    cmocka_unit_test(test_spi_memory_open_waits_for_a_part_at_work),
    cmocka_unit_test(test_spi_memory_calls_wait_for_a_part_at_work),
    cmocka_unit_test(test_spi_memory_open_refuses_what_does_not_fit),
    cmocka_unit_test(test_spi_memory_open_refuses_another_part),
    cmocka_unit_test(test_spi_memory_empty_socket_is_told),
    cmocka_unit_test(test_spi_memory_protected_bytes_are_told_and_unchanged),
    cmocka_unit_test(test_spi_memory_knows_where_the_protection_begins),
    cmocka_unit_test(test_spi_memory_lost_write_is_told_by_the_latch),
    cmocka_unit_test(test_spi_memory_write_that_never_ends_is_told),
    cmocka_unit_test(test_spi_memory_wait_ends_without_a_clock),
    cmocka_unit_test(test_spi_memory_one_bad_transfer_is_done_again),
    cmocka_unit_test(test_spi_memory_bad_bus_is_told_as_it_is),
    cmocka_unit_test(test_spi_memory_deaf_for_a_frame_gives_no_wrong_bytes),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}
