/*
 * The store on overwritten memory: cut at any write, in any way, again while it recovers, for long
 * runs. Judged by what was acknowledged: each key has its last value, or, for the one call that was
 * cut, the old one or the new one; and what one boot tells, every later one tells.
 */
#include "nacre/core/store.h"
#include "tests/support/cell_box.h"
#include "tests/support/cmocka_all.h"

#include <stdio.h>
#include <string.h>

#define KEYS 12u

static struct cell_box box;
static struct nacre_store store;
static struct nacre_index_entry entries[40];
static uint32_t told[KEYS];  /* 0: never set */
static uint32_t asked_key;   /* of a call that was cut; KEYS: none */
static uint32_t asked_value;
static uint32_t cuts;

/* Open and mount, cut in it now and then, until it has come through. */
static void boot(struct rng *rng, uint32_t tears)
{
    for (uint32_t k = 0; k < 20; k++) {
        const struct nacre_store_cfg cfg = {
            .medium = &box.cells.medium, .index = entries, .index_count = 40};
        assert_int_equal(box_open(&box), NACRE_OK);
        const bool is_cut = k < 3 && rng_percent(rng, 40);
        if (is_cut) box_cut(&box, rng_below(rng, 4), rng_below(rng, tears), rng_below(rng, 100));
        const enum nacre_err err = nacre_mount(&store, &cfg);
        if (box.is_on) assert_int_equal(err, NACRE_OK);
        if (box.is_on) return;
        cuts++;
    }
    fail();
}

static uint32_t get(uint32_t key)
{
    uint32_t value = 0;
    uint32_t n = 0;
    const enum nacre_err err = nacre_get(&store, key, &value, sizeof value, &n);
    if (err == NACRE_NOT_FOUND) return 0;
    assert_int_equal(err, NACRE_OK);
    assert_int_equal(n, 4);
    return value;
}

static void judge(void)
{
    for (uint32_t key = 0; key < KEYS; key++) {
        const uint32_t found = get(key);
        if (key == asked_key && found == asked_value) told[key] = found;
        assert_int_equal(found, told[key]);
    }
    asked_key = KEYS;
}

static void run(uint32_t bytes, uint32_t page_bytes, uint64_t seed)
{
    struct rng rng = {seed};
    const uint32_t tears = page_bytes != 0 ? BOX_TEARS : BOX_PAGE;
    memset(told, 0, sizeof told);
    asked_key = KEYS;
    box_begin(&box, 512, bytes, page_bytes, seed % 2 != 0 ? 0xff : 0x00);
    box.rng.state = seed;
    boot(&rng, tears);
    for (uint32_t step = 1; step <= 400; step++) {
        const uint32_t key = rng_below(&rng, KEYS);
        const bool is_cut = rng_percent(&rng, 12);
        bool more;
        if (is_cut) box_cut(&box, rng_below(&rng, 3), rng_below(&rng, tears), rng_below(&rng, 100));
        if (nacre_set(&store, key, &step, sizeof step) == NACRE_OK) {
            told[key] = step;
        } else {
            asked_key = key;
            asked_value = step;
        }
        if (box.is_on && rng_percent(&rng, 20)) (void)nacre_idle(&store, &more);
        if (box.is_on) continue; /* a cut that is still to come hits a later write */
        cuts++;
        boot(&rng, tears);
        judge();
        if (rng_percent(&rng, 30)) {
            boot(&rng, tears);
            judge();
        }
    }
    boot(&rng, tears);
    judge();
    assert_int_equal(box.crossed, 0);
    assert_int_equal(box.repeated, 0);
}

static void test_cells_store_keeps_what_it_acknowledged(void **state)
{
    (void)state;
    cuts = 0;
    for (uint32_t seed = 1; seed <= 12; seed++) {
        run(26 * 8 * 64, 64, seed);
        run(26 * 5 * 32, 32, seed);
        run(26 * 4 * 128, 128, seed);
        run(8192, 0, seed);
    }
    printf("cells: %u cuts\n", (unsigned)cuts);
    assert_true(cuts > 2000);
}

/* Writes of a set, of a page each: the record, and its share of marks, headers and notes. */
static void test_cells_store_set_costs_little_more_than_a_write(void **state)
{
    (void)state;
    struct rng rng = {1};
    static const uint32_t pages[] = {32, 64, 128, 0};
    for (uint32_t k = 0; k < 4; k++) {
        box_begin(&box, 0, pages[k] != 0 ? 8 * 64 * pages[k] : 16384, pages[k], 0xff);
        if (box.area.bytes > BOX_BYTES) box.area.bytes = BOX_BYTES;
        boot(&rng, 1);
        asked_key = KEYS;
        for (uint32_t step = 1; step <= 200; step++) {
            assert_int_equal(nacre_set(&store, step % KEYS, &step, 4), NACRE_OK);
        }
        const uint32_t before = box.writes;
        for (uint32_t step = 201; step <= 2200; step++) {
            assert_int_equal(nacre_set(&store, 3, &step, 4), NACRE_OK);
        }
        const uint32_t writes = box.writes - before;
        printf("cells: pages of %u bytes, %u granules a unit: %u writes for 2000 sets\n",
               (unsigned)pages[k], (unsigned)(box.cells.medium.geometry.unit_bytes / 16u),
               (unsigned)writes);
        assert_true(writes <= 2000 * 5 / 4);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_cells_store_keeps_what_it_acknowledged),
    cmocka_unit_test(test_cells_store_set_costs_little_more_than_a_write),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}
