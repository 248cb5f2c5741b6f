/*
 * Goal: two stores on two media, open at once in one firmware, do not disturb each other. Wherever
 * the power fails, the one that was being set has the old or the new value, the other its own.
 *
 * Method: examples/two-media on the twin, with a calibration in the running flash and settings in a
 * FRAM, after so many sets that the calibration's log goes round its region. What is typed then is
 * replayed with the power cut in an operation of the flash, in a write of the FRAM, and at any
 * instant. The judge knows what was typed and answered. Each board then sets both anew, and starts
 * once more.
 *
 * A share of the cuts, all of them with NACRE_CAMPAIGN set.
 */
#include "tests/support/cmocka_all.h"
#include "tests/support/prompt.h"
#include "tests/support/rng.h"
#include "twin/parts/part.h"
#include "twin/twin_bus.h"

#include <stdlib.h>
#include <string.h>

#define IMAGE NACRE_FIRMWARE_DIR "/examples/two-media/two_media.elf"
#define LETTERS "bcsbccscbccscbccsccbcc" /* more than a unit's worth of calibrations */
#define WARM 150u
#define CALIBRATION_SET "calibration set NACRE_OK\r\n"
#define SETTINGS_SET "settings set NACRE_OK\r\n"
#define SHARE 16u
#define FRAM_SHARE 3u /* its writes are few */
#define INSTANTS 300u

/* What was told as kept. */
struct kept {
    uint32_t calibration;
    uint32_t settings;
};

static struct twin *twin;
static struct kept kept;
static uint64_t erases; /* of the flash */

static void count_erases(void *context, const struct twin_event *event)
{
    (void)context;
    if (event->kind != TWIN_EVENT_COMMAND) return;
    if (event->u.command.class == TWIN_COMMAND_ERASE) erases++;
}

static uint64_t flash_operations(void)
{
    return twin_operation_count(twin);
}

static uint64_t fram_writes(void)
{
    struct twin_bus_counts counts;
    twin_bus_counts_get(twin, &counts);
    return counts.writes;
}

/* ---- what is typed ---- */

/* Type one letter, and believe what is told. False: the power failed. */
static bool press(char letter)
{
    const char text[2] = { letter, '\0' };
    const size_t from = strlen(prompt_console(twin));
    twin_uart_type(twin, text);
    const enum twin_stop stop = prompt_run(twin);
    const char *const told = prompt_console(twin) + from;
    if (strstr(told, CALIBRATION_SET) != NULL) kept.calibration++;
    if (strstr(told, SETTINGS_SET) != NULL) kept.settings++;
    if (stop == TWIN_STOP_CUT) return false;
    if (stop != TWIN_STOP_TEXT) prompt_fail_stopped(twin, stop);
    const bool is_calibrated = letter == 's' || strstr(told, CALIBRATION_SET) != NULL;
    const bool is_set = letter == 'c' || strstr(told, SETTINGS_SET) != NULL;
    if (!is_calibrated || !is_set) fail_msg("%c: %s", letter, told);
    return true;
}

static void press_all(void)
{
    for (const char *letter = LETTERS; *letter != '\0'; letter++) assert_true(press(*letter));
}

/* ---- what is found ---- */

static struct kept start_and_look(void)
{
    twin_power_on(twin);
    prompt_reach(twin);
    if (strstr(prompt_console(twin), "calibration open NACRE_OK") == NULL ||
        strstr(prompt_console(twin), "settings open NACRE_OK") == NULL) {
        fail_msg("%s", prompt_console(twin));
    }
    prompt_type(twin, "?");
    if (strstr(prompt_console(twin), " get ") != NULL) fail_msg("%s", prompt_console(twin));
    const uint32_t calibration = prompt_said(twin, "calibration ");
    return (struct kept){ calibration, prompt_said(twin, "settings ") };
}

static void assert_kept(struct kept found)
{
    if (found.calibration == kept.calibration && found.settings == kept.settings) return;
    fail_msg("told %u and %u, found %u and %u", kept.calibration, kept.settings, found.calibration,
             found.settings);
}

/* The power failed in a letter; what it was about may be old or new, in its order. */
static void judge(char letter, const struct kept *before)
{
    const struct kept found = start_and_look();
    const bool is_new = found.calibration == kept.calibration + 1u;
    const bool was_told = kept.calibration != before->calibration;
    if (letter != 's' && is_new && !was_told) kept.calibration++;
    const bool may_be_set = letter == 's' || (letter == 'b' && (is_new || was_told));
    if (may_be_set && kept.settings == before->settings &&
        found.settings == kept.settings + 1u) {
        kept.settings++;
    }
    assert_kept(found);
    assert_true(press('b'));
    assert_true(press('b'));
    twin_power_off(twin);
    assert_kept(start_and_look());
}

/* Replay what is typed with a cut; answers if it struck. */
static bool cut_and_judge(const struct twin_snapshot *begin, const struct kept *at_begin,
                          const struct twin_cut *cut, uint64_t seed)
{
    kept = *at_begin;
    twin_restore(twin, begin);
    twin_seed(twin, seed);
    twin_cut_plan(twin, cut);
    for (const char *letter = LETTERS; *letter != '\0'; letter++) {
        const struct kept before = kept;
        if (press(*letter)) continue;
        judge(*letter, &before);
        return true;
    }
    return false;
}

/* ---- the tests ---- */

static int setup(void **state)
{
    struct twin_cfg cfg;
    (void)state;
    twin_cfg_default(&cfg);
    cfg.app_path = IMAGE;
    cfg.part[0] = "FM25V10";
    cfg.event = count_erases;
    twin = prompt_create(&cfg);
    kept = (struct kept){ 0, 0 };
    assert_kept(start_and_look());
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    assert_int_equal(part_violations(twin_part(twin, 0)), 0);
    prompt_end(&twin);
    return 0;
}

static void test_two_media_keep_what_each_was_told(void **state)
{
    (void)state;
    press_all();
    assert_true(kept.calibration > kept.settings && kept.settings > 0);
    twin_power_off(twin);
    assert_kept(start_and_look());
}

static void test_two_media_survive_each_cut(void **state)
{
    (void)state;
    static const double fractions[] = { 0.0, 0.3, 0.7, 1.0 };
    const bool takes_all = getenv("NACRE_CAMPAIGN") != NULL;
    const uint32_t share = takes_all ? 1u : SHARE;
    const uint32_t fram_share = takes_all ? 1u : FRAM_SHARE;
    for (uint32_t i = 0; i < WARM; i++) assert_true(press(i % 8u == 0 ? 'b' : 'c'));
    const struct kept begin_kept = kept;
    struct twin_snapshot *const begin = twin_snapshot(twin);
    const uint64_t first[] = { flash_operations(), fram_writes(), twin_now_ps(twin) };
    const uint64_t erases_before = erases;
    press_all();
    assert_true(erases > erases_before);
    const uint64_t end[] = { flash_operations(), fram_writes(), twin_now_ps(twin) };
    uint32_t cuts = 0;

    for (uint64_t n = first[0]; n < end[0]; n += share) {
        const struct twin_cut cut = { .kind = TWIN_CUT_IN_OPERATION, .count = n,
                                      .fraction = fractions[n / share % 4u] };
        cuts += cut_and_judge(begin, &begin_kept, &cut, n);
    }
    for (uint64_t n = first[1]; n < end[1]; n += fram_share) {
        const struct twin_cut cut = { .kind = TWIN_CUT_IN_PART_WRITE, .count = n };
        cuts += cut_and_judge(begin, &begin_kept, &cut, n);
    }
    for (uint64_t i = 0; i < INSTANTS; i += share) {
        struct rng rng = { i };
        const uint64_t ps = (end[2] - first[2]) / 1000u * rng_below(&rng, 1000u);
        const struct twin_cut cut = { .kind = TWIN_CUT_AT_TIME, .time_ps = first[2] + ps + 1u };
        cuts += cut_and_judge(begin, &begin_kept, &cut, i);
    }
    print_message("%u cuts in %llu operations of the flash, %llu writes of the FRAM\n", cuts,
                  (unsigned long long)(end[0] - first[0]),
                  (unsigned long long)(end[1] - first[1]));
    assert_true(cuts > (end[0] - first[0]) / share + (end[1] - first[1]) / fram_share);
    twin_snapshot_free(twin, begin);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_two_media_keep_what_each_was_told, setup, teardown),
        cmocka_unit_test_setup_teardown(test_two_media_survive_each_cut, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
