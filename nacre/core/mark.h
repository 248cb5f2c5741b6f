/*
 * The mark of a unit: that it was erased to its end, and for which generation (docs/format.md
 * section 2).
 */
#ifndef NACRE_CORE_MARK_H
#define NACRE_CORE_MARK_H

#include "nacre/core/granule.h"

#include <stdint.h>

#define NACRE_FORMAT_VERSION 1u
#define NACRE_WEAR_MAX 0xFFFFFFu

struct nacre_mark {
    uint32_t generation;
    uint32_t oldest; /* the oldest live generation when the unit was marked */
    uint32_t wear;   /* erases of this unit */
    uint8_t version;
};

/*
 * Read the mark of a unit in one lane.
 *
 * place    of the unit's first granule
 * Returns  NACRE_OK; NACRE_NOT_FOUND: no mark, *mark undefined; what the medium answers
 */
NACRE_MUST_CHECK enum nacre_err nacre_mark_read_lane(const struct nacre_lanes *lanes,
                                                     uint32_t lane, uint32_t place,
                                                     struct nacre_mark *mark);

/*
 * The same from the first lane that has one.
 */
NACRE_MUST_CHECK enum nacre_err nacre_mark_read(const struct nacre_lanes *lanes, uint32_t place,
                                                struct nacre_mark *mark);

/*
 * Program the mark of a unit in one lane after the other, each read back twice.
 *
 * programs in, out: counts the programs
 * Cost     one program a lane
 * Returns  NACRE_OK; NACRE_VERIFY, or what the medium answers: the granule is in any state
 * Cut      the mark or none, in each lane
 */
NACRE_MUST_CHECK enum nacre_err nacre_mark_write(const struct nacre_lanes *lanes, uint32_t place,
                                                 const struct nacre_mark *mark,
                                                 uint32_t *programs);

#endif
