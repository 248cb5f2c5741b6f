/*
 * The tail: what a cut or a failed program left doubtful at the end of the log is settled for ever.
 */
#ifndef NACRE_CORE_TAIL_H
#define NACRE_CORE_TAIL_H

#include "nacre/core/log.h"

/* Slots that a program may have touched without a trace behind the last visible one. */
#define NACRE_TAIL_GAP NACRE_PROGRAM_GRANULES

/*
 * Slots from top on that a program which was cut may have touched without a trace, within what
 * its cut spoils.
 */
uint32_t nacre_tail_gap(const struct nacre_log *log);

/*
 * The first slot clear of a program at top, and of all else that a cut in it can have spoiled.
 */
uint32_t nacre_tail_clear_of(const struct nacre_log *log, uint32_t top);

/*
 * Slots of the head that settling may take when the longest record is the newest.
 */
uint32_t nacre_tail_slots(const struct nacre_log *log);

/*
 * Write the newest record again, twice and far apart, clear of all that is in doubt, and declare
 * everything from its old place on void.
 *
 * log      top is behind everything that reads as programmed
 * away     true: nothing can be programmed into the head's unit any more; go to a fresh one
 * Cost     two programs for a small record, 32 bytes; at a unit's end a closing record more. Where
 *          there is no room: an erase, a mark, one copy and a commit, and where no unit is dead
 *          then, the live records of the oldest one
 * Returns  NACRE_OK         log->doubtful is false
 *          NACRE_DAMAGED    the newest record reads differently now: scan again
 *          NACRE_UNSETTLED, NACRE_FULL  there is nowhere to write it
 *          what the medium answers: try again, behind what failed, unless log->read_only is set
 * Cut      the next mount finds the same values and settles again (guarantee 2)
 * Source   docs/format.md section 6
 */
NACRE_MUST_CHECK enum nacre_err nacre_tail_settle(struct nacre_log *log, bool away);

/*
 * Erase the unit that begins at a place, in each lane, and see that it is blank.
 *
 * Cost     an erase in each lane, waited for
 * Returns  NACRE_OK; NACRE_VERIFY: it is not blank; what the medium answers
 * Cut      the unit in any state
 */
NACRE_MUST_CHECK enum nacre_err nacre_tail_erase_unit(const struct nacre_log *log, uint32_t place);

/*
 * The first slot of a generation's unit behind everything that does not read blank.
 *
 * top      1 to slots; written on NACRE_OK
 * Returns  NACRE_OK; what the medium answers
 */
NACRE_MUST_CHECK enum nacre_err nacre_tail_find_top(const struct nacre_log *log,
                                                    uint32_t generation, uint32_t *top);

#endif
