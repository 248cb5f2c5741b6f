/*
 * Goal: settings that move from the running flash to a FRAM are all there at every start, wherever
 * the power failed in the move; the move that is asked for again ends it, and from then on the FRAM
 * counts alone.
 *
 * Method: the image two_media_move of examples/two-media on the twin. The power fails in each write
 * of the FRAM, inside bytes on its bus, and at instants. After each cut the settings are told by
 * whichever store counts, moved again, set anew in the FRAM, and told at one more start.
 */
#include "tests/support/cmocka_all.h"
#include "tests/support/prompt.h"
#include "twin/parts/part.h"
#include "twin/twin_bus.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IMAGE NACRE_FIRMWARE_DIR "/examples/two-media/two_media_move.elf"
#define SETTINGS 3u
#define SETS 5u
#define PLACES 10u /* of each kind that is counted finely; all of them with NACRE_CAMPAIGN */
#define INSTANTS 500u

static struct twin *twin;

static void start(void)
{
    twin_power_on(twin);
    prompt_reach(twin);
    assert_non_null(strstr(prompt_console(twin), "choose NACRE_OK"));
}

/* All settings are told by the store of that name, after so many sets. */
static bool tells(const char *name, uint32_t sets)
{
    char wanted[SETTINGS * 20u] = "";
    const size_t from = strlen(prompt_console(twin));
    for (uint32_t key = 1; key <= SETTINGS; key++) {
        const size_t at = strlen(wanted);
        (void)snprintf(wanted + at, sizeof wanted - at, "%s %u\r\n", name, 100u * key + sets);
    }
    prompt_type(twin, "?");
    return strstr(prompt_console(twin) + from, wanted) != NULL;
}

static void assert_tells(const char *name, uint32_t sets)
{
    if (!tells(name, sets)) fail_msg("%u sets, not told by %s: %s", sets, name,
                                     prompt_console(twin));
}

static void type_and_demand(const char *letter, const char *wanted)
{
    const size_t from = strlen(prompt_console(twin));
    prompt_type(twin, letter);
    if (strstr(prompt_console(twin) + from, wanted) != NULL) return;
    fail_msg("no %s: %s", wanted, prompt_console(twin));
}

/* The board is off, in a move. Answers if the FRAM counted already. */
static bool judge(void)
{
    start();
    const bool has_moved = tells("fram", SETS);
    if (!has_moved) assert_tells("flash", SETS);
    type_and_demand("m", "fram move NACRE_OK");
    assert_tells("fram", SETS);
    type_and_demand("s", "fram set NACRE_OK");
    type_and_demand("m", "fram move NACRE_OK"); /* one that is whole is left alone */
    twin_power_off(twin);
    start();
    assert_tells("fram", SETS + 1u);
    return has_moved;
}

/* Ask for the move, with a cut; adds to the counts of what was found. */
static void cut_and_judge(const struct twin_snapshot *begin, const struct twin_cut *cut,
                          uint32_t found[2])
{
    twin_restore(twin, begin);
    twin_seed(twin, cut->count + cut->time_ps);
    twin_cut_plan(twin, cut);
    twin_uart_type(twin, "m");
    const enum twin_stop stop = prompt_run(twin);
    if (stop == TWIN_STOP_TEXT) return; /* the instant lay behind the prompt */
    if (stop != TWIN_STOP_CUT) prompt_fail_stopped(twin, stop);
    found[judge() ? 1 : 0]++;
}

static int setup(void **state)
{
    struct twin_cfg cfg;
    (void)state;
    twin_cfg_default(&cfg);
    cfg.app_path = IMAGE;
    cfg.part[0] = "FM25V10";
    twin = prompt_create(&cfg);
    start();
    for (uint32_t i = 0; i < SETS; i++) type_and_demand("s", "flash set NACRE_OK");
    assert_tells("flash", SETS);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    assert_int_equal(part_violations(twin_part(twin, 0)), 0);
    prompt_end(&twin);
    return 0;
}

static uint64_t step_of(uint64_t places)
{
    return getenv("NACRE_CAMPAIGN") != NULL || places < PLACES ? 1u : places / PLACES;
}

static void test_two_media_move_survives_each_cut(void **state)
{
    (void)state;
    struct twin_bus_counts first, end;
    uint32_t found[2] = { 0, 0 };
    struct twin_snapshot *const begin = twin_snapshot(twin);
    const uint64_t first_ps = twin_now_ps(twin);
    twin_bus_counts_get(twin, &first);
    type_and_demand("m", "fram move NACRE_OK");
    const uint64_t ps = twin_now_ps(twin) - first_ps;
    twin_bus_counts_get(twin, &end);
    assert_true(end.writes - first.writes > SETTINGS);

    for (uint64_t n = first.writes; n < end.writes; n++) {
        cut_and_judge(begin, &(struct twin_cut){ .kind = TWIN_CUT_IN_PART_WRITE, .count = n },
                      found);
    }
    const uint64_t step = step_of(end.bytes - first.bytes);
    for (uint64_t n = first.bytes; n < end.bytes; n += step) {
        cut_and_judge(begin, &(struct twin_cut){ .kind = TWIN_CUT_AT_BUS_BYTE, .count = n,
                                                 .fraction = 0.5 }, found);
    }
    for (uint64_t i = 1; i < INSTANTS; i += step_of(INSTANTS)) {
        cut_and_judge(begin, &(struct twin_cut){ .kind = TWIN_CUT_AT_TIME,
                                                 .time_ps = first_ps + ps / INSTANTS * i }, found);
    }
    print_message("cut in %llu writes and %llu bytes: %u times flash counted, %u times the FRAM\n",
                  (unsigned long long)(end.writes - first.writes),
                  (unsigned long long)(end.bytes - first.bytes), found[0], found[1]);
    assert_true(found[0] > SETTINGS && found[1] > 0);
    twin_snapshot_free(twin, begin);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_two_media_move_survives_each_cut, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
