/*
 * See the header.
 */
#include "tests/support/part_bus.h"

#include "tests/support/cmocka_all.h"
#include "tests/support/rng.h"

#include <string.h>

#define PIECE 64u
#define BORDER 65536u

void part_bus_begin(struct part_bus *bed, const char *name, uint8_t pins)
{
    const struct part_cfg cfg = {.name = name, .pins = pins, .time = PART_TIME_MAX, .seed = 7};
    bed->part = part_create(&cfg);
    assert_non_null(bed->part);
    medium_bus_begin(&bed->bus, bed->part, 0);
    medium_bus_cycle(&bed->bus, 1);
}

void part_bus_end(struct part_bus *bed)
{
    part_destroy(bed->part);
}

void part_bus_restart(struct part_bus *bed)
{
    medium_bus_cycle(&bed->bus, 1);
}

void part_bus_fail(struct part_bus *bed, uint64_t after, uint64_t count, enum bus_reach reach,
                   int32_t answer)
{
    bed->bus.fault = (struct bus_fault){bed->bus.transfers + after, count, reach, answer};
}

enum nacre_err part_bus_erase(struct nacre_medium *medium, uint32_t unit)
{
    const enum nacre_err err =
        medium->ops->erase_start(medium, unit * medium->geometry.unit_bytes);
    return err != NACRE_OK ? err : medium->ops->erase_wait(medium);
}

void part_bus_pattern(uint8_t *bytes, uint32_t n, uint32_t seed)
{
    struct rng rng = {seed};
    for (uint32_t i = 0; i < n; i++) bytes[i] = (uint8_t)rng_next(&rng);
}

/* What one program takes. */
static uint32_t piece_bytes(const struct nacre_medium *medium)
{
    const uint32_t page_bytes = medium->geometry.page_bytes;
    return page_bytes < PIECE ? page_bytes : PIECE / 16u * 16u;
}

static uint32_t last_addr(const struct nacre_medium *medium, uint32_t unit)
{
    const uint32_t page_bytes = medium->geometry.page_bytes;
    const uint32_t end = (unit + 1u) * medium->geometry.unit_bytes;
    return end - (page_bytes < PIECE ? page_bytes : piece_bytes(medium));
}

void part_bus_use_all(struct nacre_medium *medium)
{
    uint8_t data[PIECE];
    const uint32_t n = piece_bytes(medium);
    for (uint32_t unit = 0; unit < medium->geometry.unit_count; unit++) {
        const uint32_t first = unit * medium->geometry.unit_bytes;
        assert_int_equal(part_bus_erase(medium, unit), NACRE_OK);
        part_bus_pattern(data, n, 2 * unit + 1);
        assert_int_equal(medium->ops->program(medium, first, data, n), NACRE_OK);
        part_bus_pattern(data, n, 2 * unit + 2);
        assert_int_equal(medium->ops->program(medium, last_addr(medium, unit), data, n), NACRE_OK);
    }
    part_bus_check_all(medium);
}

uint32_t part_bus_middle(const struct nacre_medium *medium)
{
    const uint32_t page_bytes = medium->geometry.page_bytes;
    return page_bytes < PIECE + PIECE ? 10u * page_bytes : 8u * PIECE;
}

void part_bus_check_all(struct nacre_medium *medium)
{
    uint8_t data[PIECE];
    uint8_t found[PIECE];
    const uint32_t n = piece_bytes(medium);
    for (uint32_t unit = 0; unit < medium->geometry.unit_count; unit++) {
        const uint32_t first = unit * medium->geometry.unit_bytes;
        part_bus_pattern(data, n, 2 * unit + 1);
        assert_int_equal(medium->ops->read(medium, first, found, n), NACRE_OK);
        assert_memory_equal(found, data, n);
        memset(data, 0xff, 16);
        assert_int_equal(medium->ops->read(medium, first + n, found, 16), NACRE_OK);
        assert_memory_equal(found, data, 16);
        part_bus_pattern(data, n, 2 * unit + 2);
        assert_int_equal(medium->ops->read(medium, last_addr(medium, unit), found, n), NACRE_OK);
        assert_memory_equal(found, data, n);
    }
}

void part_bus_check_row(const struct part_bus *bed, const struct nacre_part *part)
{
    const struct part_row *const row = part_row(bed->part);
    assert_int_equal(part->bus == NACRE_PART_I2C ? PART_I2C : PART_SPI, row->wire);
    assert_int_equal(part->part_bytes, row->size_bytes);
    assert_int_equal(part->page_bytes, row->page_bytes);
    assert_int_equal(part->addr_bytes, row->address_bytes);
    assert_int_equal(part->block_bits, row->block_bits);
    assert_int_equal(part->keeps_enable, row->keeps_enable);
    assert_int_equal(part->write_us_max, row->write_us_max);
    assert_int_equal(part->clock_hz_max, row->clock_hz_max);
    assert_int_equal(part->id_bytes, row->id_bytes);
    assert_memory_equal(part->id, row->id, row->id_bytes);
}

uint32_t part_bus_place(const struct nacre_part *part, uint32_t region_bytes, uint32_t place)
{
    if (place == 1u) return part->part_bytes - region_bytes;
    if (place == 2u && part->part_bytes > BORDER) return BORDER - region_bytes / 512u * 256u;
    return 0;
}

void part_bus_keeps_all(struct part_bus *bed, struct nacre_medium *medium,
                        enum nacre_err (*open)(void))
{
    assert_int_equal(open(), NACRE_OK);
    part_bus_use_all(medium);
    part_bus_restart(bed);
    assert_int_equal(open(), NACRE_OK);
    part_bus_check_all(medium);
    assert_int_equal(part_violations(bed->part), 0);
}
