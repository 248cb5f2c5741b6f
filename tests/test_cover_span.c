/*
 * Goal: a transaction that its closing could not reach back over (14 units, docs/format.md section
 * 4) is refused before its first program, and everything stays as it was.
 *
 * Method: a region of sixty small units, and transactions of ever more values.
 */
#include "tests/support/cover_bed.h"

#include "nacre/core/transaction.h"

#include "tests/support/cmocka_all.h"

#define UNITS 60u
#define BOOTS 12u
#define BYTES 135u /* 10 granules with a control block: 6 of them in a unit of 63 */
#define KEYS 110u

static uint8_t buf[NACRE_TRANSACTION_BYTES(KEYS, KEYS * BYTES)];

static int open_sixty(void **state)
{
    (void)state;
    cover_open(UNITS, 16);
    cover.box.cfg.index_count = 200;
    assert_int_equal(cover_boot(), NACRE_OK);
    return 0;
}

static enum nacre_err commit(uint32_t count, uint32_t seed)
{
    struct nacre_transaction tx = { .begun = 0 };
    assert_int_equal(nacre_begin(&tx, &cover.box.store, buf, sizeof buf), NACRE_OK);
    for (uint32_t key = 0; key < count; key++) {
        uint8_t value[BYTES];
        box_value(value, key, BYTES, seed);
        assert_int_equal(nacre_stage_set(&tx, key, value, BYTES), NACRE_OK);
    }
    return nacre_commit(&tx);
}

/* The first count keys hold the values of a seed, all of them; the others none. */
static void expect(uint32_t count, uint32_t seed, const char *when)
{
    for (uint32_t key = 0; key < KEYS; key++) {
        const bool is_right = key < count ? box_holds(&cover.box, key, BYTES, seed) :
                                            box_lacks(&cover.box, key);
        if (!is_right) fail_msg("%s: key %u answers %d", when, key, (int)box_get(&cover.box, key));
    }
}

/* What was committed is there at each of many mounts in a row, which settle its closing anew. */
static void mount_often(uint32_t count)
{
    for (uint32_t boot = 0; boot < BOOTS; boot++) {
        const enum nacre_err err = cover_boot();
        if (err != NACRE_OK) fail_msg("%u values, boot %u: %d", count, boot, (int)err);
        expect(count, count, "next boot");
    }
}

static void test_cover_span_of_a_transaction_is_bounded(void **state)
{
    (void)state;
    uint32_t held = 0;
    uint32_t refused = 0;
    for (uint32_t count = 50; count <= KEYS; count += 3u) {
        const uint32_t programs = cover.box.sim->counters.programs;
        const enum nacre_err err = commit(count, count);
        if (err == NACRE_OK) {
            held = count;
        } else {
            assert_int_equal(err, NACRE_FULL);
            assert_int_equal(cover.box.sim->counters.programs, programs);
            refused++;
        }
        expect(held, held, "committed");
        mount_often(held);
    }
    assert_in_range(held, 50, KEYS - 1u);
    assert_true(refused > 0);
}

#define MEMBERS 23u /* of 3 granules: 21 of them are a unit */

static enum nacre_err call_commit(void)
{
    return cover_commit(0, MEMBERS, 30, 2);
}

/* The members end where their unit does; its closing needs another one, which is not to be had. */
static void test_cover_span_closing_finds_no_unit(void **state)
{
    (void)state;
    static const struct cover_call ways[] = {
        { .call = call_commit, .is_repeated = true, .kinds = FAILING_ERASES,
          .count = COVER_FOR_EVER, .err = NACRE_CHIP_REFUSED },
        { .call = call_commit, .is_repeated = true, .kinds = FAILING_ERASES | FAILING_ENDS,
          .count = 1, .err = NACRE_IO },
    };
    uint32_t runs = 0;
    for (uint32_t fill = 0; fill < 64u; fill++) {
        cover_close();
        cover_open(10, 16);
        assert_int_equal(cover_boot(), NACRE_OK);
        for (uint32_t key = 0; key < MEMBERS; key++) {
            cover.new.at[key] = (struct cover_answer){ NACRE_OK, 30, 2 };
        }
        for (uint32_t i = 0; i < fill; i++) cover_set(MEMBERS, 4, i);
        for (uint32_t i = 0; i < 2u; i++) runs += cover_every(&ways[i]);
    }
    assert_true(runs > 64u);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_cover_span_of_a_transaction_is_bounded, open_sixty,
                                        cover_end),
        cmocka_unit_test_setup_teardown(test_cover_span_closing_finds_no_unit, open_sixty,
                                        cover_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
