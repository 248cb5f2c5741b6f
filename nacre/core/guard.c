/*
 * The begin and end of the store's calls. Holds no state.
 */
#include "nacre/core/guard.h"

#include "nacre/core/next.h"
#include "nacre/core/repair.h"
#include "nacre/core/room.h"
#include "nacre/core/tail.h"

#include <stddef.h>

#define SETTLES_MAX 4u
#define SETTLES_IN_PLACE 2u /* then the head's unit is taken for broken */

static bool is_mounted(const struct nacre_store *store)
{
    return store != NULL && store->mounted == NACRE_MOUNTED;
}

enum nacre_err nacre_guard_enter(const struct nacre_store *store)
{
    if (!is_mounted(store)) return NACRE_NOT_MOUNTED;
    const struct nacre_lock *const lock = store->lock;
    if (lock != NULL) lock->lock(lock->context);
    return is_mounted(store) ? NACRE_OK : nacre_guard_leave(store, NACRE_NOT_MOUNTED);
}

enum nacre_err nacre_guard_leave(const struct nacre_store *store, enum nacre_err err)
{
    const struct nacre_lock *const lock = store->lock;
    if (lock != NULL) lock->unlock(lock->context);
    return err;
}

enum nacre_err nacre_guard_settle(struct nacre_log *log)
{
    if (log->read_only != NACRE_OK) return NACRE_READ_ONLY;
    for (uint32_t i = 0; log->doubtful && i < SETTLES_MAX; i++) {
        const enum nacre_err err = nacre_tail_settle(log, i >= SETTLES_IN_PLACE);
        if (err == NACRE_OK) return NACRE_OK;
        if (nacre_medium_refuses(err)) return err; /* the next call that writes tries again */
        if (log->read_only != NACRE_OK) break;
    }
    if (log->doubtful) log->read_only = NACRE_UNSETTLED;
    return log->doubtful ? NACRE_UNSETTLED : NACRE_OK;
}

enum nacre_err nacre_guard_write(struct nacre_store *store)
{
    struct nacre_log *const log = &store->log;
    enum nacre_err err = NACRE_OK;
    /* The medium refused half-way through a settling: it begins anew, from what lies there. */
    if (nacre_medium_refuses(log->read_only)) err = nacre_guard_mount_again(log);
    if (err != NACRE_OK) return err;
    if (log->read_only != NACRE_OK) return NACRE_READ_ONLY;
    if (store->refuse_when_busy && log->next == NACRE_NEXT_ERASING &&
        nacre_next_step(log, false) == NACRE_BUSY) {
        return NACRE_BUSY;
    }
    err = nacre_next_wait(log);
    if (err == NACRE_OK && log->miscounted) err = nacre_room_count(log);
    if (err != NACRE_OK || !log->owes) return err;
    (void)nacre_guard_settle(log);
    (void)nacre_guard_settle_after(log, NACRE_OK); /* what cannot be written now stays owed */
    return log->read_only == NACRE_OK ? NACRE_OK : NACRE_READ_ONLY;
}

enum nacre_err nacre_guard_settle_after(struct nacre_log *log, enum nacre_err err)
{
    if (nacre_medium_refuses(log->read_only)) return err;
    if (log->read_only != NACRE_OK) return log->doubtful ? NACRE_UNSETTLED : err;
    const enum nacre_err settled = log->doubtful ? nacre_guard_settle(log) : NACRE_OK;
    if (settled != NACRE_OK) return settled;
    /* The call itself has ended; what is owed may wait. */
    if (nacre_repair_pay(log) != NACRE_OK) (void)nacre_guard_settle(log);
    return err;
}

bool nacre_guard_may_retry(struct nacre_log *log, enum nacre_err err)
{
    if (err == NACRE_DAMAGED) return true; /* a copy's source read differently: no unit's fault */
    if (err != NACRE_IO && err != NACRE_VERIFY) return false;
    (void)nacre_repair_retire(log, log->generation); /* if it cannot be spared, it is used on */
    return log->read_only == NACRE_OK;
}
