/*
 * Settings on a store: the table, and which value a get answers with.
 *
 * State beyond the store: `opened` says whether the struct may be used; like the store's, it is a
 * number that memory does not hold by chance.
 */
#include "nacre/core/settings.h"

#include "nacre/core/own.h"
#include "nacre/core/secret.h"
#include "nacre/core/settings_move.h"
#include "nacre/core/settings_parts.h"
#include "nacre/core/settings_pending.h"
#include "nacre/core/settings_type.h"
#include "nacre/core/wipe.h"

#include <string.h>

#define OPENED 0x53657474u

enum nacre_err nacre_settings_check(const struct nacre_settings *settings)
{
    if (settings == NULL) return NACRE_BAD_ARGUMENT;
    return settings->opened == OPENED ? NACRE_OK : NACRE_NOT_MOUNTED;
}

enum nacre_err nacre_settings_open(struct nacre_settings *settings,
                                   const struct nacre_settings_cfg *cfg)
{
    if (settings == NULL) return NACRE_BAD_ARGUMENT;
    memset(settings, 0, sizeof *settings);
    if (cfg == NULL || cfg->store == NULL || cfg->table == NULL || cfg->count == 0u) {
        return NACRE_BAD_ARGUMENT;
    }
    if (cfg->work == NULL && cfg->work_bytes != 0u) return NACRE_BAD_ARGUMENT;
    settings->bad = nacre_settings_table_check(cfg->table, cfg->count, &settings->bad_row);
    if (settings->bad != NACRE_ROW_GOOD) return NACRE_BAD_TABLE;
    settings->cfg = *cfg;
    if (cfg->moves != NULL) {
        if (cfg->moves->run == NULL) return NACRE_BAD_ARGUMENT;
        const enum nacre_err err = cfg->moves->run(settings, cfg->moves);
        if (err != NACRE_OK) return err;
    }
    settings->opened = OPENED;
    return NACRE_OK;
}

const struct nacre_setting *nacre_settings_row(const struct nacre_settings *settings, uint32_t key)
{
    uint32_t low = 0;
    uint32_t high = settings->cfg.count;
    while (low < high) {
        const uint32_t middle = (low + high) / 2u;
        if (settings->cfg.table[middle].key == key) return &settings->cfg.table[middle];
        if (settings->cfg.table[middle].key < key) {
            low = middle + 1u;
        } else {
            high = middle;
        }
    }
    return NULL;
}

const struct nacre_setting *nacre_settings_find(const struct nacre_settings *settings,
                                                const char *name)
{
    for (uint32_t i = 0; i < settings->cfg.count; i++) {
        if (strcmp(settings->cfg.table[i].name, name) == 0) return &settings->cfg.table[i];
    }
    return NULL;
}

enum nacre_err nacre_settings_row_of(const struct nacre_settings *settings, uint32_t key,
                                     const struct nacre_setting **row)
{
    const enum nacre_err err = nacre_settings_check(settings);
    if (err != NACRE_OK) return err;
    *row = nacre_settings_row(settings, key);
    return *row != NULL ? NACRE_OK : NACRE_NOT_FOUND;
}

static bool is_secret(const struct nacre_setting *row)
{
    return (row->flags & NACRE_SECRET) != 0u;
}

/* Read the record of a key; key is the row's, or that of its factory value. */
static enum nacre_err record_get(const struct nacre_settings *settings,
                                 const struct nacre_setting *row, uint32_t key,
                                 struct nacre_reading *reading)
{
    const uint32_t most = nacre_type_bytes_max(row);
    const uint32_t size = reading->size < most ? reading->size : most;
    uint32_t *const length = &reading->state.length;
    if (is_secret(row)) {
        struct nacre_secrets *const secrets = settings->cfg.secrets;
        if (secrets == NULL) return NACRE_NO_SECRETS;
        return secrets->ops->get(secrets, key, reading->buf, size, length);
    }
    if (key > NACRE_KEY_MAX) {
        return nacre_own_get(settings->cfg.store, key, reading->buf, size, length);
    }
    return nacre_get(settings->cfg.store, key, reading->buf, size, length);
}

static bool is_fit(const struct nacre_setting *row, const struct nacre_reading *reading)
{
    if (!nacre_type_is_number(row->type)) return true; /* no longer than it may be: it was read */
    return reading->state.length == nacre_type_bytes(row->type) &&
           nacre_type_allows(row, nacre_type_decode(row->type, reading->buf));
}

/*
 * The value of a record where it fits the row. NACRE_NOT_FOUND: what comes after it answers; the
 * state says why, if it was there.
 */
static enum nacre_err record_read(const struct nacre_settings *settings,
                                  const struct nacre_setting *row, uint32_t key,
                                  struct nacre_reading *reading)
{
    const enum nacre_err err = record_get(settings, row, key, reading);
    enum nacre_state *const state = &reading->state.state;
    if (err == NACRE_TOO_SMALL) {
        if (reading->state.length <= nacre_type_bytes_max(row)) return err;
        *state = NACRE_STATE_UNFIT;
        return NACRE_NOT_FOUND;
    }
    if (!is_secret(row) && (err == NACRE_DAMAGED || err == NACRE_STALE)) {
        *state = NACRE_STATE_STALE;
        if (err == NACRE_DAMAGED) return NACRE_NOT_FOUND;
    } else if (err != NACRE_OK) {
        return err;
    }
    if (is_fit(row, reading)) return NACRE_OK;
    *state = NACRE_STATE_UNFIT;
    return NACRE_NOT_FOUND;
}

static enum nacre_err give(struct nacre_reading *reading, const void *bytes, uint32_t n)
{
    reading->state.length = n;
    if (n > reading->size) return NACRE_TOO_SMALL;
    if (n != 0u) memcpy(reading->buf, bytes, n);
    return NACRE_OK;
}

static enum nacre_err default_read(const struct nacre_setting *row, struct nacre_reading *reading)
{
    uint8_t bytes[NACRE_NUMBER_BYTES_MAX];
    reading->state.origin = NACRE_ORIGIN_DEFAULT;
    if (!nacre_type_is_number(row->type)) return give(reading, row->list, row->count);
    nacre_type_encode(row->type, nacre_type_raw(row->type, &row->value), bytes);
    return give(reading, bytes, nacre_type_bytes(row->type));
}

bool nacre_settings_find_pending(const struct nacre_settings *settings, uint32_t key,
                                 const uint8_t **bytes, uint32_t *n)
{
    const struct nacre_pending *const pending = settings->cfg.pending;
    return pending != NULL && pending->ops->find(pending, key, bytes, n);
}

static enum nacre_err pending_read(const struct nacre_settings *settings, uint32_t key,
                                   struct nacre_reading *reading)
{
    const uint8_t *bytes;
    uint32_t n;
    if (!nacre_settings_find_pending(settings, key, &bytes, &n)) return NACRE_NOT_FOUND;
    reading->state.state = NACRE_STATE_PENDING;
    if (n > reading->size) return give(reading, bytes, n);
    /* What the store holds is of no interest; whether it may be asked at all, and may write to the
       buffer, is. */
    uint32_t length;
    const enum nacre_err err = nacre_get(settings->cfg.store, key, reading->buf, n, &length);
    if (err == NACRE_NOT_MOUNTED || err == NACRE_BAD_BUFFER) return err;
    return give(reading, bytes, n);
}

enum nacre_err nacre_settings_read(const struct nacre_settings *settings,
                                   const struct nacre_setting *row, struct nacre_reading *reading)
{
    nacre_settings_lock(settings);
    reading->state = (struct nacre_setting_state){.origin = NACRE_ORIGIN_USER};
    enum nacre_err err = pending_read(settings, row->key, reading);
    if (err == NACRE_NOT_FOUND) err = record_read(settings, row, row->key, reading);
    if (err == NACRE_NOT_FOUND && (row->flags & NACRE_FACTORY) != 0u) {
        reading->state.origin = NACRE_ORIGIN_FACTORY;
        err = record_read(settings, row, NACRE_KEY_FACTORY | row->key, reading);
    }
    if (err == NACRE_NOT_FOUND) err = default_read(row, reading);
    nacre_settings_unlock(settings);
    return err;
}

enum nacre_err nacre_settings_get(const struct nacre_settings *settings, uint32_t key,
                                  enum nacre_type type, void *value,
                                  struct nacre_setting_state *state)
{
    const struct nacre_setting *row;
    uint8_t bytes[NACRE_NUMBER_BYTES_MAX];
    struct nacre_reading reading = {.buf = bytes, .size = sizeof bytes};
    if (value == NULL) return NACRE_BAD_ARGUMENT;
    enum nacre_err err = nacre_settings_row_of(settings, key, &row);
    if (err != NACRE_OK) return err;
    if (row->type != (uint8_t)type || !nacre_type_is_number(type)) return NACRE_BAD_TYPE;
    err = nacre_settings_read(settings, row, &reading);
    if (err == NACRE_OK) {
        nacre_type_store(type, nacre_type_decode(type, bytes), value);
        if (state != NULL) *state = reading.state;
    }
    nacre_wipe(bytes, sizeof bytes); /* it may be a secret */
    return err;
}

bool nacre_settings_is_pending(const struct nacre_settings *settings, uint32_t key)
{
    const uint8_t *bytes;
    uint32_t n;
    if (nacre_settings_check(settings) != NACRE_OK) return false;
    nacre_settings_lock(settings);
    const bool is_pending = nacre_settings_find_pending(settings, key, &bytes, &n);
    nacre_settings_unlock(settings);
    return is_pending;
}

enum nacre_err nacre_settings_next(const struct nacre_settings *settings,
                                   const struct nacre_setting **row, bool *is_set)
{
    uint32_t length;
    enum nacre_err err = nacre_settings_check(settings);
    if (err != NACRE_OK) return err;
    if (row == NULL || is_set == NULL) return NACRE_BAD_ARGUMENT;
    const struct nacre_setting *const next = *row == NULL ? settings->cfg.table : *row + 1;
    if (next == settings->cfg.table + settings->cfg.count) {
        *row = NULL;
        return NACRE_NOT_FOUND;
    }
    err = nacre_get(settings->cfg.store, next->key, NULL, 0, &length);
    if (err == NACRE_NOT_MOUNTED) return err;
    *is_set = err != NACRE_NOT_FOUND || nacre_settings_is_pending(settings, next->key);
    *row = next;
    return NACRE_OK;
}
