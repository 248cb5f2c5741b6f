/*
 * What the secrets keep on the medium for themselves, lost to bad bits: the store's id, the ceiling
 * of the nonces, the epoch. The store then answers with an older one, stale, or with none.
 *
 * Method: the newest record of a key is found in the chip's bytes as docs/format.md says, and one
 * bit of it is turned. Where a stale value is to be the right one, the record that is spoilt is one
 * that was put on top of it.
 */
#include "nacre/core/own.h"
#include "tests/support/box_fixture.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/secret_bed.h"

#include <string.h>

#define KEY 7u
#define N 20u
#define UNIT 4096u
#define FILLER_KEY 100u

static uint32_t le16(const uint8_t *bytes)
{
    return (uint32_t)(bytes[0] | bytes[1] << 8);
}

static uint32_t generation_at(uint32_t addr)
{
    const uint8_t *const mark = box.sim->data + addr / UNIT * UNIT;
    return le16(mark) | le16(mark + 2) << 16;
}

static bool record_starts_at(uint32_t addr, uint32_t key)
{
    const uint8_t *const granule = box.sim->data + addr;
    const bool is_first = addr % UNIT != 0 && (granule[3] & 0x80u) != 0;
    return is_first && le16(granule) == key && generation_at(addr) != 0xffffffffu;
}

/* Turn one bit of the newest record of a key. */
static void spoil_newest(uint32_t key)
{
    uint32_t newest = 0;
    for (uint32_t addr = 16; addr < box.sim->bytes; addr += 16) {
        if (!record_starts_at(addr, key)) continue;
        if (newest == 0 || generation_at(addr) >= generation_at(newest)) newest = addr;
    }
    assert_int_not_equal(newest, 0);
    sim_nor_flip(box.sim, newest + 9, 0x04);
}

/* Turn one bit of each record of a key. */
static void spoil_all(uint32_t key)
{
    for (uint32_t addr = 16; addr < box.sim->bytes; addr += 16) {
        if (record_starts_at(addr, key)) sim_nor_flip(box.sim, addr + 9, 0x04);
    }
}

/* Lay a value on top of a key's own and spoil it: the key answers with its own, stale. */
static void make_stale(uint32_t key)
{
    const struct bed_raw own = secret_bed_raw_get(key);
    struct bed_raw top = own;
    struct bed_raw found = { .n = 0 };
    top.bytes[0] ^= 0xff;
    top.bytes[own.n - 1u] ^= 0xff;
    secret_bed_raw_set(key, &top);
    assert_int_equal(box_set(&box, FILLER_KEY, 4, 1), NACRE_OK);
    assert_int_equal(box_set(&box, FILLER_KEY, 4, 2), NACRE_OK);
    spoil_newest(key);
    assert_int_equal(nacre_own_get(&box.store, key, found.bytes, sizeof found.bytes, &found.n),
                     NACRE_STALE);
    assert_int_equal(found.n, own.n);
    assert_memory_equal(found.bytes, own.bytes, own.n);
}

static void test_secret_stale_id_is_used_and_written_again(void **state)
{
    (void)state;
    assert_int_equal(secret_bed_set(KEY, N, 1), NACRE_OK);
    const struct bed_raw id = secret_bed_raw_get(NACRE_OWN_STORE_ID);
    make_stale(NACRE_OWN_STORE_ID);
    assert_int_equal(secret_bed_reboot(), NACRE_OK);
    assert_true(secret_bed_holds(KEY, N, 1, NULL));
    assert_int_equal(secret_bed_set(KEY, N, 2), NACRE_OK);
    const struct bed_raw again = secret_bed_raw_get(NACRE_OWN_STORE_ID); /* not stale any more */
    assert_memory_equal(again.bytes, id.bytes, 16);
    assert_int_equal(secret_bed_reboot(), NACRE_OK);
    assert_true(secret_bed_holds(KEY, N, 2, NULL));
}

static void test_secret_stale_id_of_before_a_renewal_opens_nothing(void **state)
{
    (void)state;
    assert_int_equal(secret_bed_set(KEY, N, 1), NACRE_OK);
    assert_int_equal(nacre_secrets_renew(&bed.secrets), NACRE_OK);
    assert_int_equal(secret_bed_set(KEY, N, 2), NACRE_OK);
    assert_int_equal(box_set(&box, FILLER_KEY, 4, 1), NACRE_OK);
    spoil_newest(NACRE_OWN_STORE_ID);
    assert_int_equal(secret_bed_reboot(), NACRE_OK);
    secret_bed_check_wrong(KEY);
}

static void test_secret_stale_id_without_an_older_one_asks_for_a_renewal(void **state)
{
    (void)state;
    assert_int_equal(secret_bed_set(KEY, N, 1), NACRE_OK);
    assert_int_equal(box_set(&box, FILLER_KEY, 4, 1), NACRE_OK);
    spoil_newest(NACRE_OWN_STORE_ID);
    assert_int_equal(secret_bed_reboot(), NACRE_DAMAGED);
    assert_int_equal(secret_bed_get(KEY), NACRE_DAMAGED);
    assert_int_equal(secret_bed_set(KEY, N, 2), NACRE_DAMAGED);
    assert_int_equal(nacre_secrets_renew(&bed.secrets), NACRE_OK);
    assert_int_equal(secret_bed_set(KEY, N, 2), NACRE_OK);
    assert_int_equal(secret_bed_reboot(), NACRE_OK);
    assert_true(secret_bed_holds(KEY, N, 2, NULL));
}

/* ---- nonces ---- */

static void nonce_of(uint32_t key, uint8_t *nonce)
{
    const struct bed_raw record = secret_bed_raw_get(key);
    memcpy(nonce, record.bytes + 3, 12);
}

/* Set the secret of a seed; its nonce. */
static void set_for_nonce(uint32_t seed, uint8_t *nonce)
{
    assert_int_equal(secret_bed_set(KEY, N, seed), NACRE_OK);
    nonce_of(KEY, nonce);
}

/* The newest ceiling is lost to bad bits, and the device boots. */
static void lose_ceiling(void)
{
    assert_int_equal(box_set(&box, FILLER_KEY, 4, 1), NACRE_OK);
    spoil_newest(NACRE_OWN_NONCE);
    assert_int_equal(secret_bed_reboot(), NACRE_OK);
}

static void test_secret_stale_ceiling_moves_the_nonces_far_on(void **state)
{
    (void)state;
    uint8_t first[12];
    uint8_t second[12];
    uint8_t expected[12];
    bed.random = BED_RANDOM_STUCK; /* the counter alone keeps nonces apart */
    assert_int_equal(secret_bed_open(), NACRE_OK);
    set_for_nonce(1, first);
    assert_int_equal(secret_bed_reboot(), NACRE_OK);
    assert_int_equal(secret_bed_set(KEY, N, 2), NACRE_OK);
    lose_ceiling();
    set_for_nonce(3, second);
    /* The older ceiling was 256; 2^32 more is beyond what any lost record can have said. */
    memcpy(expected, first, sizeof expected);
    expected[1]++;
    expected[4]++;
    assert_memory_equal(second, expected, sizeof expected);
    assert_int_equal(secret_bed_reboot(), NACRE_OK);
    assert_true(secret_bed_holds(KEY, N, 3, NULL));
}

static void test_secret_lost_ceiling_leaves_it_to_the_random_start(void **state)
{
    (void)state;
    uint8_t first[12];
    uint8_t second[12];
    set_for_nonce(1, first);
    lose_ceiling();
    set_for_nonce(2, second);
    assert_memory_not_equal(first, second, sizeof first);
    assert_int_equal(secret_bed_raw_get(NACRE_OWN_NONCE).n, 8); /* written again */
    assert_true(secret_bed_holds(KEY, N, 2, NULL));
}

/* ---- the epoch ---- */

static void begin_to_count(void)
{
    bed.value = 50;
    bed.cfg.monotonic = &bed.monotonic;
    assert_int_equal(secret_bed_open(), NACRE_OK);
    assert_int_equal(secret_bed_set(KEY, N, 1), NACRE_OK);
    assert_int_equal(secret_bed_set(KEY, N, 2), NACRE_OK);
}

static void test_secret_stale_epoch_that_is_right_is_accepted(void **state)
{
    (void)state;
    begin_to_count();
    make_stale(NACRE_OWN_EPOCH);
    assert_int_equal(secret_bed_reboot(), NACRE_OK);
    assert_true(secret_bed_holds(KEY, N, 2, NULL));
    assert_int_equal(secret_bed_set(KEY, N, 3), NACRE_OK);
    assert_int_equal(secret_bed_reboot(), NACRE_OK);
    assert_true(secret_bed_holds(KEY, N, 3, NULL));
}

static void test_secret_stale_epoch_that_is_old_is_refused(void **state)
{
    (void)state;
    begin_to_count();
    assert_int_equal(box_set(&box, FILLER_KEY, 4, 1), NACRE_OK);
    spoil_newest(NACRE_OWN_EPOCH);
    assert_int_equal(secret_bed_reboot(), NACRE_REPLAYED);
    assert_int_equal(secret_bed_get(KEY), NACRE_REPLAYED);
}

static void test_secret_lost_epoch_is_told(void **state)
{
    (void)state;
    bed.cfg.monotonic = &bed.monotonic;
    assert_int_equal(secret_bed_open(), NACRE_OK);
    assert_int_equal(secret_bed_set(KEY, N, 1), NACRE_OK);
    assert_int_equal(box_set(&box, FILLER_KEY, 4, 1), NACRE_OK);
    spoil_all(NACRE_OWN_EPOCH);
    assert_int_equal(secret_bed_reboot(), NACRE_DAMAGED);
    assert_int_equal(secret_bed_get(KEY), NACRE_DAMAGED);
    assert_int_equal(nacre_secrets_renew(&bed.secrets), NACRE_OK);
    assert_int_equal(secret_bed_set(KEY, N, 3), NACRE_OK);
    assert_int_equal(secret_bed_reboot(), NACRE_OK);
    assert_true(secret_bed_holds(KEY, N, 3, NULL));
}

static const struct CMUnitTest tests[] = {
#define STALE_TEST(name) cmocka_unit_test_setup_teardown(name, secret_bed_begin, secret_bed_end)
    STALE_TEST(test_secret_stale_id_is_used_and_written_again),
    STALE_TEST(test_secret_stale_id_of_before_a_renewal_opens_nothing),
    STALE_TEST(test_secret_stale_id_without_an_older_one_asks_for_a_renewal),
    STALE_TEST(test_secret_stale_ceiling_moves_the_nonces_far_on),
    STALE_TEST(test_secret_lost_ceiling_leaves_it_to_the_random_start),
    STALE_TEST(test_secret_stale_epoch_that_is_right_is_accepted),
    STALE_TEST(test_secret_stale_epoch_that_is_old_is_refused),
    STALE_TEST(test_secret_lost_epoch_is_told),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}
