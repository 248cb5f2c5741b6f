/*
 * The twin's board: power, cuts, snapshots, console, timers, PSRAM, reset; and that a run is
 * decided by its seed and inputs alone.
 *
 * Method: the image twin_fw/faults.c, told by single letters what to do. Times and counts that must
 * be there are computed from the registers that the image writes.
 */
#include <string.h>

#include "tests/support/cmocka_all.h"
#include "tests/support/faults_fixture.h"

#define UNIT 0x07FE1000u
#define ERASE_TYPICAL_PS (25u * TWIN_PS_PER_MS) /* BFPT of the part's SFDP: 25 ms */

/* ---- determinism and snapshots ---- */

static void play(void)
{
    assert_int_equal(bed_type(&bed, "k", 50), TWIN_STOP_TEXT);
    assert_int_equal(bed_type(&bed, "t", 50), TWIN_STOP_TEXT);
    assert_int_equal(bed_type(&bed, "p", 50), TWIN_STOP_TEXT);
    assert_int_equal(bed_type(&bed, "e", 50), TWIN_STOP_TEXT);
    assert_int_equal(bed_run_ms(&bed, 40), TWIN_STOP_TIME);
    assert_int_equal(bed_type(&bed, "c", 50), TWIN_STOP_TEXT);
}

static void test_board_same_seed_same_run(void **state)
{
    (void)state;
    play();
    const uint64_t hash = bed.event_hash;
    const uint64_t time = twin_now_ps(bed.twin);
    const uint64_t insn = twin_insn_count(bed.twin);
    bed_close(&bed);
    assert_int_equal(faults_begin(NULL), 0);
    play();
    assert_int_equal(bed.event_hash, hash);
    assert_int_equal(twin_now_ps(bed.twin), time);
    assert_int_equal(twin_insn_count(bed.twin), insn);
}

static void test_board_restore_repeats_the_run(void **state)
{
    (void)state;
    struct twin_snapshot *const snapshot = twin_snapshot(bed.twin);
    assert_non_null(snapshot);
    uint64_t hash = 0, time = 0;
    char text[4096] = "";
    for (uint32_t round = 0; round < 3u; round++) {
        twin_restore(bed.twin, snapshot);
        bed.event_hash = 1;
        play();
        if (round == 0u) {
            hash = bed.event_hash;
            time = twin_now_ps(bed.twin);
            (void)strncpy(text, twin_uart_text(bed.twin, NULL), sizeof text - 1u);
        }
        assert_int_equal(bed.event_hash, hash);
        assert_int_equal(twin_now_ps(bed.twin), time);
        assert_string_equal(twin_uart_text(bed.twin, NULL), text);
    }
    twin_snapshot_free(bed.twin, snapshot);
}

/* A snapshot in the middle of an erase, with a timer running and bytes on the wire. */
static void test_board_restore_from_the_middle_of_an_erase(void **state)
{
    (void)state;
    assert_int_equal(bed_type(&bed, "t", 50), TWIN_STOP_TEXT);
    assert_int_equal(bed_type(&bed, "e", 50), TWIN_STOP_TEXT);
    twin_uart_type(bed.twin, "kc");
    struct twin_snapshot *const outer = twin_snapshot(bed.twin);
    assert_int_equal(bed_run_ms(&bed, 3), TWIN_STOP_TIME);
    struct twin_snapshot *const inner = twin_snapshot(bed.twin);
    uint64_t hash = 0;
    for (uint32_t round = 0; round < 4u; round++) {
        twin_restore(bed.twin, round < 2u ? inner : outer);
        if (round >= 2u) assert_int_equal(bed_run_ms(&bed, 3), TWIN_STOP_TIME);
        bed.event_hash = 1;
        assert_int_equal(bed_run_ms(&bed, 60), TWIN_STOP_TIME);
        if (round == 0u) hash = bed.event_hash;
        assert_int_equal(bed.event_hash, hash);
    }
    /* The newer snapshot went with the restore of the older one. */
    const uint64_t time = twin_now_ps(bed.twin);
    twin_restore(bed.twin, inner);
    assert_int_equal(twin_now_ps(bed.twin), time);
    twin_snapshot_free(bed.twin, inner);
    twin_snapshot_free(bed.twin, outer);
}

/* ---- cuts ---- */

static uint32_t blank_bytes(void)
{
    uint8_t unit[4096];
    uint32_t count = 0;
    assert_true(twin_chip_read(bed.twin, UNIT, unit, sizeof unit));
    for (uint32_t i = 0; i < sizeof unit; i++) {
        count += unit[i] == 0xFFu;
    }
    return count;
}

static void fill_unit(void)
{
    uint8_t unit[4096];
    memset(unit, 0x5A, sizeof unit);
    assert_true(twin_chip_write(bed.twin, UNIT, unit, sizeof unit));
}

static void test_board_erase_takes_its_time_and_clears_the_unit(void **state)
{
    (void)state;
    fill_unit();
    assert_int_equal(bed_type(&bed, "e", 50), TWIN_STOP_TEXT);
    const struct twin_event began = bed.last[TWIN_EVENT_COMMAND];
    assert_int_equal(began.u.command.class, TWIN_COMMAND_ERASE);
    assert_int_equal(began.u.command.opcode, 0x21DE);
    assert_int_equal(began.u.command.addr, UNIT);
    assert_int_equal(began.u.command.busy_ps, ERASE_TYPICAL_PS);
    assert_int_equal(blank_bytes(), 0);
    assert_int_equal(bed_run_ms(&bed, 30), TWIN_STOP_TIME);
    assert_int_equal(bed.last[TWIN_EVENT_BUSY_END].time_ps, began.time_ps + ERASE_TYPICAL_PS);
    assert_int_equal(blank_bytes(), 4096);
}

/* Before it: nothing happened. After it: torn at its very start, whatever that leaves. */
static void test_board_cut_before_a_command_leaves_it_undone(void **state)
{
    (void)state;
    fill_unit();
    const struct twin_cut cut = {TWIN_CUT_BEFORE_COMMAND, 0, twin_command_count(bed.twin) + 1u, 0};
    twin_cut_plan(bed.twin, &cut); /* the write enable is the next one, then the erase */
    assert_int_equal(bed_type(&bed, "e", 50), TWIN_STOP_CUT);
    assert_false(twin_is_on(bed.twin));
    assert_int_equal(bed.of_kind[TWIN_EVENT_CUT], 1);
    assert_int_equal(blank_bytes(), 0);
    faults_power_on();
    assert_int_equal(blank_bytes(), 0);
}

static void test_board_cut_in_an_operation_strikes_at_its_fraction(void **state)
{
    (void)state;
    const double fractions[] = {0.0, 0.25, 0.9};
    for (uint32_t i = 0; i < 3u; i++) {
        const struct twin_cut cut = {TWIN_CUT_IN_OPERATION, 0, twin_operation_count(bed.twin),
                                     fractions[i]};
        fill_unit();
        twin_cut_plan(bed.twin, &cut);
        enum twin_stop stop = bed_type(&bed, "e", 50);
        if (stop == TWIN_STOP_TEXT) stop = bed_run_ms(&bed, 50);
        assert_int_equal(stop, TWIN_STOP_CUT);
        const uint64_t began = bed.last[TWIN_EVENT_COMMAND].time_ps;
        const uint64_t expected = began + (uint64_t)((double)ERASE_TYPICAL_PS * fractions[i]);
        assert_int_equal(bed.last[TWIN_EVENT_CUT].time_ps, expected);
        faults_power_on();
    }
}

static void test_board_cut_at_time_and_at_instruction(void **state)
{
    (void)state;
    const uint64_t at = twin_now_ps(bed.twin) + 3u * TWIN_PS_PER_MS + 12345u;
    struct twin_cut cut = {TWIN_CUT_AT_TIME, at, 0, 0};
    twin_cut_plan(bed.twin, &cut);
    assert_int_equal(bed_run_ms(&bed, 50), TWIN_STOP_CUT);
    assert_int_equal(bed.last[TWIN_EVENT_CUT].time_ps, at);
    faults_power_on();
    cut = (struct twin_cut){TWIN_CUT_AT_INSN, 0, twin_insn_count(bed.twin) + 10000u, 0};
    twin_cut_plan(bed.twin, &cut);
    assert_int_equal(bed_run_ms(&bed, 50), TWIN_STOP_CUT);
    assert_in_range(twin_insn_count(bed.twin), cut.count, cut.count + 50u);
}

/* A snapshot carries its plan: restored, the cut strikes again; planned anew, it does not. */
static void test_board_plan_is_part_of_a_snapshot(void **state)
{
    (void)state;
    const struct twin_cut cut = {TWIN_CUT_AFTER_COMMAND, 0, twin_command_count(bed.twin), 0};
    const struct twin_cut none = {TWIN_CUT_NONE, 0, 0, 0};
    twin_cut_plan(bed.twin, &cut);
    struct twin_snapshot *const snapshot = twin_snapshot(bed.twin);
    assert_int_equal(bed_type(&bed, "e", 50), TWIN_STOP_CUT);
    twin_restore(bed.twin, snapshot);
    assert_true(twin_is_on(bed.twin));
    assert_int_equal(bed_type(&bed, "e", 50), TWIN_STOP_CUT);
    twin_restore(bed.twin, snapshot);
    twin_cut_plan(bed.twin, &none);
    assert_int_equal(bed_type(&bed, "e", 50), TWIN_STOP_TEXT);
    twin_snapshot_free(bed.twin, snapshot);
}

/* ---- memories ---- */

static void test_board_psram_is_lost_with_the_power(void **state)
{
    (void)state;
    assert_int_equal(bed_type(&bed, "p", 50), TWIN_STOP_TEXT);
    assert_int_equal(bed_value(&bed, "psram_before"), 0);
    assert_int_equal(bed_value(&bed, "psram_after"), 1);
    struct twin_snapshot *const snapshot = twin_snapshot(bed.twin);
    assert_int_equal(bed_type(&bed, "p", 50), TWIN_STOP_TEXT);
    assert_int_equal(bed_value(&bed, "psram_before"), 1);
    twin_power_off(bed.twin);
    faults_power_on();
    assert_int_equal(bed_type(&bed, "p", 50), TWIN_STOP_TEXT);
    assert_int_equal(bed_value(&bed, "psram_before"), 0);
    twin_restore(bed.twin, snapshot);
    assert_int_equal(bed_type(&bed, "p", 50), TWIN_STOP_TEXT);
    assert_int_equal(bed_value(&bed, "psram_before"), 1);
    twin_snapshot_free(bed.twin, snapshot);
}

static void test_board_reset_runs_the_image_again(void **state)
{
    (void)state;
    twin_uart_type(bed.twin, "r");
    bed_wait(&bed, "resetting\n", 50);
    bed_wait(&bed, "ready\n", 50);
    assert_int_equal(bed.of_kind[TWIN_EVENT_RESET], 1);
    assert_int_equal(bed.of_kind[TWIN_EVENT_CUT], 0);
    /* The power stayed: the console text goes on. */
    assert_non_null(strstr(twin_uart_text(bed.twin, NULL), "ready\nresetting\nready\n"));
}

static void test_board_chip_is_reached_inside_its_size_only(void **state)
{
    uint8_t buf[16];
    (void)state;
    assert_true(twin_chip_read(bed.twin, 0x07FFFFF0u, buf, 16));
    assert_false(twin_chip_read(bed.twin, 0x07FFFFF1u, buf, 16));
    assert_false(twin_chip_write(bed.twin, 0x08000000u, buf, 1));
    assert_false(twin_memory_read(bed.twin, 0x60000000u, buf, 4));
    assert_true(twin_memory_read(bed.twin, 0x20000000u, buf, 4));
}

/* ---- peripherals ---- */

/* TIM6: 300 MHz / 3 / 5000 = 20 kHz; TIM3 channel 2: 30 of 100. */
static void test_board_timers_count_and_drive(void **state)
{
    struct twin_pwm pwm;
    (void)state;
    assert_int_equal(twin_backlight_percent(bed.twin), -1);
    assert_int_equal(bed_type(&bed, "t", 50), TWIN_STOP_TEXT);
    const uint64_t before = bed.of_kind[TWIN_EVENT_IRQ_TAKEN];
    assert_int_equal(bed_run_ms(&bed, 100), TWIN_STOP_TIME);
    assert_in_range(bed.of_kind[TWIN_EVENT_IRQ_TAKEN] - before, 1999, 2001);
    assert_int_equal(bed.last[TWIN_EVENT_IRQ_TAKEN].u.irq.exception, 16 + 55);
    assert_true(twin_pwm_get(bed.twin, 3, 2, &pwm));
    assert_true(pwm.enabled);
    assert_int_equal(pwm.duty, 30);
    assert_int_equal(pwm.period, 100);
    assert_int_equal(twin_backlight_percent(bed.twin), 30);
    assert_false(twin_pwm_get(bed.twin, 8, 1, &pwm));
}

/* A blackout of some 4 us with interrupts masked holds up the timer by no more than that. */
static void test_board_latency_is_told_with_its_dark_part(void **state)
{
    struct twin_counters counters;
    (void)state;
    assert_int_equal(bed_type(&bed, "t", 50), TWIN_STOP_TEXT);
    twin_counters_clear(bed.twin);
    for (uint32_t i = 0; i < 40u; i++) {
        assert_int_equal(bed_type(&bed, "k", 50), TWIN_STOP_TEXT);
        assert_int_equal(bed_run_ms(&bed, 1), TWIN_STOP_TIME);
    }
    twin_counters_get(bed.twin, &counters);
    assert_true(counters.latency_dark_ps > 0);
    assert_true(counters.latency_dark_ps <= counters.longest_blackout_ps);
    assert_in_range(counters.longest_latency_ps, counters.latency_dark_ps,
                    counters.longest_blackout_ps + TWIN_PS_PER_US);
    assert_int_equal(counters.blackouts, 40);
    assert_true(counters.worst_dark_in_1ms_ps >= counters.longest_blackout_ps);
}

/*
 * Ten bits a byte at 115200 baud: 86.8 us; the letter means nothing to the image. Two bytes at once
 * into one byte of room: one is lost.
 */
static void test_board_typing_takes_its_time_and_can_overrun(void **state)
{
    (void)state;
    const uint64_t from = twin_now_ps(bed.twin);
    assert_int_equal(bed_type(&bed, "N", 50), TWIN_STOP_TEXT);
    const uint64_t echo = twin_now_ps(bed.twin) - from;
    assert_in_range(echo, 86800u * TWIN_PS_PER_NS, 7u * 87000u * TWIN_PS_PER_NS);
    /* The image is busy printing for half a millisecond after each letter. */
    twin_uart_type(bed.twin, "0123456789");
    assert_int_equal(bed_run_ms(&bed, 20), TWIN_STOP_TIME);
    const char *const text = twin_uart_text(bed.twin, NULL);
    assert_non_null(strstr(text, "0done"));
    assert_null(strstr(text, "9done"));
}

static void test_board_watched_functions_are_told(void **state)
{
    (void)state;
    assert_false(twin_watch(bed.twin, "no_such_function"));
    assert_true(twin_watch(bed.twin, "put_line"));
    const uint32_t name = bed_symbol(&bed, "put_line");
    assert_int_equal(bed_type(&bed, "n", 50), TWIN_STOP_TEXT);
    assert_int_equal(bed.of_kind[TWIN_EVENT_CALL], 2);
    assert_int_equal(bed.of_kind[TWIN_EVENT_RETURN], 2);
    assert_string_equal(bed.last[TWIN_EVENT_CALL].u.call.symbol, "put_line");
    assert_int_equal(bed.last[TWIN_EVENT_CALL].u.call.args[1], 0xFFFFFFFF);
    assert_int_equal(bed.last[TWIN_EVENT_CALL].pc, name);
    /* "after_fence=4294967295\n": 23 bytes of 86.8 us, less what the UART still holds. */
    const uint64_t took = bed.last[TWIN_EVENT_RETURN].time_ps -
                          bed.last[TWIN_EVENT_RETURN].u.call.call_ps;
    assert_in_range(took, 20u * 86800u * TWIN_PS_PER_NS, 24u * 86900u * TWIN_PS_PER_NS);
}

static void test_board_run_stops_where_asked(void **state)
{
    struct twin_until until;
    (void)state;
    memset(&until, 0, sizeof until);
    until.insn = twin_insn_count(bed.twin) + 5000u;
    assert_int_equal(twin_run(bed.twin, &until), TWIN_STOP_INSN);
    assert_in_range(twin_insn_count(bed.twin), until.insn, until.insn + 50u);
    memset(&until, 0, sizeof until);
    until.time_ps = twin_now_ps(bed.twin) + 777777u;
    assert_int_equal(twin_run(bed.twin, &until), TWIN_STOP_TIME);
    assert_in_range(twin_now_ps(bed.twin), until.time_ps, until.time_ps + 200000u);
    memset(&until, 0, sizeof until);
    until.call = "put_text";
    until.for_ps = 50u * TWIN_PS_PER_MS;
    twin_uart_type(bed.twin, "y");
    assert_int_equal(twin_run(bed.twin, &until), TWIN_STOP_CALL);
    until.call = "nobody";
    assert_int_equal(twin_run(bed.twin, &until), TWIN_STOP_BROKEN);
}

static void test_board_entry_is_the_first_instruction(void **state)
{
    struct twin_until until;
    (void)state;
    twin_power_off(bed.twin);
    twin_power_on(bed.twin);
    memset(&until, 0, sizeof until);
    until.app_entry = true;
    const uint64_t insn = twin_insn_count(bed.twin);
    assert_int_equal(twin_run(bed.twin, &until), TWIN_STOP_ENTRY);
    assert_int_equal(twin_insn_count(bed.twin), insn);
    bed_wait(&bed, "ready\n", 100);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_board_##name, faults_begin, faults_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(same_seed_same_run),
        TEST(restore_repeats_the_run),
        TEST(restore_from_the_middle_of_an_erase),
        TEST(erase_takes_its_time_and_clears_the_unit),
        TEST(cut_before_a_command_leaves_it_undone),
        TEST(cut_in_an_operation_strikes_at_its_fraction),
        TEST(cut_at_time_and_at_instruction),
        TEST(plan_is_part_of_a_snapshot),
        TEST(psram_is_lost_with_the_power),
        TEST(reset_runs_the_image_again),
        TEST(chip_is_reached_inside_its_size_only),
        TEST(timers_count_and_drive),
        TEST(latency_is_told_with_its_dark_part),
        TEST(typing_takes_its_time_and_can_overrun),
        TEST(watched_functions_are_told),
        TEST(run_stops_where_asked),
        TEST(entry_is_the_first_instruction),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
