/*
 * What a cut erase leaves in the NOR model's unit.
 *
 * Method: as in test_twin_chip_cuts.c.
 */
#include <string.h>

#include "tests/support/chip_cut.h"
#include "tests/support/cmocka_all.h"

static void test_chip_torn_erase_nothing_and_complete(void **state)
{
    (void)state;
    cut_erase(1, NOR_ERASE_NOTHING);
    assert_memory_equal(array(UNIT_ADDR), old_bytes, 4096);
    assert_int_equal(doubtful_count(UNIT_ADDR, 4096), 0);
    cut_erase(1, NOR_ERASE_COMPLETE);
    assert_true(is_blank(UNIT_ADDR, 4096));
    assert_int_equal(doubtful_count(UNIT_ADDR, 4096), 0);
    assert_int_equal(nor_wear(bus.nor, UNIT_ADDR / 4096), 1);
    neighbours_are_untouched();
}

static void test_chip_torn_erase_half_leaves_one_half(void **state)
{
    (void)state;
    uint32_t first = 0;
    uint32_t second = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        cut_erase(seed, NOR_ERASE_HALF);
        cut_boot();
        if (is_blank(UNIT_ADDR, 2048)) {
            assert_memory_equal(array(UNIT_ADDR + 2048), old_bytes + 2048, 2048);
            assert_true(nor_granule_is_doubtful(bus.nor, (UNIT_ADDR + 2032) / 16));
            first++;
        } else {
            assert_memory_equal(array(UNIT_ADDR), old_bytes, 2048);
            assert_true(is_blank(UNIT_ADDR + 2048, 2048));
            assert_true(nor_granule_is_doubtful(bus.nor, (UNIT_ADDR + 2048) / 16));
            second++;
        }
    }
    assert_true(first > 0 && second > 0);
}

static void test_chip_torn_erase_patchy_spares_some_and_loses_some(void **state)
{
    (void)state;
    cut_erase(3, NOR_ERASE_PATCHY);
    cut_boot();
    static const uint8_t zero[16] = {0};
    uint32_t kept = 0;
    uint32_t erased = 0;
    uint32_t zeroed = 0;
    for (uint32_t at = 0; at < 4096; at += 16) {
        kept += memcmp(array(UNIT_ADDR + at), old_bytes + at, 16) == 0 ? 1 : 0;
        zeroed += memcmp(array(UNIT_ADDR + at), zero, 16) == 0 ? 1 : 0;
        erased += is_blank(UNIT_ADDR + at, 16) ? 1 : 0;
    }
    assert_in_range(kept, 20, 120);
    assert_in_range(zeroed, 20, 120);
    assert_in_range(erased, 20, 120);
}

static void test_chip_torn_erase_zeroed_and_weak_look_their_part(void **state)
{
    (void)state;
    cut_erase(4, NOR_ERASE_ZEROED);
    cut_boot();
    for (uint32_t i = 0; i < 4096; i++) assert_int_equal(array(UNIT_ADDR)[i], 0);
    cut_erase(4, NOR_ERASE_WEAK);
    cut_boot();
    assert_true(is_blank(UNIT_ADDR, 4096));
    assert_int_equal(doubtful_count(UNIT_ADDR, 4096), 256);
}

static void test_chip_torn_erase_mark_keeps_the_first_granules(void **state)
{
    (void)state;
    uint32_t one = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        cut_erase(seed, NOR_ERASE_MARK);
        cut_boot();
        assert_memory_equal(array(UNIT_ADDR), old_bytes, 16);
        const bool is_one = is_blank(UNIT_ADDR + 16, 16);
        if (!is_one) assert_memory_equal(array(UNIT_ADDR), old_bytes, 32);
        assert_true(is_blank(UNIT_ADDR + 32, 4096 - 32));
        assert_int_equal(doubtful_count(UNIT_ADDR + 32, 4096 - 32), 254);
        one += is_one ? 1 : 0;
    }
    assert_in_range(one, SEEDS / 6, SEEDS - SEEDS / 6);
}

static void test_chip_torn_erase_unstable_and_alternate(void **state)
{
    (void)state;
    cut_erase(5, NOR_ERASE_UNSTABLE);
    cut_boot();
    uint8_t first[256];
    uint8_t second[256];
    chip_read(&bus, 0x13, UNIT_ADDR, first, 256);
    chip_read(&bus, 0x13, UNIT_ADDR, second, 256);
    assert_memory_not_equal(first, second, 256);
    for (uint32_t i = 0; i < 256; i++) assert_int_equal(first[i] & old_bytes[i], old_bytes[i]);
    cut_erase(5, NOR_ERASE_ALTERNATE);
    for (uint32_t i = 0; i < 6; i++) {
        cut_boot();
        const bool is_old = memcmp(array(UNIT_ADDR), old_bytes, 4096) == 0;
        cut_boot();
        assert_int_equal(memcmp(array(UNIT_ADDR), old_bytes, 4096) == 0, !is_old);
        assert_int_equal(is_blank(UNIT_ADDR, 4096), is_old);
    }
}

/* More units than the model keeps in its short list; each must go on being drawn. */
static void test_chip_torn_erase_many_doubtful_units_all_alternate(void **state)
{
    (void)state;
    cut_open(9, NOR_TEAR_GRANULE);
    nor_choose_torn(bus.nor, NOR_PROGRAM_DRAWN, NOR_ERASE_ALTERNATE);
    for (uint32_t block = 0; block < 6; block++) {
        for (uint32_t unit = 0; unit < 16; unit++) {
            assert_true(nor_load(bus.nor, block << 16 | unit << 12, new_bytes, sizeof new_bytes));
        }
        chip_command(&bus, 0x06);
        chip_command_at(&bus, 0xDC, block << 16);
        cut_boot();
    }
    uint8_t first[96];
    for (uint32_t i = 0; i < 96; i++) first[i] = array(i << 12)[0];
    cut_boot();
    for (uint32_t i = 0; i < 96; i++) {
        const uint8_t now = array(i << 12)[0];
        assert_int_not_equal(now, first[i]);
        assert_true(now == new_bytes[0] || now == 0xFF);
    }
}

/* A read that only ends in a doubtful unit draws it too. */
static void test_chip_torn_erase_read_into_a_doubtful_unit_draws_it(void **state)
{
    (void)state;
    cut_erase(3, NOR_ERASE_UNSTABLE);
    cut_boot();
    uint8_t seen = 0;
    for (uint32_t i = 0; i < 60; i++) {
        uint8_t bytes[2];
        chip_read(&bus, 0x13, UNIT_ADDR - 1, bytes, 2);
        assert_int_equal(bytes[0], old_bytes[4095]);
        seen |= (uint8_t)(bytes[1] ^ old_bytes[0]);
    }
    assert_int_equal(seen, (uint8_t)~old_bytes[0]);
}

#define TEST(name) cmocka_unit_test(test_chip_torn_erase_##name)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nothing_and_complete),
        TEST(half_leaves_one_half),
        TEST(patchy_spares_some_and_loses_some),
        TEST(zeroed_and_weak_look_their_part),
        TEST(mark_keeps_the_first_granules),
        TEST(unstable_and_alternate),
        TEST(many_doubtful_units_all_alternate),
        TEST(read_into_a_doubtful_unit_draws_it),
    };
    return cmocka_run_group_tests(tests, cut_group_begin, chip_end);
}
