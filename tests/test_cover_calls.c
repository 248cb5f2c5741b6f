/*
 * Goal: whichever call of the medium fails within a call of the store, that call says so, or makes
 * good for it, and no value is other than its answer says: as nacre/core/store.h promises for each.
 *
 * Method: one call of the store at a time, from states that each take it another way; every read,
 * program and erase in it fails in turn, once or from then on, as broken or as refused.
 */
#include "tests/support/cover_bed.h"

#include "nacre/core/check_store.h"
#include "nacre/core/transaction.h"

#include "tests/support/cmocka_all.h"

#include <string.h>

#define FILL_KEY 9u

/* Nothing fails: a blank chip, and a store on it. */
static void open_mounted(uint32_t unit_count, uint32_t cut_bytes)
{
    cover_open(unit_count, cut_bytes);
    assert_int_equal(cover_boot(), NACRE_OK);
}

static int open_one(void **state)
{
    (void)state;
    open_mounted(4, 16);
    return 0;
}

static int open_two(void **state)
{
    (void)state;
    open_mounted(10, 64);
    return 0;
}

static void some_use(uint32_t steps)
{
    for (uint32_t i = 0; i < steps; i++) cover_set(FILL_KEY, 4, 1000u + i);
}

static enum nacre_err call_mount(void)
{
    return nacre_mount(&cover.box.store, &cover.box.cfg);
}

static enum nacre_err call_set(void)
{
    return box_set(&cover.box, 3, 40, 2);
}

static enum nacre_err call_renew(void)
{
    return nacre_renew(&cover.box.store, 2);
}

static enum nacre_err call_check(void)
{
    struct nacre_check_summary summary;
    return nacre_check_store(&cover.box.store, &summary, NULL, NULL);
}

static uint32_t spoilt; /* the address of the byte that call_get_of_damage turns a bit of */

static enum nacre_err call_get_of_damage(void)
{
    sim_nor_flip(cover.box.sim, spoilt, 4);
    const enum nacre_err err = box_get(&cover.box, 5);
    return err == NACRE_STALE ? NACRE_OK : err;
}

static enum nacre_err call_commit(void)
{
    return cover_commit(3, 3, 20, 2);
}

static void test_cover_calls_first_mount(void **state)
{
    (void)state;
    cover_close();
    cover_open(4, 16);
    assert_true(cover_every_way(call_mount, true, true) > 20u);
    cover_close();
    cover_open(10, 64);
    assert_true(cover_every_way(call_mount, true, true) > 20u);
}

/* The unit that a new store would begin with does not erase: it is retired, and that is written. */
static void test_cover_calls_first_mount_of_a_chip_with_a_bad_unit(void **state)
{
    (void)state;
    static const struct cover_call way = { .call = call_mount, .mounts = true, .is_repeated = true,
                                           .kinds = FAILING_READS, .count = 1, .err = NACRE_IO };
    cover_close();
    cover_open(6, 16);
    cover.box.sim->unit_stuck[0] = SIM_STUCK_ERASE;
    assert_true(cover_every(&way) > 100u);
    assert_int_equal(cover_boot(), NACRE_OK);
    cover_set(1, 30, 1);
    assert_int_equal(cover_boot(), NACRE_OK);
    cover_judge("used without its first unit");
}

static void test_cover_calls_mount(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 5u; i++) cover_set(i, 20, i);
    some_use(70);
    assert_true(cover_every_way(call_mount, true, true) > 100u);
}

static void test_cover_calls_set(void **state)
{
    (void)state;
    cover_set(3, 30, 1);
    some_use(5);
    cover.new.at[3] = (struct cover_answer){ NACRE_OK, 40, 2 };
    assert_true(cover_every_way(call_set, false, true) > 10u);
}

static void test_cover_calls_renew(void **state)
{
    (void)state;
    cover_set(2, 30, 1);
    some_use(5);
    assert_true(cover_every_way(call_renew, false, true) > 10u);
}

static void damage_5(bool has_older)
{
    if (has_older) cover_set(5, 11, 1);
    cover_set(5, 30, 2);
    cover_set(6, 30, 3);
    some_use(3);
    sim_nor_flip(cover.box.sim, cover_find(5) + 20u, 4);
    if (has_older) cover_expect(5, NACRE_STALE, 11, 1);
    else cover_expect(5, NACRE_DAMAGED, 0, 0);
}

static void test_cover_calls_mount_of_damage(void **state)
{
    (void)state;
    damage_5(true);
    assert_true(cover_every_way(call_mount, true, true) > 100u);
}

/* There is no older value: the mount writes down that the key is lost. */
static void test_cover_calls_mount_of_a_lost_key(void **state)
{
    (void)state;
    damage_5(false);
    assert_true(cover_every_way(call_mount, true, true) > 100u);
}

static void test_cover_calls_check(void **state)
{
    (void)state;
    damage_5(true);
    assert_true(cover_every_way(call_check, false, true) > 50u);
}

static void test_cover_calls_set_beside_damage(void **state)
{
    (void)state;
    damage_5(true);
    cover.new.at[3] = (struct cover_answer){ NACRE_OK, 40, 2 };
    assert_true(cover_every_way(call_set, false, true) > 40u);
}

/* The key that was lost has no older record: a set writes that down first. */
static void test_cover_calls_set_beside_a_lost_key(void **state)
{
    (void)state;
    damage_5(false);
    cover.new.at[3] = (struct cover_answer){ NACRE_OK, 40, 2 };
    assert_true(cover_every_way(call_set, false, true) > 50u);
}

/* The damage is met by a get: it reads all there is, and each read may fail. */
static void test_cover_calls_get_of_damage(void **state)
{
    (void)state;
    static const struct cover_call way = { .call = call_get_of_damage, .kinds = FAILING_READS,
                                           .count = 1, .err = NACRE_TIMEOUT };
    cover_set(5, 11, 1);
    cover_set(5, 30, 2);
    some_use(3); /* what a mount writes again is another key's */
    spoilt = cover_find(5) + 20u;
    cover_expect(5, NACRE_STALE, 11, 1);
    assert_true(cover_every(&way) > 5u);
}

/* The first program of a boot settles; where that fails, nothing is written anew. */
static void test_cover_calls_renew_after_a_clean_mount(void **state)
{
    (void)state;
    cover_set(2, 30, 1);
    assert_int_equal(nacre_unmount(&cover.box.store), NACRE_OK);
    assert_true(cover_every_way(call_renew, false, true) > 10u);
}

static void test_cover_calls_renew_of_a_store_that_is_read_only(void **state)
{
    (void)state;
    for (uint32_t key = 0; key < 6u; key++) cover_set(key, 6, key);
    cover.box.cfg.index_count = 4;
    assert_int_equal(cover_boot(), NACRE_KEYS_FULL);
    box_remember(&cover.box);
    assert_int_equal(nacre_renew(&cover.box.store, 2), NACRE_READ_ONLY);
    assert_true(box_is_unchanged(&cover.box));
    cover.box.cfg.index_count = 32;
    assert_int_equal(cover_boot(), NACRE_OK);
    cover_judge("with room for all keys");
}

/* A commit was cut before its closing: members alone, the newest of them in lane B not read. */
static void test_cover_calls_mount_of_members_without_closing(void **state)
{
    (void)state;
    static const struct cover_call way = { .call = call_mount, .mounts = true, .is_repeated = true,
                                           .kinds = FAILING_READS, .count = 1, .err = NACRE_IO };
    for (uint32_t key = 3; key < 6u; key++) cover_set(key, 20, 1);
    for (uint32_t command = 1; cover_cut(call_commit, command, SIM_TEAR_NONE); command++) {
        assert_true(cover_every(&way) > 10u);
        assert_int_equal(cover_boot(), NACRE_OK);
        cover_judge("after a commit that was cut");
    }
}

int main(void)
{
#define ONE(name) cmocka_unit_test_setup_teardown(name, open_one, cover_end)
    const struct CMUnitTest tests[] = {
        ONE(test_cover_calls_first_mount),
        ONE(test_cover_calls_first_mount_of_a_chip_with_a_bad_unit),
        ONE(test_cover_calls_mount),
        ONE(test_cover_calls_set),
        ONE(test_cover_calls_renew),
        ONE(test_cover_calls_mount_of_damage),
        ONE(test_cover_calls_mount_of_a_lost_key),
        ONE(test_cover_calls_check),
        ONE(test_cover_calls_set_beside_damage),
        ONE(test_cover_calls_set_beside_a_lost_key),
        ONE(test_cover_calls_get_of_damage),
        ONE(test_cover_calls_renew_after_a_clean_mount),
        ONE(test_cover_calls_renew_of_a_store_that_is_read_only),
        cmocka_unit_test_setup_teardown(test_cover_calls_mount_of_members_without_closing,
                                        open_two, cover_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
