/*
 * The scan: find in the bytes of a region the newest record of each key, and the log's state.
 */
#ifndef NACRE_CORE_SCAN_H
#define NACRE_CORE_SCAN_H

#include "nacre/core/log.h"

/*
 * Fill in a log from the bytes of its medium.
 *
 * log      lanes, ignored and an empty index are given; the rest is filled in
 * Cost     reads at most four times the region's bytes; no program
 * Returns  NACRE_OK           log->doubtful is true; *clean tells whether an unmount came last
 *          NACRE_KEYS_FULL    as NACRE_OK, but the index does not hold all keys
 *          NACRE_FOREIGN      neither blank nor a store of this geometry
 *          NACRE_NEWER_FORMAT
 *          what the medium answers
 * Source   docs/format.md section 5
 */
NACRE_MUST_CHECK enum nacre_err nacre_scan(struct nacre_log *log, bool *clean);

/*
 * The newest whole record of one key, as the medium has it now.
 *
 * log      scanned
 * place    NACRE_PLACE_OWED where there is none; written on NACRE_OK
 * Cost     reads at most the region's bytes
 * Returns  NACRE_OK; what the medium answers
 */
NACRE_MUST_CHECK enum nacre_err nacre_scan_key(const struct nacre_log *log, uint32_t key,
                                               uint32_t *place);

#endif
