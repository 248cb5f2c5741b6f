/*
 * A look at everything that a store holds, for whoever wants to know before it is needed.
 */
#ifndef NACRE_CORE_CHECK_STORE_H
#define NACRE_CORE_CHECK_STORE_H

#include "nacre/core/store.h"

enum nacre_finding_kind {
    NACRE_FOUND_DAMAGED = 0,  /* granules that no lane can explain: a record was here; slot 0: the
                                 mark of a unit, from which nothing was lost yet */
    NACRE_FOUND_ONE_LANE = 1, /* a record, or a mark (slot 0), that is whole in one lane only */
    NACRE_FOUND_STALE = 2,    /* a key that answers with an older value, or only with an error */
    NACRE_FOUND_RETIRED = 3,  /* a unit that failed and is used no more */
};

struct nacre_finding {
    enum nacre_finding_kind kind;
    uint32_t key;   /* that the granule names; NACRE_KEY_NOTE where it names none */
    uint32_t unit;  /* of a lane */
    uint32_t slot;  /* the first granule concerned */
    uint32_t count; /* slots concerned */
    uint32_t lane;  /* the one that is not whole; NACRE_LANES_MAX: all */
};

struct nacre_check_summary {
    uint32_t records; /* that count */
    uint32_t damaged;
    uint32_t one_lane;
    uint32_t stale;
    uint32_t retired;
};

typedef void (*nacre_finding_report)(const struct nacre_finding *finding, void *context);

/*
 * Walk all records that count and report what is not as it should be. Changes nothing.
 *
 * summary  written on NACRE_OK; may be null
 * report   called for each finding, with the store's lock held: it must not call the store; may be
 *          null
 * Cost     reads at most three times the region's bytes; no program
 * Returns  NACRE_OK; NACRE_NOT_MOUNTED; what the medium answers
 * Context  thread only
 */
NACRE_MUST_CHECK enum nacre_err nacre_check_store(struct nacre_store *store,
                                                  struct nacre_check_summary *summary,
                                                  nacre_finding_report report, void *context);

#endif
