/*
 * Goal: where a bus fails, a call answers an error or succeeds after all; it never answers a wrong
 * value, never hangs, and the old values are there when the bus is well again.
 *
 * Method: tests/support/medium_faults.h, a share of its points on each medium with a bus;
 * campaign_medium runs them all. "--fault POINT" tells the story of one. Points at which a
 * campaign found a fault of the library are run each time.
 */
#include "tests/support/cmocka_all.h"
#include "tests/support/medium_faults.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KINDS_MAX 64u
#define STEPS 18u
#define ONE_OF 400u

static const char *program_name;
static uint32_t share = 1;

static void run_kind(void **state)
{
    const struct medium_kind *const kind = *state;
    struct faults_result result = { 0 };
    const struct faults_plan plan = {
        .kind = kind, .seed = 1, .steps = STEPS, .one_of = ONE_OF * share, .shards = 1,
        .program = program_name,
    };
    medium_faults(&plan, &result);
    print_message("%s: %u transfers, faults at %llu of %llu points, %llu survived without an "
                  "error, longest %.1f ms, failures %llu\n",
                  kind->name, result.transfers, (unsigned long long)result.run,
                  (unsigned long long)result.possible, (unsigned long long)result.survived,
                  (double)result.longest_ns / 1e6, (unsigned long long)result.failures);
    assert_int_equal(result.failures, 0);
    assert_true(result.run * share > 20u);
    assert_in_range(result.survived, 1, result.run - 1u);
}

/* SDA low for good in the copy of a record: one misread of its source, or of what was copied, was
 * taken for damage, and told durably. */
static void test_medium_faults_misread_copy_costs_no_value(void **state)
{
    static const char *const points[] = {
        "24LC256:1:8:374:4", "24LC256:1:8:493:4", "AT24CM01:1:21:65:4", "M24M01:1:21:65:4",
    };
    (void)state;
    for (uint32_t i = 0; i < sizeof points / sizeof points[0]; i++) {
        if (!medium_faults_replay(points[i])) fail_msg("not as promised: --fault %s", points[i]);
    }
}

int main(int argc, char **argv)
{
    static struct CMUnitTest tests[KINDS_MAX];
    const char *only = NULL;
    uint32_t count = 0;
    program_name = argv[0];
    if (argc == 3 && strcmp(argv[1], "--fault") == 0) return medium_faults_replay(argv[2]) ? 0 : 1;
    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--share") == 0) share = (uint32_t)strtoul(argv[i + 1], NULL, 10);
        if (strcmp(argv[i], "--kind") == 0) only = argv[i + 1];
    }
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(
        test_medium_faults_misread_copy_costs_no_value);
    for (uint32_t i = 0; medium_kind_at(i) != NULL && count < KINDS_MAX; i++) {
        const struct medium_kind *const kind = medium_kind_at(i);
        if (kind->is_whole || kind->bus == NULL) continue;
        if (only != NULL && strcmp(only, kind->name) != 0) continue;
        tests[count++] = (struct CMUnitTest){ kind->name, run_kind, NULL, NULL,
                                              (void *)(uintptr_t)kind };
    }
    return _cmocka_run_group_tests("medium_faults", tests, count, NULL, NULL);
}
