/*
 * The head: which unit the log ends in.
 */
#ifndef NACRE_CORE_HEAD_H
#define NACRE_CORE_HEAD_H

#include "nacre/core/log.h"

/*
 * The spot of whatever lies at a slot of a generation's unit.
 */
struct nacre_spot nacre_head_spot(const struct nacre_log *log, uint32_t generation, uint32_t slot);

/*
 * As nacre_record_read, but blind to the records that shall be ignored.
 */
NACRE_MUST_CHECK enum nacre_err nacre_head_read(const struct nacre_log *log,
                                                const struct nacre_spot *spot,
                                                struct nacre_record *record, uint8_t *buf,
                                                uint32_t size);

/*
 * Does the unit of a generation hold a record of it, be it a tentative one?
 *
 * begun    written on NACRE_OK
 * Returns  NACRE_OK; what the medium answers
 */
NACRE_MUST_CHECK enum nacre_err nacre_head_is_begun(const struct nacre_log *log,
                                                    uint32_t generation, bool *begun);

/*
 * Find the head from the bytes, and set log->generation: 0 for a region that is new.
 *
 * Cost     reads at most twice the region's bytes
 * Returns  NACRE_OK; NACRE_FOREIGN; NACRE_OTHER_GEOMETRY; NACRE_NEWER_FORMAT; what the medium
 *          answers
 * Source   docs/format.md section 5, 1
 */
NACRE_MUST_CHECK enum nacre_err nacre_head_find(struct nacre_log *log);

#endif
