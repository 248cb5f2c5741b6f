/*
 * The twin's core as firmware sees it: exceptions, nesting, priorities, masks, sleep, counters.
 *
 * Method: the image twin_fw/core.c does one thing after the other and prints what it saw. What must
 * be there comes from the ARMv7-M Architecture Reference Manual, or from counting its instructions.
 */
#include "tests/support/board_bed.h"
#include "tests/support/cmocka_all.h"

static struct board_bed bed;

static int setup(void **state)
{
    (void)state;
    bed_start(&bed, "core");
    bed_wait(&bed, "end\n", 2000);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    bed_close(&bed);
    return 0;
}

/* B1.5.4: a more urgent one comes into the middle; equal or less urgent waits for the end. */
static void test_core_nesting_follows_the_priorities(void **state)
{
    (void)state;
    assert_int_equal(bed_value(&bed, "nested_order"), 123);
    assert_int_equal(bed_value(&bed, "nested_depth"), 2);
    assert_int_equal(bed_value(&bed, "tail_order"), 132);
    assert_int_equal(bed_value(&bed, "tail_depth"), 1);
    /* PRIGROUP 5: 0x50 and 0x40 are one group, so the sub-priority does not preempt. */
    assert_int_equal(bed_value(&bed, "group_order"), 132);
}

static void test_core_ipsr_is_the_exception_number(void **state)
{
    (void)state;
    assert_int_equal(bed_value(&bed, "nested_ipsr"), 17);
    assert_int_equal(bed_value(&bed, "thread_ipsr"), 0);
}

static void test_core_masks_hold_and_release_once(void **state)
{
    (void)state;
    assert_int_equal(bed_value(&bed, "primask_held"), 0);
    assert_int_equal(bed_value(&bed, "primask_pending"), 2);
    assert_int_equal(bed_value(&bed, "primask_released"), 1);
    /* BASEPRI 0x80 holds priority 0x80; 0x90 does not. */
    assert_int_equal(bed_value(&bed, "basepri_held"), 1);
    assert_int_equal(bed_value(&bed, "basepri_released"), 2);
    assert_int_equal(bed_value(&bed, "faultmask_held"), 2);
    assert_int_equal(bed_value(&bed, "faultmask_released"), 3);
}

static void test_core_svc_and_pendsv_on_both_stacks(void **state)
{
    (void)state;
    assert_int_equal(bed_value(&bed, "pendsv"), 1);
    assert_int_equal(bed_value(&bed, "svc"), 1);
    assert_int_equal(bed_value(&bed, "call_order"), 87);
    assert_int_equal(bed_value(&bed, "psp_svc"), 2);
    /* SPSEL is set in the thread on the process stack, and reads 0 in a handler. */
    assert_int_equal(bed_value(&bed, "psp_control"), 2);
    assert_int_equal(bed_value(&bed, "handler_control"), 0);
}

/* An interrupt each microsecond, with floats in it, into IT blocks and float code. */
static void test_core_interrupts_leave_results_as_they_are(void **state)
{
    (void)state;
    assert_int_equal(bed_value(&bed, "mix_interrupted"), 1);
    assert_int_equal(bed_value(&bed, "mix_same"), 1);
    assert_int_equal(bed_value(&bed, "float_same"), 1);
    assert_int_equal(bed_value(&bed, "float_wrong"), 0);
}

static void test_core_wfi_wakes_once_a_tick(void **state)
{
    (void)state;
    assert_int_equal(bed_value(&bed, "wfi_ticks"), 10);
    /* With PRIMASK it wakes, and the handler runs when the mask goes. */
    assert_int_equal(bed_value(&bed, "wfi_masked"), 0);
    assert_int_equal(bed_value(&bed, "wfi_unmasked"), 1);
    assert_int_equal(bed_value(&bed, "wfe_ticks"), 1);
}

/* 1000 rounds of two instructions, one cycle each; a few more around the two reads. */
static void test_core_counters_count_cycles(void **state)
{
    (void)state;
    assert_in_range(bed_value(&bed, "cyccnt_loop"), 2000, 2010);
    assert_in_range(bed_value(&bed, "cyccnt_wide"), 2000, 2010);
    assert_int_equal(bed_value(&bed, "cyccnt_stands"), 0);
    /* Entry and exit of one SysTick; not the 600,000 cycles of the sleep. */
    assert_in_range(bed_value(&bed, "cyccnt_asleep"), 10, 100);
    assert_in_range(bed_value(&bed, "systick_fell"), 2000, 2015);
}

static void test_core_line_that_stays_raised_pends_again(void **state)
{
    (void)state;
    assert_int_equal(bed_value(&bed, "timer_entries"), 3);
}

static void test_core_runs_code_that_was_written_over(void **state)
{
    (void)state;
    assert_int_equal(bed_value(&bed, "own_code"), 123);
}

static void test_core_tells_each_exception_it_takes(void **state)
{
    struct twin_counters counters;
    (void)state;
    twin_counters_get(bed.twin, &counters);
    assert_true(counters.irqs > 300);
    /* All that are told, without the SVCs, which wait for nobody. */
    assert_int_equal(bed.of_kind[TWIN_EVENT_IRQ_TAKEN], counters.irqs + 2u);
    assert_int_equal(counters.violations, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_core_nesting_follows_the_priorities),
        cmocka_unit_test(test_core_ipsr_is_the_exception_number),
        cmocka_unit_test(test_core_masks_hold_and_release_once),
        cmocka_unit_test(test_core_svc_and_pendsv_on_both_stacks),
        cmocka_unit_test(test_core_interrupts_leave_results_as_they_are),
        cmocka_unit_test(test_core_wfi_wakes_once_a_tick),
        cmocka_unit_test(test_core_counters_count_cycles),
        cmocka_unit_test(test_core_line_that_stays_raised_pends_again),
        cmocka_unit_test(test_core_runs_code_that_was_written_over),
        cmocka_unit_test(test_core_tells_each_exception_it_takes),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
