/*
 * Goal: the oracle refuses whatever the store did not promise, and nothing else.
 *
 * Method: it is fed with answers, right ones and wrong ones; no store is asked.
 */
#include "tests/support/oracle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

#define KEYS 6u

static struct oracle oracle;

static int begin(void **state)
{
    (void)state;
    oracle_init(&oracle, KEYS);
    oracle_remember(&oracle);
    return 0;
}

static int end(void **state)
{
    (void)state;
    oracle_forget(&oracle);
    return 0;
}

static void set(uint32_t slot, const char *text)
{
    oracle_begin(&oracle, slot, text, (uint32_t)strlen(text));
    assert_true(oracle_end(&oracle, NACRE_OK));
}

/* Is this answer to a get allowed? Text null: the store found no value. */
static bool allows(uint32_t slot, const char *text)
{
    return oracle_judge_value(&oracle, slot, text, text == NULL ? 0 : (uint32_t)strlen(text));
}

static bool allows_stale(uint32_t slot, const char *text)
{
    return oracle_judge_answer(&oracle, slot, NACRE_STALE, text, (uint32_t)strlen(text));
}

static bool allows_damaged(uint32_t slot)
{
    return oracle_judge_answer(&oracle, slot, NACRE_DAMAGED, NULL, 0);
}

static void test_store_oracle_refuses_what_was_not_promised(void **state)
{
    (void)state;
    set(1, "one");
    assert_true(allows(1, "one"));
    assert_false(allows(1, "onf"));
    assert_false(allows(1, "on"));
    assert_false(allows(1, NULL));
    assert_false(allows(2, ""));
    oracle_begin(&oracle, 1, "two", 3);
    assert_true(oracle_end(&oracle, NACRE_IO));
    assert_false(allows(1, "two"));
    oracle_begin(&oracle, 3, NULL, 0);
    assert_false(oracle_end(&oracle, NACRE_OK));
    oracle_begin(&oracle, 1, NULL, 0);
    assert_false(oracle_end(&oracle, NACRE_NOT_FOUND));
    oracle_begin(&oracle, 3, "x", 1);
    assert_false(oracle_end(&oracle, NACRE_NOT_FOUND));
    oracle_begin(&oracle, 3, "x", 1);
    assert_false(oracle_end(&oracle, NACRE_DAMAGED));
    assert_false(oracle_judge_answer(&oracle, 1, NACRE_IO, NULL, 0));
    assert_false(allows_stale(1, "one"));
    assert_false(allows_damaged(1));
}

static void test_store_oracle_holds_to_what_one_boot_read(void **state)
{
    (void)state;
    set(1, "old");
    oracle_begin(&oracle, 1, "new", 3);
    assert_false(allows(1, "new"));
    oracle_boot(&oracle);
    assert_false(allows(1, "odd"));
    assert_true(allows(1, "new"));
    assert_false(allows(1, "old"));
    oracle_begin(&oracle, 1, NULL, 0);
    oracle_boot(&oracle);
    assert_true(allows(1, "new"));
    assert_false(allows(1, NULL));
}

/* Keys 0 and 1 have values, key 2 has none; a call that changes all three is cut. */
static void cut_three(void)
{
    oracle_clear(&oracle);
    set(0, "a0");
    set(1, "b0");
    oracle_open(&oracle);
    oracle_add(&oracle, 0, "a1", 2);
    oracle_add(&oracle, 1, "lost", 4);
    oracle_add(&oracle, 2, "c1", 2);
    oracle_add(&oracle, 1, NULL, 0);
    oracle_go(&oracle);
    oracle_boot(&oracle);
}

static void test_store_oracle_transaction_is_all_or_nothing(void **state)
{
    (void)state;
    cut_three();
    assert_true(allows(0, "a0") && allows(1, "b0") && allows(2, NULL));
    cut_three();
    assert_true(allows(0, "a1") && allows(1, NULL) && allows(2, "c1"));
    cut_three();
    assert_true(allows(0, "a0"));
    assert_false(allows(1, NULL));
    cut_three();
    assert_true(allows(2, "c1"));
    assert_false(allows(0, "a0"));
    cut_three();
    assert_false(allows(1, "lost"));
    assert_true(allows(1, NULL));
    assert_false(allows(2, NULL));
    assert_true(allows(3, NULL));
}

static void test_store_oracle_equal_members_decide_nothing(void **state)
{
    (void)state;
    set(0, "same");
    set(1, "old");
    oracle_open(&oracle);
    oracle_add(&oracle, 0, "same", 4);
    oracle_add(&oracle, 1, "new", 3);
    oracle_go(&oracle);
    oracle_boot(&oracle);
    assert_true(allows(0, "same"));
    assert_true(allows(1, "new"));
    assert_false(allows(1, "old"));
}

static void test_store_oracle_reset_spares_factory_and_own(void **state)
{
    (void)state;
    set(0, "user");
    set(ORACLE_FACTORY, "made");
    set(ORACLE_OWN, "own");
    oracle_begin_reset(&oracle);
    assert_true(oracle_end(&oracle, NACRE_OK));
    assert_false(allows(0, "user"));
    assert_true(allows(0, NULL));
    assert_true(allows(ORACLE_FACTORY, "made"));
    assert_false(allows(ORACLE_FACTORY, NULL));
    assert_true(allows(ORACLE_OWN, "own"));
    assert_int_equal(oracle_key(ORACLE_FACTORY + 3u), 0x4003);
    assert_int_equal(oracle_key(ORACLE_OWN), 0x7f01);
}

static void test_store_oracle_stale_only_where_damage_was_done(void **state)
{
    (void)state;
    set(0, "first");
    set(0, "second");
    set(1, "other");
    assert_false(allows_stale(0, "first"));
    oracle_expose(&oracle);
    assert_true(allows(0, "second"));
    assert_false(allows(0, "first"));
    assert_false(allows(0, NULL));
    assert_false(allows_stale(0, "never"));
    assert_false(allows_stale(0, "other"));
    assert_true(allows_stale(0, "first"));
    assert_true(allows_stale(0, "first"));
    assert_false(allows_stale(0, "second"));
    assert_false(allows(0, "second"));
    assert_false(allows(0, NULL));
    assert_false(allows_damaged(0));
    assert_true(allows_damaged(1));
    assert_false(allows(1, "other"));
    assert_true(allows_stale(1, "other"));
    assert_false(allows_damaged(1));
    set(0, "third");
    assert_true(allows(0, "third"));
    assert_false(allows_stale(0, "first"));
}

static void test_store_oracle_removed_value_may_be_stale_never_good(void **state)
{
    (void)state;
    set(0, "gone");
    oracle_begin(&oracle, 0, NULL, 0);
    assert_true(oracle_end(&oracle, NACRE_OK));
    oracle_expose(&oracle);
    assert_true(allows(0, NULL));
    assert_false(allows(0, "gone"));
    assert_true(allows_stale(0, "gone"));
    assert_false(allows(0, NULL));
    oracle_begin(&oracle, 0, NULL, 0);
    assert_true(oracle_end(&oracle, NACRE_OK));
    assert_false(allows_stale(0, "gone"));
}

static void test_store_oracle_cut_set_of_a_stale_key(void **state)
{
    (void)state;
    set(0, "old");
    set(0, "lost");
    oracle_expose(&oracle);
    assert_true(allows_stale(0, "old"));
    oracle_begin(&oracle, 0, "new", 3);
    oracle_boot(&oracle);
    assert_true(allows_stale(0, "old"));
    assert_false(allows(0, "new"));
    oracle_begin(&oracle, 0, "new", 3);
    oracle_boot(&oracle);
    assert_true(allows(0, "new"));
    assert_false(allows_stale(0, "old"));
}

static void test_store_oracle_copy_judges_alike(void **state)
{
    (void)state;
    static struct oracle copy;
    cut_three();
    oracle_expose(&oracle);
    oracle_init(&copy, KEYS);
    oracle_copy(&copy, &oracle);
    assert_true(oracle_judge_value(&copy, 0, "a1", 2));
    assert_false(oracle_judge_value(&copy, 1, "b0", 2));
    assert_true(allows(0, "a0"));
    assert_true(oracle_judge_answer(&copy, 4, NACRE_DAMAGED, NULL, 0));
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        CASE(test_store_oracle_refuses_what_was_not_promised),
        CASE(test_store_oracle_holds_to_what_one_boot_read),
        CASE(test_store_oracle_transaction_is_all_or_nothing),
        CASE(test_store_oracle_equal_members_decide_nothing),
        CASE(test_store_oracle_reset_spares_factory_and_own),
        CASE(test_store_oracle_stale_only_where_damage_was_done),
        CASE(test_store_oracle_removed_value_may_be_stale_never_good),
        CASE(test_store_oracle_cut_set_of_a_stale_key),
        CASE(test_store_oracle_copy_judges_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
