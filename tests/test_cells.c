/*
 * Overwritten memory as a flash, without cuts: where things lie, what reads as blank, what bad bits
 * in stamps and headers become, what is refused.
 *
 * What a flash would hold is written down here for each test; layouts are worked out by hand from
 * the header's words. tests/test_cells_cuts.c has the cuts, test_cells_store.c a store on top.
 */
#include "tests/support/cell_box.h"
#include "tests/support/cmocka_all.h"

#include <string.h>

#define WHERE 1024u /* of the area in the memory */

static struct cell_box box;
static uint8_t blank[BOX_BYTES];

static void begin(uint32_t bytes, uint32_t page_bytes, uint8_t fill)
{
    memset(blank, 0xff, sizeof blank);
    box_begin(&box, WHERE, bytes, page_bytes, fill);
    assert_int_equal(box_open(&box), NACRE_OK);
}

static void fill_with(uint8_t *bytes, uint32_t n, uint32_t seed)
{
    struct rng rng = {seed};
    for (uint32_t i = 0; i < n; i++) bytes[i] = (uint8_t)rng_next(&rng);
}

static void assert_reads(uint32_t addr, const void *expected, uint32_t n)
{
    uint8_t found[4096];
    assert_true(n <= sizeof found);
    assert_int_equal(box_read(&box, addr, found, n), NACRE_OK);
    assert_memory_equal(found, expected, n);
}

static void assert_fits(uint32_t bytes, uint32_t page_bytes, struct nacre_geometry expected)
{
    box_begin(&box, WHERE, bytes, page_bytes, 0xff);
    assert_int_equal(box_open(&box), NACRE_OK);
    const struct nacre_geometry found = box.cells.medium.geometry;
    assert_memory_equal(&found, &expected, sizeof found);
}

/*
 * 24 pages and two for headers a unit, or 64 granules of 20 bytes and 16 for headers; as many units
 * as there can be, 8 at most. A page of 32, 64 or 128 bytes holds 1, 3 or 5 granules of 20 bytes.
 */
static void test_cells_geometry_comes_from_region_and_page(void **state)
{
    (void)state;
    assert_fits(8192, 32, (struct nacre_geometry){30 * 16, 8, 16, 16, 16, 16});
    assert_fits(78 * 32, 32, (struct nacre_geometry){24 * 16, 3, 16, 16, 16, 16});
    assert_fits(16384, 64, (struct nacre_geometry){30 * 48, 8, 16, 48, 48, 48});
    assert_fits(8192, 64, (struct nacre_geometry){30 * 48, 4, 16, 48, 48, 48});
    assert_fits(16384, 128, (struct nacre_geometry){30 * 80, 4, 16, 80, 80, 80});
    assert_fits(20224, 256, (struct nacre_geometry){24 * 80, 3, 16, 80, 80, 80});
    assert_fits(8192, 0, (struct nacre_geometry){67 * 16, 6, 16, 67 * 16, 16, 0});
    assert_fits(16384, 0, (struct nacre_geometry){101 * 16, 8, 16, 101 * 16, 16, 0});
}

static enum nacre_err open_area(uint32_t addr, uint32_t bytes, uint32_t page_bytes)
{
    box_begin(&box, addr, bytes, page_bytes, 0xff);
    return box_open(&box);
}

static void test_cells_open_refuses_what_is_no_region(void **state)
{
    (void)state;
    assert_int_equal(open_area(0, 0, 0), NACRE_NO_REGION);
    assert_int_equal(open_area(2, 8192, 0), NACRE_REGION_UNALIGNED);
    assert_int_equal(open_area(32, 8192, 64), NACRE_REGION_UNALIGNED);
    assert_int_equal(open_area(0, 8192, 16), NACRE_REGION_UNALIGNED);
    assert_int_equal(open_area(0, 8192, 30), NACRE_REGION_UNALIGNED);
    assert_int_equal(open_area(0, 78 * 64 - 1, 64), NACRE_REGION_TOO_SMALL);
    assert_int_equal(open_area(0, 78 * 64, 64), NACRE_OK);
    assert_int_equal(open_area(0, 3 * (64 * 20 + 16) - 1, 0), NACRE_REGION_TOO_SMALL);
    assert_int_equal(open_area(0, 3 * (64 * 20 + 16), 0), NACRE_OK);
    assert_int_equal(open_area(0, 8 * (4097 * 20 + 16), 0), NACRE_REGION_TOO_LARGE);
    assert_int_equal(nacre_cells_open(NULL, box.cells.ops, &box.area), NACRE_NO_REGION);
    struct nacre_cells cells;
    assert_int_equal(nacre_cells_open(&cells, NULL, &box.area), NACRE_NO_REGION);
}

static void test_cells_calls_refuse_what_a_flash_cannot_do(void **state)
{
    (void)state;
    static const uint8_t data[256] = {1};
    begin(8192, 64, 0xff);
    const struct nacre_medium_ops *const ops = box.cells.medium.ops;
    const uint32_t end = 30 * 48 * 4;
    uint8_t found[4];
    assert_int_equal(box_program(&box, 8, data, 16), NACRE_BAD_ARGUMENT);
    assert_int_equal(box_program(&box, 16, data, 8), NACRE_BAD_ARGUMENT);
    assert_int_equal(box_program(&box, 16, data, 0), NACRE_BAD_ARGUMENT);
    assert_int_equal(box_program(&box, 32, data, 32), NACRE_BAD_ARGUMENT); /* two pages */
    assert_int_equal(box_program(&box, end, data, 16), NACRE_BAD_ARGUMENT);
    assert_int_equal(box_read(&box, end - 2, found, 4), NACRE_BAD_ARGUMENT);
    assert_int_equal(box_read(&box, 0xfffffff0u, found, 4), NACRE_BAD_ARGUMENT);
    assert_int_equal(ops->erase_start(&box.cells.medium, 16), NACRE_BAD_ARGUMENT);
    assert_int_equal(ops->erase_start(&box.cells.medium, end), NACRE_BAD_ARGUMENT);
    assert_int_equal(box.writes, 0);
    assert_false(ops->can_access(&box.cells.medium, NULL, 1, true));
    assert_true(ops->can_access(&box.cells.medium, NULL, 0, true));
    assert_true(ops->can_access(&box.cells.medium, found, 4, false));
}

/* The area at 1024 with pages of 64: unit 0 has headers in pages 16 and 17, data from 18 on. */
static void test_cells_bytes_lie_where_the_header_says(void **state)
{
    (void)state;
    uint8_t data[48];
    fill_with(data, sizeof data, 5);
    begin(8192, 64, 0xff);
    assert_int_equal(box_erase(&box, 0), NACRE_OK);
    assert_int_equal(box_erase(&box, 1), NACRE_OK);
    assert_int_equal(box_program(&box, 48 * 30 + 48, data, 48), NACRE_OK); /* unit 1, page 1 */
    static const uint8_t zero[4] = {0};
    static const uint8_t one[4] = {1};
    assert_memory_equal(box.bytes + WHERE, zero, 4);
    assert_memory_equal(box.bytes + WHERE + 64, one, 4);
    const uint32_t page = WHERE + (8192 / 4 / 64 + 2 + 1) * 64;
    for (uint32_t k = 0; k < 3; k++) {
        assert_memory_equal(box.bytes + page + 20 * k, data + 16 * k, 16);
    }
    assert_memory_equal(box.bytes + page + 60, blank, 4);
    for (uint32_t at = 0; at < WHERE; at++) assert_int_equal(box.bytes[at], 0xff);
    for (uint32_t at = WHERE + 8192; at < BOX_BYTES; at++) assert_int_equal(box.bytes[at], 0xff);
    assert_int_equal(box.crossed, 0);
}

/* Random erases and programs, and a boot now and then, beside a flash that is kept here. */
static void run_beside_a_flash(uint32_t bytes, uint32_t page_bytes, uint8_t fill)
{
    static uint8_t flash[BOX_BYTES];
    struct rng rng = {bytes + page_bytes + fill};
    begin(bytes, page_bytes, fill);
    memset(flash, 0xff, sizeof flash);
    const struct nacre_geometry geometry = box.cells.medium.geometry;
    const uint32_t granules = geometry.unit_bytes / 16;
    for (uint32_t step = 0; step < 3000; step++) {
        const uint32_t unit = rng_below(&rng, geometry.unit_count);
        const uint32_t addr = unit * geometry.unit_bytes + rng_below(&rng, granules) * 16;
        const uint32_t left = geometry.page_bytes - addr % geometry.page_bytes;
        const uint32_t n = 16 + rng_below(&rng, left / 16 > 9 ? 9 : left / 16) * 16;
        if (rng_percent(&rng, 3)) {
            assert_int_equal(box_erase(&box, unit), NACRE_OK);
            memset(flash + unit * geometry.unit_bytes, 0xff, geometry.unit_bytes);
        } else if (memcmp(flash + addr, blank, n) == 0) {
            fill_with(flash + addr, n, step + 1);
            assert_int_equal(box_program(&box, addr, flash + addr, n), NACRE_OK);
        }
        if (rng_percent(&rng, 3)) assert_int_equal(box_open(&box), NACRE_OK);
        assert_reads(addr, flash + addr, n);
    }
    for (uint32_t unit = 0; unit < geometry.unit_count; unit++) {
        assert_reads(unit * geometry.unit_bytes, flash + unit * geometry.unit_bytes,
                     geometry.unit_bytes);
    }
    assert_int_equal(box.crossed, 0);
    assert_int_equal(box.repeated, 0);
}

static void test_cells_are_what_a_flash_is(void **state)
{
    (void)state;
    run_beside_a_flash(8192, 32, 0xff);
    run_beside_a_flash(8192, 64, 0xff);
    run_beside_a_flash(20224, 256, 0x00);
    run_beside_a_flash(8192, 0, 0x00);
    run_beside_a_flash(8192, 0, 0xff);
}

/* An erase is one write, and a program another. */
static void test_cells_cost_one_write_each(void **state)
{
    (void)state;
    uint8_t data[80];
    fill_with(data, sizeof data, 7);
    begin(16384, 128, 0xff);
    assert_int_equal(box_erase(&box, 0), NACRE_OK);
    assert_int_equal(box_program(&box, 0, data, 80), NACRE_OK);
    assert_int_equal(box_open(&box), NACRE_OK);
    const uint32_t writes = box.writes;
    assert_int_equal(box_program(&box, 80, data, 16), NACRE_OK);
    assert_int_equal(box.writes, writes + 1);
    assert_int_equal(box_program(&box, 160, data, 80), NACRE_OK);
    assert_int_equal(box.writes, writes + 2);
    assert_int_equal(box_erase(&box, 0), NACRE_OK);
    assert_int_equal(box.writes, writes + 3);
}

/* Each bit of a stamp turned around: the granule is still there, whatever its bytes are. */
static void test_cells_flipped_bit_in_a_stamp_is_not_blank(void **state)
{
    (void)state;
    uint8_t data[16];
    fill_with(data, sizeof data, 9);
    begin(8192, 0, 0x00);
    assert_int_equal(box_erase(&box, 0), NACRE_OK);
    assert_int_equal(box_program(&box, 32, data, 16), NACRE_OK);
    uint8_t *const stamp = box.bytes + WHERE + 16 + 2 * 20 + 16;
    for (uint32_t bit = 0; bit < 32; bit++) {
        stamp[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_equal(box_open(&box), NACRE_OK);
        assert_reads(32, data, 16);
        stamp[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    stamp[0] ^= 0x3c;
    assert_int_equal(box_open(&box), NACRE_OK);
    assert_reads(32, blank, 16);
}

/* What a unit holds after `erases` erases: another pattern at another place each time. */
static void use_unit(uint32_t unit, uint32_t erases)
{
    uint8_t data[16];
    const uint32_t unit_addr = unit * box.cells.medium.geometry.unit_bytes;
    for (uint32_t k = 1; k <= erases; k++) {
        assert_int_equal(box_erase(&box, unit), NACRE_OK);
        fill_with(data, sizeof data, k);
        assert_int_equal(box_program(&box, unit_addr, data, 16), NACRE_OK);
        assert_int_equal(box_program(&box, unit_addr + (k % 12 + 1) * 48, data, 16), NACRE_OK);
    }
}

static void assert_unit_is(uint32_t unit, uint32_t erases)
{
    uint8_t data[16];
    const uint32_t unit_bytes = box.cells.medium.geometry.unit_bytes;
    fill_with(data, sizeof data, erases);
    for (uint32_t at = 0; at < unit_bytes; at += 16) {
        const bool is_there = at == 0 || at == (erases % 12 + 1) * 48;
        assert_reads(unit * unit_bytes + at, is_there ? data : blank, 16);
    }
}

/* Each bit of each header turned around, in a unit that was erased so often. */
static void rot_headers(uint32_t page_bytes, uint32_t erases)
{
    begin(8192, page_bytes, 0xff);
    const uint32_t header_1 = page_bytes != 0 ? page_bytes : 8;
    use_unit(0, erases);
    for (uint32_t bit = 0; bit < 128; bit++) {
        const uint32_t at = WHERE + bit / 64 * header_1 + bit % 64 / 8;
        box.bytes[at] ^= (uint8_t)(1u << bit % 8);
        assert_int_equal(box_open(&box), NACRE_OK);
        assert_unit_is(0, erases);
        box.bytes[at] ^= (uint8_t)(1u << bit % 8);
    }
}

static void test_cells_lost_header_is_told_by_the_stamps(void **state)
{
    (void)state;
    rot_headers(0, 6);
    rot_headers(0, 7);
    rot_headers(64, 6);
    rot_headers(64, 7);
}

/* A header that is lost is written again before anything is done that would need it. */
static void test_cells_lost_header_is_mended_by_the_next_write(void **state)
{
    (void)state;
    uint8_t data[16];
    fill_with(data, sizeof data, 77);
    for (uint32_t erases = 5; erases <= 6; erases++) {
        for (uint32_t which = 0; which < 2; which++) {
            begin(8192, 64, 0xff);
            use_unit(2, erases);
            const uint32_t unit = WHERE + 2 * (8192 / 4 / 64) * 64;
            box.bytes[unit + which * 64] ^= 0x55;
            assert_int_equal(box_open(&box), NACRE_OK);
            assert_int_equal(box_program(&box, 2 * 1440 + 14 * 48, data, 16), NACRE_OK);
            assert_int_equal(box_open(&box), NACRE_OK);
            assert_reads(2 * 1440 + 14 * 48, data, 16);
            box.bytes[unit + (which ^ 1u) * 64] ^= 0x55; /* now the other one */
            assert_int_equal(box_open(&box), NACRE_OK);
            assert_reads(2 * 1440 + 14 * 48, data, 16);
            assert_int_equal(box_erase(&box, 2), NACRE_OK);
            assert_int_equal(box_open(&box), NACRE_OK);
            assert_reads(2 * 1440, blank, 1440);
            assert_int_equal(box.repeated, 0);
        }
    }
}

/* Both lost: what is there is seen, is not written into, and is gone for good by an erase. */
static void test_cells_unit_without_header_shows_what_lies_there(void **state)
{
    (void)state;
    uint8_t data[16];
    fill_with(data, sizeof data, 6);
    begin(8192, 64, 0xff);
    use_unit(1, 6);
    const uint32_t unit = WHERE + 8192 / 4 / 64 * 64;
    box.bytes[unit] ^= 0x41;
    box.bytes[unit + 64] ^= 0x41;
    assert_int_equal(box_open(&box), NACRE_OK);
    assert_reads(1440, data, 16);
    assert_reads(1440 + 7 * 48, data, 16);
    const uint32_t writes = box.writes;
    assert_int_equal(box_program(&box, 1440 + 14 * 48, data, 16), NACRE_IO);
    assert_int_equal(box.writes, writes);
    assert_int_equal(box_erase(&box, 1), NACRE_OK);
    assert_reads(1440, blank, 1440);
    assert_int_equal(box_open(&box), NACRE_OK);
    assert_reads(1440, blank, 1440);
    use_unit(1, 1);
    assert_int_equal(box_open(&box), NACRE_OK);
    assert_unit_is(1, 1);
}

/* Something else lies there, in part FF with a tail that is not: none of it reads as blank. */
static void test_cells_foreign_bytes_are_never_blank(void **state)
{
    (void)state;
    begin(8192, 0, 0x00);
    fill_with(box.bytes + WHERE, 8192, 3);
    memset(box.bytes + WHERE + 16, 0xff, 16);
    assert_int_equal(box_open(&box), NACRE_OK);
    static const uint8_t zeros[16] = {0};
    assert_reads(0, zeros, 16);
    assert_reads(16, box.bytes + WHERE + 16 + 20, 16);
    assert_int_equal(box_erase(&box, 0), NACRE_OK);
    assert_reads(0, blank, 67 * 16);
    /* The other unit is as it was. */
    assert_reads(67 * 16, box.bytes + WHERE + 8192 / 6 / 4 * 4 + 16, 16);
}

/* The highest count is followed by 1, and nothing of the earlier ones is left. */
static void test_cells_count_begins_anew_behind_its_last(void **state)
{
    (void)state;
    uint8_t data[16];
    fill_with(data, sizeof data, 11);
    begin(8192, 64, 0xff);
    assert_int_equal(box_erase(&box, 0), NACRE_OK); /* 1: its stamps will come round again */
    for (uint32_t at = 0; at < 1440; at += 48) {
        assert_int_equal(box_program(&box, at, data, 16), NACRE_OK);
    }
    box.cells.units[0] = 0xe0000000u | 0x1ffffffbu; /* as if it had been erased so often */
    assert_int_equal(box_erase(&box, 0), NACRE_OK);
    assert_int_equal(box_program(&box, 0, data, 16), NACRE_OK);
    assert_int_equal(box_erase(&box, 0), NACRE_OK);
    assert_memory_equal(box.bytes + WHERE + 64, ((const uint8_t[4]){0xfd, 0xff, 0xff, 0x1f}), 4);
    assert_int_equal(box_program(&box, 48, data, 16), NACRE_OK);
    assert_int_equal(box_open(&box), NACRE_OK);
    assert_reads(48, data, 16);
    assert_int_equal(box_erase(&box, 0), NACRE_OK);
    assert_memory_equal(box.bytes + WHERE + 64, ((const uint8_t[4]){1}), 4);
    assert_int_equal(box_open(&box), NACRE_OK);
    assert_reads(0, blank, 1440);
}

/* Regions that overlap an earlier one with other units take nothing of it for their own. */
static void test_cells_other_region_is_not_taken_for_this_one(void **state)
{
    (void)state;
    begin(8 * 28 * 64, 64, 0xff);
    for (uint32_t unit = 0; unit < 8; unit++) use_unit(unit, 4 + 2 * unit);
    box.area.bytes = 8 * 32 * 64; /* unit 0 begins where it did, and ends in what was unit 1 */
    assert_int_equal(box_open(&box), NACRE_OK);
    for (uint32_t k = 0; k < 8 * 8; k++) {
        assert_int_equal(box_erase(&box, k % 8), NACRE_OK);
        assert_reads(k % 8 * 1440, blank, 1440);
    }
}

/* Takes every byte and keeps none: told at the erase, and at the read behind a program. */
static void test_cells_part_that_takes_nothing_is_protected(void **state)
{
    (void)state;
    uint8_t data[16];
    uint8_t found[16];
    fill_with(data, sizeof data, 12);
    begin(8192, 64, 0xff);
    use_unit(0, 3);
    box.is_protected = true;
    assert_int_equal(box_program(&box, 14 * 48, data, 16), NACRE_OK);
    assert_int_equal(box_read(&box, 14 * 48, found, 16), NACRE_PART_PROTECTED);
    assert_int_equal(box_erase(&box, 0), NACRE_PART_PROTECTED);
    assert_unit_is(0, 3);
    assert_int_equal(box_open(&box), NACRE_OK);
    assert_unit_is(0, 3);
    box.is_protected = false;
    assert_int_equal(box_program(&box, 14 * 48, data, 16), NACRE_OK);
    assert_reads(14 * 48, data, 16);
}

/* An empty socket is not a blank part, and one bad read of ones is read again. */
static void test_cells_all_ones_or_zeros_are_asked_about(void **state)
{
    (void)state;
    uint8_t data[16];
    uint8_t found[16];
    fill_with(data, sizeof data, 13);
    begin(8192, 0, 0x00);
    assert_int_equal(box_erase(&box, 0), NACRE_OK);
    assert_int_equal(box_program(&box, 0, data, 16), NACRE_OK);
    box.blink = 1;
    assert_reads(0, data, 16);
    box.is_gone = true;
    assert_int_equal(box_read(&box, 0, found, 16), NACRE_PART_SILENT);
    assert_int_equal(box_open(&box), NACRE_PART_SILENT);
}

/* After an erase that failed on the way the unit is read anew, not guessed. */
static void test_cells_failed_erase_is_found_out_about(void **state)
{
    (void)state;
    begin(8192, 64, 0xff);
    use_unit(0, 4);
    box.is_on = false;
    assert_int_equal(box_erase(&box, 0), NACRE_IO);
    assert_int_equal(box.cells.medium.ops->erase_poll(&box.cells.medium), NACRE_OK);
    uint8_t found[16];
    assert_int_equal(box_read(&box, 0, found, 16), NACRE_IO);
    box.is_on = true;
    assert_unit_is(0, 4);
    assert_int_equal(box_erase(&box, 0), NACRE_OK);
    assert_reads(0, blank, 1440);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_cells_geometry_comes_from_region_and_page),
    cmocka_unit_test(test_cells_open_refuses_what_is_no_region),
    cmocka_unit_test(test_cells_calls_refuse_what_a_flash_cannot_do),
    cmocka_unit_test(test_cells_bytes_lie_where_the_header_says),
    cmocka_unit_test(test_cells_are_what_a_flash_is),
    cmocka_unit_test(test_cells_cost_one_write_each),
    cmocka_unit_test(test_cells_flipped_bit_in_a_stamp_is_not_blank),
    cmocka_unit_test(test_cells_lost_header_is_told_by_the_stamps),
    cmocka_unit_test(test_cells_lost_header_is_mended_by_the_next_write),
    cmocka_unit_test(test_cells_unit_without_header_shows_what_lies_there),
    cmocka_unit_test(test_cells_foreign_bytes_are_never_blank),
    cmocka_unit_test(test_cells_count_begins_anew_behind_its_last),
    cmocka_unit_test(test_cells_other_region_is_not_taken_for_this_one),
    cmocka_unit_test(test_cells_part_that_takes_nothing_is_protected),
    cmocka_unit_test(test_cells_all_ones_or_zeros_are_asked_about),
    cmocka_unit_test(test_cells_failed_erase_is_found_out_about),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}
