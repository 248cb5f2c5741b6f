/*
 * Settings: typed values with a name, a default and limits, on a store.
 *
 * The application declares its settings once, in a const table sorted by key, and reads and writes
 * them by key. What was never set, or no longer fits its limits, answers with the default.
 */
#ifndef NACRE_CORE_SETTINGS_H
#define NACRE_CORE_SETTINGS_H

#include "nacre/core/store.h"

#include <stdbool.h>
#include <stdint.h>

enum nacre_type {
    NACRE_TYPE_BOOL = 0,
    NACRE_TYPE_U8 = 1,
    NACRE_TYPE_U16 = 2,
    NACRE_TYPE_U32 = 3,
    NACRE_TYPE_I8 = 4,
    NACRE_TYPE_I16 = 5,
    NACRE_TYPE_I32 = 6,
};

/* Where a value came from. */
enum nacre_origin {
    NACRE_ORIGIN_DEFAULT = 0,
    NACRE_ORIGIN_USER = 1,
};

struct nacre_setting {
    const char *name;      /* such as "display.brightness" */
    uint16_t key;          /* stable: it is what the medium knows of the setting */
    uint8_t type;          /* enum nacre_type */
    int64_t default_value; /* within the limits */
    int64_t least;         /* both limits belong to the allowed values, and fit the type */
    int64_t most;
};

struct nacre_settings {
    struct nacre_store *store;
    const struct nacre_setting *table;
    uint32_t count;
};

/*
 * Bind a table to a mounted store.
 *
 * table    count rows, keys strictly ascending; not copied
 * Cost     no access to the medium
 * Returns  NACRE_OK
 *          NACRE_BAD_ARGUMENT   a pointer is null, keys do not ascend, a name is missing
 *          NACRE_BAD_TYPE       a row's type is none of those above
 *          NACRE_OUT_OF_LIMITS  a default is outside its limits, or a limit outside its type
 * Context  thread only
 */
NACRE_MUST_CHECK enum nacre_err nacre_settings_open(struct nacre_settings *settings,
                                                    struct nacre_store *store,
                                                    const struct nacre_setting *table,
                                                    uint32_t count);

/*
 * The value of a setting: what was set, or the default where nothing was or where it is outside the
 * limits.
 *
 * type     must be the row's type
 * value    written on NACRE_OK
 * origin   written on NACRE_OK; may be null
 * Cost     reads the record
 * Returns  NACRE_OK
 *          NACRE_NOT_FOUND  no row has this key
 *          NACRE_BAD_TYPE   the row, or what is stored, has another type
 *          NACRE_DAMAGED    the record no longer matches its check sum
 *          NACRE_NOT_MOUNTED, NACRE_BAD_ARGUMENT, what the medium answers
 * Context  thread only
 */
NACRE_MUST_CHECK enum nacre_err nacre_settings_get(const struct nacre_settings *settings,
                                                   uint32_t key, enum nacre_type type,
                                                   int64_t *value, enum nacre_origin *origin);

/*
 * Set a setting, durable when the call returns.
 *
 * type     must be the row's type
 * Cost     as nacre_set
 * Returns  NACRE_OUT_OF_LIMITS  the value is outside the limits; unchanged
 *          NACRE_NOT_FOUND, NACRE_BAD_TYPE: unchanged; what nacre_set answers
 * Cut      the old value or the new one
 * Context  thread only
 */
NACRE_MUST_CHECK enum nacre_err nacre_settings_set(struct nacre_settings *settings, uint32_t key,
                                                   enum nacre_type type, int64_t value);

/*
 * Let a setting answer with its default again.
 *
 * Cost     as nacre_remove; nothing where it was never set
 * Returns  NACRE_OK, also where it was never set; NACRE_NOT_FOUND: no row has this key
 *          what nacre_remove answers
 * Cut      the old value or the default
 * Context  thread only
 */
NACRE_MUST_CHECK enum nacre_err nacre_settings_reset(struct nacre_settings *settings, uint32_t key);

/*
 * The row of a key, or null.
 */
const struct nacre_setting *nacre_settings_row(const struct nacre_settings *settings, uint32_t key);

#endif
