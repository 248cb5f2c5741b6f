/*
 * Nonces never repeat: over a thousand boots, cuts at any moment, and the worst random source that
 * answers at all.
 *
 * Method: each program that the store sends to the chip is written down before the chip sees it, so
 * that torn ones count as well. A reader written from docs/format.md finds the records in those
 * bytes and takes the secrets' out. Two with one nonce must be one message: the same bits, but for
 * a few that flicker in a cell that a cut left so, and were copied from there. (Of two messages
 * about half of the bits differ.) The random source gives 5A for ever, so that nothing but the
 * counter keeps nonces apart; where contents are played back it is the other way round.
 */
#include "nacre/core/own.h"
#include "tests/support/box_fixture.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/secret_bed.h"

#include <stdlib.h>
#include <string.h>

#define GRANULE 16u
#define RECORD_GRANULES_MAX 69u
#define SECRETS_MAX 16384u
#define SECRET_BYTES 64u
#define FLICKER_BITS_MAX 16u
#define FILLER_KEY 100u /* no secret */
#define CHIP_BYTES (8u * 4096u)

/* ---- what the chip was ever told ---- */

struct seen {
    uint32_t n;
    uint8_t bytes[SECRET_BYTES]; /* a secret's record: nonce at 3, ciphertext and tag behind it */
};

static struct {
    const struct nacre_medium_ops *chip;
    struct nacre_medium_ops ops;
    uint8_t told[CHIP_BYTES];
    struct seen *seen;
    uint32_t count;
    uint32_t repeats; /* one nonce, other bytes */
} ear;

static uint32_t le16(const uint8_t *bytes)
{
    return (uint32_t)(bytes[0] | bytes[1] << 8);
}

static uint32_t bits_that_differ(const uint8_t *one, const uint8_t *two, uint32_t n)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < n; i++) count += (uint32_t)__builtin_popcount(one[i] ^ two[i]);
    return count;
}

/* A secret that was programmed: keep it, unless its nonce is known. */
static void secret_note(const uint8_t *bytes, uint32_t n)
{
    for (uint32_t i = 0; i < ear.count; i++) {
        const struct seen *const seen = &ear.seen[i];
        if (memcmp(seen->bytes + 3, bytes + 3, 12) != 0) continue;
        ear.repeats +=
            seen->n != n || bits_that_differ(seen->bytes, bytes, n) > FLICKER_BITS_MAX;
        return;
    }
    assert_true(ear.count < SECRETS_MAX && n <= SECRET_BYTES);
    ear.seen[ear.count].n = n;
    memcpy(ear.seen[ear.count++].bytes, bytes, n);
}

/* The value of the record that starts at a granule; its length, or 0 if it ends behind `end`. */
static uint32_t record_value(uint32_t addr, uint32_t end, uint8_t *value, uint32_t *key)
{
    const uint8_t *const first = ear.told + addr;
    const uint32_t info = le16(first + 2);
    const uint32_t length = info & 0x7FFu;
    const uint32_t skip = (info & 0x4000u) != 0 ? 4 : 0;
    uint8_t payload[8 + RECORD_GRANULES_MAX * 15u];
    uint32_t n = 8;
    *key = le16(first);
    if (length > NACRE_VALUE_BYTES_MAX) return 0;
    memcpy(payload, first + 4, 8);
    for (uint32_t at = addr + GRANULE; n < skip + length; at += GRANULE, n += 15) {
        if (at + GRANULE > end || ear.told[at + 3] != 0) return 0;
        memcpy(payload + n, ear.told + at, 3);
        memcpy(payload + n + 3, ear.told + at + 4, 12);
    }
    memcpy(value, payload + skip, length);
    return length;
}

/* Look for a record that ends with the program that was just told. */
static void program_note(uint32_t addr, const void *buf, uint32_t n)
{
    uint8_t value[NACRE_VALUE_BYTES_MAX];
    memcpy(ear.told + addr, buf, n);
    uint32_t start = addr;
    while (start % 4096u > 0 && ear.told[start + 3] == 0) start -= GRANULE;
    for (; start < addr + n; start += GRANULE) {
        uint32_t key = 0;
        if ((ear.told[start + 3] & 0x80u) == 0) continue;
        const uint32_t length = record_value(start, addr + n, value, &key);
        const bool is_secret = key < FILLER_KEY || key == NACRE_OWN_EPOCH;
        if (is_secret && length > 0) secret_note(value, length);
    }
}

static enum nacre_err ear_program(struct nacre_medium *medium, uint32_t addr, const void *buf,
                                  uint32_t n)
{
    program_note(addr, buf, n);
    return ear.chip->program(medium, addr, buf, n);
}

static enum nacre_err ear_erase_start(struct nacre_medium *medium, uint32_t addr)
{
    memset(ear.told + addr, 0xff, medium->geometry.unit_bytes);
    return ear.chip->erase_start(medium, addr);
}

static int ear_begin(void)
{
    memset(&ear, 0, sizeof ear);
    memset(ear.told, 0xff, sizeof ear.told);
    ear.seen = calloc(SECRETS_MAX, sizeof *ear.seen);
    ear.chip = box.sim->medium.ops;
    ear.ops = *ear.chip;
    ear.ops.program = ear_program;
    ear.ops.erase_start = ear_erase_start;
    box.sim->medium.ops = &ear.ops;
    bed.random = BED_RANDOM_STUCK;
    return box.sim->bytes == CHIP_BYTES && ear.seen != NULL ? 0 : -1;
}

static int begin(void **state)
{
    return secret_bed_begin(state) == 0 ? ear_begin() : -1;
}

static int begin_two_lanes(void **state)
{
    return secret_bed_begin_two_lanes(state) == 0 ? ear_begin() : -1;
}

static int end(void **state)
{
    free(ear.seen);
    box.sim->medium.ops = ear.chip;
    return secret_bed_end(state);
}

/* ---- runs ---- */

static void test_secret_nonces_of_a_run_are_all_seen(void **state)
{
    (void)state;
    bed.random = BED_RANDOM_PSA;
    for (uint32_t i = 0; i < 100; i++) {
        assert_int_equal(secret_bed_set(i % 7u, i % 30u, i), NACRE_OK);
    }
    assert_int_equal(ear.count, 100); /* the ear misses none */
    assert_int_equal(ear.repeats, 0);
}

static void test_secret_nonces_ear_hears_a_repeat(void **state)
{
    (void)state;
    for (uint32_t boot = 0; boot < 2; boot++) {
        const enum nacre_err err = nacre_own_remove(&box.store, NACRE_OWN_NONCE);
        assert_int_equal(err, boot == 0 ? NACRE_NOT_FOUND : NACRE_OK); /* it is forgotten */
        assert_int_equal(secret_bed_open(), NACRE_OK);
        assert_int_equal(secret_bed_set(1, 8, boot), NACRE_OK);
    }
    assert_int_equal(ear.repeats, 1);
}

static void test_secret_nonces_are_the_start_and_the_counter(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 600; i++) assert_int_equal(secret_bed_set(1, 8, i), NACRE_OK);
    assert_int_equal(ear.count, 600);
    for (uint32_t i = 0; i < 600; i++) {
        uint8_t nonce[12];
        memset(nonce, 0x5a, sizeof nonce);
        nonce[0] = (uint8_t)(0x5a5au + i); /* 5A5A + i carries no further than two bytes */
        nonce[1] = (uint8_t)((0x5a5au + i) >> 8);
        assert_memory_equal(ear.seen[i].bytes + 3, nonce, 12);
    }
}

static void test_secret_nonces_carry_through_all_their_bytes(void **state)
{
    (void)state;
    uint8_t nonce[12];
    const uint8_t almost[8] = { 0xa7, 0xa5, 0xa5, 0xa5, 0xa5, 0xa5, 0xa5, 0xa5 };
    assert_int_equal(nacre_own_set(&box.store, NACRE_OWN_NONCE, almost, 8), NACRE_OK);
    assert_int_equal(secret_bed_set(1, 8, 1), NACRE_OK);
    /* 5A5A...5A + A5A5...A7 = 1 00 00 ... 01 with a carry into the ninth byte */
    memset(nonce, 0, 8);
    nonce[0] = 0x01;
    memset(nonce + 8, 0x5a, 4);
    nonce[8] = 0x5b;
    assert_memory_equal(ear.seen[0].bytes + 3, nonce, 12);
}

/* One boot of a few sets; a cut may hit it anywhere. */
static void boot_once(struct rng *rng, uint32_t boot)
{
    static jmp_buf jump;
    if (setjmp(jump) == 0) {
        if (rng_percent(rng, 70)) {
            const struct sim_tear tear = { SIM_TEAR_ANY, 0, rng_next(rng) };
            sim_nor_cut_at(box.sim, rng_below(rng, 12), &tear, &jump);
        }
        sim_nor_power_on(box.sim);
        memset(&box.store, 0xa5, sizeof box.store);
        if (nacre_mount(&box.store, &box.cfg) != NACRE_OK) return;
        if (secret_bed_open() != NACRE_OK) return;
        const uint32_t sets = rng_below(rng, 4);
        for (uint32_t i = 0; i < sets; i++) {
            (void)secret_bed_set(rng_below(rng, 5), 8, boot * 4u + i);
            if (rng_percent(rng, 30)) (void)box_set(&box, FILLER_KEY, 40, boot);
        }
        sim_nor_cut_never(box.sim);
    }
}

static void check_boots(bool counted)
{
    struct rng rng = { rng_mix(77) };
    uint32_t read_only = 0;
    bed.cfg.monotonic = counted ? &bed.monotonic : NULL;
    assert_int_equal(secret_bed_open(), NACRE_OK);
    for (uint32_t boot = 0; boot < 1000; boot++) {
        struct nacre_stats stats;
        boot_once(&rng, boot);
        assert_int_equal(ear.repeats, 0);
        if (nacre_stats(&box.store, &stats) == NACRE_OK) read_only += stats.read_only != NACRE_OK;
    }
    sim_nor_cut_never(box.sim);
    assert_int_equal(secret_bed_reboot(), NACRE_OK);
    assert_int_equal(secret_bed_set(1, 8, 99), NACRE_OK);
    assert_true(secret_bed_holds(1, 8, 99, NULL));
    print_message("%u secrets seen in 1000 boots, %u erases\n", ear.count,
                  box.sim->counters.erases);
    assert_int_equal(ear.repeats, 0);
    assert_true(ear.count > 600);
    assert_true(read_only < 10);
}

static void test_secret_nonces_never_repeat_over_boots_and_cuts(void **state)
{
    (void)state;
    check_boots(false);
}

static void test_secret_nonces_never_repeat_beside_a_monotonic_counter(void **state)
{
    (void)state;
    check_boots(true);
}

static void test_secret_nonces_never_repeat_in_two_lanes(void **state)
{
    (void)state;
    check_boots(true);
}

static void test_secret_nonces_never_repeat_after_failed_sets(void **state)
{
    (void)state;
    struct rng rng = { rng_mix(5) };
    uint32_t failed = 0;
    for (uint32_t i = 0; i < 600; i++) {
        if (rng_percent(&rng, 20)) box.sim->faults.program_fails = rng_below(&rng, 3);
        if (rng_percent(&rng, 20)) box.sim->faults.program_wrong = rng_below(&rng, 3);
        if (rng_percent(&rng, 10)) bed.seal_fails = NACRE_CRYPT;
        box.sim->faults.fail_count = 1;
        failed += secret_bed_set(rng_below(&rng, 3), 8, i) != NACRE_OK;
        bed.seal_fails = NACRE_OK;
        box.sim->faults.program_fails = SIM_NOR_NO_COMMAND;
        box.sim->faults.program_wrong = SIM_NOR_NO_COMMAND;
    }
    assert_true(failed >= 50);
    assert_int_equal(ear.repeats, 0);
}

static void test_secret_nonces_differ_where_contents_were_played_back(void **state)
{
    (void)state;
    static uint8_t old[CHIP_BYTES];
    bed.random = BED_RANDOM_PSA;
    assert_int_equal(secret_bed_set(1, 8, 0), NACRE_OK);
    memcpy(old, box.sim->data, sizeof old);
    for (uint32_t i = 1; i <= 50; i++) {
        sim_nor_poke(box.sim, 0, old, sizeof old);
        memcpy(ear.told, old, sizeof old);
        assert_int_equal(secret_bed_reboot(), NACRE_OK);
        assert_int_equal(secret_bed_set(1, 8, i), NACRE_OK);
    }
    assert_int_equal(ear.count, 51);
    assert_int_equal(ear.repeats, 0);
}

static void test_secret_nonces_of_stores_that_share_a_key_differ(void **state)
{
    (void)state;
    bed.random = BED_RANDOM_PSA;
    for (uint32_t device = 0; device < 20; device++) {
        assert_int_equal(nacre_format(&box.store, &box.cfg), NACRE_OK);
        assert_int_equal(secret_bed_open(), NACRE_OK);
        for (uint32_t i = 0; i < 10; i++) {
            assert_int_equal(secret_bed_set(1, 8, device * 10u + i), NACRE_OK);
        }
    }
    assert_int_equal(ear.count, 200);
    assert_int_equal(ear.repeats, 0);
}

static void test_secret_nonces_of_a_block_end_where_the_next_begins(void **state)
{
    (void)state;
    static const uint32_t counts[] = { 1, 2, 254, 255, 256, 257, 258, 511, 512, 513 };
    uint32_t sets = 0;
    for (uint32_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        for (uint32_t j = 0; j < counts[i]; j++, sets++) {
            assert_int_equal(secret_bed_set(1, 8, sets), NACRE_OK);
        }
        assert_int_equal(secret_bed_reboot(), NACRE_OK);
    }
    assert_int_equal(ear.count, sets);
    assert_int_equal(ear.repeats, 0);
}

/* Begin an erase that goes on while the next call comes. */
static void start_an_erase(void)
{
    bool more = true;
    for (uint32_t i = 0; i < 4000 && box.sim->erase_addr == SIM_NOR_NO_COMMAND; i++) {
        assert_int_equal(box_set(&box, FILLER_KEY, 40, i), NACRE_OK);
        assert_int_equal(nacre_idle(&box.store, &more), NACRE_OK);
    }
    assert_int_not_equal(box.sim->erase_addr, SIM_NOR_NO_COMMAND);
}

static void test_secret_nonces_counter_that_cannot_be_stored_is_not_used(void **state)
{
    (void)state;
    box.cfg.refuse_when_busy = true;
    for (uint32_t i = 0; i < 4; i++) {
        assert_int_equal(secret_bed_reboot(), NACRE_OK);
        start_an_erase();
        const uint32_t count = ear.count;
        assert_int_equal(secret_bed_set(1, 8, 2u * i), NACRE_BUSY);
        assert_int_equal(ear.count, count);
        sim_nor_pass_us(box.sim, 1000000);
        assert_int_equal(secret_bed_set(1, 8, 2u * i + 1u), NACRE_OK);
    }
    assert_int_equal(ear.repeats, 0);
}

static void test_secret_nonces_counter_that_cannot_be_read_is_not_guessed(void **state)
{
    (void)state;
    assert_int_equal(secret_bed_set(1, 8, 1), NACRE_OK);
    assert_int_equal(secret_bed_reboot(), NACRE_OK);
    box.sim->faults.read_fails = NACRE_IO;
    assert_int_equal(secret_bed_set(1, 8, 2), NACRE_IO);
    box.sim->faults.read_fails = NACRE_OK;
    assert_int_equal(secret_bed_set(1, 8, 3), NACRE_OK);
    assert_int_equal(ear.count, 2);
    assert_int_equal(ear.repeats, 0);
}

static void test_secret_nonces_counter_of_another_size_begins_anew(void **state)
{
    (void)state;
    bed.random = BED_RANDOM_PSA;
    static const uint8_t wrong[9] = { 9, 9, 9, 9, 9, 9, 9, 9, 9 };
    assert_int_equal(secret_bed_set(1, 8, 1), NACRE_OK);
    assert_int_equal(nacre_own_set(&box.store, NACRE_OWN_NONCE, wrong, sizeof wrong), NACRE_OK);
    assert_int_equal(secret_bed_reboot(), NACRE_OK);
    assert_int_equal(secret_bed_set(1, 8, 2), NACRE_OK);
    assert_int_equal(ear.count, 2);
    assert_int_equal(ear.repeats, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_secret_nonces_of_a_run_are_all_seen),
        TEST(test_secret_nonces_ear_hears_a_repeat),
        TEST(test_secret_nonces_are_the_start_and_the_counter),
        TEST(test_secret_nonces_carry_through_all_their_bytes),
        TEST(test_secret_nonces_never_repeat_over_boots_and_cuts),
        TEST(test_secret_nonces_never_repeat_beside_a_monotonic_counter),
        cmocka_unit_test_setup_teardown(test_secret_nonces_never_repeat_in_two_lanes,
                                        begin_two_lanes, end),
        TEST(test_secret_nonces_never_repeat_after_failed_sets),
        TEST(test_secret_nonces_differ_where_contents_were_played_back),
        TEST(test_secret_nonces_of_stores_that_share_a_key_differ),
        TEST(test_secret_nonces_of_a_block_end_where_the_next_begins),
        TEST(test_secret_nonces_counter_that_cannot_be_stored_is_not_used),
        TEST(test_secret_nonces_counter_that_cannot_be_read_is_not_guessed),
        TEST(test_secret_nonces_counter_of_another_size_begins_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
