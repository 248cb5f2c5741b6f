/*
 * Goal: a medium that refuses for a while costs nothing but time. The call answers what the medium
 * said, every value is as it was, the store stays writable, no unit is blamed, and the same call
 * succeeds when the medium lets it.
 *
 * Method: a store that reclaims units is mounted, as an unmount or a cut left it, and used; each
 * program, start or end of an erase in that is refused in turn, once, three or nine times in a row,
 * and each call that fails is made again.
 */
#include "tests/support/cover_bed.h"

#include "tests/support/cmocka_all.h"

#include <string.h>

#define KEYS 6u
#define CHANGES 40u
#define TIMES_MAX 9u
#define POINTS_MIN 60u
#define MANY 400u /* more than the store has granules */

static int open_nothing(void **state)
{
    (void)state;
    cover_open(6, 16);
    return 0;
}

static void check_unharmed(const char *when)
{
    struct nacre_stats stats;
    assert_int_equal(nacre_stats(&cover.box.store, &stats), NACRE_OK);
    assert_int_equal(stats.read_only, NACRE_OK);
    assert_int_equal(stats.retired_units, 0);
    assert_int_equal(stats.damaged_records, 0);
    cover_judge(when);
}

/* Nothing else is said to be impossible either. */
static void check_other_calls(enum nacre_err refusal)
{
    bool more;
    enum nacre_err err = nacre_remove(&cover.box.store, COVER_KEYS - 1u);
    if (err != NACRE_NOT_FOUND) assert_int_equal(err, refusal);
    err = nacre_idle(&cover.box.store, &more);
    if (err != NACRE_OK) assert_int_equal(err, refusal);
    check_unharmed("refused");
}

/* One change, made again as long as it is refused. */
static uint32_t change(uint32_t i, enum nacre_err refusal)
{
    const uint32_t key = i % KEYS;
    const uint32_t n = i % 7u == 0u ? 100u + i : 4u + i % 9u;
    uint32_t refused = 0;
    for (;;) { /* ends: each refusal is counted by the bed */
        const enum nacre_err err = box_set(&cover.box, key, n, i);
        if (err == NACRE_OK) break;
        assert_int_equal(err, refusal);
        assert_true(++refused <= 2u * TIMES_MAX);
        check_other_calls(refusal);
    }
    cover_expect(key, NACRE_OK, n, i);
    return refused;
}

/* Three keys at once. */
static uint32_t change_several(uint32_t i, enum nacre_err refusal)
{
    uint32_t refused = 0;
    for (;;) { /* ends: as above */
        const enum nacre_err err = cover_commit(KEYS, 3, 20, i);
        if (err == NACRE_OK) break;
        assert_int_equal(err, refusal);
        assert_true(++refused <= 2u * TIMES_MAX);
        check_other_calls(refusal);
    }
    for (uint32_t k = 0; k < 3u; k++) cover_expect(KEYS + k, NACRE_OK, 20, i);
    return refused;
}

/* A key is removed, and set again. */
static uint32_t remove_one(uint32_t i, enum nacre_err refusal)
{
    uint32_t refused = 0;
    for (;;) { /* ends: as above */
        const enum nacre_err err = nacre_remove(&cover.box.store, (i - 1u) % KEYS);
        if (err == NACRE_OK) break;
        assert_int_equal(err, refusal);
        assert_true(++refused <= 2u * TIMES_MAX);
        check_other_calls(refusal);
    }
    cover_expect((i - 1u) % KEYS, NACRE_NOT_FOUND, 0, 0);
    return refused + change(i, refusal);
}

static uint32_t use(uint32_t from, enum nacre_err refusal)
{
    uint32_t refused = 0;
    for (uint32_t i = from; i < from + CHANGES; i++) {
        bool more = true;
        if (i % 10u == 9u) {
            refused += change_several(i, refusal);
        } else {
            refused += i % 10u == 5u ? remove_one(i, refusal) : change(i, refusal);
        }
        if (i % 3u == 0u) (void)nacre_idle(&cover.box.store, &more);
    }
    return refused;
}

/* What a run is made of. */
struct plan {
    uint32_t unit_count;
    uint32_t cut_bytes;
    enum nacre_err refusal;
    bool is_cut;    /* the first boot ends without an unmount */
    uint32_t times; /* refusals in a row */
};

/* False if the run had no such call. */
static bool run(const struct plan *plan, uint32_t at, uint32_t *refused)
{
    assert_int_equal(cover_boot(), NACRE_OK);
    (void)use(0, plan->refusal);
    if (!plan->is_cut) assert_int_equal(nacre_unmount(&cover.box.store), NACRE_OK);
    cover.failing.kinds = FAILING_PROGRAMS | FAILING_ERASES | FAILING_ENDS;
    cover.failing.at = at;
    cover.failing.calls = 0;
    cover.failing.err = plan->refusal;
    cover.failing.puts_off = true;
    cover.failing.count = plan->times;
    const enum nacre_err err = box_reboot(&cover.box);
    if (err != NACRE_OK) assert_int_equal(err, plan->refusal);
    check_unharmed("mounted");
    *refused += use(CHANGES, plan->refusal);
    const bool was_hit = cover.failing.calls > at;
    check_unharmed("afterwards");
    assert_int_equal(cover_boot(), NACRE_OK);
    check_unharmed("mounted again");
    return was_hit;
}

static void refuse_each(struct plan plan)
{
    uint32_t refused = 0;
    uint32_t points = 0;
    for (plan.times = 1; plan.times <= TIMES_MAX; plan.times *= 3u) {
        bool was_hit = true;
        for (uint32_t at = 0; was_hit; at++) {
            cover_close();
            cover_open(plan.unit_count, plan.cut_bytes);
            was_hit = run(&plan, at, &refused);
            points++;
        }
    }
    assert_true(points > POINTS_MIN);
    assert_true(refused > POINTS_MIN);
}

static void test_cover_refused_in_one_lane(void **state)
{
    (void)state;
    refuse_each((struct plan){.unit_count = 6, .cut_bytes = 16, .refusal = NACRE_NOT_NOW});
}

static void test_cover_refused_in_two_lanes(void **state)
{
    (void)state;
    refuse_each((struct plan){.unit_count = 12, .cut_bytes = 64, .refusal = NACRE_QUIET});
}

static void test_cover_refused_where_a_cut_spoils_a_unit(void **state)
{
    (void)state;
    refuse_each((struct plan){.unit_count = 20, .cut_bytes = 1024, .refusal = NACRE_NO_WAY});
}

static void test_cover_refused_after_a_cut(void **state)
{
    (void)state;
    refuse_each((struct plan){
        .unit_count = 6, .cut_bytes = 16, .refusal = NACRE_NOT_NOW, .is_cut = true});
}

static void test_cover_refused_after_a_cut_in_two_lanes(void **state)
{
    (void)state;
    refuse_each((struct plan){
        .unit_count = 12, .cut_bytes = 64, .refusal = NACRE_NOT_NOW, .is_cut = true});
}

static void refuse_next(uint32_t kinds)
{
    cover.failing.kinds = kinds;
    cover.failing.at = 0;
    cover.failing.calls = 0;
    cover.failing.err = NACRE_NOT_NOW;
    cover.failing.puts_off = true;
    cover.failing.count = 1;
}

static struct nacre_stats stats_now(void)
{
    struct nacre_stats stats;
    assert_int_equal(nacre_stats(&cover.box.store, &stats), NACRE_OK);
    return stats;
}

/* A set that was refused costs what it costs without that. */
static void test_cover_refused_set_costs_nothing(void **state)
{
    (void)state;
    assert_int_equal(cover_boot(), NACRE_OK);
    cover_set(0, 4, 1);
    const struct nacre_stats before = stats_now();
    refuse_next(FAILING_PROGRAMS);
    assert_int_equal(box_set(&cover.box, 0, 4, 2), NACRE_NOT_NOW);
    const struct nacre_stats refused = stats_now();
    assert_memory_equal(&refused, &before, sizeof before);
    refuse_next(FAILING_PROGRAMS);
    cover.failing.count = MANY;
    for (uint32_t i = 0; i < MANY; i++) {
        assert_int_equal(box_set(&cover.box, 0, 4, 2), NACRE_NOT_NOW);
    }
    cover_set(0, 4, 2);
    const struct nacre_stats after = stats_now();
    assert_int_equal(after.programs, before.programs + 1u);
    assert_int_equal(after.programmed_bytes, before.programmed_bytes + 16u);
}

/* An erase that could not be asked after, and a mark that was refused, make no second erase. */
static void test_cover_refused_erase_is_not_begun_again(void **state)
{
    bool more = false;
    uint32_t i = 0;
    (void)state;
    assert_int_equal(cover_boot(), NACRE_OK);
    while (!more) {
        cover_set(i % KEYS, 4, i);
        assert_int_equal(nacre_idle(&cover.box.store, &more), NACRE_OK);
        i++;
    }
    const uint32_t erases = stats_now().erases;
    refuse_next(FAILING_ENDS);
    while (cover.failing.calls == 0) (void)nacre_idle(&cover.box.store, &more);
    refuse_next(FAILING_PROGRAMS);
    while (cover.failing.calls == 0) (void)nacre_idle(&cover.box.store, &more);
    for (i = 0; i < 9u; i++) assert_int_equal(nacre_idle(&cover.box.store, &more), NACRE_OK);
    assert_int_equal(stats_now().erases, erases);
    assert_int_equal(stats_now().programmed_bytes, 16u * stats_now().programs);
    assert_int_equal(cover_boot(), NACRE_OK);
    cover_judge("after the erase");
}

/* The second member of a transaction is refused: what was begun is made void first of all. */
static void test_cover_refused_transaction_is_made_void(void **state)
{
    (void)state;
    assert_int_equal(cover_boot(), NACRE_OK);
    cover_set(0, 4, 1);
    const uint32_t settles = stats_now().settles;
    refuse_next(FAILING_PROGRAMS);
    cover.failing.at = 1;
    cover.failing.count = 9;
    assert_int_equal(cover_commit(KEYS, 3, 4, 7), NACRE_NOT_NOW);
    cover.failing.count = 0;
    cover_set(1, 4, 2);
    assert_int_equal(stats_now().settles, settles + 1u);
    assert_int_equal(cover_boot(), NACRE_OK);
    cover_judge("without the transaction");
}

static bool holds(uint32_t key, uint32_t n, uint32_t seed)
{
    uint8_t want[64];
    uint8_t got[64];
    uint32_t length = 0;
    box_value(want, key, n, seed);
    const enum nacre_err err = nacre_get(&cover.box.store, key, got, sizeof got, &length);
    return err == NACRE_OK && length == n && memcmp(got, want, n) == 0;
}

/* The power fails while a set stands refused: the old value or the new one, the same for ever. */
static void test_cover_refused_set_and_then_a_cut(void **state)
{
    uint32_t new_values = 0;
    (void)state;
    for (uint32_t at = 0; at < 2u; at++) {
        cover_close();
        cover_open(12, 64);
        assert_int_equal(cover_boot(), NACRE_OK);
        cover_set(0, 4, 1);
        cover_set(1, 4, 1);
        refuse_next(FAILING_PROGRAMS);
        cover.failing.at = at;
        cover.failing.count = MANY;
        assert_int_equal(box_set(&cover.box, 0, 4, 2), NACRE_NOT_NOW);
        assert_true(holds(0, 4, 1));
        assert_int_equal(cover_boot(), NACRE_OK);
        const bool is_new = holds(0, 4, 2);
        if (is_new) new_values++;
        cover_expect(0, NACRE_OK, 4, is_new ? 2 : 1);
        cover_judge("after the cut");
        assert_int_equal(cover_boot(), NACRE_OK);
        cover_judge("after another one");
    }
    assert_int_equal(new_values, 1); /* of the program in lane A that was not refused */
}

/* The first mount of a new region. */
static void test_cover_refused_first_mount(void **state)
{
    uint32_t refused = 0;
    bool was_hit = true;
    (void)state;
    for (uint32_t at = 0; was_hit; at++) {
        cover_close();
        cover_open(6, 16);
        refuse_next(FAILING_PROGRAMS | FAILING_ERASES | FAILING_ENDS);
        cover.failing.at = at;
        cover.failing.count = TIMES_MAX;
        const enum nacre_err err = box_reboot(&cover.box);
        was_hit = cover.failing.calls > at;
        if (err != NACRE_OK) assert_int_equal(err, NACRE_NOT_NOW);
        if (err != NACRE_OK) refused++;
        (void)use(0, NACRE_NOT_NOW);
        check_unharmed("new");
    }
    assert_true(refused > 2u);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, open_nothing, cover_end)
    const struct CMUnitTest tests[] = {
        CASE(test_cover_refused_set_costs_nothing),
        CASE(test_cover_refused_erase_is_not_begun_again),
        CASE(test_cover_refused_transaction_is_made_void),
        CASE(test_cover_refused_set_and_then_a_cut),
        CASE(test_cover_refused_first_mount),
        CASE(test_cover_refused_in_one_lane),
        CASE(test_cover_refused_in_two_lanes),
        CASE(test_cover_refused_where_a_cut_spoils_a_unit),
        CASE(test_cover_refused_after_a_cut),
        CASE(test_cover_refused_after_a_cut_in_two_lanes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
