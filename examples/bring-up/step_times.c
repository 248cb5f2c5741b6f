/*
 * How long programs and erases take, each waited out from RAM.
 *
 * The resolution is one look at the status: for a program about a microsecond (a status read and
 * two reads of the PSRAM), for an erase 10 us.
 */
#include "examples/bring-up/lab.h"
#include "examples/bring-up/steps.h"
#include "nacre/media/nor.h"

#include <stddef.h>

#define PROGRAMS_SHORT 64u
#define PROGRAMS_LONG 16u
#define ERASES 8u

static struct report_times program_short, program_long, erase, sent;

static void measure_programs(struct report_times *times, uint32_t count, uint32_t n)
{
    for (uint32_t i = 0; i < count; i++) {
        struct probe_work work = {0};

        lab_program(&work, n);
        report_times_add(times, work.busy_cycles);
        if (n == lab.chip->granule_bytes) {
            report_times_add(&sent, work.sent_cycles + lab.map_cycles);
        }
    }
}

static void measure_erases(void)
{
    for (uint32_t i = 0; i < ERASES; i++) {
        struct probe_work work = {0};

        lab_fill();
        lab_erase(&work, lab.unit_a);
        report_times_add(&erase, work.busy_cycles);
    }
}

static bool is_within(const struct report_times *times, uint32_t us_max)
{
    return report_times_longest(times) <= us_max * lab.mhz;
}

void step_times(void)
{
    const struct nacre_chip *const chip = lab.chip;
    struct probe_work work = {0};

    lab_step(LAB_STEP_TIMES, "times");
    lab_erase(&work, lab.unit_b);
    lab_erase(&work, lab.unit_a);
    measure_programs(&program_short, PROGRAMS_SHORT, chip->granule_bytes);
    measure_programs(&program_long, PROGRAMS_LONG, LAB_PIECE_BYTES);
    measure_erases();
    report_times("program.16", &program_short);
    report_times("program.128", &program_long);
    report_times("erase", &erase);
    report_times("blackout.program", &sent);
    report_number("program", "bad", lab.bad_programs, "-");
    report_number("erase", "bad", lab.bad_erases, "-");
    report_number("refused", NULL, lab.refused, "-");
    lab.program_cycles = report_times_typical(&program_long);
    lab.erase_cycles = report_times_typical(&erase);
    lab_verdict("program_time", lab.bad_programs == 0 && lab.refused == 0 &&
                                    is_within(&program_short, chip->program_us_max) &&
                                    is_within(&program_long, chip->program_us_max));
    lab_verdict("erase_time", lab.bad_erases == 0 && lab.refused == 0 &&
                                  is_within(&erase, chip->erase_us_max));
    lab_verdict("budget", is_within(&sent, NACRE_NOR_BUDGET_US_MIN));
}
