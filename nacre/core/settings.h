/*
 * Settings: typed values with a name, a default and limits, on a store.
 *
 * The application declares its settings once (settings_table.h) and reads and writes them by key
 * and type. A get answers with the user's value, else with the one made in the factory, else with
 * the default, and says which. A set refuses what does not fit, and says why.
 *
 * Beside these calls, each in files that are linked only where they are used: settings_pending.h
 * (sets that are saved later), settings_move.h (a table that changes), secret.h.
 */
#ifndef NACRE_CORE_SETTINGS_H
#define NACRE_CORE_SETTINGS_H

#include "nacre/core/settings_table.h"
#include "nacre/core/store.h"

#include <stdbool.h>
#include <stdint.h>

struct nacre_pending;
struct nacre_secrets;
struct nacre_moves;

/* Where a value came from. */
enum nacre_origin {
    NACRE_ORIGIN_DEFAULT = 0, /* the table */
    NACRE_ORIGIN_FACTORY = 1,
    NACRE_ORIGIN_USER = 2,
};

/* How things stand with it. */
enum nacre_state {
    NACRE_STATE_GOOD = 0,
    NACRE_STATE_PENDING = 1, /* set, and not saved yet: a cut of the power loses it */
    NACRE_STATE_STALE = 2,   /* the newest value was lost to bad bits; this is an older one, or the
                                factory's or the default. Until it is set again */
    NACRE_STATE_UNFIT = 3,   /* what is stored does not fit the table: outside the limits, or of
                                another length. This is the factory's value or the default */
};

/* What a get says of the value that it gives. */
struct nacre_setting_state {
    enum nacre_origin origin;
    enum nacre_state state;
    uint32_t length; /* bytes; of a string without its end */
};

/*
 * Called after a call that changed what a get of a setting answers. No lock is held. Gets are
 * allowed in it; what would change a setting is refused with NACRE_NESTED.
 *
 * origin   of the value that a get answers with now
 */
typedef void (*nacre_on_change)(uint32_t key, enum nacre_origin origin, void *context);

struct nacre_settings_cfg {
    struct nacre_store *store;         /* mounted */
    const struct nacre_setting *table; /* count rows, keys ascending */
    uint32_t count;
    const struct nacre_moves *moves;   /* the table's version, and how to get there; null: none */
    struct nacre_pending *pending;     /* opened; null: a row that is coalesced is saved at once */
    struct nacre_secrets *secrets;     /* opened; null: a row that is secret answers
                                          NACRE_NO_SECRETS */
    const struct nacre_lock *lock;     /* another than the store's; null where one thread calls */
    void *work;                        /* for transactions; null where none is wanted:
                                          NACRE_TRANSACTION_BYTES says how much */
    uint32_t work_bytes;
    nacre_on_change on_change;         /* null: nobody asks */
    void *context;
};

/* All that open settings remember; the application only provides it. */
struct nacre_settings {
    struct nacre_settings_cfg cfg;
    uint32_t opened;
    uint32_t stored_version; /* of the table, as the store has it; 0 without cfg.moves */
    uint32_t moves_lost;     /* values that a migration found lost to bad bits */
    uint32_t bad_row;        /* after NACRE_BAD_TABLE: the row, from 0, and what is wrong with it */
    enum nacre_bad_row bad;
    bool in_change;          /* on_change is being called */
};

/*
 * Bind a table to a mounted store, and bring an older table's values up to date (settings_move.h).
 *
 * settings any content; may be used from NACRE_OK on
 * cfg      copied; what it points to must live as long as the settings are used, but moves
 * Cost     compares each name with each; without moves no access to the medium
 * Returns  NACRE_OK
 *          NACRE_BAD_TABLE     settings->bad_row and settings->bad say where and what
 *          NACRE_BAD_ARGUMENT  a pointer is null, or the moves make no sense
 *          NACRE_NOT_MOUNTED; what nacre_settings_move says
 * Cut      the moves are one transaction: all or nothing
 * Context  thread only, before any other uses the settings
 */
NACRE_MUST_CHECK enum nacre_err nacre_settings_open(struct nacre_settings *settings,
                                                    const struct nacre_settings_cfg *cfg);

/*
 * The value of a number: pending, else the user's, else the factory's, else the default. The typed
 * calls in settings_typed.h are this one, checked by the compiler.
 *
 * type     must be the row's
 * value    an object of that type; written on NACRE_OK
 * state    written on NACRE_OK; may be null
 * Cost     reads the record
 * Returns  NACRE_OK
 *          NACRE_NOT_FOUND   no row has this key
 *          NACRE_BAD_TYPE    the row has another type, or is no number
 *          a secret only: NACRE_NO_SECRETS, NACRE_WRONG_KEY, NACRE_REPLAYED, NACRE_DAMAGED,
 *          NACRE_STALE: it never falls back; set it again
 *          NACRE_NOT_MOUNTED, NACRE_BAD_ARGUMENT, what the medium answers
 * Context  thread only; in on_change too
 */
NACRE_MUST_CHECK enum nacre_err nacre_settings_get(const struct nacre_settings *settings,
                                                   uint32_t key, enum nacre_type type, void *value,
                                                   struct nacre_setting_state *state);

/*
 * Set a number: durable when the call returns. Where the row is coalesced it is pending instead,
 * until a flush (settings_pending.h); nacre_settings_is_pending says so.
 *
 * type     must be the row's
 * value    an object of that type
 * Cost     nacre_set; an equal value costs no program. Where on_change is given, reads the record
 *          before it and after it
 * Returns  NACRE_OK
 *          NACRE_OUT_OF_LIMITS  outside the limits, none of the allowed values, or a NaN
 *          NACRE_NOT_FOUND, NACRE_BAD_TYPE, NACRE_NO_SECRETS, NACRE_NOT_MOUNTED,
 *          NACRE_BAD_ARGUMENT
 *          NACRE_NESTED  on_change is being called, by this thread or another
 *          what nacre_set answers, or nacre_secret_set; all these: unchanged
 * Cut      the old value or the new one
 * Context  thread only
 */
NACRE_MUST_CHECK enum nacre_err nacre_settings_set(struct nacre_settings *settings, uint32_t key,
                                                   enum nacre_type type, const void *value);

/*
 * The value of a string, with its end. A stored one with an end inside ends there.
 *
 * buf      size bytes; a buffer of the row's size takes every value
 * state    as nacre_settings_get; on NACRE_TOO_SMALL state->length is written alone
 * Returns  as nacre_settings_get
 *          NACRE_TOO_SMALL   buf unchanged; it takes state->length + 1
 *          NACRE_BAD_BUFFER  buf cannot be written
 * Cost, Context  as nacre_settings_get
 */
NACRE_MUST_CHECK enum nacre_err nacre_settings_get_string(const struct nacre_settings *settings,
                                                          uint32_t key, char *buf, uint32_t size,
                                                          struct nacre_setting_state *state);

/*
 * Set a string.
 *
 * text     read up to its end, and no further than the row's size
 * Returns  as nacre_settings_set
 *          NACRE_UNTERMINATED  no end within the row's size
 *          NACRE_BAD_BUFFER    text cannot be read
 * Cost, Cut, Context  as nacre_settings_set
 */
NACRE_MUST_CHECK enum nacre_err nacre_settings_set_string(struct nacre_settings *settings,
                                                          uint32_t key, const char *text);

/*
 * The value of a blob.
 *
 * buf      size bytes; may be null where size is 0
 * Returns  as nacre_settings_get_string; on NACRE_TOO_SMALL it takes state->length
 */
NACRE_MUST_CHECK enum nacre_err nacre_settings_get_blob(const struct nacre_settings *settings,
                                                        uint32_t key, void *buf, uint32_t size,
                                                        struct nacre_setting_state *state);

/*
 * Set a blob.
 *
 * bytes    n of them; may be null where n is 0
 * Returns  as nacre_settings_set
 *          NACRE_TOO_LARGE   longer than the row's size
 *          NACRE_BAD_BUFFER  bytes cannot be read
 */
NACRE_MUST_CHECK enum nacre_err nacre_settings_set_blob(struct nacre_settings *settings,
                                                        uint32_t key, const void *bytes,
                                                        uint32_t n);

/*
 * Let a setting answer with its factory value or its default again. What is pending is dropped.
 *
 * Cost     nacre_remove; nothing where it was never set
 * Returns  NACRE_OK, also where it was never set
 *          NACRE_NOT_FOUND  no row has this key
 *          NACRE_NESTED, NACRE_NO_SECRETS, what nacre_remove answers: unchanged
 * Cut      the old value or none
 * Context  thread only
 */
NACRE_MUST_CHECK enum nacre_err nacre_settings_reset(struct nacre_settings *settings, uint32_t key);

/*
 * Was a value set that is not saved yet?
 *
 * Returns  false also where no row has this key
 * Context  as nacre_settings_get
 */
bool nacre_settings_is_pending(const struct nacre_settings *settings, uint32_t key);

/*
 * Walk the table.
 *
 * row      in: null at first, then the last answer; out: the next row
 * is_set   out: it has a value of the user's, saved or pending, fit or not
 * Returns  NACRE_OK; NACRE_NOT_FOUND at the end: *row is null, so that a walk may begin anew
 *          NACRE_NOT_MOUNTED, NACRE_BAD_ARGUMENT: unchanged
 * Context  as nacre_settings_get
 */
NACRE_MUST_CHECK enum nacre_err nacre_settings_next(const struct nacre_settings *settings,
                                                    const struct nacre_setting **row,
                                                    bool *is_set);

/*
 * The row of a key, or null.
 *
 * settings  opened
 */
const struct nacre_setting *nacre_settings_row(const struct nacre_settings *settings, uint32_t key);

/*
 * The row of a name, or null.
 *
 * settings  opened
 * Cost      compares each name
 */
const struct nacre_setting *nacre_settings_find(const struct nacre_settings *settings,
                                                const char *name);

/*
 * Write the value that a setting has from the factory on: once, for ever. A factory reset returns
 * to it; only nacre_format forgets it.
 *
 * key      of a row with the flag NACRE_FACTORY
 * value    n bytes: of a number an object of its type, of a string its characters without the end,
 *          of a blob its bytes
 * Cost     nacre_set
 * Returns  NACRE_OK; also where this very value is there already, but of a secret
 *          NACRE_WRITTEN_ONCE  another value is there
 *          NACRE_NOT_FOUND     no row has this key
 *          NACRE_BAD_TYPE      the row has not this flag, or n is not the size of its number
 *          NACRE_OUT_OF_LIMITS, NACRE_TOO_LARGE, NACRE_NESTED, NACRE_NO_SECRETS,
 *          what nacre_set answers; all these: unchanged
 * Cut      none or the value
 * Context  thread only
 */
NACRE_MUST_CHECK enum nacre_err nacre_settings_set_factory(struct nacre_settings *settings,
                                                           uint32_t key, const void *value,
                                                           uint32_t n);

/*
 * Forget every value that was set, and what is pending: each setting answers with its factory value
 * or its default. Keys that are in no table are forgotten, too.
 *
 * settings  cfg.work with a bit for each row: on_change is called for those rows that had a value
 *           of the user's; without it, for each row
 * Cost      nacre_reset
 * Returns   NACRE_OK; NACRE_NESTED; what nacre_reset answers: unchanged
 *           where secrets are open, what nacre_secrets_advance answers: all is reset, but earlier
 *           contents of the chip can be played back until a secret is set
 * Cut       all values or none
 * Context   thread only
 */
NACRE_MUST_CHECK enum nacre_err nacre_factory_reset(struct nacre_settings *settings);

#endif
