/*
 * Goal    the demo's judge allows the old value and the new one, and nothing else.
 * Method  the sequences of typing, answers and cuts that a session can have, each with the values
 *         that the promise (docs/guarantee.md, old or new) allows.
 */
#include "tools/demo/oracle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_oracle_unused_board_has_the_default(void **state)
{
    struct oracle oracle;
    unsigned allowed[ORACLE_ALLOWED_MAX];
    (void)state;
    oracle_init(&oracle);
    assert_int_equal(oracle_allowed(&oracle, allowed), 1);
    assert_int_equal(allowed[0], 50);
    assert_true(oracle_found(&oracle, 50));
    assert_false(oracle_found(&oracle, 49));
}

static void test_oracle_pending_change_allows_old_and_new(void **state)
{
    struct oracle oracle;
    unsigned allowed[ORACLE_ALLOWED_MAX];
    (void)state;
    for (unsigned found = 0; found <= 100; found++) {
        oracle_init(&oracle);
        oracle_typed(&oracle, 80);
        assert_int_equal(oracle_allowed(&oracle, allowed), 2);
        assert_int_equal(allowed[0], 50);
        assert_int_equal(allowed[1], 80);
        assert_int_equal(oracle_found(&oracle, found), found == 50 || found == 80);
    }
}

static void test_oracle_answer_settles_the_value(void **state)
{
    struct oracle oracle;
    (void)state;
    oracle_init(&oracle);
    oracle_typed(&oracle, 80);
    oracle_saved(&oracle);
    assert_false(oracle_found(&oracle, 50));
    oracle_init(&oracle);
    oracle_typed(&oracle, 80);
    oracle_refused(&oracle);
    assert_false(oracle_found(&oracle, 80));
    oracle_init(&oracle);
    oracle_saved(&oracle);
    assert_true(oracle_found(&oracle, 50));
}

static void test_oracle_what_a_boot_found_binds_the_next(void **state)
{
    struct oracle oracle;
    (void)state;
    oracle_init(&oracle);
    oracle_typed(&oracle, 80);
    assert_true(oracle_found(&oracle, 50));
    assert_false(oracle_found(&oracle, 80));
    oracle_init(&oracle);
    oracle_typed(&oracle, 80);
    assert_true(oracle_found(&oracle, 80));
    assert_false(oracle_found(&oracle, 50));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_oracle_unused_board_has_the_default),
        cmocka_unit_test(test_oracle_pending_change_allows_old_and_new),
        cmocka_unit_test(test_oracle_answer_settles_the_value),
        cmocka_unit_test(test_oracle_what_a_boot_found_binds_the_next),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
