/*
 * The medium in RAM: it keeps the rules of a flash, and a store lives on it.
 */
#include "nacre/core/store.h"
#include "nacre/media/ram.h"
#include "tests/support/cmocka_all.h"

#include <string.h>

#define UNIT 1024u
#define UNITS 8u

static uint8_t bytes[UNIT * UNITS + 16u];
static struct nacre_ram ram;

static int begin(void **state)
{
    (void)state;
    memset(bytes, 0xff, sizeof bytes);
    memset(bytes + UNIT * UNITS, 0x77, 16);
    return nacre_ram_open(&ram, bytes, UNIT, UNITS) == NACRE_OK ? 0 : -1;
}

/* Nothing is ever written behind the memory that was given. */
static int end(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 16; i++) {
        if (bytes[UNIT * UNITS + i] != 0x77) return -1;
    }
    return 0;
}

static enum nacre_err program(uint32_t addr, const void *buf, uint32_t n)
{
    return ram.medium.ops->program(&ram.medium, addr, buf, n);
}

static void test_ram_medium_open_refuses_what_is_no_region(void **state)
{
    (void)state;
    struct nacre_ram other;
    memset(&other, 0x33, sizeof other);
    const struct nacre_ram before = other;
    assert_int_equal(nacre_ram_open(NULL, bytes, UNIT, UNITS), NACRE_NO_REGION);
    assert_int_equal(nacre_ram_open(&other, NULL, UNIT, UNITS), NACRE_NO_REGION);
    assert_int_equal(nacre_ram_open(&other, bytes, 0, UNITS), NACRE_NO_REGION);
    assert_int_equal(nacre_ram_open(&other, bytes, UNIT, 0), NACRE_NO_REGION);
    assert_int_equal(nacre_ram_open(&other, bytes, UNIT + 16u, UNITS), NACRE_REGION_UNALIGNED);
    assert_memory_equal(&other, &before, sizeof other);
}

static void test_ram_medium_programs_a_granule_once(void **state)
{
    (void)state;
    static const uint8_t data[32] = { 1, 2, 3 };
    uint8_t found[32];
    assert_int_equal(program(16, data, 32), NACRE_OK);
    assert_int_equal(ram.medium.ops->read(&ram.medium, 16, found, 32), NACRE_OK);
    assert_memory_equal(found, data, 32);
    assert_int_equal(program(32, data, 16), NACRE_NOT_ERASED);
    assert_int_equal(program(0, data, 32), NACRE_NOT_ERASED);
    assert_int_equal(bytes[0], 0xff); /* refused as a whole */
    assert_int_equal(ram.medium.ops->erase_start(&ram.medium, 0), NACRE_OK);
    assert_int_equal(ram.medium.ops->erase_poll(&ram.medium), NACRE_OK);
    assert_int_equal(ram.medium.ops->erase_wait(&ram.medium), NACRE_OK);
    assert_int_equal(bytes[16], 0xff);
    assert_int_equal(program(32, data, 16), NACRE_OK);
}

static void test_ram_medium_refuses_what_a_flash_cannot_do(void **state)
{
    (void)state;
    static const uint8_t data[512] = { 0 };
    uint8_t found[4];
    const struct nacre_medium_ops *const ops = ram.medium.ops;
    assert_int_equal(program(8, data, 16), NACRE_BAD_ARGUMENT);
    assert_int_equal(program(16, data, 8), NACRE_BAD_ARGUMENT);
    assert_int_equal(program(16, data, 0), NACRE_BAD_ARGUMENT);
    assert_int_equal(program(240, data, 32), NACRE_BAD_ARGUMENT); /* two pages */
    assert_int_equal(program(UNIT * UNITS, data, 16), NACRE_BAD_ARGUMENT);
    assert_int_equal(program(UNIT * UNITS - 16u, data, 32), NACRE_BAD_ARGUMENT);
    assert_int_equal(program(0xFFFFFFF0u, data, 32), NACRE_BAD_ARGUMENT);
    assert_int_equal(ops->read(&ram.medium, UNIT * UNITS - 2u, found, 4), NACRE_BAD_ARGUMENT);
    assert_int_equal(ops->erase_start(&ram.medium, 16), NACRE_BAD_ARGUMENT);
    assert_int_equal(ops->erase_start(&ram.medium, UNIT * UNITS), NACRE_BAD_ARGUMENT);
    assert_true(ops->can_access(&ram.medium, NULL, 0, true));
    assert_false(ops->can_access(&ram.medium, NULL, 1, false));
    assert_true(ops->can_access(&ram.medium, found, 4, true));
    for (uint32_t i = 0; i < UNIT * UNITS; i++) assert_int_equal(bytes[i], 0xff);
}

static void test_ram_medium_holds_a_store_over_boots(void **state)
{
    (void)state;
    struct nacre_store store;
    struct nacre_index_entry index[32];
    const struct nacre_store_cfg cfg = { .medium = &ram.medium, .index = index,
                                         .index_count = 32 };
    assert_int_equal(nacre_mount(&store, &cfg), NACRE_OK);
    for (uint32_t i = 1; i <= 3000; i++) {
        uint32_t found = 0;
        uint32_t length = 0;
        assert_int_equal(nacre_set(&store, i % 10u, &i, sizeof i), NACRE_OK);
        if (i % 100u == 0) assert_int_equal(nacre_mount(&store, &cfg), NACRE_OK);
        assert_int_equal(nacre_get(&store, i % 10u, &found, sizeof found, &length), NACRE_OK);
        assert_int_equal(found, i);
    }
    struct nacre_stats stats;
    assert_int_equal(nacre_stats(&store, &stats), NACRE_OK);
    assert_true(stats.generation > 3u * UNITS);
}

static const struct CMUnitTest tests[] = {
#define RAM_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    RAM_TEST(test_ram_medium_open_refuses_what_is_no_region),
    RAM_TEST(test_ram_medium_programs_a_granule_once),
    RAM_TEST(test_ram_medium_refuses_what_a_flash_cannot_do),
    RAM_TEST(test_ram_medium_holds_a_store_over_boots),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}
