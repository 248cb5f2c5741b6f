/*
 * Goal    the adapters for littlefs and MCUboot do what their interfaces say, and pass on what the
 *         flash refuses.
 * Method  two small clients, a log and a swap of slots, on the false board of fake_port.h, and the
 *         adapters called directly. What a client must find is kept here.
 */
#include "examples/littlefs/nacre_lfs.h"
#include "examples/mcuboot/flash_map.h"
#include "examples/mcuboot/sysflash/sysflash.h"
#include "tests/rest_fw/log_client.h"
#include "tests/rest_fw/swap_client.h"
#include "tests/support/fake_port.h"
#include "tests/support/nor_bed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define UNIT 4096u
#define LOG 0x04000000u
#define LOG_UNITS 3u
#define PRIMARY 0x02000000u
#define SECONDARY 0x02010000u
#define SCRATCH 0x02020000u
#define STATUS 0x02030000u
#define WINDOW_BASE ((uintptr_t)fake.chip)

static const struct flash_area areas[] = {
    {.fa_id = 1, .fa_off = PRIMARY, .fa_size = 4 * UNIT},
    {.fa_id = 2, .fa_off = SECONDARY, .fa_size = 4 * UNIT},
    {.fa_id = 3, .fa_off = SCRATCH, .fa_size = UNIT},
    {.fa_id = SWAP_STATUS, .fa_off = STATUS, .fa_size = UNIT},
    {.fa_id = 9, .fa_off = NOR_BED_REGION, .fa_size = UNIT}, /* the store's: a map that is wrong */
};

static struct nacre_lfs lfs_area;
static struct lfs_config lfs;

static int setup(void **state)
{
    if (nor_bed_setup_after_trial(state) != 0) return -1;
    lfs_area = (struct nacre_lfs){&nor_bed.nor, LOG, LOG_UNITS * UNIT};
    lfs = (struct lfs_config){.block_count = 0};
    nacre_lfs_fill(&lfs, &lfs_area);
    memset(fake.chip + LOG, 0x12, LOG_UNITS * UNIT);
    flash_map_set(&nor_bed.nor, areas, 5);
    return 0;
}

static const struct flash_area *opened(uint8_t id)
{
    const struct flash_area *area = NULL;
    assert_int_equal(flash_area_open(id, &area), 0);
    return area;
}

/* ---- littlefs ---- */

static void test_clients_lfs_sizes_are_the_chips(void **state)
{
    (void)state;
    assert_int_equal(lfs.read_size, 16);
    assert_int_equal(lfs.prog_size, 16);
    assert_int_equal(lfs.block_size, UNIT);
    assert_int_equal(lfs.block_count, LOG_UNITS);
}

static void test_clients_lfs_reaches_its_part_of_the_chip(void **state)
{
    uint8_t got[32];
    (void)state;
    assert_int_equal(lfs.erase(&lfs, 2), 0);
    assert_int_equal(fake.chip[LOG + 2 * UNIT - 1], 0x12);
    assert_int_equal(fake.chip[LOG + 2 * UNIT], 0xFF);
    assert_int_equal(fake.chip[LOG + 3 * UNIT - 1], 0xFF);
    assert_int_equal(lfs.prog(&lfs, 2, 0x70, nor_bed.data, 32), 0);
    assert_memory_equal(fake.chip + LOG + 2 * UNIT + 0x70, nor_bed.data, 32);
    assert_int_equal(lfs.read(&lfs, 2, 0x70, got, 32), 0);
    assert_memory_equal(got, nor_bed.data, 32);
    assert_int_equal(lfs.sync(&lfs), 0);
}

static void test_clients_lfs_is_told_which_blocks_are_bad(void **state)
{
    uint8_t got[16];
    (void)state;
    assert_int_equal(lfs.erase(&lfs, 0), 0);
    assert_int_equal(lfs.prog(&lfs, 0, 0, nor_bed.data, 16), 0);
    assert_int_equal(lfs.prog(&lfs, 0, 0, nor_bed.data, 16), LFS_ERR_CORRUPT); /* not blank */
    fake.fail_next = 0x20;
    assert_int_equal(lfs.prog(&lfs, 0, 16, nor_bed.data, 16), LFS_ERR_CORRUPT);
    fake.flip_addr = LOG + 0x25;
    assert_int_equal(lfs.prog(&lfs, 0, 32, nor_bed.data, 16), LFS_ERR_CORRUPT);
    fake.flip_addr = 0;
    fake.fail_next = 0x40;
    assert_int_equal(lfs.erase(&lfs, 1), LFS_ERR_CORRUPT);
    fake.ignores_write_enable = true;
    assert_int_equal(lfs.erase(&lfs, 1), LFS_ERR_IO);
    assert_int_equal(lfs.prog(&lfs, 0, 64, nor_bed.data, 16), LFS_ERR_IO);
    fake.ignores_write_enable = false;
    fake.is_in_interrupt = true;
    assert_int_equal(lfs.read(&lfs, 0, 0, got, 16), LFS_ERR_IO);
}

static void test_clients_log_is_found_again_round_after_round(void **state)
{
    struct log_client log;
    (void)state;
    assert_int_equal(log_client_open(&log, &lfs), 0);
    assert_int_equal(log.sequence, 0);
    for (uint32_t i = 1; i <= 1000; i++) {
        assert_int_equal(log_client_append(&log, i * 3), 0);
        if (i % 97 != 0) continue;
        assert_int_equal(log_client_open(&log, &lfs), 0);
        assert_int_equal(log.number, i * 3);
    }
    assert_int_equal(nor_bed.nor.stats.erases, 1000 / 256 + 1);
    fake.fail_next = 0x20; /* the next granule takes its place */
    assert_int_equal(log_client_append(&log, 7), 0);
    assert_int_equal(log_client_open(&log, &lfs), 0);
    assert_int_equal(log.number, 7);
}

/* ---- MCUboot ---- */

static void test_clients_flash_areas_are_as_the_map_says(void **state)
{
    struct flash_sector sectors[4];
    uint32_t count = 4;
    uintptr_t base = 0;
    const struct flash_area *area;
    (void)state;
    assert_int_equal(flash_area_open(7, &area), -1);
    assert_int_equal(flash_map_error(), NACRE_NOT_FOUND);
    area = opened(FLASH_AREA_IMAGE_SECONDARY(0));
    assert_int_equal(flash_area_get_off(area), SECONDARY);
    assert_int_equal(flash_area_get_size(area), 4 * UNIT);
    assert_int_equal(flash_area_get_id(area), 2);
    assert_int_equal(flash_area_get_device_id(area), 0);
    assert_int_equal(flash_area_align(area), 16);
    assert_int_equal(flash_area_erased_val(area), 0xFF);
    assert_int_equal(flash_area_get_sectors(2, &count, sectors), 0);
    assert_int_equal(count, 4);
    assert_int_equal(flash_sector_get_off(&sectors[3]), 3 * UNIT);
    assert_int_equal(flash_sector_get_size(&sectors[3]), UNIT);
    count = 3;
    assert_int_equal(flash_area_get_sectors(2, &count, sectors), -1);
    assert_int_equal(flash_area_get_sector(area, 2 * UNIT + 5, sectors), 0);
    assert_int_equal(flash_sector_get_off(&sectors[0]), 2 * UNIT);
    assert_int_equal(flash_area_get_sector(area, 4 * UNIT, sectors), -1);
    assert_int_equal(flash_device_base(0, &base), 0);
    assert_true(base == WINDOW_BASE);
    assert_int_equal(flash_area_id_from_image_slot(1), 2);
    assert_int_equal(flash_area_id_from_multi_image_slot(0, 0), 1);
    assert_int_equal(flash_area_id_from_multi_image_slot(0, 2), -1);
    assert_int_equal(flash_area_id_to_multi_image_slot(0, 2), 1);
    assert_int_equal(flash_area_id_to_multi_image_slot(0, 9), -1);
    flash_area_close(area);
}

static void test_clients_flash_areas_keep_to_their_bounds(void **state)
{
    uint8_t got[16];
    (void)state;
    const struct flash_area *area = opened(3);
    fake_forget();
    assert_int_equal(flash_area_write(area, UNIT, nor_bed.data, 16), -1);
    assert_int_equal(flash_map_error(), NACRE_BAD_ARGUMENT);
    assert_int_equal(flash_area_write(area, UNIT - 16, nor_bed.data, 32), -1);
    assert_int_equal(flash_area_write(area, 0xFFFFFFF0u, nor_bed.data, 32), -1);
    assert_int_equal(flash_area_read(area, UNIT - 8, got, 16), -1);
    assert_int_equal(flash_area_erase(area, 0, 2 * UNIT), -1);
    assert_int_equal(flash_area_erase(area, 0, 0), 0);
    assert_int_equal(flash_area_write(area, 0, nor_bed.data, 0), 0);
    assert_int_equal(flash_area_erase(opened(9), 0, UNIT), -1);
    assert_int_equal(flash_map_error(), NACRE_REGION_IN_STORE);
    assert_int_equal(fake.sent_count, 0);
}

static uint32_t steps;

static void count_step(void)
{
    steps++;
}

static void test_clients_swap_changes_the_slots_and_goes_on(void **state)
{
    (void)state;
    assert_int_equal(swap_client_prepare(), 0);
    assert_int_equal(swap_client_pattern(1), 1);
    assert_int_equal(swap_client_pattern(2), 2);
    steps = 0;
    fake.ignores_write_enable = true;
    assert_int_equal(swap_client_run(count_step), -1);
    assert_int_equal(flash_map_error(), NACRE_CHIP_REFUSED);
    assert_int_equal(steps, 0);
    fake.ignores_write_enable = false;
    assert_int_equal(swap_client_run(count_step), 0);
    assert_int_equal(steps, 6);
    assert_int_equal(swap_client_pattern(1), 2);
    assert_int_equal(swap_client_pattern(2), 1);
    assert_int_equal(swap_client_run(count_step), 0);
    assert_int_equal(steps, 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_clients_lfs_sizes_are_the_chips, setup),
        cmocka_unit_test_setup(test_clients_lfs_reaches_its_part_of_the_chip, setup),
        cmocka_unit_test_setup(test_clients_lfs_is_told_which_blocks_are_bad, setup),
        cmocka_unit_test_setup(test_clients_log_is_found_again_round_after_round, setup),
        cmocka_unit_test_setup(test_clients_flash_areas_are_as_the_map_says, setup),
        cmocka_unit_test_setup(test_clients_flash_areas_keep_to_their_bounds, setup),
        cmocka_unit_test_setup(test_clients_swap_changes_the_slots_and_goes_on, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
