/*
 * A store on the live bed of medium_bed.h, and what an application does with it: steps of a script,
 * judged by the oracle, which knows what was called and answered and nothing else.
 *
 * The script: sets of 1 to 200 bytes, removals, a transaction, idle calls, an unmount with a mount.
 * Its lengths and bytes come from a seed, so that a life that is brought back goes the same way
 * again. A life is kept and brought back together with the bed.
 */
#ifndef TESTS_SUPPORT_MEDIUM_LIFE_H
#define TESTS_SUPPORT_MEDIUM_LIFE_H

#include "nacre/core/store.h"
#include "tests/support/medium_bed.h"
#include "tests/support/oracle.h"
#include "tests/support/rng.h"

#define LIFE_KEYS 10u
#define LIFE_INDEX 24u
#define LIFE_VALUE_MAX 200u
#define LIFE_WHY_BYTES 300u

struct medium_life {
    const struct medium_kind *kind;
    struct nacre_medium *medium;
    struct nacre_store store;
    struct nacre_index_entry index[LIFE_INDEX];
    struct oracle oracle;
    struct rng rng;
    uint32_t step;        /* of the script */
    uint32_t updates;     /* calls that changed something and returned success */
    uint32_t full_count;
    uint32_t error_count; /* calls that a fault of the bus made fail */
    bool is_mounted;
    bool is_faulty;       /* what a fault of the bus excuses is no mistake */
    bool is_misread;      /* and until the next mount damage that is none may be told, too */
    bool tells;           /* print each step */
    char why[LIFE_WHY_BYTES];
};

extern struct medium_life medium_life;

/* A new part with an empty store on it, mounted; false with why. */
bool life_begin(const struct medium_kind *kind, uint64_t seed);
void life_end(void);

/* Take the power away, open the medium, mount, judge. False with why. */
bool life_boot(void);

/* The next step of the script. False with why: an answer that nothing excuses. */
bool life_step(void);

/* Ask for every key. False with why. */
bool life_judge(void);

/*
 * Ask for every key while the bus may fail: an error of the bus is right, a value must be, and
 * that there is none must be, too.
 */
bool life_judge_values(void);

/* Steps until so many units were opened since the store was new. */
bool life_go_to_generation(uint32_t generation);
uint32_t life_generation(void);

/* The bed with it: see medium_bed.h. */
void life_keep(uint32_t level);
void life_back(uint32_t level);

/* Note what is wrong; false. */
bool life_wrong(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Does a fault of a bus or a part excuse this error? */
bool life_error_is_of_bus(enum nacre_err err);

#endif
