/*
 * The internal flash on the twin, by the core's own loads and stores.
 *
 * Goal: what the core sees of the controller: a program, an erase, the wait for the one bank, the
 * bus fault of a broken word and how it is ignored, cuts, resets, snapshots. Method: the image
 * twin_fw/internal.c does one deed for each letter; the bytes are looked at from outside.
 */
#include <string.h>

#include "tests/support/board_bed.h"
#include "tests/support/cmocka_all.h"
#include "twin/mcu_flash.h"

#define WORD 0x08008000u
#define OFFSET 0x8000u
#define EOP (1u << 16)
#define DBECCERR (1u << 26)
#define PRECISE (1u << 9 | 1u << 15) /* CFSR: PRECISERR, BFARVALID */

static struct board_bed bed;
static const uint32_t programmed[4] = {0x10203040u, 0x10203044u, 0x10203048u, 0x1020304Cu};
static const uint32_t blank[4] = {~0u, ~0u, ~0u, ~0u};

static void begin(bool delivers, bool has_nmi)
{
    bed_prepare(&bed, "internal");
    bed.cfg.deliver_faults = delivers;
    bed.cfg.mcu_ecc_nmi = has_nmi;
    bed_open(&bed);
    twin_power_on(bed.twin);
    bed_wait(&bed, "ready\n", 100);
}

static void deed(const char *letter)
{
    twin_uart_type(bed.twin, letter);
    bed_wait(&bed, "done\n", 200);
}

static void check_word(uint32_t addr, const uint32_t expected[4])
{
    uint32_t word[4];
    assert_true(twin_memory_read(bed.twin, addr, word, sizeof word));
    assert_memory_equal(word, expected, sizeof word);
}

static void test_core_programs_and_erases(void **state)
{
    (void)state;
    begin(false, false);
    deed("p");
    assert_int_equal(bed_value(&bed, "program_status") & 5u, 5); /* BUSY, QW */
    assert_int_equal(bed_value(&bed, "program_flags"), EOP);
    assert_int_equal(bed_value(&bed, "program_value"), programmed[1]);
    check_word(WORD, programmed);
    check_word(WORD + 16u, blank);
    const uint64_t from_ps = twin_now_ps(bed.twin);
    deed("e");
    assert_true(twin_now_ps(bed.twin) - from_ps >= 5000 * TWIN_PS_PER_US);
    assert_int_equal(bed_value(&bed, "erase_status") & 5u, 5);
    assert_int_equal(bed_value(&bed, "erase_value"), 0xFFFFFFFFu);
    check_word(WORD, blank);
    assert_int_equal(twin_mcu_flash(bed.twin)->erases[4], 1);
    bed_close(&bed);
}

static void test_core_waits_for_the_bank(void **state)
{
    (void)state;
    begin(false, false);
    deed("s");
    const uint32_t cycles = bed_value(&bed, "stall_cycles");
    assert_in_range(cycles, 100u * 600u - 600u, 100u * 600u); /* 100 us at 600 MHz */
    assert_int_equal(bed_value(&bed, "stall_value"), 0xFFFFFFFFu);
    assert_int_equal(bed_value(&bed, "stall_status"), 0);
    bed_close(&bed);
}

static void test_program_outlives_the_power_and_a_snapshot_takes_it_back(void **state)
{
    (void)state;
    begin(false, false);
    struct twin_snapshot *const snapshot = twin_snapshot(bed.twin);
    assert_non_null(snapshot);
    deed("p");
    check_word(WORD, programmed);
    twin_power_off(bed.twin);
    twin_power_on(bed.twin);
    bed_wait(&bed, "ready\n", 100);
    check_word(WORD, programmed);
    deed("l");
    assert_int_equal(bed_value(&bed, "load_value"), programmed[0]);
    twin_restore(bed.twin, snapshot);
    check_word(WORD, blank);
    assert_int_equal(twin_mcu_flash(bed.twin)->program_count, 0);
    deed("p"); /* not a second program */
    check_word(WORD, programmed);
    twin_snapshot_free(bed.twin, snapshot);
    bed_close(&bed);
}

static void test_broken_word_is_a_violation_at_its_load(void **state)
{
    (void)state;
    begin(false, false);
    mcu_flash_spoil(twin_mcu_flash(bed.twin), OFFSET, MCU_FLASH_BROKEN);
    assert_int_equal(bed_type(&bed, "l", 100), TWIN_STOP_VIOLATION);
    const struct twin_violation violation = bed_violation(&bed);
    assert_int_equal(violation.kind, TWIN_VIOLATION_LOAD);
    assert_int_equal(violation.addr, WORD);
    assert_true(violation.pc_is_exact);
    assert_int_equal(violation.pc, bed_symbol(&bed, "bad_word"));
    bed_close(&bed);
}

static void test_broken_word_is_a_bus_fault_that_a_handler_takes(void **state)
{
    (void)state;
    begin(true, false);
    mcu_flash_spoil(twin_mcu_flash(bed.twin), OFFSET, MCU_FLASH_BROKEN);
    deed("h");
    assert_int_equal(bed_value(&bed, "faults"), 1);
    assert_int_equal(bed_value(&bed, "load_behind"), 6); /* once, and behind the handler */
    assert_int_equal(bed_value(&bed, "fault_status"), PRECISE);
    assert_int_equal(bed_value(&bed, "fault_addr"), WORD);
    bed_close(&bed);
}

static void test_broken_word_is_ignored_with_faultmask(void **state)
{
    (void)state;
    for (uint32_t has_nmi = 0; has_nmi < 2u; has_nmi++) {
        begin(true, has_nmi != 0u);
        mcu_flash_spoil(twin_mcu_flash(bed.twin), OFFSET, MCU_FLASH_BROKEN);
        deed("i");
        assert_int_equal(bed_value(&bed, "ignored_value"), 0);
        assert_int_equal(bed_value(&bed, "ignored_status"), PRECISE);
        assert_int_equal(bed_value(&bed, "ignored_bfar"), WORD + 8u);
        assert_int_equal(bed_value(&bed, "faults"), 0);
        assert_int_equal(bed_value(&bed, "nmis"), has_nmi);
        if (has_nmi == 0u) {
            assert_int_equal(bed_value(&bed, "ignored_flags"), DBECCERR);
            assert_int_equal(bed_value(&bed, "ignored_addr"), WORD + 8u);
        }
        bed_close(&bed);
    }
}

static void test_broken_word_with_faultmask_alone_is_a_lockup(void **state)
{
    (void)state;
    begin(true, false);
    mcu_flash_spoil(twin_mcu_flash(bed.twin), OFFSET, MCU_FLASH_BROKEN);
    assert_int_equal(bed_type(&bed, "f", 100), TWIN_STOP_VIOLATION);
    assert_int_equal(bed_violation(&bed).kind, TWIN_VIOLATION_LOCKUP);
    bed_close(&bed);
}

static void test_interrupt_pends_when_a_program_ends(void **state)
{
    (void)state;
    begin(false, false);
    deed("q");
    assert_int_equal(bed_value(&bed, "irq_before"), 0);
    assert_int_equal(bed_value(&bed, "irq_pending"), 1);
    bed_close(&bed);
}

static void test_misuse_is_a_violation(void **state)
{
    (void)state;
    begin(false, false);
    struct twin_snapshot *const snapshot = twin_snapshot(bed.twin);
    assert_int_equal(bed_type(&bed, "m", 100), TWIN_STOP_VIOLATION); /* mass erase */
    assert_int_equal(bed_violation(&bed).kind, TWIN_VIOLATION_CONTROLLER);
    twin_restore(bed.twin, snapshot);
    assert_int_equal(bed_type(&bed, "k", 100), TWIN_STOP_VIOLATION); /* a wrong key, then CR */
    assert_int_equal(bed_violation(&bed).kind, TWIN_VIOLATION_LOAD);
    assert_int_equal(bed_violation(&bed).addr, 0x52002010u);
    twin_restore(bed.twin, snapshot);
    deed("p");
    assert_int_equal(bed_type(&bed, "p", 100), TWIN_STOP_VIOLATION);
    assert_int_equal(bed_violation(&bed).kind, TWIN_VIOLATION_DOUBLE_PROGRAM);
    assert_int_equal(bed_violation(&bed).addr, WORD);
    twin_snapshot_free(bed.twin, snapshot);
    bed_close(&bed);
}

static void test_cut_in_a_program_tears_its_word(void **state)
{
    (void)state;
    static const double fractions[] = {0.0, 0.3, 0.999};
    for (uint32_t i = 0; i < 3u; i++) {
        for (uint32_t by_reset = 0; by_reset < 2u; by_reset++) {
            begin(false, false);
            const struct twin_cut cut = {
                .kind = TWIN_CUT_IN_MCU_FLASH, .count = 0, .fraction = fractions[i]};
            if (by_reset != 0u) {
                twin_reset_plan(bed.twin, &cut);
            } else {
                twin_cut_plan(bed.twin, &cut);
            }
            twin_mcu_flash(bed.twin)->torn = MCU_FLASH_TORN_BROKEN;
            assert_int_equal(bed_type(&bed, "x", 100),
                             by_reset != 0u ? TWIN_STOP_RESET : TWIN_STOP_CUT);
            assert_int_equal(twin_mcu_flash(bed.twin)->word[OFFSET / 16u], MCU_FLASH_BROKEN);
            assert_int_equal(twin_mcu_flash(bed.twin)->cut_count, 1);
            if (by_reset == 0u) twin_power_on(bed.twin);
            assert_int_equal(bed_type(&bed, "l", 100), TWIN_STOP_VIOLATION);
            assert_int_equal(bed_violation(&bed).addr, WORD);
            bed_close(&bed);
        }
    }
}

static void test_second_program_or_erase_is_cut_by_its_count(void **state)
{
    (void)state;
    begin(false, false);
    const struct twin_cut cut = {.kind = TWIN_CUT_IN_MCU_FLASH, .count = 1, .fraction = 0.5};
    twin_cut_plan(bed.twin, &cut);
    twin_mcu_flash(bed.twin)->torn = MCU_FLASH_TORN_NOTHING;
    deed("p");
    assert_int_equal(bed_type(&bed, "e", 100), TWIN_STOP_CUT);
    check_word(WORD, programmed);
    bed_close(&bed);
}

static void test_bytes_put_there_are_data_of_the_core(void **state)
{
    (void)state;
    begin(false, false);
    static const uint32_t word[4] = {1, 2, 3, 4};
    mcu_flash_spoil(twin_mcu_flash(bed.twin), OFFSET, MCU_FLASH_BROKEN);
    assert_true(twin_memory_write(bed.twin, WORD, word, sizeof word));
    deed("l");
    assert_int_equal(bed_value(&bed, "load_value"), 1);
    bed_close(&bed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_core_programs_and_erases),
        cmocka_unit_test(test_core_waits_for_the_bank),
        cmocka_unit_test(test_program_outlives_the_power_and_a_snapshot_takes_it_back),
        cmocka_unit_test(test_broken_word_is_a_violation_at_its_load),
        cmocka_unit_test(test_broken_word_is_a_bus_fault_that_a_handler_takes),
        cmocka_unit_test(test_broken_word_is_ignored_with_faultmask),
        cmocka_unit_test(test_broken_word_with_faultmask_alone_is_a_lockup),
        cmocka_unit_test(test_interrupt_pends_when_a_program_ends),
        cmocka_unit_test(test_misuse_is_a_violation),
        cmocka_unit_test(test_cut_in_a_program_tears_its_word),
        cmocka_unit_test(test_second_program_or_erase_is_cut_by_its_count),
        cmocka_unit_test(test_bytes_put_there_are_data_of_the_core),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
