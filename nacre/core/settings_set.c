/*
 * What a set or a reset does with a value: save it, or let it be pending, and tell of the change.
 *
 * `in_change` is true while on_change is called. The lock is free then, so that gets go on; each
 * call that would change a setting is refused.
 */
#include "nacre/core/own.h"
#include "nacre/core/secret.h"
#include "nacre/core/settings_parts.h"
#include "nacre/core/settings_pending.h"
#include "nacre/core/settings_type.h"
#include "nacre/core/wipe.h"

#include <string.h>

enum nacre_err nacre_settings_enter(struct nacre_settings *settings)
{
    nacre_settings_lock(settings);
    if (!settings->in_change) return NACRE_OK;
    nacre_settings_unlock(settings);
    return NACRE_NESTED;
}

enum nacre_err nacre_settings_leave(struct nacre_settings *settings, enum nacre_err err)
{
    nacre_settings_unlock(settings);
    return err;
}

void nacre_settings_tell(struct nacre_settings *settings, const struct nacre_setting *row)
{
    uint8_t bytes[NACRE_NUMBER_BYTES_MAX];
    struct nacre_reading reading = {.buf = bytes, .size = sizeof bytes};
    if (settings->cfg.on_change == NULL) return;
    settings->in_change = true;
    nacre_settings_unlock(settings);
    /* For the origin, which is known also where the value is longer than this buffer. */
    (void)nacre_settings_read(settings, row, &reading);
    nacre_wipe(bytes, sizeof bytes);
    settings->cfg.on_change(row->key, reading.state.origin, settings->cfg.context);
    nacre_settings_lock(settings);
    settings->in_change = false;
}

/* Does a get answer with this very value, as a good or pending one of the user's? */
static bool is_answered(const struct nacre_settings *settings, const struct nacre_setting *row,
                        const void *bytes, uint32_t n)
{
    const uint8_t *pending;
    uint32_t pending_n;
    bool is_same = false;
    if (nacre_settings_find_pending(settings, row->key, &pending, &pending_n)) {
        return pending_n == n && (n == 0u || memcmp(pending, bytes, n) == 0);
    }
    return nacre_own_equals(settings->cfg.store, row->key, bytes, n, &is_same) == NACRE_OK &&
           is_same;
}

/* A value that is to be pending is refused where it could not be saved. */
static enum nacre_err store_is_writable(const struct nacre_settings *settings)
{
    struct nacre_stats stats;
    const enum nacre_err err = nacre_stats(settings->cfg.store, &stats);
    if (err != NACRE_OK) return err;
    return stats.read_only == NACRE_OK ? NACRE_OK : NACRE_READ_ONLY;
}

static enum nacre_err secret_set(const struct nacre_settings *settings, uint32_t key,
                                 const void *bytes, uint32_t n)
{
    struct nacre_secrets *const secrets = settings->cfg.secrets;
    return secrets == NULL ? NACRE_NO_SECRETS : secrets->ops->set(secrets, key, bytes, n);
}

enum nacre_err nacre_settings_write(struct nacre_settings *settings,
                                    const struct nacre_setting *row, const void *bytes,
                                    uint32_t n)
{
    const struct nacre_pending *const pending = settings->cfg.pending;
    enum nacre_err err = nacre_settings_enter(settings);
    if (err != NACRE_OK) return err;
    const bool is_same = is_answered(settings, row, bytes, n);
    if ((row->flags & NACRE_SECRET) != 0u) {
        err = secret_set(settings, row->key, bytes, n);
    } else if ((row->flags & NACRE_COALESCED) != 0u && pending != NULL) {
        err = store_is_writable(settings);
        if (err == NACRE_OK && !is_same) err = pending->ops->put(settings, row->key, bytes, n);
    } else {
        err = nacre_set(settings->cfg.store, row->key, bytes, n);
    }
    if (err == NACRE_OK && !is_same) nacre_settings_tell(settings, row);
    return nacre_settings_leave(settings, err);
}

enum nacre_err nacre_settings_set(struct nacre_settings *settings, uint32_t key,
                                  enum nacre_type type, const void *value)
{
    const struct nacre_setting *row;
    uint8_t bytes[NACRE_NUMBER_BYTES_MAX];
    if (value == NULL) return NACRE_BAD_ARGUMENT;
    enum nacre_err err = nacre_settings_row_of(settings, key, &row);
    if (err != NACRE_OK) return err;
    if (row->type != (uint8_t)type || !nacre_type_is_number(type)) return NACRE_BAD_TYPE;
    const uint64_t raw = nacre_type_load(type, value);
    if (!nacre_type_allows(row, raw)) return NACRE_OUT_OF_LIMITS;
    nacre_type_encode(type, raw, bytes);
    err = nacre_settings_write(settings, row, bytes, nacre_type_bytes(type));
    nacre_wipe(bytes, sizeof bytes); /* it may be a secret */
    return err;
}

static enum nacre_err record_remove(const struct nacre_settings *settings,
                                    const struct nacre_setting *row)
{
    struct nacre_secrets *const secrets = settings->cfg.secrets;
    if ((row->flags & NACRE_SECRET) == 0u) return nacre_remove(settings->cfg.store, row->key);
    return secrets == NULL ? NACRE_NO_SECRETS : secrets->ops->remove(secrets, row->key);
}

enum nacre_err nacre_settings_reset(struct nacre_settings *settings, uint32_t key)
{
    const struct nacre_setting *row;
    const uint8_t *bytes;
    uint32_t n;
    enum nacre_err err = nacre_settings_row_of(settings, key, &row);
    if (err == NACRE_OK) err = nacre_settings_enter(settings);
    if (err != NACRE_OK) return err;
    const bool is_pending = nacre_settings_find_pending(settings, key, &bytes, &n);
    err = record_remove(settings, row);
    const bool is_changed = err == NACRE_OK || (err == NACRE_NOT_FOUND && is_pending);
    if (err == NACRE_NOT_FOUND) err = NACRE_OK;
    if (err == NACRE_OK && is_pending) settings->cfg.pending->ops->drop(settings->cfg.pending, key);
    if (is_changed) nacre_settings_tell(settings, row);
    return nacre_settings_leave(settings, err);
}
