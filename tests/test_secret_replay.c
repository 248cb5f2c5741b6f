/*
 * Old contents of the whole chip, played back: refused with a monotonic counter, accepted without.
 *
 * Method: the chip's bytes are kept and put back. The counter is the test's own. A set is cut, and
 * looked at by a stranger, at each command that it sends to the chip; whatever was seen before the
 * new value was there must be refused once the set has returned.
 */
#include "nacre/core/own.h"
#include "tests/support/box_fixture.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/secret_bed.h"

#include <stdlib.h>
#include <string.h>

#define KEY 7u
#define OTHER_KEY 8u
#define N 20u
#define IMAGE_BYTES (8u * 4096u)
#define IMAGES_MAX 64u

struct image {
    uint8_t bytes[IMAGE_BYTES];
};

static void image_keep(struct image *image)
{
    assert_int_equal(box.sim->bytes, IMAGE_BYTES);
    memcpy(image->bytes, box.sim->data, IMAGE_BYTES);
}

static void image_play_back(const struct image *image)
{
    sim_nor_poke(box.sim, 0, image->bytes, IMAGE_BYTES);
}

static int count_from_now(void)
{
    bed.value = 1000;
    bed.cfg.monotonic = &bed.monotonic;
    return secret_bed_open() == NACRE_OK ? 0 : -1;
}

static int begin_with_counter(void **state)
{
    return secret_bed_begin(state) == 0 ? count_from_now() : -1;
}

static int begin_two_lanes(void **state)
{
    return secret_bed_begin_two_lanes(state) == 0 ? count_from_now() : -1;
}

/* ---- contents of other times ---- */

static void test_secret_replay_is_accepted_without_a_counter(void **state)
{
    (void)state;
    static struct image old;
    assert_int_equal(secret_bed_set(KEY, N, 1), NACRE_OK);
    image_keep(&old);
    assert_int_equal(secret_bed_set(KEY, N, 2), NACRE_OK);
    image_play_back(&old);
    assert_int_equal(secret_bed_reboot(), NACRE_OK);
    assert_true(secret_bed_holds(KEY, N, 1, NULL)); /* what guarantee.md says of it */
}

static void test_secret_older_record_of_the_same_setting_is_accepted(void **state)
{
    (void)state;
    for (uint32_t counted = 0; counted < 2; counted++) {
        bed.cfg.monotonic = counted == 1 ? &bed.monotonic : NULL;
        assert_int_equal(secret_bed_open(), counted == 1 ? NACRE_REPLAYED : NACRE_OK);
        assert_int_equal(nacre_secrets_renew(&bed.secrets), NACRE_OK);
        assert_int_equal(secret_bed_set(KEY, N, 1), NACRE_OK);
        const struct bed_raw old = secret_bed_raw_get(KEY);
        assert_int_equal(secret_bed_set(KEY, N, 2), NACRE_OK);
        secret_bed_raw_set(KEY, &old);
        assert_int_equal(secret_bed_reboot(), NACRE_OK);
        assert_true(secret_bed_holds(KEY, N, 1, NULL)); /* what guarantee.md says of it */
    }
}

static void test_secret_replay_is_refused_with_a_counter(void **state)
{
    (void)state;
    static struct image images[6];
    for (uint32_t i = 0; i < 6; i++) {
        assert_int_equal(secret_bed_set(KEY, N, i), NACRE_OK);
        image_keep(&images[i]);
    }
    for (uint32_t i = 0; i < 5; i++) {
        image_play_back(&images[i]);
        assert_int_equal(secret_bed_reboot(), NACRE_REPLAYED);
        assert_int_equal(secret_bed_get(KEY), NACRE_REPLAYED);
        assert_int_equal(secret_bed_set(KEY, N, 9), NACRE_REPLAYED);
        assert_int_equal(nacre_secret_remove(&bed.secrets, KEY), NACRE_REPLAYED);
        assert_int_equal(nacre_secrets_advance(&bed.secrets), NACRE_REPLAYED);
    }
    image_play_back(&images[5]);
    assert_int_equal(secret_bed_reboot(), NACRE_OK);
    assert_true(secret_bed_holds(KEY, N, 5, NULL));
}

static void test_secret_replay_of_what_was_removed_is_refused(void **state)
{
    (void)state;
    static struct image old;
    assert_int_equal(secret_bed_set(KEY, N, 1), NACRE_OK);
    image_keep(&old);
    assert_int_equal(nacre_secret_remove(&bed.secrets, KEY), NACRE_OK);
    assert_int_equal(secret_bed_reboot(), NACRE_OK);
    assert_int_equal(secret_bed_get(KEY), NACRE_NOT_FOUND);
    image_play_back(&old);
    assert_int_equal(secret_bed_reboot(), NACRE_REPLAYED);
}

static void test_secret_replay_is_refused_behind_an_advance(void **state)
{
    (void)state;
    static struct image old;
    assert_int_equal(secret_bed_set(KEY, N, 1), NACRE_OK);
    image_keep(&old);
    assert_int_equal(box_set(&box, OTHER_KEY, 4, 1), NACRE_OK); /* not a secret */
    assert_int_equal(secret_bed_reboot(), NACRE_OK);
    assert_int_equal(nacre_secrets_advance(&bed.secrets), NACRE_OK);
    assert_true(secret_bed_holds(KEY, N, 1, NULL));
    image_play_back(&old);
    assert_int_equal(secret_bed_reboot(), NACRE_REPLAYED);
}

static void test_secret_replay_of_before_a_format_is_refused(void **state)
{
    (void)state;
    static struct image old;
    assert_int_equal(secret_bed_set(KEY, N, 1), NACRE_OK);
    image_keep(&old);
    assert_int_equal(nacre_format(&box.store, &box.cfg), NACRE_OK);
    assert_int_equal(secret_bed_open(), NACRE_OK);
    assert_int_equal(secret_bed_get(KEY), NACRE_NOT_FOUND);
    const uint64_t value = bed.value;
    assert_int_equal(nacre_secrets_advance(&bed.secrets), NACRE_OK); /* nothing to say yet */
    assert_int_equal(nacre_secret_remove(&bed.secrets, KEY), NACRE_NOT_FOUND);
    assert_true(bed.value == value);
    assert_int_equal(secret_bed_set(KEY, N, 2), NACRE_OK);
    assert_int_equal(secret_bed_reboot(), NACRE_OK);
    image_play_back(&old);
    assert_int_equal(secret_bed_reboot(), NACRE_REPLAYED);
    assert_int_equal(nacre_secrets_renew(&bed.secrets), NACRE_OK);
    assert_int_equal(secret_bed_get(KEY), NACRE_WRONG_KEY);
    assert_int_equal(secret_bed_set(KEY, N, 3), NACRE_OK);
    assert_int_equal(secret_bed_reboot(), NACRE_OK);
    assert_true(secret_bed_holds(KEY, N, 3, NULL));
}

static void test_secret_replay_of_before_a_renewal_is_refused(void **state)
{
    (void)state;
    static struct image old;
    assert_int_equal(secret_bed_set(KEY, N, 1), NACRE_OK);
    image_keep(&old);
    assert_int_equal(nacre_secrets_renew(&bed.secrets), NACRE_OK);
    image_play_back(&old);
    assert_int_equal(secret_bed_reboot(), NACRE_REPLAYED);
}

/* ---- what says how old the contents are ---- */

static void test_secret_replay_epoch_may_be_one_ahead_and_no_more(void **state)
{
    (void)state;
    assert_int_equal(secret_bed_set(KEY, N, 1), NACRE_OK);
    const uint64_t value = bed.value;
    for (uint64_t back = 0; back <= 4; back++) {
        bed.value = value - back;
        assert_int_equal(secret_bed_open(), back <= 1 ? NACRE_OK : NACRE_REPLAYED);
        if (back <= 1) assert_true(bed.value == value);
    }
    bed.value = value + 1;
    assert_int_equal(secret_bed_open(), NACRE_REPLAYED);
    bed.value = value;
    assert_int_equal(secret_bed_open(), NACRE_OK);
    bed.value = value + 1; /* somebody else counts while the secrets are open */
    assert_int_equal(secret_bed_set(KEY, N, 2), NACRE_REPLAYED);
}

static void test_secret_replay_epoch_that_is_missing_or_forged_is_refused(void **state)
{
    (void)state;
    uint8_t epoch[64];
    uint8_t record[64];
    uint32_t n = 0;
    uint32_t length = 0;
    struct nacre_store *const store = &box.store;
    assert_int_equal(secret_bed_set(KEY, 8, 1), NACRE_OK);
    assert_int_equal(nacre_own_get(store, NACRE_OWN_EPOCH, epoch, sizeof epoch, &n), NACRE_OK);
    assert_int_equal(n, 39);
    assert_int_equal(nacre_get(store, KEY, record, sizeof record, &length), NACRE_OK);
    assert_int_equal(length, 39);
    assert_int_equal(nacre_own_set(store, NACRE_OWN_EPOCH, record, length), NACRE_OK);
    assert_int_equal(secret_bed_open(), NACRE_WRONG_KEY);
    assert_int_equal(nacre_own_set(store, NACRE_OWN_EPOCH, epoch, n - 1u), NACRE_OK);
    assert_int_equal(secret_bed_open(), NACRE_WRONG_KEY);
    length = secret_bed_seal_by_hand(record, 1, NACRE_OWN_EPOCH, "abcd", 4);
    assert_int_equal(nacre_own_set(store, NACRE_OWN_EPOCH, record, length), NACRE_OK);
    assert_int_equal(secret_bed_open(), NACRE_WRONG_KEY);
    assert_int_equal(nacre_own_set(store, NACRE_OWN_EPOCH, bed.work, sizeof bed.work), NACRE_OK);
    bed.cfg.work_bytes = NACRE_SECRET_WORK_BYTES(8u);
    assert_int_equal(secret_bed_open(), NACRE_WRONG_KEY);
    bed.cfg.work_bytes = sizeof bed.work;
    assert_int_equal(nacre_own_remove(store, NACRE_OWN_EPOCH), NACRE_OK);
    assert_int_equal(secret_bed_open(), NACRE_REPLAYED);
    assert_int_equal(nacre_own_set(store, NACRE_OWN_EPOCH, epoch, n), NACRE_OK);
    assert_int_equal(secret_bed_open(), NACRE_OK);
    assert_true(secret_bed_holds(KEY, 8, 1, NULL));
}

static void test_secret_replay_counter_given_later_asks_for_a_renewal(void **state)
{
    (void)state;
    bed.cfg.monotonic = NULL;
    assert_int_equal(secret_bed_open(), NACRE_OK);
    assert_int_equal(secret_bed_set(KEY, N, 1), NACRE_OK);
    bed.cfg.monotonic = &bed.monotonic;
    assert_int_equal(secret_bed_open(), NACRE_REPLAYED);
    assert_int_equal(nacre_secrets_renew(&bed.secrets), NACRE_OK);
    assert_int_equal(secret_bed_set(KEY, N, 2), NACRE_OK);
    assert_int_equal(secret_bed_reboot(), NACRE_OK);
    assert_true(secret_bed_holds(KEY, N, 2, NULL));
}

/* ---- a counter that fails ---- */

static void test_secret_replay_counter_that_cannot_be_read_is_told(void **state)
{
    (void)state;
    bed.value_fails = NACRE_TIMEOUT;
    assert_int_equal(secret_bed_set(KEY, N, 1), NACRE_TIMEOUT); /* the first: draws the id */
    bed.value_fails = NACRE_OK;
    assert_int_equal(secret_bed_set(KEY, N, 1), NACRE_OK);
    bed.value_fails = NACRE_TIMEOUT;
    assert_int_equal(secret_bed_set(KEY, N, 2), NACRE_TIMEOUT);
    assert_int_equal(nacre_secret_remove(&bed.secrets, KEY), NACRE_TIMEOUT);
    assert_int_equal(nacre_secrets_advance(&bed.secrets), NACRE_TIMEOUT);
    assert_true(secret_bed_holds(KEY, N, 1, NULL));
    assert_int_equal(secret_bed_open(), NACRE_TIMEOUT);
    assert_int_equal(secret_bed_get(KEY), NACRE_TIMEOUT);
    bed.value_fails = NACRE_OK;
    assert_int_equal(secret_bed_open(), NACRE_OK);
    assert_true(secret_bed_holds(KEY, N, 1, NULL));
}

static void test_secret_replay_counter_that_fails_to_advance_is_made_up_for(void **state)
{
    (void)state;
    static struct image old;
    for (uint32_t counts = 0; counts < 2; counts++) {
        assert_int_equal(secret_bed_set(KEY, N, 1), NACRE_OK);
        image_keep(&old);
        bed.advance_fails = NACRE_IO;
        bed.advance_counts = counts == 1;
        assert_int_equal(secret_bed_set(KEY, N, 2), NACRE_IO);
        assert_true(secret_bed_holds(KEY, N, 2, NULL));
        /* No next set before the counter has followed. */
        if (counts == 0) assert_int_equal(secret_bed_set(KEY, N, 3), NACRE_IO);
        assert_true(secret_bed_holds(KEY, N, 2, NULL));
        bed.advance_fails = NACRE_OK;
        assert_int_equal(secret_bed_reboot(), NACRE_OK);
        assert_true(secret_bed_holds(KEY, N, 2, NULL));
        image_play_back(&old);
        assert_int_equal(secret_bed_reboot(), NACRE_REPLAYED);
        assert_int_equal(nacre_secrets_renew(&bed.secrets), NACRE_OK);
    }
}

static void test_secret_replay_epoch_that_cannot_be_sealed_leaves_the_new_value(void **state)
{
    (void)state;
    static struct image old;
    assert_int_equal(secret_bed_set(KEY, N, 1), NACRE_OK);
    image_keep(&old);
    bed.seal_fails = NACRE_CRYPT;
    bed.seals_before = 1; /* the secret's own */
    assert_int_equal(secret_bed_set(KEY, N, 2), NACRE_CRYPT);
    bed.seal_fails = NACRE_OK;
    assert_true(secret_bed_holds(KEY, N, 2, NULL));
    assert_int_equal(secret_bed_reboot(), NACRE_OK);
    assert_true(secret_bed_holds(KEY, N, 2, NULL));
    assert_int_equal(secret_bed_set(KEY, N, 3), NACRE_OK);
    image_play_back(&old);
    assert_int_equal(secret_bed_reboot(), NACRE_REPLAYED);
}

/* ---- a set that is cut, or watched ---- */

static void keep_image_of_event(const struct sim_event *event, void *context)
{
    struct { struct image *images; uint32_t count; } *const kept = context;
    if (event->command == SIM_READ || kept->count == IMAGES_MAX) return;
    image_keep(&kept->images[kept->count++]);
}

static void test_secret_replay_of_no_moment_of_a_set_is_accepted_after_it(void **state)
{
    (void)state;
    struct { struct image *images; uint32_t count; } kept = { NULL, 0 };
    static struct image last;
    kept.images = calloc(IMAGES_MAX, sizeof *kept.images);
    assert_int_equal(secret_bed_set(KEY, N, 1), NACRE_OK);
    image_keep(&kept.images[kept.count++]);
    box.sim->trace = keep_image_of_event;
    box.sim->trace_context = &kept;
    assert_int_equal(secret_bed_set(KEY, N, 2), NACRE_OK);
    box.sim->trace = NULL;
    image_keep(&last);
    assert_true(kept.count >= 3 && kept.count < IMAGES_MAX);
    const uint64_t value = bed.value;
    uint32_t refused = 0;
    for (uint32_t i = 0; i < kept.count; i++) {
        bed.value = value;
        image_play_back(&kept.images[i]);
        const enum nacre_err err = secret_bed_reboot();
        refused += err == NACRE_REPLAYED;
        if (err != NACRE_REPLAYED) assert_true(secret_bed_holds(KEY, N, 2, NULL));
    }
    assert_true(refused >= 2); /* before the set, and before its last record */
    bed.value = value;
    image_play_back(&last);
    assert_int_equal(secret_bed_reboot(), NACRE_OK);
    assert_true(secret_bed_holds(KEY, N, 2, NULL));
    free(kept.images);
}

/* Cut a set of value 2 at a command; false when it has no such command. */
static bool set_is_cut(uint32_t command, const struct sim_tear *tear)
{
    static jmp_buf jump;
    static enum nacre_err err;
    if (setjmp(jump) != 0) return true;
    sim_nor_cut_at(box.sim, command, tear, &jump);
    err = secret_bed_set(KEY, N, 2);
    sim_nor_cut_never(box.sim);
    assert_int_equal(err, NACRE_OK);
    return false;
}

/* After a cut: old or new, the same in each boot, and what was before is refused after a set. */
static void check_after_cut(uint32_t old_seed, const struct image *old)
{
    assert_int_equal(secret_bed_reboot(), NACRE_OK);
    enum nacre_err err = NACRE_OK;
    const bool is_new = secret_bed_holds(KEY, N, 2, &err);
    const bool is_old = old_seed == 0 ? err == NACRE_NOT_FOUND
                                      : secret_bed_holds(KEY, N, old_seed, NULL);
    assert_true(is_new || is_old);
    assert_int_equal(secret_bed_reboot(), NACRE_OK);
    assert_int_equal(secret_bed_holds(KEY, N, 2, NULL), is_new);
    assert_int_equal(secret_bed_set(OTHER_KEY, N, 3), NACRE_OK);
    assert_int_equal(secret_bed_reboot(), NACRE_OK);
    assert_true(secret_bed_holds(OTHER_KEY, N, 3, NULL));
    assert_int_equal(secret_bed_holds(KEY, N, 2, NULL), is_new);
    if (old_seed == 0 || bed.cfg.monotonic == NULL) return;
    image_play_back(old);
    assert_int_equal(secret_bed_reboot(), NACRE_REPLAYED);
}

static uint32_t cut_each_command(uint32_t old_seed)
{
    static struct image old;
    struct sim_tear tears[SIM_NOR_TEARS_MAX];
    const uint32_t kinds = sim_nor_tears(box.sim, SIM_PROGRAM, 64, tears);
    uint32_t points = 0;
    struct sim_nor *const start = sim_nor_create(&box.sim->medium.geometry, 1);
    const uint64_t value = bed.value;
    image_keep(&old);
    sim_nor_copy(start, box.sim);
    for (uint32_t kind = 0; kind < kinds; kind++) {
        bool cut = true;
        for (uint32_t command = 0; cut; command++) {
            const struct sim_tear tear = { tears[kind].kind, tears[kind].arg, command };
            sim_nor_copy(box.sim, start);
            bed.value = value;
            assert_int_equal(secret_bed_reboot(), NACRE_OK);
            cut = set_is_cut(command, &tear);
            points += cut;
            check_after_cut(old_seed, &old);
        }
    }
    sim_nor_destroy(start);
    return points;
}

static void test_secret_replay_cut_at_any_command_locks_nobody_out(void **state)
{
    (void)state;
    const uint32_t first = cut_each_command(0); /* the first set after a format */
    assert_int_equal(secret_bed_reboot(), NACRE_OK);
    assert_int_equal(nacre_secrets_renew(&bed.secrets), NACRE_OK);
    assert_int_equal(secret_bed_set(KEY, N, 1), NACRE_OK);
    const uint32_t later = cut_each_command(1);
    print_message("cuts in a set: %u in the first, %u in a later one\n", first, later);
    assert_true(first >= 15 * 4 && later >= 15 * 3);
}

static void test_secret_replay_cut_in_two_lanes_locks_nobody_out(void **state)
{
    test_secret_replay_cut_at_any_command_locks_nobody_out(state);
}

static void test_secret_cut_at_any_command_is_old_or_new(void **state)
{
    (void)state;
    const uint32_t first = cut_each_command(0);
    assert_int_equal(secret_bed_reboot(), NACRE_OK);
    assert_int_equal(secret_bed_set(KEY, N, 1), NACRE_OK);
    const uint32_t later = cut_each_command(1);
    assert_true(first >= 15 * 3 && later >= 15 * 2);
}

static const struct CMUnitTest tests[] = {
#define PLAIN_TEST(name) cmocka_unit_test_setup_teardown(name, secret_bed_begin, secret_bed_end)
#define COUNTED_TEST(name) \
    cmocka_unit_test_setup_teardown(name, begin_with_counter, secret_bed_end)
    PLAIN_TEST(test_secret_replay_is_accepted_without_a_counter),
    PLAIN_TEST(test_secret_older_record_of_the_same_setting_is_accepted),
    PLAIN_TEST(test_secret_cut_at_any_command_is_old_or_new),
    COUNTED_TEST(test_secret_replay_is_refused_with_a_counter),
    COUNTED_TEST(test_secret_replay_of_what_was_removed_is_refused),
    COUNTED_TEST(test_secret_replay_is_refused_behind_an_advance),
    COUNTED_TEST(test_secret_replay_of_before_a_format_is_refused),
    COUNTED_TEST(test_secret_replay_of_before_a_renewal_is_refused),
    COUNTED_TEST(test_secret_replay_epoch_may_be_one_ahead_and_no_more),
    COUNTED_TEST(test_secret_replay_epoch_that_is_missing_or_forged_is_refused),
    COUNTED_TEST(test_secret_replay_counter_given_later_asks_for_a_renewal),
    COUNTED_TEST(test_secret_replay_counter_that_cannot_be_read_is_told),
    COUNTED_TEST(test_secret_replay_counter_that_fails_to_advance_is_made_up_for),
    COUNTED_TEST(test_secret_replay_epoch_that_cannot_be_sealed_leaves_the_new_value),
    COUNTED_TEST(test_secret_replay_of_no_moment_of_a_set_is_accepted_after_it),
    COUNTED_TEST(test_secret_replay_cut_at_any_command_locks_nobody_out),
    cmocka_unit_test_setup_teardown(test_secret_replay_cut_in_two_lanes_locks_nobody_out,
                                    begin_two_lanes, secret_bed_end),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}
