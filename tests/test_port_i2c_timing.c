/*
 * Goal: TIMINGR keeps every limit of the bus for any kernel clock, and wastes little; and the cycle
 * counter as a clock tells the time.
 *
 * Method: each register is turned back into times, in picoseconds, by the formulas of RM0453
 * revision 5 pages 1069 to 1071 and held against the limits of UM10204 revision 7 tables 10 and 11.
 */
#include "nacre/ports/stm32h7rs/clock.h"
#include "nacre/ports/stm32h7rs/i2c_timing.h"
#include "tests/support/false_io.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define PS_PER_NS 1000u

/* In nanoseconds. */
struct limits {
    uint32_t scl_khz;
    uint64_t low_min, high_min, period_min, rise, fall, setup_min;
    uint64_t period_max; /* not of the bus: slower than this would be a waste */
};

static const struct limits limits[] = {
    {100, 4700, 4000, 10000, 1000, 300, 250, 11000},
    {400, 1300, 600, 2500, 300, 300, 100, 3200},
    {1000, 500, 260, 1000, 120, 120, 50, 1700},
};

static void check(const struct limits *limit, uint32_t kernel_hz, uint32_t TIMINGR)
{
    const uint64_t clock = 1000000000000u / kernel_hz;
    const uint64_t clock_up = 1000000000000u / kernel_hz + 1u;
    const uint64_t prescaled = ((TIMINGR >> 28) + 1u) * clock_up;
    const uint64_t low = ((TIMINGR & 0xFFu) + 1u) * prescaled;
    const uint64_t high = ((TIMINGR >> 8 & 0xFFu) + 1u) * prescaled;
    const uint64_t hold = (TIMINGR >> 16 & 0xFu) * prescaled;
    const uint64_t setup = ((TIMINGR >> 20 & 0xFu) + 1u) * prescaled;
    const uint64_t sync_min = 50u * PS_PER_NS + 2u * clock_up;
    const uint64_t sync_max = 260u * PS_PER_NS + 3u * clock_up;

    assert_true(low + sync_min >= limit->low_min * PS_PER_NS);
    assert_true(high + sync_min >= limit->high_min * PS_PER_NS);
    assert_true(low + high + 2u * sync_min >= limit->period_min * PS_PER_NS);
    assert_true(setup >= (limit->rise + limit->setup_min) * PS_PER_NS);
    assert_true(hold + 50u * PS_PER_NS + 3u * clock_up >= limit->fall * PS_PER_NS);
    assert_int_equal(TIMINGR & 0x0F000000u, 0);
    assert_true(clock > 40000u || low + high + 2u * sync_max <= limit->period_max * PS_PER_NS);
}

static void test_port_i2c_timing_keeps_the_limits_of_the_bus(void **state)
{
    uint32_t kept = 0;
    (void)state;
    for (uint32_t kernel_hz = 1000000u; kernel_hz <= 300000000u; kernel_hz += 333000u) {
        for (uint32_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
            uint32_t TIMINGR = 0;
            if (nacre_i2c_timing(kernel_hz, limits[i].scl_khz, &TIMINGR) != NACRE_OK) continue;
            check(&limits[i], kernel_hz, TIMINGR);
            kept++;
        }
    }
    assert_true(kept > 2000u);
}

/* The clocks that the chip can give: HSI, CSI, HSE of the board, and what its buses run at. */
static void test_port_i2c_timing_has_a_way_for_each_clock(void **state)
{
    static const uint32_t clocks[] = {16000000, 24000000, 32000000, 64000000, 75000000,
                                      100000000, 120000000, 150000000};
    (void)state;
    for (uint32_t i = 0; i < sizeof clocks / sizeof clocks[0]; i++) {
        for (uint32_t j = 0; j < sizeof limits / sizeof limits[0]; j++) {
            uint32_t TIMINGR;
            assert_int_equal(nacre_i2c_timing(clocks[i], limits[j].scl_khz, &TIMINGR), NACRE_OK);
        }
    }
}

static void test_port_i2c_timing_refuses_what_cannot_be(void **state)
{
    uint32_t TIMINGR = 0x12345678u;
    (void)state;
    assert_int_equal(nacre_i2c_timing(150000000, 200, &TIMINGR), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_i2c_timing(150000000, 0, &TIMINGR), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_i2c_timing(0, 100, &TIMINGR), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_i2c_timing(4000000, 400, &TIMINGR), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_i2c_timing(4000000, 1000, &TIMINGR), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_i2c_timing(300000001, 400, &TIMINGR), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_i2c_timing(UINT32_MAX, 100, &TIMINGR), NACRE_BAD_ARGUMENT);
    assert_int_equal(TIMINGR, 0x12345678u);
}

/* ---- the cycle counter ---- */

static void test_port_clock_counts_microseconds_over_a_wrap(void **state)
{
    struct nacre_cycle_clock clock;
    struct nacre_bus_time time;
    (void)state;
    false_start();
    assert_int_equal(nacre_cycle_clock_open(&clock, FALSE_CORE_MHZ, &time), NACRE_OK);
    assert_null(time.pause);
    const uint64_t from = board.ns;
    const uint32_t first = time.now_us(time.context);
    for (uint32_t i = 0; i < 40u; i++) { /* the counter wraps every 7.2 s */
        board.ns += 1234567890u;
        const uint32_t us = time.now_us(time.context) - first;
        const uint64_t wanted = (board.ns - from) / 1000u;
        assert_in_range(us, wanted - 2u, wanted + 1u);
    }
}

static void test_port_clock_refuses_a_counter_that_does_not_run(void **state)
{
    struct nacre_cycle_clock clock;
    struct nacre_bus_time time;
    (void)state;
    false_start();
    assert_int_equal(nacre_cycle_clock_open(&clock, 0, &time), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_cycle_clock_open(&clock, 1001, &time), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_cycle_clock_open(NULL, 600, &time), NACRE_BAD_ARGUMENT);
    assert_int_equal(nacre_cycle_clock_open(&clock, 600, NULL), NACRE_BAD_ARGUMENT);
    board.counter_stands = true;
    assert_int_equal(nacre_cycle_clock_open(&clock, 600, &time), NACRE_CLOCK);
    board.counter_stands = false;
    board.counter_is_missing = true;
    assert_int_equal(nacre_cycle_clock_open(&clock, 600, &time), NACRE_CLOCK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_port_i2c_timing_keeps_the_limits_of_the_bus),
        cmocka_unit_test(test_port_i2c_timing_has_a_way_for_each_clock),
        cmocka_unit_test(test_port_i2c_timing_refuses_what_cannot_be),
        cmocka_unit_test(test_port_clock_counts_microseconds_over_a_wrap),
        cmocka_unit_test(test_port_clock_refuses_a_counter_that_does_not_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
