/*
 * Goal: a store in use writes what docs/format.md section 6 says and nothing else, and costs what
 * its headers say, whatever lives in it: small values, long ones, removals, transactions.
 *
 * Method: journal.h follows each command of the chip.
 */
#include "tests/support/box_fixture.h"
#include "tests/support/journal.h"

#include "nacre/core/transaction.h"

#include "tests/support/cmocka_all.h"

static int begin(void **state)
{
    const int result = box_begin_four(state);
    journal_begin();
    return result;
}

static void set(uint32_t key, uint32_t n, uint32_t seed)
{
    assert_int_equal(box_set(&box, key, n, seed), NACRE_OK);
    journal_follow(key, journal_granules_of(n + 4u), false);
}

static void take_away(uint32_t key)
{
    assert_int_equal(nacre_remove(&box.store, key), NACRE_OK);
    journal_follow(key, 1, true);
}

static void idle(void)
{
    bool more;
    assert_int_equal(nacre_idle(&box.store, &more), NACRE_OK);
    journal_follow(JOURNAL_NO_KEY, 1, false);
    sim_nor_pass_us(box.sim, 30000u);
}

/* A few keys that change and many that stay and are copied. */
static void use(uint32_t resting, uint32_t n, uint32_t sets, uint32_t idle_calls)
{
    for (uint32_t key = 0; key < resting; key++) set(10u + key, n, 1);
    for (uint32_t i = 0; i < sets; i++) {
        set(i % 3u, n, i + 2u);
        for (uint32_t k = 0; k < idle_calls; k++) idle();
        journal_compare();
    }
    for (uint32_t key = 0; key < resting; key++) assert_true(box_holds(&box, 10u + key, n, 1));
}

static void test_mutant_journal_small_values(void **state)
{
    (void)state;
    use(120, 4, 2500, 0);
    assert_true(journal.heads > 12u);
    assert_true(journal.copies_all > 300u);
    assert_true(journal.vouched_all >= journal.heads);
}

static void test_mutant_journal_small_values_with_idle_time(void **state)
{
    (void)state;
    use(100, 8, 1500, 1);
    assert_true(journal.copies_all > 100u);
    assert_true(journal.vouched_all >= journal.heads);
}

/* With idle time enough, no set has to copy, or to wait for an erase. */
static void test_mutant_journal_idle_time_takes_all_from_the_sets(void **state)
{
    (void)state;
    struct nacre_stats stats;
    use(100, 8, 900, 4);
    assert_true(journal.copies_all >= 50u);
    assert_int_equal(journal.copies_in_sets, 0);
    assert_int_equal(nacre_stats(&box.store, &stats), NACRE_OK);
    assert_int_equal(stats.erase_waits, 0);
}

static void test_mutant_journal_long_values(void **state)
{
    (void)state;
    use(5, 100, 500, 0);
    assert_true(journal.heads > 10u);
    assert_true(journal.copies_all > 20u);
}

static void test_mutant_journal_without_anything_that_rests(void **state)
{
    (void)state;
    use(0, 20, 700, 2);
    assert_true(journal.heads > 4u);
}

/*
 * A value longer than all before wants more room at once: two copies a call, and more only where
 * the room would not suffice.
 */
static void test_mutant_journal_a_longer_value_comes_late(void **state)
{
    (void)state;
    uint32_t most = 0;
    for (uint32_t late = 150; late < 700u; late += 7u) {
        box_close(&box);
        box_open(&box, JOURNAL_UNITS);
        journal_begin();
        for (uint32_t key = 0; key < 100u; key++) set(10u + key, 4, 1);
        for (uint32_t i = 0; i < late; i++) {
            set(i % 3u, 4, i + 2u);
            if (late % 2u == 0 && i + 100u > late) idle();
        }
        for (uint32_t i = 0; i < 12u; i++) {
            set(i % 3u, 5u + late * 13u % 200u, i);
            if (journal.copies > most) most = journal.copies;
        }
    }
    assert_true(most >= 2u);
}

static void test_mutant_journal_removals_are_not_copied(void **state)
{
    (void)state;
    for (uint32_t round = 0; round < 40u; round++) {
        for (uint32_t key = 0; key < 30u; key++) set(key, 4u + key % 9u, round);
        for (uint32_t key = 0; key < 30u; key += 2u) take_away(key);
        if (round % 4u == 1u) idle();
        journal_compare();
    }
    assert_true(journal.heads > 5u);
}

/* A transaction of five changes, one of them a removal. */
static void commit(uint32_t seed)
{
    static uint8_t work[NACRE_TRANSACTION_BYTES(5, 200)];
    struct nacre_transaction tx = { 0 };
    assert_int_equal(nacre_begin(&tx, &box.store, work, sizeof work), NACRE_OK);
    for (uint32_t key = 0; key < 4u; key++) {
        uint8_t value[32];
        box_value(value, key, 8u * key, seed);
        assert_int_equal(nacre_stage_set(&tx, key, value, 8u * key), NACRE_OK);
    }
    assert_int_equal(nacre_stage_remove(&tx, 4), NACRE_OK);
    assert_int_equal(nacre_commit(&tx), NACRE_OK);
    journal_follow(JOURNAL_NO_KEY, journal_granules_of(28), false);
    assert_int_equal(journal.member_count, 0);
}

static void test_mutant_journal_transactions(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 200u; i++) {
        set(4, 4, i);
        set(10u + i % 20u, 12, i);
        commit(i);
        journal_compare();
        if (i % 50u != 49u) continue;
        assert_int_equal(nacre_reset(&box.store), NACRE_OK);
        journal_follow(JOURNAL_NO_KEY, 1, false);
        assert_int_equal(journal_live_in(journal.generation), 0);
    }
    assert_true(journal.heads > 4u);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, box_end)
    const struct CMUnitTest tests[] = {
        CASE(test_mutant_journal_small_values),
        CASE(test_mutant_journal_small_values_with_idle_time),
        CASE(test_mutant_journal_idle_time_takes_all_from_the_sets),
        CASE(test_mutant_journal_long_values),
        CASE(test_mutant_journal_without_anything_that_rests),
        CASE(test_mutant_journal_a_longer_value_comes_late),
        CASE(test_mutant_journal_removals_are_not_copied),
        CASE(test_mutant_journal_transactions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
