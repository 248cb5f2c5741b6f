/*
 * Goal    whatever the board does at the same time, no blackout is longer than its budget, no
 *         handler later than its bound, nothing reads flash that cannot be read, no interrupt is
 *         lost that the bound allows to keep, and each value is there: after it was saved, after a
 *         remount, and after the power failed. For each way, chip and place of the blackout's code.
 * Method  tests/storm_fw on the twin, a second each: writes against a timer, a DMA that reads the
 *         image without end, speculative reads of the flash at random, hooks that say "not now" at
 *         random, and power that fails at random. The judge is tests/support/storm_bed.c. That it
 *         is awake is seen by images with a fault: without the slice's look at waiting interrupts,
 *         and with hooks that let the DMA go on.
 *
 *         Ways that poll in the blackout are dear to simulate: of theirs, one in eight is run here,
 *         by the seed in NACRE_STORM_SEED, 1 unless given. All are in make campaign.
 *
 * usage: test_storm [WAY]    without WAY: the images with a fault
 */
#include "tests/support/cmocka_all.h"
#include "tests/support/storm_bed.h"

#include <stdlib.h>
#include <string.h>

#define RUN_MS 1000u
#define FAULT_MS 300u
#define SHARE 8u

static const char *way;

static uint64_t seed(void)
{
    const char *const text = getenv("NACRE_STORM_SEED");
    return text == NULL ? 1u : strtoull(text, NULL, 10);
}

static bool is_dear(void)
{
    return strncmp(way, "sliced", 6) == 0 || strcmp(way, "whole") == 0;
}

static void test_storm_holds(void **state)
{
    const struct storm_plan plan = {.seed = seed(), .run_ms = RUN_MS};
    struct storm_result *const result = calloc(1, sizeof *result);
    char name[STORM_NAME_BYTES];
    uint32_t possible = 0;
    uint32_t run = 0;
    uint32_t failed = 0;
    (void)state;
    assert_non_null(result);
    storm_print_head(stdout);
    for (uint32_t i = 0; i < storm_count(); i++) {
        const struct storm storm = storm_at(i);
        if (!storm_fits(&storm, way, NULL, NULL)) continue;
        possible++;
        if (is_dear() && !storm_is_drawn(&storm, SHARE, plan.seed)) continue;
        run++;
        storm_run(&storm, &plan, result);
        storm_print_row(stdout, &storm, result);
        if (result->wrong[0] == '\0') continue;
        failed++;
        storm_name(&storm, name);
        print_error("FAIL %s: %s\n", name, result->wrong);
        storm_print_replay(stdout, &storm, &plan);
    }
    free(result);
    print_message("%u of %u combinations%s\n", run, possible,
                  run < possible ? ", drawn by the seed; all of them in make campaign" : "");
    assert_true(run > 0);
    assert_int_equal(failed, 0);
}

/* ---- images with a fault ---- */

static void run_faulty(const char *of_way, const struct storm_plan *plan,
                       struct storm_result *result)
{
    for (uint32_t i = 0; i < storm_count(); i++) {
        const struct storm storm = storm_at(i);
        if (!storm_fits(&storm, of_way, "MX66UW1G45G", "itcm")) continue;
        storm_run(&storm, plan, result);
        print_message("%s: %s\n", of_way, result->wrong);
        return;
    }
    fail_msg("no such storm");
}

static void test_storm_without_the_poll_handlers_are_late(void **state)
{
    static struct storm_result result;
    struct storm_plan plan = {.seed = 3, .run_ms = FAULT_MS};
    (void)state;
    run_faulty("sliced", &plan, &result);
    assert_string_equal(result.wrong, "");
    assert_in_range(result.latency.longest_ps, TWIN_PS_PER_US, result.bound_ps);
    plan.is_poll_out = true;
    run_faulty("sliced", &plan, &result);
    assert_string_not_equal(result.wrong, "");
    assert_true(result.latency.longest_ps > 2u * result.bound_ps);
    assert_true(result.irqs_merged > 0);
    assert_int_equal(result.violation, TWIN_VIOLATION_NONE);
}

/* The live handler is served all the same; those that wait are not. */
static void test_storm_without_the_poll_ticks_are_merged(void **state)
{
    static struct storm_result result;
    const struct storm_plan plan = {.seed = 3, .run_ms = FAULT_MS, .is_poll_out = true};
    (void)state;
    run_faulty("sliced-live", &plan, &result);
    assert_non_null(strstr(result.wrong, "ticks were merged"));
    assert_true(result.latency.longest_ps <= result.bound_ps);
}

static void test_storm_dma_that_goes_on_is_seen(void **state)
{
    static const char *const ways[] = {"read-while-write", "sliced", "whole"};
    static struct storm_result result;
    const struct storm_plan plan = {.seed = 3, .run_ms = FAULT_MS, .dma_goes_on = true};
    (void)state;
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        run_faulty(ways[i], &plan, &result);
        assert_int_equal(result.violation, TWIN_VIOLATION_MASTER);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest holds[] = {cmocka_unit_test(test_storm_holds)};
    const struct CMUnitTest faults[] = {
        cmocka_unit_test(test_storm_without_the_poll_handlers_are_late),
        cmocka_unit_test(test_storm_without_the_poll_ticks_are_merged),
        cmocka_unit_test(test_storm_dma_that_goes_on_is_seen),
    };
    if (argc < 2) return cmocka_run_group_tests(faults, NULL, NULL);
    way = argv[1];
    return cmocka_run_group_tests(holds, NULL, NULL);
}
