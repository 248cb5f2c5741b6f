/*
 * Goal: a mount makes of a region's bytes what docs/format.md section 5 says, where they are such
 * as a store in use seldom leaves: what is no record is none, what is dead is not read, what was
 * lost is told of and written down once.
 *
 * Method: the bytes are made by hand (forge.h), the store is mounted, and its answers and what it
 * programs are compared with the document.
 */
#include "nacre/core/check_store.h"
#include "tests/support/box_fixture.h"
#include "tests/support/decode.h"
#include "tests/support/forge.h"

#include "tests/support/cmocka_all.h"

#include <string.h>

#define UNIT_BYTES 4096u
#define CUT_UNIT 4096u
#define LOST 7u

static struct forge forge;

static int begin(void **state)
{
    const int result = box_begin_four(state);
    forge_open(&forge, box.sim);
    return result;
}

/* Another chip: two lanes where a cut spoils more than a granule. */
static void reopen(uint32_t unit_count, uint32_t cut_bytes)
{
    box_close(&box);
    box_open_lanes(&box, unit_count, cut_bytes);
    forge_open(&forge, box.sim);
}

static struct nacre_stats stats_now(void)
{
    struct nacre_stats stats;
    assert_int_equal(nacre_stats(&box.store, &stats), NACRE_OK);
    return stats;
}

static void refused(enum nacre_err err)
{
    box_remember(&box);
    assert_int_equal(box_reboot(&box), err);
    assert_true(box_is_unchanged(&box));
}

/* Turn a bit of the value at a slot, in every lane. */
static void spoil(uint32_t generation, uint32_t slot)
{
    for (uint32_t lane = 0; lane < forge.lane_count; lane++) {
        sim_nor_flip(box.sim, forge_addr(&forge, lane, generation, slot) + 5u, 0x10);
    }
}

/* Bit 15 of info is one in a record; what has a good check sum without it is damage, of any key. */
static void test_mutant_mount_no_record_without_its_bit(void **state)
{
    (void)state;
    const struct forge_record bare = { .key = 1, .length = 4, .seed = 2, .lacks_start = true };
    forge_unit(&forge, 1, 1);
    forge_value(&forge, 1, 4, 1);
    forge_put(&forge, &bare);
    forge_value(&forge, 2, 4, 1);
    assert_int_equal(box_reboot(&box), NACRE_OK);
    assert_true(box_is_stale(&box, 1, 4, 1));
    assert_true(box_holds(&box, 2, 4, 1));
}

/* No value is longer than 1024 bytes: what says so is damage, of the key that it names. */
static void test_mutant_mount_no_record_too_long(void **state)
{
    (void)state;
    const struct forge_record longer = { .key = 1, .length = 1025, .seed = 2 };
    forge_unit(&forge, 1, 1);
    forge_value(&forge, 1, 1024, 1);
    forge_put(&forge, &longer);
    forge_value(&forge, 2, 4, 1);
    assert_int_equal(box_reboot(&box), NACRE_OK);
    assert_true(box_is_stale(&box, 1, 1024, 1));
}

/* Of the generations beyond what a region can hold none is a head. */
static void test_mutant_mount_no_head_out_of_reach(void **state)
{
    (void)state;
    static const uint32_t generations[] = { 4, 8, UINT32_MAX };
    static const uint8_t junk[FORGE_GRANULE] = { 1, 2, 3 };
    for (uint32_t i = 0; i < 3u; i++) {
        reopen(4, 16);
        forge_bare_unit(&forge, generations[i]);
        sim_nor_poke(box.sim, forge_addr(&forge, 0, generations[i], 0), junk, sizeof junk);
        forge_value(&forge, 1, 4, 1);
        refused(NACRE_FOREIGN);
    }
}

/* A unit whose head has lost its mark, and one that counts by its commit alone. */
static void test_mutant_mount_finds_the_head(void **state)
{
    (void)state;
    static const uint8_t junk[FORGE_GRANULE] = { 1, 2, 3 };
    for (uint32_t i = 0; i < 4u; i++) {
        const struct forge_record copy = { .key = 1, .length = 4, .kind = FORGE_TENTATIVE,
                                           .seed = 2, .has_control = true, .void_from = 0x1001u };
        reopen(i == 0 ? 4 : 8, i == 0 ? 16 : 256);
        forge_unit(&forge, 1, 1);
        forge_value(&forge, 1, 4, 1);
        forge_unit(&forge, 2, 1);
        forge_put(&forge, &copy);
        forge_commit(&forge, 1);
        /* In one lane something is spoilt: the other one tells. */
        if (i > 1u) sim_nor_flip(box.sim, forge_addr(&forge, i - 2u, 2, 1) + 9u, 1);
        assert_int_equal(box_reboot(&box), NACRE_OK);
        assert_int_equal(stats_now().generation, 2);
        assert_true(box_holds(&box, 1, 4, 2));
    }
    reopen(4, 16);
    forge_unit(&forge, 1, 1);
    forge_value(&forge, 1, 4, 1);
    forge_unit(&forge, 2, 1);
    forge_value(&forge, 1, 4, 2);
    sim_nor_poke(box.sim, forge_addr(&forge, 0, 2, 0), junk, sizeof junk);
    assert_int_equal(box_reboot(&box), NACRE_OK);
    assert_int_equal(stats_now().generation, 2);
    assert_true(box_holds(&box, 1, 4, 2));
}

/* Section 5, Damage: one bit turned in a record's key or info; its key is known all the same. */
static void test_mutant_mount_knows_a_key_but_for_one_bit(void **state)
{
    (void)state;
    for (uint32_t bit = 0; bit < 32u; bit++) {
        reopen(4, 16);
        forge_unit(&forge, 1, 1);
        forge_value(&forge, 1, 4, 1);
        forge_value(&forge, 2, 4, 1);
        forge_value(&forge, 1, 4, 2);
        sim_nor_flip(box.sim, forge_addr(&forge, 0, 1, 3) + bit / 8u, (uint8_t)(1u << bit % 8u));
        forge_value(&forge, 3, 4, 1);
        assert_int_equal(box_reboot(&box), NACRE_OK);
        assert_true(box_is_stale(&box, 1, 4, 1));
        assert_true(box_holds(&box, 2, 4, 1));
        assert_true(box_holds(&box, 3, 4, 1));
        assert_int_equal(stats_now().stale_keys, 1);
        assert_int_equal(stats_now().index_used, 3);
    }
}

/* A mark alone says that the units before are dead: what lies in them is not read. */
static void test_mutant_mount_believes_the_oldest_of_a_mark(void **state)
{
    (void)state;
    for (uint32_t generation = 3; generation <= 6u; generation++) {
        forge_unit(&forge, generation, generation == 6u ? 5u : 3u);
        forge_value(&forge, generation, 4, 1);
    }
    assert_int_equal(box_reboot(&box), NACRE_OK);
    assert_true(box_holds(&box, 6, 4, 1));
    assert_true(box_holds(&box, 5, 4, 1));
    assert_true(box_lacks(&box, 4));
    assert_true(box_lacks(&box, 3));
}

static void test_mutant_mount_sees_damage_at_a_units_start(void **state)
{
    (void)state;
    forge_unit(&forge, 1, 1);
    forge_value(&forge, 1, 4, 1);
    forge_unit(&forge, 2, 1);
    forge_value(&forge, 1, 4, 2);
    forge_value(&forge, 2, 4, 1);
    spoil(2, 1);
    assert_int_equal(box_reboot(&box), NACRE_OK);
    assert_true(box_is_stale(&box, 1, 4, 1));
    assert_true(box_holds(&box, 2, 4, 1));
    assert_int_equal(stats_now().damaged_records, 1);
}

static void put_mark(uint32_t unit, uint32_t unit_count, uint32_t version)
{
    const struct decode_mark mark = { unit + 1u, 1, 1, version };
    uint8_t granule[FORGE_GRANULE];
    decode_make_mark(granule, &mark, unit * forge.slots, unit_count);
    sim_nor_poke(box.sim, unit * UNIT_BYTES, granule, sizeof granule);
}

/* One mark of a later version is enough, wherever it is. */
static void test_mutant_mount_knows_a_newer_format_by_any_mark(void **state)
{
    (void)state;
    for (uint32_t unit = 0; unit < 4u; unit++) {
        reopen(4, 16);
        forge_unit(&forge, 1u + (unit + 1u) % 4u, 1);
        forge_value(&forge, 1, 4, 1);
        put_mark(unit, 4, 2);
        refused(NACRE_NEWER_FORMAT);
    }
}

/* The mark of a store of other units tells, in any of the first three, which every store has. */
static void test_mutant_mount_knows_another_geometry_by_any_mark(void **state)
{
    (void)state;
    for (uint32_t unit = 0; unit < 3u; unit++) {
        reopen(4, 16);
        put_mark(unit, 8, 1);
        refused(NACRE_OTHER_GEOMETRY);
    }
    reopen(4, 16);
    put_mark(0, 256, 1);
    refused(NACRE_OTHER_GEOMETRY);
    reopen(4, 16);
    put_mark(0, 3, 1);
    refused(NACRE_OTHER_GEOMETRY);
    reopen(4, 16);
    put_mark(0, 257, 1);
    refused(NACRE_FOREIGN);
}

/* Section 6, Room: of 4 units, where each record is counted with a control block. */
static void test_mutant_mount_counts_records_with_a_control_block(void **state)
{
    (void)state;
    forge_unit(&forge, 1, 1);
    forge_value(&forge, 1, 5, 1);
    forge_value(&forge, 2, 4, 1);
    assert_int_equal(box_reboot(&box), NACRE_OK);
    const uint32_t s = 2; /* 5 bytes and 4 of control do not fit into one */
    const uint32_t settling = 2u * s + 2u * 5u + 5u;
    assert_int_equal(stats_now().capacity_granules,
                     3u * 255u - 127u - (255u + settling + s) - 4u * s);
}

/* Stale records of a key in a unit that have this length. */
static uint32_t stale_records(uint32_t generation, uint32_t length, uint32_t key)
{
    struct forge_record record;
    uint32_t count = 0;
    for (uint32_t slot = 1; slot < forge.slots; slot++) {
        if (!forge_read(&forge, 0, generation, slot, &record)) continue;
        count += record.key == key && record.length == length && record.is_stale;
    }
    return count;
}

static uint32_t stale_removals(uint32_t generation, uint32_t key)
{
    return stale_records(generation, FORGE_REMOVED, key);
}

/* Does a record of a unit vouch for the next one? */
static bool is_vouched(uint32_t generation)
{
    struct forge_record record;
    for (uint32_t slot = 1; slot < forge.slots; slot++) {
        if (!forge_read(&forge, 0, generation, slot, &record)) continue;
        if (record.has_control && (record.flags & FORGE_MARKED) != 0) return true;
    }
    return false;
}

/* Each lost key is written as a stale removal, once; then all goes on as it should. */
static void test_mutant_mount_writes_down_each_lost_key_once(void **state)
{
    (void)state;
    forge_unit(&forge, 1, 1);
    for (uint32_t key = 1; key <= 9u; key++) forge_value(&forge, key, 4, 1);
    for (uint32_t slot = 1; slot <= LOST; slot++) spoil(1, slot);
    assert_int_equal(box_reboot(&box), NACRE_OK);
    assert_int_equal(box_set(&box, 20, 4, 1), NACRE_OK);
    for (uint32_t key = 1; key <= LOST; key++) {
        assert_int_equal(stale_removals(1, key), 1);
        assert_int_equal(box_get(&box, key), NACRE_DAMAGED);
    }
    for (uint32_t i = 0; stats_now().generation == 1u && i < 300u; i++) {
        assert_int_equal(box_set(&box, 20, 4, i), NACRE_OK);
    }
    assert_true(is_vouched(1));
    for (uint32_t key = 1; key <= LOST; key++) {
        assert_int_equal(stale_removals(1, key), 1);
        assert_int_equal(box_get(&box, key), NACRE_DAMAGED);
    }
}

/* nacre_set, Cost: a value that fell back is written again as a stale one, once. */
static void test_mutant_mount_writes_down_each_stale_key_once(void **state)
{
    (void)state;
    forge_unit(&forge, 1, 1);
    for (uint32_t key = 1; key <= 3u; key++) forge_value(&forge, key, 4, 1);
    for (uint32_t key = 1; key <= 3u; key++) forge_value(&forge, key, 12, 2);
    for (uint32_t slot = 4; slot <= 8u; slot += 2u) spoil(1, slot);
    forge_value(&forge, 9, 4, 1);
    for (uint32_t boot = 0; boot < 3u; boot++) {
        assert_int_equal(box_reboot(&box), NACRE_OK);
        assert_int_equal(box_set(&box, 9, 4, 2u + boot), NACRE_OK);
        for (uint32_t key = 1; key <= 3u; key++) {
            assert_true(box_is_stale(&box, key, 4, 1));
            assert_int_equal(stale_records(1, 4, key), 1);
        }
    }
}

/* A length that a bad bit has made longer is not followed beyond the region's end. */
static void test_mutant_mount_reads_nothing_beyond_the_end(void **state)
{
    (void)state;
    forge_unit(&forge, 3, 3);
    forge_value(&forge, 1, 4, 1);
    forge_unit(&forge, 4, 3);
    while (forge.slot < 253u) forge_value(&forge, 2, 4, forge.slot);
    forge_value(&forge, 1, 4, 2);
    forge_value(&forge, 3, 4, 1);
    assert_int_equal(box_reboot(&box), NACRE_OK);
    assert_true(box_holds(&box, 1, 4, 2));
    sim_nor_flip(box.sim, forge_addr(&forge, 0, 4, 253) + 3u, 2); /* 512 bytes more */
    assert_true(box_is_stale(&box, 1, 4, 1));
    assert_int_equal(box.sim->violations, 0);
}

/* The library's own keys beside those of retired units are lost like any other. */
static void test_mutant_mount_writes_down_lost_keys_of_its_own(void **state)
{
    (void)state;
    static const uint32_t keys[] = { 0x3dff, 0x4000, 0x7dff, 0x7f00, 0x7ffe };
    uint32_t length;
    forge_unit(&forge, 1, 1);
    for (uint32_t i = 0; i < 5u; i++) forge_value(&forge, keys[i], 4, 1);
    for (uint32_t slot = 1; slot <= 5u; slot++) spoil(1, slot);
    forge_value(&forge, 1, 4, 1);
    for (uint32_t boot = 0; boot < 2u; boot++) {
        assert_int_equal(box_reboot(&box), NACRE_OK);
        assert_int_equal(box_get(&box, keys[0]), NACRE_DAMAGED);
        for (uint32_t i = 1; i < 5u; i++) {
            assert_int_equal(nacre_own_get(&box.store, keys[i], NULL, 0, &length), NACRE_DAMAGED);
        }
        assert_int_equal(box_set(&box, 1, 4, 2u + boot), NACRE_OK);
        for (uint32_t i = 0; i < 5u; i++) assert_int_equal(stale_removals(1, keys[i]), 1);
    }
    assert_int_equal(stats_now().retired_units, 0);
}

/*
 * All five units of a lane live, but for what the newest record says: that the oldest is dead. Is
 * that believed where the record is in these lanes?
 */
static enum nacre_err mount_with_last_word_in(uint32_t lanes)
{
    reopen(10, CUT_UNIT);
    for (uint32_t generation = 1; generation <= 5u; generation++) {
        forge_unit(&forge, generation, 1);
        forge_value(&forge, generation, 4, 1);
    }
    forge.lanes = lanes;
    forge_note(&forge, 0, 3, 0);
    return box_reboot(&box);
}

/* Section 6, where the cut block is the unit: a newest record counts if it is whole in lane B. */
static void test_mutant_mount_erases_nothing_on_a_doubtful_word(void **state)
{
    (void)state;
    assert_int_equal(mount_with_last_word_in(FORGE_LANE_A), NACRE_UNSETTLED);
    assert_int_equal(box.sim->counters.erases, 0);
    assert_int_equal(box.sim->counters.programs, 0);
    for (uint32_t key = 2; key <= 5u; key++) assert_true(box_holds(&box, key, 4, 1));
    assert_int_equal(mount_with_last_word_in(FORGE_LANE_A | FORGE_LANE_B), NACRE_OK);
    assert_int_equal(box.sim->counters.erases, 2);
    for (uint32_t key = 2; key <= 5u; key++) assert_true(box_holds(&box, key, 4, 1));
}

static enum nacre_err mount_of(uint32_t unit_bytes, uint32_t unit_count)
{
    const struct nacre_geometry geometry = { unit_bytes, unit_count, 16, 256, 16, 0 };
    sim_nor_destroy(box.sim);
    box.sim = sim_nor_create(&geometry, 1);
    box.cfg.medium = &box.sim->medium;
    return box_reboot(&box);
}

/* Section 1: 3 to 256 units, 64 to 4096 slots, places below 65,536: the ends are good. */
static void test_mutant_mount_takes_the_largest_regions(void **state)
{
    (void)state;
    static const struct {
        uint32_t slots;
        uint32_t unit_count;
        enum nacre_err err;
    } cases[] = {
        { 64, 3, NACRE_OK }, { 64, 256, NACRE_OK }, { 64, 257, NACRE_REGION_TOO_LARGE },
        { 256, 256, NACRE_OK }, { 4096, 16, NACRE_OK }, { 4096, 17, NACRE_REGION_TOO_LARGE },
        { 4096, 3, NACRE_OK }, { 4112, 3, NACRE_REGION_TOO_LARGE },
        { 272, 241, NACRE_REGION_TOO_LARGE }, { 48, 4, NACRE_REGION_TOO_SMALL },
        { 64, 2, NACRE_REGION_TOO_SMALL },
    };
    for (uint32_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const enum nacre_err err = mount_of(cases[i].slots * FORGE_GRANULE, cases[i].unit_count);
        assert_int_equal(err, cases[i].err);
        if (err != NACRE_OK) continue;
        assert_int_equal(box_set(&box, 1, 4, 1), NACRE_OK);
        assert_int_equal(box_reboot(&box), NACRE_OK);
        assert_true(box_holds(&box, 1, 4, 1));
    }
}

#define FINDINGS_MAX 8u
static struct nacre_finding findings[FINDINGS_MAX];
static uint32_t finding_count;

static void take_finding(const struct nacre_finding *finding, void *context)
{
    (void)context;
    assert_true(finding_count < FINDINGS_MAX);
    findings[finding_count++] = *finding;
}

static void assert_finding(enum nacre_finding_kind kind, uint32_t key, uint32_t place,
                           uint32_t count, uint32_t lane)
{
    for (uint32_t i = 0; i < finding_count; i++) {
        const struct nacre_finding *const found = &findings[i];
        if (found->kind != kind || found->key != key) continue;
        assert_int_equal(found->unit * 256u + found->slot, place);
        assert_int_equal(found->count, count);
        assert_int_equal(found->lane, lane);
        return;
    }
    fail_msg("no finding of kind %d, key %x", (int)kind, key);
}

/* Each finding names kind, key, place, granules and lane. */
static void test_mutant_mount_check_names_all(void **state)
{
    (void)state;
    struct nacre_check_summary summary;
    reopen(8, 256);
    forge_unit(&forge, 1, 1);
    forge_value(&forge, 1, 4, 1);
    forge_value(&forge, 2, 40, 1);
    forge_value(&forge, 1, 60, 2);
    forge_value(&forge, 3, 4, 1);
    assert_int_equal(box_reboot(&box), NACRE_OK);
    sim_nor_flip(box.sim, forge_addr(&forge, 0, 1, 0) + 4u, 1); /* a mark, of lane A */
    sim_nor_flip(box.sim, forge_addr(&forge, 1, 1, 2) + 4u, 1); /* key 2, in lane B */
    spoil(1, 6);                                                /* key 1, in both */
    assert_true(box_is_stale(&box, 1, 4, 1));
    finding_count = 0;
    assert_int_equal(nacre_check_store(&box.store, &summary, take_finding, NULL), NACRE_OK);
    assert_int_equal(summary.damaged, 1);
    assert_int_equal(summary.one_lane, 2);
    assert_int_equal(summary.stale, 1);
    assert_int_equal(summary.retired, 0);
    assert_int_equal(finding_count, 4);
    assert_finding(NACRE_FOUND_ONE_LANE, FORGE_NOTE, 0, 1, 0);
    assert_finding(NACRE_FOUND_ONE_LANE, 2, 2, 4, 1);
    assert_finding(NACRE_FOUND_DAMAGED, 1, 6, 5, 2);
    assert_finding(NACRE_FOUND_STALE, 1, 1, 1, 2);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, box_end)
    const struct CMUnitTest tests[] = {
        CASE(test_mutant_mount_no_record_without_its_bit),
        CASE(test_mutant_mount_no_record_too_long),
        CASE(test_mutant_mount_no_head_out_of_reach),
        CASE(test_mutant_mount_finds_the_head),
        CASE(test_mutant_mount_knows_a_key_but_for_one_bit),
        CASE(test_mutant_mount_believes_the_oldest_of_a_mark),
        CASE(test_mutant_mount_sees_damage_at_a_units_start),
        CASE(test_mutant_mount_knows_a_newer_format_by_any_mark),
        CASE(test_mutant_mount_knows_another_geometry_by_any_mark),
        CASE(test_mutant_mount_counts_records_with_a_control_block),
        CASE(test_mutant_mount_writes_down_each_lost_key_once),
        CASE(test_mutant_mount_writes_down_lost_keys_of_its_own),
        CASE(test_mutant_mount_reads_nothing_beyond_the_end),
        CASE(test_mutant_mount_writes_down_each_stale_key_once),
        CASE(test_mutant_mount_erases_nothing_on_a_doubtful_word),
        CASE(test_mutant_mount_takes_the_largest_regions),
        CASE(test_mutant_mount_check_names_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
