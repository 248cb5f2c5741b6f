/*
 * Memories on I2C by their rows, over the twin's models of the parts: that the part's rules are
 * kept (the model counts what no driver should do), what is refused, what each fault of part and
 * bus becomes, and that nothing is written where nothing should be.
 *
 * The model and the row were written from the datasheets by different hands and share nothing.
 */
#include "nacre/media/i2c_memory.h"
#include "nacre/parts/parts.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/part_bus.h"

#include <string.h>

#define ADDRESS 0x50u

static const struct nacre_part *const parts[] = {
    &nacre_part_24lc256, &nacre_part_at24cm01,   &nacre_part_m24c64,
    &nacre_part_m24m01,  &nacre_part_mb85rc256v, &nacre_part_fm24v10,
};

#define PARTS (sizeof parts / sizeof parts[0])

static struct part_bus bed;
static struct nacre_i2c_memory memory;
static struct nacre_i2c_memory_cfg cfg;
static struct nacre_medium *const medium = &memory.cells.medium;

static void begin(const struct nacre_part *part)
{
    part_bus_begin(&bed, part->name, 0);
    cfg = (struct nacre_i2c_memory_cfg){
        .part = part, .i2c = &bed.bus.i2c, .time = &bed.bus.time, .address = ADDRESS,
        .region_bytes = part->page_bytes != 0 ? 130u * part->page_bytes : 8192u,
    };
    if (cfg.region_bytes > part->part_bytes) cfg.region_bytes = part->part_bytes;
}

static enum nacre_err open_memory(void)
{
    return nacre_i2c_memory_open(&memory, &cfg);
}

/* The row says what the model says, each from its documents. */
static void test_i2c_memory_rows_agree_with_the_models(void **state)
{
    (void)state;
    for (uint32_t k = 0; k < PARTS; k++) {
        begin(parts[k]);
        assert_int_equal(parts[k]->bus, NACRE_PART_I2C);
        part_bus_check_row(&bed, parts[k]);
        part_bus_end(&bed);
    }
}

/* Everywhere in the part: its start, its end, across the border of 64 KB. */
static void test_i2c_memory_keeps_what_was_written(void **state)
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

/* Bytes outside of the region are as their maker left them. */
static void test_i2c_memory_leaves_the_rest_of_the_part_alone(void **state)
{
    (void)state;
    begin(&nacre_part_m24m01);
    cfg.region_addr = 32768;
    assert_int_equal(open_memory(), NACRE_OK);
    part_bus_use_all(medium);
    const uint8_t *const bytes = part_bytes(bed.part);
    for (uint32_t at = 0; at < cfg.part->part_bytes; at++) {
        const bool is_ours = at >= cfg.region_addr && at - cfg.region_addr < cfg.region_bytes;
        if (!is_ours) assert_int_equal(bytes[at], 0xff);
    }
    part_bus_end(&bed);
}

/* A2 and A0 high. */
static void test_i2c_memory_reaches_a_part_by_its_pins(void **state)
{
    (void)state;
    begin(&nacre_part_m24c64);
    part_bus_end(&bed);
    part_bus_begin(&bed, "M24C64", 5);
    cfg.i2c = &bed.bus.i2c;
    assert_int_equal(open_memory(), NACRE_BUS_NO_ACK);
    cfg.address = 0x55;
    assert_int_equal(open_memory(), NACRE_OK);
    part_bus_use_all(medium);
    part_bus_end(&bed);
}

/* It is asked until it is ready, and not waited for longer than it takes. */
static void test_i2c_memory_write_takes_as_long_as_the_part(void **state)
{
    (void)state;
    uint8_t data[16] = {1, 2, 3};
    begin(&nacre_part_24lc256);
    assert_int_equal(open_memory(), NACRE_OK);
    assert_int_equal(part_bus_erase(medium, 0), NACRE_OK);
    part_choose_time(bed.part, PART_TIME_MAX);
    const uint64_t start_ps = bed.bus.now_ps;
    assert_int_equal(medium->ops->program(medium, 0, data, 16), NACRE_OK);
    assert_false(part_is_busy(bed.part));
    /* 5 ms, 23 bytes of 9 clocks at 400 kHz and the stop, a last question and its pause. */
    const uint64_t took_us = (bed.bus.now_ps - start_ps) / 1000000u;
    assert_in_range(took_us, 5517, 5517 + 100);
    part_bus_end(&bed);
}

/* Found at work, after a reset of the microcontroller alone. */
static void test_i2c_memory_open_waits_for_a_part_at_work(void **state)
{
    (void)state;
    uint8_t data[16] = {4};
    begin(&nacre_part_24lc256);
    assert_int_equal(open_memory(), NACRE_OK);
    assert_int_equal(part_bus_erase(medium, 0), NACRE_OK);
    const uint8_t out[3] = {0x10, 0x00, 0x77};
    const struct nacre_i2c_message message = {ADDRESS, out, 3, NULL, 0};
    assert_int_equal(bed.bus.i2c.transfer(bed.bus.i2c.context, &message), 3);
    assert_true(part_is_busy(bed.part));
    assert_int_equal(open_memory(), NACRE_OK);
    assert_int_equal(medium->ops->program(medium, 0, data, 16), NACRE_OK);
    assert_int_equal(part_violations(bed.part), 0);
    part_bus_end(&bed);
}

static void test_i2c_memory_open_refuses_what_does_not_fit(void **state)
{
    (void)state;
    begin(&nacre_part_m24m01);
    struct nacre_i2c_memory_cfg good = cfg;
    assert_int_equal(nacre_i2c_memory_open(NULL, &cfg), NACRE_NO_REGION);
    assert_int_equal(nacre_i2c_memory_open(&memory, NULL), NACRE_NO_REGION);
    cfg.part = &nacre_part_25lc256;
    assert_int_equal(open_memory(), NACRE_BAD_ARGUMENT);
    cfg = good;
    cfg.address = 0x51; /* A16 is the part's own */
    assert_int_equal(open_memory(), NACRE_BAD_ARGUMENT);
    cfg.address = 0xa0;
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

/* Another part than the row's at that address: told by its id, or by having one or none. */
static void test_i2c_memory_open_refuses_another_part(void **state)
{
    (void)state;
    static const char *const others[] = {"FM24V10", "24LC256"};
    for (uint32_t k = 0; k < 2; k++) {
        begin(&nacre_part_mb85rc256v);
        part_bus_end(&bed);
        part_bus_begin(&bed, others[k], 0);
        assert_int_equal(open_memory(), NACRE_CHIP_UNKNOWN);
        assert_int_equal(part_counters(bed.part).writes, 0);
        part_bus_end(&bed);
    }
    begin(&nacre_part_fm24v10);
    part_inject(bed.part, &(struct part_fault){.kind = PART_FAULT_WRONG_ID});
    assert_int_equal(open_memory(), NACRE_CHIP_UNKNOWN);
    part_inject(bed.part, &(struct part_fault){.kind = PART_FAULT_DEAD});
    assert_int_equal(open_memory(), NACRE_BUS_NO_ACK);
    part_bus_end(&bed);
}

/* Nobody there: at the start, and later. What was written is there again when the part is. */
static void test_i2c_memory_part_that_is_gone_is_told(void **state)
{
    (void)state;
    uint8_t data[16] = {5};
    begin(&nacre_part_24lc256);
    assert_int_equal(open_memory(), NACRE_OK);
    part_bus_use_all(medium);
    part_inject(bed.part, &(struct part_fault){.kind = PART_FAULT_DEAD});
    assert_int_equal(medium->ops->read(medium, 0, data, 16), NACRE_BUS_NO_ACK);
    assert_int_equal(medium->ops->program(medium, 96, data, 16), NACRE_BUS_NO_ACK);
    assert_int_equal(part_bus_erase(medium, 0), NACRE_BUS_NO_ACK);
    assert_int_equal(open_memory(), NACRE_BUS_NO_ACK);
    part_heal(bed.part);
    assert_int_equal(open_memory(), NACRE_OK);
    part_bus_check_all(medium);
    part_bus_end(&bed);
}

/* WP high: some parts do not acknowledge, others take all of it and do nothing. */
static void test_i2c_memory_protected_part_is_told_and_unchanged(void **state)
{
    (void)state;
    for (uint32_t k = 0; k < PARTS; k++) {
        uint8_t data[16] = {6};
        begin(parts[k]);
        assert_int_equal(open_memory(), NACRE_OK);
        part_bus_use_all(medium);
        part_protect_pin(bed.part, true);
        const uint32_t addr = part_bus_middle(medium);
        enum nacre_err err = medium->ops->program(medium, addr, data, 16);
        if (err == NACRE_OK) err = medium->ops->read(medium, addr, data, 16);
        assert_int_equal(err, NACRE_PART_PROTECTED);
        assert_int_equal(part_bus_erase(medium, 1), NACRE_PART_PROTECTED);
        part_bus_check_all(medium);
        assert_int_equal(open_memory(), NACRE_OK);
        part_bus_check_all(medium);
        part_protect_pin(bed.part, false);
        part_bus_use_all(medium);
        part_bus_end(&bed);
    }
}

/* A part that never ends its write. */
static void test_i2c_memory_write_that_never_ends_is_told(void **state)
{
    (void)state;
    uint8_t data[16] = {7};
    begin(&nacre_part_m24c64);
    assert_int_equal(open_memory(), NACRE_OK);
    assert_int_equal(part_bus_erase(medium, 0), NACRE_OK);
    part_inject(bed.part, &(struct part_fault){.kind = PART_FAULT_BUSY});
    const uint64_t start_ps = bed.bus.now_ps;
    assert_int_equal(medium->ops->program(medium, 0, data, 16), NACRE_TIMEOUT);
    assert_in_range((bed.bus.now_ps - start_ps) / 1000000u, 10000, 11000);
    part_bus_end(&bed);
}

/* The clock stands still: the wait ends all the same. */
static uint32_t stopped(void *context)
{
    (void)context;
    return 5;
}

static void test_i2c_memory_wait_ends_without_a_clock(void **state)
{
    (void)state;
    static const struct nacre_bus_time time = {stopped, NULL, NULL};
    begin(&nacre_part_24lc256);
    cfg.time = &time;
    part_inject(bed.part, &(struct part_fault){.kind = PART_FAULT_DEAD});
    assert_int_equal(open_memory(), NACRE_BUS_NO_ACK);
    part_bus_end(&bed);
}

static const enum nacre_err bus_errors[] = {NACRE_BUS_NO_ACK, NACRE_BUS_LOST, NACRE_BUS_TIMEOUT,
                                            NACRE_BUS_STUCK, NACRE_BUS_FAILED, NACRE_BUS_SHORT};

/* What a callback answers for each: nacre/bus.h. */
static const int32_t bus_answers[] = {-NACRE_BUS_NO_ACK, -NACRE_BUS_LOST, -NACRE_BUS_TIMEOUT,
                                      -NACRE_BUS_STUCK, -NACRE_IO, 0};

/* One transfer failing in each way, with nothing, half or all of it done: it is done again. */
static void test_i2c_memory_one_bad_transfer_is_done_again(void **state)
{
    (void)state;
    for (uint32_t k = 0; k < 6u * 3u * 12u; k++) {
        begin(k % 2u == 0u ? &nacre_part_24lc256 : &nacre_part_mb85rc256v);
        assert_int_equal(open_memory(), NACRE_OK);
        part_bus_fail(&bed, k / 18u, 1, (enum bus_reach)(k / 6u % 3u), bus_answers[k % 6u]);
        part_bus_use_all(medium);
        assert_int_equal(bed.bus.failed, 1);
        assert_int_equal(part_violations(bed.part), 0);
        part_bus_end(&bed);
    }
}

/* All of them: the error passes up as it is, and what was there is there again afterwards. */
static void test_i2c_memory_bad_bus_is_told_as_it_is(void **state)
{
    (void)state;
    for (uint32_t k = 0; k < 6u; k++) {
        uint8_t data[16] = {8};
        begin(&nacre_part_24lc256);
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

/* A line held low by the part for some clocks is clocked free; for good it is told. */
static void test_i2c_memory_stuck_line_is_clocked_free(void **state)
{
    (void)state;
    uint8_t data[16];
    begin(&nacre_part_24lc256);
    assert_int_equal(open_memory(), NACRE_OK);
    part_bus_use_all(medium);
    part_inject(bed.part, &(struct part_fault){.kind = PART_FAULT_SDA_LOW, .count = 1, .at = 20});
    part_bus_check_all(medium);
    assert_true(bed.bus.recoveries > 0);
    part_inject(bed.part, &(struct part_fault){.kind = PART_FAULT_SDA_LOW, .at = 1000000});
    assert_int_equal(medium->ops->read(medium, 0, data, 16), NACRE_BUS_STUCK);
    part_heal(bed.part);
    part_bus_check_all(medium);
    part_bus_end(&bed);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_i2c_memory_rows_agree_with_the_models),
    cmocka_unit_test(test_i2c_memory_keeps_what_was_written),
    cmocka_unit_test(test_i2c_memory_leaves_the_rest_of_the_part_alone),
    cmocka_unit_test(test_i2c_memory_reaches_a_part_by_its_pins),
    cmocka_unit_test(test_i2c_memory_write_takes_as_long_as_the_part),
    cmocka_unit_test(test_i2c_memory_open_waits_for_a_part_at_work),
    cmocka_unit_test(test_i2c_memory_open_refuses_what_does_not_fit),
    cmocka_unit_test(test_i2c_memory_open_refuses_another_part),
    cmocka_unit_test(test_i2c_memory_part_that_is_gone_is_told),
    cmocka_unit_test(test_i2c_memory_protected_part_is_told_and_unchanged),
    cmocka_unit_test(test_i2c_memory_write_that_never_ends_is_told),
    cmocka_unit_test(test_i2c_memory_wait_ends_without_a_clock),
    cmocka_unit_test(test_i2c_memory_one_bad_transfer_is_done_again),
    cmocka_unit_test(test_i2c_memory_bad_bus_is_told_as_it_is),
    cmocka_unit_test(test_i2c_memory_stuck_line_is_clocked_free),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}
