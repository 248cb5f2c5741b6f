/*
 * Secrets: calls that make no sense, ciphers and random sources that fail, and the lock.
 *
 * Method: the real Mbed TLS behind a probe that can be told to fail.
 */
#include "nacre/core/own.h"
#include "tests/support/box_fixture.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/secret_bed.h"

#include <string.h>

#define KEY 7u
#define OTHER_KEY 8u

/* ---- bad calls ---- */

static void test_secret_without_a_cipher_is_refused(void **state)
{
    (void)state;
    uint32_t length = 0;
    bed.cfg.crypt = NULL;
    assert_int_equal(secret_bed_open(), NACRE_NO_SECRETS);
    assert_int_equal(secret_bed_set(KEY, 4, 1), NACRE_NO_SECRETS);
    assert_int_equal(secret_bed_get(KEY), NACRE_NO_SECRETS);
    assert_int_equal(nacre_secret_remove(&bed.secrets, KEY), NACRE_NO_SECRETS);
    assert_int_equal(nacre_secrets_advance(&bed.secrets), NACRE_NO_SECRETS);
    assert_int_equal(nacre_secrets_renew(&bed.secrets), NACRE_NO_SECRETS);
    assert_int_equal(nacre_secret_get(NULL, KEY, NULL, 0, &length), NACRE_NO_SECRETS);
    assert_int_equal(nacre_get(&box.store, KEY, NULL, 0, &length), NACRE_NOT_FOUND);
}

static void test_secret_open_refuses_what_makes_no_sense(void **state)
{
    (void)state;
    const struct nacre_secrets_cfg good = bed.cfg;
    assert_int_equal(nacre_secrets_open(NULL, &good), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_secrets_open(&bed.secrets, NULL), NACRE_BAD_ARGUMENT);
    bed.cfg.store = NULL;
    assert_int_equal(secret_bed_open(), NACRE_BAD_ARGUMENT);
    bed.cfg = good;
    bed.cfg.work = NULL;
    assert_int_equal(secret_bed_open(), NACRE_BAD_ARGUMENT);
    bed.cfg = good;
    bed.cfg.work_bytes = NACRE_SECRET_WORK_BYTES(8u) - 1u;
    assert_int_equal(secret_bed_open(), NACRE_BAD_ARGUMENT);
    bed.cfg.work_bytes++;
    assert_int_equal(secret_bed_open(), NACRE_OK);
    bed.cfg = good;
    assert_int_equal(nacre_unmount(&box.store), NACRE_OK);
    assert_int_equal(secret_bed_open(), NACRE_NOT_MOUNTED);
    assert_int_equal(secret_bed_set(KEY, 4, 1), NACRE_NOT_MOUNTED);
    assert_int_equal(secret_bed_get(KEY), NACRE_NOT_MOUNTED);
}

static void test_secret_calls_refuse_what_makes_no_sense(void **state)
{
    (void)state;
    uint8_t buf[8] = { 0 };
    uint32_t length = 0;
    struct nacre_secrets *const secrets = &bed.secrets;
    assert_int_equal(nacre_secret_get(secrets, KEY, buf, 8, NULL), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_secret_get(secrets, KEY, NULL, 8, &length), NACRE_BAD_BUFFER);
    assert_int_equal(nacre_secret_set(secrets, KEY, NULL, 8), NACRE_BAD_BUFFER);
    static const uint32_t keys[] = { NACRE_KEY_MAX + 1u, NACRE_KEY_FACTORY - 1u,
                                     NACRE_KEY_FACTORY + NACRE_KEY_MAX + 1u, NACRE_OWN_STORE_ID,
                                     NACRE_OWN_NONCE, NACRE_OWN_EPOCH, 0xFFFFu, 0xFFFFFFFFu };
    for (uint32_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        assert_int_equal(nacre_secret_get(secrets, keys[i], buf, 8, &length), NACRE_BAD_ARGUMENT);
        assert_int_equal(nacre_secret_set(secrets, keys[i], buf, 8), NACRE_BAD_ARGUMENT);
        assert_int_equal(nacre_secret_remove(secrets, keys[i]), NACRE_BAD_ARGUMENT);
    }
    assert_int_equal(nacre_secret_get(secrets, KEY, buf, 8, &length), NACRE_NOT_FOUND);
    assert_int_equal(nacre_secret_remove(secrets, KEY), NACRE_NOT_FOUND);
    assert_int_equal(nacre_secrets_advance(secrets), NACRE_OK);
}

static const uint8_t rom[8] = { 8, 7, 6, 5, 4, 3, 2, 1 };

static bool rom_cannot_be_written(const struct nacre_medium *medium, const void *buf, uint32_t n,
                                  bool write)
{
    (void)medium;
    (void)n;
    return !write || buf != rom;
}

static void test_secret_buffer_that_is_only_read_is_no_place_for_a_value(void **state)
{
    (void)state;
    const struct nacre_medium_ops *const sim_ops = box.sim->medium.ops;
    struct nacre_medium_ops ops = *sim_ops;
    uint32_t length = 0;
    ops.can_access = rom_cannot_be_written;
    box.sim->medium.ops = &ops;
    assert_int_equal(nacre_secret_set(&bed.secrets, KEY, rom, sizeof rom), NACRE_OK);
    assert_int_equal(nacre_secret_get(&bed.secrets, KEY, (void *)(uintptr_t)rom, 8, &length),
                     NACRE_BAD_BUFFER);
    box.sim->medium.ops = sim_ops;
}

static void test_secret_buffer_that_cannot_be_accessed_is_refused(void **state)
{
    (void)state;
    uint8_t buf[64] = { 1, 2, 3, 4, 5, 6, 7, 8 };
    uint32_t length = 0;
    box.sim->unreadable = buf + 32;
    box.sim->unreadable_bytes = 32;
    box_remember(&box);
    assert_int_equal(nacre_secret_set(&bed.secrets, KEY, buf + 40, 8), NACRE_BAD_BUFFER);
    assert_true(box_is_unchanged(&box));
    assert_int_equal(nacre_secret_set(&bed.secrets, KEY, buf, 8), NACRE_OK);
    assert_int_equal(nacre_secret_get(&bed.secrets, KEY, buf + 25, 8, &length), NACRE_BAD_BUFFER);
    assert_int_equal(nacre_secret_get(&bed.secrets, KEY, buf + 24, 8, &length), NACRE_OK);
    assert_memory_equal(buf + 24, buf, 8);
}

static void test_secret_sizes_that_do_not_fit_are_told(void **state)
{
    (void)state;
    uint8_t buf[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };
    static const uint8_t same[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };
    uint32_t length = 0;
    assert_int_equal(secret_bed_set(KEY, NACRE_SECRET_BYTES_MAX + 1u, 1), NACRE_TOO_LARGE);
    assert_int_equal(secret_bed_set(KEY, 9, 1), NACRE_OK);
    assert_int_equal(nacre_secret_get(&bed.secrets, KEY, buf, 8, &length), NACRE_TOO_SMALL);
    assert_int_equal(length, 9);
    assert_memory_equal(buf, same, 8);
    bed.cfg.work_bytes = NACRE_SECRET_WORK_BYTES(8u);
    assert_int_equal(secret_bed_open(), NACRE_OK);
    length = 0;
    assert_int_equal(nacre_secret_get(&bed.secrets, KEY, buf, 8, &length), NACRE_TOO_SMALL);
    assert_int_equal(length, 9);
    assert_int_equal(secret_bed_set(KEY, 9, 2), NACRE_TOO_LARGE);
    assert_int_equal(secret_bed_set(KEY, 8, 2), NACRE_OK);
    assert_true(secret_bed_holds(KEY, 8, 2, NULL));
}

static void test_secret_of_the_largest_size_fits_a_larger_work_buffer(void **state)
{
    (void)state;
    static uint8_t work[NACRE_VALUE_BYTES_MAX + 100u];
    bed.cfg.work = work;
    bed.cfg.work_bytes = sizeof work;
    assert_int_equal(secret_bed_open(), NACRE_OK);
    assert_int_equal(secret_bed_set(KEY, NACRE_SECRET_BYTES_MAX + 1u, 1), NACRE_TOO_LARGE);
    assert_int_equal(secret_bed_set(KEY, NACRE_SECRET_BYTES_MAX, 1), NACRE_OK);
    assert_true(secret_bed_holds(KEY, NACRE_SECRET_BYTES_MAX, 1, NULL));
}

static void test_secret_cipher_that_fails_changes_nothing(void **state)
{
    (void)state;
    assert_int_equal(secret_bed_set(KEY, 20, 1), NACRE_OK);
    bed.seal_fails = NACRE_CRYPT;
    assert_int_equal(secret_bed_set(KEY, 20, 2), NACRE_CRYPT);
    bed.seal_fails = NACRE_OK;
    assert_true(secret_bed_holds(KEY, 20, 1, NULL));
}

static void test_secret_random_source_that_fails_stores_nothing(void **state)
{
    (void)state;
    uint32_t length = 0;
    bed.random = BED_RANDOM_FAILS;
    box_remember(&box);
    assert_int_equal(secret_bed_set(KEY, 20, 1), NACRE_CRYPT);
    assert_true(box_is_unchanged(&box));
    bed.random = BED_RANDOM_PSA;
    assert_int_equal(secret_bed_set(KEY, 20, 1), NACRE_OK);
    assert_int_equal(secret_bed_reboot(), NACRE_OK);
    bed.random = BED_RANDOM_FAILS;
    assert_true(secret_bed_holds(KEY, 20, 1, NULL)); /* reading draws nothing */
    assert_int_equal(secret_bed_set(KEY, 20, 2), NACRE_CRYPT);
    assert_true(secret_bed_holds(KEY, 20, 1, NULL));
    assert_int_equal(nacre_get(&box.store, OTHER_KEY, NULL, 0, &length), NACRE_NOT_FOUND);
}

static void test_secret_before_psa_is_ready_is_refused(void **state)
{
    (void)state;
    mbedtls_psa_crypto_free();
    assert_int_equal(secret_bed_set(KEY, 20, 1), NACRE_CRYPT);
    assert_int_equal(secret_bed_get(KEY), NACRE_NOT_FOUND);
}

/* ---- the lock ---- */

/* A lock that must be free when it is taken, and whose owner it counts. */
struct counted_lock {
    uint32_t held;
    uint32_t taken;
};

static void counted_take(void *context)
{
    struct counted_lock *const counted = context;
    assert_int_equal(counted->held++, 0);
    counted->taken++;
}

static void counted_release(void *context)
{
    assert_int_equal(((struct counted_lock *)context)->held--, 1);
}

static void test_secret_each_call_takes_the_lock_once(void **state)
{
    (void)state;
    struct counted_lock counted = { 0, 0 };
    const struct nacre_lock own_lock = { counted_take, counted_release, &counted };
    bed.cfg.lock = &own_lock;
    assert_int_equal(secret_bed_open(), NACRE_OK);
    assert_int_equal(counted.taken, 1);
    assert_int_equal(secret_bed_set(KEY, 8, 1), NACRE_OK);
    assert_int_equal(counted.taken, 2);
    assert_int_equal(secret_bed_get(KEY), NACRE_OK);
    assert_int_equal(counted.taken, 3);
    assert_int_equal(secret_bed_get(OTHER_KEY), NACRE_NOT_FOUND);
    assert_int_equal(counted.taken, 4);
    assert_int_equal(nacre_secret_remove(&bed.secrets, KEY), NACRE_OK);
    assert_int_equal(nacre_secrets_advance(&bed.secrets), NACRE_OK);
    assert_int_equal(nacre_secrets_renew(&bed.secrets), NACRE_OK);
    assert_int_equal(counted.taken, 7);
    assert_int_equal(counted.held, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, secret_bed_begin, secret_bed_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_secret_without_a_cipher_is_refused),
        TEST(test_secret_open_refuses_what_makes_no_sense),
        TEST(test_secret_calls_refuse_what_makes_no_sense),
        TEST(test_secret_buffer_that_is_only_read_is_no_place_for_a_value),
        TEST(test_secret_buffer_that_cannot_be_accessed_is_refused),
        TEST(test_secret_sizes_that_do_not_fit_are_told),
        TEST(test_secret_of_the_largest_size_fits_a_larger_work_buffer),
        TEST(test_secret_cipher_that_fails_changes_nothing),
        TEST(test_secret_random_source_that_fails_stores_nothing),
        TEST(test_secret_before_psa_is_ready_is_refused),
        TEST(test_secret_each_call_takes_the_lock_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
