/*
 * Goal: bytes that have good check sums and say what no store says do not lead a mount astray: it
 * ends, every value that has a record is answered, and nothing false is.
 *
 * Method: records and marks are written as the format says (by the store's own calls, or with the
 * tests' check sum), telling of units that are all retired, of an oldest generation that is newer
 * than the head, of a void range that begins before all there is; and a store loses every mark and
 * control block but those of the unit ahead.
 */
#include "tests/support/cover_bed.h"

#include "nacre/core/check_store.h"
#include "nacre/core/own.h"
#include "tests/support/decode.h"

#include "tests/support/cmocka_all.h"

#include <string.h>

#define UNITS 4u
#define SLOTS 64u
#define UNIT_BYTES 1024u

static void say_retired(uint32_t first, uint32_t end)
{
    for (uint32_t unit = first; unit < end; unit++) {
        assert_int_equal(nacre_own_set(&cover.box.store, 0x7e00u + unit, "", 0), NACRE_OK);
    }
}

/* Of a store whose every unit is said to be retired, what is there can be read, in every boot. */
static void test_cover_forged_all_units_are_retired(void **state)
{
    (void)state;
    for (uint32_t key = 0; key < 5u; key++) cover_set(key, 10, key);
    say_retired(0, UNITS);
    for (uint32_t boot = 0; boot < 6u; boot++) {
        const enum nacre_err err = cover_boot();
        if (err != NACRE_OK && err != NACRE_UNSETTLED) fail_msg("boot %u: %d", boot, (int)err);
        cover_judge("all units are said to be retired");
        const enum nacre_err set = box_set(&cover.box, 6, 4, boot);
        assert_true(set == NACRE_FULL || set == NACRE_READ_ONLY);
        cover_judge("all units are said to be retired, and nothing was set");
    }
}

/* There is no unit that a format could go on to: it says so, and the values stay. */
static void test_cover_forged_store_without_a_unit_cannot_be_formatted(void **state)
{
    (void)state;
    for (uint32_t key = 0; key < 5u; key++) cover_set(key, 10, key);
    say_retired(0, UNITS);
    assert_int_equal(nacre_format(&cover.box.store, &cover.box.cfg), NACRE_FULL);
    cover_judge("not formatted");
    assert_int_equal(cover_boot(), NACRE_OK);
    cover_judge("not formatted, next boot");
}

static uint32_t generation_now(void)
{
    struct nacre_stats stats;
    assert_int_equal(nacre_stats(&cover.box.store, &stats), NACRE_OK);
    return stats.generation;
}

/* Sets until the head is of this generation. */
static void use_until(uint32_t generation)
{
    for (uint32_t i = 0; generation_now() < generation; i++) cover_set(i % 6u, 4u + i % 5u, i);
}

/* Every unit's mark tells of an oldest generation that no unit has reached yet. */
static void test_cover_forged_marks_tell_of_an_oldest_to_come(void **state)
{
    (void)state;
    use_until(9);
    for (uint32_t unit = 0; unit < UNITS; unit++) {
        uint8_t *const granule = cover.box.sim->data + unit * UNIT_BYTES;
        const uint32_t generation = granule[0];
        const struct decode_mark mark = { generation, generation + 1u + unit, 5, 1 };
        decode_make_mark(granule, &mark, unit * SLOTS, UNITS);
        sim_nor_touch(cover.box.sim, unit * UNIT_BYTES, 16);
    }
    /* Only the head's is believed, as far as it can be: what lies in older units is dead then. */
    assert_int_equal(cover_boot(), NACRE_OK);
    for (uint32_t key = 0; key < 6u; key++) {
        const bool is_there = box_holds(&cover.box, key, cover.new.at[key].n,
                                        cover.new.at[key].seed);
        if (!is_there) assert_int_equal(box_get(&cover.box, key), NACRE_NOT_FOUND);
        if (!is_there) cover_expect(key, NACRE_NOT_FOUND, 0, 0);
    }
    for (uint32_t boot = 0; boot < 3u; boot++) {
        assert_int_equal(cover_boot(), NACRE_OK);
        cover_judge("marks of an oldest to come");
    }
    use_until(20);
    assert_int_equal(cover_boot(), NACRE_OK);
    cover_judge("marks of an oldest to come, used on");
}

static bool next_is_marked(void)
{
    const uint32_t generation = generation_now();
    const uint8_t *const mark = cover.box.sim->data + generation % UNITS * UNIT_BYTES;
    return mark[0] == generation + 1u && mark[11] == 1u;
}

/* Turn bits of every mark but that of the unit ahead, and of every record with a control block. */
static void spoil_what_tells_of_units(void)
{
    const uint32_t ahead = generation_now() % UNITS;
    for (uint32_t slot = 0; slot < UNITS * SLOTS; slot++) {
        const uint8_t *const granule = cover.box.sim->data + slot * 16u;
        const bool is_mark = slot % SLOTS == 0 && slot / SLOTS != ahead;
        const bool is_first = slot % SLOTS != 0 && granule[3] >= 0x80u && granule[3] != 0xffu;
        const bool is_told = is_first && (granule[3] & 0x40u) != 0;
        if (is_mark || is_told) sim_nor_flip(cover.box.sim, slot * 16u + 13u, 0x22);
    }
}

/* The mark of a unit that lives is one of a lap to come: a check names it, no value is lost. */
static void test_cover_forged_mark_is_of_another_lap(void **state)
{
    (void)state;
    struct nacre_check_summary summary;
    use_until(9);
    const uint32_t unit = 7u % UNITS; /* of generation 8 */
    const struct decode_mark mark = { 8u + UNITS, 8, 5, 1 };
    decode_make_mark(cover.box.sim->data + unit * UNIT_BYTES, &mark, unit * SLOTS, UNITS);
    sim_nor_touch(cover.box.sim, unit * UNIT_BYTES, 16);
    assert_int_equal(nacre_check_store(&cover.box.store, &summary, NULL, NULL), NACRE_OK);
    assert_int_equal(summary.damaged, 1);
    for (uint32_t boot = 0; boot < 3u; boot++) {
        assert_int_equal(cover_boot(), NACRE_OK);
        cover_judge("a mark of another lap");
    }
}

/* Nothing tells how old the oldest unit is; each is read once, and nothing false is answered. */
static void test_cover_forged_nothing_tells_the_oldest(void **state)
{
    (void)state;
    struct nacre_check_summary summary;
    use_until(60);
    for (uint32_t i = 0; i < 500u && !next_is_marked(); i++) cover_set(2, 4, 1000u + i);
    assert_true(next_is_marked());
    /* The last ones tell nothing of units. */
    for (uint32_t key = 0; key < 4u; key++) cover_set(key, 4, 2000);
    spoil_what_tells_of_units();
    for (uint32_t boot = 0; boot < 4u; boot++) {
        const uint64_t bytes = cover.box.sim->counters.read_bytes;
        assert_int_equal(cover_boot(), NACRE_OK);
        assert_in_range(cover.box.sim->counters.read_bytes - bytes, 1, 4u * cover.box.sim->bytes);
        assert_int_equal(nacre_check_store(&cover.box.store, &summary, NULL, NULL), NACRE_OK);
        assert_in_range(summary.damaged, 1, SLOTS * UNITS);
        for (uint32_t key = 0; key < 6u; key++) {
            const enum nacre_err err = box_get(&cover.box, key);
            if (err == NACRE_STALE || err == NACRE_DAMAGED) continue;
            if (box_holds(&cover.box, key, cover.new.at[key].n, cover.new.at[key].seed)) continue;
            fail_msg("boot %u: key %u answers %d", boot, key, (int)err);
        }
    }
    for (uint32_t key = 0; key < 6u; key++) cover_set(key, 9, key);
    assert_int_equal(cover_boot(), NACRE_OK);
    cover_judge("set again");
}

static void put(uint8_t *bytes, uint32_t value, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) bytes[i] = (uint8_t)(value >> (8u * i));
}

static void put_check_sum(uint32_t addr)
{
    uint8_t *const granule = cover.box.sim->data + addr;
    uint8_t seed[8];
    put(seed, generation_now(), 4);
    put(seed + 4, addr / 16u, 2);
    put(seed + 6, cover.box.sim->medium.geometry.unit_count, 2);
    put(granule + 12, decode_crc(decode_crc(0, seed, sizeof seed), granule, 12), 4);
    sim_nor_touch(cover.box.sim, addr, 16);
}

/* Give a record of one granule a control block that voids all from 14 units back on. */
static void forge_void_range(uint32_t addr)
{
    uint8_t *const granule = cover.box.sim->data + addr;
    memmove(granule + 8, granule + 4, 4); /* its value */
    granule[3] |= 0x40u;
    put(granule + 4, 0xe001u, 2); /* slot 1, 14 units back */
    granule[6] = 3;
    granule[7] = 0;
    put_check_sum(addr);
}

/* Make of a record the closing of a transaction that began 14 units back. */
static void forge_closing(uint32_t addr)
{
    uint8_t *const granule = cover.box.sim->data + addr;
    memset(granule, 0xff, 12);
    put(granule + 2, 0x8002u, 2);
    put(granule + 4, 0xe001u, 2);
    put_check_sum(addr);
}

/* Sets of key 6 until the head has no room for a settling; the address of the last one. */
static uint32_t use_to_the_end(void)
{
    uint32_t slot = 0;
    for (uint32_t i = 0; slot < SLOTS - 12u && i < 500u; i++) {
        cover_set(6, 4, i);
        slot = cover_find(6) / 16u % SLOTS;
    }
    return cover_find(6);
}

static void expect_unsettled(const char *when)
{
    for (uint32_t boot = 0; boot < 3u; boot++) {
        assert_int_equal(cover_boot(), NACRE_UNSETTLED);
        cover_judge(when);
        assert_int_equal(box_set(&cover.box, 1, 4, 1), NACRE_READ_ONLY);
    }
}

/* A store that could not be settled is formatted all the same: empty, and good for use. */
static void format_unsettled(void)
{
    assert_int_equal(nacre_format(&cover.box.store, &cover.box.cfg), NACRE_OK);
    for (uint32_t key = 0; key < COVER_KEYS; key++) cover_expect(key, NACRE_NOT_FOUND, 0, 0);
    cover_judge("formatted");
    assert_int_equal(cover_boot(), NACRE_OK);
    cover_judge("formatted, next boot");
    cover_set(1, 20, 5);
    assert_int_equal(cover_boot(), NACRE_OK);
    cover_judge("formatted and used");
}

static enum nacre_err call_format(void)
{
    return nacre_format(&cover.box.store, &cover.box.cfg);
}

/* What a format that was cut leaves: a key's newest value, or none that is said to be good. */
static void expect_nothing_old(uint32_t command)
{
    for (uint32_t key = 0; key < COVER_KEYS; key++) {
        const struct cover_answer *const newest = &cover.new.at[key];
        if (box_get(&cover.box, key) != NACRE_OK) continue;
        const bool is_newest = newest->err == NACRE_OK &&
                               box_holds(&cover.box, key, newest->n, newest->seed);
        if (is_newest) continue;
        fail_msg("cut at command %u: key %u has an old value", command, key);
    }
}

/*
 * Cut at an erase, a format is done again by another one; and cut between two, as long as the head
 * stands, which it erases last, it brings no old value back.
 */
static void cut_formats(void)
{
    static const enum sim_tear_kind kinds[] = {SIM_TEAR_E_HIGH, SIM_TEAR_E_PATCHY,
                                               SIM_TEAR_DONE};
    const struct sim_counters *const counters = &cover.box.sim->counters;
    uint32_t cuts = 0;
    sim_nor_copy(cover.start, cover.box.sim);
    const uint32_t before = counters->programs + counters->erases;
    assert_int_equal(cover_boot(), NACRE_UNSETTLED);
    /* A format mounts first, then erases the head last. */
    const uint32_t head = counters->programs + counters->erases - before +
                          cover.box.sim->medium.geometry.unit_count - 1u;
    sim_nor_copy(cover.box.sim, cover.start);
    for (uint32_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        for (uint32_t command = 0; cover_cut(call_format, command, kinds[i]); command++) {
            cuts++;
            const enum nacre_err err = cover_boot();
            const bool is_between = kinds[i] == SIM_TEAR_DONE && command < head;
            if (err != NACRE_FOREIGN && is_between) expect_nothing_old(command);
            assert_int_equal(call_format(), NACRE_OK);
            for (uint32_t key = 0; key < COVER_KEYS; key++) {
                assert_int_equal(box_get(&cover.box, key), NACRE_NOT_FOUND);
            }
            sim_nor_copy(cover.box.sim, cover.start);
        }
        sim_nor_copy(cover.box.sim, cover.start);
    }
    assert_true(cuts > 3u * UNITS);
}

/*
 * The newest record voids what lies 14 units back, and its copy, in the next unit, would have to
 * say 15: that cannot be said. The value stays readable.
 */
static void test_cover_forged_void_range_is_too_long_to_be_copied(void **state)
{
    (void)state;
    use_until(9);
    forge_void_range(use_to_the_end());
    for (uint32_t key = 0; key < 6u; key++) cover_expect(key, NACRE_NOT_FOUND, 0, 0);
    expect_unsettled("a void range too long");
    cut_formats();
    assert_int_equal(cover_boot(), NACRE_UNSETTLED);
    format_unsettled();
}

/* The same of a closing: its copy could not say where the transaction began. */
static void test_cover_forged_closing_reaches_too_far_to_be_copied(void **state)
{
    (void)state;
    cover_close();
    cover_open(20, 16);
    assert_int_equal(cover_boot(), NACRE_OK);
    use_until(18);
    forge_closing(use_to_the_end());
    cover_expect(6, NACRE_OK, 4, cover.new.at[6].seed - 1u);
    expect_unsettled("a closing that reaches too far");
    cut_formats();
    assert_int_equal(cover_boot(), NACRE_UNSETTLED);
    format_unsettled();
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, cover_begin_one, cover_end)
    const struct CMUnitTest tests[] = {
        CASE(test_cover_forged_all_units_are_retired),
        CASE(test_cover_forged_store_without_a_unit_cannot_be_formatted),
        CASE(test_cover_forged_marks_tell_of_an_oldest_to_come),
        CASE(test_cover_forged_mark_is_of_another_lap),
        CASE(test_cover_forged_nothing_tells_the_oldest),
        CASE(test_cover_forged_void_range_is_too_long_to_be_copied),
        CASE(test_cover_forged_closing_reaches_too_far_to_be_copied),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
