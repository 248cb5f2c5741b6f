/*
 * What the controller costs: leaving the mapped mode and coming back, the first read after that,
 * and what a write of CCR does to the next command.
 */
#include "examples/bring-up/lab.h"
#include "examples/bring-up/steps.h"

#include <stddef.h>

#define ROUNDS 32u
#define READ_STEP 4096u      /* another line each time */
#define CALIBRATION_NS 2000u /* the longest that `make bench` prints a blackout with */

static struct report_times leave, map, first, next, whole;
static struct report_times start[PROBE_START_COUNT];
static uint32_t status_word;

static void measure_mode(void)
{
    for (uint32_t i = 0; i < ROUNDS; i++) {
        struct probe_mode mode = {
            .word = (const volatile uint32_t *)(LAB_WINDOW + i * READ_STEP % lab.image_bytes)};

        probe_mode(&lab.board, &mode);
        report_times_add(&leave, mode.leave_cycles);
        report_times_add(&map, mode.map_cycles);
        report_times_add(&first, mode.first_read_cycles);
        report_times_add(&next, mode.next_read_cycles);
        report_times_add(&whole, mode.whole_cycles);
    }
    report_times("mode.leave", &leave);
    report_times("mode.map", &map);
    report_times("mode.whole", &whole);
    report_times("read.first", &first);
    report_times("read.next", &next);
    lab.map_cycles = report_times_typical(&map);
}

static uint32_t typical_ns(enum probe_start how)
{
    return report_ns(report_times_typical(&start[how]));
}

static void measure_starts(void)
{
    const struct nacre_chip *const chip = lab.chip;
    struct probe_start_times times = {
        .status = lab_register_read(chip->read_status, &status_word, 2,
                                    chip->status_dummy_clocks)};

    for (uint32_t i = 0; i < ROUNDS; i++) {
        probe_starts(&lab.board, &times);
        for (uint32_t how = 0; how < PROBE_START_COUNT; how++) {
            report_times_add(&start[how], times.cycles[how]);
        }
    }
    const uint32_t plain = typical_ns(PROBE_START_TCR);
    const uint32_t after_CCR = typical_ns(PROBE_START_CCR);
    const uint32_t added = after_CCR > plain ? after_CCR - plain : 0;
    report_number("calibration", "start_AR", typical_ns(PROBE_START_AR), "ns");
    report_number("calibration", "start_TCR_AR", plain, "ns");
    report_number("calibration", "start_CCR_AR", after_CCR, "ns");
    report_number("calibration", "added", added, "ns");
    report_number("calibration", "busy_after_CCR", times.busy_after_CCR, "times");
    report_hex("calibration", "CALFCR_before", times.CALFCR[0], "hex");
    report_hex("calibration", "CALFCR_after", times.CALFCR[1], "hex");
    report_hex("idle", "SR", times.idle_SR, "hex");
    lab.look_cycles = report_times_typical(&start[PROBE_START_CCR]);
    lab_verdict("calibration", added <= CALIBRATION_NS);
}

void step_mode(void)
{
    lab_step(LAB_STEP_MODE, "mode");
    measure_mode();
    measure_starts();
}
