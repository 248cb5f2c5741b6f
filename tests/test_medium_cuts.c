/*
 * Goal: on no medium does a cut, in any write and with any tear that its part can leave, nor a
 * second one in the recovery or behind it, make the store answer with anything but what it
 * promised.
 *
 * Method: tests/support/medium_run.h, a share of its points in each kind; campaign_medium runs them
 * all. The oracle judges.
 *
 * "--replay POINT" tells the story of one point. "--share 20" runs one point in 20, "--kind ram"
 * one kind of medium, "--without ram" all others.
 */
#include "tests/support/cmocka_all.h"
#include "tests/support/medium_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KINDS_MAX 64u
#define SECONDS 40u /* one second cut of so many */

static const char *program_name;
static uint32_t share = 1;
static uint64_t second_cuts; /* of all kinds: a small share of one may have none */

static void run_kind(void **state)
{
    const struct medium_kind *const kind = *state;
    for (uint32_t seed = 1; seed <= 2u; seed++) {
        struct run_result result = { 0 };
        const struct run_plan plan = {
            .kind = kind, .seed = seed, .first_of = kind->share * share,
            .second_of = SECONDS * share, .shards = 1, .program = program_name,
        };
        medium_run(&plan, &result);
        print_message("%s:%u: %u updates in %u units, %u places; cuts %llu of %llu, second cuts "
                      "%llu of %llu, failures %llu, longest recovery %u places, %u times full\n",
                      kind->name, seed, result.updates, result.units, result.places,
                      (unsigned long long)result.run_1, (unsigned long long)result.possible_1,
                      (unsigned long long)result.run_2, (unsigned long long)result.possible_2,
                      (unsigned long long)result.failures, result.recovery_places_max, result.full);
        assert_int_equal(result.failures, 0);
        assert_true(result.run_1 > 0);
        second_cuts += result.run_2;
        assert_true(result.updates > 20u);
    }
}

static int replay(const char *text)
{
    struct run_point point;
    if (!run_point_parse(text, &point)) {
        (void)printf("not a point: %s\n", text);
        return 2;
    }
    return medium_replay(&point) ? 0 : 1;
}

int main(int argc, char **argv)
{
    static struct CMUnitTest tests[KINDS_MAX];
    uint32_t count = 0;
    const char *only = NULL;
    const char *without = NULL;
    program_name = argv[0];
    if (argc == 3 && strcmp(argv[1], "--replay") == 0) return replay(argv[2]);
    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--share") == 0) share = (uint32_t)strtoul(argv[i + 1], NULL, 10);
        if (strcmp(argv[i], "--kind") == 0) only = argv[i + 1];
        if (strcmp(argv[i], "--without") == 0) without = argv[i + 1];
    }
    for (uint32_t i = 0; medium_kind_at(i) != NULL && count < KINDS_MAX; i++) {
        const struct medium_kind *const kind = medium_kind_at(i);
        if (kind->is_whole || (only != NULL && strcmp(only, kind->name) != 0)) continue;
        if (without != NULL && strcmp(without, kind->name) == 0) continue;
        tests[count++] = (struct CMUnitTest){ kind->name, run_kind, NULL, NULL,
                                              (void *)(uintptr_t)kind };
    }
    const int failures = _cmocka_run_group_tests("medium_cuts", tests, count, NULL, NULL);
    if (second_cuts == 0) (void)printf("no cut was followed by a second one\n");
    return second_cuts == 0 ? failures + 1 : failures;
}
