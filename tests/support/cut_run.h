/*
 * Cuts at every command of a run, and again at every command of the recovery.
 *
 * A run is a scene and a seed: a warm-up of whole laps, then steps. A point is one command of a
 * step and one tear; at depth 2, also one command of the mount that follows, and its tear. Where
 * that mount takes more commands than CUT_SHORT_RECOVERY, each is cut with CUT_LONG_TEARS tears of
 * the seed's choice instead of all. For each first cut there is one point more, of the seed's
 * choice, that is cut in the use after the recovery. Each point is judged by a mount, use, a second
 * mount, more use, and a third mount.
 */
#ifndef TESTS_SUPPORT_CUT_RUN_H
#define TESTS_SUPPORT_CUT_RUN_H

#include "tests/support/store_bed.h"

#define CUT_NO_SECOND 0xffffffffu
#define CUT_POINT_BYTES 128u
#define CUT_SHORT_RECOVERY 16u
#define CUT_LONG_TEARS 3u

struct cut_point {
    uint32_t scene;
    uint32_t seed;
    uint32_t cut; /* commands since the warm-up */
    struct sim_tear tear;
    uint32_t second; /* command since the power came back, or CUT_NO_SECOND */
    struct sim_tear tear2;
};

struct cut_plan {
    uint32_t scene;
    uint32_t seed;
    uint32_t updates;     /* sets, removals, commits and resets of the run, at least */
    uint32_t reclaims;    /* units that it erases in each lane, at least */
    uint32_t after_steps; /* after each recovery */
    uint32_t first_of;    /* run one first cut of so many; near a unit's end or start, each */
    uint32_t second_of;   /* and one second cut of so many; 0 for none */
    uint32_t shard;       /* run the points of this shard */
    uint32_t shards;
    uint32_t cut_bytes;   /* what the chip's cut may spoil; 0: what the scene says */
    bool is_quiet;        /* failures are counted, not printed */
    const char *program;  /* for the replay line */
    void (*progress)(const struct cut_plan *plan, uint32_t percent, uint64_t points);
};

struct cut_result {
    uint64_t possible_1;
    uint64_t possible_2; /* of the first cuts that were run */
    uint64_t run_1;
    uint64_t run_2;
    uint64_t failures;
    uint64_t weak_programs;
    uint64_t unerased; /* points in which a unit whose erase had been cut was programmed */
    uint32_t steps;
    uint32_t updates;
    uint32_t reclaims;          /* units erased in each lane */
    uint32_t commands;          /* of the run */
    uint32_t recovery_commands_max;
    uint32_t recovery_bytes_max;
};

/* Run a plan and add to the result. Prints the first failures with their replay lines. */
void cut_run(const struct cut_plan *plan, struct cut_result *result);

/* Run one point and print its story. Returns true if it went as promised. */
bool cut_replay(const struct cut_point *point, const struct cut_plan *plan);

/* A point as text such as "mixed8-3:17:weak:2:alt_old", and back. */
const char *cut_point_text(const struct cut_point *point, char *buf);
bool cut_point_parse(const char *text, struct cut_point *point);

#endif
