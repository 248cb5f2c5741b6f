/*
 * What the twin calls a violation, and that it names the very instruction.
 *
 * Method: the image twin_fw/faults.c does one misdeed for each letter typed. The instruction that
 * does it has a label of its own, so its address is the linker's word, not the twin's.
 */
#include <string.h>

#include "tests/support/cmocka_all.h"
#include "tests/support/faults_fixture.h"

static struct twin_violation misdeed(const char *letter)
{
    assert_int_equal(bed_type(&bed, letter, 100), TWIN_STOP_VIOLATION);
    const struct twin_violation violation = bed_violation(&bed);
    assert_true(violation.pc_is_exact);
    assert_int_equal(bed.of_kind[TWIN_EVENT_VIOLATION], 1);
    assert_int_equal(bed.last[TWIN_EVENT_VIOLATION].pc, violation.pc);
    return violation;
}

static void test_faults_load_while_not_mapped(void **state)
{
    (void)state;
    const struct twin_violation violation = misdeed("l");
    assert_int_equal(violation.kind, TWIN_VIOLATION_LOAD);
    assert_int_equal(violation.pc, bed_symbol(&bed, "bad_load"));
    assert_int_equal(violation.addr, 0x70005040);
    assert_memory_equal(violation.symbol, "load_unmapped", 13);
}

static void test_faults_fetch_while_not_mapped(void **state)
{
    (void)state;
    const struct twin_violation violation = misdeed("f");
    assert_int_equal(violation.kind, TWIN_VIOLATION_FETCH);
    assert_int_equal(violation.pc, bed_symbol(&bed, "put_char"));
    assert_string_equal(violation.symbol, "put_char");
}

/* The fetch behind the abort makes the controller busy again, so FMODE is not to be changed. */
static void test_faults_code_that_closes_its_own_window(void **state)
{
    (void)state;
    const struct twin_violation violation = misdeed("w");
    assert_int_equal(violation.kind, TWIN_VIOLATION_CONTROLLER);
    assert_int_equal(violation.pc, bed_symbol(&bed, "bad_own_window"));
}

static void test_faults_code_that_fences_its_own_window(void **state)
{
    (void)state;
    const struct twin_violation violation = misdeed("x");
    assert_int_equal(violation.kind, TWIN_VIOLATION_MPU);
    assert_int_equal(violation.pc, bed_symbol(&bed, "bad_own_fence"));
}

static void test_faults_vector_while_not_mapped(void **state)
{
    (void)state;
    const struct twin_violation violation = misdeed("v");
    assert_int_equal(violation.kind, TWIN_VIOLATION_VECTOR);
    assert_int_equal(violation.addr, 0x7000003C); /* SysTick's, exception 15 */
}

static void test_faults_store_into_the_window(void **state)
{
    uint8_t before[4], after[4];
    (void)state;
    assert_true(twin_chip_read(bed.twin, 0x80, before, 4));
    const struct twin_violation violation = misdeed("s");
    assert_int_equal(violation.kind, TWIN_VIOLATION_STORE);
    assert_int_equal(violation.pc, bed_symbol(&bed, "bad_store"));
    assert_int_equal(violation.addr, 0x70000080);
    assert_true(twin_chip_read(bed.twin, 0x80, after, 4));
    assert_memory_equal(before, after, 4);
}

static void test_faults_read_of_the_busy_bank(void **state)
{
    (void)state;
    const struct twin_violation violation = misdeed("b");
    assert_int_equal(violation.kind, TWIN_VIOLATION_LOAD);
    assert_int_equal(violation.pc, bed_symbol(&bed, "bad_bank"));
    assert_int_equal(violation.addr, 0x77FE0000);
}

static void test_faults_granule_programmed_twice(void **state)
{
    (void)state;
    const struct twin_violation violation = misdeed("2");
    assert_int_equal(violation.kind, TWIN_VIOLATION_DOUBLE_PROGRAM);
    assert_int_equal(violation.addr, 0x07FE0100);
}

/* Bytes that a programmer put there count as programmed. */
static void test_faults_program_over_loaded_bytes(void **state)
{
    static const uint8_t zeros[16];
    (void)state;
    assert_true(twin_chip_write(bed.twin, 0x07FE0100u, zeros, sizeof zeros));
    const struct twin_violation violation = misdeed("2");
    assert_int_equal(violation.kind, TWIN_VIOLATION_DOUBLE_PROGRAM);
    assert_int_equal(violation.addr, 0x07FE0100);
    assert_int_equal(bed.of_kind[TWIN_EVENT_BUSY_END], 0); /* the first program, not the second */
}

static void test_faults_stack_that_is_no_memory(void **state)
{
    (void)state;
    const struct twin_violation violation = misdeed("z");
    assert_int_equal(violation.kind, TWIN_VIOLATION_LOCKUP);
    assert_int_equal(violation.addr, 0x60000000u - 32u);
}

static void test_faults_program_outside_the_range(void **state)
{
    (void)state;
    const struct twin_violation violation = misdeed("o");
    assert_int_equal(violation.kind, TWIN_VIOLATION_OUTSIDE);
    assert_int_equal(violation.addr, 0x06000000);
}

static void test_faults_abort_on_an_idle_controller(void **state)
{
    (void)state;
    assert_int_equal(misdeed("a").kind, TWIN_VIOLATION_CONTROLLER);
}

static void test_faults_load_of_nothing(void **state)
{
    (void)state;
    const struct twin_violation violation = misdeed("u");
    assert_int_equal(violation.kind, TWIN_VIOLATION_UNMAPPED);
    assert_int_equal(violation.pc, bed_symbol(&bed, "bad_address"));
    assert_int_equal(violation.addr, 0x60000000);
}

static void test_faults_undefined_instruction(void **state)
{
    (void)state;
    const struct twin_violation violation = misdeed("i");
    assert_int_equal(violation.kind, TWIN_VIOLATION_UNDEFINED);
    assert_int_equal(violation.pc, bed_symbol(&bed, "bad_instruction"));
}

static void test_faults_fence_is_a_violation_by_default(void **state)
{
    (void)state;
    const struct twin_violation violation = misdeed("m");
    assert_int_equal(violation.kind, TWIN_VIOLATION_MPU);
    assert_int_equal(violation.pc, bed_symbol(&bed, "bad_fence"));
    assert_int_equal(violation.addr, 0x76000010);
}

/* The handler takes the fence away; the load runs again and reads blank flash. */
static void test_faults_fence_is_delivered_if_asked_for(void **state)
{
    (void)state;
    bed_close(&bed);
    bed_prepare(&bed, "faults");
    bed.cfg.deliver_faults = true;
    bed_open(&bed);
    faults_power_on();
    assert_int_equal(bed_type(&bed, "m", 100), TWIN_STOP_TEXT);
    assert_int_equal(bed_value(&bed, "fence_status"), 0x82); /* DACCVIOL, MMARVALID */
    assert_int_equal(bed_value(&bed, "fence_addr"), 0x76000010);
    assert_int_equal(bed_value(&bed, "fence_value"), 0xFFFFFFFF);
    /* What stands before the load in its block ran once. */
    assert_int_equal(bed_value(&bed, "fence_before"), 6);
    assert_int_equal(bed_violation(&bed).kind, TWIN_VIOLATION_NONE);
    /* The fault was met in a first pass and delivered in a second: told once. */
    assert_int_equal(bed.last[TWIN_EVENT_IRQ_TAKEN].u.irq.exception, 4);
    assert_int_equal(bed.of_kind[TWIN_EVENT_IRQ_TAKEN], 1);
    size_t n = 0;
    (void)twin_uart_text(bed.twin, &n);
    assert_int_equal(bed.of_kind[TWIN_EVENT_UART], n);
}

static void test_faults_fence_on_one_bank_leaves_the_others(void **state)
{
    (void)state;
    assert_int_equal(bed_type(&bed, "n", 100), TWIN_STOP_TEXT);
    assert_int_equal(bed_value(&bed, "outside_fence"), 0x20010000); /* the stack's top */
    assert_int_equal(bed_value(&bed, "after_fence"), 0xFFFFFFFF);
}

static void test_faults_code_in_psram_runs_if_the_mpu_lets_it(void **state)
{
    (void)state;
    assert_int_equal(bed_type(&bed, "q", 100), TWIN_STOP_TEXT);
    const struct twin_violation violation = misdeed("j");
    assert_int_equal(violation.kind, TWIN_VIOLATION_FETCH);
    assert_int_equal(violation.addr, 0x90002000);
    twin_power_off(bed.twin);
    faults_power_on();
    assert_int_equal(bed_type(&bed, "q", 100), TWIN_STOP_TEXT);
    assert_int_equal(bed_type(&bed, "Q", 100), TWIN_STOP_TEXT);
    assert_int_equal(bed_type(&bed, "j", 100), TWIN_STOP_TEXT);
    assert_int_equal(bed_value(&bed, "psram_code"), 42);
}

/* Code that has run is not remembered when its bytes change from outside, or by a restore. */
static void test_faults_code_in_psram_is_what_is_stored_there(void **state)
{
    static const uint8_t movs_r0_43[2] = {0x2B, 0x20};
    (void)state;
    assert_int_equal(bed_type(&bed, "q", 100), TWIN_STOP_TEXT);
    assert_int_equal(bed_type(&bed, "Q", 100), TWIN_STOP_TEXT);
    assert_int_equal(bed_type(&bed, "j", 100), TWIN_STOP_TEXT);
    struct twin_snapshot *const before = twin_snapshot(bed.twin);
    assert_non_null(before);
    assert_true(twin_memory_write(bed.twin, 0x90002000u, movs_r0_43, sizeof movs_r0_43));
    assert_int_equal(bed_type(&bed, "j", 100), TWIN_STOP_TEXT);
    assert_int_equal(bed_value(&bed, "psram_code"), 43);
    twin_restore(bed.twin, before);
    assert_int_equal(bed_type(&bed, "j", 100), TWIN_STOP_TEXT);
    assert_int_equal(bed_value(&bed, "psram_code"), 42);
    twin_snapshot_free(bed.twin, before);
}

static void test_faults_memory_is_written_where_it_may_be(void **state)
{
    uint32_t word = 0x12345678u;
    (void)state;
    assert_true(twin_memory_write(bed.twin, 0x0800E000u, &word, sizeof word));
    assert_true(twin_memory_write(bed.twin, 0x24000000u, &word, sizeof word));
    assert_false(twin_memory_write(bed.twin, 0x70000000u, &word, sizeof word));
    assert_false(twin_memory_write(bed.twin, 0x2000FFFEu, &word, sizeof word));
    assert_false(twin_memory_write(bed.twin, 0x5200A000u, &word, sizeof word));
    twin_power_off(bed.twin);
    faults_power_on();
    assert_true(twin_memory_read(bed.twin, 0x0800E000u, &word, sizeof word));
    assert_int_equal(word, 0x12345678u);
    assert_true(twin_memory_read(bed.twin, 0x24000000u, &word, sizeof word));
    assert_int_not_equal(word, 0x12345678u);
}

/* A blackout in order is no violation: about 1000 rounds of three instructions at 600 MHz. */
static void test_faults_sound_blackout_is_measured(void **state)
{
    struct twin_counters counters;
    (void)state;
    twin_counters_clear(bed.twin);
    assert_int_equal(bed_type(&bed, "k", 100), TWIN_STOP_TEXT);
    assert_int_equal(bed_value(&bed, "known_word"), 0x20010000);
    twin_counters_get(bed.twin, &counters);
    assert_int_equal(counters.blackouts, 1);
    assert_int_equal(counters.longest_blackout_ps, counters.dark_ps);
    const uint64_t loop_ps = 2000u * 1667u;
    const uint64_t registers_ps = 12u * 40u * TWIN_PS_PER_NS;
    assert_in_range(counters.dark_ps, loop_ps, loop_ps + registers_ps + TWIN_PS_PER_US);
    assert_int_equal(counters.violations, 0);
    assert_int_equal(bed.of_kind[TWIN_EVENT_BLACKOUT_BEGIN], 1);
    assert_int_equal(bed.of_kind[TWIN_EVENT_BLACKOUT_END], 1);
    assert_int_equal(bed.last[TWIN_EVENT_BLACKOUT_END].u.blackout.length_ps, counters.dark_ps);
}

/* After a violation nothing runs; after a power cycle everything does. */
static void test_faults_run_is_refused_until_power_on(void **state)
{
    (void)state;
    (void)misdeed("u");
    assert_int_equal(bed_run_ms(&bed, 10), TWIN_STOP_VIOLATION);
    twin_power_off(bed.twin);
    assert_int_equal(bed_run_ms(&bed, 10), TWIN_STOP_OFF);
    faults_power_on();
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_faults_##name, faults_begin, faults_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(load_while_not_mapped),
        TEST(fetch_while_not_mapped),
        TEST(code_that_closes_its_own_window),
        TEST(code_that_fences_its_own_window),
        TEST(vector_while_not_mapped),
        TEST(store_into_the_window),
        TEST(read_of_the_busy_bank),
        TEST(granule_programmed_twice),
        TEST(program_over_loaded_bytes),
        TEST(stack_that_is_no_memory),
        TEST(program_outside_the_range),
        TEST(abort_on_an_idle_controller),
        TEST(load_of_nothing),
        TEST(undefined_instruction),
        TEST(fence_is_a_violation_by_default),
        TEST(fence_is_delivered_if_asked_for),
        TEST(fence_on_one_bank_leaves_the_others),
        TEST(code_in_psram_runs_if_the_mpu_lets_it),
        TEST(code_in_psram_is_what_is_stored_there),
        TEST(memory_is_written_where_it_may_be),
        TEST(sound_blackout_is_measured),
        TEST(run_is_refused_until_power_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
