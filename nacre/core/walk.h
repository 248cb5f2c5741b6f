/*
 * The walk: from the newest record of a region back to the oldest, over everything that counts.
 *
 * What a void range names is passed over before anything in it was believed; members of a
 * transaction count only below its closing; the user's records below a reset do not count.
 */
#ifndef NACRE_CORE_WALK_H
#define NACRE_CORE_WALK_H

#include "nacre/core/log.h"
#include "nacre/core/mark.h"

enum nacre_walk_event {
    NACRE_WALK_END,
    NACRE_WALK_UNIT,    /* a unit begins: generation, mark */
    NACRE_WALK_RECORD,  /* a record that counts: record, value, spot */
    NACRE_WALK_MEMBER,  /* a member without a closing: record, spot */
    NACRE_WALK_DAMAGED, /* granules that no lane can explain: generation, lost_from, lost_to */
};

struct nacre_walk {
    const struct nacre_log *log;
    bool is_marked;  /* the unit has a mark of its generation */
    bool is_used;    /* and a record: else nothing in it is damage, it failed to be made ready */
    bool has_newest; /* a record was met: what cannot be explained below it is damage */
    bool has_reset;
    struct nacre_record record;
    uint8_t value[NACRE_NOTE_COMMIT]; /* of a note */
    uint32_t generation; /* of the unit at hand */
    uint32_t slot;       /* everything from here up is done; 0: go on to the next unit */
    uint32_t skip;       /* units before it that are void altogether */
    uint32_t limit;      /* of the next unit, slots from here on are void */
    uint32_t run_end;    /* slot behind the granules that nothing has explained yet; 0: none */
    uint32_t start_generation; /* members count from here on */
    uint32_t start_slot;
    struct nacre_spot spot;
    uint32_t lost_from;
    uint32_t lost_to;
    struct nacre_mark mark; /* of the unit, where is_marked */
};

/*
 * Begin at the head of a log.
 *
 * log      lanes, generation, oldest and ignored count; oldest may grow during the walk
 */
void nacre_walk_start(struct nacre_walk *walk, const struct nacre_log *log);

/*
 * Go on to the next event.
 *
 * event    written on NACRE_OK; what belongs to it stands in walk
 * Cost     reads what it passes
 * Returns  NACRE_OK; what the medium answers
 */
NACRE_MUST_CHECK enum nacre_err nacre_walk_next(struct nacre_walk *walk,
                                                enum nacre_walk_event *event);

/*
 * The place of a closing's first member.
 */
uint32_t nacre_walk_start_place(const struct nacre_walk *walk);

#endif
