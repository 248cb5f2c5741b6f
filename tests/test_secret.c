/*
 * Secrets: what is sealed comes back, and nothing else ever does.
 *
 * Method: the real Mbed TLS behind the store's cipher; records are changed through the store's own
 * plain calls, as somebody would who can write the chip. What a record must look like is taken from
 * nacre/core/secret.h and opened by a call of PSA made here.
 */
#include "nacre/core/own.h"
#include "tests/support/box_fixture.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/secret_bed.h"

#include <string.h>

#define KEY 7u
#define OTHER_KEY 8u
#define TEXT 15u /* where the ciphertext starts in a record */

static bool medium_holds(const void *bytes, uint32_t n)
{
    for (uint32_t i = 0; i + n <= box.sim->bytes; i++) {
        if (memcmp(box.sim->data + i, bytes, n) == 0) return true;
    }
    return false;
}

/* ---- round trip ---- */

static void test_secret_round_trip_of_each_cipher_and_size(void **state)
{
    (void)state;
    static const uint32_t sizes[] = { 0, 1, 8, 15, 16, 17, 64, 300, NACRE_SECRET_BYTES_MAX };
    for (uint16_t key_id = BED_KEY_GCM_128; key_id <= BED_KEY_CHACHA; key_id++) {
        bed.cfg.key_id = key_id;
        assert_int_equal(secret_bed_open(), NACRE_OK);
        for (uint32_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
            assert_int_equal(secret_bed_set(KEY, sizes[i], key_id * 100u + i), NACRE_OK);
            assert_true(secret_bed_holds(KEY, sizes[i], key_id * 100u + i, NULL));
            assert_int_equal(secret_bed_raw_get(KEY).n, sizes[i] + NACRE_SECRET_OVERHEAD);
        }
        assert_int_equal(secret_bed_reboot(), NACRE_OK);
        assert_true(secret_bed_holds(KEY, NACRE_SECRET_BYTES_MAX, key_id * 100u + 8u, NULL));
    }
    assert_int_equal(nacre_secret_set(&bed.secrets, KEY, NULL, 0), NACRE_OK);
    uint32_t length = 5;
    assert_int_equal(nacre_secret_get(&bed.secrets, KEY, NULL, 0, &length), NACRE_OK);
    assert_int_equal(length, 0);
}

static void test_secret_plain_bytes_are_not_on_the_medium(void **state)
{
    (void)state;
    static const char secret[] = "correct horse";
    static const char open[] = "battery staple";
    assert_int_equal(nacre_secret_set(&bed.secrets, KEY, secret, sizeof secret), NACRE_OK);
    assert_int_equal(nacre_set(&box.store, OTHER_KEY, open, sizeof open), NACRE_OK);
    assert_false(medium_holds(secret, 4));
    assert_true(medium_holds(open, 4)); /* the search can find */
    assert_null(memmem(&bed, sizeof bed, secret, 4));
}

/* Open a record of KEY by hand: the layout as the header states it, the cipher asked directly. */
static void check_record_by_hand(uint32_t key_id, psa_algorithm_t algorithm, uint32_t seed)
{
    uint8_t aad[21];
    uint8_t plain[32];
    uint8_t expected[32];
    size_t n = 0;
    const struct bed_raw record = secret_bed_raw_get(KEY);
    const struct bed_raw id = secret_bed_raw_get(NACRE_OWN_STORE_ID);
    assert_int_equal(record.n, 31 + 32);
    assert_int_equal(record.bytes[0], 1);
    assert_int_equal(record.bytes[1] | record.bytes[2] << 8, key_id);
    assert_int_equal(id.n, 16);
    memcpy(aad, record.bytes, 3);
    aad[3] = KEY;
    aad[4] = 0;
    memcpy(aad + 5, id.bytes, 16);
    assert_int_equal(psa_aead_decrypt(bed.keys[key_id], algorithm, record.bytes + 3, 12, aad,
                                      sizeof aad, record.bytes + TEXT, 32 + 16, plain,
                                      sizeof plain, &n),
                     PSA_SUCCESS);
    secret_bed_value(expected, KEY, 32, seed);
    assert_int_equal(n, 32);
    assert_memory_equal(plain, expected, 32);
}

static void test_secret_record_opens_by_an_independent_call(void **state)
{
    (void)state;
    static const psa_algorithm_t algorithms[] = { 0, PSA_ALG_GCM, PSA_ALG_GCM, PSA_ALG_CCM,
                                                  PSA_ALG_CHACHA20_POLY1305 };
    for (uint16_t key_id = BED_KEY_GCM_128; key_id <= BED_KEY_CHACHA; key_id++) {
        bed.cfg.key_id = key_id;
        assert_int_equal(secret_bed_open(), NACRE_OK);
        assert_int_equal(secret_bed_set(KEY, 32, key_id), NACRE_OK);
        check_record_by_hand(key_id, algorithms[key_id], key_id);
    }
}

static void test_secret_equal_value_is_sealed_anew(void **state)
{
    (void)state;
    assert_int_equal(secret_bed_set(KEY, 16, 1), NACRE_OK);
    const struct bed_raw first = secret_bed_raw_get(KEY);
    assert_int_equal(secret_bed_set(KEY, 16, 1), NACRE_OK);
    const struct bed_raw second = secret_bed_raw_get(KEY);
    assert_memory_not_equal(first.bytes + 3, second.bytes + 3, 12);
    assert_memory_not_equal(first.bytes + TEXT, second.bytes + TEXT, 16);
    assert_true(secret_bed_holds(KEY, 16, 1, NULL));
}

static void test_secret_survives_compaction_as_it_is(void **state)
{
    (void)state;
    assert_int_equal(secret_bed_set(KEY, 50, 1), NACRE_OK);
    const struct bed_raw before = secret_bed_raw_get(KEY);
    const uint32_t erases = box.sim->counters.erases;
    for (uint32_t i = 0; i < 5000 && box.sim->counters.erases < erases + 20; i++) {
        assert_int_equal(box_set(&box, OTHER_KEY, 60, i), NACRE_OK);
    }
    assert_true(box.sim->counters.erases >= erases + 20);
    const struct bed_raw after = secret_bed_raw_get(KEY);
    assert_int_equal(after.n, before.n);
    assert_memory_equal(after.bytes, before.bytes, before.n);
    assert_int_equal(secret_bed_reboot(), NACRE_OK);
    assert_true(secret_bed_holds(KEY, 50, 1, NULL));
}

/* ---- what is not authentic ---- */

static void test_secret_wrong_key_is_no_value(void **state)
{
    (void)state;
    assert_int_equal(secret_bed_set(KEY, 20, 1), NACRE_OK);
    const psa_key_id_t right = bed.keys[BED_KEY_GCM_128];
    bed.keys[BED_KEY_GCM_128] = bed.keys[BED_KEY_GCM_256];
    secret_bed_check_wrong(KEY);
    bed.keys[BED_KEY_GCM_128] = bed.keys[BED_KEY_GONE];
    secret_bed_check_wrong(KEY);
    bed.keys[BED_KEY_GCM_128] = right;
    assert_true(secret_bed_holds(KEY, 20, 1, NULL));
}

static void test_secret_key_that_cannot_do_it_is_refused(void **state)
{
    (void)state;
    static const struct {
        uint16_t key_id;
        enum nacre_err err;
    } rows[] = {
        { BED_KEY_UNKNOWN, NACRE_WRONG_KEY },   { BED_KEY_GONE, NACRE_WRONG_KEY },
        { BED_KEY_CTR, NACRE_BAD_ARGUMENT },    { BED_KEY_SHORT_TAG, NACRE_BAD_ARGUMENT },
        { BED_KEY_MISFIT, NACRE_BAD_ARGUMENT }, { BED_KEY_OPEN_ONLY, NACRE_BAD_ARGUMENT },
    };
    assert_int_equal(secret_bed_set(KEY, 20, 1), NACRE_OK);
    for (uint32_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bed.cfg.key_id = rows[i].key_id;
        assert_int_equal(secret_bed_open(), NACRE_OK);
        assert_int_equal(secret_bed_set(KEY, 20, 2), rows[i].err);
        assert_true(secret_bed_holds(KEY, 20, 1, NULL));
    }
    bed.cfg.key_id = BED_KEY_SEAL_ONLY;
    assert_int_equal(secret_bed_open(), NACRE_OK);
    assert_int_equal(secret_bed_set(KEY, 20, 3), NACRE_OK);
    assert_int_equal(secret_bed_get(KEY), NACRE_BAD_ARGUMENT);
}

static void test_secret_moved_to_another_setting_is_no_value(void **state)
{
    (void)state;
    assert_int_equal(secret_bed_set(KEY, 20, 1), NACRE_OK);
    assert_int_equal(secret_bed_set(OTHER_KEY, 20, 2), NACRE_OK);
    const struct bed_raw one = secret_bed_raw_get(KEY);
    const struct bed_raw two = secret_bed_raw_get(OTHER_KEY);
    secret_bed_raw_set(KEY, &two);
    secret_bed_raw_set(OTHER_KEY, &one);
    secret_bed_check_wrong(KEY);
    secret_bed_check_wrong(OTHER_KEY);
    secret_bed_raw_set(KEY, &one);
    assert_true(secret_bed_holds(KEY, 20, 1, NULL));
}

static void test_secret_of_another_store_is_no_value(void **state)
{
    (void)state;
    assert_int_equal(secret_bed_set(KEY, 20, 1), NACRE_OK);
    const struct bed_raw record = secret_bed_raw_get(KEY);
    const struct bed_raw id = secret_bed_raw_get(NACRE_OWN_STORE_ID);
    assert_int_equal(nacre_format(&box.store, &box.cfg), NACRE_OK);
    assert_int_equal(secret_bed_open(), NACRE_OK);
    secret_bed_raw_set(KEY, &record);
    secret_bed_check_wrong(KEY);
    assert_int_equal(secret_bed_set(OTHER_KEY, 20, 2), NACRE_OK);
    secret_bed_check_wrong(KEY);
    assert_memory_not_equal(secret_bed_raw_get(NACRE_OWN_STORE_ID).bytes, id.bytes, 16);
    assert_true(secret_bed_holds(OTHER_KEY, 20, 2, NULL));
}

static void test_secret_flip_of_any_bit_is_no_value(void **state)
{
    (void)state;
    assert_int_equal(secret_bed_set(KEY, 8, 1), NACRE_OK);
    const struct bed_raw good = secret_bed_raw_get(KEY);
    assert_int_equal(good.n, 39);
    for (uint32_t bit = 0; bit < good.n * 8u; bit++) {
        struct bed_raw bad = good;
        bad.bytes[bit / 8u] ^= (uint8_t)(1u << bit % 8u);
        secret_bed_raw_set(KEY, &bad);
        secret_bed_check_wrong(KEY);
    }
    for (uint32_t n = 0; n < good.n; n++) {
        struct bed_raw bad = good;
        bad.n = n;
        secret_bed_raw_set(KEY, &bad);
        secret_bed_check_wrong(KEY);
    }
    secret_bed_raw_set(KEY, &good);
    assert_true(secret_bed_holds(KEY, 8, 1, NULL));
}

static void test_secret_of_another_layout_is_no_value(void **state)
{
    (void)state;
    struct bed_raw record;
    uint8_t found[4];
    uint32_t length = 0;
    assert_int_equal(secret_bed_set(KEY, 8, 1), NACRE_OK);
    record.n = secret_bed_seal_by_hand(record.bytes, 1, KEY, "abcd", 4);
    secret_bed_raw_set(KEY, &record);
    assert_int_equal(nacre_secret_get(&bed.secrets, KEY, found, 4, &length), NACRE_OK);
    assert_memory_equal(found, "abcd", 4);
    record.n = secret_bed_seal_by_hand(record.bytes, 2, KEY, "abcd", 4);
    secret_bed_raw_set(KEY, &record);
    secret_bed_check_wrong(KEY);
}

static void test_secret_text_of_a_bad_tag_is_wiped(void **state)
{
    (void)state;
    uint8_t value[20];
    uint8_t found[20];
    uint32_t length = 0;
    assert_int_equal(secret_bed_set(KEY, 20, 1), NACRE_OK);
    secret_bed_value(value, KEY, 20, 1);
    bed.open_lies = true; /* a cipher that decrypts first and checks afterwards */
    secret_bed_check_wrong(KEY);
    bed.open_lies = false;
    assert_int_equal(nacre_secret_get(&bed.secrets, KEY, found, sizeof found, &length), NACRE_OK);
    assert_memory_equal(found, value, 20);
}

/* ---- bad bits ---- */

/* Spoil a record on the chip: bytes 11 to 18 of a value lie together, control block or not. */
static void spoil_on_the_chip(const struct bed_raw *record)
{
    uint32_t spoilt = 0;
    for (uint32_t i = 0; i + 8u <= box.sim->bytes; i++) {
        if (memcmp(box.sim->data + i, record->bytes + 11, 8) != 0) continue;
        sim_nor_flip(box.sim, i, 0x10);
        spoilt++;
    }
    assert_true(spoilt > 0);
}

static void test_secret_lost_to_bad_bits_is_never_an_older_one(void **state)
{
    (void)state;
    assert_int_equal(secret_bed_set(KEY, 20, 1), NACRE_OK);
    assert_int_equal(secret_bed_set(KEY, 20, 2), NACRE_OK);
    const struct bed_raw newest = secret_bed_raw_get(KEY);
    assert_int_equal(box_set(&box, OTHER_KEY, 4, 1), NACRE_OK);
    spoil_on_the_chip(&newest);
    enum nacre_err err = secret_bed_get(KEY);
    assert_true(err == NACRE_DAMAGED || err == NACRE_STALE);
    for (uint32_t boot = 0; boot < 3; boot++) {
        assert_int_equal(secret_bed_reboot(), NACRE_OK);
        err = secret_bed_get(KEY);
        assert_true(err == NACRE_DAMAGED || err == NACRE_STALE);
    }
    assert_int_equal(secret_bed_set(KEY, 20, 3), NACRE_OK);
    assert_int_equal(secret_bed_reboot(), NACRE_OK);
    assert_true(secret_bed_holds(KEY, 20, 3, NULL));
}

/* ---- keys that change, factory values, the table for settings ---- */

static void test_secret_keys_are_changed_by_setting_again(void **state)
{
    (void)state;
    for (uint32_t key = 0; key < 10; key++) {
        assert_int_equal(secret_bed_set(key, 24, key), NACRE_OK);
    }
    bed.cfg.key_id = BED_KEY_CCM;
    assert_int_equal(secret_bed_open(), NACRE_OK);
    uint32_t count = 0;
    for (uint32_t key = 0; nacre_next(&box.store, &key) == NACRE_OK; key++) {
        uint8_t value[24];
        uint32_t length = 0;
        assert_int_equal(nacre_secret_get(&bed.secrets, key, value, sizeof value, &length),
                         NACRE_OK);
        assert_int_equal(nacre_secret_set(&bed.secrets, key, value, length), NACRE_OK);
        count++;
    }
    assert_int_equal(count, 10);
    bed.keys[BED_KEY_GCM_128] = bed.keys[BED_KEY_GONE]; /* the old key is not needed any more */
    assert_int_equal(secret_bed_reboot(), NACRE_OK);
    for (uint32_t key = 0; key < 10; key++) {
        assert_true(secret_bed_holds(key, 24, key, NULL));
        assert_int_equal(secret_bed_raw_get(key).bytes[1], BED_KEY_CCM);
    }
}

static void test_secret_factory_value_is_set_once(void **state)
{
    (void)state;
    const uint32_t factory_key = NACRE_KEY_FACTORY | KEY;
    assert_int_equal(secret_bed_get(factory_key), NACRE_NOT_FOUND);
    assert_int_equal(secret_bed_set(factory_key, 20, 1), NACRE_OK);
    assert_int_equal(secret_bed_set(factory_key, 20, 2), NACRE_WRITTEN_ONCE);
    box.sim->faults.read_fails = NACRE_IO;
    assert_int_equal(secret_bed_set(factory_key, 20, 2), NACRE_IO);
    box.sim->faults.read_fails = NACRE_OK;
    assert_int_equal(secret_bed_set(KEY, 20, 3), NACRE_OK);
    assert_int_equal(secret_bed_reboot(), NACRE_OK);
    assert_true(secret_bed_holds(factory_key, 20, 1, NULL));
    assert_true(secret_bed_holds(KEY, 20, 3, NULL));
    const struct bed_raw record = secret_bed_raw_get(factory_key);
    secret_bed_raw_set(KEY, &record);
    secret_bed_check_wrong(KEY);
    assert_int_equal(nacre_secret_remove(&bed.secrets, factory_key), NACRE_BAD_ARGUMENT);
}

static void test_secret_table_does_as_the_calls(void **state)
{
    (void)state;
    const struct nacre_secrets_ops *const ops = bed.secrets.ops;
    uint8_t found[4];
    uint32_t length = 0;
    assert_int_equal(ops->set(&bed.secrets, KEY, "abcd", 4), NACRE_OK);
    assert_int_equal(ops->get(&bed.secrets, KEY, found, 4, &length), NACRE_OK);
    assert_memory_equal(found, "abcd", 4);
    assert_int_equal(ops->advance(&bed.secrets), NACRE_OK);
    assert_int_equal(ops->remove(&bed.secrets, KEY), NACRE_OK);
    assert_int_equal(ops->get(&bed.secrets, KEY, found, 4, &length), NACRE_NOT_FOUND);
    assert_int_equal(secret_bed_reboot(), NACRE_OK);
    assert_int_equal(secret_bed_get(KEY), NACRE_NOT_FOUND);
}

/* ---- the store's id ---- */

static void test_secret_id_lost_to_bad_bits_is_told_and_renewed(void **state)
{
    (void)state;
    assert_int_equal(secret_bed_set(KEY, 20, 1), NACRE_OK);
    const struct bed_raw id = secret_bed_raw_get(NACRE_OWN_STORE_ID);
    struct bed_raw wrong_id = id;
    wrong_id.n = 17;
    secret_bed_raw_set(NACRE_OWN_STORE_ID, &wrong_id);
    assert_int_equal(secret_bed_open(), NACRE_DAMAGED);
    wrong_id.n = 15;
    secret_bed_raw_set(NACRE_OWN_STORE_ID, &wrong_id);
    assert_int_equal(secret_bed_open(), NACRE_DAMAGED);
    assert_int_equal(secret_bed_get(KEY), NACRE_DAMAGED);
    assert_int_equal(secret_bed_set(KEY, 20, 2), NACRE_DAMAGED);
    assert_int_equal(nacre_secret_remove(&bed.secrets, KEY), NACRE_DAMAGED);
    assert_int_equal(nacre_secrets_advance(&bed.secrets), NACRE_DAMAGED);
    bed.random = BED_RANDOM_FAILS;
    assert_int_equal(nacre_secrets_renew(&bed.secrets), NACRE_CRYPT);
    assert_int_equal(secret_bed_get(KEY), NACRE_CRYPT);
    bed.random = BED_RANDOM_PSA;
    assert_int_equal(nacre_secrets_renew(&bed.secrets), NACRE_OK);
    secret_bed_check_wrong(KEY);
    assert_int_equal(secret_bed_set(KEY, 20, 3), NACRE_OK);
    assert_int_equal(secret_bed_reboot(), NACRE_OK);
    assert_true(secret_bed_holds(KEY, 20, 3, NULL));
    assert_memory_not_equal(secret_bed_raw_get(NACRE_OWN_STORE_ID).bytes, id.bytes, 16);
}

static const struct CMUnitTest tests[] = {
#define SECRET_TEST(name) cmocka_unit_test_setup_teardown(name, secret_bed_begin, secret_bed_end)
    SECRET_TEST(test_secret_round_trip_of_each_cipher_and_size),
    SECRET_TEST(test_secret_plain_bytes_are_not_on_the_medium),
    SECRET_TEST(test_secret_record_opens_by_an_independent_call),
    SECRET_TEST(test_secret_equal_value_is_sealed_anew),
    SECRET_TEST(test_secret_survives_compaction_as_it_is),
    SECRET_TEST(test_secret_wrong_key_is_no_value),
    SECRET_TEST(test_secret_key_that_cannot_do_it_is_refused),
    SECRET_TEST(test_secret_moved_to_another_setting_is_no_value),
    SECRET_TEST(test_secret_of_another_store_is_no_value),
    SECRET_TEST(test_secret_flip_of_any_bit_is_no_value),
    SECRET_TEST(test_secret_of_another_layout_is_no_value),
    SECRET_TEST(test_secret_text_of_a_bad_tag_is_wiped),
    SECRET_TEST(test_secret_lost_to_bad_bits_is_never_an_older_one),
    SECRET_TEST(test_secret_keys_are_changed_by_setting_again),
    SECRET_TEST(test_secret_factory_value_is_set_once),
    SECRET_TEST(test_secret_table_does_as_the_calls),
    SECRET_TEST(test_secret_id_lost_to_bad_bits_is_told_and_renewed),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}
