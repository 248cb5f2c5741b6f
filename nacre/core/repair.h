/*
 * Repair: what is done where a record is damaged or a unit fails.
 *
 * A key whose record no lane holds whole falls back to the one before it, as stale: that one must
 * be written anew to say so. Where there is none, a removal that is stale is owed. A unit that
 * fails is retired, which is owed too. What is owed stands in the index and is written before the
 * next change, so that nothing that was told is forgotten.
 */
#ifndef NACRE_CORE_REPAIR_H
#define NACRE_CORE_REPAIR_H

#include "nacre/core/log.h"

/*
 * Let a key whose record is damaged answer with the one before it, as stale.
 *
 * key      in the index; its entry stays where it is
 * Cost     reads at most the region's bytes
 * Returns  NACRE_OK; what the medium answers: unchanged
 */
NACRE_MUST_CHECK enum nacre_err nacre_repair_fall_back(struct nacre_log *log, uint32_t key);

/*
 * Use the unit of a generation no more from the next time on that it is dead.
 *
 * Returns  true; false: no unit can be spared, or the index has no entry for it; unchanged
 */
bool nacre_repair_retire(struct nacre_log *log, uint32_t generation);

/*
 * Write what is owed.
 *
 * log      not doubtful
 * Cost     one program for each, and what nacre_room_make takes; nothing where nothing is owed
 * Returns  NACRE_OK; as nacre_room_make and nacre_log_append: the rest stays owed
 * Cut      each is written or still owed
 */
NACRE_MUST_CHECK enum nacre_err nacre_repair_pay(struct nacre_log *log);

#endif
