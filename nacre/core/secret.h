/*
 * Secrets: values that lie on the medium encrypted and authenticated, under their key in a store.
 *
 * What is stored for a value of n bytes is a record of n + NACRE_SECRET_OVERHEAD bytes:
 *
 *     0       version of this layout: 1
 *     1..2    the number of the cipher's key, little-endian
 *     3..14   nonce
 *     15..    ciphertext, n bytes
 *     n+15..  tag, 16 bytes, over bytes 0..2, the setting's key (2 bytes), the store id (16 bytes)
 *             and the ciphertext
 *
 * An application that opens no secrets links nothing of this: settings reach them through the table
 * that struct nacre_secrets begins with.
 *
 * What it protects against, and what not: docs/guarantee.md, section Secrets.
 */
#ifndef NACRE_CORE_SECRET_H
#define NACRE_CORE_SECRET_H

#include "nacre/check.h"
#include "nacre/core/store.h"
#include "nacre/crypt.h"
#include "nacre/err.h"

#include <stdbool.h>
#include <stdint.h>

#define NACRE_SECRET_OVERHEAD (3u + NACRE_NONCE_BYTES + NACRE_TAG_BYTES)
#define NACRE_SECRET_BYTES_MAX (NACRE_VALUE_BYTES_MAX - NACRE_SECRET_OVERHEAD)
#define NACRE_STORE_ID_BYTES 16u
#define NACRE_SECRET_BLOCK 256u /* nonces that one record on the medium reserves */

/* The work buffer for secrets of up to this many bytes; at least 8. */
#define NACRE_SECRET_WORK_BYTES(longest) ((longest) + NACRE_SECRET_OVERHEAD)

struct nacre_secrets;

/*
 * The calls below, for who must not name them. nacre_secrets_open puts it there.
 */
struct nacre_secrets_ops {
    enum nacre_err (*get)(struct nacre_secrets *secrets, uint32_t key, void *buf, uint32_t size,
                          uint32_t *length);
    enum nacre_err (*set)(struct nacre_secrets *secrets, uint32_t key, const void *value,
                          uint32_t n);
    enum nacre_err (*remove)(struct nacre_secrets *secrets, uint32_t key);
    enum nacre_err (*advance)(struct nacre_secrets *secrets);
};

struct nacre_secrets_cfg {
    struct nacre_store *store;  /* mounted */
    struct nacre_crypt *crypt;
    const struct nacre_monotonic *monotonic; /* null: old contents of the chip can be played back */
    const struct nacre_lock *lock; /* another than the store's; null where one thread calls */
    uint8_t *work;              /* never holds a plain byte of a secret */
    uint32_t work_bytes;        /* NACRE_SECRET_WORK_BYTES(longest secret) */
    uint16_t key_id;            /* the cipher's key that is sealed under; any is opened */
};

enum nacre_store_id {
    NACRE_STORE_ID_NONE = 0, /* none was drawn yet: no secret was ever set */
    NACRE_STORE_ID_STALE,    /* it lies on the medium, but must be written again */
    NACRE_STORE_ID_DURABLE,
};

/* All that open secrets remember; the application only provides it. */
struct nacre_secrets {
    const struct nacre_secrets_ops *ops; /* first: settings look here */
    struct nacre_secrets_cfg cfg;
    uint64_t counter;      /* of the next nonce */
    uint64_t epoch;        /* as the medium says */
    uint32_t opened;
    uint32_t nonces_left;  /* of the block that the medium says is in use */
    enum nacre_err refused; /* NACRE_OK, or what each call answers */
    enum nacre_store_id id_state;
    bool has_start;
    uint8_t start[NACRE_NONCE_BYTES]; /* drawn in this boot, before its first nonce */
    uint8_t store_id[NACRE_STORE_ID_BYTES];
};

/*
 * Open the secrets of a store: read its id, and compare its age with the monotonic counter if one
 * is given. To be done again after nacre_mount and nacre_format. One of these a store.
 *
 * secrets  any content; may be used from NACRE_OK on
 * cfg      copied; what it points to must live as long as the secrets are used
 * Cost     reads three records; programs nothing. After a cut in a set, one step of the monotonic
 *          counter
 * Returns  NACRE_OK
 *          NACRE_NO_SECRETS  cfg->crypt is null
 *          NACRE_REPLAYED    the store is older than the monotonic counter, or newer by more than
 *                            one set that was cut, or has lost what says how old it is
 *          NACRE_DAMAGED     the store's id, or what says how old it is, was lost to bad bits
 *          NACRE_WRONG_KEY   what says how old it is, is not authentic
 *          after these three nacre_secrets_renew is the way on; every secret is lost then
 *          NACRE_BAD_ARGUMENT, NACRE_NOT_MOUNTED, what the medium or the counter answers: mend
 *                            that, and open again
 * Context  thread only
 */
NACRE_MUST_CHECK enum nacre_err nacre_secrets_open(struct nacre_secrets *secrets,
                                                   const struct nacre_secrets_cfg *cfg);

/*
 * Copy the value of a secret into buf.
 *
 * key      0 to NACRE_KEY_MAX, or NACRE_KEY_FACTORY | that for a factory value
 * buf      size bytes; may be null where size is 0
 * length   bytes of the value; written on NACRE_OK and on NACRE_TOO_SMALL
 * Cost     reads the record, opens it
 * Returns  NACRE_OK         the very value that was last set under this key in this store
 *          NACRE_WRONG_KEY  the record is not authentic: sealed under a key that is not known any
 *                           more, moved from another setting or store, or changed; buf is
 *                           unchanged, or zeros as far as the value reaches
 *          NACRE_STALE, NACRE_DAMAGED  the newest value was lost to bad bits. An older one is
 *                           never told; set it again
 *          NACRE_TOO_SMALL  buf or the work buffer is; *length is what it takes, but not proven
 *          NACRE_NO_SECRETS  they are not open
 *          NACRE_NOT_FOUND, NACRE_BAD_ARGUMENT, NACRE_BAD_BUFFER, NACRE_NOT_MOUNTED; what
 *          nacre_secrets_open answered; what the cipher or the medium answers: buf unchanged or
 *          zeros
 * Context  thread only
 */
NACRE_MUST_CHECK enum nacre_err nacre_secret_get(struct nacre_secrets *secrets, uint32_t key,
                                                 void *buf, uint32_t size, uint32_t *length);

/*
 * Seal a value under cfg.key_id and make it the value of key, durable when the call returns. It is
 * written also where it is equal to the one before: under a new nonce, and under a new key after a
 * change of it.
 *
 * key      as at nacre_secret_get; a factory value is set once
 * value    n bytes; may be null where n is 0
 * n        0 to NACRE_SECRET_BYTES_MAX, and to what the work buffer takes
 * Cost     nacre_set of n + NACRE_SECRET_OVERHEAD bytes; one record more in the first set of a boot
 *          and after each NACRE_SECRET_BLOCK; one more in the first set after a format. With a
 *          monotonic counter one record of 39 bytes and one step of the counter more
 * Returns  NACRE_OK
 *          NACRE_CRYPT, NACRE_WRONG_KEY (the cipher has no key of this number),
 *          NACRE_BAD_ARGUMENT (or that key cannot do it), NACRE_TOO_LARGE, NACRE_WRITTEN_ONCE,
 *          NACRE_NO_SECRETS, NACRE_REPLAYED, what nacre_set answers: value unchanged
 *          NACRE_STALE, NACRE_DAMAGED  the factory value was set and is lost to bad bits; unchanged
 *          with a monotonic counter an error may also come after the new value became current:
 *          set it again; until then what lay there before could be played back
 * Cut      the old value or the new one
 * Context  thread only
 */
NACRE_MUST_CHECK enum nacre_err nacre_secret_set(struct nacre_secrets *secrets, uint32_t key,
                                                 const void *value, uint32_t n);

/*
 * Remove a secret. Its bytes stay on the medium, sealed, until their unit is erased.
 *
 * key      0 to NACRE_KEY_MAX
 * Cost, Returns, Cut, Context  as nacre_remove; the monotonic counter as in nacre_secret_set
 */
NACRE_MUST_CHECK enum nacre_err nacre_secret_remove(struct nacre_secrets *secrets, uint32_t key);

/*
 * Let no earlier content of the medium be accepted from now on: after nacre_reset, or after any
 * change that was not made here. Without a monotonic counter, or where no secret was ever set, it
 * does nothing.
 *
 * Cost     one record of 39 bytes and one step of the counter
 * Returns  as nacre_secret_set
 * Cut      before it or after it
 */
NACRE_MUST_CHECK enum nacre_err nacre_secrets_advance(struct nacre_secrets *secrets);

/*
 * Give the store a new id, and so give up every secret in it: each answers NACRE_WRONG_KEY until it
 * is set again. The way on where nacre_secrets_open was refused.
 *
 * secrets  opened, whatever nacre_secrets_open answered but NACRE_BAD_ARGUMENT, NACRE_NO_SECRETS
 * Cost     as the first nacre_secret_set after a format
 * Returns  NACRE_OK; as nacre_secret_set: try again
 * Cut      as before it or after it; or the next nacre_secrets_open is refused: renew again
 */
NACRE_MUST_CHECK enum nacre_err nacre_secrets_renew(struct nacre_secrets *secrets);

#endif
