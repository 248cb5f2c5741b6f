/*
 * Goal: whatever a chip does, in whatever order, no answer of the store is one that it did not
 * promise.
 *
 * Method: random use on chips that lose their power at any depth, flip bits, fail and wear out, in
 * each scene; the oracle judges. campaign_store runs a million of such operations.
 *
 * "--replay-soak SCENE-SEED:BOOT" tells the story of a failure from that boot on. "--share 15", or
 * NACRE_TEST_SHARE=15 in the environment, runs one operation in 15.
 */
#include "tests/support/soak.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OPERATIONS 30000u /* of a scene */
#define FIRST_SEED 7000u  /* other chapters than those of the campaign */

static const char *program_name;
static uint32_t share = 1;
static struct soak_result total;

static void run_scene(uint32_t scene)
{
    struct soak_result result = { 0 };
    const struct soak_plan plan = {
        .scene = scene, .seed = FIRST_SEED + scene, .operations = OPERATIONS / share,
        .again_percent = 50u, .tell_from = 0xffffffffu,
    };
    const bool ok = soak_run(&plan, &result, program_name);
    (void)printf("%s: %llu operations, %llu cuts, %llu flips, %llu faults, %llu stuck units\n",
                 bed_scenes[scene].name, (unsigned long long)result.operations,
                 (unsigned long long)result.cut_count, (unsigned long long)result.flips,
                 (unsigned long long)result.faults, (unsigned long long)result.stuck_units);
    soak_add(&total, &result);
    assert_true(ok);
}

static void test_store_soak_one_lane(void **state)
{
    (void)state;
    for (uint32_t scene = 0; scene < BED_SCENES_ONE_LANE; scene++) run_scene(scene);
}

static void test_store_soak_two_lanes(void **state)
{
    (void)state;
    for (uint32_t scene = BED_SCENES_ONE_LANE; scene < BED_SCENES; scene++) run_scene(scene);
}

/* The chips did what they were to do. */
static void test_store_soak_was_no_rest(void **state)
{
    (void)state;
    const uint32_t parts = 4u * share; /* a short run has its luck */
    assert_true(total.operations * share >= BED_SCENES * (uint64_t)OPERATIONS);
    assert_true(total.cut_count * parts > 10000u);
    assert_true(total.cuts[1] * parts > 1000u);
    assert_true(total.flips * parts > 500u);
    assert_true(total.faults * parts > 1000u);
    assert_true(total.stuck_units * parts > 50u);
}

static int replay(const char *text)
{
    char name[16];
    unsigned long long seed;
    struct soak_plan plan = { .operations = 1, .again_percent = 50u };
    struct soak_result result = { 0 };
    if (sscanf(text, "%15[a-z0-9]-%llu:%u", name, &seed, &plan.tell_from) != 3) return 2;
    while (plan.scene < BED_SCENES && strcmp(bed_scenes[plan.scene].name, name) != 0) plan.scene++;
    plan.seed = seed;
    if (plan.scene == BED_SCENES) return 2;
    return soak_run(&plan, &result, program_name) ? 0 : 1;
}

int main(int argc, char **argv)
{
    const char *const text = getenv("NACRE_TEST_SHARE");
    program_name = argv[0];
    if (argc == 3 && strcmp(argv[1], "--replay-soak") == 0) return replay(argv[2]);
    if (text != NULL) share = (uint32_t)strtoul(text, NULL, 10);
    if (argc == 3 && strcmp(argv[1], "--share") == 0) share = (uint32_t)strtoul(argv[2], NULL, 10);
    if (share == 0) share = 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_store_soak_one_lane),
        cmocka_unit_test(test_store_soak_two_lanes),
        cmocka_unit_test(test_store_soak_was_no_rest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
