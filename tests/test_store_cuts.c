/*
 * Goal: no cut of the power, at any command and inside it, and no second cut in the recovery from
 * the first, ever makes the store answer with anything but what it promised.
 *
 * Method: runs of mixed sets, removals, idle calls and restarts on the simulated NOR, after two
 * laps of the region; each command is cut with each tear class; a seeded part of the second cuts is
 * run too, a larger one by campaign_store. The oracle judges, which knows only the promises.
 *
 * "--replay POINT" tells the story of one point. "--share 20", or NACRE_TEST_SHARE=20 in the
 * environment, runs one point in 20: with sanitizers, or for a look in passing.
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

/* One second cut of so many. */
static const uint32_t second_of[BED_SCENES] = {
    200, 150, 80, 100, 1000, 80, 200, 1500, 800, 800, 3000, 800, 2000, 1000, 1500, 2500,
    400, 300, 200, 1500,
};
/* And one first cut of so many, away from the ends of units. */
static const uint32_t first_of[BED_SCENES] = {
    1, 1, 1, 1, 2, 1, 1, 2, 1, 1, 6, 1, 2, 1, 1, 4, 1, 1, 1, 4,
};
static uint32_t share = 1;

static struct cut_plan plan_of(uint32_t scene)
{
    const struct cut_plan plan = {
        .scene = scene, .seed = first_seed, .updates = 300, .reclaims = 3,
        .after_steps = 6,
        .first_of = first_of[scene], .second_of = second_of[scene], .shard = 0, .shards = share,
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
    assert_true(result.run_1 * share > 2000u);
    assert_true(result.run_2 * share > 200u);
    assert_true(result.updates >= 300u && result.reclaims >= 3u);
}

#define SCENE(number, name) \
    static void test_store_cuts_##name##_old_or_new(void **state) \
    { \
        (void)state; \
        run_scene(number); \
    }
SCENE(0, mixed8)
SCENE(1, mixed4)
SCENE(2, small8)
SCENE(3, small4)
SCENE(4, large8)
SCENE(5, sleepy4)
/* The first lap of a new region, where nothing lies behind the log yet. */
SCENE(6, fresh4)
/* Two lanes: page tears, then unit tears. */
SCENE(7, pmixed8)
SCENE(8, pmixed4)
SCENE(9, psmall8)
SCENE(10, plarge8)
SCENE(11, pfresh4)
SCENE(12, umixed8)
SCENE(13, umixed5)
SCENE(14, usmall8)
SCENE(15, ularge8)
/* Each record in pages of its own, one lane, page tears. */
SCENE(16, smixed8)
SCENE(17, smixed4)
SCENE(18, ssmall8)
SCENE(19, slarge8)

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

static void read_options(int argc, char **argv)
{
    const char *const text = getenv("NACRE_TEST_SHARE");
    if (text != NULL) share = (uint32_t)strtoul(text, NULL, 10);
    for (int i = 1; i + 1 < argc; i += 2) {
        const uint32_t number = (uint32_t)strtoul(argv[i + 1], NULL, 10);
        if (strcmp(argv[i], "--seed") == 0) first_seed = number;
        if (strcmp(argv[i], "--share") == 0) share = number;
    }
    if (share == 0) share = 1;
}

int main(int argc, char **argv)
{
    program_name = argv[0];
    if (argc == 3 && strcmp(argv[1], "--replay") == 0) return replay(argv[2]);
    read_options(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_store_cuts_mixed8_old_or_new),
        cmocka_unit_test(test_store_cuts_mixed4_old_or_new),
        cmocka_unit_test(test_store_cuts_small8_old_or_new),
        cmocka_unit_test(test_store_cuts_small4_old_or_new),
        cmocka_unit_test(test_store_cuts_large8_old_or_new),
        cmocka_unit_test(test_store_cuts_sleepy4_old_or_new),
        cmocka_unit_test(test_store_cuts_fresh4_old_or_new),
        cmocka_unit_test(test_store_cuts_pmixed8_old_or_new),
        cmocka_unit_test(test_store_cuts_pmixed4_old_or_new),
        cmocka_unit_test(test_store_cuts_psmall8_old_or_new),
        cmocka_unit_test(test_store_cuts_plarge8_old_or_new),
        cmocka_unit_test(test_store_cuts_pfresh4_old_or_new),
        cmocka_unit_test(test_store_cuts_umixed8_old_or_new),
        cmocka_unit_test(test_store_cuts_umixed5_old_or_new),
        cmocka_unit_test(test_store_cuts_usmall8_old_or_new),
        cmocka_unit_test(test_store_cuts_ularge8_old_or_new),
        cmocka_unit_test(test_store_cuts_smixed8_old_or_new),
        cmocka_unit_test(test_store_cuts_smixed4_old_or_new),
        cmocka_unit_test(test_store_cuts_ssmall8_old_or_new),
        cmocka_unit_test(test_store_cuts_slarge8_old_or_new),
        cmocka_unit_test(test_store_cuts_page_tear_loses_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
