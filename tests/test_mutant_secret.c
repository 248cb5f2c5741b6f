/*
 * Goal: secrets may be used from a successful open on, and not after one that failed.
 *
 * Method: the struct of secrets that were open is opened again with what makes no sense.
 */
#include "tests/support/box_fixture.h"
#include "tests/support/secret_bed.h"

#include "tests/support/cmocka_all.h"

#define KEY 7u

static void test_mutant_secret_is_closed_by_an_open_that_fails(void **state)
{
    (void)state;
    const struct nacre_secrets_cfg good = bed.cfg;
    enum nacre_err err;
    assert_int_equal(secret_bed_set(KEY, 4, 1), NACRE_OK);
    for (uint32_t i = 0; i < 4u; i++) {
        struct nacre_secrets_cfg cfg = good;
        if (i == 0) cfg.store = NULL;
        if (i == 1u) cfg.work = NULL;
        if (i == 2u) cfg.work_bytes = 0;
        if (i == 3u) cfg.crypt = NULL;
        assert_true(nacre_secrets_open(&bed.secrets, &cfg) != NACRE_OK);
        assert_int_equal(secret_bed_set(KEY, 4, 2), NACRE_NO_SECRETS);
        assert_false(secret_bed_holds(KEY, 4, 1, &err));
        assert_int_equal(err, NACRE_NO_SECRETS);
        assert_int_equal(secret_bed_open(), NACRE_OK);
        assert_true(secret_bed_holds(KEY, 4, 1, &err));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_mutant_secret_is_closed_by_an_open_that_fails,
                                        secret_bed_begin, secret_bed_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
