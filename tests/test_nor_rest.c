/*
 * Goal    the rest of the chip is read, programmed and erased beside the store: what may be written
 *         is, whatever is not the caller's is refused, and neither learns the other's results.
 * Method  the false board of fake_port.h. The update slot lies in bank 1, the store in bank 3, the
 *         image in the first 64 KB of bank 0; addresses and opcodes are written here.
 */
#include "nacre/media/nor_rest.h"
#include "tests/support/fake_port.h"
#include "tests/support/nor_bed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define US FAKE_CYCLES_PER_US
#define SLOT 0x02000000u
#define SLOT_BYTES 0x00010000u
#define BESIDE_IMAGE 0x00010000u /* the byte behind the image, in its bank */
#define UNIT 4096u
#define STORE_END (NOR_BED_REGION + NOR_BED_BYTES)
#define CHIP_END 0x08000000u
#define LAST_BYTES 32u

static uint8_t data[2048];

static void make_slot(void)
{
    memset(fake.chip + SLOT, 0xFF, SLOT_BYTES);
    memset(fake.chip + BESIDE_IMAGE, 0xFF, SLOT_BYTES);
    for (uint32_t i = 0; i < sizeof data; i++) data[i] = (uint8_t)(i * 11u + i / 256u);
}

static int setup(void **state)
{
    if (nor_bed_setup_after_trial(state) != 0) return -1;
    make_slot();
    return 0;
}

static enum nacre_err rest_program(uint32_t addr, uint32_t n)
{
    return nacre_nor_program(&nor_bed.nor, addr, data, n);
}

static enum nacre_err rest_poll(uint32_t *left)
{
    return nacre_nor_erase_poll(&nor_bed.nor, left);
}

static enum nacre_err store_erase_start(uint32_t addr)
{
    return nor_bed.medium->ops->erase_start(nor_bed.medium, addr);
}

static enum nacre_err store_erase_poll(void)
{
    return nor_bed.medium->ops->erase_poll(nor_bed.medium);
}

/* ---- program ---- */

static void test_rest_program_goes_across_pages_in_pieces(void **state)
{
    uint8_t got[1024];
    (void)state;
    assert_int_equal(rest_program(SLOT + 0x70, 1008), NACRE_OK);
    assert_memory_equal(fake.chip + SLOT + 0x70, data, 1008);
    assert_int_equal(fake.chip[SLOT + 0x6F], 0xFF);
    assert_int_equal(fake.chip[SLOT + 0x70 + 1008], 0xFF);
    uint32_t at = SLOT + 0x70;
    for (uint32_t i = 0; i < fake.sent_count; i++) {
        const struct fake_sent *sent = &fake.sent[i];
        if (sent->opcode != 0x12ED) continue;
        assert_int_equal(sent->chip_addr, at);
        assert_true(sent->chip_addr / 256 == (sent->chip_addr + sent->n - 1) / 256);
        at += sent->n;
    }
    assert_int_equal(at, SLOT + 0x70 + 1008);
    assert_int_equal(nacre_nor_read(&nor_bed.nor, SLOT + 0x6F, got, 1010), NACRE_OK);
    assert_memory_equal(got + 1, data, 1008);
    assert_int_equal(got[0], 0xFF);
    assert_int_equal(fake.fence_bits, 0);
}

static void test_rest_program_takes_its_source_from_the_flash(void **state)
{
    (void)state;
    assert_int_equal(nacre_nor_program(&nor_bed.nor, SLOT, fake.chip + 0x333, 512), NACRE_OK);
    assert_memory_equal(fake.chip + SLOT, fake.chip + 0x333, 512);
    /* From the bank that the store's erase keeps busy: that is waited for first. */
    fake.busy_us = 25000;
    assert_int_equal(store_erase_start(0x1000), NACRE_OK);
    fake.busy_us = 100;
    memset(fake.chip + STORE_END, 0x3C, 256);
    assert_int_equal(nacre_nor_program(&nor_bed.nor, SLOT + 512, fake.chip + STORE_END, 256),
                     NACRE_OK);
    assert_memory_equal(fake.chip + SLOT + 512, fake.chip + STORE_END, 256);
}

static void test_rest_program_refuses_what_is_not_blank_as_a_whole(void **state)
{
    (void)state;
    fake.chip[SLOT + 2000] = 0x7F;
    assert_int_equal(rest_program(SLOT, 2048), NACRE_NOT_ERASED);
    assert_int_equal(fake.sent_count, 0);
    assert_int_equal(fake.chip[SLOT], 0xFF);
    assert_int_equal(rest_program(SLOT, 1984), NACRE_OK);
}

static void test_rest_program_tells_what_failed(void **state)
{
    (void)state;
    fake.fail_next = 0x20;
    assert_int_equal(rest_program(SLOT, 16), NACRE_IO);
    fake.flip_addr = SLOT + 0x105;
    assert_int_equal(rest_program(SLOT + 0x80, 384), NACRE_VERIFY);
    assert_memory_equal(fake.chip + SLOT + 0x80, data, 128);
    assert_int_equal(fake.chip[SLOT + 0x180], 0xFF);
}

/* ---- what is refused ---- */

struct refusal {
    uint32_t addr;
    uint32_t n;
    enum nacre_err err;
};

static void test_rest_ranges_of_others_are_refused_each_by_its_name(void **state)
{
    static const struct refusal refusals[] = {
        {0, UNIT, NACRE_REGION_IN_IMAGE},
        {0xF000, 2 * UNIT, NACRE_REGION_IN_IMAGE},
        {NOR_BED_REGION, UNIT, NACRE_REGION_IN_STORE},
        {NOR_BED_REGION - UNIT, 2 * UNIT, NACRE_REGION_IN_STORE},
        {STORE_END - UNIT, 2 * UNIT, NACRE_REGION_IN_STORE},
        {SLOT, NOR_BED_REGION, NACRE_REGION_OUTSIDE},
        {SLOT, STORE_END - SLOT, NACRE_REGION_IN_STORE},
        {CHIP_END - UNIT, UNIT, NACRE_REGION_LAST_BYTES},
        {CHIP_END, UNIT, NACRE_REGION_OUTSIDE},
        {CHIP_END - UNIT, 2 * UNIT, NACRE_REGION_OUTSIDE},
        {0xFFFFF000u, UNIT, NACRE_REGION_OUTSIDE},
        {0xFFFFF000u, 0x2000, NACRE_REGION_OUTSIDE},
        {SLOT, 0xFFFFF000u, NACRE_REGION_OUTSIDE},
        {BESIDE_IMAGE, UNIT, NACRE_OUT_OF_LIMITS}, /* 5 us are no budget for slices */
        {SLOT, 0, NACRE_BAD_ARGUMENT},
    };
    (void)state;
    const uint32_t blackouts = fake.blackout_count;
    for (uint32_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        const struct refusal *r = &refusals[i];
        assert_int_equal(nacre_nor_program(&nor_bed.nor, r->addr, data, r->n), r->err);
        assert_int_equal(nacre_nor_erase(&nor_bed.nor, r->addr, r->n), r->err);
        assert_int_equal(nacre_nor_erase_start(&nor_bed.nor, r->addr, r->n), r->err);
    }
    assert_string_equal(nor_bed.nor.blackout.port.mismatch.name, "budget_us, rest of the chip");
    assert_int_equal(nor_bed.nor.blackout.port.mismatch.found, 5);
    assert_int_equal(nor_bed.nor.blackout.port.mismatch.expected, 448 + 56 + 10);
    assert_int_equal(fake.blackout_count, blackouts);
}

static void test_rest_bad_arguments_are_refused(void **state)
{
    struct nacre_nor *const nor = &nor_bed.nor;
    uint8_t buf[16];
    (void)state;
    assert_int_equal(nacre_nor_erase(nor, SLOT + 16, UNIT), NACRE_REGION_UNALIGNED);
    assert_int_equal(nacre_nor_erase(nor, SLOT, UNIT + 16), NACRE_REGION_UNALIGNED);
    assert_int_equal(rest_program(SLOT + 8, 16), NACRE_BAD_ARGUMENT);
    assert_int_equal(rest_program(SLOT, 24), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_nor_program(nor, SLOT, NULL, 16), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_nor_read(nor, SLOT, NULL, 1), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_nor_read(nor, SLOT, NULL, 0), NACRE_OK);
    assert_int_equal(nacre_nor_program(NULL, SLOT, data, 16), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_nor_read(NULL, SLOT, buf, 1), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_nor_erase(NULL, SLOT, UNIT), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_nor_erase_poll(NULL, NULL), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_nor_erase_stop(NULL), NACRE_BAD_ARGUMENT);
    fake.hole = buf;
    assert_int_equal(nacre_nor_program(nor, SLOT, buf, 16), NACRE_BAD_BUFFER);
    assert_int_equal(nacre_nor_read(nor, SLOT, buf, 16), NACRE_BAD_BUFFER);
    fake.range_result = NACRE_CTRL_STATE;
    assert_int_equal(rest_program(SLOT, 16), NACRE_CTRL_STATE);
    assert_int_equal(nacre_nor_erase(nor, SLOT, UNIT), NACRE_CTRL_STATE);
    assert_int_equal(fake.sent_count, 0);
}

static void expect_all_refused(enum nacre_err err)
{
    struct nacre_nor *const nor = &nor_bed.nor;
    uint8_t buf[16];
    assert_int_equal(nacre_nor_read(nor, SLOT, buf, 16), err);
    assert_int_equal(rest_program(SLOT, 16), err);
    assert_int_equal(nacre_nor_erase_start(nor, SLOT, UNIT), err);
    assert_int_equal(nacre_nor_erase(nor, SLOT, UNIT), err);
    assert_int_equal(nacre_nor_erase_poll(nor, NULL), err);
    assert_int_equal(nacre_nor_erase_stop(nor), err);
    assert_int_equal(fake.sent_count, 0);
}

static void test_rest_calls_refuse_interrupts_nesting_and_a_closed_chip(void **state)
{
    (void)state;
    fake.is_in_interrupt = true;
    expect_all_refused(NACRE_FROM_INTERRUPT);
    fake.is_in_interrupt = false;
    nor_bed.nor.is_entered = true;
    expect_all_refused(NACRE_NESTED);
    nor_bed.nor.is_entered = false;
    assert_int_equal(nacre_nor_close(&nor_bed.nor), NACRE_OK);
    expect_all_refused(NACRE_NOT_MOUNTED);
}

/* ---- read ---- */

static void test_rest_read_reaches_all_but_the_last_bytes(void **state)
{
    struct nacre_nor *const nor = &nor_bed.nor;
    uint8_t got[64];
    (void)state;
    assert_int_equal(nacre_nor_read(nor, 0x101, got, 64), NACRE_OK);
    assert_memory_equal(got, fake.chip + 0x101, 64);
    assert_int_equal(nor_bed_program(0x40, data, 64), NACRE_OK);
    assert_int_equal(nacre_nor_read(nor, NOR_BED_REGION + 0x40, got, 64), NACRE_OK);
    assert_memory_equal(got, data, 64);
    assert_int_equal(nacre_nor_read(nor, CHIP_END - LAST_BYTES - 64, got, 64), NACRE_OK);
    assert_int_equal(nacre_nor_read(nor, CHIP_END - LAST_BYTES - 63, got, 64),
                     NACRE_REGION_LAST_BYTES);
    assert_int_equal(nacre_nor_read(nor, CHIP_END - 32, got, 64), NACRE_REGION_OUTSIDE);
    assert_int_equal(nacre_nor_read(nor, CHIP_END + 1, got, 0), NACRE_REGION_OUTSIDE);
    assert_int_equal(nacre_nor_read(nor, 0xFFFFFFF0u, got, 64), NACRE_REGION_OUTSIDE);
}

static void test_rest_read_waits_only_for_what_is_fenced(void **state)
{
    struct nacre_nor *const nor = &nor_bed.nor;
    uint8_t got[16];
    (void)state;
    fake.busy_us = 25000;
    assert_int_equal(nacre_nor_erase_start(nor, SLOT, UNIT), NACRE_OK);
    const uint32_t begin = fake.now;
    assert_int_equal(nacre_nor_read(nor, 0x100, got, 16), NACRE_OK);
    assert_int_equal(nacre_nor_read(nor, 0x04000000, got, 16), NACRE_OK);
    assert_int_equal(nor_bed_read(0, got, 16), NACRE_OK); /* the store's, in bank 3 */
    assert_in_range(fake.now - begin, 0, 100 * US);
    assert_int_equal(fake.fence_addr, SLOT);
    assert_int_equal(fake.fence_bits, 25);
    assert_int_equal(nacre_nor_read(nor, SLOT + 0x8000, got, 16), NACRE_OK);
    assert_in_range(fake.now - begin, 24000 * US, 30000 * US);
    assert_int_equal(fake.fence_bits, 0);
    assert_int_equal(rest_poll(NULL), NACRE_OK);
}

/* ---- erase ---- */

static void test_rest_erase_tells_how_far_it_is_and_its_end_once(void **state)
{
    uint32_t left = 0;
    uint32_t seen = 5 * UNIT;
    enum nacre_err err;
    (void)state;
    memset(fake.chip + SLOT - UNIT, 0, 7 * UNIT);
    fake.busy_us = 25000;
    assert_int_equal(nacre_nor_erase_start(&nor_bed.nor, SLOT, 5 * UNIT), NACRE_OK);
    while ((err = rest_poll(&left)) == NACRE_BUSY) {
        assert_true(left == seen || left + UNIT == seen);
        assert_int_equal(fake.chip[SLOT + 6 * UNIT - 1], 0);
        seen = left;
        fake.now += 500 * US;
    }
    assert_int_equal(err, NACRE_OK);
    assert_int_equal(left, 0);
    for (uint32_t i = 0; i < 5 * UNIT; i++) assert_int_equal(fake.chip[SLOT + i], 0xFF);
    assert_int_equal(fake.chip[SLOT - 1], 0);
    assert_int_equal(fake.chip[SLOT + 5 * UNIT], 0);
    assert_int_equal(rest_poll(&left), NACRE_OK);
    assert_int_equal(nor_bed.nor.stats.erases, 5);
    assert_int_equal(store_erase_poll(), NACRE_OK);
}

static void test_rest_erase_stops_at_the_unit_that_fails(void **state)
{
    uint32_t left = 0;
    enum nacre_err err;
    (void)state;
    memset(fake.chip + SLOT, 0, 4 * UNIT);
    assert_int_equal(nacre_nor_erase_start(&nor_bed.nor, SLOT, 4 * UNIT), NACRE_OK);
    while (rest_poll(&left) == NACRE_BUSY && left == 4 * UNIT) fake.now += 500 * US;
    fake.fail_next = 0x40;
    while ((err = rest_poll(&left)) == NACRE_BUSY) fake.now += 500 * US;
    assert_int_equal(err, NACRE_IO);
    assert_int_equal(left, 3 * UNIT);
    assert_int_equal(fake.chip[SLOT + 2 * UNIT], 0);
    assert_int_equal(rest_poll(NULL), NACRE_OK);
    assert_int_equal(nacre_nor_erase(&nor_bed.nor, SLOT + UNIT, 3 * UNIT), NACRE_OK);
    assert_int_equal(fake.chip[SLOT + 3 * UNIT], 0xFF);
}

static void test_rest_erase_is_one_at_a_time_and_can_be_stopped(void **state)
{
    struct nacre_nor *const nor = &nor_bed.nor;
    (void)state;
    memset(fake.chip + SLOT, 0, 4 * UNIT);
    assert_int_equal(nacre_nor_erase_start(nor, SLOT, 3 * UNIT), NACRE_OK);
    assert_int_equal(nacre_nor_erase_start(nor, SLOT + 3 * UNIT, UNIT), NACRE_BUSY);
    assert_int_equal(rest_program(SLOT + 2 * UNIT, 16), NACRE_BUSY);
    assert_int_equal(rest_program(SLOT + 4 * UNIT, 16), NACRE_OK); /* beside it: waits */
    assert_int_equal(nacre_nor_erase_stop(nor), NACRE_OK);
    assert_int_equal(nacre_nor_erase_stop(nor), NACRE_OK);
    assert_int_equal(rest_poll(NULL), NACRE_OK);
    assert_int_equal(fake.chip[SLOT + UNIT - 1], 0xFF);
    assert_int_equal(fake.chip[SLOT + UNIT], 0);
    assert_int_equal(fake.fence_bits, 0);
    assert_int_equal(nacre_nor_erase_start(nor, SLOT + UNIT, UNIT), NACRE_OK);
    assert_int_equal(nacre_nor_erase_stop(nor), NACRE_OK); /* the unit at work is waited for */
    assert_int_equal(fake.status, 0);
    assert_int_equal(fake.chip[SLOT + UNIT], 0xFF);
}

static void test_rest_erase_that_never_ends_is_told_and_survived(void **state)
{
    (void)state;
    fake.is_stuck = true;
    const uint32_t begin = fake.now;
    assert_int_equal(nacre_nor_erase(&nor_bed.nor, SLOT, 2 * UNIT), NACRE_TIMEOUT);
    assert_in_range(fake.now - begin, 600000 * US, 2 * 600000 * US);
    assert_int_equal(fake.fence_bits, 25);
    fake.is_stuck = false;
    fake.fail_next = 0x40; /* whose result is nobody's any more */
    assert_int_equal(nor_bed_program(0, data, 16), NACRE_OK);
    assert_int_equal(rest_poll(NULL), NACRE_OK);
    assert_int_equal(store_erase_poll(), NACRE_OK);
    assert_int_equal(nacre_nor_erase(&nor_bed.nor, SLOT, 2 * UNIT), NACRE_OK);
}

/* ---- beside the store ---- */

static void test_rest_waits_for_the_stores_erase_and_leaves_it_its_result(void **state)
{
    (void)state;
    fake.busy_us = 25000;
    assert_int_equal(store_erase_start(0x1000), NACRE_OK);
    fake.busy_us = 100;
    fake.fail_next = 0x40;
    assert_int_equal(rest_program(SLOT, 16), NACRE_OK);
    assert_memory_equal(fake.chip + SLOT, data, 16);
    assert_int_equal(rest_poll(NULL), NACRE_OK);
    assert_int_equal(store_erase_poll(), NACRE_IO);
    assert_int_equal(store_erase_poll(), NACRE_OK);
}

static void test_rest_erase_begins_when_the_stores_has_ended(void **state)
{
    uint32_t left = 0;
    (void)state;
    memset(fake.chip + SLOT, 0, UNIT);
    fake.busy_us = 25000;
    assert_int_equal(store_erase_start(0x1000), NACRE_OK);
    fake.fail_next = 0x40;
    assert_int_equal(nacre_nor_erase_start(&nor_bed.nor, SLOT, UNIT), NACRE_OK);
    assert_int_equal(fake.chip[SLOT], 0);
    assert_int_equal(rest_poll(&left), NACRE_BUSY);
    fake.now += 30000 * US;
    assert_int_equal(rest_poll(&left), NACRE_BUSY); /* it sees the store's end, and begins */
    assert_int_equal(fake.chip[SLOT], 0xFF);
    fake.now += 30000 * US;
    assert_int_equal(rest_poll(&left), NACRE_OK);
    assert_int_equal(left, 0);
    assert_int_equal(store_erase_poll(), NACRE_IO);
}

static void test_rest_is_waited_for_by_the_store_and_keeps_its_result(void **state)
{
    uint32_t left = 0;
    (void)state;
    fake.busy_us = 4000;
    assert_int_equal(nacre_nor_erase_start(&nor_bed.nor, SLOT, 2 * UNIT), NACRE_OK);
    fake.fail_next = 0x40;
    const uint32_t begin = fake.now;
    assert_int_equal(nor_bed_program(0x20, data, 16), NACRE_OK);
    assert_in_range(fake.now - begin, 2 * 4000 * US, 32000 * US);
    assert_memory_equal(fake.chip + NOR_BED_REGION + 0x20, data, 16);
    assert_int_equal(store_erase_poll(), NACRE_OK);
    assert_int_equal(rest_poll(&left), NACRE_IO);
    assert_int_equal(left, 2 * UNIT);

    fake.busy_us = 25000;
    assert_int_equal(nacre_nor_erase_start(&nor_bed.nor, SLOT, UNIT), NACRE_OK);
    assert_int_equal(store_erase_start(0x2000), NACRE_OK);
    fake.fail_next = 0x40;
    assert_int_equal(nor_bed.medium->ops->erase_wait(nor_bed.medium), NACRE_IO);
    assert_int_equal(rest_poll(&left), NACRE_OK);
    assert_int_equal(left, 0);
}

/* A save is often more than one program: none is to wait for a unit of its own. */
static void test_rest_erase_gives_way_to_a_store_that_writes(void **state)
{
    uint32_t left = 0;
    (void)state;
    fake.busy_us = 4000;
    assert_int_equal(nacre_nor_erase_start(&nor_bed.nor, SLOT, 3 * UNIT), NACRE_OK);
    assert_int_equal(nor_bed_program(0x20, data, 16), NACRE_OK);
    fake.now += 900 * US;
    assert_int_equal(rest_poll(&left), NACRE_BUSY);
    assert_int_equal(left, 2 * UNIT);
    assert_int_equal(nor_bed.nor.stats.erases, 1);
    fake.now += 200 * US;
    assert_int_equal(rest_poll(&left), NACRE_BUSY);
    assert_int_equal(nor_bed.nor.stats.erases, 2);
}

/* A store that never rests does not keep an update from its end. */
static void test_rest_erase_gives_way_for_so_long_and_no_longer(void **state)
{
    uint32_t left = 0;
    uint32_t saves = 0;
    (void)state;
    assert_int_equal(nacre_nor_erase_start(&nor_bed.nor, SLOT, 2 * UNIT), NACRE_OK);
    assert_int_equal(nor_bed_program(0, data, 16), NACRE_OK);
    const uint32_t begin = fake.now;
    while (nor_bed.nor.stats.erases < 2) {
        saves++;
        assert_int_equal(nor_bed_program(16 * saves, data, 16), NACRE_OK);
        assert_int_equal(rest_poll(&left), NACRE_BUSY);
    }
    assert_in_range(fake.now - begin, 49000 * US, 55000 * US);
    assert_true(saves > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_rest_program_goes_across_pages_in_pieces, setup),
        cmocka_unit_test_setup(test_rest_program_takes_its_source_from_the_flash, setup),
        cmocka_unit_test_setup(test_rest_program_refuses_what_is_not_blank_as_a_whole, setup),
        cmocka_unit_test_setup(test_rest_program_tells_what_failed, setup),
        cmocka_unit_test_setup(test_rest_ranges_of_others_are_refused_each_by_its_name, setup),
        cmocka_unit_test_setup(test_rest_bad_arguments_are_refused, setup),
        cmocka_unit_test_setup(test_rest_calls_refuse_interrupts_nesting_and_a_closed_chip, setup),
        cmocka_unit_test_setup(test_rest_read_reaches_all_but_the_last_bytes, setup),
        cmocka_unit_test_setup(test_rest_read_waits_only_for_what_is_fenced, setup),
        cmocka_unit_test_setup(test_rest_erase_tells_how_far_it_is_and_its_end_once, setup),
        cmocka_unit_test_setup(test_rest_erase_stops_at_the_unit_that_fails, setup),
        cmocka_unit_test_setup(test_rest_erase_is_one_at_a_time_and_can_be_stopped, setup),
        cmocka_unit_test_setup(test_rest_erase_that_never_ends_is_told_and_survived, setup),
        cmocka_unit_test_setup(test_rest_waits_for_the_stores_erase_and_leaves_it_its_result,
                               setup),
        cmocka_unit_test_setup(test_rest_erase_begins_when_the_stores_has_ended, setup),
        cmocka_unit_test_setup(test_rest_is_waited_for_by_the_store_and_keeps_its_result, setup),
        cmocka_unit_test_setup(test_rest_erase_gives_way_to_a_store_that_writes, setup),
        cmocka_unit_test_setup(test_rest_erase_gives_way_for_so_long_and_no_longer, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
