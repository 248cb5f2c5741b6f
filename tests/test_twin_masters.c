/*
 * Goal    who reads the flash besides instructions: copies by HPDMA1 and speculation of the core. A
 *         read that finds no flash is a violation, unless the MPU keeps it from the bus, which it
 *         does for speculation and not for the DMA. And what is counted: times, merged interrupts.
 * Method  letters of twin_fw/faults.c. What the DMA's bits are is from CMSIS stm32h7s7xx.h and
 *         RM0456; times are counted by hand from the rates that the image sets.
 */
#include <string.h>

#include "tests/support/cmocka_all.h"
#include "tests/support/faults_fixture.h"

#define TIM6_EXCEPTION (16u + 55u)
#define TCF (1u << 8)
#define USEF (1u << 12)
#define SUSPF (1u << 13)
#define IDLEF 1u

static int begin(void **state)
{
    (void)state;
    bed_prepare(&bed, "faults");
    bed.cfg.speculation_ns = 200;
    bed.cfg.watch_exception = TIM6_EXCEPTION;
    bed_open(&bed);
    faults_power_on();
    twin_counters_clear(bed.twin);
    return 0;
}

static enum twin_stop type(const char *letter)
{
    return bed_type(&bed, letter, 100);
}

static struct twin_counters counters(void)
{
    struct twin_counters counted;
    twin_counters_get(bed.twin, &counted);
    return counted;
}

static void test_masters_dma_copies_and_ends(void **state)
{
    (void)state;
    assert_int_equal(type("d"), TWIN_STOP_TEXT);
    assert_int_equal(bed_value(&bed, "dma_idle_at_once"), 0);
    assert_int_equal(bed_value(&bed, "dma_same"), 512 / 4);
    assert_int_equal(bed_value(&bed, "dma_left"), 0);
    assert_int_equal(bed_value(&bed, "dma_flags"), TCF | IDLEF);
    assert_int_equal(bed_value(&bed, "dma_on"), 0);
    assert_int_equal(counters().dma_bursts, 512 / 64);
}

static void test_masters_dma_stands_still_when_suspended(void **state)
{
    (void)state;
    assert_int_equal(type("y"), TWIN_STOP_TEXT);
    const uint32_t left = bed_value(&bed, "dma_paused_at");
    assert_in_range(left, 64, 512 - 64);
    assert_int_equal(left % 64, 0);
    assert_int_equal(bed_value(&bed, "dma_moved"), 0);
    assert_int_equal(bed_value(&bed, "dma_paused_flags"), SUSPF | IDLEF);
    assert_int_equal(bed_value(&bed, "dma_same"), 512 / 4);
}

static void test_masters_dma_refuses_a_size_that_is_no_words(void **state)
{
    (void)state;
    assert_int_equal(type("B"), TWIN_STOP_TEXT);
    assert_int_equal(bed_value(&bed, "dma_flags"), USEF | IDLEF);
    assert_int_equal(counters().dma_bursts, 0);
}

/* The fence stops the core only. */
static void test_masters_dma_in_a_blackout_is_a_violation(void **state)
{
    (void)state;
    assert_int_equal(type("M"), TWIN_STOP_VIOLATION);
    const struct twin_violation violation = bed_violation(&bed);
    assert_int_equal(violation.kind, TWIN_VIOLATION_MASTER);
    assert_in_range(violation.addr, 0x70000000, 0x700001FF);
}

static void test_masters_speculation_stops_at_the_fence(void **state)
{
    (void)state;
    assert_int_equal(type("F"), TWIN_STOP_TEXT);
    const struct twin_counters counted = counters();
    /* 60,000 cycles, one every 200 ns: 500 of them, half to twice that. */
    assert_in_range(counted.speculations_fenced, 250, 1000);
    assert_true(counted.speculations > counted.speculations_fenced);
    assert_int_equal(counted.violations, 0);
}

static void test_masters_speculation_without_a_fence_is_a_violation(void **state)
{
    (void)state;
    assert_int_equal(type("S"), TWIN_STOP_VIOLATION);
    const struct twin_violation violation = bed_violation(&bed);
    assert_int_equal(violation.kind, TWIN_VIOLATION_SPECULATION);
    assert_in_range(violation.addr, 0x70000000, 0x77FFFFFF);
}

/* 20 kHz, held off for 1 ms and a little: 20 or 21 requests, of which one is served after it. */
static void test_masters_merged_interrupts_are_counted(void **state)
{
    struct twin_irq_counts before, after;
    (void)state;
    assert_int_equal(type("t"), TWIN_STOP_TEXT);
    assert_true(twin_irq_counts_get(bed.twin, TIM6_EXCEPTION, &before));
    assert_int_equal(before.merged, 0);
    assert_int_equal(type("h"), TWIN_STOP_TEXT);
    assert_true(twin_irq_counts_get(bed.twin, TIM6_EXCEPTION, &after));
    assert_in_range(after.merged, 18, 20);
    assert_in_range(after.requests - after.taken - after.merged, 0, 1);
    assert_false(twin_irq_counts_get(bed.twin, 500, &after));
}

static void test_masters_latencies_are_in_the_histogram(void **state)
{
    static struct twin_times times;
    uint64_t sum = 0;
    (void)state;
    assert_int_equal(type("t"), TWIN_STOP_TEXT);
    assert_int_equal(type("h"), TWIN_STOP_TEXT);
    twin_times_get(bed.twin, TWIN_TIMES_WATCHED_LATENCY, &times);
    for (uint32_t i = 0; i < TWIN_TIMES_BUCKETS; i++) sum += times.bucket[i];
    assert_int_equal(sum, times.count);
    /* It pended in the first 50 us of the 1 ms. */
    assert_in_range(times.longest_ps, 950 * TWIN_PS_PER_US, 1010 * TWIN_PS_PER_US);
    assert_int_equal(twin_times_part_ps(&times, 1000), times.longest_ps);
    assert_true(twin_times_part_ps(&times, 500) < 2 * TWIN_PS_PER_US);
    twin_counters_clear(bed.twin);
    twin_times_get(bed.twin, TWIN_TIMES_WATCHED_LATENCY, &times);
    assert_int_equal(times.count, 0);
    assert_int_equal(twin_times_part_ps(&times, 999), 0);
}

static void test_masters_blackouts_are_in_the_histogram(void **state)
{
    static struct twin_times times;
    (void)state;
    assert_int_equal(type("F"), TWIN_STOP_TEXT);
    assert_int_equal(type("F"), TWIN_STOP_TEXT);
    twin_times_get(bed.twin, TWIN_TIMES_BLACKOUT, &times);
    assert_int_equal(times.count, 2);
    assert_in_range(times.longest_ps, 100 * TWIN_PS_PER_US, 110 * TWIN_PS_PER_US);
    assert_in_range(times.sum_ps, 200 * TWIN_PS_PER_US, 220 * TWIN_PS_PER_US);
}

/* Edges rise, and no bucket is wider than a sixteenth of its edge, from 16 ns on. */
static void test_masters_buckets_are_narrow(void **state)
{
    (void)state;
    assert_int_equal(twin_times_edge_ps(0), 1 * TWIN_PS_PER_NS);
    for (uint32_t i = 1; i < TWIN_TIMES_BUCKETS; i++) {
        const uint64_t edge = twin_times_edge_ps(i);
        const uint64_t below = twin_times_edge_ps(i - 1u);
        assert_true(edge > below);
        if (i > 16u) assert_true((edge - below) * 16u <= edge);
    }
}

/* A snapshot holds what was counted and what is drawn: the same again. */
static void test_masters_a_snapshot_draws_the_same(void **state)
{
    struct twin_snapshot *const snapshot = twin_snapshot(bed.twin);
    (void)state;
    assert_int_equal(type("F"), TWIN_STOP_TEXT);
    const struct twin_counters first = counters();
    twin_restore(bed.twin, snapshot);
    assert_int_equal(counters().speculations, 0);
    assert_int_equal(type("F"), TWIN_STOP_TEXT);
    const struct twin_counters again = counters();
    assert_memory_equal(&first, &again, sizeof first);
    twin_snapshot_free(bed.twin, snapshot);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_masters_##name, begin, faults_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(dma_copies_and_ends),
        TEST(dma_stands_still_when_suspended),
        TEST(dma_refuses_a_size_that_is_no_words),
        TEST(dma_in_a_blackout_is_a_violation),
        TEST(speculation_stops_at_the_fence),
        TEST(speculation_without_a_fence_is_a_violation),
        TEST(merged_interrupts_are_counted),
        TEST(latencies_are_in_the_histogram),
        TEST(blackouts_are_in_the_histogram),
        TEST(buckets_are_narrow),
        TEST(a_snapshot_draws_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
