/*
 * Goal: what does not fit is refused without harm: too many bytes, too many keys, a region that is
 * not one, a region that holds something else; and a format never brings an old value back.
 *
 * Method: as test_store_api; where the comment says "unchanged", the chip's bytes are compared.
 */
#include "tests/support/box_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

/* Set keys of n bytes until one is refused. Returns how many were taken. */
static uint32_t fill(uint32_t n, enum nacre_err refusal)
{
    for (uint32_t i = 0; i < BOX_INDEX_MAX; i++) {
        const enum nacre_err err = box_set(&box, i, n, 1);
        if (err == NACRE_OK) continue;
        assert_int_equal(err, refusal);
        return i;
    }
    fail_msg("never full");
    return 0;
}

/* Granules of a record with so much payload: docs/format.md section 3. */
static uint32_t granules_of(uint32_t payload)
{
    return payload <= 8u ? 1u : 1u + (payload - 8u + 14u) / 15u;
}

/* Granules that a store of 4 units of 4 KB holds: docs/format.md section 6, Room. */
static uint32_t capacity_of(uint32_t n)
{
    const int32_t units = 4;
    const int32_t slots = 256;
    const int32_t s = (int32_t)granules_of(n + 4u);
    const int32_t settling = 2 * s + 2 * 5 + (s > 5 ? s : 5);
    const int32_t capacity = (units - 1) * (slots - 1) - (slots - 1) / 2 -
                             (slots - 1 + settling + s) - units * s;
    return capacity < 0 ? 0 : (uint32_t)capacity;
}

static void test_store_full_keeps_everything(void **state)
{
    (void)state;
    static const uint32_t lengths[] = { 8, 9, 60, 200, 500, 1024 };
    for (uint32_t k = 0; k < sizeof lengths / sizeof lengths[0]; k++) {
        const uint32_t n = lengths[k];
        box_close(&box);
        box_open(&box, 4);
        box.cfg.index_count = BOX_INDEX_MAX;
        assert_int_equal(box_reboot(&box), NACRE_OK);
        const uint32_t count = fill(n, NACRE_FULL);
        print_message("full: %u values of %u bytes in 16 KB\n", count, n);
        assert_true(count >= capacity_of(n) / granules_of(n + 4u));
        assert_true(count * granules_of(n) <= capacity_of(n));
        assert_true(box_lacks(&box, count));
        for (uint32_t i = 0; i < count; i++) assert_true(box_holds(&box, i, n, 1));
        assert_int_equal(box_reboot(&box), NACRE_OK);
        for (uint32_t i = 0; i < count; i++) assert_true(box_holds(&box, i, n, 1));
        assert_true(box_lacks(&box, count));
    }
}

static void test_store_full_is_left_by_a_removal(void **state)
{
    (void)state;
    box.cfg.index_count = BOX_INDEX_MAX;
    assert_int_equal(box_reboot(&box), NACRE_OK);
    const uint32_t count = fill(200, NACRE_FULL);
    for (uint32_t round = 0; round < 200u; round++) {
        const uint32_t gone = round % count;
        assert_int_equal(nacre_remove(&box.store, gone), NACRE_OK);
        assert_true(box_lacks(&box, gone));
        /* Two granules less than before: what a removal and a control block may take. */
        assert_int_equal(box_set(&box, gone, 170, 1), NACRE_OK);
        if (round % 16u == 0) assert_int_equal(box_reboot(&box), NACRE_OK);
        for (uint32_t i = 0; i < count; i++) {
            assert_true(box_holds(&box, i, i <= round ? 170 : 200, 1));
        }
    }
}

static void test_store_full_still_takes_updates(void **state)
{
    (void)state;
    box.cfg.index_count = BOX_INDEX_MAX;
    assert_int_equal(box_reboot(&box), NACRE_OK);
    const uint32_t count = fill(60, NACRE_FULL);
    uint32_t refused = 0;
    uint32_t seed_of[BOX_INDEX_MAX];
    for (uint32_t i = 0; i < count; i++) seed_of[i] = 1;
    for (uint32_t round = 2; round < 1500u; round++) {
        const uint32_t key = round * 7u % count;
        const enum nacre_err err = box_set(&box, key, 60, round);
        if (err == NACRE_OK) seed_of[key] = round;
        else assert_int_equal(err, NACRE_FULL);
        if (err != NACRE_OK) refused++;
        assert_true(box_holds(&box, key, 60, seed_of[key]));
    }
    assert_int_equal(box_reboot(&box), NACRE_OK);
    for (uint32_t i = 0; i < count; i++) assert_true(box_holds(&box, i, 60, seed_of[i]));
    assert_int_equal(refused, 0);
}

static void test_store_index_full_is_told(void **state)
{
    (void)state;
    box.cfg.index_count = 5;
    assert_int_equal(box_reboot(&box), NACRE_OK);
    assert_int_equal(fill(8, NACRE_KEYS_FULL), 5);
    box_remember(&box);
    assert_int_equal(box_set(&box, 5, 8, 1), NACRE_KEYS_FULL);
    assert_true(box_is_unchanged(&box));
    assert_true(box_lacks(&box, 5));
    assert_int_equal(box_set(&box, 3, 8, 2), NACRE_OK);
    assert_true(box_holds(&box, 3, 8, 2));
    assert_int_equal(box_reboot(&box), NACRE_OK);
    for (uint32_t i = 0; i < 5u; i++) assert_true(box_holds(&box, i, 8, i == 3u ? 2 : 1));
}

static void test_store_mount_with_too_small_index_is_read_only(void **state)
{
    (void)state;
    assert_int_equal(box_reboot(&box), NACRE_OK);
    for (uint32_t i = 0; i < 20u; i++) assert_int_equal(box_set(&box, i, 30, 1), NACRE_OK);
    for (uint32_t count = 1; count < 20u; count++) {
        struct nacre_stats stats;
        uint32_t found = 0;
        bool more = true;
        box.cfg.index_count = count;
        box_remember(&box);
        assert_int_equal(box_reboot(&box), NACRE_KEYS_FULL);
        assert_int_equal(nacre_stats(&box.store, &stats), NACRE_OK);
        assert_int_equal(stats.index_used, count);
        assert_int_equal(stats.read_only, NACRE_KEYS_FULL);
        for (uint32_t i = 0; i < 20u; i++) {
            if (box_holds(&box, i, 30, 1)) found++;
            else assert_true(box_lacks(&box, i));
        }
        assert_int_equal(found, count);
        assert_int_equal(box_set(&box, 0, 8, 2), NACRE_READ_ONLY);
        assert_int_equal(nacre_remove(&box.store, 0), NACRE_READ_ONLY);
        assert_int_equal(nacre_idle(&box.store, &more), NACRE_READ_ONLY);
        (void)nacre_unmount(&box.store);
        assert_true(box_is_unchanged(&box));
    }
    box.cfg.index_count = 64;
    assert_int_equal(box_reboot(&box), NACRE_OK);
    for (uint32_t i = 0; i < 20u; i++) assert_true(box_holds(&box, i, 30, 1));
}

static void expect_refusal(const struct nacre_geometry *geometry, enum nacre_err err)
{
    struct nacre_medium medium = box.sim->medium;
    struct nacre_store store;
    struct nacre_store_cfg cfg = box.cfg;
    const uint32_t commands = box.sim->commands;
    medium.geometry = *geometry;
    cfg.medium = &medium;
    assert_int_equal(nacre_mount(&store, &cfg), err);
    assert_int_equal(nacre_format(&store, &cfg), err);
    assert_int_equal(box.sim->commands, commands);
}

static void test_store_bad_region_is_refused(void **state)
{
    (void)state;
    static const struct {
        uint32_t unit_bytes;
        uint32_t unit_count;
        enum nacre_err err;
    } cases[] = {
        { 4096, 0, NACRE_NO_REGION },
        { 0, 4, NACRE_NO_REGION },
        { 4096, 1, NACRE_REGION_TOO_SMALL },
        { 4096, 2, NACRE_REGION_TOO_SMALL },
        { 256, 4, NACRE_REGION_TOO_SMALL },
        { 4096, 70000, NACRE_REGION_TOO_LARGE },
        { 4096 + 16, 4, NACRE_REGION_UNALIGNED },
    };
    for (uint32_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct nacre_geometry geometry = box.sim->medium.geometry;
        geometry.unit_bytes = cases[i].unit_bytes;
        geometry.unit_count = cases[i].unit_count;
        expect_refusal(&geometry, cases[i].err);
    }
}

static void test_store_bad_configuration_is_refused(void **state)
{
    (void)state;
    struct nacre_store store;
    struct nacre_store_cfg cfg = box.cfg;
    const uint32_t commands = box.sim->commands;
    cfg.medium = NULL;
    assert_int_equal(nacre_mount(&store, &cfg), NACRE_NO_REGION);
    cfg = box.cfg;
    cfg.index = NULL;
    assert_int_equal(nacre_mount(&store, &cfg), NACRE_BAD_ARGUMENT);
    cfg = box.cfg;
    cfg.index_count = 0;
    assert_int_equal(nacre_mount(&store, &cfg), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_mount(&store, NULL), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_format(&store, NULL), NACRE_BAD_ARGUMENT);
    assert_int_equal(box.sim->commands, commands);
}

static void test_store_coarse_cut_needs_the_milder_assumption(void **state)
{
    (void)state;
    struct nacre_stats stats;
    box.sim->medium.geometry.cut_bytes = 256;
    assert_int_equal(box_reboot(&box), NACRE_CUT_TOO_COARSE);
    assert_int_equal(box.sim->counters.programs + box.sim->counters.erases, 0);
    box.cfg.assume = NACRE_ASSUME_CUT_GRANULE;
    assert_int_equal(box_reboot(&box), NACRE_OK);
    assert_int_equal(nacre_stats(&box.store, &stats), NACRE_OK);
    assert_int_equal(stats.cut_bytes_survived, 16);
}

static void fill_foreign(uint32_t kind)
{
    static uint8_t bytes[16384];
    struct rng rng = { kind + 77u };
    for (uint32_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)rng_next(&rng);
    if (kind == 1u) memset(bytes, 0, sizeof bytes);
    if (kind == 2u) memset(bytes + 4096, 0xff, sizeof bytes - 4096);
    if (kind == 3u) memset(bytes, 0xff, sizeof bytes - 512u);
    if (kind == 4u) memset(bytes, 0x5a, 4096);
    sim_nor_poke(box.sim, 0, bytes, sizeof bytes);
}

static void test_store_foreign_region_is_left_alone(void **state)
{
    (void)state;
    for (uint32_t kind = 0; kind < 5u; kind++) {
        box_close(&box);
        box_open(&box, 4);
        fill_foreign(kind);
        box_remember(&box);
        assert_int_equal(box_reboot(&box), NACRE_FOREIGN);
        assert_int_equal(box_reboot(&box), NACRE_FOREIGN);
        assert_int_equal(box.sim->counters.programs + box.sim->counters.erases, 0);
        assert_true(box_is_unchanged(&box));
        uint32_t length;
        memset(&box.store, 0, sizeof box.store);
        assert_int_equal(nacre_mount(&box.store, &box.cfg), NACRE_FOREIGN);
        assert_int_equal(nacre_get(&box.store, 0, NULL, 0, &length), NACRE_NOT_MOUNTED);
        assert_int_equal(nacre_format(&box.store, &box.cfg), NACRE_OK);
        for (uint32_t i = 0; i < 1500u; i++) {
            assert_int_equal(box_set(&box, i % 7u, 8, i), NACRE_OK);
            if (i % 300u == 0) assert_int_equal(box_reboot(&box), NACRE_OK);
            assert_true(box_holds(&box, i % 7u, 8, i));
        }
    }
}

static void test_store_format_forgets_for_ever(void **state)
{
    (void)state;
    struct nacre_stats stats;
    uint32_t generation = 0;
    assert_int_equal(box_reboot(&box), NACRE_OK);
    for (uint32_t round = 0; round < 12u; round++) {
        for (uint32_t i = 0; i < 100u + round * 37u; i++) {
            assert_int_equal(box_set(&box, i % 9u, i % 50u, round), NACRE_OK);
        }
        assert_int_equal(nacre_stats(&box.store, &stats), NACRE_OK);
        assert_true(stats.generation > generation || round == 0);
        generation = stats.generation;
        assert_int_equal(nacre_format(&box.store, &box.cfg), NACRE_OK);
        for (uint32_t boot = 0; boot < 3u; boot++) {
            uint32_t key = 0;
            for (uint32_t i = 0; i < 9u; i++) assert_true(box_lacks(&box, i));
            assert_int_equal(nacre_next(&box.store, &key), NACRE_NOT_FOUND);
            assert_int_equal(box_reboot(&box), NACRE_OK);
        }
        assert_int_equal(nacre_stats(&box.store, &stats), NACRE_OK);
        assert_true(stats.generation > generation);
    }
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, box_begin_four, box_end)
    const struct CMUnitTest tests[] = {
        CASE(test_store_full_keeps_everything),
        CASE(test_store_full_is_left_by_a_removal),
        CASE(test_store_full_still_takes_updates),
        CASE(test_store_index_full_is_told),
        CASE(test_store_mount_with_too_small_index_is_read_only),
        CASE(test_store_bad_region_is_refused),
        CASE(test_store_bad_configuration_is_refused),
        CASE(test_store_coarse_cut_needs_the_milder_assumption),
        CASE(test_store_foreign_region_is_left_alone),
        CASE(test_store_format_forgets_for_ever),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
