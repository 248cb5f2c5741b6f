/*
 * Goal: a region is taken for a new one, or for a foreign one, as docs/format.md section 5 says,
 * with one lane and with two.
 *
 * Method: regions that hold no record, but used granules at the edges of what a first mount that
 * was cut may leave, in one lane or both; then such regions by chance. A mount and the decoder of
 * the tests, which was written from that page, must say the same; the edges are worked out by hand,
 * too.
 */
#include "tests/support/cmocka_all.h"
#include "tests/support/decode.h"
#include "tests/support/image.h"

#include <string.h>

#define REGIONS 600u
#define NOWHERE 4096u /* more than any unit has slots */
#define LANE_A 1u
#define LANE_B 2u

/* Where the traces of a first mount may lie in the last unit of a lane. */
struct shape {
    const char *name;
    uint32_t unit_bytes;
    uint32_t lane_units;
    uint32_t lanes;
    uint32_t cut_bytes;
    uint32_t first; /* the first slot */
    uint32_t end;   /* the slot behind the last */
};

/* The gap is 5 granules where the cut block is less than a page of 16, else 1. */
static const struct shape shapes[] = {
    { "one lane", 1024, 6, 1, 16, 6, 6 + 4 * (1 + 5) },
    { "lanes, a quarter of a page", 1024, 5, 2, 64, 8, 8 + 4 * (4 + 5) },
    { "lanes, a page", 4096, 3, 2, 256, 16, 16 + 4 * (16 + 1) },
    { "lanes, a page of a small unit", 2048, 5, 2, 256, NOWHERE, NOWHERE }, /* as the next */
    { "lanes, a unit", 1024, 5, 2, 1024, NOWHERE, NOWHERE },
};

static struct nacre_index_entry index_entries[IMAGE_INDEX_COUNT];
static struct nacre_store store;
static struct decode decode;
static uint8_t region[32768];
static uint32_t used; /* granules laid since region_clear */

static uint32_t slots_of(const struct shape *shape)
{
    return shape->unit_bytes / 16u;
}

static uint32_t region_bytes(const struct shape *shape)
{
    return shape->lane_units * shape->lanes * shape->unit_bytes;
}

static void region_clear(const struct shape *shape)
{
    memset(region, 0xff, region_bytes(shape));
    used = 0;
}

/* A granule that nobody has programmed as Nacre would: no mark, no record. */
static void region_use(const struct shape *shape, uint32_t unit, uint32_t slot, uint32_t lanes)
{
    const uint32_t addr = unit * shape->unit_bytes + slot * 16u;
    const uint32_t lane_bytes = shape->lane_units * shape->unit_bytes;
    if ((lanes & LANE_A) != 0) memset(region + addr, 0x3c, 16);
    if ((lanes & LANE_B) != 0 && shape->lanes == 2u) memset(region + lane_bytes + addr, 0x3c, 16);
    used++;
}

static bool decoder_finds_new(const struct shape *shape)
{
    if (shape->lanes == 1u) decode_region(&decode, region, shape->unit_bytes, shape->lane_units);
    else {
        decode_two_lanes(&decode, region, shape->unit_bytes, 2u * shape->lane_units,
                         shape->cut_bytes);
    }
    assert_true(decode.state == DECODE_NEW || decode.state == DECODE_FOREIGN);
    return decode.state == DECODE_NEW;
}

/* What is foreign must be left as it is. */
static bool mount_finds_new(const struct shape *shape)
{
    const struct nacre_geometry geometry = { shape->unit_bytes, shape->lane_units * shape->lanes,
                                             16, 256, shape->cut_bytes, 0 };
    struct sim_nor *const sim = sim_nor_create(&geometry, 1);
    const struct nacre_store_cfg cfg = image_cfg(sim, index_entries);
    sim_nor_poke(sim, 0, region, sim->bytes);
    sim_nor_power_on(sim);
    memset(&store, 0xa5, sizeof store);
    const enum nacre_err err = nacre_mount(&store, &cfg);
    if (err != NACRE_OK && err != NACRE_FOREIGN) fail_msg("%s: mount: %d", shape->name, (int)err);
    if (err == NACRE_FOREIGN) assert_memory_equal(sim->data, region, sim->bytes);
    assert_int_equal(sim->violations, 0);
    sim_nor_destroy(sim);
    return err == NACRE_OK;
}

static bool both_find_new(const struct shape *shape)
{
    const bool is_new = mount_finds_new(shape);
    if (decoder_finds_new(shape) != is_new) {
        uint32_t first = 0;
        while (first < region_bytes(shape) && region[first] == 0xff) first++;
        fail_msg("%s: %u granules used, the first at %u: the mount finds %s", shape->name, used,
                 first / 16u, is_new ? "a new region" : "foreign bytes");
    }
    return is_new;
}

/* One granule: new where a trace may lie, foreign everywhere else. */
static void check_granule(const struct shape *shape, uint32_t unit, uint32_t slot, uint32_t lanes)
{
    const bool may_be = unit == shape->lane_units - 1u && slot >= shape->first && slot < shape->end;
    region_clear(shape);
    region_use(shape, unit, slot, lanes);
    if (both_find_new(shape) == may_be) return;
    fail_msg("%s: unit %u, slot %u: not %s", shape->name, unit, slot, may_be ? "new" : "foreign");
}

static void test_store_new_granule_is_a_trace_only_where_traces_lie(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        const struct shape *const shape = &shapes[i];
        region_clear(shape);
        assert_true(both_find_new(shape));
        for (uint32_t slot = 0; slot < slots_of(shape); slot++) {
            check_granule(shape, shape->lane_units - 1u, slot, LANE_A | LANE_B);
            check_granule(shape, slot % (shape->lane_units - 1u), slot, LANE_A | LANE_B);
            if (shape->lanes == 2u) check_granule(shape, shape->lane_units - 1u, slot, LANE_A);
            if (shape->lanes == 2u) check_granule(shape, shape->lane_units - 1u, slot, LANE_B);
        }
    }
}

/* One granule after the other, of lane A, lane B and both: four cut blocks' worth, and no more. */
static void test_store_new_region_has_four_blocks_of_traces_at_most(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        const struct shape *const shape = &shapes[i];
        region_clear(shape);
        for (uint32_t slot = shape->first; slot < shape->end; slot++) {
            const uint32_t lanes = shape->lanes == 1u ? LANE_A : 1u + slot % 3u;
            region_use(shape, shape->lane_units - 1u, slot, lanes);
            assert_int_equal(both_find_new(shape), used <= 4u * shape->cut_bytes / 16u);
        }
        if (shape->first != NOWHERE) assert_true(used > 4u * shape->cut_bytes / 16u);
    }
}

/* Seldom where no trace can lie. */
static void use_by_chance(const struct shape *shape, struct rng *rng)
{
    uint32_t unit = shape->lane_units - 1u;
    uint32_t slot = rng_below(rng, slots_of(shape));
    uint32_t lanes = 1u + rng_below(rng, 3);
    if (rng_below(rng, 100u) == 0) unit = rng_below(rng, shape->lane_units);
    else if (shape->first != NOWHERE) {
        slot = shape->first + rng_below(rng, shape->end - shape->first);
    }
    if (shape->lanes == 1u) lanes = LANE_A;
    region_use(shape, unit, slot, lanes);
}

static void test_store_new_and_foreign_by_chance(void **state)
{
    (void)state;
    struct rng rng = { rng_mix(23) };
    for (uint32_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        const struct shape *const shape = &shapes[i];
        uint32_t new_count = 0;
        for (uint32_t k = 0; k < REGIONS; k++) {
            uint32_t count = rng_below(&rng, 1u + shape->cut_bytes / 16u * 5u);
            region_clear(shape);
            if (shape->first == NOWHERE) count = rng_below(&rng, 3);
            for (uint32_t j = 0; j < count; j++) use_by_chance(shape, &rng);
            new_count += both_find_new(shape);
        }
        assert_in_range(new_count, REGIONS / 20u, REGIONS - REGIONS / 20u);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_store_new_granule_is_a_trace_only_where_traces_lie),
        cmocka_unit_test(test_store_new_region_has_four_blocks_of_traces_at_most),
        cmocka_unit_test(test_store_new_and_foreign_by_chance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
