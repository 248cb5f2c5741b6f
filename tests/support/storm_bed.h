/*
 * One storm on the twin: the firmware of tests/storm_fw with a way, a chip, a place of the
 * blackout's code and a seed, for so long; and what is wrong with what came of it.
 *
 * Limits are written in storm_bed.c from the data of the chips, not asked of the library.
 */
#ifndef TESTS_SUPPORT_STORM_BED_H
#define TESTS_SUPPORT_STORM_BED_H

#include "twin/twin.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define STORM_NAME_BYTES 96u
#define STORM_WRONG_BYTES 400u

struct storm_way;
struct storm_part;
struct storm_place;

/* A combination of the list. */
struct storm {
    const struct storm_way *way;
    const struct storm_part *part;
    const struct storm_place *place;
};

struct storm_plan {
    uint64_t seed;
    uint64_t run_ms;  /* of virtual time, writes only */
    bool is_poll_out; /* the slice's look at waiting interrupts is taken out of the image */
    bool dma_goes_on; /* the hooks let go of the flash in words only */
    void (*progress)(const struct storm *storm, uint64_t ms); /* may be null */
};

struct storm_result {
    char wrong[STORM_WRONG_BYTES];  /* empty: nothing */
    uint64_t ran_ms;                /* of writes */
    uint64_t all_ps;                /* with the time until they begin */
    uint64_t boots;
    uint64_t saves, saves_refused, remounts, erases, slices, not_now;
    uint64_t irqs, irqs_merged;     /* of the timer whose handler must not be late */
    uint64_t ticks, ticks_merged;   /* of SysTick, at 1 kHz, whose handler lies in flash */
    enum twin_violation_kind violation;
    uint64_t dma_bursts, speculations, speculations_fenced;
    uint64_t bound_ps;              /* what a latency may be */
    uint64_t budget_ps;             /* what a blackout may be */
    uint64_t dark_ps, worst_dark_in_1ms_ps;
    struct twin_times blackout;
    struct twin_times latency;      /* of that timer */
    double host_s;
};

/* How many combinations there are; in a fixed order. */
uint32_t storm_count(void);
/* index < storm_count(). */
struct storm storm_at(uint32_t index);
/* "way chip place"; room is STORM_NAME_BYTES. */
void storm_name(const struct storm *storm, char *name);
/* Does it fit these names? A null one fits all. */
bool storm_fits(const struct storm *storm, const char *way, const char *part, const char *place);

/*
 * Is it in the seed's share of one in so many? With eight chips a share of one in eight has each
 * place once with each way, and each chip once with each two ways that follow each other.
 */
bool storm_is_drawn(const struct storm *storm, uint32_t one_in, uint64_t seed);

/* Run it; result->wrong says what was wrong first. */
void storm_run(const struct storm *storm, const struct storm_plan *plan,
               struct storm_result *result);

/* A line of column names, and one of figures, for a table. */
void storm_print_head(FILE *to);
void storm_print_row(FILE *to, const struct storm *storm, const struct storm_result *result);
/* A line that runs it again. */
void storm_print_replay(FILE *to, const struct storm *storm, const struct storm_plan *plan);
/* The same as an object of JSON, histograms included, without a line's end. */
void storm_print_json(FILE *to, const struct storm *storm, const struct storm_result *result);

#endif
