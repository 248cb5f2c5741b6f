/*
 * A table that changes: settings that get another key or type, or are dropped, between two versions
 * of the firmware.
 *
 * The store keeps the version of the table that its values were written for. When settings are
 * opened with a newer table, the steps between are run, in order; all that they change, and the new
 * version, become durable as one transaction: a cut leaves the old values under the old version, or
 * the new ones under the new version.
 *
 *   - A new store, without a key in it, takes the version as it is.
 *   - A store that has keys and no version counts as version 0.
 *   - A store with a newer version than the table (the firmware was set back) is left alone: keys
 *     that the table does not know are kept, and settings->stored_version says so.
 *
 * A setting that gets another name only needs no step: the medium knows it by its key. A key that
 * was dropped is never used again for another setting.
 */
#ifndef NACRE_CORE_SETTINGS_MOVE_H
#define NACRE_CORE_SETTINGS_MOVE_H

#include "nacre/core/settings.h"
#include "nacre/core/transaction.h"

#include <stdint.h>

struct nacre_move; /* one migration under way */

/*
 * Bring the values from one version of the table on to the next step's, by the calls below.
 *
 * Returns  NACRE_OK; any error: the settings are not opened and nothing is changed
 */
typedef enum nacre_err (*nacre_step_run)(struct nacre_move *move, void *context);

struct nacre_step {
    uint32_t from_version; /* run where the store's version is this one or an older one */
    nacre_step_run run;
};

struct nacre_moves {
    enum nacre_err (*run)(struct nacre_settings *settings,
                          const struct nacre_moves *moves); /* nacre_settings_move, always */
    uint32_t version;               /* of the table; 1 or more */
    const struct nacre_step *steps; /* from_version strictly ascending, below version */
    uint32_t count;
    void *scratch;                  /* as long as the longest value that is renamed */
    uint32_t scratch_bytes;
    uint32_t version_if_lost;       /* taken where the stored one is lost to bad bits; 0: refuse */
    void *context;                  /* of each step */
};

struct nacre_move {
    struct nacre_transaction transaction;
    struct nacre_settings *settings;
    const struct nacre_moves *moves;
};

/*
 * Bring a store's values up to the version of a table. For struct nacre_moves alone: the settings
 * call it when they are opened.
 *
 * settings  being opened; cfg.work with NACRE_TRANSACTION_BYTES for what all steps together change,
 *           and one call of 4 bytes for the version
 * Cost      where the versions are the same, reads one record; in a new store, one nacre_set
 * Returns   NACRE_OK
 *           NACRE_BAD_ARGUMENT  version is 0, a step is null, or the steps do not ascend to it; cfg
 *                               has no work and a step has to be run
 *           NACRE_DAMAGED       the stored version is lost, and version_if_lost is 0
 *           NACRE_TRANSACTION_FULL, NACRE_FULL: more than cfg.work or the store have room for
 *           what a step answers, what nacre_get, nacre_set or nacre_commit answer
 *           after all these nothing is changed, but for copies of secrets (nacre_move_rename)
 * Cut       the old version and values or the new ones
 */
NACRE_MUST_CHECK enum nacre_err nacre_settings_move(struct nacre_settings *settings,
                                                    const struct nacre_moves *moves);

/*
 * For steps only: the value of a key, as earlier steps left it.
 *
 * key      0 to NACRE_KEY_MAX, or NACRE_KEY_FACTORY | that for a factory value
 * Returns  as nacre_get: NACRE_NOT_FOUND where it was never set
 *          NACRE_STALE: buf and length hold an older value
 */
NACRE_MUST_CHECK enum nacre_err nacre_move_get_bytes(struct nacre_move *move, uint32_t key,
                                                     void *buf, uint32_t size, uint32_t *length);

/*
 * For steps only: make value the value of a key.
 *
 * key      as nacre_move_get_bytes
 * Returns  NACRE_OK; NACRE_BAD_ARGUMENT; NACRE_TRANSACTION_FULL; as nacre_stage_set
 */
NACRE_MUST_CHECK enum nacre_err nacre_move_set_bytes(struct nacre_move *move, uint32_t key,
                                                     const void *value, uint32_t n);

/*
 * For steps only: the value of a number that was stored with this type; limits are not looked at.
 *
 * value    an object of the type
 * Returns  as nacre_move_get_bytes; NACRE_BAD_TYPE: it has another length
 *          NACRE_STALE  *value is written: an older one
 */
NACRE_MUST_CHECK enum nacre_err nacre_move_get(struct nacre_move *move, uint32_t key,
                                               enum nacre_type type, void *value);

/*
 * For steps only: make a number the value of a key. What is outside the table's limits is refused
 * by no one now, and answered by no get later.
 *
 * Returns  as nacre_move_set_bytes; NACRE_BAD_TYPE: no number's type
 */
NACRE_MUST_CHECK enum nacre_err nacre_move_set(struct nacre_move *move, uint32_t key,
                                               enum nacre_type type, const void *value);

/*
 * For steps only: remove a key. The factory value of a user's key stays.
 *
 * key      as nacre_move_get_bytes
 * Returns  NACRE_OK, also where it was never set; as nacre_move_set_bytes
 */
NACRE_MUST_CHECK enum nacre_err nacre_move_remove(struct nacre_move *move, uint32_t key);

/*
 * For steps only: give a value another key, and its factory value, too. What lay under that key is
 * replaced; where the old key has no value, nothing happens. A value that was lost to bad bits is
 * not moved, nor is an older one taken for it (that would pass for good): settings->moves_lost
 * counts it. A step that wants the older one asks nacre_move_get_bytes first.
 *
 * from, to  0 to NACRE_KEY_MAX
 * Returns   NACRE_OK; NACRE_TOO_SMALL: moves->scratch is shorter than the value
 *           as nacre_move_get_bytes and nacre_move_set_bytes
 */
NACRE_MUST_CHECK enum nacre_err nacre_move_rename(struct nacre_move *move, uint32_t from,
                                                  uint32_t to);

/*
 * The same for a secret, which is sealed for its key: its copy under the new key is written at
 * once, before the transaction; the old one is removed with the transaction. A cut between leaves
 * both, and the step is run again. So the new key must be one that no older table uses.
 *
 * Returns   as nacre_move_rename; NACRE_NO_SECRETS; as nacre_secret_get and nacre_secret_set
 */
NACRE_MUST_CHECK enum nacre_err nacre_move_rename_secret(struct nacre_move *move, uint32_t from,
                                                         uint32_t to);

#endif
