/*
 * Goal: no cut of the power, at any command and inside it, and no second cut in the recovery from
 * the first, ever makes the store answer with anything but what it promised.
 *
 * Method: runs of mixed sets, removals, idle calls and restarts on the simulated NOR, after two
 * laps of the region; each command is cut with each tear class; a seeded part of the second cuts is
 * run too, a larger one by campaign_store. The oracle judges, which knows only the promises.
 *
 * "--replay POINT" tells the story of one point. NACRE_TEST_SHARE=20 in the environment runs one
 * point in 20, for a look in passing.
 */
#include "tests/support/cut_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *program_name;
static uint32_t first_seed = 1;

static const uint32_t second_of[BED_SCENES] = { 200, 150, 80, 100, 1000, 80, 200 };

/* Only one part in so many of the points, where the environment asks for a short run. */
static uint32_t thinning(void)
{
    const char *const text = getenv("NACRE_TEST_SHARE");
    const uint32_t share = text == NULL ? 1u : (uint32_t)strtoul(text, NULL, 10);
    return share == 0 ? 1u : share;
}

static struct cut_plan plan_of(uint32_t scene)
{
    const struct cut_plan plan = {
        .scene = scene, .seed = first_seed, .updates = 300, .reclaims = 3,
        .after_steps = 6,
        .first_of = 1, .second_of = second_of[scene], .shard = 0, .shards = thinning(),
        .program = program_name,
    };
    return plan;
}

static void run_scene(uint32_t scene)
{
    const struct cut_plan plan = plan_of(scene);
    struct cut_result result = { 0 };
    cut_run(&plan, &result);
    (void)printf("%s: %u updates, %u commands, %u units reclaimed; cuts %llu of %llu, "
                 "second cuts %llu of %llu, "
                 "failures %llu, longest recovery %u commands, %u bytes\n",
                 bed_scenes[scene].name, result.updates, result.commands, result.reclaims,
                 (unsigned long long)result.run_1, (unsigned long long)result.possible_1,
                 (unsigned long long)result.run_2, (unsigned long long)result.possible_2,
                 (unsigned long long)result.failures, result.recovery_commands_max,
                 result.recovery_bytes_max);
    assert_int_equal(result.failures, 0);
    assert_true(result.run_1 * thinning() > 2000u);
    assert_true(result.run_2 * thinning() > 700u);
    assert_true(result.updates >= 300u && result.reclaims >= 3u);
}

static void test_store_cuts_mixed8_old_or_new(void **state) { (void)state; run_scene(0); }
static void test_store_cuts_mixed4_old_or_new(void **state) { (void)state; run_scene(1); }
static void test_store_cuts_small8_old_or_new(void **state) { (void)state; run_scene(2); }
static void test_store_cuts_small4_old_or_new(void **state) { (void)state; run_scene(3); }
static void test_store_cuts_large8_old_or_new(void **state) { (void)state; run_scene(4); }
static void test_store_cuts_sleepy4_old_or_new(void **state) { (void)state; run_scene(5); }
/* The first lap of a new region, where nothing lies behind the log yet. */
static void test_store_cuts_fresh4_old_or_new(void **state) { (void)state; run_scene(6); }

/*
 * Why one lane asks for the granule assumption: on a chip whose cut may spoil the whole page, the
 * same runs lose values. Two lanes are the answer.
 */
static void test_store_cuts_page_tear_loses_values(void **state)
{
    (void)state;
    struct cut_plan plan = plan_of(2);
    struct cut_result result = { 0 };
    plan.cut_bytes = 256;
    plan.second_of = 0;
    plan.first_of = 4;
    plan.is_quiet = true;
    cut_run(&plan, &result);
    print_message("page tears: %llu of %llu cuts lose something\n",
                  (unsigned long long)result.failures, (unsigned long long)result.run_1);
    assert_in_range(result.failures, 1, result.run_1 / 4u);
}

static int replay(const char *text)
{
    struct cut_point point;
    if (!cut_point_parse(text, &point)) {
        (void)printf("not a point: %s\n", text);
        return 2;
    }
    const struct cut_plan plan = plan_of(point.scene);
    return cut_replay(&point, &plan) ? 0 : 1;
}

int main(int argc, char **argv)
{
    program_name = argv[0];
    if (argc == 3 && strcmp(argv[1], "--replay") == 0) return replay(argv[2]);
    if (argc == 3 && strcmp(argv[1], "--seed") == 0) {
        first_seed = (uint32_t)strtoul(argv[2], NULL, 10);
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_store_cuts_mixed8_old_or_new),
        cmocka_unit_test(test_store_cuts_mixed4_old_or_new),
        cmocka_unit_test(test_store_cuts_small8_old_or_new),
        cmocka_unit_test(test_store_cuts_small4_old_or_new),
        cmocka_unit_test(test_store_cuts_large8_old_or_new),
        cmocka_unit_test(test_store_cuts_sleepy4_old_or_new),
        cmocka_unit_test(test_store_cuts_fresh4_old_or_new),
        cmocka_unit_test(test_store_cuts_page_tear_loses_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
