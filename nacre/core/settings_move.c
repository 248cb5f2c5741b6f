/*
 * Migration: see the header.
 *
 * Invariant: until the commit at the end the store's user values, factory values and version are
 * what they were. Steps read what earlier steps staged before what the store has.
 */
#include "nacre/core/settings_move.h"

#include "nacre/core/bytes.h"
#include "nacre/core/own.h"
#include "nacre/core/secret.h"
#include "nacre/core/settings_parts.h"
#include "nacre/core/settings_type.h"
#include "nacre/core/wipe.h"

#include <string.h>

#define VERSION_BYTES 4u

static enum nacre_err moves_check(const struct nacre_settings_cfg *cfg,
                                  const struct nacre_moves *moves)
{
    if (moves->version == 0u) return NACRE_BAD_ARGUMENT;
    if (moves->count != 0u && (moves->steps == NULL || cfg->work == NULL)) {
        return NACRE_BAD_ARGUMENT;
    }
    for (uint32_t i = 0; i < moves->count; i++) {
        const struct nacre_step *const step = &moves->steps[i];
        if (step->run == NULL || step->from_version >= moves->version) return NACRE_BAD_ARGUMENT;
        if (i > 0u && step->from_version <= moves->steps[i - 1u].from_version) {
            return NACRE_BAD_ARGUMENT;
        }
    }
    return NACRE_OK;
}

/* The version that the store's values were written for: the table's own where there are none. */
static enum nacre_err version_read(struct nacre_store *store, const struct nacre_moves *moves,
                                   uint32_t *version, bool *is_stored)
{
    uint8_t bytes[VERSION_BYTES];
    uint32_t n;
    uint32_t key = 0;
    enum nacre_err err = nacre_own_get(store, NACRE_OWN_TABLE_VERSION, bytes, sizeof bytes, &n);
    *is_stored = err == NACRE_OK && n == sizeof bytes;
    if (*is_stored) {
        *version = nacre_get_le32(bytes);
        return NACRE_OK;
    }
    if (err == NACRE_NOT_FOUND) {
        err = nacre_next(store, &key);
        *version = err == NACRE_NOT_FOUND ? moves->version : 0u;
        return err == NACRE_NOT_FOUND ? NACRE_OK : err;
    }
    *version = moves->version_if_lost;
    if (err == NACRE_OK || err == NACRE_TOO_SMALL || err == NACRE_STALE) err = NACRE_DAMAGED;
    return err == NACRE_DAMAGED && moves->version_if_lost != 0u ? NACRE_OK : err;
}

static enum nacre_err steps_run(struct nacre_move *move, uint32_t version)
{
    const struct nacre_moves *const moves = move->moves;
    for (uint32_t i = 0; i < moves->count; i++) {
        if (moves->steps[i].from_version < version) continue;
        const enum nacre_err err = moves->steps[i].run(move, moves->context);
        if (err != NACRE_OK) return err;
    }
    return NACRE_OK;
}

/* Run the steps and write the new version, all or nothing. */
static enum nacre_err move_from(struct nacre_settings *settings, const struct nacre_moves *moves,
                                uint32_t version, const uint8_t *new_version)
{
    const struct nacre_settings_cfg *const cfg = &settings->cfg;
    struct nacre_move move = {.settings = settings, .moves = moves};
    enum nacre_err err = nacre_begin(&move.transaction, cfg->store, cfg->work, cfg->work_bytes);
    if (err != NACRE_OK) return err;
    err = steps_run(&move, version);
    if (err == NACRE_OK) {
        err = nacre_own_stage_set(&move.transaction, NACRE_OWN_TABLE_VERSION, new_version,
                                  VERSION_BYTES);
    }
    /* What was only staged leaves nothing. */
    return err == NACRE_OK ? nacre_commit(&move.transaction) : err;
}

enum nacre_err nacre_settings_move(struct nacre_settings *settings,
                                   const struct nacre_moves *moves)
{
    struct nacre_store *const store = settings->cfg.store;
    uint8_t bytes[VERSION_BYTES];
    uint32_t version;
    bool is_stored;
    enum nacre_err err = moves_check(&settings->cfg, moves);
    if (err == NACRE_OK) err = version_read(store, moves, &version, &is_stored);
    if (err != NACRE_OK) return err;
    settings->stored_version = version;
    if (is_stored && version >= moves->version) return NACRE_OK;
    const bool has_step =
        moves->count != 0u && moves->steps[moves->count - 1u].from_version >= version;
    if (version > moves->version) return NACRE_OK; /* version_if_lost says so */
    nacre_put_le32(bytes, moves->version);
    if (has_step) {
        err = move_from(settings, moves, version, bytes);
    } else {
        err = nacre_own_set(store, NACRE_OWN_TABLE_VERSION, bytes, sizeof bytes);
    }
    if (err == NACRE_OK) settings->stored_version = moves->version;
    return err;
}

/* A user's key or that of a factory value. */
static bool key_is_allowed(uint32_t key)
{
    return (key & ~(uint32_t)NACRE_KEY_FACTORY) <= NACRE_KEY_MAX;
}

/* What the store has for a key, whatever was staged. */
static enum nacre_err stored_get(const struct nacre_move *move, uint32_t key, void *buf,
                                 uint32_t size, uint32_t *length)
{
    struct nacre_store *const store = move->settings->cfg.store;
    if (key > NACRE_KEY_MAX) return nacre_own_get(store, key, buf, size, length);
    return nacre_get(store, key, buf, size, length);
}

enum nacre_err nacre_move_get_bytes(struct nacre_move *move, uint32_t key, void *buf,
                                    uint32_t size, uint32_t *length)
{
    const uint8_t *staged;
    uint32_t n;
    if (!key_is_allowed(key) || length == NULL) return NACRE_BAD_ARGUMENT;
    const enum nacre_err err = nacre_own_staged(&move->transaction, key, &staged, &n);
    if (err == NACRE_NOT_FOUND) return stored_get(move, key, buf, size, length);
    if (err != NACRE_OK) return err;
    if (staged == NULL) return NACRE_NOT_FOUND;
    *length = n;
    if (n > size) return NACRE_TOO_SMALL;
    if (n != 0u) memcpy(buf, staged, n);
    return NACRE_OK;
}

enum nacre_err nacre_move_set_bytes(struct nacre_move *move, uint32_t key, const void *value,
                                    uint32_t n)
{
    if (!key_is_allowed(key)) return NACRE_BAD_ARGUMENT;
    return nacre_own_stage_set(&move->transaction, key, value, n);
}

enum nacre_err nacre_move_get(struct nacre_move *move, uint32_t key, enum nacre_type type,
                              void *value)
{
    uint8_t bytes[NACRE_NUMBER_BYTES_MAX];
    uint32_t n;
    if (value == NULL) return NACRE_BAD_ARGUMENT;
    if (!nacre_type_is_number(type)) return NACRE_BAD_TYPE;
    const enum nacre_err err =
        nacre_move_get_bytes(move, key, bytes, nacre_type_bytes(type), &n);
    if (err == NACRE_TOO_SMALL) return NACRE_BAD_TYPE;
    if (err != NACRE_OK && err != NACRE_STALE) return err;
    if (n != nacre_type_bytes(type)) return NACRE_BAD_TYPE;
    nacre_type_store(type, nacre_type_decode(type, bytes), value);
    return err;
}

enum nacre_err nacre_move_set(struct nacre_move *move, uint32_t key, enum nacre_type type,
                              const void *value)
{
    uint8_t bytes[NACRE_NUMBER_BYTES_MAX];
    if (value == NULL) return NACRE_BAD_ARGUMENT;
    if (!nacre_type_is_number(type)) return NACRE_BAD_TYPE;
    nacre_type_encode(type, nacre_type_load(type, value), bytes);
    return nacre_move_set_bytes(move, key, bytes, nacre_type_bytes(type));
}

enum nacre_err nacre_move_remove(struct nacre_move *move, uint32_t key)
{
    if (!key_is_allowed(key)) return NACRE_BAD_ARGUMENT;
    return nacre_own_stage_remove(&move->transaction, key);
}

/* Give one record another key. */
static enum nacre_err record_rename(struct nacre_move *move, uint32_t from, uint32_t to)
{
    const struct nacre_moves *const moves = move->moves;
    uint32_t n;
    enum nacre_err err =
        nacre_move_get_bytes(move, from, moves->scratch, moves->scratch_bytes, &n);
    if (err == NACRE_NOT_FOUND) return NACRE_OK;
    if (err == NACRE_STALE || err == NACRE_DAMAGED) {
        move->settings->moves_lost++;
        err = nacre_move_remove(move, to); /* what lay there is not this setting's */
    } else if (err == NACRE_OK) {
        err = nacre_move_set_bytes(move, to, moves->scratch, n);
    }
    return err == NACRE_OK ? nacre_own_stage_remove(&move->transaction, from) : err;
}

enum nacre_err nacre_move_rename(struct nacre_move *move, uint32_t from, uint32_t to)
{
    if (from > NACRE_KEY_MAX || to > NACRE_KEY_MAX || from == to) return NACRE_BAD_ARGUMENT;
    const enum nacre_err err = record_rename(move, from, to);
    if (err != NACRE_OK) return err;
    return record_rename(move, NACRE_KEY_FACTORY | from, NACRE_KEY_FACTORY | to);
}

/* The same for a record that is sealed. */
static enum nacre_err secret_rename(struct nacre_move *move, uint32_t from, uint32_t to)
{
    const struct nacre_moves *const moves = move->moves;
    struct nacre_secrets *const secrets = move->settings->cfg.secrets;
    uint32_t n;
    enum nacre_err err =
        secrets->ops->get(secrets, from, moves->scratch, moves->scratch_bytes, &n);
    if (err == NACRE_NOT_FOUND) return NACRE_OK;
    if (err == NACRE_STALE || err == NACRE_DAMAGED) {
        move->settings->moves_lost++;
        err = nacre_move_remove(move, to);
    } else if (err == NACRE_OK) {
        err = secrets->ops->set(secrets, to, moves->scratch, n);
        nacre_wipe(moves->scratch, n);
        if (err == NACRE_WRITTEN_ONCE) err = NACRE_OK; /* a factory value: before a cut */
    }
    return err == NACRE_OK ? nacre_own_stage_remove(&move->transaction, from) : err;
}

enum nacre_err nacre_move_rename_secret(struct nacre_move *move, uint32_t from, uint32_t to)
{
    if (from > NACRE_KEY_MAX || to > NACRE_KEY_MAX || from == to) return NACRE_BAD_ARGUMENT;
    if (move->settings->cfg.secrets == NULL) return NACRE_NO_SECRETS;
    const enum nacre_err err = secret_rename(move, from, to);
    if (err != NACRE_OK) return err;
    return secret_rename(move, NACRE_KEY_FACTORY | from, NACRE_KEY_FACTORY | to);
}
