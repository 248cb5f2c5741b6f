/*
 * Secrets on a store: sealing, nonces, and what says how old the store is.
 *
 * Nonces. A nonce is `start` + `counter`, as numbers of 96 bits. start is random and drawn anew in
 * each boot; counter goes on over all boots, and NACRE_OWN_NONCE on the medium is never below it
 * when a nonce is used. So two messages of a store never share a nonce while the store keeps what
 * it promises, whatever the random source gives; and where the medium's content was played back,
 * or many stores share a key, they do not while the random source is good.
 *
 * Invariants, between two calls:
 *  1. NACRE_OWN_NONCE, where it can be read, is at least counter + nonces_left: a cut here, and the
 *     next boot starts behind all that was used.
 *  2. A nonce that was taken is never taken again, whatever came of its message.
 *  3. id_state is NACRE_STORE_ID_DURABLE before anything but the epoch is sealed.
 *  4. With a monotonic counter of value m: epoch == m, or epoch == m + 1 where a set was cut, or
 *     failed, before the counter moved. No secret is set before they are equal again.
 *
 * A set with a monotonic counter takes three steps, and a cut leaves:
 *     the secret's record    cut behind it: the new value at epoch m; accepted
 *     the epoch's, m + 1     cut behind it: epoch m + 1 beside a counter of m; accepted, and the
 *                            counter is moved before anything else is set
 *     the counter moves      from here on all contents that say m or less are refused; each content
 *                            that says m + 1 holds the new value
 */
#include "nacre/core/secret.h"

#include "nacre/core/bytes.h"
#include "nacre/core/own.h"
#include "nacre/core/wipe.h"
#include "nacre/medium.h"

#include <stddef.h>
#include <string.h>

#define OPENED 0x5365637Au
#define LAYOUT_VERSION 1u
#define NONCE_AT 3u /* version and key id before it */
#define TEXT_AT (NONCE_AT + NACRE_NONCE_BYTES)
#define HEADER_BYTES (NONCE_AT + 2u + NACRE_STORE_ID_BYTES)
#define NUMBER_BYTES 8u
/* More nonces than the records that one medium holds (65,536) can have reserved: what a stale
   counter is moved on by, for those records of it that were lost. */
#define STALE_STEP ((uint64_t)1 << 32)

/* Where the plain bytes of a secret go, and how many there are. */
struct plain {
    uint8_t *bytes;
    uint32_t size;
    uint32_t length;
};

static inline bool secrets_are_sound(const struct nacre_secrets *secrets)
{
    if (secrets->nonces_left > NACRE_SECRET_BLOCK) return false;
    if (secrets->nonces_left > 0u && !secrets->has_start) return false;
    return secrets->id_state <= NACRE_STORE_ID_DURABLE;
}

static void lock(const struct nacre_secrets *secrets)
{
    const struct nacre_lock *const own = secrets->cfg.lock;
    if (own != NULL) own->lock(own->context);
    NACRE_ASSERT(secrets_are_sound(secrets));
}

static enum nacre_err unlock(const struct nacre_secrets *secrets, enum nacre_err err)
{
    const struct nacre_lock *const own = secrets->cfg.lock;
    NACRE_ASSERT(secrets_are_sound(secrets));
    if (own != NULL) own->unlock(own->context);
    return err;
}

static bool secrets_are_open(const struct nacre_secrets *secrets)
{
    return secrets != NULL && secrets->opened == OPENED;
}

static bool key_is_factory(uint32_t key)
{
    return key >= NACRE_KEY_FACTORY && key - NACRE_KEY_FACTORY <= NACRE_KEY_MAX;
}

static void put_number(uint8_t *bytes, uint64_t number)
{
    nacre_put_le32(bytes, (uint32_t)number);
    nacre_put_le32(bytes + 4, (uint32_t)(number >> 32));
}

static uint64_t get_number(const uint8_t *bytes)
{
    return nacre_get_le32(bytes) | (uint64_t)nacre_get_le32(bytes + 4) << 32;
}

/* What is authenticated beside the text: the record's first bytes, whose it is, and where. */
static void header_make(const struct nacre_secrets *secrets, uint32_t key, uint8_t *header)
{
    memcpy(header, secrets->cfg.work, NONCE_AT);
    nacre_put_le16(header + NONCE_AT, key);
    memcpy(header + NONCE_AT + 2u, secrets->store_id, NACRE_STORE_ID_BYTES);
}

/* ---- records ---- */

static enum nacre_err record_get(struct nacre_secrets *secrets, uint32_t key, uint32_t *n)
{
    const struct nacre_secrets_cfg *const cfg = &secrets->cfg;
    if (key <= NACRE_KEY_MAX) return nacre_get(cfg->store, key, cfg->work, cfg->work_bytes, n);
    return nacre_own_get(cfg->store, key, cfg->work, cfg->work_bytes, n);
}

static enum nacre_err record_put(struct nacre_secrets *secrets, uint32_t key, uint32_t n)
{
    const struct nacre_secrets_cfg *const cfg = &secrets->cfg;
    if (key <= NACRE_KEY_MAX) return nacre_set(cfg->store, key, cfg->work, n);
    return nacre_own_set(cfg->store, key, cfg->work, n);
}

/* Open the record of n bytes in the work buffer. */
static enum nacre_err record_open(struct nacre_secrets *secrets, uint32_t key, uint32_t n,
                                  struct plain *plain)
{
    const uint8_t *const record = secrets->cfg.work;
    if (n < NACRE_SECRET_OVERHEAD || record[0] != LAYOUT_VERSION) return NACRE_WRONG_KEY;
    plain->length = n - NACRE_SECRET_OVERHEAD;
    if (plain->length > plain->size) return NACRE_TOO_SMALL;
    uint8_t header[HEADER_BYTES];
    header_make(secrets, key, header);
    const struct nacre_sealing sealing = {
        .key_id = nacre_get_le16(record + 1), .nonce = record + NONCE_AT,
        .header = header, .header_bytes = HEADER_BYTES,
        .input = record + TEXT_AT, .output = plain->bytes, .n = plain->length};
    struct nacre_crypt *const crypt = secrets->cfg.crypt;
    const enum nacre_err err = crypt->ops->open(crypt, &sealing);
    if (err != NACRE_OK) nacre_wipe(plain->bytes, plain->length);
    return err;
}

/* ---- nonces ---- */

/* Where the counter goes on: behind all that the medium says was reserved. */
static enum nacre_err counter_load(struct nacre_secrets *secrets)
{
    uint8_t bytes[NUMBER_BYTES] = {0};
    uint32_t n;
    const enum nacre_err err =
        nacre_own_get(secrets->cfg.store, NACRE_OWN_NONCE, bytes, sizeof bytes, &n);
    switch (err) {
    case NACRE_OK: secrets->counter = get_number(bytes); return NACRE_OK;
    case NACRE_STALE: secrets->counter = get_number(bytes) + STALE_STEP; return NACRE_OK;
    case NACRE_NOT_FOUND:
    case NACRE_TOO_SMALL: /* not what was written here */
    case NACRE_DAMAGED: secrets->counter = 0; return NACRE_OK; /* start alone makes it new */
    default: return err;
    }
}

/* Reserve the next block of nonces on the medium; only then may they be used. */
static enum nacre_err block_reserve(struct nacre_secrets *secrets)
{
    struct nacre_crypt *const crypt = secrets->cfg.crypt;
    if (!secrets->has_start) {
        enum nacre_err err = crypt->ops->random(crypt, secrets->start, NACRE_NONCE_BYTES);
        if (err == NACRE_OK) err = counter_load(secrets);
        if (err != NACRE_OK) return err;
        secrets->has_start = true;
    }
    uint8_t ceiling[NUMBER_BYTES];
    put_number(ceiling, secrets->counter + NACRE_SECRET_BLOCK);
    const enum nacre_err err =
        nacre_own_set(secrets->cfg.store, NACRE_OWN_NONCE, ceiling, sizeof ceiling);
    if (err == NACRE_OK) secrets->nonces_left = NACRE_SECRET_BLOCK;
    return err;
}

static enum nacre_err nonce_take(struct nacre_secrets *secrets, uint8_t *nonce)
{
    if (secrets->nonces_left == 0u) {
        const enum nacre_err err = block_reserve(secrets);
        if (err != NACRE_OK) return err;
    }
    uint8_t counter[NACRE_NONCE_BYTES] = {0};
    put_number(counter, secrets->counter);
    uint32_t sum = 0;
    for (uint32_t i = 0; i < NACRE_NONCE_BYTES; i++) {
        sum = (sum >> 8) + secrets->start[i] + counter[i];
        nonce[i] = (uint8_t)sum;
    }
    secrets->counter++;
    secrets->nonces_left--;
    return NACRE_OK;
}

/* Seal n bytes for a key and store the record. */
static enum nacre_err secret_put(struct nacre_secrets *secrets, uint32_t key, const void *value,
                                 uint32_t n)
{
    uint8_t *const record = secrets->cfg.work;
    record[0] = LAYOUT_VERSION;
    nacre_put_le16(record + 1, secrets->cfg.key_id);
    enum nacre_err err = nonce_take(secrets, record + NONCE_AT);
    if (err != NACRE_OK) return err;
    uint8_t header[HEADER_BYTES];
    header_make(secrets, key, header);
    const struct nacre_sealing sealing = {
        .key_id = secrets->cfg.key_id, .nonce = record + NONCE_AT,
        .header = header, .header_bytes = HEADER_BYTES,
        .input = value, .output = record + TEXT_AT, .n = n};
    struct nacre_crypt *const crypt = secrets->cfg.crypt;
    err = crypt->ops->seal(crypt, &sealing);
    return err == NACRE_OK ? record_put(secrets, key, n + NACRE_SECRET_OVERHEAD) : err;
}

/* ---- the store's id and its age ---- */

static enum nacre_err id_load(struct nacre_secrets *secrets)
{
    uint32_t n = 0;
    const enum nacre_err err = nacre_own_get(secrets->cfg.store, NACRE_OWN_STORE_ID,
                                             secrets->store_id, NACRE_STORE_ID_BYTES, &n);
    if (err == NACRE_NOT_FOUND) return NACRE_OK;
    if (err == NACRE_TOO_SMALL) return NACRE_DAMAGED;
    if (err != NACRE_OK && err != NACRE_STALE) return err;
    if (n != NACRE_STORE_ID_BYTES) return NACRE_DAMAGED;
    /* A stale id does no harm: with a wrong one nothing can be opened. */
    secrets->id_state = err == NACRE_OK ? NACRE_STORE_ID_DURABLE : NACRE_STORE_ID_STALE;
    return NACRE_OK;
}

/* What the medium says of its age. It was sealed here, so that nobody else can say it. */
static enum nacre_err epoch_load(struct nacre_secrets *secrets)
{
    uint8_t bytes[NUMBER_BYTES];
    struct plain plain = {.bytes = bytes, .size = sizeof bytes};
    uint32_t n;
    enum nacre_err err = record_get(secrets, NACRE_OWN_EPOCH, &n);
    if (err == NACRE_NOT_FOUND) return NACRE_REPLAYED;
    if (err == NACRE_TOO_SMALL) return NACRE_WRONG_KEY;
    if (err != NACRE_OK && err != NACRE_STALE) return err; /* a stale one is compared as any */
    if (n != sizeof bytes + NACRE_SECRET_OVERHEAD) return NACRE_WRONG_KEY;
    err = record_open(secrets, NACRE_OWN_EPOCH, n, &plain);
    if (err == NACRE_OK) secrets->epoch = get_number(bytes);
    return err;
}

static enum nacre_err epoch_put(struct nacre_secrets *secrets, uint64_t epoch)
{
    uint8_t bytes[NUMBER_BYTES];
    put_number(bytes, epoch);
    const enum nacre_err err = secret_put(secrets, NACRE_OWN_EPOCH, bytes, sizeof bytes);
    if (err == NACRE_OK) secrets->epoch = epoch;
    return err;
}

/* Do the medium and the monotonic counter agree? A set that was cut is brought to its end. */
static enum nacre_err epoch_check(struct nacre_secrets *secrets)
{
    const struct nacre_monotonic *const monotonic = secrets->cfg.monotonic;
    uint64_t value = 0;
    if (monotonic == NULL || secrets->id_state == NACRE_STORE_ID_NONE) return NACRE_OK;
    const enum nacre_err err = monotonic->read(&value, monotonic->context);
    if (err != NACRE_OK) return err;
    if (secrets->epoch == value) return NACRE_OK;
    if (secrets->epoch != value + 1u) return NACRE_REPLAYED;
    return monotonic->advance(monotonic->context);
}

/* Refuse from now on whatever lay on the medium before. */
static enum nacre_err epoch_step(struct nacre_secrets *secrets)
{
    const struct nacre_monotonic *const monotonic = secrets->cfg.monotonic;
    if (monotonic == NULL || secrets->id_state == NACRE_STORE_ID_NONE) return NACRE_OK;
    const enum nacre_err err = epoch_put(secrets, secrets->epoch + 1u);
    return err == NACRE_OK ? monotonic->advance(monotonic->context) : err;
}

/* A new id: first the epoch under it, so that no id is ever found without one. */
static enum nacre_err id_draw(struct nacre_secrets *secrets)
{
    struct nacre_crypt *const crypt = secrets->cfg.crypt;
    const struct nacre_monotonic *const monotonic = secrets->cfg.monotonic;
    const enum nacre_err err = crypt->ops->random(crypt, secrets->store_id, NACRE_STORE_ID_BYTES);
    if (err != NACRE_OK || monotonic == NULL) return err;
    uint64_t value = 0;
    const enum nacre_err read_err = monotonic->read(&value, monotonic->context);
    return read_err == NACRE_OK ? epoch_put(secrets, value + 1u) : read_err;
}

static enum nacre_err id_settle(struct nacre_secrets *secrets)
{
    enum nacre_err err = NACRE_OK;
    if (secrets->id_state == NACRE_STORE_ID_DURABLE) return NACRE_OK;
    if (secrets->id_state == NACRE_STORE_ID_NONE) err = id_draw(secrets);
    if (err != NACRE_OK) return err;
    err = nacre_own_set(secrets->cfg.store, NACRE_OWN_STORE_ID, secrets->store_id,
                        NACRE_STORE_ID_BYTES);
    if (err == NACRE_OK) secrets->id_state = NACRE_STORE_ID_DURABLE;
    return err;
}

/* ---- the calls, with the lock held ---- */

/* The cipher reads and writes the caller's memory without asking: ask the medium first. */
static enum nacre_err may_access(const struct nacre_secrets *secrets, const void *buf, uint32_t n,
                                 bool write)
{
    const struct nacre_medium *const medium = secrets->cfg.store->log.lanes.medium;
    return medium->ops->can_access(medium, buf, n, write) ? NACRE_OK : NACRE_BAD_BUFFER;
}

static enum nacre_err get_locked(struct nacre_secrets *secrets, uint32_t key,
                                 struct plain *plain)
{
    uint32_t n = 0;
    if (secrets->refused != NACRE_OK) return secrets->refused;
    enum nacre_err err = may_access(secrets, plain->bytes, plain->size, true);
    if (err != NACRE_OK) return err;
    err = record_get(secrets, key, &n);
    if (err == NACRE_OK) return record_open(secrets, key, n, plain);
    if (err == NACRE_TOO_SMALL) plain->length = n - NACRE_SECRET_OVERHEAD;
    return err;
}

static enum nacre_err set_locked(struct nacre_secrets *secrets, uint32_t key, const void *value,
                                 uint32_t n)
{
    uint32_t found;
    if (secrets->refused != NACRE_OK) return secrets->refused;
    enum nacre_err err = may_access(secrets, value, n, false);
    if (err == NACRE_OK) err = id_settle(secrets);
    if (err == NACRE_OK) err = epoch_check(secrets);
    if (err != NACRE_OK) return err;
    if (key_is_factory(key)) {
        err = record_get(secrets, key, &found);
        const bool is_there = err == NACRE_OK || err == NACRE_TOO_SMALL;
        if (err != NACRE_NOT_FOUND) return is_there ? NACRE_WRITTEN_ONCE : err;
    }
    err = secret_put(secrets, key, value, n);
    return err == NACRE_OK ? epoch_step(secrets) : err;
}

static enum nacre_err remove_locked(struct nacre_secrets *secrets, uint32_t key)
{
    enum nacre_err err = secrets->refused;
    if (err == NACRE_OK) err = epoch_check(secrets);
    if (err == NACRE_OK) err = nacre_remove(secrets->cfg.store, key);
    return err == NACRE_OK ? epoch_step(secrets) : err;
}

static enum nacre_err advance_locked(struct nacre_secrets *secrets)
{
    enum nacre_err err = secrets->refused;
    if (err == NACRE_OK) err = epoch_check(secrets);
    return err == NACRE_OK ? epoch_step(secrets) : err;
}

static enum nacre_err renew_locked(struct nacre_secrets *secrets)
{
    secrets->id_state = NACRE_STORE_ID_NONE;
    secrets->refused = id_settle(secrets);
    return secrets->refused == NACRE_OK ? epoch_check(secrets) : secrets->refused;
}

/* ---- the calls ---- */

static const struct nacre_secrets_ops secrets_ops = {
    nacre_secret_get, nacre_secret_set, nacre_secret_remove, nacre_secrets_advance};

static enum nacre_err cfg_check(const struct nacre_secrets_cfg *cfg)
{
    if (cfg == NULL || cfg->store == NULL || cfg->work == NULL) return NACRE_BAD_ARGUMENT;
    if (cfg->work_bytes < NACRE_SECRET_WORK_BYTES(NUMBER_BYTES)) return NACRE_BAD_ARGUMENT;
    return cfg->crypt == NULL ? NACRE_NO_SECRETS : NACRE_OK;
}

enum nacre_err nacre_secrets_open(struct nacre_secrets *secrets,
                                  const struct nacre_secrets_cfg *cfg)
{
    if (secrets == NULL) return NACRE_BAD_ARGUMENT;
    secrets->opened = 0;
    const enum nacre_err cfg_err = cfg_check(cfg);
    if (cfg_err != NACRE_OK) return cfg_err;
    memset(secrets, 0, sizeof *secrets);
    secrets->ops = &secrets_ops;
    secrets->cfg = *cfg;
    secrets->opened = OPENED;
    lock(secrets);
    enum nacre_err err = id_load(secrets);
    const bool has_age = cfg->monotonic != NULL && secrets->id_state != NACRE_STORE_ID_NONE;
    if (err == NACRE_OK && has_age) err = epoch_load(secrets);
    if (err == NACRE_OK) err = epoch_check(secrets);
    secrets->refused = err;
    return unlock(secrets, err);
}

enum nacre_err nacre_secret_get(struct nacre_secrets *secrets, uint32_t key, void *buf,
                                uint32_t size, uint32_t *length)
{
    if (!secrets_are_open(secrets)) return NACRE_NO_SECRETS;
    if (length == NULL) return NACRE_BAD_ARGUMENT;
    if (key > NACRE_KEY_MAX && !key_is_factory(key)) return NACRE_BAD_ARGUMENT;
    struct plain plain = {.bytes = buf, .size = size};
    lock(secrets);
    const enum nacre_err err = get_locked(secrets, key, &plain);
    if (err == NACRE_OK || err == NACRE_TOO_SMALL) *length = plain.length;
    return unlock(secrets, err);
}

enum nacre_err nacre_secret_set(struct nacre_secrets *secrets, uint32_t key, const void *value,
                                uint32_t n)
{
    if (!secrets_are_open(secrets)) return NACRE_NO_SECRETS;
    if (key > NACRE_KEY_MAX && !key_is_factory(key)) return NACRE_BAD_ARGUMENT;
    if (n > secrets->cfg.work_bytes - NACRE_SECRET_OVERHEAD) return NACRE_TOO_LARGE;
    lock(secrets);
    return unlock(secrets, set_locked(secrets, key, value, n));
}

enum nacre_err nacre_secret_remove(struct nacre_secrets *secrets, uint32_t key)
{
    if (!secrets_are_open(secrets)) return NACRE_NO_SECRETS;
    if (key > NACRE_KEY_MAX) return NACRE_BAD_ARGUMENT;
    lock(secrets);
    return unlock(secrets, remove_locked(secrets, key));
}

enum nacre_err nacre_secrets_advance(struct nacre_secrets *secrets)
{
    if (!secrets_are_open(secrets)) return NACRE_NO_SECRETS;
    lock(secrets);
    return unlock(secrets, advance_locked(secrets));
}

enum nacre_err nacre_secrets_renew(struct nacre_secrets *secrets)
{
    if (!secrets_are_open(secrets)) return NACRE_NO_SECRETS;
    lock(secrets);
    return unlock(secrets, renew_locked(secrets));
}
