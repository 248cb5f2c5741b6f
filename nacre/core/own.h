/*
 * Keys that are not the application's: how the 15 bits of a key are shared out, and the calls that
 * read and write the library's own records. For the layers of Nacre; applications use store.h.
 */
#ifndef NACRE_CORE_OWN_H
#define NACRE_CORE_OWN_H

#include "nacre/check.h"
#include "nacre/err.h"

#include <stdbool.h>
#include <stdint.h>

struct nacre_store;

#define NACRE_KEY_MAX 0x3DFFu       /* the application's keys are 0 to this */
#define NACRE_KEY_FACTORY 0x4000u   /* + a key: its factory value */
#define NACRE_KEY_RETIRED 0x7E00u   /* + a unit: it is used no more */
#define NACRE_KEY_RETIRED_END 0x7F00u
#define NACRE_KEY_OWN_MAX 0x7FFEu

enum nacre_own_key {
    NACRE_OWN_TABLE_VERSION = 0x7F01, /* of the settings' table */
    NACRE_OWN_STORE_ID = 0x7F02,      /* drawn when the first secret is set */
    NACRE_OWN_NONCE = 0x7F03,         /* nonces below this may have been used */
    NACRE_OWN_EPOCH = 0x7F04,         /* of the monotonic counter against replay */
};

/*
 * As nacre_get, for a key from 0x4000 to 0x7FFE.
 *
 * Returns  NACRE_BAD_ARGUMENT: another key; else as nacre_get, as cost and context are
 */
NACRE_MUST_CHECK enum nacre_err nacre_own_get(struct nacre_store *store, uint32_t own_key,
                                              void *buf, uint32_t size, uint32_t *length);

/*
 * As nacre_set, for such a key.
 *
 * Returns  NACRE_BAD_ARGUMENT: another key; else as nacre_set, as cost, cut and context are
 */
NACRE_MUST_CHECK enum nacre_err nacre_own_set(struct nacre_store *store, uint32_t own_key,
                                              const void *value, uint32_t n);

/*
 * As nacre_remove, for such a key.
 *
 * Returns  NACRE_BAD_ARGUMENT: another key; else as nacre_remove, as cost, cut and context are
 */
NACRE_MUST_CHECK enum nacre_err nacre_own_remove(struct nacre_store *store, uint32_t own_key);

/*
 * Is the newest value of any key this one, and good? Asked on behalf of a set: waits, as that
 * would.
 *
 * value    n bytes
 * equals   false also where the record is stale or cannot be read; written on NACRE_OK
 * Returns  NACRE_OK; NACRE_NOT_MOUNTED; NACRE_BAD_BUFFER; NACRE_READ_ONLY; NACRE_BUSY
 */
NACRE_MUST_CHECK enum nacre_err nacre_own_equals(struct nacre_store *store, uint32_t key,
                                                 const void *value, uint32_t n, bool *equals);

#endif
