/*
 * Goal    a real image keeps a store in the internal flash: a value survives each cut, a word that
 *         cannot be mended crashes nothing, whether it is told by a bus fault or by an NMI as well;
 *         what must not be written is refused; the controller is locked again and the core's
 *         registers are as before; and how late an interrupt is, with its handler in this flash and
 *         without.
 * Method  the images of tests/mcu_flash_fw on the twin, whose model of the controller was written
 *         from ST's register texts by itself. What a cut may leave is the twin's, each kind in
 *         turn. Times of programs and erases are the twin's parameters, and unmeasured.
 */
#include "tests/support/cmocka_all.h"
#include "tests/support/prompt.h"
#include "twin/mcu_flash.h"
#include "twin/twin.h"

#include <stdio.h>
#include <string.h>

#define IMAGE NACRE_FIRMWARE_DIR "/tests/mcu_flash_fw/mcu_flash.elf"
#define TICK_IMAGE NACRE_FIRMWARE_DIR "/tests/mcu_flash_fw/mcu_flash_tick.elf"
#define BLACKOUT_IMAGE NACRE_FIRMWARE_DIR "/tests/mcu_flash_fw/mcu_flash_blackout.elf"
#define ALONE_IMAGE NACRE_FIRMWARE_DIR "/tests/mcu_flash_fw/mcu_flash_alone.elf"
#define REGION 0xA000u
#define REGION_BYTES 0x6000u
#define PROGRAM_US 100u
#define ERASE_US 5000u
#define LEFT "left CR 00000001 ISR 00000000 BFHFNMIGN 0 CFSR 00000000 FAULTMASK 0\r\n"

static struct twin *twin;

struct how {
    const char *image;
    const char *alone; /* instead: all of it lies in the internal flash */
    bool has_nmi;
    bool has_dcache;
};

static void start(struct how how)
{
    struct twin_cfg cfg;
    twin_cfg_default(&cfg);
    cfg.app_path = how.image != NULL ? how.image : IMAGE;
    if (how.alone != NULL) cfg.app_path = NULL;
    cfg.boot_path = how.alone;
    cfg.mcu_program_us = PROGRAM_US;
    cfg.mcu_erase_us = ERASE_US;
    cfg.mcu_ecc_nmi = how.has_nmi;
    cfg.dcache = how.has_dcache;
    twin = prompt_create(&cfg);
    twin_power_on(twin);
    prompt_reach(twin);
}

static int teardown(void **state)
{
    (void)state;
    prompt_end(&twin);
    return 0;
}

static void boot(void)
{
    twin_power_off(twin);
    twin_power_on(twin);
    prompt_reach(twin);
}

static bool says(const char *text)
{
    return strstr(prompt_console(twin), text) != NULL;
}

static void demand(const char *text)
{
    if (!says(text)) fail_msg("no \"%s\" in: %s", text, prompt_console(twin));
}

static void test_mcu_flash_image_keeps_a_value_over_boots(void **state)
{
    (void)state;
    start((struct how){.has_dcache = true});
    prompt_type(twin, "og");
    demand("open NACRE_OK\r\nmount NACRE_OK\r\n> get NACRE_NOT_FOUND\r\n");
    for (uint32_t i = 1; i <= 60u; i++) {
        prompt_type(twin, i % 10u == 0 ? "sig" : "s");
        assert_int_equal(prompt_said(twin, "set_to "), i);
        if (i % 20u != 0) continue;
        prompt_type(twin, i == 40u ? "ux" : "x");
        demand(LEFT);
        boot();
        prompt_type(twin, "og");
        assert_int_equal(prompt_said(twin, "value "), i);
    }
    assert_true(twin_mcu_flash(twin)->program_count >= 60u);
}

/* ---- the power fails ---- */

/* One that was told as set is there; the one that was under way may be. */
static void judge(uint32_t told)
{
    twin_power_on(twin);
    prompt_reach(twin);
    prompt_type(twin, "og");
    demand("mount NACRE_OK\r\n");
    const uint32_t value = says("get NACRE_NOT_FOUND") ? 0 : prompt_said(twin, "value ");
    if (value != told && value != told + 1u) {
        fail_msg("told %u, found %u: %s", told, value, prompt_console(twin));
    }
    prompt_type(twin, "sisiux");
    demand("set_to");
    demand("unmount NACRE_OK\r\n");
    demand(LEFT);
    boot();
    prompt_type(twin, "og");
    assert_int_equal(prompt_said(twin, "value "), value + 2u);
}

/* Type on until the power fails; the last value that was told. False: it has not. */
static bool run_to_cut(uint32_t *told)
{
    for (uint32_t i = 0; i < 12u; i++) {
        twin_uart_type(twin, i % 3u == 2u ? "i" : "s");
        const enum twin_stop stop = prompt_run(twin);
        if (stop == TWIN_STOP_CUT) return true;
        if (stop != TWIN_STOP_TEXT) prompt_fail_stopped(twin, stop);
        if (i % 3u != 2u) *told = prompt_said(twin, "set_to ");
    }
    return false;
}

/* A store that has gone round, with room for a few records before it goes on. */
static void go_round(void)
{
    prompt_type(twin, "og");
    for (uint32_t i = 0; i < 506u; i++) prompt_type(twin, "s");
}

static uint64_t operations(void)
{
    return twin_mcu_flash(twin)->program_count + twin_mcu_flash(twin)->erase_count;
}

static void test_mcu_flash_image_survives_each_cut(void **state)
{
    (void)state;
    static const double fractions[] = {0.0, 0.5, 1.0};
    uint32_t cuts = 0;
    start((struct how){0});
    go_round();
    const uint32_t before = prompt_said(twin, "set_to ");
    const uint64_t first = operations();
    const uint64_t erases = twin_mcu_flash(twin)->erase_count;
    struct twin_snapshot *const begin = twin_snapshot(twin);
    for (uint32_t n = 0;; n++) {
        bool is_cut = true;
        for (uint32_t kind = 1; is_cut && kind < MCU_FLASH_TORN_COUNT; kind++) {
            uint32_t told = before;
            twin_restore(twin, begin);
            twin_seed(twin, n * 100u + kind);
            twin_mcu_flash(twin)->torn = (enum mcu_flash_torn)kind;
            const struct twin_cut cut = {.kind = TWIN_CUT_IN_MCU_FLASH, .count = first + n,
                                         .fraction = fractions[(n + kind) % 3u]};
            twin_cut_plan(twin, &cut);
            is_cut = run_to_cut(&told);
            if (!is_cut) break;
            judge(told);
            cuts++;
        }
        if (!is_cut) break;
    }
    print_message("%u cuts, each judged by two boots\n", cuts);
    assert_true(cuts >= 8u * (MCU_FLASH_TORN_COUNT - 1u));
    assert_true(twin_mcu_flash(twin)->erase_count > erases); /* one of what was cut */
    twin_snapshot_free(twin, begin);
}

/* ---- words that cannot be mended ---- */

static void spoil_and_boot(enum mcu_flash_word kind)
{
    prompt_type(twin, "osssu");
    for (uint32_t addr = REGION; addr < REGION + REGION_BYTES; addr += 0x400u) {
        mcu_flash_spoil(twin_mcu_flash(twin), addr + 0x1F0u, kind);
    }
    boot();
    prompt_type(twin, "ogsgx");
}

static void broken_words_are_survived(bool has_nmi)
{
    start((struct how){.has_nmi = has_nmi});
    spoil_and_boot(MCU_FLASH_BROKEN);
    demand("mount NACRE_OK\r\n");
    assert_int_equal(prompt_said(twin, "value "), 4);
    demand(LEFT);
    prompt_type(twin, "bc");
    demand("read NACRE_OK\r\n" LEFT);
    assert_true(prompt_said(twin, "broken ") > 0);
    assert_int_equal(prompt_said(twin, "others_nmis "), 0);
    assert_int_equal(prompt_said(twin, "own_nmis "), has_nmi ? prompt_said(twin, "broken ") : 0);
}

static void test_mcu_flash_image_survives_broken_words(void **state)
{
    (void)state;
    broken_words_are_survived(false);
}

static void test_mcu_flash_image_survives_nmis_of_broken_words(void **state)
{
    (void)state;
    broken_words_are_survived(true);
}

static void test_mcu_flash_image_counts_mended_words(void **state)
{
    (void)state;
    start((struct how){0});
    prompt_type(twin, "osssu");
    mcu_flash_spoil(twin_mcu_flash(twin), REGION, MCU_FLASH_CORRECTED);
    boot();
    prompt_type(twin, "ogcx");
    assert_int_equal(prompt_said(twin, "value "), 3);
    assert_true(prompt_said(twin, "corrected ") > 0);
    assert_int_equal(prompt_said(twin, "broken "), 0);
    demand(LEFT);
}

/* ---- what must not be ---- */

static void test_mcu_flash_image_tells_of_a_wrong_key(void **state)
{
    (void)state;
    start((struct how){0});
    prompt_type(twin, "oswsg");
    demand("set NACRE_FLASH_LOCKED FLASH CR LOCK\r\n");
    assert_int_equal(prompt_said(twin, "value "), 1);
    boot();
    prompt_type(twin, "ogsx");
    assert_int_equal(prompt_said(twin, "value "), 1);
    assert_int_equal(prompt_said(twin, "set_to "), 2);
    demand(LEFT);
}

static void test_mcu_flash_image_refuses_protected_sectors(void **state)
{
    (void)state;
    start((struct how){0});
    for (uint32_t sector = 5; sector < 8u; sector++) {
        boot();
        twin_mcu_flash(twin)->unprotected = 0xFFu & ~(1u << sector);
        prompt_type(twin, "o");
        demand("open NACRE_PART_PROTECTED FLASH WRPSR\r\n");
    }
    boot();
    twin_mcu_flash(twin)->unprotected = 0xE0u;
    prompt_type(twin, "osg");
    assert_int_equal(prompt_said(twin, "value "), 1);
    twin_mcu_flash(twin)->unprotected = 0; /* behind the library's back */
    prompt_type(twin, "sg");
    demand("set NACRE_PART_PROTECTED FLASH ISR\r\n");
    assert_int_equal(prompt_said(twin, "value "), 1);
}

static void test_mcu_flash_image_refuses_write_back(void **state)
{
    (void)state;
    start((struct how){0});
    prompt_type(twin, "moMosg");
    demand("open NACRE_FLASH_CACHED MPU_RASR AP TEX C B\r\n");
    assert_int_equal(prompt_said(twin, "value "), 1);
}

#define REFUSED                                                                                    \
    "boot NACRE_REGION_IN_IMAGE\r\n"                                                               \
    "behind NACRE_REGION_OUTSIDE\r\n"                                                              \
    "used NACRE_REGION_IN_IMAGE\r\n"

static void test_mcu_flash_image_refuses_regions_with_code(void **state)
{
    (void)state;
    start((struct how){.image = TICK_IMAGE});
    prompt_type(twin, "r");
    demand(REFUSED "code NACRE_REGION_IN_IMAGE nacre_ram_start\r\n");
    teardown(NULL);
    start((struct how){0});
    prompt_type(twin, "r");
    demand(REFUSED "code NACRE_OK\r\n");
}

/* Its region holds no code; but code of a blackout lies in another sector of this flash. */
static void test_mcu_flash_image_refuses_a_blackout_beside_it(void **state)
{
    (void)state;
    start((struct how){.image = BLACKOUT_IMAGE});
    prompt_type(twin, "o");
    demand("open NACRE_FLASH_RUNS_BLACKOUT nacre_ram_code_start\r\n");
    teardown(NULL);
    start((struct how){.image = TICK_IMAGE});
    prompt_type(twin, "o");
    demand("open NACRE_OK\r\n");
}

/* ---- time ---- */

static uint32_t longest_tick(const char *image)
{
    start((struct how){.image = image});
    prompt_type(twin, "le");
    demand("erase NACRE_OK\r\n");
    demand("program NACRE_OK\r\n");
    assert_in_range(prompt_said(twin, "erase_us "), ERASE_US, ERASE_US + 200u);
    assert_in_range(prompt_said(twin, "program_us "), PROGRAM_US, PROGRAM_US + 50u);
    prompt_type(twin, "l");
    const uint32_t longest_us = prompt_said(twin, "longest_tick_us ");
    print_message("%s: erase %u us, program %u us, ticks of 1000 us at most %u us apart\n",
                  strrchr(image, '/') + 1, prompt_said(twin, "erase_us "),
                  prompt_said(twin, "program_us "), longest_us);
    return longest_us;
}

/* One bank: a handler there waits until the erase has ended, one elsewhere for nothing. */
static void test_mcu_flash_image_tells_how_late_interrupts_are(void **state)
{
    (void)state;
    assert_in_range(longest_tick(IMAGE), 1000, 1050);
    teardown(NULL);
    assert_in_range(longest_tick(TICK_IMAGE), ERASE_US, ERASE_US + 1050u);
}

/* While the flash works the core that runs from it stands still, where another asks and asks. */
static uint64_t instructions_of_an_erase(struct how how)
{
    start(how);
    const uint64_t before = twin_insn_count(twin);
    prompt_type(twin, "e");
    demand("erase NACRE_OK\r\n");
    const uint64_t n = twin_insn_count(twin) - before;
    teardown(NULL);
    return n;
}

static void test_mcu_flash_image_runs_beside_its_store(void **state)
{
    (void)state;
    start((struct how){.alone = ALONE_IMAGE});
    prompt_type(twin, "osssi");
    for (uint32_t i = 3; i < 12u; i += 4u) {
        boot();
        prompt_type(twin, "og");
        assert_int_equal(prompt_said(twin, "value "), i);
        prompt_type(twin, "ssssix");
        demand(LEFT);
    }
    teardown(NULL);
    const uint64_t alone = instructions_of_an_erase((struct how){.alone = ALONE_IMAGE});
    const uint64_t beside = instructions_of_an_erase((struct how){0});
    print_message("instructions in an erase: %llu, from the flash itself %llu\n",
                  (unsigned long long)beside, (unsigned long long)alone);
    assert_true(alone < beside / 4u);
}

static void test_mcu_flash_image_tells_what_a_set_takes(void **state)
{
    (void)state;
    start((struct how){0});
    prompt_type(twin, "osssssi");
    const uint32_t set_ns = prompt_said(twin, "set_ns ");
    print_message("a set of four bytes: %u ns, of which the word takes %u us\n", set_ns,
                  PROGRAM_US);
    assert_in_range(set_ns, PROGRAM_US * 1000u, PROGRAM_US * 1000u + 40000u);
}

static const struct CMUnitTest tests[] = {
#define IMAGE_TEST(name) cmocka_unit_test_teardown(test_mcu_flash_image_##name, teardown)
    IMAGE_TEST(keeps_a_value_over_boots),
    IMAGE_TEST(survives_broken_words),
    IMAGE_TEST(survives_nmis_of_broken_words),
    IMAGE_TEST(counts_mended_words),
    IMAGE_TEST(tells_of_a_wrong_key),
    IMAGE_TEST(refuses_protected_sectors),
    IMAGE_TEST(refuses_write_back),
    IMAGE_TEST(refuses_regions_with_code),
    IMAGE_TEST(refuses_a_blackout_beside_it),
    IMAGE_TEST(tells_how_late_interrupts_are),
    IMAGE_TEST(runs_beside_its_store),
    IMAGE_TEST(tells_what_a_set_takes),
    IMAGE_TEST(survives_each_cut),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}
