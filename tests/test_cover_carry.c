/*
 * Goal: where a cut may spoil a whole unit, each boot goes on in a fresh one, and what lives in the
 * oldest is carried there as far as it fits: no value is lost by that, however full the store is
 * and whatever of the oldest unit has gone bad.
 *
 * Method: stores filled to their capacity with records of one granule and of several are mounted
 * again and again without an unmount; a record in the oldest unit is spoilt in both lanes.
 */
#include "tests/support/cover_bed.h"

#include "tests/support/cmocka_all.h"

#define UNITS 12u
#define LANE (UNITS / 2u * 1024u)
#define KEYS_MAX 128u
#define BOOTS 40u
#define ROUNDS 40u
#define LOOPS 60u

static uint32_t seeds[KEYS_MAX];
static uint32_t key_count;

static int open_unit(void **state)
{
    (void)state;
    cover_open(UNITS, 1024);
    cover.box.cfg.index_count = KEYS_MAX;
    assert_int_equal(cover_boot(), NACRE_OK);
    key_count = 0;
    return 0;
}

/* New keys of n bytes until there are so many, or no more fit. */
static void fill(uint32_t n, uint32_t count)
{
    while (key_count < count && box_set(&cover.box, key_count, n, 1) == NACRE_OK) {
        seeds[key_count++] = 1;
    }
    assert_in_range(key_count, 1, KEYS_MAX - 1u);
}

static void expect_all(uint32_t n, uint32_t but, const char *when, uint32_t number)
{
    for (uint32_t key = 0; key < key_count; key++) {
        if (key == but || box_holds(&cover.box, key, n, seeds[key])) continue;
        fail_msg("%s %u: key %u answers %d", when, number, key, (int)box_get(&cover.box, key));
    }
}

/* Boots without an unmount, some with a set between them. */
static void boot_often(uint32_t n, uint32_t but)
{
    for (uint32_t boot = 0; boot < BOOTS; boot++) {
        assert_int_equal(cover_boot(), NACRE_OK);
        expect_all(n, but, "boot", boot);
        if (boot % 3u != 2u) continue;
        const uint32_t key = (boot * 7u) % key_count;
        if (key == but) continue;
        const enum nacre_err err = box_set(&cover.box, key, n, boot);
        if (err == NACRE_OK) seeds[key] = boot;
        else fail_msg("boot %u: a set answers %d", boot, (int)err);
    }
}

static enum nacre_err call_mount(void)
{
    return nacre_mount(&cover.box.store, &cover.box.cfg);
}

/* A mount that is cut at a command, or cannot read for a while, or both. */
static void mount_badly(struct rng *rng, uint32_t commands)
{
    const bool reads_fail = rng_percent(rng, 40u);
    cover.failing.calls = 0;
    cover.failing.kinds = FAILING_READS;
    cover.failing.err = NACRE_IO;
    cover.failing.at = rng_below(rng, 1600u);
    cover.failing.count = reads_fail ? 1u << rng_below(rng, 5u) : 0;
    sim_nor_power_on(cover.box.sim);
    (void)cover_cut(call_mount, rng_below(rng, commands), SIM_TEAR_ANY);
    cover.failing.count = 0;
}

/*
 * Bad mounts, then one that is let through, again and again. One that finds no way on any more
 * answers that it is not settled, and every get is answered.
 */
static bool mount_often(uint32_t n, uint32_t commands, uint64_t seed)
{
    struct rng rng = { rng_mix(seed) };
    for (uint32_t round = 0; round < ROUNDS; round++) {
        for (uint32_t i = rng_below(&rng, 6u); i > 0; i--) mount_badly(&rng, commands);
        const enum nacre_err err = cover_boot();
        if (err != NACRE_OK && err != NACRE_UNSETTLED) fail_msg("a mount answers %d", (int)err);
        expect_all(n, KEYS_MAX, "round", round);
        if (err == NACRE_UNSETTLED) return false;
    }
    return true;
}

static void test_cover_carry_in_bad_mounts(void **state)
{
    static const uint32_t bytes[] = { 4, 10, 12, 25, 40, 60, 75, 90, 100 };
    uint32_t stuck = 0;
    for (uint32_t i = 0; i < LOOPS; i++) {
        const uint32_t n = bytes[i % (sizeof bytes / sizeof bytes[0])];
        (void)cover_end(state);
        (void)open_unit(state);
        fill(n, KEYS_MAX);
        if (!mount_often(n, 70, i)) stuck++;
    }
    assert_in_range(stuck, 0, LOOPS / 5u);
}

/* One lane: the head is closed for the next unit, also where none is dead. */
static void test_cover_carry_of_one_lane_in_bad_mounts(void **state)
{
    static const uint32_t bytes[] = { 4, 10, 12, 25, 40, 60 };
    uint32_t stuck = 0;
    for (uint32_t i = 0; i < LOOPS; i++) {
        const uint32_t n = bytes[i % (sizeof bytes / sizeof bytes[0])];
        (void)cover_end(state);
        cover_open(4u + i / 6u % 3u, 16);
        cover.box.cfg.index_count = KEYS_MAX;
        assert_int_equal(cover_boot(), NACRE_OK);
        key_count = 0;
        fill(n, KEYS_MAX - 1u);
        if (!mount_often(n, 1u + i % 9u, i)) stuck++;
    }
    assert_in_range(stuck, 0, LOOPS / 5u);
}

static uint32_t generation_now(void)
{
    struct nacre_stats stats;
    assert_int_equal(nacre_stats(&cover.box.store, &stats), NACRE_OK);
    return stats.generation;
}

/* One key's records up to the end of a unit; then as many keys as the next unit has slots. */
static void fill_a_unit_with_what_lives(void)
{
    const uint32_t generation = generation_now();
    key_count = 1;
    while (generation_now() == generation) {
        assert_int_equal(box_set(&cover.box, 0, 4, ++seeds[0]), NACRE_OK);
    }
    fill(4, 63);
    assert_int_equal(key_count, 63);
    assert_int_equal(generation_now(), generation + 1u);
}

/*
 * All of a unit lives when it is the oldest, and each mount is cut as soon as its fresh unit
 * counts, so that none comes to make room: what does not fit beside the commit stays where it is.
 */
static void test_cover_carry_of_a_unit_that_lives_to_its_last_granule(void **state)
{
    (void)state;
    fill_a_unit_with_what_lives();
    for (uint32_t round = 0; round < 12u; round++) {
        for (uint32_t boot = 0; boot < 3u + round % 3u; boot++) {
            sim_nor_power_on(cover.box.sim);
            (void)cover_cut(call_mount, 7u + 2u * (round % 2u), SIM_TEAR_DONE);
        }
        assert_int_equal(cover_boot(), NACRE_OK);
        expect_all(4, KEYS_MAX, "round", round);
    }
    boot_often(4, KEYS_MAX);
}

/* A record of the unit that is carried cannot be read for a while, in neither lane. */
static void test_cover_carry_of_what_cannot_be_read(void **state)
{
    (void)state;
    static const struct cover_call way = { .call = call_mount, .mounts = true, .is_repeated = true,
                                           .kinds = FAILING_READS, .count = 4, .err = NACRE_IO };
    for (uint32_t key = 0; key < COVER_KEYS; key++) cover_set(key, 4, 3);
    for (uint32_t boot = 0; boot < 3u; boot++) {
        sim_nor_power_on(cover.box.sim);
        (void)cover_cut(call_mount, 7, SIM_TEAR_DONE);
    }
    assert_true(cover_every(&way) > 500u);
}

static void test_cover_carry_of_a_full_store_of_small_records(void **state)
{
    (void)state;
    fill(4, KEYS_MAX);
    boot_often(4, KEYS_MAX);
}

static void test_cover_carry_of_a_full_store_of_long_records(void **state)
{
    (void)state;
    fill(60, KEYS_MAX);
    boot_often(60, KEYS_MAX);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, open_unit, cover_end)
    const struct CMUnitTest tests[] = {
        CASE(test_cover_carry_in_bad_mounts),
        CASE(test_cover_carry_of_one_lane_in_bad_mounts),
        CASE(test_cover_carry_of_a_unit_that_lives_to_its_last_granule),
        CASE(test_cover_carry_of_what_cannot_be_read),
        CASE(test_cover_carry_of_a_full_store_of_small_records),
        CASE(test_cover_carry_of_a_full_store_of_long_records),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
