/*
 * Goal: what bad bits took is told, and nothing else: the keys of a transaction whose closing was
 * lost, but those that a reset has removed since; a key whose loss was told before and that is lost
 * again; no key at all where the damage names one that was never there.
 *
 * Method: bits are turned in the records of a small store, several in one granule where the format
 * could make good for a single one. nacre_check_store names the places.
 */
#include "tests/support/cover_bed.h"

#include "nacre/core/check_store.h"
#include "nacre/core/own.h"
#include "nacre/core/transaction.h"

#include "tests/support/cmocka_all.h"

#include <string.h>

#define NOTE 0xffffu
#define FINDINGS_MAX 16u
#define OWN_BYTES 20u

static struct nacre_finding findings[FINDINGS_MAX];
static uint32_t finding_count;

static void note_finding(const struct nacre_finding *finding, void *context)
{
    (void)context;
    if (finding_count < FINDINGS_MAX) findings[finding_count] = *finding;
    finding_count++;
}

static struct nacre_check_summary check(void)
{
    struct nacre_check_summary summary;
    memset(&summary, 0xa5, sizeof summary);
    finding_count = 0;
    assert_int_equal(nacre_check_store(&cover.box.store, &summary, note_finding, NULL), NACRE_OK);
    return summary;
}

static enum nacre_err own_get(uint8_t *found)
{
    uint32_t n = 0;
    return nacre_own_get(&cover.box.store, NACRE_OWN_TABLE_VERSION, found, OWN_BYTES, &n);
}

static void own_is(enum nacre_err err, uint8_t value)
{
    uint8_t found[OWN_BYTES] = { 0 };
    assert_int_equal(own_get(found), err);
    if (err == NACRE_STALE || err == NACRE_OK) assert_int_equal(found[0], value);
}

/* Keys 3 to 5 and a record of the library's own, at once; then its closing is spoilt. */
static void commit_and_lose_the_closing(void)
{
    static uint8_t buf[200];
    struct nacre_transaction tx = { .begun = 0 };
    uint8_t own[OWN_BYTES] = { 2 };
    assert_int_equal(nacre_begin(&tx, &cover.box.store, buf, sizeof buf), NACRE_OK);
    for (uint32_t key = 3; key < 6u; key++) {
        uint8_t value[20];
        box_value(value, key, sizeof value, 2);
        assert_int_equal(nacre_stage_set(&tx, key, value, sizeof value), NACRE_OK);
    }
    assert_int_equal(nacre_own_stage_set(&tx, NACRE_OWN_TABLE_VERSION, own, sizeof own), NACRE_OK);
    assert_int_equal(nacre_commit(&tx), NACRE_OK);
    sim_nor_flip(cover.box.sim, cover_find(NOTE) + 5u, 0x41);
}

static void begin_members(void)
{
    const uint8_t own[OWN_BYTES] = { 1 };
    for (uint32_t key = 3; key < 6u; key++) cover_set(key, 12, 1);
    assert_int_equal(nacre_own_set(&cover.box.store, NACRE_OWN_TABLE_VERSION, own, sizeof own),
                     NACRE_OK);
    commit_and_lose_the_closing();
}

static void test_cover_lost_closing_makes_its_members_stale(void **state)
{
    (void)state;
    begin_members();
    cover_set(9, 4, 1);
    for (uint32_t key = 3; key < 6u; key++) cover_expect(key, NACRE_STALE, 12, 1);
    for (uint32_t boot = 0; boot < 3u; boot++) {
        assert_int_equal(cover_boot(), NACRE_OK);
        cover_judge("without the closing");
        own_is(NACRE_STALE, 1);
        cover_set(9, 4, boot + 2u);
        assert_true(check().stale == 4u);
    }
    for (uint32_t key = 3; key < 6u; key++) cover_set(key, 12, 7);
    assert_int_equal(cover_boot(), NACRE_OK);
    cover_judge("set again");
    assert_true(check().stale == 1u);
}

/* What a reset removed is not lost; what it leaves is. */
static void test_cover_lost_closing_below_a_reset_concerns_own_records_only(void **state)
{
    (void)state;
    begin_members();
    assert_int_equal(nacre_reset(&cover.box.store), NACRE_OK);
    cover_set(9, 4, 1);
    for (uint32_t key = 3; key < 6u; key++) cover_expect(key, NACRE_NOT_FOUND, 0, 0);
    for (uint32_t boot = 0; boot < 3u; boot++) {
        assert_int_equal(cover_boot(), NACRE_OK);
        cover_judge("reset behind a lost closing");
        own_is(NACRE_STALE, 1);
        cover_set(9, 4, boot + 2u);
        assert_true(check().stale == 1u);
    }
}

/* The value was stale, was set, and is lost again: stale, with the same older value. */
static void test_cover_lost_twice_falls_back_to_what_was_told_stale(void **state)
{
    (void)state;
    cover_set(5, 11, 1);
    for (uint32_t round = 0; round < 3u; round++) {
        cover_set(5, 30, round + 2u);
        cover_set(9, 4, round);
        sim_nor_flip(cover.box.sim, cover_find(5) + 20u, 4);
        cover_expect(5, NACRE_STALE, 11, 1);
        assert_int_equal(cover_boot(), NACRE_OK);
        cover_judge("lost");
        cover_set(9, 4, round + 100u); /* writes the loss down */
        assert_int_equal(cover_boot(), NACRE_OK);
        cover_judge("lost and written down");
        assert_int_equal(nacre_unmount(&cover.box.store), NACRE_OK);
        assert_int_equal(cover_boot(), NACRE_OK);
        cover_judge("lost and at rest");
    }
}

/* The newest record of a key that was told stale is the stale copy itself; it is damaged, too. */
static void test_cover_lost_copy_of_a_stale_value(void **state)
{
    (void)state;
    cover_set(5, 11, 1);
    cover_set(5, 30, 2);
    cover_set(9, 4, 1);
    sim_nor_flip(cover.box.sim, cover_find(5) + 20u, 4);
    cover_expect(5, NACRE_STALE, 11, 1);
    assert_int_equal(cover_boot(), NACRE_OK);
    cover_set(9, 4, 2);
    cover_set(9, 4, 3);
    sim_nor_flip(cover.box.sim, cover_find(5) + 8u, 0x18);
    cover_judge("the copy is damaged, before a mount");
    assert_int_equal(cover_boot(), NACRE_OK);
    cover_judge("the copy is damaged");
    cover_set(9, 4, 4);
    assert_int_equal(cover_boot(), NACRE_OK);
    cover_judge("the copy is damaged and was written anew");
}

/* The damage names a key that was never there, and the index has no room for it. */
static void test_cover_lost_key_that_never_was_has_no_room(void **state)
{
    (void)state;
    for (uint32_t key = 0; key < 4u; key++) {
        cover_set(key, 4, 1);
        cover_set(key, 4, 2);
    }
    cover_set(0, 4, 3);
    const uint32_t addr = cover_find(3) - 16u; /* its older record */
    assert_int_equal(cover.box.sim->data[addr], 3);
    sim_nor_flip(cover.box.sim, addr, 0x03);
    sim_nor_flip(cover.box.sim, addr + 1u, 0x04); /* 0x0400 */
    cover.box.cfg.index_count = 4;
    assert_int_equal(cover_boot(), NACRE_OK);
    cover_judge("a key that never was is named, no room");
    cover_set(1, 4, 9);
    assert_int_equal(cover_boot(), NACRE_OK);
    cover_judge("used then");
    cover.box.cfg.index_count = 32;
    assert_int_equal(cover_boot(), NACRE_OK);
    cover_judge("with room");
}

/* A damaged place whose first granule names no key: said to be nobody's. */
static void test_cover_lost_check_of_a_granule_that_names_no_key(void **state)
{
    (void)state;
    cover_set(3, 30, 1);
    cover_set(3, 30, 2);
    cover_set(9, 4, 1);
    const uint32_t addr = cover_find(3);
    sim_nor_flip(cover.box.sim, addr, 0x07);
    sim_nor_flip(cover.box.sim, addr + 3u, 0x80);
    const struct nacre_check_summary summary = check();
    assert_int_equal(summary.damaged, 1);
    assert_int_equal(findings[0].kind, NACRE_FOUND_DAMAGED);
    assert_int_equal(findings[0].key, NACRE_KEY_NOTE);
    assert_int_equal(findings[0].unit, addr / 1024u);
    assert_int_equal(findings[0].slot, addr % 1024u / 16u);
    assert_int_equal(findings[0].count, 3);
    /* It may have been any key's, so whatever is older is stale. */
    cover_expect(3, NACRE_STALE, 30, 1);
    assert_int_equal(cover_boot(), NACRE_OK);
    cover_judge("any key may be lost");
}

/* Own records are neither stale nor units. */
static void test_cover_lost_check_of_own_records_finds_nothing(void **state)
{
    (void)state;
    const uint8_t own[OWN_BYTES] = { 1 };
    cover_set(3, 30, 1);
    assert_int_equal(nacre_own_set(&cover.box.store, NACRE_OWN_TABLE_VERSION, own, sizeof own),
                     NACRE_OK);
    cover_set(3, 30, 2);
    const struct nacre_check_summary summary = check();
    assert_int_equal(finding_count, 0);
    assert_int_equal(summary.retired + summary.stale + summary.damaged, 0);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, cover_begin_one, cover_end)
    const struct CMUnitTest tests[] = {
        CASE(test_cover_lost_closing_makes_its_members_stale),
        CASE(test_cover_lost_closing_below_a_reset_concerns_own_records_only),
        CASE(test_cover_lost_twice_falls_back_to_what_was_told_stale),
        CASE(test_cover_lost_copy_of_a_stale_value),
        CASE(test_cover_lost_key_that_never_was_has_no_room),
        CASE(test_cover_lost_check_of_a_granule_that_names_no_key),
        CASE(test_cover_lost_check_of_own_records_finds_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
