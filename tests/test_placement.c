/*
 * Goal    wherever the linker put what runs in a blackout, the blackout runs from there, and what
 *         lies there is what was linked, to the bit: else the flash is not opened, with an error.
 * Method  the brightness application on the twin, one image a memory. The place is told by the
 *         twin, which says where the core was when the flash could no longer be read, and held
 *         against the memory map of CMSIS stm32h7s7xx.h. Bits are turned from outside, between the
 *         start-up's copy and the open. Cuts in these images: test_firmware_cuts.
 */
#include "twin/twin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define IMAGES NACRE_FIRMWARE_DIR "/examples/brightness/"
#define WORD_STEP 29u /* every so-manieth word is damaged, and the last */
#define CODE_WORDS_MAX 1024u
#define REFUSED "error NACRE_NOT_IN_RAM\r\n"

struct place {
    const char *elf;
    uint32_t first;
    uint32_t end;
    uint32_t line_ns; /* to fetch 32 bytes that the instruction cache lacks: docs/placement.md */
};

static const struct place itcm = {IMAGES "brightness.elf", 0x00000000u, 0x00010000u, 0};
static const struct place axi_sram = {IMAGES "brightness_axi_sram.elf", 0x24000000u, 0x24072000u,
                                      40};
static const struct place psram = {IMAGES "brightness_psram.elf", 0x90000000u, 0x92000000u, 150};
static const struct place internal_flash = {IMAGES "brightness_internal_flash.elf", 0x08000000u,
                                            0x08010000u, 54};

static struct twin *twin;
static struct {
    const struct place *place;
    unsigned blackouts;
    unsigned from_elsewhere;
    uint32_t elsewhere;
} seen;

static void on_event(void *context, const struct twin_event *event)
{
    (void)context;
    if (event->kind != TWIN_EVENT_BLACKOUT_BEGIN && event->kind != TWIN_EVENT_BLACKOUT_END) return;
    seen.blackouts += event->kind == TWIN_EVENT_BLACKOUT_END;
    if (event->pc >= seen.place->first && event->pc < seen.place->end) return;
    seen.from_elsewhere++;
    seen.elsewhere = event->pc;
}

static void build(const struct place *place)
{
    char error[TWIN_ERROR_BYTES];
    struct twin_cfg cfg;
    twin_cfg_default(&cfg);
    cfg.app_path = place->elf;
    cfg.event = on_event;
    memset(&seen, 0, sizeof seen);
    seen.place = place;
    twin = twin_create(&cfg, error);
    if (twin == NULL) fail_msg("%s", error);
}

static int teardown(void **state)
{
    (void)state;
    twin_destroy(twin);
    twin = NULL;
    return 0;
}

static void run_to(const struct twin_until *where, enum twin_stop wanted)
{
    const enum twin_stop stop = twin_run(twin, where);
    struct twin_violation violation;
    if (stop == wanted) return;
    twin_violation_get(twin, &violation);
    fail_msg("stopped by %s: %s %s pc %08x %s; console: %s", twin_stop_name(stop),
             twin_violation_name(violation.kind), violation.detail, violation.pc,
             violation.symbol, twin_uart_text(twin, NULL));
}

static void run_to_prompt(void)
{
    const struct twin_until until = {
        .text = "> ", .for_ps = 3000 * TWIN_PS_PER_MS, .wall_ms = 60000};
    run_to(&until, TWIN_STOP_TEXT);
}

static void run_to_open(void)
{
    const struct twin_until until = {
        .call = "nacre_nor_open", .for_ps = 100 * TWIN_PS_PER_MS, .wall_ms = 60000};
    twin_power_on(twin);
    run_to(&until, TWIN_STOP_CALL);
}

static uint32_t symbol(const char *name)
{
    uint32_t addr = 0;
    if (!twin_symbol_find(twin, name, &addr)) fail_msg("no symbol %s", name);
    return addr;
}

static bool was_refused(void)
{
    return strstr(twin_uart_text(twin, NULL), REFUSED) != NULL;
}

/* ---- where it runs ---- */

static void save_one(const struct place *place)
{
    build(place);
    twin_power_on(twin);
    run_to_prompt();
    assert_non_null(strstr(twin_uart_text(twin, NULL), "brightness 50 (default)\r\n"));
    twin_uart_type(twin, "set 42\r");
    run_to_prompt();
    assert_non_null(strstr(twin_uart_text(twin, NULL), "saved 42\r\n"));
    twin_power_off(twin);
    twin_power_on(twin);
    run_to_prompt();
    assert_non_null(strstr(twin_uart_text(twin, NULL), "brightness 42\r\n"));
    if (seen.from_elsewhere != 0) fail_msg("a blackout at pc %08x", seen.elsewhere);
    assert_true(seen.blackouts > 0);
}

static void test_placement_itcm_is_where_it_runs(void **state)
{
    (void)state;
    save_one(&itcm);
}

static void test_placement_axi_sram_is_where_it_runs(void **state)
{
    (void)state;
    save_one(&axi_sram);
}

static void test_placement_psram_is_where_it_runs(void **state)
{
    (void)state;
    save_one(&psram);
}

static void test_placement_internal_flash_is_where_it_runs(void **state)
{
    (void)state;
    save_one(&internal_flash);
}

/* ---- how long a blackout is there ---- */

/*
 * The twin charges each instruction one cycle wherever it lies. In the worst case each line of the
 * code is fetched once more, which it does not charge; the budget must cover both.
 */
static void keep_budget(const struct place *place)
{
    struct twin_counters counters;
    save_one(place);
    twin_counters_get(twin, &counters);
    const uint32_t bytes = symbol("nacre_ram_end") - symbol("nacre_ram_start");
    const uint64_t cold_ps = (bytes + 31u) / 32u * place->line_ns * TWIN_PS_PER_NS;
    const uint64_t budget_ps = (5u + symbol("budget_extra_us")) * TWIN_PS_PER_US;
    print_message("%u bytes; longest blackout %.2f us, %.2f us cold, budget %.0f us\n", bytes,
                  (double)counters.longest_blackout_ps / 1e6,
                  (double)(counters.longest_blackout_ps + cold_ps) / 1e6,
                  (double)budget_ps / 1e6);
    assert_true(counters.longest_blackout_ps > 0);
    assert_true(counters.longest_blackout_ps + cold_ps <= budget_ps);
}

static void test_placement_itcm_keeps_its_budget(void **state)
{
    (void)state;
    keep_budget(&itcm);
    assert_int_equal(symbol("budget_extra_us"), 0);
}

static void test_placement_axi_sram_keeps_its_budget(void **state)
{
    (void)state;
    keep_budget(&axi_sram);
}

static void test_placement_psram_keeps_its_budget(void **state)
{
    (void)state;
    keep_budget(&psram);
}

static void test_placement_internal_flash_keeps_its_budget(void **state)
{
    (void)state;
    keep_budget(&internal_flash);
}

/* ---- what lies there ---- */

/* One bit of one word is not as linked, from the start-up's copy on. */
static void turn_bit_and_judge(const struct twin_snapshot *at_open, uint32_t addr, uint32_t bit)
{
    uint32_t word;
    twin_restore(twin, at_open);
    assert_true(twin_memory_read(twin, addr, &word, sizeof word));
    const uint32_t damaged = word ^ 1u << bit;
    assert_true(twin_memory_write(twin, addr, &damaged, sizeof damaged));
    run_to_prompt();
    if (!was_refused()) fail_msg("bit %u of %08x: %s", bit, addr, twin_uart_text(twin, NULL));
    assert_int_equal(seen.blackouts, 0);
    assert_true(twin_memory_write(twin, addr, &word, sizeof word));
}

static void damage(const struct place *place)
{
    build(place);
    run_to_open();
    struct twin_snapshot *const at_open = twin_snapshot(twin);
    const uint32_t first = symbol("nacre_ram_start");
    const uint32_t last = symbol("nacre_ram_end") - 4u;
    assert_non_null(at_open);
    assert_true(first >= place->first && last < place->end);
    for (uint32_t addr = first; addr < last; addr += 4u * WORD_STEP) {
        turn_bit_and_judge(at_open, addr, addr / 4u % 32u);
    }
    turn_bit_and_judge(at_open, last, 31);
    twin_restore(twin, at_open);
    run_to_prompt();
    assert_false(was_refused());
    assert_true(seen.blackouts > 0);
    twin_snapshot_free(twin, at_open);
}

static void test_placement_damaged_itcm_is_refused(void **state)
{
    (void)state;
    damage(&itcm);
}

static void test_placement_damaged_axi_sram_is_refused(void **state)
{
    (void)state;
    damage(&axi_sram);
}

static void test_placement_damaged_psram_is_refused(void **state)
{
    (void)state;
    damage(&psram);
}

static void test_placement_damaged_internal_flash_is_refused(void **state)
{
    (void)state;
    damage(&internal_flash);
}

/* The update of the one flash went through, that of the other did not. */
static void test_placement_blank_internal_flash_is_refused(void **state)
{
    uint8_t blank[4u * CODE_WORDS_MAX];
    (void)state;
    build(&internal_flash);
    const uint32_t first = symbol("nacre_ram_start");
    const uint32_t n = symbol("nacre_ram_end") - first;
    assert_true(n <= sizeof blank);
    memset(blank, 0xFF, sizeof blank);
    assert_true(twin_memory_write(twin, first, blank, n));
    twin_power_on(twin);
    run_to_prompt();
    assert_true(was_refused());
    assert_int_equal(seen.blackouts, 0);
}

/* The step after the link that keeps a copy of the code in the image was left out. */
static void test_placement_image_that_was_not_filled_is_refused(void **state)
{
    static const uint8_t zeros[64];
    (void)state;
    build(&internal_flash);
    const uint32_t kept = symbol("nacre_ram_kept");
    assert_true(twin_chip_write(twin, kept - TWIN_FLASH_BASE, zeros, sizeof zeros));
    twin_power_on(twin);
    run_to_prompt();
    assert_true(was_refused());
    assert_int_equal(seen.blackouts, 0);
}

#define TEST(name) cmocka_unit_test_teardown(test_placement_##name, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(itcm_is_where_it_runs),
        TEST(axi_sram_is_where_it_runs),
        TEST(psram_is_where_it_runs),
        TEST(internal_flash_is_where_it_runs),
        TEST(itcm_keeps_its_budget),
        TEST(axi_sram_keeps_its_budget),
        TEST(psram_keeps_its_budget),
        TEST(internal_flash_keeps_its_budget),
        TEST(damaged_itcm_is_refused),
        TEST(damaged_axi_sram_is_refused),
        TEST(damaged_psram_is_refused),
        TEST(damaged_internal_flash_is_refused),
        TEST(blank_internal_flash_is_refused),
        TEST(image_that_was_not_filled_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
