/*
 * What a power cut leaves in the NOR model's array, and how such cells behave until they are
 * erased.
 *
 * Method: work is cut at chosen instants with chosen or drawn outcomes over many seeds; each
 * outcome is judged by the properties of its name, from the bytes alone. Sources: Infineon
 * KBA218817 (any stable or unstable state until the next complete erase), Macronix' MX66UM1G45G.v
 * rev 1.6 (every 1 bit of the page, the whole sector).
 */
#include <string.h>

#include "tests/support/chip_cut.h"
#include "tests/support/cmocka_all.h"

static void test_chip_cuts_nothing_leaves_the_old_bytes_solid(void **state)
{
    (void)state;
    cut_program(1, NOR_TEAR_GRANULE, NOR_PROGRAM_NOTHING);
    assert_memory_equal(array(UNIT_ADDR), old_bytes, 4096);
    assert_int_equal(doubtful_count(UNIT_ADDR, 4096), 0);
}

static void test_chip_cuts_complete_leaves_the_new_bytes_solid(void **state)
{
    (void)state;
    cut_program(1, NOR_TEAR_GRANULE, NOR_PROGRAM_COMPLETE);
    assert_memory_equal(array(NAMED), new_bytes, 64);
    assert_int_equal(doubtful_count(UNIT_ADDR, 4096), 0);
    assert_int_equal(nor_granule_programs(bus.nor, (NAMED) / 16), 1);
}

static void test_chip_cuts_prefix_is_whole_then_part_then_nothing(void **state)
{
    (void)state;
    uint32_t stops[5] = {0};
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        cut_program(seed, NOR_TEAR_GRANULE, NOR_PROGRAM_PREFIX);
        uint32_t whole = 0;
        while (whole < 4 && memcmp(array(NAMED + 16 * whole), new_bytes + 16 * whole, 16) == 0) {
            whole++;
        }
        const uint32_t rest = NAMED + 16 * (whole + 1);
        if (whole < 3) assert_true(is_blank(rest, 16 * (3 - whole)));
        for (uint32_t i = 0; whole < 4 && i < 16; i++) {
            const uint8_t got = array(NAMED + 16 * whole)[i];
            assert_int_equal(got & new_bytes[16 * whole + i], new_bytes[16 * whole + i]);
        }
        assert_in_range(doubtful_count(UNIT_ADDR, 4096), 0, 1);
        stops[whole]++;
    }
    for (uint32_t i = 0; i < 5; i++) assert_true(stops[i] > 0);
}

static void test_chip_cuts_bits_lie_between_old_and_new(void **state)
{
    (void)state;
    uint32_t between = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        cut_program(seed, NOR_TEAR_GRANULE, NOR_PROGRAM_BITS);
        const uint8_t *got = array(NAMED);
        for (uint32_t i = 0; i < 64; i++) assert_int_equal(got[i] & new_bytes[i], new_bytes[i]);
        if (!is_blank(NAMED, 64) && memcmp(got, new_bytes, 64) != 0) between++;
        cut_boot();
    }
    assert_true(between > SEEDS / 2);
}

/* Reads blank in every boot, is weak: a later program sometimes goes wrong, sometimes not. */
static void test_chip_cuts_blank_but_weak_spoils_a_later_program(void **state)
{
    (void)state;
    uint32_t wrong = 0;
    uint32_t unstable = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        cut_program(seed, NOR_TEAR_GRANULE, NOR_PROGRAM_BLANK);
        cut_boot();
        cut_boot();
        assert_memory_equal(array(UNIT_ADDR), old_bytes, 4096);
        assert_int_equal(doubtful_count(UNIT_ADDR, 4096), 4);
        chip_program(&bus, NAMED, new_bytes, 16);
        assert_int_equal(bus.last.double_programs, 0);
        chip_settle(&bus);
        assert_int_equal(nor_counters(bus.nor).weak_programs, 1);
        uint8_t first[16];
        uint8_t second[16];
        chip_read(&bus, 0x13, NAMED, first, 16);
        chip_read(&bus, 0x13, NAMED, second, 16);
        if (memcmp(first, second, 16) != 0) unstable++;
        else if (memcmp(first, new_bytes, 16) != 0) wrong++;
    }
    assert_in_range(wrong, SEEDS / 12, SEEDS / 2);
    assert_in_range(unstable, SEEDS / 12, SEEDS / 2);
}

static void test_chip_cuts_unstable_bits_read_differently_each_time(void **state)
{
    (void)state;
    cut_program(5, NOR_TEAR_GRANULE, NOR_PROGRAM_UNSTABLE);
    cut_boot();
    uint8_t ones[16] = {0};
    uint8_t zeros[16] = {0};
    for (uint32_t i = 0; i < 200; i++) {
        uint8_t got[16];
        chip_read(&bus, 0x13, NAMED, got, 16);
        for (uint32_t k = 0; k < 16; k++) {
            ones[k] |= got[k];
            zeros[k] |= (uint8_t)~got[k];
            assert_int_equal(got[k] & new_bytes[k], new_bytes[k]);
        }
    }
    for (uint32_t k = 0; k < 16; k++) {
        assert_int_equal(ones[k], 0xFF);
        assert_int_equal(zeros[k], (uint8_t)~new_bytes[k]);
    }
}

/* The mapped window is plain memory: a new draw comes with each opening of the window. */
static void test_chip_cuts_window_opening_draws_anew(void **state)
{
    (void)state;
    cut_program(6, NOR_TEAR_GRANULE, NOR_PROGRAM_UNSTABLE);
    cut_boot();
    const struct frame_device *device = nor_device(bus.nor);
    uint8_t before[64];
    memcpy(before, array(NAMED), 64);
    assert_memory_equal(before, array(NAMED), 64);
    const uint32_t told = bus.array_changes;
    device->window_opened(device->ctx, bus.now_ps);
    assert_memory_not_equal(before, array(NAMED), 64);
    assert_true(bus.array_changes > told);
    assert_memory_equal(array(UNIT_ADDR), old_bytes, 0x240);
}

static void test_chip_cuts_alternate_is_old_in_one_boot_and_new_in_the_next(void **state)
{
    (void)state;
    uint32_t starts_old = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        cut_program(seed, NOR_TEAR_GRANULE, NOR_PROGRAM_ALTERNATE);
        cut_boot();
        bool is_new = memcmp(array(NAMED), new_bytes, 64) == 0;
        starts_old += is_new ? 0 : 1;
        for (uint32_t i = 0; i < 6; i++) {
            uint8_t got[64];
            chip_read(&bus, 0x13, NAMED, got, 64);
            chip_read(&bus, 0x13, NAMED, got, 64);
            if (is_new) assert_memory_equal(got, new_bytes, 64);
            if (!is_new) assert_true(is_blank(NAMED, 64));
            cut_boot();
            is_new = !is_new;
        }
    }
    assert_in_range(starts_old, SEEDS / 6, SEEDS - SEEDS / 6);
}

/* An erase to its end makes cells solid again, and only that. */
static void test_chip_cuts_doubt_lasts_until_the_erase(void **state)
{
    (void)state;
    cut_program(7, NOR_TEAR_GRANULE, NOR_PROGRAM_UNSTABLE);
    for (uint32_t i = 0; i < 4; i++) {
        cut_boot();
        assert_int_equal(doubtful_count(UNIT_ADDR, 4096), 4);
    }
    chip_erase(&bus, UNIT_ADDR);
    chip_settle(&bus);
    assert_int_equal(doubtful_count(UNIT_ADDR, 4096), 0);
    chip_program(&bus, NAMED, new_bytes, 64);
    chip_settle(&bus);
    for (uint32_t i = 0; i < 20; i++) {
        cut_boot();
        assert_memory_equal(array(NAMED), new_bytes, 64);
    }
    assert_int_equal(nor_counters(bus.nor).weak_programs, 0);
}

/* The milder assumption: what the command did not name keeps its bytes. */
static void test_chip_cuts_granule_tear_spares_what_was_not_named(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 4 * SEEDS; seed++) {
        cut_program(seed, NOR_TEAR_GRANULE, NOR_PROGRAM_DRAWN);
        cut_boot();
        assert_memory_equal(array(UNIT_ADDR), old_bytes, 0x240);
        assert_memory_equal(array(UNIT_ADDR + 0x280), old_bytes + 0x280, 4096 - 0x280);
        neighbours_are_untouched();
    }
}

static uint32_t harmed(enum nor_tear tear, uint32_t from, uint32_t to)
{
    uint32_t count = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        cut_program(seed, tear, NOR_PROGRAM_DRAWN);
        cut_boot();
        const uint8_t *got = array(UNIT_ADDR);
        bool differs = false;
        for (uint32_t i = from; i < to; i++) {
            if (i >= 0x240 && i < 0x280) continue;
            differs = differs || got[i] != old_bytes[i];
            assert_int_equal(got[i] & old_bytes[i], got[i]);
        }
        count += differs ? 1 : 0;
        neighbours_are_untouched();
    }
    return count;
}

/* The vendor's model: any 1 bit of the page, old records in it included, and nothing beyond. */
static void test_chip_cuts_page_tear_harms_the_page_and_nothing_else(void **state)
{
    (void)state;
    assert_in_range(harmed(NOR_TEAR_PAGE, 0x200, 0x300), SEEDS / 4, SEEDS);
    assert_int_equal(harmed(NOR_TEAR_PAGE, 0, 0x200), 0);
    assert_int_equal(harmed(NOR_TEAR_PAGE, 0x300, 4096), 0);
}

static void test_chip_cuts_unit_tear_harms_the_unit_and_nothing_else(void **state)
{
    (void)state;
    assert_in_range(harmed(NOR_TEAR_UNIT, 0, 0x200), SEEDS / 4, SEEDS);
    assert_in_range(harmed(NOR_TEAR_UNIT, 0x300, 4096), SEEDS / 4, SEEDS);
}

static void test_chip_cuts_drawn_outcomes_are_all_there(void **state)
{
    (void)state;
    uint32_t programs[NOR_PROGRAM_COUNT] = {0};
    uint32_t erases[NOR_ERASE_COUNT] = {0};
    for (uint64_t seed = 1; seed <= 2 * SEEDS; seed++) {
        cut_program(seed, NOR_TEAR_PAGE, NOR_PROGRAM_DRAWN);
        programs[bus.done.torn]++;
        cut_erase(seed, NOR_ERASE_DRAWN);
        erases[bus.done.torn]++;
    }
    for (uint32_t i = 1; i < NOR_PROGRAM_COUNT; i++) assert_true(programs[i] > 0);
    for (uint32_t i = 1; i < NOR_ERASE_COUNT; i++) assert_true(erases[i] > 0);
    assert_int_equal(programs[NOR_PROGRAM_DRAWN], 0);
}

/* Nothing runs: a cut harms nothing. Suspended work counts as work. */
static void test_chip_cuts_idle_chip_loses_nothing_and_suspended_work_is_torn(void **state)
{
    (void)state;
    cut_open(1, NOR_TEAR_UNIT);
    chip_program(&bus, NAMED, new_bytes, 64);
    chip_settle(&bus);
    bus.done_count = 0;
    cut_boot();
    assert_int_equal(bus.done_count, 0);
    assert_memory_equal(array(NAMED), new_bytes, 64);
    nor_choose_torn(bus.nor, NOR_PROGRAM_DRAWN, NOR_ERASE_ZEROED);
    chip_erase(&bus, UNIT_ADDR);
    chip_command(&bus, 0xB0);
    chip_settle(&bus);
    cut_boot();
    assert_int_equal(bus.done.kind, NOR_EVENT_TORN);
    assert_int_equal(array(UNIT_ADDR)[7], 0);
    assert_int_equal(nor_operation(bus.nor).work, NOR_IDLE);
}

/* Infineon ta-p/248409: a cut register write can leave any value in its non-volatile bits. */
static void test_chip_cuts_register_write_leaves_old_new_or_anything(void **state)
{
    (void)state;
    uint32_t seen = 0;
    for (uint64_t seed = 1; seed <= 2 * SEEDS; seed++) {
        cut_open(seed, NOR_TEAR_GRANULE);
        const uint8_t value = 0x14;
        chip_command(&bus, 0x06);
        chip_write(&bus, 0x01, 0, &value, 1);
        nor_power_off(bus.nor, bus.now_ps + MS);
        bus.now_ps += 2 * MS;
        nor_power_on(bus.nor, bus.now_ps);
        chip_bus_wait(&bus, 2 * MS);
        seen |= 1u << (chip_status(&bus) >> 2);
    }
    assert_true((seen & 1u) != 0);
    assert_true((seen & 1u << 5) != 0);
    assert_in_range(__builtin_popcount(seen), 6, 16);
}

#define TEST(name) cmocka_unit_test(test_chip_cuts_##name)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nothing_leaves_the_old_bytes_solid),
        TEST(complete_leaves_the_new_bytes_solid),
        TEST(prefix_is_whole_then_part_then_nothing),
        TEST(bits_lie_between_old_and_new),
        TEST(blank_but_weak_spoils_a_later_program),
        TEST(unstable_bits_read_differently_each_time),
        TEST(window_opening_draws_anew),
        TEST(alternate_is_old_in_one_boot_and_new_in_the_next),
        TEST(doubt_lasts_until_the_erase),
        TEST(granule_tear_spares_what_was_not_named),
        TEST(page_tear_harms_the_page_and_nothing_else),
        TEST(unit_tear_harms_the_unit_and_nothing_else),
        TEST(drawn_outcomes_are_all_there),
        TEST(idle_chip_loses_nothing_and_suspended_work_is_torn),
        TEST(register_write_leaves_old_new_or_anything),
    };
    return cmocka_run_group_tests(tests, cut_group_begin, chip_end);
}
