/*
 * Suspend and resume: how long the chip takes to stop, and how long it must run to get on.
 *
 * Progress is not told by any register. So an operation is suspended again and again, each time
 * after the same run, and then left alone: what it still takes tells how much the runs were worth.
 * 100 % is what an operation does that is never suspended.
 */
#include "examples/bring-up/lab.h"
#include "examples/bring-up/steps.h"

#include <stddef.h>
#include <string.h>

#define SLICES_MAX 64u
#define SLICES_MIN 2u
#define ENOUGH_PERCENT 75u
#define LOOKS_IN_LATENCY 4u
#define READ_PLACES 2u
#define NAME_BYTES 24u

/* In us. 0 stands for the row's minimum run. */
static const uint16_t erase_runs[] = {50, 100, 200, 300, 400, 0, 600};
static const uint16_t program_runs[] = {10, 25, 50};
#define ERASE_RUNS (sizeof(erase_runs) / sizeof(erase_runs[0]))
#define PROGRAM_RUNS (sizeof(program_runs) / sizeof(program_runs[0]))

struct kind {
    bool is_erase;
    const char *name;      /* of the lines, without the number */
    uint32_t whole_cycles; /* an operation that is never suspended */
    struct report_times latency;
    uint32_t ended;        /* that had ended by themselves when they were to be suspended */
    uint32_t resume_lost;
};

static struct kind of_erase = {.is_erase = true, .name = "slice.erase"};
static struct kind of_program = {.is_erase = false, .name = "slice.program"};
static struct probe_read places[READ_PLACES];

static const char *name_run(const struct kind *kind, uint32_t run_us, char name[NAME_BYTES])
{
    uint32_t n = (uint32_t)strlen(kind->name);

    memcpy(name, kind->name, n);
    name[n++] = '.';
    for (uint32_t by = 1000; by != 0; by /= 10u) {
        name[n++] = (char)('0' + run_us / by % 10u);
    }
    name[n] = '\0';
    return name;
}

static void operate(struct kind *kind, struct probe_work *work)
{
    work->latency = &kind->latency;
    if (kind->is_erase) {
        lab_fill();
        lab_erase(work, lab.unit_a);
    } else {
        lab_program(work, LAB_PIECE_BYTES);
    }
    kind->ended += work->ended_by_itself ? 1u : 0;
    kind->resume_lost += work->resume_lost ? 1u : 0;
}

/* Runs that make up half of the operation. */
static uint32_t slices_for(const struct kind *kind, uint32_t run_us)
{
    const uint32_t half = kind->whole_cycles / 2u / (run_us * lab.mhz);

    if (half < SLICES_MIN) return SLICES_MIN;
    return half < SLICES_MAX ? half : SLICES_MAX;
}

/* In per cent of what runs of this length would do if nothing was lost. */
static uint32_t measure_run(struct kind *kind, uint32_t run_us)
{
    struct probe_work work = {
        .slice_cycles = run_us * lab.mhz, .slice_count = slices_for(kind, run_us)};
    char name[NAME_BYTES];

    operate(kind, &work);
    const uint32_t ran = work.suspends * work.slice_cycles;
    const uint32_t done =
        kind->whole_cycles > work.left_cycles ? kind->whole_cycles - work.left_cycles : 0;
    const uint32_t percent = ran == 0 ? 0 : (uint32_t)((uint64_t)done * 100u / ran);
    (void)name_run(kind, run_us, name);
    report_number(name, "suspends", work.suspends, "-");
    report_number(name, "left", report_ns(work.left_cycles), "ns");
    report_number(name, "progress", percent, "percent");
    return percent;
}

static bool measure_erase_runs(void)
{
    const uint32_t row_us = lab.chip->erase_run_us_min;
    uint32_t shortest_us = 0;
    bool holds = false;

    for (uint32_t i = 0; i < ERASE_RUNS; i++) {
        const uint32_t run_us = erase_runs[i] != 0 ? erase_runs[i] : row_us;
        const bool gets_on = measure_run(&of_erase, run_us) >= ENOUGH_PERCENT;

        if (gets_on && shortest_us == 0) shortest_us = run_us;
        if (run_us == row_us) holds = gets_on;
    }
    report_number("minimum_run", "erase", shortest_us, "us");
    return holds;
}

/* With an erase suspended, is the rest of the chip readable, its own bank too? */
static void measure_reads(void)
{
    struct probe_work work = {
        .slice_cycles = 1000u * lab.mhz, .slice_count = 4, .reads = places,
        .read_count = READ_PLACES, .read_rounds = 4};
    struct probe_work pattern = {0};

    lab_program(&pattern, LAB_PIECE_BYTES);
    lab_read_of(&places[0], 0);
    lab_read_of(&places[1], lab.unit_b);
    operate(&of_erase, &work);
    for (uint32_t i = 0; i < READ_PLACES; i++) {
        const char *const name = i == 0 ? "suspended.image" : "suspended.bank";

        report_number(name, "equal", places[i].equal, "reads");
        report_number(name, "different", places[i].different, "reads");
        report_number(name, "timeout", places[i].timeouts, "reads");
    }
    lab_verdict("suspended_read", places[0].equal != 0 && places[0].different == 0 &&
                                      places[0].timeouts == 0);
}

static void tell_latency(const char *name, struct kind *kind)
{
    report_times(name, &kind->latency);
    report_number(name, "ended_first", kind->ended, "-");
    report_number(name, "resume_lost", kind->resume_lost, "-");
}

/* What was measured holds the command itself, and up to two looks at the status. */
static bool is_quick(const struct kind *kind, uint32_t us_max)
{
    return kind->latency.count != 0 && kind->resume_lost == 0 &&
           report_times_longest(&kind->latency) <=
               us_max * lab.mhz + LOOKS_IN_LATENCY * lab.look_cycles;
}

void step_slices(void)
{
    const struct nacre_chip *const chip = lab.chip;

    lab_step(LAB_STEP_SLICES, "slices");
    of_erase.whole_cycles = lab.erase_cycles;
    of_program.whole_cycles = lab.program_cycles;
    for (uint32_t i = 0; i < PROGRAM_RUNS; i++) {
        (void)measure_run(&of_program, program_runs[i]);
    }
    const bool holds = measure_erase_runs();
    measure_reads();
    tell_latency("suspend.program", &of_program);
    tell_latency("suspend.erase", &of_erase);
    lab_verdict("suspend_latency", is_quick(&of_program, chip->program_suspend_us_max) &&
                                       is_quick(&of_erase, chip->erase_suspend_us_max));
    lab_verdict("minimum_run", holds);
}
