/*
 * The power fails at every write of a session on one kind of medium, with each tear that its part
 * can leave, and again at every write of the mount that follows and in the use after it.
 *
 * The session is that of medium_life.h, once round the region, on a new part or on one that was
 * written round before. Each point is judged by a mount, some steps, a second mount, more steps and
 * a third mount.
 */
#ifndef TESTS_SUPPORT_MEDIUM_RUN_H
#define TESTS_SUPPORT_MEDIUM_RUN_H

#include "tests/support/medium_bed.h"

#include <stdbool.h>
#include <stdint.h>

#define RUN_POINT_BYTES 128u
#define RUN_NO_SECOND 0xffffffffu

struct run_point {
    const struct medium_kind *kind;
    uint32_t seed;   /* an odd one: the region was written round before */
    uint32_t cut;    /* places where the power can fail, since the session's start */
    uint32_t tear;
    uint32_t second; /* the same since the power came back, or RUN_NO_SECOND */
    uint32_t tear2;
};

struct run_plan {
    const struct medium_kind *kind;
    uint32_t seed;
    uint32_t first_of;    /* run one first cut of so many */
    uint32_t second_of;   /* and one second cut of so many; 0: none */
    uint32_t shard;
    uint32_t shards;
    uint32_t steps_max;   /* end the session after so many steps; 0: once round the region */
    bool is_quiet;        /* failures are counted, not printed */
    const char *program;  /* for the replay line */
};

struct run_result {
    uint64_t possible_1;
    uint64_t possible_2; /* of the first cuts that were run */
    uint64_t run_1;
    uint64_t run_2;
    uint64_t failures;
    uint32_t steps;
    uint32_t updates;
    uint32_t units;   /* opened in the session */
    uint32_t places;  /* where it can be cut */
    uint32_t full;    /* calls that found no room */
    uint32_t recovery_places_max;
};

/* Run a plan and add to the result. Prints the first failures with their replay lines. */
void medium_run(const struct run_plan *plan, struct run_result *result);

/* Run one point and print its story. True if it went as promised. */
bool medium_replay(const struct run_point *point);

/* A point as text such as "24LC256:1:17:bits:2:nothing", and back. */
const char *run_point_text(const struct run_point *point, char *buf);
bool run_point_parse(const char *text, struct run_point *point);

#endif
