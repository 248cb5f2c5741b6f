/*
 * Two stores on two simulated chips, each with a model of what it must answer, for tests of a copy
 * from one to the other. The models are told of each change, never ask a store what happened, and
 * know nothing of how a copy is made.
 */
#ifndef TESTS_SUPPORT_COPY_BED_H
#define TESTS_SUPPORT_COPY_BED_H

#include "nacre/core/copy.h"
#include "tests/support/rng.h"
#include "tests/support/store_box.h"

#define COPY_USER 16u    /* slots of the user's keys */
#define COPY_FACTORY 4u  /* then so many of factory values */
#define COPY_OWN 3u      /* then the library's own records that travel */
#define COPY_SLOTS (COPY_USER + COPY_FACTORY + COPY_OWN)
#define COPY_VALUE_MAX 160u
#define COPY_WHY_BYTES 200u

struct copy_value {
    bool is_set;
    enum nacre_err answer; /* where it is set: OK; or STALE, or DAMAGED and then no value */
    uint32_t n;
    uint8_t bytes[COPY_VALUE_MAX];
};

struct copy_model {
    struct copy_value value[COPY_SLOTS];
    uint32_t doubt; /* the slot of the call that a cut hit, or COPY_SLOTS */
    struct copy_value doubted; /* what it would have become */
};

struct copy_side {
    struct box box;
    struct copy_model model;
};

extern struct copy_side from;
extern struct copy_side to;
extern struct nacre_copy_cfg copy_cfg; /* from the one to the other, number 1 */
extern char copy_why[COPY_WHY_BYTES];  /* after a judgement that failed */

/* Blank chips of two geometries, both stores mounted. */
void copy_bed_open(const struct nacre_geometry *of_from, const struct nacre_geometry *of_to);

/* Fails the test, and says why, if a store ever broke a rule of its chip. */
int copy_bed_close(void **state);

/* The store's key of a slot. */
uint32_t copy_key(uint32_t slot);

/* Make a slot what value says, in the store and in its model. */
enum nacre_err copy_change(struct copy_side *side, uint32_t slot, const struct copy_value *value);

/* A random change of a random slot: a factory value is written once. */
enum nacre_err copy_change_any(struct copy_side *side, struct rng *rng);

/*
 * Bits of the newest records of a key, so many of them, go bad; in a first lap of the region, in
 * which the log grows with the addresses. The model does not know.
 */
void copy_spoil(struct copy_side *side, uint32_t key, uint32_t records);

/* So many of them, each of which must succeed. */
void copy_use(struct copy_side *side, struct rng *rng, uint32_t changes);

/*
 * Does a store answer as a model says? Settles its doubt to what was read.
 *
 * Returns  false, with copy_why
 */
bool copy_judge(struct nacre_store *store, struct copy_model *model);

/* The same, of a side's store; the test fails where it does not. */
void copy_holds(struct copy_side *side, struct copy_model *model);

/* Set a slot to n bytes of one kind, or remove it: each must succeed. */
void copy_sets(struct copy_side *side, uint32_t slot, uint32_t n, uint8_t fill);
void copy_removes(struct copy_side *side, uint32_t slot);

/* Copy by copy_cfg, which must succeed and leave a whole one. */
void copy_whole(void);

/* Copy by copy_cfg, which must be refused, and leave each byte of both chips as it was. */
void copy_refuses(enum nacre_err err);

/* Which of them counts, for a number. */
enum nacre_copied copy_state_is(uint16_t number);

/* Both chips lose their power, one of them perhaps earlier, and both stores are mounted again. */
void copy_reboot(void);

#endif
