/*
 * Room: what lives in the oldest unit is copied to the head in time, so that there is always a unit
 * to go on to.
 *
 * slack = free slots of the head and of all dead units, less the live ones of the oldest unit.
 * Copying does not change it, freeing a unit never lowers it; a set takes from it. As long as it is
 * at least nacre_room_reserve, the oldest unit can be freed and a mount can settle.
 */
#ifndef NACRE_CORE_ROOM_H
#define NACRE_CORE_ROOM_H

#include "nacre/core/log.h"

/*
 * Slots that may live; what is asked for beyond is refused.
 *
 * longest  slots of the longest record
 */
uint32_t nacre_room_capacity(const struct nacre_log *log, uint32_t longest);

/*
 * Make room for a record: copy what is due, free units until slack suffices, and prepare the next
 * unit where the head comes to its end.
 *
 * slots that the record will take
 * Cost     at most two copies ahead of need; more only where slack is at its limit; an erase where
 *          no idle time was given
 * Returns  NACRE_OK; NACRE_FULL: nothing more can be freed; NACRE_DAMAGED: a record that lives
 *          cannot be read; what the medium answers (log->doubtful tells whether to settle)
 * Cut      changes no value
 */
NACRE_MUST_CHECK enum nacre_err nacre_room_make(struct nacre_log *log, uint32_t slots);

/*
 * After a mount's settling: make room for that of the next mount, where it has not enough.
 *
 * Cost     mostly none; else the copies that nacre_room_make needs
 * Returns  as nacre_room_make
 */
NACRE_MUST_CHECK enum nacre_err nacre_room_restore(struct nacre_log *log);

/*
 * Do in idle time what a set would have to do soon: see nacre_idle.
 */
NACRE_MUST_CHECK enum nacre_err nacre_room_idle(struct nacre_log *log, bool *more);

/*
 * Prepare the next unit up to its mark, waiting for its erase.
 *
 * Cost     one note where no record says yet that the unit is dead, one erase, one program
 * Returns  as nacre_next_step
 */
NACRE_MUST_CHECK enum nacre_err nacre_room_prepare_next(struct nacre_log *log);

/*
 * Write the record of a key anew; a damaged one falls back (nacre_repair_fall_back).
 *
 * log      not doubtful; there is room
 * Cost, Returns  as nacre_log_append
 * Cut      changes no value
 */
NACRE_MUST_CHECK enum nacre_err nacre_room_copy(struct nacre_log *log, uint32_t key);

/*
 * Where no unit is dead: let the oldest one die, if nothing in it need be copied.
 *
 * Cost     no program: the next control block says so
 * Returns  NACRE_OK; what the medium answers
 */
NACRE_MUST_CHECK enum nacre_err nacre_room_spare(struct nacre_log *log);

/*
 * In a fresh unit that a settling has just opened: where no dead unit is left, copy the live
 * records of the oldest unit here, if they fit beside the newest record and the commit, and let the
 * oldest unit die with the commit. Where a cut spoils a whole unit, two dead units are kept, and
 * what fits is copied.
 *
 * Cost     one copy for each record
 * Returns  NACRE_OK; as nacre_log_append; NACRE_DAMAGED
 */
NACRE_MUST_CHECK enum nacre_err nacre_room_carry(struct nacre_log *log);

/*
 * A key has a new value, and it is durable: point the index to its record and count that in place
 * of the old one. If the medium cannot be read now, all is counted anew before room is made.
 *
 * key      in the index, or there is a free entry
 */
void nacre_room_point(struct nacre_log *log, uint32_t key, uint32_t place);

/*
 * The same for a record that was written anew: a stale value stays stale.
 *
 * key      in the index
 */
void nacre_room_moved(struct nacre_log *log, uint32_t key, uint32_t place);

/*
 * Count what lives from the index. Removals in the oldest unit do not: nothing older lies anywhere.
 *
 * Cost     reads each record
 */
NACRE_MUST_CHECK enum nacre_err nacre_room_count(struct nacre_log *log);

#endif
