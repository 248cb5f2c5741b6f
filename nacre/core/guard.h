/*
 * What each call of the store begins and ends with: the lock, whether it is mounted, and that no
 * doubt is left behind. For the store's own files.
 */
#ifndef NACRE_CORE_GUARD_H
#define NACRE_CORE_GUARD_H

#include "nacre/core/store.h"

#define NACRE_MOUNTED 0x4E616372u /* a struct that was never mounted may hold anything */

/*
 * Take the lock of a mounted store.
 *
 * Returns  NACRE_OK: call nacre_guard_leave; NACRE_NOT_MOUNTED: the lock is not held
 */
NACRE_MUST_CHECK enum nacre_err nacre_guard_enter(const struct nacre_store *store);

/*
 * Give the lock back and answer.
 */
enum nacre_err nacre_guard_leave(const struct nacre_store *store, enum nacre_err err);

/*
 * May something be written now? Settles what is in doubt.
 *
 * Returns  NACRE_OK; NACRE_READ_ONLY; NACRE_UNSETTLED: read-only from now on; what the medium
 *          refused it with for now: the doubt stays, and the next call that writes settles it
 */
enum nacre_err nacre_guard_settle(struct nacre_log *log);

/*
 * Find again what lies there, after the medium refused half-way through a settling
 * (log->read_only says so).
 *
 * Returns  as nacre_mount
 */
NACRE_MUST_CHECK enum nacre_err nacre_guard_mount_again(struct nacre_log *log);

/*
 * May a call that writes begin? Waits for an erase that is under way, counted, before anything is
 * read: a chip may keep all reads waiting.
 *
 * Returns  NACRE_OK; NACRE_READ_ONLY; NACRE_BUSY: where the caller asked not to wait
 */
NACRE_MUST_CHECK enum nacre_err nacre_guard_write(struct nacre_store *store);

/*
 * Whatever failed, leave no doubt behind it, and write what is owed; answer what the caller should
 * hear.
 */
enum nacre_err nacre_guard_settle_after(struct nacre_log *log, enum nacre_err err);

/*
 * Did a program fail? Then the unit of the head is retired, and what was to be written may be
 * written elsewhere. Did a copy fail because its source flickers, it may be tried again.
 */
bool nacre_guard_may_retry(struct nacre_log *log, enum nacre_err err);

#endif
