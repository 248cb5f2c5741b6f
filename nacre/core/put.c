/*
 * Put. Holds no state; what a cut leaves is said at the calls.
 */
#include "nacre/core/put.h"

#include "nacre/core/guard.h"
#include "nacre/core/own.h"
#include "nacre/core/room.h"

#include <stddef.h>

#define TRIES 2u

static struct nacre_record record_of(const struct nacre_change *change)
{
    const struct nacre_record record = {
        .key = (uint16_t)change->key,
        .length = (uint16_t)change->length,
        .has_control = true, /* as long as it may become */
    };
    return record;
}

bool nacre_put_has_value(const struct nacre_log *log, uint32_t key)
{
    struct nacre_record record;
    const struct nacre_index_entry *const entry = nacre_index_find(&log->index, key);
    if (entry == NULL) return false;
    if (nacre_entry_is_stale(entry)) return true;
    if (nacre_log_read(log, entry->place, &record, NULL, 0) != NACRE_OK) return true;
    return record.length != NACRE_LENGTH_REMOVED;
}

bool nacre_put_is_equal(struct nacre_log *log, const struct nacre_change *change)
{
    struct nacre_record record;
    bool equals;
    const struct nacre_index_entry *const entry = nacre_index_find(&log->index, change->key);
    if (entry == NULL || nacre_entry_is_stale(entry)) return false;
    const struct nacre_spot spot = nacre_log_spot(log, entry->place);
    const enum nacre_err err =
        nacre_record_compare(&spot, &record, change->value, change->length, &equals);
    if (err == NACRE_OK) nacre_log_remember(log, entry->place, &record);
    return equals;
}

void nacre_put_add_need(const struct nacre_log *log, const struct nacre_change *change,
                        struct nacre_need *need)
{
    const struct nacre_record record = record_of(change);
    const uint32_t slots = nacre_record_slots(&log->lanes, &record);
    need->slots += slots;
    if (slots > need->longest) need->longest = slots;
    if (nacre_index_find(&log->index, change->key) == NULL) need->keys++;
}

enum nacre_err nacre_put_check(const struct nacre_log *log, const struct nacre_need *need)
{
    if (log->index.capacity - log->index.count < need->keys) return NACRE_KEYS_FULL;
    const uint32_t longest = need->longest > log->longest ? need->longest : log->longest;
    const uint32_t live = log->live + need->slots;
    return live > nacre_room_capacity(log, longest) ? NACRE_FULL : NACRE_OK;
}

/* Slots that a change gives back. */
static uint32_t slots_now(const struct nacre_log *log, uint32_t key)
{
    struct nacre_size size;
    const struct nacre_index_entry *const entry = nacre_index_find(&log->index, key);
    if (entry == NULL) return 0;
    return nacre_log_size(log, entry->place, &size) == NACRE_OK ? size.slots : 0u;
}

static enum nacre_err put_once(struct nacre_log *log, const struct nacre_change *change,
                               const struct nacre_need *need)
{
    struct nacre_record record = record_of(change);
    struct nacre_source source = {.bytes = change->value};
    enum nacre_err err = nacre_guard_settle(log);
    if (err != NACRE_OK) return err;
    if (need->longest > log->longest) log->longest = (uint16_t)need->longest;
    err = nacre_room_make(log, need->slots);
    if (err == NACRE_OK) err = nacre_log_append(log, &record, &source);
    if (err == NACRE_OK) nacre_room_point(log, change->key, log->newest.place);
    return err;
}

enum nacre_err nacre_put(struct nacre_log *log, const struct nacre_change *change)
{
    struct nacre_need need = {.slots = 0};
    nacre_put_add_need(log, change, &need);
    const uint32_t slots = need.slots;
    const uint32_t now = slots_now(log, change->key);
    need.slots = slots > now ? slots - now : 0u;
    enum nacre_err err = nacre_put_check(log, &need);
    if (err != NACRE_OK && change->length != NACRE_LENGTH_REMOVED) return err;
    need.slots = slots;
    log->wanted = (uint16_t)need.keys;
    for (uint32_t i = 0; i < TRIES; i++) {
        err = put_once(log, change, &need);
        if (err == NACRE_OK || !nacre_guard_may_retry(log, err)) break;
    }
    log->wanted = 0;
    return nacre_guard_settle_after(log, err);
}

enum nacre_err nacre_put_renew(struct nacre_log *log, uint32_t key)
{
    enum nacre_err err = nacre_guard_settle(log);
    if (err == NACRE_OK) err = nacre_room_make(log, log->longest);
    if (err == NACRE_OK) err = nacre_room_copy(log, key);
    (void)nacre_guard_may_retry(log, err);
    return nacre_guard_settle_after(log, err);
}

/* What the index holds of the user's is void now. */
static void drop_user_keys(struct nacre_log *log)
{
    for (uint32_t i = log->index.count; i-- > 0u;) {
        if (nacre_entry_key(&log->index.entries[i]) <= NACRE_KEY_MAX) {
            nacre_index_drop(&log->index, i);
        }
    }
    log->miscounted = true;
}

enum nacre_err nacre_put_reset(struct nacre_log *log)
{
    const bool is_empty =
        log->index.count == 0u || nacre_entry_key(&log->index.entries[0]) > NACRE_KEY_MAX;
    if (is_empty) return NACRE_OK;
    enum nacre_err err = nacre_guard_settle(log);
    if (err == NACRE_OK) err = nacre_room_make(log, 2u);
    if (err == NACRE_OK) err = nacre_log_say(log, NACRE_NOTE_RESET, 0);
    if (err != NACRE_OK) return nacre_guard_settle_after(log, err);
    drop_user_keys(log);
    /* The first one holds; a second one, so that bad bits in one bring nothing back. */
    err = nacre_log_say(log, NACRE_NOTE_RESET, 0);
    (void)nacre_guard_may_retry(log, err);
    (void)nacre_guard_settle_after(log, err);
    return NACRE_OK;
}
