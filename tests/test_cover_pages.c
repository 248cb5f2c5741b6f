/*
 * Goal: where a record has its pages to itself, no failing call of the medium, no cut at a unit's
 * end and no bad bit in any page of a record makes a value wrong, and no more room is used than
 * docs/format.md says.
 *
 * Method: stores of small units of pages; each call of the medium fails in turn; the power is lost
 * at each command of a mount that must begin a unit, and what its commit vouches for is spoilt
 * then; places are read from the bytes.
 */
#include "tests/support/cover_bed.h"

#include "tests/support/cmocka_all.h"

#define UNITS 8u
#define SLOTS 24u
#define SLOT_BYTES 48u
#define KEY 5u
#define COMMANDS_MAX 40u
#define GRANULE 16u

static enum nacre_err call_set(void)
{
    return box_set(&cover.box, KEY, 70, 7);
}

static enum nacre_err call_mount(void)
{
    return nacre_mount(&cover.box.store, &cover.box.cfg);
}

static enum nacre_err call_idle(void)
{
    bool more;
    return nacre_idle(&cover.box.store, &more);
}

static void open_new(void)
{
    cover_open_pages(UNITS, SLOTS, SLOT_BYTES);
    assert_int_equal(cover_boot(), NACRE_OK);
}

/* So many sets, of one slot, two and three. */
static void fill(uint32_t count)
{
    static const uint32_t lengths[] = { 4, 60, 100 };
    for (uint32_t i = 0; i < count; i++) cover_set(i % 4u, lengths[i % 3u], 100u + i);
}

static void test_cover_pages_whatever_fails(void **state)
{
    (void)state;
    uint32_t runs = 0;
    for (uint32_t count = 0; count < 40u; count += 4u) {
        open_new();
        fill(count);
        const struct cover_values old = cover.new;
        cover.new.at[KEY] = (struct cover_answer){ NACRE_OK, 70, 7 };
        runs += cover_every_way(call_set, false, true);
        cover.new = old;
        runs += cover_every_way(call_mount, true, true);
        cover_close();
    }
    assert_in_range(runs, 2000, 1000000);
}

/* Idle time after an unmount near a unit's end: the next unit's erase begins, then a settling. */
static void test_cover_pages_idle_whatever_fails(void **state)
{
    (void)state;
    static const enum nacre_err errs[] = { NACRE_IO, NACRE_NOT_NOW, NACRE_QUIET };
    uint32_t runs = 0;
    for (uint32_t count = 6; count < 16u; count++) {
        open_new();
        fill(count);
        assert_int_equal(nacre_unmount(&cover.box.store), NACRE_OK);
        for (uint32_t i = 0; i < 3u; i++) {
            const struct cover_call ends = { call_idle, false, true, FAILING_ENDS, 1, errs[i] };
            const struct cover_call erases = { call_idle, false, true, FAILING_ERASES, 1, errs[i] };
            runs += cover_every(&ends) + cover_every(&erases);
        }
        cover_close();
    }
    assert_in_range(runs, 30, 100000);
}

/* Both copies of a settling: the first a page clear of the doubt, the second six behind it. */
static void test_cover_pages_of_a_settling(void **state)
{
    (void)state;
    open_new();
    fill(2);
    cover_set(KEY, 4, 1);
    const uint32_t old_addr = cover_find(KEY);
    assert_int_equal(old_addr % SLOT_BYTES, 0);
    assert_int_equal(cover_boot(), NACRE_OK);
    assert_int_equal(cover_find(KEY) - old_addr, (2u + 7u) * SLOT_BYTES);
    cover_judge("after the settling");
    cover_close();
}

/* Is the last record of the unit that holds an address a commit: a note with a value of 4 bytes? */
static bool ends_with_commit(uint32_t addr)
{
    const uint32_t unit_bytes = SLOTS * SLOT_BYTES;
    const uint8_t *const unit = cover.box.sim->data + addr / unit_bytes * unit_bytes;
    bool is_commit = false;
    for (uint32_t at = SLOT_BYTES; at < unit_bytes; at += SLOT_BYTES) {
        const uint8_t *const first = unit + at;
        if (first[3] < 0x80u || first[3] == 0xffu) continue;
        is_commit = first[0] == 0xffu && first[1] == 0xffu && first[2] == 4u;
    }
    return is_commit;
}

/*
 * Spoil a further granule of the newest record's copy, where nothing but the commit makes its unit
 * count: then it must count no more, and the value stands where it stood.
 */
static uint32_t spoil_what_is_vouched_for(uint32_t key)
{
    const uint32_t addr = cover_find(key) + GRANULE;
    struct sim_nor *const sim = cover.box.sim;
    if (!ends_with_commit(addr) || sim->data[addr + 3u] != 0) return 0;
    sim_nor_flip(sim, addr + 5u, 1);
    assert_int_equal(cover_boot(), NACRE_OK);
    cover_judge("after a bad bit in what a commit vouches for");
    return 1;
}

static void test_cover_pages_that_a_commit_vouches_for(void **state)
{
    (void)state;
    uint32_t spoilt = 0;
    for (uint32_t count = 4; count < 60u; count++) {
        open_new();
        fill(count);
        struct sim_nor *const before = sim_nor_create(&cover.box.sim->medium.geometry, 1);
        sim_nor_copy(before, cover.box.sim);
        for (uint32_t command = 0; command < COMMANDS_MAX; command++) {
            sim_nor_copy(cover.box.sim, before);
            sim_nor_power_on(cover.box.sim);
            cover.point = command;
            if (!cover_cut(call_mount, command, SIM_TEAR_DONE)) break;
            spoilt += spoil_what_is_vouched_for((count - 1u) % 4u);
        }
        sim_nor_destroy(before);
        cover_close();
    }
    assert_in_range(spoilt, 2, 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cover_pages_whatever_fails),
        cmocka_unit_test(test_cover_pages_idle_whatever_fails),
        cmocka_unit_test(test_cover_pages_of_a_settling),
        cmocka_unit_test(test_cover_pages_that_a_commit_vouches_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
