/*
 * A soak: random use of a store on a chip that does it harm, against the oracle.
 *
 * It goes by chapters of some thousand operations, each on a chip of its own. What the chip does is
 * the chapter's mood, which follows from its seed: cuts of the power alone, bits that flip,
 * programs and erases that fail, units that fail for ever, or all of it.
 *
 * The depth of a cut is 1 in a boot whose mount had ended, 2 in the mount that recovers from that,
 * and so on. Marginal cells stay from boot to boot, so that late effects of early cuts show.
 */
#ifndef TESTS_SUPPORT_SOAK_H
#define TESTS_SUPPORT_SOAK_H

#include "tests/support/store_bed.h"

#define SOAK_DEPTHS 12u

struct soak_plan {
    uint32_t scene;
    uint64_t seed;          /* of the first chapter; each next one has the next seed */
    uint32_t operations;
    uint32_t again_percent; /* mounts that are cut too, where they program at all */
    uint32_t tell_from;     /* print the story from this boot on */
};

struct soak_result {
    uint64_t operations;
    uint64_t chapters;
    uint64_t boots;
    uint64_t cut_count;
    uint64_t cuts[SOAK_DEPTHS]; /* by depth; the last one and deeper */
    uint64_t failure_count;
    uint64_t flips;
    uint64_t faults;        /* programs and erases that were made to fail */
    uint64_t stuck_units;
    uint64_t worn_out;      /* chapters that ended read-only, with all values readable */
    uint64_t unsettled;     /* the same after many cuts in a row: docs/guarantee.md */
    uint64_t weak_programs;
    uint64_t idle_cuts;     /* between two calls, an erase under way */
};

/*
 * Run a soak and add to the result. Each failure ends its chapter and is printed with the seed and
 * the boot that replay it.
 *
 * Returns  true if there was none
 */
bool soak_run(const struct soak_plan *plan, struct soak_result *result, const char *program);

/* Add one result to another. */
void soak_add(struct soak_result *total, const struct soak_result *part);

#endif
