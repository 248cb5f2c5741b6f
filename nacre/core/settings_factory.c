/*
 * Values made in the factory, and the way back to them.
 */
#include "nacre/core/own.h"
#include "nacre/core/secret.h"
#include "nacre/core/settings_parts.h"
#include "nacre/core/settings_pending.h"
#include "nacre/core/settings_type.h"
#include "nacre/core/wipe.h"

#include <string.h>

/* Has it a value of the user's? */
static bool row_is_set(const struct nacre_settings *settings, const struct nacre_setting *row)
{
    const uint8_t *bytes;
    uint32_t n;
    if (nacre_settings_find_pending(settings, row->key, &bytes, &n)) return true;
    return nacre_get(settings->cfg.store, row->key, NULL, 0, &n) != NACRE_NOT_FOUND;
}

/* Write a value that fits its row. */
static enum nacre_err factory_set(struct nacre_settings *settings, const struct nacre_setting *row,
                                  const void *bytes, uint32_t n)
{
    struct nacre_secrets *const secrets = settings->cfg.secrets;
    enum nacre_err err = nacre_settings_enter(settings);
    if (err != NACRE_OK) return err;
    bool is_there = false;
    const bool is_hidden = row_is_set(settings, row);
    err = nacre_own_equals(settings->cfg.store, NACRE_KEY_FACTORY | row->key, bytes, n, &is_there);
    if (err != NACRE_OK) return nacre_settings_leave(settings, err);
    if ((row->flags & NACRE_SECRET) == 0u) {
        err = nacre_factory_set(settings->cfg.store, row->key, bytes, n);
    } else if (secrets == NULL) {
        err = NACRE_NO_SECRETS;
    } else {
        err = secrets->ops->set(secrets, NACRE_KEY_FACTORY | row->key, bytes, n);
    }
    if (err == NACRE_OK && !is_hidden && !is_there) nacre_settings_tell(settings, row);
    return nacre_settings_leave(settings, err);
}

static enum nacre_err factory_set_number(struct nacre_settings *settings,
                                         const struct nacre_setting *row, const void *value,
                                         uint32_t n)
{
    uint8_t bytes[NACRE_NUMBER_BYTES_MAX];
    if (n != nacre_type_bytes(row->type)) return NACRE_BAD_TYPE;
    const uint64_t raw = nacre_type_load(row->type, value);
    if (!nacre_type_allows(row, raw)) return NACRE_OUT_OF_LIMITS;
    nacre_type_encode(row->type, raw, bytes);
    const enum nacre_err err = factory_set(settings, row, bytes, n);
    nacre_wipe(bytes, sizeof bytes); /* it may be a secret */
    return err;
}

enum nacre_err nacre_settings_set_factory(struct nacre_settings *settings, uint32_t key,
                                          const void *value, uint32_t n)
{
    const struct nacre_setting *row;
    const enum nacre_err err = nacre_settings_row_of(settings, key, &row);
    if (err != NACRE_OK) return err;
    if ((row->flags & NACRE_FACTORY) == 0u) return NACRE_BAD_TYPE;
    if (value == NULL && n != 0u) return NACRE_BAD_BUFFER;
    if (nacre_type_is_number(row->type)) return factory_set_number(settings, row, value, n);
    if (n > nacre_type_bytes_max(row)) return NACRE_TOO_LARGE;
    return factory_set(settings, row, value, n);
}

/* Which rows have a value of the user's: a bit each in the settings' work memory. */
struct marks {
    uint8_t *bits; /* null: it is too small, and each row counts as one that has */
};

static struct marks marks_make(const struct nacre_settings *settings)
{
    const uint32_t n = (settings->cfg.count + 7u) / 8u;
    const struct marks marks = {settings->cfg.work_bytes >= n ? settings->cfg.work : NULL};
    if (settings->cfg.on_change == NULL || marks.bits == NULL) return marks;
    memset(marks.bits, 0, n);
    for (uint32_t i = 0; i < settings->cfg.count; i++) {
        if (!row_is_set(settings, &settings->cfg.table[i])) continue;
        marks.bits[i / 8u] = (uint8_t)(marks.bits[i / 8u] | 1u << (i % 8u));
    }
    return marks;
}

static bool is_marked(const struct marks *marks, uint32_t i)
{
    return marks->bits == NULL || (marks->bits[i / 8u] & 1u << (i % 8u)) != 0u;
}

enum nacre_err nacre_factory_reset(struct nacre_settings *settings)
{
    enum nacre_err err = nacre_settings_check(settings);
    if (err == NACRE_OK) err = nacre_settings_enter(settings);
    if (err != NACRE_OK) return err;
    const struct marks marks = marks_make(settings);
    err = nacre_reset(settings->cfg.store);
    if (err != NACRE_OK) return nacre_settings_leave(settings, err);
    struct nacre_pending *const pending = settings->cfg.pending;
    struct nacre_secrets *const secrets = settings->cfg.secrets;
    if (pending != NULL) pending->ops->drop_all(pending);
    if (secrets != NULL) err = secrets->ops->advance(secrets);
    for (uint32_t i = 0; i < settings->cfg.count; i++) {
        if (is_marked(&marks, i)) nacre_settings_tell(settings, &settings->cfg.table[i]);
    }
    return nacre_settings_leave(settings, err);
}
