/*
 * Goal    what the measuring firmware reports is what its board is like, and it harms nothing.
 * Method  the real image on the twin. The report is held against what the twin was given: times of
 *         each operation as the chip's own events tell them, SFDP figures, calibration, a chip that
 *         only claims read while write, a word of the PSRAM that changes. The check sum is
 *         computed here again. The chip may be written to in the scratch region alone: everything
 *         else is a violation. The one violation that is allowed is the strobe that nobody drives
 *         when a busy bank is read, as often as the report says so.
 */
#include "tests/support/bringup_bed.h"
#include "tests/support/cmocka_all.h"

#include <string.h>

#define POLL_NS 1500u /* from look to look at the status of a program: its resolution */
#define PSRAM_WORD_77 (0x90000000u + 4u * 257u * 77u) /* the canary's words are 257 apart */

/* SFDP of the part, BFPT DW11, DW10, DW12 (Macronix, LKML 20240722064922.606172-4). */
#define PROGRAM_NS 152000u
#define ERASE_NS 25000000u
#define SUSPEND_PROGRAM_NS 25000u
#define SUSPEND_ERASE_NS 56000u
#define ERASE_RUN_US 448u

static void scratch_is_blank(void)
{
    static uint8_t bytes[SCRATCH_BYTES];
    assert_true(twin_chip_read(twin, SCRATCH, bytes, sizeof bytes));
    for (size_t i = 0; i < sizeof bytes; i++) {
        assert_int_equal(bytes[i], 0xFF);
    }
}

/* What ST's boot of release 1.3.0 leaves was traced from the boot image itself. */
static void leftovers_are_told(void)
{
    assert_int_equal(hex_of("found.XSPI2.CR"), 0x30400301u);
    assert_int_equal(hex_of("found.XSPI2.DCR1"), 0x011A0100u);
    assert_int_equal(hex_of("found.XSPI2.CCR"), 0x2C003C1Cu);
    assert_int_equal(hex_of("found.XSPI2.TCR"), 0x14u);
    assert_int_equal(hex_of("found.XSPI2.IR"), 0xEE11u);
    assert_int_equal(hex_of("found.XSPI2.WIR"), 0x02FDu);
    assert_int_equal(hex_of("found.XSPI1.CCR"), 0x2D003C04u);
    assert_int_equal(hex_of("found.XSPIM_CR"), 0x10u);
    assert_int_equal(hex_of("found.MPU_CTRL"), 5);
    assert_int_equal(hex_of("found.MPU_RASR02"), 0x030B0035u);
    assert_int_equal(hex_of("found.RCC_CKPROTR"), 1);
    assert_int_equal(number_of("clock.core"), 600);
    assert_int_equal(number_of("clock.XSPI1"), 200);
    assert_int_equal(number_of("clock.XSPI2"), 200);
}

static void suspends_are_told(uint32_t look_ns)
{
    number_is_near("suspend.program.min", SUSPEND_PROGRAM_NS, 4u * look_ns);
    number_is_near("suspend.program.max", SUSPEND_PROGRAM_NS, 4u * look_ns);
    number_is_near("suspend.erase.min", SUSPEND_ERASE_NS, 4u * look_ns);
    number_is_near("suspend.erase.max", SUSPEND_ERASE_NS, 4u * look_ns);
    assert_int_equal(number_of("minimum_run.erase"), ERASE_RUN_US);
    number_is_near("slice.erase.0600.progress", 95, 10);
    number_is_near("slice.erase.0448.progress", 95, 10);
    number_is_near("slice.erase.0400.progress", 0, 10);
    number_is_near("slice.erase.0050.progress", 0, 10);
    verdict_is("suspend_latency", "holds");
    verdict_is("minimum_run", "holds");
    verdict_is("suspended_read", "holds");
}

static void test_bringup_of_the_board_as_assumed_says_that_all_holds(void **state)
{
    (void)state;
    run_whole(IMAGES "bring_up_trial.elf");
    leftovers_are_told();
    const uint32_t look_ns = number_of("calibration.start_CCR_AR");
    number_is_near("program.16.min", PROGRAM_NS, POLL_NS);
    number_is_near("program.16.max", PROGRAM_NS, POLL_NS);
    number_is_near("program.128.typ", PROGRAM_NS, POLL_NS);
    number_is_near("erase.typ", ERASE_NS, 12000);
    suspends_are_told(look_ns);
    number_is_near("calibration.added", 0, 30);
    /* Four clocks at least, by the vendor's model, and the byte repeats. */
    assert_int_equal(hex_of("dummy.status.right"), 0xFFFFFFF0u);
    assert_int_equal(number_of("rww.program.image.equal"), 48);
    assert_int_equal(number_of("rww.erase.image.equal"), 48);
    assert_int_equal(number_of("rww.erase.bank2.equal"), 16);
    assert_int_equal(number_of("busy_bank.read.timeout"), 2);
    assert_int_equal(seen.strobes, 2);
    assert_in_range(number_of("canary.reads"), 5000000, UINT32_MAX);
    assert_int_equal(number_of("canary_380.core"), 380);
    assert_string_equal(text_of("canary_380.clock_restored"), "yes");
    assert_in_range(number_of("canary_380.reads"), 2000000, number_of("canary.reads"));
    static const char *const holding[] = {"leftovers", "id", "sfdp", "dummies", "calibration",
                                          "program_time", "erase_time", "budget", "rww", "psram",
                                          "psram_at_380"};
    for (size_t i = 0; i < sizeof holding / sizeof holding[0]; i++) {
        verdict_is(holding[i], "holds");
    }
    /* Behind the fence it faulted; without it the twin tells, and delivers no bus error. */
    assert_string_equal(text_of("mode_off.rehearsed"), "yes");
    assert_string_equal(text_of("mode_off.read"), "value");
    assert_int_equal(seen.off_reads, 1);
    scratch_is_blank();
}

static void least_and_most(const uint64_t *ps, uint32_t count, uint32_t *least, uint32_t *most)
{
    *least = UINT32_MAX;
    *most = 0;
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t ns = (uint32_t)(ps[i] / 1000u);
        if (ns < *least) *least = ns;
        if (ns > *most) *most = ns;
    }
}

static uint32_t told_timeouts(void)
{
    return number_of("rww.program.image.timeout") + number_of("rww.program.bank1.timeout") +
           number_of("rww.program.bank2.timeout") + number_of("rww.erase.image.timeout") +
           number_of("rww.erase.bank1.timeout") + number_of("rww.erase.bank2.timeout") +
           number_of("busy_bank.read.timeout");
}

/* Each time is another one here, and a calibration hides in each command. */
static void test_bringup_times_are_those_that_the_chip_took(void **state)
{
    (void)state;
    uint32_t least, most;
    cfg.busy = TWIN_BUSY_DRAWN;
    cfg.calibration_ns = 500;
    cfg.lacks_read_while_write = true;
    run_whole(IMAGES "bring_up_trial.elf");
    const uint32_t poll_ns = POLL_NS + 2u * cfg.calibration_ns;
    number_is_near("calibration.added", cfg.calibration_ns - 30u, 60);

    assert_int_equal(seen.programs, number_of("program.16.count"));
    least_and_most(seen.program_ps, seen.programs, &least, &most);
    assert_true(most > 2u * least);
    number_is_near("program.16.min", least, poll_ns);
    number_is_near("program.16.max", most, poll_ns);

    /* The two units are erased first; then come those that are measured. */
    const uint32_t measured = number_of("erase.count");
    assert_in_range(seen.erases, 2u + measured, WORK_MAX);
    least_and_most(&seen.erase_ps[2], measured, &least, &most);
    assert_true(most > 2u * least);
    number_is_near("erase.min", least, 13000);
    number_is_near("erase.max", most, 13000);

    /* It has the id of a chip that can, and cannot. */
    verdict_is("id", "holds");
    verdict_is("rww", "differs");
    assert_int_equal(number_of("rww.erase.image.equal"), 0);
    assert_int_equal(number_of("rww.program.image.equal"), 0);
    assert_in_range(number_of("rww.erase.image.timeout"), 1, 1000);
    assert_int_equal(number_of("suspended.image.timeout"), 0);
    /* A read that began in an operation and ended behind it is not told: one in each at most. */
    assert_in_range(seen.strobes, told_timeouts(), told_timeouts() + 2u);
    scratch_is_blank();
}

static void test_bringup_sees_a_word_of_the_psram_change(void **state)
{
    (void)state;
    const uint32_t wrong = 0x12345678u;
    power_on(IMAGES "bring_up_trial.elf");
    run_to("step slices ");
    assert_true(twin_memory_write(twin, PSRAM_WORD_77, &wrong, sizeof wrong));
    run_to("step busy_bank ");
    assert_int_equal(number_of("canary.first_index"), 77);
    assert_int_equal(hex_of("canary.first_got"), wrong);
    assert_int_equal(number_of("canary.errors"), number_of("canary.stays_wrong"));
    verdict_is("psram", "differs");
    verdict_is("psram_at_380", "differs");
}

/* It was well at 600 MHz, and is not at 380. */
static void test_bringup_sees_a_word_of_the_psram_change_at_380_mhz(void **state)
{
    (void)state;
    const uint32_t wrong = 0x12345678u;
    power_on(IMAGES "bring_up_trial.elf");
    run_to("step clock ");
    assert_true(twin_memory_write(twin, PSRAM_WORD_77, &wrong, sizeof wrong));
    run_to("step busy_bank ");
    verdict_is("psram", "holds");
    verdict_is("psram_at_380", "differs");
    assert_int_equal(number_of("canary_380.first_index"), 77);
}

/* A dead end resets the board; to go on where it ended would only end there again. */
static void test_bringup_after_a_reset_says_where_it_was_and_stops(void **state)
{
    (void)state;
    struct twin_counters before, after;
    power_on(IMAGES "bring_up_trial.elf");
    run_to("slice.erase.0100.suspends");
    twin_counters_get(twin, &before);
    assert_in_range(before.erases, 1, WORK_MAX);
    twin_reset(twin);
    run_to("\r\nend ");
    run_out();
    forget_earlier_starts();
    report_is_whole();
    assert_int_equal(number_of("ended_in"), 4); /* LAB_STEP_SLICES */
    assert_false(has("adopt"));
    twin_counters_get(twin, &after);
    assert_int_equal(after.erases, before.erases);
    assert_int_equal(after.programs, before.programs);
}

/* A fault that is not delivered as one: nothing is read that could hang. */
static void test_bringup_reads_nothing_unmapped_without_a_rehearsal(void **state)
{
    (void)state;
    cfg.deliver_faults = false;
    power_on(IMAGES "bring_up_trial.elf");
    run_to("\r\nend ");
    assert_string_equal(text_of("mode_off.rehearsed"), "no");
    verdict_is("read_with_mode_off", "open");
    assert_int_equal(seen.off_reads, 1); /* at the fence */
}

/* The word by which the firmware knows that the flash reads, in its own RAM. */
static void spoil_known_word(void)
{
    static uint32_t words[16384]; /* DTCM */
    uint32_t reset_vector, count = 0;
    assert_true(twin_chip_read(twin, 4, &reset_vector, sizeof reset_vector));
    assert_true(twin_memory_read(twin, 0x20000000u, words, sizeof words));
    const uint32_t wrong = ~reset_vector;
    for (uint32_t i = 0; i < 16384u; i++) {
        if (words[i] != reset_vector) continue;
        assert_true(twin_memory_write(twin, 0x20000000u + 4u * i, &wrong, sizeof wrong));
        count++;
    }
    assert_in_range(count, 1, 3);
}

static void test_bringup_resets_a_flash_that_does_not_read_then_the_system(void **state)
{
    (void)state;
    power_on(IMAGES "bring_up_trial.elf");
    run_to("step mode ");
    seen.resets = 0;
    spoil_known_word();
    run_to("\r\nended_in 2 step");
    assert_int_equal(seen.resets, 1);
    assert_memory_equal(seen.last_opcodes, ((uint16_t[]){0x6699, 0x9966}), 4);
    run_to("\r\nend ");
    forget_earlier_starts();
    assert_false(has("adopt"));
    nothing_was_written();
}

/* The id in the row of the image becomes another one. */
static void spoil_row(void)
{
    static const uint8_t id[3] = {0xC2, 0x81, 0x3B};
    const uint8_t other = 0x3F;
    uint8_t row[16];
    uint32_t at = 0;
    assert_true(twin_symbol_find(twin, "nacre_chip_mx66uw1g45g", &at));
    at -= TWIN_FLASH_BASE;
    assert_true(twin_chip_read(twin, at, row, sizeof row));
    for (uint32_t i = 0; i + sizeof id <= sizeof row; i++) {
        if (memcmp(&row[i], id, sizeof id) != 0) continue;
        assert_true(twin_chip_write(twin, at + i + 2u, &other, 1));
        return;
    }
    fail_msg("no id in the row");
}

static void test_bringup_does_not_write_to_a_chip_whose_row_it_lacks(void **state)
{
    (void)state;
    create(IMAGES "bring_up_trial.elf");
    spoil_row();
    twin_power_on(twin);
    run_to("\r\nend ");
    verdict_is("id", "differs");
    assert_string_equal(text_of("scratch.check"), "NACRE_CHIP_UNKNOWN");
    assert_false(has("erase.count"));
    nothing_was_written();
}

static void test_bringup_takes_the_row_of_the_chip_that_is_there(void **state)
{
    (void)state;
    cfg.chip = "MX25LM51245G";
    run_whole(IMAGES "bring_up_trial.elf");
    assert_string_equal(text_of("chip"), "MX25LM51245G");
    assert_string_equal(text_of("scratch.check"), "NACRE_REGION_OUTSIDE"); /* 64 MB */
    nothing_was_written();
}

static void test_bringup_without_a_scratch_region_writes_nothing(void **state)
{
    (void)state;
    run_whole(IMAGES "bring_up_unnamed.elf");
    assert_string_equal(text_of("scratch.check"), "NACRE_NO_REGION");
    verdict_is("dummies", "holds");
    assert_false(has("erase.count"));
    nothing_was_written();
}

static void test_bringup_refuses_what_is_not_blank(void **state)
{
    (void)state;
    const uint8_t byte = 0xFE;
    uint8_t kept = 0;
    create(IMAGES "bring_up_trial.elf");
    assert_true(twin_chip_write(twin, SCRATCH + SCRATCH_BYTES - 1u, &byte, 1));
    twin_power_on(twin);
    run_to("\r\nend ");
    assert_string_equal(text_of("scratch.check"), "NACRE_NOT_ERASED");
    nothing_was_written();
    assert_true(twin_chip_read(twin, SCRATCH + SCRATCH_BYTES - 1u, &kept, 1));
    assert_int_equal(kept, byte);
}

static void test_bringup_refuses_the_image_even_if_it_may_erase(void **state)
{
    (void)state;
    run_whole(IMAGES "bring_up_in_image.elf");
    assert_string_equal(text_of("scratch.check"), "NACRE_REGION_IN_IMAGE");
    nothing_was_written();
}

static void test_bringup_tells_what_cannot_be_adopted(void **state)
{
    (void)state;
    cfg.leftover = TWIN_LEFTOVER_RWW;
    run_whole(IMAGES "bring_up_trial.elf");
    assert_string_equal(text_of("adopt"), "NACRE_FLASH_WRITABLE"); /* the MPU is off */
    assert_string_equal(text_of("adopt.mismatch"), "MPU_CTRL_ENABLE");
    assert_int_equal(hex_of("found.XSPIM_CR"), 0x00090003u);
    verdict_is("leftovers", "differs");
    nothing_was_written();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_bringup_of_the_board_as_assumed_says_that_all_holds, bed_up, bed_down),
        cmocka_unit_test_setup_teardown(
            test_bringup_times_are_those_that_the_chip_took, bed_up, bed_down),
        cmocka_unit_test_setup_teardown(
            test_bringup_sees_a_word_of_the_psram_change, bed_up, bed_down),
        cmocka_unit_test_setup_teardown(
            test_bringup_sees_a_word_of_the_psram_change_at_380_mhz, bed_up, bed_down),
        cmocka_unit_test_setup_teardown(
            test_bringup_after_a_reset_says_where_it_was_and_stops, bed_up, bed_down),
        cmocka_unit_test_setup_teardown(
            test_bringup_reads_nothing_unmapped_without_a_rehearsal, bed_up, bed_down),
        cmocka_unit_test_setup_teardown(
            test_bringup_resets_a_flash_that_does_not_read_then_the_system, bed_up, bed_down),
        cmocka_unit_test_setup_teardown(
            test_bringup_does_not_write_to_a_chip_whose_row_it_lacks, bed_up, bed_down),
        cmocka_unit_test_setup_teardown(
            test_bringup_takes_the_row_of_the_chip_that_is_there, bed_up, bed_down),
        cmocka_unit_test_setup_teardown(
            test_bringup_without_a_scratch_region_writes_nothing, bed_up, bed_down),
        cmocka_unit_test_setup_teardown(test_bringup_refuses_what_is_not_blank, bed_up, bed_down),
        cmocka_unit_test_setup_teardown(
            test_bringup_refuses_the_image_even_if_it_may_erase, bed_up, bed_down),
        cmocka_unit_test_setup_teardown(
            test_bringup_tells_what_cannot_be_adopted, bed_up, bed_down),
    };
    return cmocka_run_group_tests_name("bringup", tests, NULL, NULL);
}
