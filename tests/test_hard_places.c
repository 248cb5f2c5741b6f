/*
 * Goal    in places where it is easy to go wrong the library refuses, or does what it does
 *         elsewhere: the end of the chip, ranges that the bus encrypts, a data cache that is on or
 *         off, sources that are in it alone; after each release of ST's boot; and it leaves the
 *         registers that the boot left.
 * Method  the image of tests/hard_fw on the twin. Its lines are held against those written here,
 *         the registers against what was traced of each release, the array against what the image
 *         is known to program. The twin's cache keeps each line of the region until it is
 *         discarded. That this would be seen is shown by the same image with a discard that does
 *         nothing.
 *
 * NACRE_BOOTS names a folder with Boot_XIP.hex of each release of STM32CubeH7RS, which are not part
 * of this repository, as boot_COMMIT.hex (Projects/STM32H7S78-DK/Templates/Template_XIP/Binary at
 * that commit); without it that test is skipped, and says so.
 */
#include "tests/support/cmocka_all.h"
#include "tests/support/prompt.h"
#include "twin/twin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IMAGE NACRE_FIRMWARE_DIR "/tests/hard_fw/hard_places.elf"
#define STALE NACRE_FIRMWARE_DIR "/tests/hard_fw/hard_places_stale.elf"
#define REGION 0x07FE0000u

static struct twin *twin;

struct how {
    const char *image;
    const char *boot;
    enum twin_leftover leftover;
    bool has_dcache;
};

static void run(struct how how)
{
    struct twin_cfg cfg;
    twin_cfg_default(&cfg);
    cfg.app_path = how.image;
    cfg.boot_path = how.boot;
    cfg.leftover = how.leftover;
    cfg.dcache = how.has_dcache;
    twin = prompt_create(&cfg);
    twin_power_on(twin);
}

static int teardown(void **state)
{
    (void)state;
    prompt_end(&twin);
    return 0;
}

#define REFUSED_LINES                                                                              \
    "CKPROTR 1\r\n"                                                                                \
    "last_unit NACRE_REGION_LAST_BYTES\r\n"                                                        \
    "up_to_the_end NACRE_REGION_LAST_BYTES\r\n"                                                    \
    "before_the_last_unit NACRE_OK\r\n"                                                            \
    "encrypted NACRE_CTRL_STATE MCE2 REGCR BREN\r\n"                                               \
    "encrypted NACRE_CTRL_STATE MCE2 REGCR BREN\r\n"                                               \
    "encrypted NACRE_CTRL_STATE MCE2 REGCR BREN\r\n"                                               \
    "encrypted NACRE_CTRL_STATE MCE2 REGCR BREN\r\n"                                               \
    "encrypted_chip NACRE_CTRL_STATE MCE2 REGCR BREN\r\n"                                          \
    "encrypted_first_unit NACRE_CTRL_STATE MCE2 REGCR BREN\r\n"                                    \
    "encrypted_last_unit NACRE_CTRL_STATE MCE2 REGCR BREN\r\n"                                     \
    "encrypted_before NACRE_OK\r\n"                                                                \
    "encrypted_behind NACRE_OK\r\n"                                                                \
    "encrypted_psram NACRE_OK\r\n"                                                                 \
    "encryption_off NACRE_OK\r\n"

#define CACHE_LINES(cache)                                                                         \
    "data_cache " cache "\r\n"                                                                     \
    "open NACRE_OK\r\n"                                                                            \
    "erase NACRE_OK\r\n"                                                                           \
    "blank ok\r\n"                                                                                 \
    "program NACRE_OK\r\n"                                                                         \
    "programmed ok\r\n"                                                                            \
    "program_granule NACRE_OK\r\n"                                                                 \
    "granule ok\r\n"                                                                               \
    "beside_it ok\r\n"                                                                             \
    "erase NACRE_OK\r\n"                                                                           \
    "blank_again ok\r\n"                                                                           \
    "from_psram NACRE_OK\r\n"                                                                      \
    "psram_programmed ok\r\n"                                                                      \
    "close NACRE_OK\r\n"

/* Programmed last by the image: bytes that only the cache had, see places.c. */
static void array_holds_the_psram_bytes(void)
{
    uint8_t bytes[256];
    assert_true(twin_chip_read(twin, REGION + 0x400u, bytes, sizeof bytes));
    for (uint32_t i = 0; i < sizeof bytes; i++) assert_int_equal(bytes[i], i ^ 0x5Au);
}

static void goes_as_promised(void)
{
    size_t n;
    prompt_reach(twin);
    assert_string_equal(twin_uart_text(twin, &n),
                        REFUSED_LINES CACHE_LINES("on") CACHE_LINES("off") "CKPROTR 1\r\n> ");
    array_holds_the_psram_bytes();
}

static void test_hard_places_with_and_without_a_cache(void **state)
{
    (void)state;
    for (unsigned has_dcache = 0; has_dcache < 2; has_dcache++) {
        run((struct how){.image = IMAGE, .has_dcache = has_dcache != 0});
        goes_as_promised();
        teardown(NULL);
    }
}

/* The very same, but that nobody discards what the cache has: the library itself reads it back. */
static void test_hard_places_stale_line_is_told(void **state)
{
    size_t n;
    (void)state;
    run((struct how){.image = STALE, .has_dcache = true});
    prompt_reach(twin);
    const char *const text = twin_uart_text(twin, &n);
    assert_non_null(strstr(text, "program NACRE_VERIFY\r\nprogrammed stale\r\n"));
    assert_non_null(strstr(text, "program_granule NACRE_VERIFY\r\ngranule stale\r\n"));
    assert_non_null(strstr(text, "from_psram NACRE_VERIFY\r\npsram_programmed stale\r\n"));
    assert_non_null(strstr(text, CACHE_LINES("off"))); /* no cache, no stale line */
    teardown(NULL);
    run((struct how){.image = STALE, .has_dcache = false});
    goes_as_promised();
}

/* ---- after each release of the boot ---- */

#define LEFT(tcr, wir, xspim)                                                                      \
    "XSPI2 CR 30400301 DCR1 011A0100 CCR 2C003C1C TCR " tcr " IR 0000EE11 WIR " wir ", XSPIM " xspim

/* What the boot left is there after all of it, too. */
static void is_left_as_found(const char *left)
{
    const char *const found = twin_boot_state(twin);
    if (strncmp(found, left, strlen(left)) != 0) fail_msg("found %s\nleft  %s", found, left);
}

/* Registers: ST's prebuilt boot images of STM32CubeH7RS, traced. */
struct release {
    const char *commit;
    enum twin_leftover leftover;
    const char *left;
};

static const struct release releases[] = {
    {"46f09b68", TWIN_LEFTOVER_1_0_0, LEFT("10000014", "000012ED", "00FF0010")},
    {"9b6c9db6", TWIN_LEFTOVER_1_2_0, LEFT("10000014", "000012ED", "00FF0010")}, /* 1.1.0 */
    {"fc7bcafb", TWIN_LEFTOVER_1_2_0, LEFT("10000014", "000012ED", "00FF0010")}, /* 1.2.0 */
    {"5f0b3560", TWIN_LEFTOVER_BETWEEN, LEFT("00000014", "000012ED", "00FF0010")},
    {"c5da62bf", TWIN_LEFTOVER_1_3_0, LEFT("00000014", "000002FD", "00000010")},
};
#define RELEASES (sizeof releases / sizeof releases[0])

static void test_hard_places_after_each_release_of_the_boot(void **state)
{
    (void)state;
    for (size_t i = 0; i < RELEASES; i++) {
        run((struct how){
            .image = IMAGE, .leftover = releases[i].leftover, .has_dcache = true});
        is_left_as_found(releases[i].left);
        goes_as_promised();
        is_left_as_found(releases[i].left);
        teardown(NULL);
    }
}

static void test_hard_places_behind_each_boot_image(void **state)
{
    char path[512];
    const char *const folder = getenv("NACRE_BOOTS");
    (void)state;
    if (folder == NULL) {
        print_message("skipped: NACRE_BOOTS does not name a folder with ST's boot images\n");
        skip();
    }
    for (size_t i = 0; i < RELEASES; i++) {
        const struct twin_until entry = {.app_entry = true, .for_ps = 2000 * TWIN_PS_PER_MS};
        (void)snprintf(path, sizeof path, "%s/boot_%s.hex", folder, releases[i].commit);
        print_message("%s\n", path);
        run((struct how){.image = IMAGE, .boot = path, .has_dcache = true});
        assert_int_equal(twin_run(twin, &entry), TWIN_STOP_ENTRY);
        is_left_as_found(releases[i].left);
        goes_as_promised();
        is_left_as_found(releases[i].left);
        teardown(NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_hard_places_with_and_without_a_cache, teardown),
        cmocka_unit_test_teardown(test_hard_places_stale_line_is_told, teardown),
        cmocka_unit_test_teardown(test_hard_places_after_each_release_of_the_boot, teardown),
        cmocka_unit_test_teardown(test_hard_places_behind_each_boot_image, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
