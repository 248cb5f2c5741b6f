/*
 * What the files of the settings share. Not for applications.
 *
 * A value goes through here in the bytes that it has on the medium (settings_type.h).
 */
#ifndef NACRE_CORE_SETTINGS_PARTS_H
#define NACRE_CORE_SETTINGS_PARTS_H

#include "nacre/core/settings.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where a value is read to, and what was found. */
struct nacre_reading {
    void *buf;
    uint32_t size;
    struct nacre_setting_state state;
};

static inline void nacre_settings_lock(const struct nacre_settings *settings)
{
    const struct nacre_lock *const lock = settings->cfg.lock;
    if (lock != NULL) lock->lock(lock->context);
}

static inline void nacre_settings_unlock(const struct nacre_settings *settings)
{
    const struct nacre_lock *const lock = settings->cfg.lock;
    if (lock != NULL) lock->unlock(lock->context);
}

/*
 * May the settings be used?
 *
 * Returns  NACRE_OK; NACRE_BAD_ARGUMENT: null; NACRE_NOT_MOUNTED: not open
 */
enum nacre_err nacre_settings_check(const struct nacre_settings *settings);

/*
 * The row of a key, in settings that may be used.
 *
 * Returns  NACRE_OK; NACRE_NOT_FOUND; as nacre_settings_check
 */
enum nacre_err nacre_settings_row_of(const struct nacre_settings *settings, uint32_t key,
                                     const struct nacre_setting **row);

/*
 * The pending value of a key; with the lock held.
 *
 * bytes, n  written where there is one
 */
bool nacre_settings_find_pending(const struct nacre_settings *settings, uint32_t key,
                                 const uint8_t **bytes, uint32_t *n);

/*
 * Read what a get of a row answers with.
 *
 * reading  state is written on NACRE_OK; state.length alone on NACRE_TOO_SMALL
 * Returns  as nacre_settings_get_blob
 */
enum nacre_err nacre_settings_read(const struct nacre_settings *settings,
                                   const struct nacre_setting *row, struct nacre_reading *reading);

/*
 * Set a row to a value that fits it: save it, or let it be pending, and tell who asked for changes.
 *
 * Returns  as nacre_settings_set
 */
enum nacre_err nacre_settings_write(struct nacre_settings *settings,
                                    const struct nacre_setting *row, const void *bytes,
                                    uint32_t n);

/*
 * Take the lock for a call that changes settings.
 *
 * Returns  NACRE_OK: nacre_settings_leave ends it; NACRE_NESTED: not locked
 */
enum nacre_err nacre_settings_enter(struct nacre_settings *settings);

/*
 * End such a call, and pass its answer on.
 */
enum nacre_err nacre_settings_leave(struct nacre_settings *settings, enum nacre_err err);

/*
 * Tell of a change: with the lock held, which is given back meanwhile.
 */
void nacre_settings_tell(struct nacre_settings *settings, const struct nacre_setting *row);

#endif
