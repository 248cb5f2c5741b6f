/*
 * The bus fails at every transfer of a session on one kind of medium, in each way that the kind's
 * bus can, once and for good.
 *
 * The session is that of medium_life.h, from shortly before a unit's end on. Of each point is
 * asked: the call answers an error of the bus, or success; no get answers with a wrong value while
 * it goes on; nothing takes longer than a bound of virtual time; once the bus is well again all
 * values are read, by the store that is mounted and by one that is mounted anew; and that one goes
 * on working.
 */
#ifndef TESTS_SUPPORT_MEDIUM_FAULTS_H
#define TESTS_SUPPORT_MEDIUM_FAULTS_H

#include "tests/support/medium_bed.h"

#include <stdbool.h>
#include <stdint.h>

#define FAULTS_TEXT_BYTES 96u

struct faults_plan {
    const struct medium_kind *kind;
    uint32_t seed;
    uint32_t steps;      /* of the session */
    uint32_t one_of;     /* run one point of so many */
    uint32_t shard;
    uint32_t shards;
    const char *program; /* for the replay line */
};

struct faults_result {
    uint64_t possible;
    uint64_t run;
    uint64_t failures;
    uint64_t survived;   /* points in which the call returned success all the same */
    uint32_t transfers;  /* of the session */
    uint64_t longest_ns; /* that one step took, with the gets behind it */
};

struct faults_point {
    const struct medium_kind *kind;
    uint32_t seed;
    uint32_t step;
    uint32_t transfer; /* of the step */
    uint32_t fault;
};

/* Run a plan and add to the result. Prints the first failures with their replay lines. */
void medium_faults(const struct faults_plan *plan, struct faults_result *result);

/* Run one point, such as "24LC256:1:7:3:2", and print its story. True: it went as promised. */
bool medium_faults_replay(const char *text);

#endif
