/*
 * Goal: what each call of nacre/core/copy.h promises: everything that must travel does and nothing
 * else; who counts is told right; what is refused is refused before a byte is written, by an error
 * that names it.
 *
 * Method: two stores on simulated chips, filled by hand or by a seed; models that know what was
 * set.
 */
#include "tests/support/cmocka_all.h"
#include "tests/support/copy_bed.h"

#include "nacre/core/own.h"

#include <string.h>

#define CEILING_KEY 0x7F03u
#define TWO_TO_32 0x100000000u
#define UNIT 4096u

static const struct nacre_geometry four = {UNIT, 4, 16, 256, 16, 0};
static const struct nacre_geometry three = {UNIT, 3, 16, 256, 16, 0};
static const struct nacre_geometry eight = {UNIT, 8, 16, 256, 16, 0};
static const struct nacre_geometry lanes = {UNIT, 8, 16, 256, 256, 0};

static int begin(void **state)
{
    (void)state;
    copy_bed_open(&four, &four);
    return 0;
}

/* ---- what travels ---- */

static void test_copy_takes_everything(void **state)
{
    struct rng rng = {1};
    (void)state;
    copy_use(&from, &rng, 120);
    for (uint32_t slot = 0; slot < COPY_SLOTS; slot++) {
        if (!from.model.value[slot].is_set) copy_sets(&from, slot, slot * 7u, (uint8_t)slot);
    }
    copy_removes(&from, 2);
    copy_sets(&from, 5, 0, 0);
    box_remember(&from.box);
    assert_int_equal(copy_state_is(1), NACRE_COPIED_NOT);
    copy_whole();
    copy_holds(&to, &from.model);
    assert_true(box_is_unchanged(&from.box));
    copy_reboot();
    copy_holds(&to, &from.model);
    copy_holds(&from, &from.model);
}

static void test_copy_of_nothing_is_whole(void **state)
{
    (void)state;
    copy_whole();
    copy_holds(&to, &from.model);
}

static void test_copy_leaves_failed_units_behind(void **state)
{
    struct nacre_stats stats;
    (void)state;
    from.box.sim->unit_stuck[2] = SIM_STUCK_ERASE;
    for (uint32_t i = 0; i < 3000u; i++) copy_sets(&from, i % 4u, 8, (uint8_t)i);
    assert_int_equal(nacre_stats(&from.box.store, &stats), NACRE_OK);
    assert_int_equal(stats.retired_units, 1);
    copy_whole();
    copy_reboot();
    assert_int_equal(nacre_stats(&from.box.store, &stats), NACRE_OK);
    assert_int_equal(stats.retired_units, 1);
    assert_int_equal(nacre_stats(&to.box.store, &stats), NACRE_OK);
    assert_int_equal(stats.retired_units, 0);
    copy_holds(&to, &from.model);
}

static int begin_eight(void **state)
{
    (void)state;
    copy_bed_open(&eight, &four);
    return 0;
}

/* ---- which one counts ---- */

static void test_copy_that_is_whole_is_never_touched_again(void **state)
{
    struct rng rng = {2};
    (void)state;
    copy_use(&from, &rng, 40);
    copy_whole();
    to.model = from.model;
    copy_sets(&to, 1, 9, 0x11);
    copy_sets(&from, 1, 9, 0x22);
    copy_sets(&from, 3, 9, 0x22);
    box_remember(&to.box);
    copy_whole();
    copy_cfg.replace = true;
    copy_whole();
    assert_true(box_is_unchanged(&to.box));
    copy_cfg.from = NULL; /* that part is gone from the board */
    copy_whole();
    copy_reboot();
    assert_int_equal(copy_state_is(1), NACRE_COPIED_WHOLE);
    copy_holds(&to, &to.model);
}

static void test_copy_of_another_number_does_not_count(void **state)
{
    struct rng rng = {3};
    (void)state;
    copy_use(&from, &rng, 40);
    copy_whole();
    assert_int_equal(copy_state_is(2), NACRE_COPIED_NOT);
    copy_cfg.number = 2;
    copy_refuses(NACRE_COPY_OCCUPIED);
    copy_use(&from, &rng, 40);
    copy_cfg.replace = true;
    copy_whole();
    assert_int_equal(copy_state_is(1), NACRE_COPIED_NOT);
    copy_holds(&to, &from.model);
}

/* And back: the record of the first move does not travel with the second. */
static void test_copy_back_has_its_own_number(void **state)
{
    struct rng rng = {4};
    (void)state;
    copy_use(&from, &rng, 40);
    copy_whole();
    to.model = from.model;
    copy_use(&to, &rng, 40);
    const struct nacre_copy_cfg back = {
        .from = copy_cfg.to, .to = copy_cfg.from, .work = copy_cfg.work,
        .work_bytes = copy_cfg.work_bytes, .number = 2, .replace = true};
    assert_int_equal(nacre_copy(&back), NACRE_OK);
    copy_holds(&from, &to.model);
    enum nacre_copied is;
    assert_int_equal(nacre_copy_state(back.to, 2, &is), NACRE_OK);
    assert_int_equal(is, NACRE_COPIED_WHOLE);
    assert_int_equal(nacre_copy_state(back.to, 1, &is), NACRE_OK);
    assert_int_equal(is, NACRE_COPIED_NOT);
    assert_int_equal(copy_state_is(1), NACRE_COPIED_WHOLE);
}

static void test_copy_part_does_not_count(void **state)
{
    struct rng rng = {5};
    struct nacre_copy copy;
    bool more;
    (void)state;
    copy_use(&from, &rng, 60);
    assert_int_equal(nacre_copy_begin(&copy, &copy_cfg), NACRE_OK);
    while (copy.phase != NACRE_COPY_FILL || copy.key < 9u) {
        assert_int_equal(copy_state_is(1), copy.phase == NACRE_COPY_FILL ? NACRE_COPIED_PART :
                                                                     NACRE_COPIED_NOT);
        assert_int_equal(nacre_copy_step(&copy, &more), NACRE_OK);
        assert_true(more);
    }
    copy_reboot();
    assert_int_equal(copy_state_is(1), NACRE_COPIED_PART);
    assert_int_equal(copy_state_is(2), NACRE_COPIED_PART);
    copy_cfg.number = 2; /* nobody's values are in the way of another move */
    copy_whole();
    copy_holds(&to, &from.model);
}

static void test_copy_claim_makes_a_store_count(void **state)
{
    (void)state;
    copy_sets(&to, 1, 4, 1);
    assert_int_equal(nacre_copy_claim(copy_cfg.to, 0), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_copy_claim(copy_cfg.to, 1), NACRE_OK);
    copy_sets(&from, 1, 4, 2);
    copy_whole();
    copy_holds(&to, &to.model);
}

/* ---- what is refused ---- */

static void test_copy_over_values_is_refused(void **state)
{
    struct nacre_copy copy;
    bool more;
    (void)state;
    copy_sets(&from, 1, 8, 1);
    copy_sets(&to, 6, 8, 2);
    copy_refuses(NACRE_COPY_OCCUPIED);
    assert_int_equal(nacre_copy_begin(&copy, &copy_cfg), NACRE_COPY_OCCUPIED);
    assert_int_equal(copy.found, copy_key(6));
    assert_int_equal(nacre_copy_step(&copy, &more), NACRE_NOT_BEGUN);
    copy_removes(&to, 6);
    copy_sets(&to, COPY_USER + 1u, 8, 3); /* a factory value */
    assert_int_equal(nacre_copy_begin(&copy, &copy_cfg), NACRE_COPY_OCCUPIED);
    assert_int_equal(copy.found, copy_key(COPY_USER + 1u));
}

static void test_copy_replaces_when_asked(void **state)
{
    struct rng rng = {6};
    (void)state;
    copy_use(&to, &rng, 100);
    copy_use(&from, &rng, 30);
    copy_cfg.replace = true;
    copy_whole();
    copy_holds(&to, &from.model);
    copy_reboot();
    copy_holds(&to, &from.model);
}

static int begin_to_lanes(void **state)
{
    (void)state;
    copy_bed_open(&four, &lanes);
    return 0;
}

/* What is emptied keeps its lanes: the next boot mounts it as the last one did. */
static void test_copy_replaces_in_as_many_lanes(void **state)
{
    struct rng rng = {12};
    struct nacre_stats stats;
    (void)state;
    copy_use(&to, &rng, 40);
    copy_use(&from, &rng, 40);
    copy_cfg.replace = true;
    copy_whole();
    assert_int_equal(nacre_stats(copy_cfg.to, &stats), NACRE_OK);
    assert_int_equal(stats.lane_count, 2);
    copy_reboot();
    copy_holds(&to, &from.model);
}

/* Records of the library's own alone, as of settings that were opened, are in nobody's way. */
static void test_copy_over_own_records_is_no_loss(void **state)
{
    (void)state;
    copy_sets(&to, COPY_SLOTS - 1u, 39, 1);
    copy_sets(&to, COPY_SLOTS - 3u, 4, 2);
    copy_sets(&to, 3, 4, 2);
    copy_removes(&to, 3);
    copy_sets(&from, 3, 4, 5);
    copy_whole();
    copy_holds(&to, &from.model);
}

static int begin_to_three(void **state)
{
    (void)state;
    copy_bed_open(&eight, &three);
    return 0;
}

static void test_copy_to_a_smaller_one_is_refused(void **state)
{
    struct nacre_stats stats;
    (void)state;
    for (uint32_t slot = 0; slot < COPY_USER; slot++) copy_sets(&from, slot, COPY_VALUE_MAX, 7);
    assert_int_equal(nacre_stats(&from.box.store, &stats), NACRE_OK);
    copy_refuses(NACRE_COPY_NO_ROOM);
    assert_int_equal(copy_state_is(1), NACRE_COPIED_NOT);
    for (uint32_t slot = 0; slot < COPY_USER; slot++) copy_sets(&from, slot, 20, 7);
    copy_whole();
    copy_holds(&to, &from.model);
}

/* As long as the source's values fit by a nacre_set each, the copy does, and no longer. */
static void test_copy_fits_where_sets_do(void **state)
{
    uint32_t count = 0;
    (void)state;
    while (box_set(&to.box, 1000u + count, 40, 1) == NACRE_OK) count++;
    for (uint32_t i = 0; i < count - 1u; i++) {
        assert_int_equal(box_set(&from.box, 1000u + i, 40, 1), NACRE_OK);
    }
    copy_cfg.replace = true;
    assert_in_range(count, 4, 60);
    copy_whole();
    for (uint32_t i = 0; i < count - 1u; i++) assert_true(box_holds(&to.box, 1000u + i, 40, 1));
    copy_cfg.number = 2;
    assert_int_equal(box_set(&from.box, 1100, 40, 1), NACRE_OK);
    assert_int_equal(box_set(&from.box, 1101, 40, 1), NACRE_OK);
    assert_int_equal(box_set(&from.box, 1102, 40, 1), NACRE_OK);
    copy_refuses(NACRE_COPY_NO_ROOM);
    assert_int_equal(copy_state_is(1), NACRE_COPIED_WHOLE);
}

/* What was long in the destination is given up, and the room that it needed with it. */
static void test_copy_needs_no_room_for_what_it_replaces(void **state)
{
    (void)state;
    copy_sets(&to, 0, COPY_VALUE_MAX, 1);
    for (uint32_t slot = 0; slot < COPY_USER; slot++) copy_sets(&from, slot, 30, 7);
    copy_cfg.replace = true;
    copy_whole();
    copy_holds(&to, &from.model);
}

static void test_copy_of_too_many_keys_is_refused(void **state)
{
    (void)state;
    for (uint32_t slot = 0; slot < 10u; slot++) copy_sets(&from, slot, 4, 7);
    to.box.cfg.index_count = 11;
    copy_reboot();
    copy_refuses(NACRE_KEYS_FULL);
    to.box.cfg.index_count = 12;
    copy_reboot();
    copy_whole();
    copy_holds(&to, &from.model);
}

static void test_copy_with_a_short_buffer_is_refused(void **state)
{
    (void)state;
    copy_sets(&from, 1, 8, 1);
    copy_sets(&from, 2, 33, 1);
    copy_cfg.work_bytes = 32;
    copy_refuses(NACRE_TOO_SMALL);
    copy_cfg.work_bytes = 33;
    copy_whole();
    copy_holds(&to, &from.model);
}

/* A store that does not see all of its keys is neither copied nor believed. */
static void test_copy_of_half_a_source_is_refused(void **state)
{
    enum nacre_copied is;
    (void)state;
    for (uint32_t slot = 0; slot < 12u; slot++) copy_sets(&from, slot, 4, 7);
    from.box.cfg.index_count = 8;
    assert_int_equal(box_reboot(&from.box), NACRE_KEYS_FULL);
    copy_refuses(NACRE_COPY_PARTIAL);
    from.box.cfg.index_count = 64;
    copy_reboot();
    copy_whole();
    to.box.cfg.index_count = 8;
    assert_int_equal(box_reboot(&to.box), NACRE_KEYS_FULL);
    assert_int_equal(nacre_copy_state(copy_cfg.to, 1, &is), NACRE_KEYS_FULL);
    copy_cfg.replace = true;
    copy_refuses(NACRE_KEYS_FULL);
    to.box.cfg.index_count = 64;
    copy_reboot();
    assert_int_equal(copy_state_is(1), NACRE_COPIED_WHOLE);
}

static void test_copy_says_what_makes_no_sense(void **state)
{
    struct nacre_copy copy = {.phase = NACRE_COPY_NOT_BEGUN};
    struct nacre_copy_cfg cfg = copy_cfg;
    enum nacre_copied is;
    bool more;
    (void)state;
    assert_int_equal(nacre_copy(NULL), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_copy_begin(NULL, &copy_cfg), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_copy_step(NULL, &more), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_copy_step(&copy, NULL), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_copy_step(&copy, &more), NACRE_NOT_BEGUN);
    assert_int_equal(nacre_copy_state(copy_cfg.to, 0, &is), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_copy_state(copy_cfg.to, 1, NULL), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_copy_state(NULL, 1, &is), NACRE_NOT_MOUNTED);
    cfg.number = 0;
    assert_int_equal(nacre_copy(&cfg), NACRE_BAD_ARGUMENT);
    cfg = copy_cfg;
    cfg.from = cfg.to;
    assert_int_equal(nacre_copy(&cfg), NACRE_BAD_ARGUMENT);
    cfg.from = NULL;
    assert_int_equal(nacre_copy(&cfg), NACRE_BAD_ARGUMENT);
    cfg = copy_cfg;
    cfg.work = NULL;
    assert_int_equal(nacre_copy(&cfg), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_unmount(copy_cfg.from), NACRE_OK);
    assert_int_equal(nacre_copy(&copy_cfg), NACRE_NOT_MOUNTED);
    assert_int_equal(copy_state_is(1), NACRE_COPIED_NOT);
    /* Another store on the destination's medium: it would be written under the other's feet. */
    assert_int_equal(nacre_mount(copy_cfg.from, &to.box.cfg), NACRE_OK);
    assert_int_equal(nacre_copy(&copy_cfg), NACRE_BAD_ARGUMENT);
}

/* ---- nonces ---- */

static uint64_t ceiling_of(struct copy_side *side)
{
    uint8_t bytes[8];
    uint32_t n;
    uint64_t ceiling = 0;
    if (nacre_own_get(&side->box.store, CEILING_KEY, bytes, sizeof bytes, &n) != NACRE_OK) return 0;
    for (uint32_t i = 8; i-- > 0u;) ceiling = ceiling << 8 | bytes[i];
    return ceiling;
}

static void ceiling_set(struct copy_side *side, uint64_t ceiling)
{
    uint8_t bytes[8];
    for (uint32_t i = 0; i < 8u; i++) bytes[i] = (uint8_t)(ceiling >> 8u * i);
    assert_int_equal(nacre_own_set(&side->box.store, CEILING_KEY, bytes, 8), NACRE_OK);
}

static void test_copy_keeps_the_nonces_of_both_apart(void **state)
{
    (void)state;
    copy_sets(&from, 1, 8, 1);
    ceiling_set(&from, 0x300);
    copy_whole();
    assert_int_equal(ceiling_of(&to), 0x300u + TWO_TO_32);
    ceiling_set(&to, 0x500u + TWO_TO_32);
    copy_cfg.number = 2;
    copy_cfg.replace = true;
    copy_whole(); /* over what was used since, which its record does not say any more */
    assert_int_equal(ceiling_of(&to), 0x500u + TWO_TO_32);
    ceiling_set(&from, 0x700u + 3u * (uint64_t)TWO_TO_32);
    copy_cfg.number = 3;
    copy_whole();
    assert_int_equal(ceiling_of(&to), 0x700u + 4u * (uint64_t)TWO_TO_32);
    assert_int_equal(ceiling_of(&from), 0x700u + 3u * (uint64_t)TWO_TO_32);
}

/* Without a value in the way nothing is made empty: the ceiling stays where it was. */
static void test_copy_keeps_nonces_that_were_used_before(void **state)
{
    (void)state;
    ceiling_set(&to, 5u * (uint64_t)TWO_TO_32);
    copy_sets(&from, 1, 8, 1);
    ceiling_set(&from, 0x100);
    copy_whole();
    assert_int_equal(ceiling_of(&to), 5u * (uint64_t)TWO_TO_32);
}

static void test_copy_of_a_store_without_secrets_reserves_no_nonces(void **state)
{
    uint8_t bytes[8];
    uint32_t n;
    (void)state;
    copy_sets(&from, 1, 8, 1);
    copy_whole();
    assert_int_equal(nacre_own_get(copy_cfg.to, CEILING_KEY, bytes, 8, &n), NACRE_NOT_FOUND);
}

static void test_copy_moves_a_stale_ceiling_further_on(void **state)
{
    (void)state;
    ceiling_set(&from, 0x100);
    ceiling_set(&from, 0x200);
    copy_sets(&from, 1, 8, 1);
    copy_spoil(&from, CEILING_KEY, 1);
    copy_reboot();
    copy_whole();
    assert_int_equal(ceiling_of(&to), 0x100u + 2u * (uint64_t)TWO_TO_32);
}

#define TEST(begin, name) cmocka_unit_test_setup_teardown(test_copy_##name, begin, copy_bed_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(begin, takes_everything),
        TEST(begin, of_nothing_is_whole),
        TEST(begin_eight, leaves_failed_units_behind),
        TEST(begin, that_is_whole_is_never_touched_again),
        TEST(begin, of_another_number_does_not_count),
        TEST(begin, back_has_its_own_number),
        TEST(begin, part_does_not_count),
        TEST(begin, claim_makes_a_store_count),
        TEST(begin, over_values_is_refused),
        TEST(begin, replaces_when_asked),
        TEST(begin_to_lanes, replaces_in_as_many_lanes),
        TEST(begin, over_own_records_is_no_loss),
        TEST(begin_to_three, to_a_smaller_one_is_refused),
        TEST(begin_to_three, fits_where_sets_do),
        TEST(begin_to_three, needs_no_room_for_what_it_replaces),
        TEST(begin, of_too_many_keys_is_refused),
        TEST(begin, with_a_short_buffer_is_refused),
        TEST(begin, of_half_a_source_is_refused),
        TEST(begin, says_what_makes_no_sense),
        TEST(begin, keeps_nonces_that_were_used_before),
        TEST(begin, keeps_the_nonces_of_both_apart),
        TEST(begin, of_a_store_without_secrets_reserves_no_nonces),
        TEST(begin, moves_a_stale_ceiling_further_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
