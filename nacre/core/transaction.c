/*
 * Transactions. A staged change is
 *     key 2 | length 2 | place 2 | value
 * in the caller's buffer; the place is that of its record, once it is written. One that is staged
 * again or changes nothing has its key struck out.
 *
 * What a cut leaves while a transaction is committed:
 *     before its closing granule: members without a closing, which no mount counts (walk.c)
 *     in it: a closing or none; whichever a mount reads, its settling makes it so for ever
 *     behind it: all of it
 */
#include "nacre/core/transaction.h"

#include "nacre/core/bytes.h"
#include "nacre/core/guard.h"
#include "nacre/core/put.h"
#include "nacre/core/room.h"
#include "nacre/core/sound.h"

#include <stddef.h>
#include <string.h>

#define BEGUN 0x54726163u
#define KEY_AT 0u
#define LENGTH_AT 2u
#define PLACE_AT 4u
#define STRUCK_OUT 0xFFFFu
#define TRIES 2u
/* Units by which settlings can carry a closing on: into the next one, from there into a fresh one
 * behind that which stays as it is, and over one that is retired meanwhile. */
#define CARRIED_ON_MAX 4u

static bool is_begun(const struct nacre_transaction *tx)
{
    return tx != NULL && tx->begun == BEGUN;
}

static uint32_t value_bytes(const uint8_t *staged)
{
    const uint32_t length = nacre_get_le16(staged + LENGTH_AT);
    return length == NACRE_LENGTH_REMOVED ? 0u : length;
}

static struct nacre_change change_of(const uint8_t *staged)
{
    const struct nacre_change change = {
        .key = nacre_get_le16(staged + KEY_AT),
        .length = nacre_get_le16(staged + LENGTH_AT),
        .value = staged + NACRE_STAGED_BYTES,
    };
    return change;
}

/* Walk the staged changes that count: *at is 0 at first, and behind the one that is returned. */
static uint8_t *staged_next(const struct nacre_transaction *tx, uint32_t *at)
{
    while (*at < tx->used) {
        uint8_t *const staged = tx->buf + *at;
        *at += NACRE_STAGED_BYTES + value_bytes(staged);
        if (nacre_get_le16(staged + KEY_AT) != STRUCK_OUT) return staged;
    }
    return NULL;
}

static uint8_t *staged_find(const struct nacre_transaction *tx, uint32_t key)
{
    uint32_t at = 0;
    uint8_t *staged = staged_next(tx, &at);
    while (staged != NULL && nacre_get_le16(staged + KEY_AT) != key) {
        staged = staged_next(tx, &at);
    }
    return staged;
}

enum nacre_err nacre_begin(struct nacre_transaction *tx, struct nacre_store *store, void *buf,
                           uint32_t size)
{
    if (tx == NULL || buf == NULL) return NACRE_BAD_ARGUMENT;
    if (is_begun(tx)) return NACRE_ALREADY_BEGUN;
    const enum nacre_err err = nacre_guard_enter(store);
    if (err != NACRE_OK) return err;
    const struct nacre_medium *const medium = store->log.lanes.medium;
    const bool can_write = medium->ops->can_access(medium, buf, size, true);
    if (!can_write) return nacre_guard_leave(store, NACRE_BAD_BUFFER);
    const struct nacre_transaction begun = {
        .store = store, .buf = buf, .size = size, .begun = BEGUN};
    *tx = begun;
    return nacre_guard_leave(store, NACRE_OK);
}

/* Into the buffer of one that was begun. */
static enum nacre_err stage(struct nacre_transaction *tx, const struct nacre_change *change)
{
    const uint32_t n = change->length == NACRE_LENGTH_REMOVED ? 0u : change->length;
    if (tx->size - tx->used < NACRE_STAGED_BYTES + n) return NACRE_TRANSACTION_FULL;
    uint8_t *const earlier = staged_find(tx, change->key);
    if (earlier != NULL) nacre_put_le16(earlier + KEY_AT, STRUCK_OUT);
    uint8_t *const staged = tx->buf + tx->used;
    nacre_put_le16(staged + KEY_AT, change->key);
    nacre_put_le16(staged + LENGTH_AT, change->length);
    nacre_put_le16(staged + PLACE_AT, NACRE_PLACE_OWED);
    if (n > 0u) memcpy(staged + NACRE_STAGED_BYTES, change->value, n);
    tx->used += NACRE_STAGED_BYTES + n;
    return NACRE_OK;
}

enum nacre_err nacre_own_stage_set(struct nacre_transaction *tx, uint32_t key, const void *value,
                                   uint32_t n)
{
    const struct nacre_change change = {.key = key, .length = n, .value = value};
    if (!is_begun(tx)) return NACRE_NOT_BEGUN;
    if (key > NACRE_KEY_OWN_MAX) return NACRE_BAD_ARGUMENT;
    if (n > NACRE_VALUE_BYTES_MAX) return NACRE_TOO_LARGE;
    const struct nacre_medium *const medium = tx->store->log.lanes.medium;
    if (!medium->ops->can_access(medium, value, n, false)) return NACRE_BAD_BUFFER;
    return stage(tx, &change);
}

enum nacre_err nacre_stage_set(struct nacre_transaction *tx, uint32_t key, const void *value,
                               uint32_t n)
{
    if (!is_begun(tx)) return NACRE_NOT_BEGUN;
    return key <= NACRE_KEY_MAX ? nacre_own_stage_set(tx, key, value, n) : NACRE_BAD_ARGUMENT;
}

enum nacre_err nacre_own_stage_remove(struct nacre_transaction *tx, uint32_t key)
{
    const struct nacre_change change = {.key = key, .length = NACRE_LENGTH_REMOVED};
    if (!is_begun(tx)) return NACRE_NOT_BEGUN;
    return key <= NACRE_KEY_OWN_MAX ? stage(tx, &change) : NACRE_BAD_ARGUMENT;
}

enum nacre_err nacre_stage_remove(struct nacre_transaction *tx, uint32_t key)
{
    if (!is_begun(tx)) return NACRE_NOT_BEGUN;
    return key <= NACRE_KEY_MAX ? nacre_own_stage_remove(tx, key) : NACRE_BAD_ARGUMENT;
}

enum nacre_err nacre_own_staged(const struct nacre_transaction *tx, uint32_t key,
                                const uint8_t **value, uint32_t *n)
{
    if (!is_begun(tx)) return NACRE_NOT_BEGUN;
    const uint8_t *const staged = staged_find(tx, key);
    if (staged == NULL) return NACRE_NOT_FOUND;
    const bool is_removed = nacre_get_le16(staged + LENGTH_AT) == NACRE_LENGTH_REMOVED;
    *value = is_removed ? NULL : staged + NACRE_STAGED_BYTES;
    *n = value_bytes(staged);
    return NACRE_OK;
}

/* Would a change change nothing? */
static bool is_idle(struct nacre_log *log, const struct nacre_change *change)
{
    if (change->length != NACRE_LENGTH_REMOVED) return nacre_put_is_equal(log, change);
    return !nacre_put_has_value(log, change->key);
}

/* Strike out what changes nothing; add up what the rest takes. */
static uint32_t plan(const struct nacre_transaction *tx, struct nacre_need *need)
{
    struct nacre_log *const log = &tx->store->log;
    uint32_t count = 0;
    uint32_t at = 0;
    memset(need, 0, sizeof *need);
    for (uint8_t *staged = staged_next(tx, &at); staged != NULL; staged = staged_next(tx, &at)) {
        const struct nacre_change change = change_of(staged);
        if (is_idle(log, &change)) {
            nacre_put_le16(staged + KEY_AT, STRUCK_OUT);
            continue;
        }
        nacre_put_add_need(log, &change, need);
        count++;
    }
    /* Its closing, and what is left blank where a unit ends, with the note that closes it. */
    need->slots += 1u + (need->slots / (log->lanes.slots - 1u) + 1u) * (need->longest + 1u);
    return count;
}

/* Write the members. The newest record that counts stays what it was. */
static enum nacre_err write_members(const struct nacre_transaction *tx, uint32_t *start)
{
    struct nacre_log *const log = &tx->store->log;
    const struct nacre_newest newest = log->newest;
    uint32_t at = 0;
    enum nacre_err err = NACRE_OK;
    uint8_t *staged = staged_next(tx, &at);
    while (err == NACRE_OK && staged != NULL) {
        const struct nacre_change change = change_of(staged);
        struct nacre_source source = {.bytes = change.value};
        struct nacre_record record = {
            .key = (uint16_t)change.key,
            .length = (uint16_t)change.length,
            .kind = NACRE_KIND_MEMBER,
        };
        err = nacre_log_append(log, &record, &source);
        if (err == NACRE_OK && *start == NACRE_PLACE_OWED) *start = log->newest.place;
        nacre_put_le16(staged + PLACE_AT, log->newest.place);
        log->newest = newest;
        staged = staged_next(tx, &at);
    }
    return err;
}

static enum nacre_err write_all(const struct nacre_transaction *tx, const struct nacre_need *need)
{
    struct nacre_log *const log = &tx->store->log;
    uint32_t start = NACRE_PLACE_OWED;
    enum nacre_err err = nacre_guard_settle(log);
    if (err != NACRE_OK) return err;
    if (need->longest > log->longest) log->longest = (uint16_t)need->longest;
    err = nacre_room_make(log, need->slots);
    if (err == NACRE_OK) err = write_members(tx, &start);
    if (err != NACRE_OK) log->doubtful = log->doubtful || start != NACRE_PLACE_OWED;
    return err == NACRE_OK ? nacre_log_say(log, NACRE_NOTE_CLOSING, start) : err;
}

/* It is closed: let the index point to its members. */
static void point_all(const struct nacre_transaction *tx)
{
    uint32_t at = 0;
    const uint8_t *staged = staged_next(tx, &at);
    while (staged != NULL) {
        nacre_room_point(&tx->store->log, nacre_get_le16(staged + KEY_AT),
                         nacre_get_le16(staged + PLACE_AT));
        staged = staged_next(tx, &at);
    }
}

/* Units from the head back to the newest record, and on to the start of what it made void. */
static uint32_t units_back(const struct nacre_log *log)
{
    const uint16_t from = log->newest.void_from;
    const uint32_t to_newest = log->generation - nacre_log_spot(log, log->newest.place).generation;
    return to_newest + (from == NACRE_VOID_NONE ? 0u : from / NACRE_BACK);
}

/*
 * Can the closing say where the transaction begins; or, where a cut leaves it without one, can the
 * copy of the record before it say so? And can the copies of either, which mounts that are cut
 * carry on from unit to unit until another record follows?
 */
static bool is_within_reach(const struct nacre_log *log, const struct nacre_need *need)
{
    const uint32_t spanned = need->slots / (log->lanes.slots - 1u) + 1u;
    return units_back(log) + spanned + log->retired + CARRIED_ON_MAX <= NACRE_BACK_MAX;
}

static enum nacre_err commit_several(const struct nacre_transaction *tx,
                                     const struct nacre_need *need)
{
    struct nacre_log *const log = &tx->store->log;
    enum nacre_err err = nacre_put_check(log, need);
    if (err != NACRE_OK) return err;
    if (!is_within_reach(log, need)) return NACRE_FULL;
    log->wanted = (uint16_t)need->keys;
    for (uint32_t i = 0; i < TRIES; i++) {
        err = write_all(tx, need);
        if (err == NACRE_OK || !nacre_guard_may_retry(log, err)) break;
    }
    log->wanted = 0;
    if (err == NACRE_OK) point_all(tx);
    return nacre_guard_settle_after(log, err);
}

static enum nacre_err commit(const struct nacre_transaction *tx)
{
    struct nacre_log *const log = &tx->store->log;
    struct nacre_need need;
    uint32_t at = 0;
    NACRE_ASSERT(nacre_log_is_sound(log));
    enum nacre_err err = nacre_guard_write(tx->store);
    if (err != NACRE_OK) return err;
    const uint32_t count = plan(tx, &need);
    if (count == 1u) {
        const struct nacre_change change = change_of(staged_next(tx, &at));
        err = nacre_put(log, &change); /* one record is all or nothing by itself */
    } else if (count > 1u) {
        err = commit_several(tx, &need);
    }
    NACRE_ASSERT(nacre_log_is_sound(log));
    return err;
}

enum nacre_err nacre_commit(struct nacre_transaction *tx)
{
    if (!is_begun(tx)) return NACRE_NOT_BEGUN;
    tx->begun = 0;
    const enum nacre_err err = nacre_guard_enter(tx->store);
    return err == NACRE_OK ? nacre_guard_leave(tx->store, commit(tx)) : err;
}

enum nacre_err nacre_abandon(struct nacre_transaction *tx)
{
    if (!is_begun(tx)) return NACRE_NOT_BEGUN;
    tx->begun = 0;
    return NACRE_OK;
}
