/*
 * Goal: a copy takes what is set while it is made, goes on after failures, lets damage stay damage
 * and goes to any medium.
 *
 * Method: as tests/test_copy.c; one copy goes to a medium in RAM and on; random histories of moves,
 * changes and restarts, judged by the models.
 */
#include "tests/support/cmocka_all.h"
#include "tests/support/copy_bed.h"

#include "nacre/core/own.h"
#include "nacre/media/ram.h"

#include <string.h>

#define STEPS_MAX 1000u
#define UNIT 4096u

static const struct nacre_geometry four = {UNIT, 4, 16, 256, 16, 0};
static const struct nacre_geometry three = {UNIT, 3, 16, 256, 16, 0};
static const struct nacre_geometry eight = {UNIT, 8, 16, 256, 16, 0};

static int begin(void **state)
{
    (void)state;
    copy_bed_open(&four, &four);
    return 0;
}

/* Steps to the end; between two of them a function is called. */
static void steps_with(void (*between)(uint32_t step))
{
    struct nacre_copy copy;
    bool more = true;
    assert_int_equal(nacre_copy_begin(&copy, &copy_cfg), NACRE_OK);
    for (uint32_t i = 0; i < STEPS_MAX && more; i++) {
        assert_int_equal(nacre_copy_step(&copy, &more), NACRE_OK);
        if (more && between != NULL) between(i);
    }
    assert_false(more);
}

/* ---- what happens meanwhile ---- */

static void change_now_and_then(uint32_t step)
{
    static struct rng rng = {9};
    if (step % 5u == 2u && step < 200u) {
        assert_int_equal(copy_change_any(&from, &rng), NACRE_OK);
    }
}

static void test_copy_takes_what_is_set_meanwhile(void **state)
{
    struct rng rng = {7};
    (void)state;
    copy_use(&from, &rng, 60);
    steps_with(change_now_and_then);
    assert_int_equal(copy_state_is(1), NACRE_COPIED_WHOLE);
    copy_holds(&to, &from.model);
}

static void change_late(uint32_t step)
{
    struct copy_value value = {.is_set = true, .n = 1, .bytes = {(uint8_t)step}};
    if (step < STEPS_MAX / 2u) assert_int_equal(copy_change(&from, 0, &value), NACRE_OK);
}

/* It is not whole while a key that it has passed is set between any two steps. */
static void test_copy_waits_for_a_source_that_rests(void **state)
{
    (void)state;
    copy_sets(&from, 4, 4, 4);
    steps_with(change_late);
    assert_int_equal(from.model.value[0].bytes[0], (uint8_t)(STEPS_MAX / 2u - 1u));
    copy_holds(&to, &from.model);
}

static int begin_four_to_three(void **state)
{
    (void)state;
    copy_bed_open(&four, &three);
    return 0;
}

static void sets_many(uint32_t first, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        assert_int_equal(box_set(&from.box, first + i, 40, 1), NACRE_OK);
    }
}

/* What was copied before is in the way of what the source holds now, which would fit alone. */
static void test_copy_begins_anew_where_it_is_in_its_own_way(void **state)
{
    struct nacre_copy copy;
    bool more = true;
    uint32_t emptied = 0;
    uint32_t i;
    (void)state;
    sets_many(2000, 15);
    assert_int_equal(nacre_copy_begin(&copy, &copy_cfg), NACRE_OK);
    while (copy.phase != NACRE_COPY_FILL || copy.key < 2014u) {
        assert_int_equal(nacre_copy_step(&copy, &more), NACRE_OK);
    }
    for (i = 0; i < 15u; i++) {
        assert_int_equal(nacre_remove(copy_cfg.from, 2000u + i), NACRE_OK);
    }
    sets_many(1000, 15);
    for (i = 0; i < STEPS_MAX && more; i++) {
        if (copy.phase == NACRE_COPY_EMPTY) emptied++;
        assert_int_equal(nacre_copy_step(&copy, &more), NACRE_OK);
    }
    assert_false(more);
    assert_int_equal(emptied, 1);
    for (i = 0; i < 15u; i++) {
        assert_true(box_holds(&to.box, 1000u + i, 40, 1));
        assert_true(box_lacks(&to.box, 2000u + i));
    }
}

static void test_copy_that_must_not_wait_says_busy(void **state)
{
    struct rng rng = {8};
    struct nacre_copy copy;
    bool more = true;
    bool has_more;
    uint32_t refusals = 0;
    (void)state;
    to.box.cfg.refuse_when_busy = true;
    copy_reboot();
    copy_use(&from, &rng, 80);
    copy_sets(&to, 0, 4, 1); /* so that it is made empty first, and goes on as it was mounted */
    copy_cfg.replace = true;
    assert_int_equal(nacre_copy_begin(&copy, &copy_cfg), NACRE_OK);
    for (uint32_t i = 0; i < STEPS_MAX && more; i++) {
        assert_int_equal(nacre_idle(copy_cfg.to, &has_more), NACRE_OK);
        const enum nacre_err err = nacre_copy_step(&copy, &more);
        if (err == NACRE_BUSY) {
            refusals++;
            sim_nor_pass_us(to.box.sim, 30000u);
        } else {
            assert_int_equal(err, NACRE_OK);
        }
    }
    assert_false(more);
    assert_in_range(refusals, 1, STEPS_MAX);
    copy_holds(&to, &from.model);
}

/* Copies in steps; at first each thirteenth meets a medium that cannot be read. */
static uint32_t copies_with_failures(uint32_t first)
{
    struct nacre_copy copy;
    bool more = true;
    uint32_t failures = 0;
    assert_int_equal(nacre_copy_begin(&copy, &copy_cfg), NACRE_OK);
    for (uint32_t i = 0; i < STEPS_MAX && more; i++) {
        struct sim_faults *const faults =
            i % 2u == 0u ? &from.box.sim->faults : &to.box.sim->faults;
        if (i % 13u == first && i < STEPS_MAX / 4u) faults->read_fails = NACRE_IO;
        const enum nacre_err err = nacre_copy_step(&copy, &more);
        faults->read_fails = NACRE_OK;
        if (err != NACRE_OK) failures++;
        if (err != NACRE_READ_ONLY) continue;
        copy_reboot(); /* what it could not read back it does not trust until it is mounted */
        assert_int_equal(nacre_copy_begin(&copy, &copy_cfg), NACRE_OK);
    }
    assert_false(more);
    return failures;
}

/* A step that a medium fails in is done again, and nothing is left out. */
static void test_copy_goes_on_after_a_medium_failed(void **state)
{
    uint32_t failures = 0;
    (void)state;
    for (uint32_t first = 0; first < 13u; first++) {
        struct rng rng = {10u + first};
        copy_bed_open(&four, &four);
        copy_use(&from, &rng, 80);
        failures += copies_with_failures(first);
        copy_holds(&to, &from.model);
        copy_reboot();
        copy_holds(&to, &from.model);
        assert_int_equal(copy_bed_close(NULL), 0);
    }
    assert_in_range(failures, 40, 13u * STEPS_MAX);
}

/* ---- damage ---- */

static enum nacre_err get_of(struct copy_side *side, uint32_t slot, uint8_t *first)
{
    uint8_t bytes[COPY_VALUE_MAX] = {0};
    uint32_t n;
    const enum nacre_err err =
        nacre_get(&side->box.store, copy_key(slot), bytes, sizeof bytes, &n);
    *first = bytes[0];
    return err;
}

static void is_stale_and_lost(struct copy_side *side)
{
    struct nacre_stats stats;
    uint8_t first;
    assert_int_equal(get_of(side, 1, &first), NACRE_STALE);
    assert_int_equal(first, 0x11);
    assert_int_equal(get_of(side, 2, &first), NACRE_DAMAGED);
    assert_int_equal(get_of(side, 3, &first), NACRE_OK);
    assert_int_equal(nacre_stats(&side->box.store, &stats), NACRE_OK);
    assert_int_equal(stats.stale_keys, 2);
}

static void lose_values(void)
{
    copy_sets(&from, 1, 8, 0x11);
    copy_sets(&from, 2, 8, 0x12);
    copy_sets(&from, 3, 8, 0x13);
    copy_sets(&from, 1, 8, 0x14);
    copy_sets(&from, 4, 8, 0x15);
    copy_spoil(&from, copy_key(1), 1);
    copy_spoil(&from, copy_key(2), 1);
}

static void test_copy_never_makes_damage_good(void **state)
{
    (void)state;
    lose_values();
    copy_whole();
    is_stale_and_lost(&to);
    copy_reboot();
    assert_int_equal(copy_state_is(1), NACRE_COPIED_WHOLE);
    is_stale_and_lost(&to);
    copy_sets(&to, 1, 8, 0x21);
    copy_sets(&to, 2, 8, 0x22);
    copy_cfg.number = 2;
    copy_cfg.replace = true;
    copy_reboot(); /* the source finds the damage at its mount */
    copy_whole();
    is_stale_and_lost(&to);
}

/* The values were copied as good ones; then the source loses them. */
static void lose_late(uint32_t step)
{
    uint8_t first;
    if (step != 40u) return;
    copy_spoil(&from, copy_key(1), 1);
    copy_spoil(&from, copy_key(2), 1);
    assert_int_equal(get_of(&from, 1, &first), NACRE_STALE);
    assert_int_equal(get_of(&from, 2, &first), NACRE_DAMAGED);
}

static void test_copy_takes_damage_that_comes_meanwhile(void **state)
{
    (void)state;
    for (uint32_t slot = 0; slot < COPY_SLOTS; slot++) copy_sets(&from, slot, 8, 0x13);
    copy_sets(&from, 1, 8, 0x11);
    copy_sets(&from, 1, 8, 0x14);
    copy_sets(&from, 4, 8, 0x15);
    steps_with(lose_late);
    is_stale_and_lost(&to);
    copy_reboot();
    is_stale_and_lost(&to);
}

/*
 * It was stale before, and what was told of it goes bad too. Its records are 10, 11, 14, and 11 as
 * stale; 14 is bad already, and a bit that is turned twice is not.
 */
static void lose_again(uint32_t step)
{
    uint8_t first;
    if (step != 40u) return;
    for (uint32_t records = 3; records > 0u; records--) copy_spoil(&from, copy_key(1), records);
    assert_int_equal(get_of(&from, 1, &first), NACRE_STALE);
    assert_int_equal(first, 0x10);
}

static void test_copy_takes_damage_of_what_was_stale(void **state)
{
    uint8_t first;
    (void)state;
    copy_sets(&from, 1, 8, 0x10);
    lose_values();
    assert_int_equal(get_of(&from, 1, &first), NACRE_STALE);
    assert_int_equal(first, 0x11);
    for (uint32_t slot = 5; slot < COPY_SLOTS; slot++) copy_sets(&from, slot, 8, 0x13);
    steps_with(lose_again);
    assert_int_equal(get_of(&to, 1, &first), NACRE_STALE);
    assert_int_equal(first, 0x10);
}

static void mend_late(uint32_t step)
{
    if (step != 8u) return;
    copy_sets(&from, 1, 8, 0x31);
    copy_sets(&from, 2, 8, 0x32);
}

static void test_copy_of_what_was_set_again_is_good(void **state)
{
    struct nacre_stats stats;
    (void)state;
    lose_values();
    steps_with(mend_late);
    copy_holds(&to, &from.model);
    assert_int_equal(nacre_stats(copy_cfg.to, &stats), NACRE_OK);
    assert_int_equal(stats.stale_keys, 0);
}

static void test_copy_record_outlives_one_bad_bit(void **state)
{
    enum nacre_copied is;
    (void)state;
    copy_sets(&from, 1, 8, 1);
    copy_whole();
    copy_sets(&to, 2, 8, 3); /* the newest record of all would only pass for one that was cut */
    copy_spoil(&to, NACRE_OWN_COPY, 1);
    copy_reboot();
    assert_int_equal(copy_state_is(1), NACRE_COPIED_WHOLE);
    copy_sets(&from, 1, 8, 2);
    copy_whole();
    assert_int_equal(nacre_copy_state(copy_cfg.to, 2, &is), NACRE_STALE);
}

/* It may have counted: what it holds is not copied over on a guess. */
static void test_copy_does_not_guess_what_counts(void **state)
{
    enum nacre_copied is;
    (void)state;
    copy_sets(&from, 1, 8, 1);
    copy_whole();
    to.model = from.model;
    copy_sets(&to, 1, 8, 2);
    copy_spoil(&to, NACRE_OWN_COPY, 2);
    copy_reboot();
    assert_int_equal(nacre_copy_state(copy_cfg.to, 1, &is), NACRE_STALE);
    copy_cfg.replace = true;
    copy_refuses(NACRE_STALE);
    assert_int_equal(nacre_copy_claim(copy_cfg.to, 1), NACRE_OK);
    copy_whole();
    copy_holds(&to, &to.model);
}

/* ---- another medium ---- */

/* A store on a chip and one in RAM, open at once, each with its own index; there and back. */
static void test_copy_to_ram_and_back(void **state)
{
    static uint8_t bytes[16u * 1024u];
    static struct nacre_index_entry index[48];
    struct nacre_store in_ram;
    struct nacre_ram ram;
    struct rng rng = {11};
    (void)state;
    memset(bytes, 0xff, sizeof bytes);
    assert_int_equal(nacre_ram_open(&ram, bytes, 1024, 16), NACRE_OK);
    const struct nacre_store_cfg cfg = {.medium = &ram.medium, .index = index, .index_count = 48};
    assert_int_equal(nacre_mount(&in_ram, &cfg), NACRE_OK);
    copy_use(&from, &rng, 60);
    const struct nacre_copy_cfg there = {
        .from = copy_cfg.from, .to = &in_ram, .work = copy_cfg.work,
        .work_bytes = copy_cfg.work_bytes, .number = 1};
    assert_int_equal(nacre_copy(&there), NACRE_OK);
    if (!copy_judge(&in_ram, &from.model)) fail_msg("%s", copy_why);
    copy_cfg.from = &in_ram;
    copy_whole();
    copy_holds(&to, &from.model);
    copy_use(&from, &rng, 30); /* the three know nothing of each other */
    assert_int_equal(nacre_set(&in_ram, 0, "r", 1), NACRE_OK);
    copy_holds(&from, &from.model);
}

/* ---- histories ---- */

/* Random stores, moves with changes between their steps, restarts, moves back: by the models. */
static void test_copy_histories(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 40u; seed++) {
        struct rng rng = {seed};
        copy_bed_open(seed % 2u ? &four : &eight, seed % 3u ? &four : &eight);
        copy_cfg.replace = true;
        copy_use(&from, &rng, rng_below(&rng, 200));
        copy_use(&to, &rng, rng_below(&rng, 200));
        for (uint16_t number = 1; number <= 4u; number++) {
            struct nacre_copy copy;
            bool more = true;
            copy_cfg.number = number;
            assert_int_equal(nacre_copy_begin(&copy, &copy_cfg), NACRE_OK);
            for (uint32_t i = 0; i < STEPS_MAX && more; i++) {
                assert_int_equal(nacre_copy_step(&copy, &more), NACRE_OK);
                if (more && rng_percent(&rng, 3)) copy_use(&from, &rng, 1);
                if (more && rng_percent(&rng, 2)) {
                    copy_reboot();
                    assert_int_equal(nacre_copy_begin(&copy, &copy_cfg), NACRE_OK);
                }
            }
            assert_false(more);
            copy_holds(&to, &from.model);
            to.model = from.model;
            copy_use(&to, &rng, rng_below(&rng, 30));
            copy_whole();
            copy_holds(&to, &to.model);
            copy_holds(&from, &from.model);
            copy_use(&from, &rng, rng_below(&rng, 30));
        }
        assert_int_equal(copy_bed_close(NULL), 0);
    }
}

#define TEST(begin, name) cmocka_unit_test_setup_teardown(test_copy_##name, begin, copy_bed_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(begin, takes_what_is_set_meanwhile),
        TEST(begin, waits_for_a_source_that_rests),
        TEST(begin_four_to_three, begins_anew_where_it_is_in_its_own_way),
        TEST(begin, that_must_not_wait_says_busy),
        cmocka_unit_test(test_copy_goes_on_after_a_medium_failed),
        TEST(begin, never_makes_damage_good),
        TEST(begin, takes_damage_that_comes_meanwhile),
        TEST(begin, takes_damage_of_what_was_stale),
        TEST(begin, of_what_was_set_again_is_good),
        TEST(begin, record_outlives_one_bad_bit),
        TEST(begin, does_not_guess_what_counts),
        TEST(begin, to_ram_and_back),
        cmocka_unit_test(test_copy_histories),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
