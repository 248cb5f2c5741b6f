/*
 * See chip_cut.h.
 */
#include "tests/support/chip_cut.h"

#include <string.h>

#include "tests/support/cmocka_all.h"

uint8_t old_bytes[4096];
uint8_t new_bytes[64];

int cut_group_begin(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < sizeof old_bytes; i++) {
        old_bytes[i] = (uint8_t)(i * 29u + 3u);
        if (i >= 0x240 && i < 0x300) old_bytes[i] = 0xFF;
    }
    for (uint32_t i = 0; i < sizeof new_bytes; i++) new_bytes[i] = (uint8_t)(i * 37u);
    return 0;
}

/* One chip serves all cuts of a test program: made once, taken back to its mark each time. */
void cut_open(uint64_t seed, enum nor_tear tear)
{
    static uint64_t start_ps;
    if (bus.nor == NULL) {
        chip_bus_open(&bus, NULL);
        assert_true(nor_load(bus.nor, UNIT_ADDR, old_bytes, sizeof old_bytes));
        assert_true(nor_load(bus.nor, UNIT_ADDR - 4096, old_bytes, sizeof old_bytes));
        assert_true(nor_load(bus.nor, UNIT_ADDR + 4096, old_bytes, sizeof old_bytes));
        assert_int_equal(nor_mark(bus.nor), 0);
        start_ps = bus.now_ps;
    }
    nor_rewind(bus.nor, 0);
    bus.now_ps = start_ps;
    nor_seed(bus.nor, seed);
    nor_choose_tear(bus.nor, tear);
}

/* A program of 64 bytes (4 granules) onto blank cells, cut half way. The power stays off. */
void cut_program(uint64_t seed, enum nor_tear tear, enum nor_torn_program kind)
{
    cut_open(seed, tear);
    nor_choose_torn(bus.nor, kind, NOR_ERASE_DRAWN);
    chip_program(&bus, NAMED, new_bytes, 64);
    const uint32_t told = bus.array_changes;
    nor_power_off(bus.nor, bus.now_ps + 70 * US);
    assert_true(bus.array_changes > told);
    bus.now_ps += 1000 * US;
    assert_int_equal(bus.done.kind, NOR_EVENT_TORN);
    if (kind != NOR_PROGRAM_DRAWN) assert_int_equal(bus.done.torn, kind);
}

void cut_erase(uint64_t seed, enum nor_torn_erase kind)
{
    cut_open(seed, NOR_TEAR_GRANULE);
    nor_choose_torn(bus.nor, NOR_PROGRAM_DRAWN, kind);
    chip_erase(&bus, UNIT_ADDR);
    nor_power_off(bus.nor, bus.now_ps + 9 * MS);
    bus.now_ps += 20 * MS;
    assert_int_equal(bus.done.kind, NOR_EVENT_TORN);
    if (kind != NOR_ERASE_DRAWN) assert_int_equal(bus.done.torn, kind);
}

void cut_boot(void)
{
    nor_power_off(bus.nor, bus.now_ps);
    bus.now_ps += MS;
    nor_power_on(bus.nor, bus.now_ps);
    chip_bus_wait(&bus, 2 * MS);
}

uint32_t doubtful_count(uint32_t addr, uint32_t n)
{
    uint32_t count = 0;
    for (uint32_t at = addr; at < addr + n; at += 16) {
        count += nor_granule_is_doubtful(bus.nor, at / 16) ? 1 : 0;
    }
    return count;
}

bool is_blank(uint32_t addr, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        if (array(addr)[i] != 0xFF) return false;
    }
    return true;
}

void neighbours_are_untouched(void)
{
    assert_memory_equal(array(UNIT_ADDR - 4096), old_bytes, 4096);
    assert_memory_equal(array(UNIT_ADDR + 4096), old_bytes, 4096);
}
