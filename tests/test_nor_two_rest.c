/*
 * Two controllers and the rest of the chip: update slots in other banks are written by the second
 * controller, what shares the image's bank is not.
 *
 * Method: as test_nor_two.c.
 */
#include "nacre/media/nor_rest.h"
#include "tests/support/fake_port.h"
#include "tests/support/fake_second.h"
#include "tests/support/nor_bed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define SLOT 0x02000000u /* bank 1: neither the image's nor the store's */
#define SLOT_BYTES 0x00010000u
#define BESIDE_IMAGE 0x00010000u
#define UNIT 4096u

static struct nacre_nor *const nor = &nor_bed.nor;

static void open_as(enum nacre_way way, uint32_t budget_us)
{
    struct nacre_nor_cfg cfg = nor_bed_cfg(budget_us);

    cfg.way = way;
    fake_start();
    fake_second_start();
    memset(fake.chip + NOR_BED_REGION, 0xFF, NOR_BED_BYTES);
    memset(fake.chip + SLOT, 0xFF, SLOT_BYTES);
    memset(fake.chip + BESIDE_IMAGE, 0xFF, SLOT_BYTES);
    for (uint32_t i = 0; i < sizeof(nor_bed.data); i++) {
        nor_bed.data[i] = (uint8_t)(i * 3u + 1u);
    }
    nor_bed.medium = &nor->medium;
    assert_int_equal(nacre_nor_open(nor, &cfg), NACRE_OK);
    assert_int_equal(nor_bed_program(0x7FF0, nor_bed.data, 16), NACRE_OK); /* the trial */
    fake_forget();
}

static void test_two_rest_of_any_length_goes_by_the_second(void **state)
{
    static const struct {
        uint32_t at;
        uint32_t n;
    } ranges[] = {{0x30, 208}, {0x1000, 256}, {0x20F0, 32}, {0x3000, 16}, {0x4070, 176}};
    (void)state;
    open_as(NACRE_WAY_TWO_CONTROLLERS, 5);
    const uint32_t blackouts = fake.blackout_count;
    for (uint32_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
        const uint32_t addr = SLOT + ranges[i].at;
        assert_int_equal(nacre_nor_program(nor, addr, nor_bed.data, ranges[i].n), NACRE_OK);
        assert_memory_equal(fake.chip + addr, nor_bed.data, ranges[i].n);
        assert_int_equal(fake.chip[addr - 1], 0xFF);
        assert_int_equal(fake.chip[addr + ranges[i].n], 0xFF);
    }
    assert_int_equal(nacre_nor_erase(nor, SLOT, 2 * UNIT), NACRE_OK);
    assert_int_equal(fake.chip[SLOT + 0x1000], 0xFF);
    assert_int_equal(fake.blackout_count, blackouts);
    assert_int_equal(fake.fence_bits, 0);
    assert_false(fake_second.is_taken);
}

static void test_two_rest_of_the_images_bank_is_refused(void **state)
{
    (void)state;
    open_as(NACRE_WAY_TWO_CONTROLLERS, 520);
    assert_int_equal(nacre_nor_program(nor, BESIDE_IMAGE, nor_bed.data, 16),
                     NACRE_REGION_IN_RUN_BANK);
    assert_int_equal(nacre_nor_erase(nor, BESIDE_IMAGE, UNIT), NACRE_REGION_IN_RUN_BANK);
    assert_int_equal(fake.sent_count, 0);
}

/* And the store, in its own bank, goes on by the second controller. */
static void test_two_rest_of_the_images_bank_is_sliced_if_auto(void **state)
{
    (void)state;
    open_as(NACRE_WAY_AUTO, 520);
    const uint32_t commands = fake_second.commands;
    fake.must_be_idle_when_mapped = true;
    fake.busy_us = 2000;
    assert_int_equal(nacre_nor_erase(nor, BESIDE_IMAGE, UNIT), NACRE_OK);
    assert_int_equal(fake_second.commands, commands);
    assert_non_null(strstr(fake_opcodes(), "B04F"));
    fake.must_be_idle_when_mapped = false;
    const uint32_t blackouts = fake.blackout_count;
    assert_int_equal(nor_bed_program(0, nor_bed.data, 64), NACRE_OK);
    assert_int_equal(fake.blackout_count, blackouts);
    assert_true(fake_second.commands > commands);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_two_rest_of_any_length_goes_by_the_second),
        cmocka_unit_test(test_two_rest_of_the_images_bank_is_refused),
        cmocka_unit_test(test_two_rest_of_the_images_bank_is_sliced_if_auto),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
