/*
 * Copy. The source is only read, with its calls; the destination is written with its own, and holds
 * beside the values the record NACRE_OWN_COPY of four bytes:
 *
 *     0..1  number of the move
 *     2     how far it came: 1 part, 2 whole
 *     3     version of this layout: 1
 *
 * Invariants:
 *  1. Where the record says whole, nothing is written that is not the application's own doing.
 *  2. It is made to say whole only where every key that travels was compared or written since the
 *     source was last changed, and nothing is owed to the medium (repair.h).
 *  3. Values are only written, and only removed, where it says part; the destination is made empty
 *     by nacre_format, which takes the record along.
 *
 * What a cut leaves, phase by phase:
 *     measure  nothing was written
 *     empty    the destination as it was, or empty; no move says that it counts
 *     begin    as it was, or part
 *     fill     part; the next call compares all keys again, equal values cost no program
 *     end      part or whole
 */
#include "nacre/core/copy.h"

#include "nacre/core/bytes.h"
#include "nacre/core/guard.h"
#include "nacre/core/own.h"
#include "nacre/core/put.h"
#include "nacre/core/repair.h"
#include "nacre/core/room.h"

#include <stddef.h>
#include <string.h>

#define RECORD_BYTES 4u
#define STATE_AT 2u
#define LAYOUT_AT 3u
#define LAYOUT_VERSION 1u
#define CEILING_BYTES 8u
#define OWN_KEYS 2u /* of the destination alone: the record above, the ceiling of the nonces */
/* Of the nonces, far beyond what a store can use up after it was copied: a block for each record
   of a medium is 65,536 x 256. */
#define CEILING_STEP ((uint64_t)1 << 32)
#define PASSES_MAX 8u /* over all keys, before nacre_copy gives up a source that never rests */

static bool key_travels(uint32_t key)
{
    if (key <= NACRE_KEY_MAX) return true;
    if (key >= NACRE_KEY_FACTORY && key - NACRE_KEY_FACTORY <= NACRE_KEY_MAX) return true;
    return key == NACRE_OWN_TABLE_VERSION || key == NACRE_OWN_STORE_ID || key == NACRE_OWN_EPOCH;
}

static bool key_is_own(uint32_t key)
{
    return key > NACRE_KEY_MAX;
}

static enum nacre_err value_get(struct nacre_store *store, uint32_t key, void *buf, uint32_t size,
                                uint32_t *n)
{
    return key_is_own(key) ? nacre_own_get(store, key, buf, size, n) :
                             nacre_get(store, key, buf, size, n);
}

static enum nacre_err value_set(struct nacre_store *store, uint32_t key, const void *value,
                                uint32_t n)
{
    return key_is_own(key) ? nacre_own_set(store, key, value, n) :
                             nacre_set(store, key, value, n);
}

/* The first key from one on that travels, whether it has a value or is removed. */
static enum nacre_err key_next(const struct nacre_store *store, uint32_t from, uint32_t *key)
{
    const enum nacre_err err = nacre_guard_enter(store);
    if (err != NACRE_OK) return err;
    const struct nacre_index *const index = &store->log.index;
    uint32_t i = nacre_index_position(index, from);
    while (i < index->count && !key_travels(nacre_entry_key(&index->entries[i]))) i++;
    *key = i < index->count ? nacre_entry_key(&index->entries[i]) : NACRE_COPY_NO_KEY;
    return nacre_guard_leave(store, NACRE_OK);
}

static enum nacre_err look(const struct nacre_store *store, struct nacre_copy_seen *seen)
{
    const enum nacre_err err = nacre_guard_enter(store);
    if (err != NACRE_OK) return err;
    const struct nacre_log *const log = &store->log;
    seen->generation = log->generation;
    seen->top = log->top;
    seen->damaged = log->count.damaged;
    seen->stale = 0;
    for (uint32_t i = 0; i < log->index.count; i++) {
        if (nacre_entry_is_stale(&log->index.entries[i])) seen->stale++;
    }
    return nacre_guard_leave(store, NACRE_OK);
}

/* ---- what says which store counts ---- */

static enum nacre_err state_set(struct nacre_store *to, uint16_t number, enum nacre_copied state)
{
    uint8_t bytes[RECORD_BYTES];
    nacre_put_le16(bytes, number);
    bytes[STATE_AT] = (uint8_t)state;
    bytes[LAYOUT_AT] = LAYOUT_VERSION;
    return nacre_own_set(to, NACRE_OWN_COPY, bytes, sizeof bytes);
}

/* A store that does not see all of its keys may not see the record. */
static enum nacre_err check_keys(const struct nacre_store *store, enum nacre_err answer)
{
    const enum nacre_err err = nacre_guard_enter(store);
    if (err != NACRE_OK) return err;
    const bool sees_all = store->log.read_only != NACRE_KEYS_FULL;
    return nacre_guard_leave(store, sees_all ? NACRE_OK : answer);
}

/* What the record says of the move with this number. */
static enum nacre_err state_decode(const uint8_t *bytes, bool is_stale, uint16_t number,
                                   enum nacre_copied *state)
{
    const bool is_whole = bytes[STATE_AT] == NACRE_COPIED_WHOLE;
    const bool is_done = is_whole && nacre_get_le16(bytes) == number;
    if (bytes[LAYOUT_AT] != LAYOUT_VERSION) return NACRE_NEWER_FORMAT;
    /* Nothing but a later move can have been said after "whole". */
    if (is_stale && !is_done) return NACRE_STALE;
    *state = is_done ? NACRE_COPIED_WHOLE : is_whole ? NACRE_COPIED_NOT : NACRE_COPIED_PART;
    return NACRE_OK;
}

enum nacre_err nacre_copy_state(struct nacre_store *to, uint16_t number, enum nacre_copied *state)
{
    uint8_t bytes[RECORD_BYTES];
    uint32_t n = 0;
    if (number == 0u || state == NULL) return NACRE_BAD_ARGUMENT;
    enum nacre_err err = check_keys(to, NACRE_KEYS_FULL);
    if (err != NACRE_OK) return err;
    err = nacre_own_get(to, NACRE_OWN_COPY, bytes, sizeof bytes, &n);
    if (err == NACRE_NOT_FOUND) *state = NACRE_COPIED_NOT;
    if (err == NACRE_NOT_FOUND) return NACRE_OK;
    if (err == NACRE_TOO_SMALL) return NACRE_NEWER_FORMAT;
    if (err != NACRE_OK && err != NACRE_STALE) return err;
    if (n != sizeof bytes) return NACRE_NEWER_FORMAT;
    return state_decode(bytes, err == NACRE_STALE, number, state);
}

/* Twice, so that bad bits in one do not make it doubtful. The first one holds. */
static enum nacre_err state_set_whole(struct nacre_store *to, uint16_t number)
{
    const enum nacre_err err = state_set(to, number, NACRE_COPIED_WHOLE);
    if (err == NACRE_OK && nacre_renew(to, NACRE_OWN_COPY) != NACRE_OK) return NACRE_OK;
    return err;
}

enum nacre_err nacre_copy_claim(struct nacre_store *to, uint16_t number)
{
    return number != 0u ? state_set_whole(to, number) : NACRE_BAD_ARGUMENT;
}

/* ---- measure ---- */

static void need_add(struct nacre_copy *copy, uint32_t key, uint32_t length)
{
    const struct nacre_record record = {
        .key = (uint16_t)key, .length = (uint16_t)length, .has_control = true};
    const uint32_t slots = nacre_record_slots(&copy->cfg.to->log.lanes, &record);
    copy->slots += slots;
    if (slots > copy->longest_slots) copy->longest_slots = slots;
}

/* All keys were measured: is there room for them? */
static enum nacre_err need_check(const struct nacre_copy *copy)
{
    const struct nacre_store *const to = copy->cfg.to;
    if (copy->longest_bytes > copy->cfg.work_bytes) return NACRE_TOO_SMALL;
    enum nacre_err err = nacre_guard_enter(to);
    if (err != NACRE_OK) return err;
    const struct nacre_log *const log = &to->log;
    const uint32_t keys = copy->keys + OWN_KEYS + log->retired;
    if (copy->slots > nacre_room_capacity(log, copy->longest_slots)) err = NACRE_COPY_NO_ROOM;
    if (keys > log->index.capacity) err = NACRE_KEYS_FULL;
    return nacre_guard_leave(to, err);
}

static enum nacre_err measure_end(struct nacre_copy *copy)
{
    const enum nacre_err err = need_check(copy);
    if (err != NACRE_OK) return err;
    copy->phase = copy->found == NACRE_COPY_NO_KEY ? NACRE_COPY_BEGIN : NACRE_COPY_EMPTY;
    return NACRE_OK;
}

static enum nacre_err measure(struct nacre_copy *copy)
{
    uint32_t key;
    uint32_t n = 0;
    enum nacre_err err = key_next(copy->cfg.from, copy->key, &key);
    if (err != NACRE_OK) return err;
    if (key == NACRE_COPY_NO_KEY) return measure_end(copy);
    err = value_get(copy->cfg.from, key, NULL, 0, &n);
    const bool has_value = err == NACRE_OK || err == NACRE_STALE || err == NACRE_TOO_SMALL;
    if (!has_value && err != NACRE_DAMAGED && err != NACRE_NOT_FOUND) return err;
    if (err != NACRE_NOT_FOUND) {
        need_add(copy, key, n);
        copy->keys++;
        if (n > copy->longest_bytes) copy->longest_bytes = n;
    }
    copy->key = key + 1u;
    return NACRE_OK;
}

/* ---- empty, begin ---- */

/* Nonces below the answer may have been used in a store, or 0. */
static enum nacre_err ceiling_get(struct nacre_store *store, uint64_t *ceiling)
{
    uint8_t bytes[CEILING_BYTES];
    uint32_t n = 0;
    const enum nacre_err err = nacre_own_get(store, NACRE_OWN_NONCE, bytes, sizeof bytes, &n);
    *ceiling = 0;
    if (err == NACRE_NOT_FOUND || err == NACRE_DAMAGED || err == NACRE_TOO_SMALL) return NACRE_OK;
    if (err != NACRE_OK && err != NACRE_STALE) return err;
    if (n != sizeof bytes) return NACRE_OK;
    *ceiling = nacre_get_le32(bytes) | (uint64_t)nacre_get_le32(bytes + 4) << 32;
    if (err == NACRE_STALE) *ceiling += CEILING_STEP;
    return NACRE_OK;
}

/* What nonces the destination has used must be remembered over its format. */
static enum nacre_err make_empty(struct nacre_copy *copy)
{
    struct nacre_store *const to = copy->cfg.to;
    uint64_t ceiling;
    const enum nacre_err err = ceiling_get(to, &ceiling);
    if (err != NACRE_OK) return err;
    if (ceiling > copy->ceiling) copy->ceiling = ceiling;
    struct nacre_log *const log = &to->log;
    const struct nacre_store_cfg cfg = {
        .medium = log->lanes.medium,
        .index = log->index.entries,
        .index_count = log->index.capacity,
        .lock = to->lock,
        .assume = log->lanes.cut > 1u ? NACRE_ASSUME_NOTHING : NACRE_ASSUME_CUT_GRANULE,
        .refuse_when_busy = to->refuse_when_busy,
    };
    const enum nacre_err format_err = nacre_format(to, &cfg);
    if (format_err != NACRE_OK) return format_err;
    log->longest = 1; /* nothing that was longer lives any more */
    copy->was_emptied = true;
    copy->phase = NACRE_COPY_BEGIN;
    return NACRE_OK;
}

/* From the first key again: what was seen of the source before is void. */
static enum nacre_err pass_start(struct nacre_copy *copy)
{
    copy->key = 0;
    copy->stale_keys = 0;
    copy->phase = NACRE_COPY_FILL;
    return look(copy->cfg.from, &copy->seen);
}

static enum nacre_err begin(struct nacre_copy *copy)
{
    const enum nacre_err err = state_set(copy->cfg.to, copy->cfg.number, NACRE_COPIED_PART);
    return err == NACRE_OK ? pass_start(copy) : err;
}

/* ---- fill ---- */

/* Write what the index of the destination says and no record does. */
static enum nacre_err pay(struct nacre_store *to)
{
    enum nacre_err err = nacre_guard_enter(to);
    if (err != NACRE_OK) return err;
    struct nacre_log *const log = &to->log;
    err = nacre_guard_write(to);
    if (err != NACRE_OK || !log->owes) return nacre_guard_leave(to, err);
    err = nacre_guard_settle(log);
    if (err == NACRE_OK) err = nacre_repair_pay(log);
    return nacre_guard_leave(to, nacre_guard_settle_after(log, err));
}

/* Does a key answer as stale, with this value, or without one where value is null? */
static bool is_stale_as(const struct nacre_store *to, uint32_t key, const uint8_t *value,
                        uint32_t n)
{
    const struct nacre_log *const log = &to->log;
    const struct nacre_index_entry *const entry = nacre_index_find(&log->index, key);
    struct nacre_record record;
    if (entry == NULL || !nacre_entry_is_stale(entry)) return false;
    if (entry->place == NACRE_PLACE_OWED) return value == NULL;
    bool equals;
    const struct nacre_spot spot = nacre_log_spot(log, entry->place);
    if (nacre_record_compare(&spot, &record, value, n, &equals) != NACRE_OK) return false;
    return value == NULL ? record.length == NACRE_LENGTH_REMOVED : equals;
}

/* In the index alone: the key is stale, and where it is lost, no record is left. */
static enum nacre_err make_stale(struct nacre_log *log, uint32_t key, bool is_lost)
{
    struct nacre_index_entry *entry = nacre_index_find(&log->index, key);
    if (entry == NULL) entry = nacre_index_put(&log->index, key, NACRE_PLACE_OWED);
    if (entry == NULL) return NACRE_KEYS_FULL;
    if (is_lost) entry->place = NACRE_PLACE_OWED;
    entry->tag |= NACRE_ENTRY_STALE;
    log->owes = true;
    log->miscounted = true;
    return NACRE_OK;
}

/*
 * The key was lost to bad bits in the source. value is the older one that is told, or null. It
 * stands there as a good one for a moment: what is part of a copy is told to nobody.
 */
static enum nacre_err carry_stale(struct nacre_store *to, uint32_t key, const uint8_t *value,
                                  uint32_t n)
{
    enum nacre_err err = nacre_guard_enter(to);
    if (err != NACRE_OK) return err;
    const bool is_there = is_stale_as(to, key, value, n);
    (void)nacre_guard_leave(to, NACRE_OK);
    if (is_there) return NACRE_OK;
    if (value != NULL) err = value_set(to, key, value, n);
    if (err == NACRE_OK) err = nacre_guard_enter(to);
    if (err != NACRE_OK) return err;
    err = nacre_guard_write(to);
    if (err == NACRE_OK) err = make_stale(&to->log, key, value == NULL);
    (void)nacre_guard_leave(to, NACRE_OK);
    return err == NACRE_OK ? pay(to) : err;
}

static enum nacre_err carry_away(struct nacre_store *to, uint32_t key)
{
    const enum nacre_err err = key_is_own(key) ? nacre_own_remove(to, key) : nacre_remove(to, key);
    return err == NACRE_NOT_FOUND ? NACRE_OK : err;
}

/* Make a key of the destination answer as the source's. */
static enum nacre_err carry(const struct nacre_copy_cfg *cfg, uint32_t key, bool *is_stale)
{
    uint32_t n = 0;
    const enum nacre_err err = value_get(cfg->from, key, cfg->work, cfg->work_bytes, &n);
    *is_stale = err == NACRE_STALE || err == NACRE_DAMAGED;
    switch (err) {
    case NACRE_OK: return value_set(cfg->to, key, cfg->work, n);
    case NACRE_STALE: return carry_stale(cfg->to, key, cfg->work, n);
    case NACRE_DAMAGED: return carry_stale(cfg->to, key, NULL, 0);
    case NACRE_NOT_FOUND: return carry_away(cfg->to, key);
    default: return err;
    }
}

/*
 * Values of an earlier state of the source may be in the way of those of this one, and removed keys
 * in the index: then from the start, once. A copy that is not whole is no loss.
 */
static enum nacre_err give_way(struct nacre_copy *copy, enum nacre_err err)
{
    if (err == NACRE_FULL && copy->was_emptied) return NACRE_COPY_NO_ROOM;
    if (copy->was_emptied || (err != NACRE_FULL && err != NACRE_KEYS_FULL)) return err;
    copy->phase = NACRE_COPY_EMPTY;
    return NACRE_OK;
}

static enum nacre_err fill(struct nacre_copy *copy)
{
    uint32_t key;
    uint32_t other;
    bool is_stale;
    enum nacre_err err = key_next(copy->cfg.from, copy->key, &key);
    if (err == NACRE_OK) err = key_next(copy->cfg.to, copy->key, &other);
    if (err != NACRE_OK) return err;
    if (other < key) key = other;
    if (key == NACRE_COPY_NO_KEY) {
        copy->phase = NACRE_COPY_END;
        return NACRE_OK;
    }
    err = carry(&copy->cfg, key, &is_stale);
    if (err != NACRE_OK) return give_way(copy, err);
    if (is_stale) copy->stale_keys++;
    copy->key = key + 1u;
    return NACRE_OK;
}

/* ---- end ---- */

/* Beyond all that either store has used, or that the source may still use. */
static enum nacre_err carry_ceiling(const struct nacre_copy *copy)
{
    uint8_t bytes[CEILING_BYTES];
    uint64_t wanted;
    uint64_t found;
    enum nacre_err err = ceiling_get(copy->cfg.from, &wanted);
    if (err == NACRE_OK) err = ceiling_get(copy->cfg.to, &found);
    if (err != NACRE_OK) return err;
    if (wanted != 0u) wanted += CEILING_STEP;
    if (found > wanted) wanted = found;
    if (copy->ceiling > wanted) wanted = copy->ceiling;
    if (wanted == 0u) return NACRE_OK;
    nacre_put_le32(bytes, (uint32_t)wanted);
    nacre_put_le32(bytes + 4, (uint32_t)(wanted >> 32));
    return nacre_own_set(copy->cfg.to, NACRE_OWN_NONCE, bytes, sizeof bytes);
}

static enum nacre_err end(struct nacre_copy *copy)
{
    struct nacre_copy_seen now;
    enum nacre_err err = look(copy->cfg.from, &now);
    if (err != NACRE_OK) return err;
    if (memcmp(&now, &copy->seen, sizeof now) != 0) return pass_start(copy);
    err = carry_ceiling(copy);
    if (err == NACRE_OK) err = pay(copy->cfg.to);
    if (err == NACRE_OK) err = state_set_whole(copy->cfg.to, copy->cfg.number);
    if (err != NACRE_OK) return give_way(copy, err);
    copy->phase = NACRE_COPY_DONE;
    return NACRE_OK;
}

/* ---- the calls ---- */

/* Does the destination hold a value of its own? Its own records alone are none. */
static enum nacre_err find_value(struct nacre_copy *copy)
{
    const struct nacre_store *const to = copy->cfg.to;
    const enum nacre_err err = nacre_guard_enter(to);
    if (err != NACRE_OK) return err;
    const struct nacre_index *const index = &to->log.index;
    for (uint32_t i = 0; i < index->count; i++) {
        const uint32_t key = nacre_entry_key(&index->entries[i]);
        if (key >= NACRE_KEY_RETIRED) break;
        if (!nacre_put_has_value(&to->log, key)) continue;
        copy->found = key;
        break;
    }
    return nacre_guard_leave(to, NACRE_OK);
}

static enum nacre_err check_from(const struct nacre_copy_cfg *cfg)
{
    if (cfg->from == NULL || cfg->from == cfg->to) return NACRE_BAD_ARGUMENT;
    const enum nacre_err err = check_keys(cfg->from, NACRE_COPY_PARTIAL);
    if (err != NACRE_OK) return err;
    const bool is_one = cfg->from->log.lanes.medium == cfg->to->log.lanes.medium;
    return is_one ? NACRE_BAD_ARGUMENT : NACRE_OK;
}

enum nacre_err nacre_copy_begin(struct nacre_copy *copy, const struct nacre_copy_cfg *cfg)
{
    enum nacre_copied state;
    if (copy == NULL || cfg == NULL) return NACRE_BAD_ARGUMENT;
    if (cfg->work == NULL && cfg->work_bytes > 0u) return NACRE_BAD_ARGUMENT;
    memset(copy, 0, sizeof *copy);
    copy->cfg = *cfg;
    copy->found = NACRE_COPY_NO_KEY;
    enum nacre_err err = nacre_copy_state(cfg->to, cfg->number, &state);
    if (err == NACRE_OK && state == NACRE_COPIED_WHOLE) copy->phase = NACRE_COPY_DONE;
    if (err != NACRE_OK || state == NACRE_COPIED_WHOLE) return err;
    err = check_from(cfg);
    if (err == NACRE_OK && state == NACRE_COPIED_NOT) err = find_value(copy);
    if (err != NACRE_OK) return err;
    if (copy->found != NACRE_COPY_NO_KEY && !cfg->replace) return NACRE_COPY_OCCUPIED;
    need_add(copy, NACRE_OWN_COPY, RECORD_BYTES);
    need_add(copy, NACRE_OWN_NONCE, CEILING_BYTES);
    copy->phase = NACRE_COPY_MEASURE;
    return NACRE_OK;
}

static enum nacre_err step(struct nacre_copy *copy)
{
    switch (copy->phase) {
    case NACRE_COPY_MEASURE: return measure(copy);
    case NACRE_COPY_EMPTY: return make_empty(copy);
    case NACRE_COPY_BEGIN: return begin(copy);
    case NACRE_COPY_FILL: return fill(copy);
    case NACRE_COPY_END: return end(copy);
    case NACRE_COPY_DONE: return NACRE_OK;
    default: return NACRE_NOT_BEGUN;
    }
}

enum nacre_err nacre_copy_step(struct nacre_copy *copy, bool *more)
{
    if (copy == NULL || more == NULL) return NACRE_BAD_ARGUMENT;
    const enum nacre_err err = step(copy);
    if (err == NACRE_OK) *more = copy->phase != NACRE_COPY_DONE;
    return err;
}

enum nacre_err nacre_copy(const struct nacre_copy_cfg *cfg)
{
    struct nacre_copy copy;
    bool more = true;
    enum nacre_err err = nacre_copy_begin(&copy, cfg);
    for (uint32_t i = 0; err == NACRE_OK && more && i < PASSES_MAX * NACRE_COPY_NO_KEY; i++) {
        err = nacre_copy_step(&copy, &more);
    }
    return err == NACRE_OK && more ? NACRE_BUSY : err;
}
