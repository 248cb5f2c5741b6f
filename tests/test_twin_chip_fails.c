/*
 * What the NOR model does with protected, failing and worn-out units.
 *
 * Method: as in test_twin_chip_program.c. MODEL is Macronix' MX66UM1G45G.v rev 1.6, BSP is ST's
 * stm32-mx66uw1g45g v1.1.0.
 */
#include <string.h>

#include "tests/support/chip_fixture.h"
#include "tests/support/cmocka_all.h"

/* MODEL: a protected target fails after 2 us (program), 100 us (erase), and nothing changes. */
static void test_chip_fails_protected_unit_fails_early(void **state)
{
    (void)state;
    const uint32_t unit = PAGE / 4096;
    nor_protect_unit(bus.nor, unit, true);
    chip_program(&bus, PAGE, data, 16);
    assert_int_equal(bus.last.busy_ps, 2 * US);
    chip_settle(&bus);
    assert_int_equal(chip_security(&bus), 0x20);
    assert_int_equal(*array(PAGE), 0xFF);
    chip_erase(&bus, PAGE);
    assert_int_equal(bus.last.busy_ps, 100 * US);
    chip_settle(&bus);
    assert_int_equal(chip_security(&bus), 0x60);
    nor_protect_unit(bus.nor, unit, false);
    chip_program(&bus, PAGE, data, 16);
    assert_int_equal(chip_security(&bus), 0x40);
    chip_settle(&bus);
    chip_erase(&bus, PAGE);
    assert_int_equal(chip_security(&bus), 0x00);
}

/* BSP: status bits 5:2 are BP; WRSR sets them in tW (40 ms), and they survive the power. */
static void test_chip_fails_block_protection_covers_the_chip(void **state)
{
    (void)state;
    const uint8_t all = 0x3C;
    chip_command(&bus, 0x06);
    chip_write(&bus, 0x01, 0, &all, 1);
    assert_int_equal(bus.last.busy_ps, 40 * MS);
    assert_true(bus.last.nonvolatile_register);
    chip_settle(&bus);
    assert_int_equal(chip_status(&bus), 0x3C);
    chip_cycle_power(&bus);
    assert_int_equal(chip_status(&bus), 0x3C);
    chip_program(&bus, PAGE, data, 16);
    chip_settle(&bus);
    assert_int_equal(chip_security(&bus), 0x20);
    assert_int_equal(nor_counters(bus.nor).nonvolatile_writes, 1);
}

/*
 * BP n covers 2^(n-1) blocks of 64 KB from the top, from the bottom with TB. That is how the
 * family's data sheets draw it; no text for this part was at hand, so this holds the model's word,
 * no more.
 */
static void test_chip_fails_block_protection_grows_from_the_top(void **state)
{
    (void)state;
    static const struct {
        uint8_t value[2];
        uint32_t in;
        uint32_t out;
    } cases[] = {{{0x04, 0x07}, 0x07FF0000, 0x07FEF000}, {{0x0C, 0x07}, 0x07FC0000, 0x07FBF000},
                 {{0x0C, 0x0F}, 0x0003F000, 0x00040000}};
    for (uint32_t i = 0; i < 3; i++) {
        chip_command(&bus, 0x06);
        chip_write(&bus, 0x01, 0, cases[i].value, 2);
        chip_settle(&bus);
        chip_erase(&bus, cases[i].in);
        assert_int_equal(bus.last.busy_ps, 100 * US);
        chip_settle(&bus);
        assert_int_equal(chip_security(&bus), 0x40);
        chip_erase(&bus, cases[i].out);
        assert_int_equal(bus.last.busy_ps, 25 * MS);
        chip_settle(&bus);
        assert_int_equal(chip_security(&bus), 0x00);
    }
    chip_command(&bus, 0x06);
    chip_command(&bus, 0x60);
    assert_int_equal(bus.last.busy_ps, 100 * US);
}

/* A protected neighbour does not matter; one inside a block does. */
static void test_chip_fails_protection_counts_inside_the_range_only(void **state)
{
    (void)state;
    nor_protect_unit(bus.nor, 0x100, true);
    chip_erase(&bus, 0xFF000);
    chip_settle(&bus);
    chip_erase(&bus, 0x101000);
    chip_settle(&bus);
    assert_int_equal(chip_security(&bus), 0x00);
    const uint32_t told = bus.array_changes;
    chip_program(&bus, 0xFFF00, data, 16);
    chip_settle(&bus);
    assert_int_equal(chip_security(&bus), 0x00);
    assert_int_equal(bus.array_changes, told + 1);
    chip_command(&bus, 0x06);
    chip_command_at(&bus, 0xDC, 0x100000);
    assert_int_equal(bus.last.busy_ps, 100 * US);
    chip_settle(&bus);
    assert_int_equal(chip_security(&bus), 0x40);
}

/* A worn unit: P_FAIL or E_FAIL at the end, some bits as asked, some not. */
static void test_chip_fails_failing_unit_sets_the_fail_bits(void **state)
{
    (void)state;
    static const uint8_t zero[256] = {0};
    nor_fail_unit(bus.nor, PAGE / 4096, true, true);
    chip_program(&bus, PAGE, zero, 256);
    chip_settle(&bus);
    assert_int_equal(chip_security(&bus), 0x20);
    uint32_t ones = 0;
    for (uint32_t i = 0; i < 256; i++) ones += (uint32_t)__builtin_popcount(array(PAGE)[i]);
    assert_in_range(ones, 1, 2047);
    chip_erase(&bus, PAGE);
    chip_settle(&bus);
    assert_int_equal(chip_security(&bus), 0x60);
    assert_true(bus.done.failed);
    chip_command(&bus, 0x66);
    chip_command(&bus, 0x99);
    chip_bus_wait(&bus, MS);
    assert_int_equal(chip_security(&bus), 0x00);
}

static void test_chip_fails_endurance_ends_in_failures(void **state)
{
    (void)state;
    struct nor_cfg cfg = chip_bus_cfg();
    cfg.endurance = 3;
    chip_begin_anew(&cfg);
    for (uint32_t i = 0; i < 3; i++) {
        chip_erase(&bus, PAGE);
        chip_settle(&bus);
        assert_int_equal(chip_security(&bus), 0x00);
    }
    chip_erase(&bus, PAGE);
    chip_settle(&bus);
    assert_int_equal(chip_security(&bus), 0x40);
    assert_int_equal(nor_wear(bus.nor, PAGE / 4096), 4);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_chip_fails_##name, chip_begin, chip_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(protected_unit_fails_early),
        TEST(block_protection_covers_the_chip),
        TEST(block_protection_grows_from_the_top),
        TEST(protection_counts_inside_the_range_only),
        TEST(failing_unit_sets_the_fail_bits),
        TEST(endurance_ends_in_failures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
