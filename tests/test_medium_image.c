/*
 * Goal: a medium keeps the contract of nacre/medium.h in a firmware image too, with the port's
 * drivers and registers between it and the part.
 *
 * Method: tests/medium_fw on the twin, which runs the checks of tests/support/medium_suite.h: those
 * that tests/test_medium.c runs on the fast models, each on a blank part. Then the power goes, and
 * the next start must read what the check left. The twin ends the run at a misuse of a controller,
 * and counts what breaks a part's rules.
 *
 * On media that take the twin long, a few of the checks or none; all of them with NACRE_CAMPAIGN
 * set. With names of images as arguments, those alone, with all checks.
 */
#include "tests/support/cmocka_all.h"
#include "tests/support/medium_suite.h"
#include "tests/support/prompt.h"
#include "twin/parts/part.h"
#include "twin/twin_bus.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IMAGES NACRE_FIRMWARE_DIR "/tests/medium_fw/medium_"
#define PATH_BYTES 400u
#define NAME_BYTES 96u
#define TESTS_MAX 400u

/* What is run where not all is: names of checks. */
#define FEW "program_outlives_the_power granule_is_programmed_once reads_while_it_erases"
#define FEWER "granule_is_programmed_once reads_while_it_erases"
#define NONE ""

struct image {
    const char *name;
    const char *part; /* null: a flash that is on the board anyway */
    const char *few;  /* null: all */
};

static const struct image images[] = {
    { "nor", NULL, NULL },
    { "mcu_flash", NULL, NULL },
    { "fm25v10", "FM25V10", NULL },
    { "mr25h40", "MR25H40", NULL },
    { "25lc256", "25LC256", NULL },
    { "m95m01", "M95M01", NONE },
    { "w25q128jv", "W25Q128JV", FEW },
    { "mb85rc256v", "MB85RC256V", FEWER },
    { "fm24v10", "FM24V10", NONE },
    { "m24c64", "M24C64", FEW },
    { "24lc256", "24LC256", NONE },
};
#define IMAGE_COUNT (sizeof images / sizeof images[0])

/* One check on one image. */
struct item {
    const struct image *image;
    uint32_t check;
};

static const struct image *image; /* that the board has */
static struct twin *twin;
static struct twin_snapshot *blank; /* started for the first time, nothing written */

static void end_board(void)
{
    if (twin != NULL) twin_snapshot_free(twin, blank);
    prompt_end(&twin);
    image = NULL;
}

/* The board of an image stays for all of its checks. */
static void begin_board(const struct image *one)
{
    char path[PATH_BYTES];
    struct twin_cfg cfg;

    if (image == one) {
        twin_restore(twin, blank);
        return;
    }
    end_board();
    (void)snprintf(path, sizeof path, IMAGES "%s.elf", one->name);
    twin_cfg_default(&cfg);
    cfg.app_path = path;
    cfg.part[0] = one->part;
    twin = prompt_create(&cfg);
    twin_power_on(twin);
    prompt_reach(twin);
    blank = twin_snapshot(twin);
    assert_non_null(blank);
    image = one;
}

static void run_check(void **state)
{
    const struct item *const item = *state;
    const char letter[2] = { (char)('a' + (char)item->check), '\0' };

    begin_board(item->image);
    prompt_type(twin, letter);
    const uint32_t line = prompt_said(twin, "line ");
    if (line != 0) {
        fail_msg("%s: tests/support/medium_suite.c:%u does not hold, found %u", image->name, line,
                 prompt_said(twin, "found "));
    }
    const uint32_t sum = prompt_said(twin, "sum ");
    twin_power_off(twin);
    twin_power_on(twin);
    prompt_reach(twin);
    prompt_type(twin, "=");
    assert_int_equal(prompt_said(twin, "found "), NACRE_OK);
    assert_int_equal(prompt_said(twin, "sum "), sum);
    if (image->part != NULL) assert_int_equal(part_violations(twin_part(twin, 0)), 0);
}

/* ---- all of it ---- */

static struct CMUnitTest tests[TESTS_MAX];
static struct item items[TESTS_MAX];
static char names[TESTS_MAX][NAME_BYTES];
static uint32_t count;

static bool is_wanted(const struct image *one, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], one->name) == 0) return true;
    }
    return argc == 1;
}

static bool is_run(const struct image *one, uint32_t check, bool runs_all)
{
    return runs_all || one->few == NULL || strstr(one->few, medium_checks[check].name) != NULL;
}

static void add(const struct image *one, uint32_t check)
{
    if (count == TESTS_MAX) abort();
    items[count] = (struct item){ one, check };
    (void)snprintf(names[count], NAME_BYTES, "%s: %s", one->name, medium_checks[check].name);
    tests[count] = (struct CMUnitTest){ names[count], run_check, NULL, NULL, &items[count] };
    count++;
}

int main(int argc, char **argv)
{
    const bool runs_all = argc > 1 || getenv("NACRE_CAMPAIGN") != NULL;
    for (uint32_t i = 0; i < IMAGE_COUNT; i++) {
        if (!is_wanted(&images[i], argc, argv)) continue;
        for (uint32_t check = 0; medium_checks[check].name != NULL; check++) {
            if (is_run(&images[i], check, runs_all)) add(&images[i], check);
        }
    }
    if (count == 0) return 1;
    const int failed = _cmocka_run_group_tests("medium_image", tests, count, NULL, NULL);
    end_board();
    return failed;
}
