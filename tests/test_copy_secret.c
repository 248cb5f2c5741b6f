/*
 * Goal: secrets that were copied with their store open there and nowhere else; no nonce is used in
 * both stores; and where a monotonic counter says how old contents are, the source is refused from
 * the destination's first set on.
 *
 * Method: the bed of the secrets' tests, whose box is the source, and a second box; the cipher of
 * Mbed TLS; a random source that is stuck, so that the counter alone keeps nonces apart.
 */
#include "nacre/core/copy.h"
#include "nacre/core/own.h"
#include "tests/support/box_fixture.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/secret_bed.h"

#include <string.h>

#define KEY 7u
#define OTHER_KEY 8u
#define FACTORY_KEY (0x4000u + KEY)
#define N 20u
#define NONCE_AT 3u
#define NONCE_BYTES 12u

static struct box other;
static struct nacre_copy_cfg cfg;
static uint8_t work[NACRE_VALUE_BYTES_MAX];

static int begin(void **state)
{
    if (secret_bed_begin(state) != 0) return -1;
    box_open(&other, 8);
    cfg = (struct nacre_copy_cfg){.from = &box.store, .to = &other.store, .work = work,
                                  .work_bytes = sizeof work, .number = 1};
    return box_reboot(&other) == NACRE_OK ? 0 : -1;
}

static int end(void **state)
{
    box_close(&other);
    return secret_bed_end(state);
}

/* From now on the bed's secrets are those of the other store. */
static enum nacre_err open_there(void)
{
    bed.cfg.store = &other.store;
    return nacre_secrets_open(&bed.secrets, &bed.cfg);
}

static enum nacre_err open_here(void)
{
    bed.cfg.store = &box.store;
    return nacre_secrets_open(&bed.secrets, &bed.cfg);
}

static void nonce_of(struct nacre_store *store, uint32_t key, uint8_t *nonce)
{
    uint8_t record[NACRE_VALUE_BYTES_MAX];
    uint32_t n;
    assert_int_equal(nacre_get(store, key, record, sizeof record, &n), NACRE_OK);
    memcpy(nonce, record + NONCE_AT, NONCE_BYTES);
}

static void test_copy_secret_opens_there(void **state)
{
    (void)state;
    assert_int_equal(secret_bed_set(KEY, N, 1), NACRE_OK);
    assert_int_equal(secret_bed_set(OTHER_KEY, N, 2), NACRE_OK);
    assert_int_equal(nacre_secret_set(&bed.secrets, FACTORY_KEY, "made", 4), NACRE_OK);
    assert_int_equal(nacre_copy(&cfg), NACRE_OK);
    assert_int_equal(open_there(), NACRE_OK);
    assert_true(secret_bed_holds(KEY, N, 1, NULL));
    assert_true(secret_bed_holds(OTHER_KEY, N, 2, NULL));
    char made[4];
    uint32_t n;
    assert_int_equal(nacre_secret_get(&bed.secrets, FACTORY_KEY, made, sizeof made, &n), NACRE_OK);
    assert_memory_equal(made, "made", 4);
}

/* The other store had secrets under an id of its own: they go with it. */
static void test_copy_secret_takes_the_id_along(void **state)
{
    (void)state;
    assert_int_equal(open_there(), NACRE_OK);
    assert_int_equal(secret_bed_set(KEY, N, 9), NACRE_OK);
    assert_int_equal(open_here(), NACRE_OK);
    assert_int_equal(secret_bed_set(KEY, N, 1), NACRE_OK);
    assert_int_equal(nacre_copy(&cfg), NACRE_COPY_OCCUPIED);
    cfg.replace = true;
    assert_int_equal(nacre_copy(&cfg), NACRE_OK);
    assert_int_equal(open_there(), NACRE_OK);
    assert_true(secret_bed_holds(KEY, N, 1, NULL));
}

/* Both stores go on to be used, with one key, one id and a random source that is stuck. */
static void test_copy_secret_nonces_stay_apart(void **state)
{
    uint8_t here[NONCE_BYTES];
    uint8_t there[NONCE_BYTES];
    (void)state;
    bed.random = BED_RANDOM_STUCK;
    assert_int_equal(secret_bed_reboot(), NACRE_OK);
    assert_int_equal(secret_bed_set(KEY, N, 1), NACRE_OK);
    assert_int_equal(nacre_copy(&cfg), NACRE_OK);
    for (uint32_t i = 0; i < 3u * NACRE_SECRET_BLOCK; i++) {
        assert_int_equal(open_here(), NACRE_OK);
        assert_int_equal(secret_bed_set(KEY, N, 2), NACRE_OK);
        assert_int_equal(secret_bed_set(OTHER_KEY, N, 2), NACRE_OK);
        assert_int_equal(open_there(), NACRE_OK);
        assert_int_equal(secret_bed_set(KEY, N, 3), NACRE_OK);
        nonce_of(&box.store, OTHER_KEY, here);
        nonce_of(&other.store, KEY, there);
        assert_memory_not_equal(here, there, NONCE_BYTES);
        if (i == 0u) continue;
        /* The source's are all below the destination's: bit 32 of the counter tells. */
        assert_true(here[4] != there[4]);
    }
}

static void test_copy_secret_source_is_refused_after_a_set(void **state)
{
    (void)state;
    bed.value = 1000;
    bed.cfg.monotonic = &bed.monotonic;
    assert_int_equal(open_here(), NACRE_OK);
    assert_int_equal(secret_bed_set(KEY, N, 1), NACRE_OK);
    assert_int_equal(nacre_copy(&cfg), NACRE_OK);
    assert_int_equal(open_there(), NACRE_OK);
    assert_true(secret_bed_holds(KEY, N, 1, NULL));
    assert_int_equal(open_here(), NACRE_OK); /* the very same content: either may go on */
    assert_int_equal(open_there(), NACRE_OK);
    assert_int_equal(secret_bed_set(KEY, N, 2), NACRE_OK);
    assert_int_equal(open_there(), NACRE_OK);
    assert_true(secret_bed_holds(KEY, N, 2, NULL));
    assert_int_equal(open_here(), NACRE_REPLAYED);
}

/* It answers there what it answers here: that it was lost, and no older one. */
static void test_copy_secret_that_was_lost_stays_lost(void **state)
{
    (void)state;
    assert_int_equal(secret_bed_set(KEY, N, 1), NACRE_OK);
    assert_int_equal(secret_bed_set(KEY, N, 2), NACRE_OK);
    assert_int_equal(secret_bed_set(OTHER_KEY, N, 3), NACRE_OK);
    uint32_t newest = 0;
    for (uint32_t addr = 16; addr < 4096u; addr += 16u) {
        const uint8_t *const granule = box.sim->data + addr;
        const bool is_first = (granule[3] & 0x80u) != 0u && granule[3] != 0xFFu;
        if (is_first && granule[0] == KEY && granule[1] == 0u) newest = addr;
    }
    assert_true(newest != 0u);
    sim_nor_flip(box.sim, newest + 9u, 0x20);
    assert_int_equal(secret_bed_get(KEY), NACRE_STALE);
    assert_int_equal(nacre_copy(&cfg), NACRE_OK);
    assert_int_equal(open_there(), NACRE_OK);
    assert_int_equal(secret_bed_get(KEY), NACRE_STALE);
    assert_true(secret_bed_holds(OTHER_KEY, N, 3, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_copy_secret_opens_there, begin, end),
        cmocka_unit_test_setup_teardown(test_copy_secret_takes_the_id_along, begin, end),
        cmocka_unit_test_setup_teardown(test_copy_secret_nonces_stay_apart, begin, end),
        cmocka_unit_test_setup_teardown(test_copy_secret_source_is_refused_after_a_set, begin, end),
        cmocka_unit_test_setup_teardown(test_copy_secret_that_was_lost_stays_lost, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
