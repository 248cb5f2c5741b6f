/*
 * A soak: random use with random cuts of any depth, for as many boots as wanted.
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
    uint64_t seed;
    uint32_t boots;
    uint32_t again_percent; /* mounts that are cut too, where they program at all */
    uint32_t tell_from;     /* print the story from this boot on */
};

struct soak_result {
    uint64_t boots;
    uint64_t cuts[SOAK_DEPTHS];     /* by depth; the last one and deeper */
    uint64_t failures[SOAK_DEPTHS]; /* by the depth of the last cut before */
    uint64_t weak_programs;
    uint64_t idle_cuts; /* between two calls, an erase under way */
};

/*
 * Run one soak and add to the result. It ends at the first failure, which is printed with the seed
 * and the boot that replay it.
 *
 * Returns  true if there was none
 */
bool soak_run(const struct soak_plan *plan, struct soak_result *result, const char *program);

#endif
