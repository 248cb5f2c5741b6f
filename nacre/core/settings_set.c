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

static bool is_secret(const struct nacre_setting *row)
{
    return (row->flags & NACRE_SECRET) != 0u;
}

static bool is_coalesced(const struct nacre_settings *settings, const struct nacre_setting *row)
{
    return (row->flags & NACRE_COALESCED) != 0u && settings->cfg.pending != NULL;
}

/* A value that is to be pending is refused where it could not be saved. */
static enum nacre_err store_is_writable(const struct nacre_settings *settings)
{
    struct nacre_stats stats;
    const enum nacre_err err = nacre_stats(settings->cfg.store, &stats);
    if (err != NACRE_OK) return err;
    return stats.read_only == NACRE_OK ? NACRE_OK : NACRE_READ_ONLY;
}

/* A value on its way. */
struct writing {
    const void *bytes;
    uint32_t n;
    bool is_same; /* a get answers with it already, as a good or pending value of the user's */
};

/* Is it the same? Asked only where somebody wants to know: it may have to wait for an erase. */
static enum nacre_err compare(const struct nacre_settings *settings,
                              const struct nacre_setting *row, struct writing *writing)
{
    const uint8_t *bytes;
    const uint32_t n = writing->n;
    uint32_t pending_n;
    if (nacre_settings_find_pending(settings, row->key, &bytes, &pending_n)) {
        writing->is_same = pending_n == n && (n == 0u || memcmp(bytes, writing->bytes, n) == 0);
        return store_is_writable(settings);
    }
    const bool is_pending = is_coalesced(settings, row);
    if (is_secret(row) || (settings->cfg.on_change == NULL && !is_pending)) return NACRE_OK;
    const enum nacre_err err = nacre_own_equals(settings->cfg.store, row->key, writing->bytes, n,
                                                &writing->is_same);
    return err == NACRE_BUSY && is_pending ? NACRE_OK : err; /* the flush will see */
}

static enum nacre_err secret_set(const struct nacre_settings *settings, uint32_t key,
                                 const struct writing *writing)
{
    struct nacre_secrets *const secrets = settings->cfg.secrets;
    if (secrets == NULL) return NACRE_NO_SECRETS;
    return secrets->ops->set(secrets, key, writing->bytes, writing->n);
}

static enum nacre_err keep(struct nacre_settings *settings, const struct nacre_setting *row,
                           const struct writing *writing)
{
    if (is_secret(row)) return secret_set(settings, row->key, writing);
    if (is_coalesced(settings, row)) {
        return settings->cfg.pending->ops->put(settings, row->key, writing->bytes, writing->n);
    }
    return nacre_set(settings->cfg.store, row->key, writing->bytes, writing->n);
}

enum nacre_err nacre_settings_write(struct nacre_settings *settings,
                                    const struct nacre_setting *row, const void *bytes,
                                    uint32_t n)
{
    struct writing writing = {.bytes = bytes, .n = n, .is_same = false};
    enum nacre_err err = nacre_settings_enter(settings);
    if (err != NACRE_OK) return err;
    err = compare(settings, row, &writing);
    if (err == NACRE_OK && !writing.is_same) {
        err = keep(settings, row, &writing);
        if (err == NACRE_OK) nacre_settings_tell(settings, row);
    }
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
    if (!is_secret(row)) return nacre_remove(settings->cfg.store, row->key);
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
