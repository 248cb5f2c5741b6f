/*
 * The oracle. Invariant: changes are in doubt only between oracle_go and the first answer after it
 * that decides, and only a cut, or an error that says so, leaves them in doubt once their call is
 * over.
 */
#include "tests/support/oracle.h"

#include "tests/support/rng.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Digests of values, each with its slot, in an open table that is at most half full. */
struct oracle_history {
    uint32_t capacity;
    uint32_t count;
    uint64_t *digests;
};

__attribute__((format(printf, 2, 3))) static bool wrong(struct oracle *oracle, const char *format,
                                                        ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(oracle->why, sizeof oracle->why, format, args);
    va_end(args);
    return false;
}

static void value_copy(struct oracle_value *to, const struct oracle_value *from)
{
    to->is_set = from->is_set;
    to->n = from->n;
    memcpy(to->bytes, from->bytes, from->n);
}

static bool value_equals(const struct oracle_value *value, const void *bytes, uint32_t n)
{
    if (bytes == NULL) return !value->is_set;
    return value->is_set && value->n == n && memcmp(value->bytes, bytes, n) == 0;
}

/* A value in few characters: its length and its first bytes. */
static const char *value_text(const void *bytes, uint32_t n, char *buf, size_t size)
{
    if (bytes == NULL) {
        (void)snprintf(buf, size, "absent");
        return buf;
    }
    const uint8_t *const b = bytes;
    int at = snprintf(buf, size, "%u:", n);
    for (uint32_t i = 0; i < n && i < 8u; i++) {
        at += snprintf(buf + at, size - (size_t)at, "%02x", b[i]);
    }
    return buf;
}

/* Never 0, which is an empty place of the table. */
static uint64_t digest_of(uint32_t slot, const void *bytes, uint32_t n)
{
    const uint8_t *const b = bytes;
    uint64_t digest = rng_mix(slot * 4096u + n);
    for (uint32_t i = 0; i < n; i++) digest = rng_mix(digest ^ b[i]);
    return digest | 1u;
}

static uint32_t history_position(const struct oracle_history *history, uint64_t digest)
{
    uint32_t position = (uint32_t)(digest >> 20) % history->capacity;
    while (history->digests[position] != 0 && history->digests[position] != digest) {
        position = (position + 1u) % history->capacity;
    }
    return position;
}

static void history_grow(struct oracle_history *history)
{
    struct oracle_history larger = { history->capacity * 2u, history->count, NULL };
    larger.digests = calloc(larger.capacity, sizeof *larger.digests);
    if (larger.digests == NULL) abort();
    for (uint32_t i = 0; i < history->capacity; i++) {
        const uint64_t digest = history->digests[i];
        if (digest != 0) larger.digests[history_position(&larger, digest)] = digest;
    }
    free(history->digests);
    *history = larger;
}

static void history_add(struct oracle_history *history, uint64_t digest)
{
    const uint32_t position = history_position(history, digest);
    if (history->digests[position] == digest) return;
    history->digests[position] = digest;
    if (++history->count * 2u > history->capacity) history_grow(history);
}

void oracle_remember(struct oracle *oracle)
{
    oracle->history = calloc(1, sizeof *oracle->history);
    if (oracle->history == NULL) abort();
    oracle->history->capacity = 1024;
    oracle->history->digests = calloc(1024, sizeof *oracle->history->digests);
    if (oracle->history->digests == NULL) abort();
}

void oracle_forget(struct oracle *oracle)
{
    if (oracle->history == NULL) return;
    free(oracle->history->digests);
    free(oracle->history);
    oracle->history = NULL;
}

void oracle_init(struct oracle *oracle, uint32_t key_count)
{
    oracle->key_count = key_count;
    oracle->why[0] = '\0';
    oracle->history = NULL;
    oracle_clear(oracle);
}

void oracle_clear(struct oracle *oracle)
{
    oracle->change_count = 0;
    oracle->is_under_way = false;
    for (uint32_t i = 0; i < ORACLE_SLOTS; i++) {
        oracle->current[i].is_set = false;
        oracle->current[i].n = 0;
        oracle->trust[i] = ORACLE_GOOD;
        oracle->told[i] = 0;
    }
}

void oracle_copy(struct oracle *to, const struct oracle *from)
{
    to->key_count = from->key_count;
    to->is_under_way = from->is_under_way;
    to->is_removal = from->is_removal;
    to->change_count = from->change_count;
    to->history = from->history;
    for (uint32_t i = 0; i < from->change_count; i++) {
        to->changes[i].slot = from->changes[i].slot;
        value_copy(&to->changes[i].value, &from->changes[i].value);
    }
    for (uint32_t i = 0; i < ORACLE_SLOTS; i++) value_copy(&to->current[i], &from->current[i]);
    memcpy(to->trust, from->trust, sizeof to->trust);
    memcpy(to->told, from->told, sizeof to->told);
    memcpy(to->why, from->why, sizeof to->why);
}

uint32_t oracle_key(uint32_t slot)
{
    if (slot < ORACLE_FACTORY) return slot;
    if (slot < ORACLE_OWN) return 0x4000u + slot - ORACLE_FACTORY;
    return 0x7f01u + slot - ORACLE_OWN;
}

static const struct oracle_change *change_of(const struct oracle *oracle, uint32_t slot)
{
    for (uint32_t i = 0; i < oracle->change_count; i++) {
        if (oracle->changes[i].slot == slot) return &oracle->changes[i];
    }
    return NULL;
}

void oracle_open(struct oracle *oracle)
{
    oracle->change_count = 0;
    oracle->is_under_way = true;
    oracle->is_removal = false;
}

void oracle_add(struct oracle *oracle, uint32_t slot, const void *value, uint32_t n)
{
    uint32_t i = 0;
    while (i < oracle->change_count && oracle->changes[i].slot != slot) i++;
    if (i == ORACLE_CHANGES_MAX) abort();
    if (i == oracle->change_count) oracle->change_count++;
    struct oracle_change *const change = &oracle->changes[i];
    change->slot = slot;
    change->value.is_set = value != NULL;
    change->value.n = value == NULL ? 0 : n;
    if (value != NULL && n != 0) memcpy(change->value.bytes, value, n);
}

void oracle_go(struct oracle *oracle)
{
    oracle->is_under_way = true;
}

void oracle_begin(struct oracle *oracle, uint32_t slot, const void *value, uint32_t n)
{
    oracle_open(oracle);
    oracle_add(oracle, slot, value, n);
    oracle->is_removal = value == NULL;
    oracle_go(oracle);
}

void oracle_begin_reset(struct oracle *oracle)
{
    oracle_open(oracle);
    for (uint32_t i = 0; i < oracle->key_count; i++) oracle_add(oracle, i, NULL, 0);
    oracle_go(oracle);
}

/* The changes came true, by success or by what a later boot reads. */
static void apply(struct oracle *oracle)
{
    for (uint32_t i = 0; i < oracle->change_count; i++) {
        const struct oracle_change *const change = &oracle->changes[i];
        value_copy(&oracle->current[change->slot], &change->value);
        oracle->trust[change->slot] = ORACLE_GOOD;
        if (oracle->history == NULL || !change->value.is_set) continue;
        history_add(oracle->history,
                    digest_of(change->slot, change->value.bytes, change->value.n));
    }
    oracle->change_count = 0;
    oracle->is_under_way = false;
}

static void drop(struct oracle *oracle)
{
    oracle->change_count = 0;
    oracle->is_under_way = false;
}

/* A call that succeeded or found nothing: does that fit what there was? */
static bool end_well(struct oracle *oracle, enum nacre_err err)
{
    const uint32_t slot = oracle->changes[0].slot;
    const bool is_set = oracle->current[slot].is_set;
    const bool sure = oracle->trust[slot] == ORACLE_GOOD;
    if (err == NACRE_NOT_FOUND && (!oracle->is_removal || (is_set && sure))) {
        return wrong(oracle, "slot %u: not found, but it has a value", slot);
    }
    if (err == NACRE_OK && oracle->is_removal && !is_set && sure) {
        return wrong(oracle, "slot %u: removed, but it has no value", slot);
    }
    if (err == NACRE_OK) apply(oracle);
    else drop(oracle);
    return true;
}

bool oracle_end(struct oracle *oracle, enum nacre_err err)
{
    switch (err) {
    case NACRE_OK:
    case NACRE_NOT_FOUND:
        return end_well(oracle, err);
    case NACRE_UNSETTLED:
        return true;
    case NACRE_FULL:
    case NACRE_KEYS_FULL:
    case NACRE_READ_ONLY:
    case NACRE_WORN_OUT:
    case NACRE_BUSY:
    case NACRE_IO:
    case NACRE_VERIFY:
    case NACRE_TIMEOUT:
        drop(oracle);
        return true;
    default:
        return wrong(oracle, "slot %u: a call that changes it answered %d",
                     oracle->changes[0].slot, (int)err);
    }
}

void oracle_boot(struct oracle *oracle)
{
    oracle->is_under_way = false;
}

void oracle_expose(struct oracle *oracle)
{
    for (uint32_t i = 0; i < ORACLE_SLOTS; i++) oracle->trust[i] = ORACLE_EXPOSED;
}

static bool not_allowed(struct oracle *oracle, uint32_t slot, const void *value, uint32_t n)
{
    char found[48];
    char allowed[200];
    return wrong(oracle, "slot %u: found %s, allowed %s", slot,
                 value_text(value, n, found, sizeof found),
                 oracle_allowed(oracle, slot, allowed));
}

bool oracle_judge_value(struct oracle *oracle, uint32_t slot, const void *value, uint32_t n)
{
    const struct oracle_change *const change = change_of(oracle, slot);
    const bool doubtful = change != NULL && !oracle->is_under_way;
    const bool trusted = oracle->trust[slot] == ORACLE_GOOD ||
                         oracle->trust[slot] == ORACLE_EXPOSED;
    const bool is_old = trusted && value_equals(&oracle->current[slot], value, n);
    const bool is_new = doubtful && value_equals(&change->value, value, n);
    if (!is_old && !is_new) return not_allowed(oracle, slot, value, n);
    if (!doubtful || (is_old && is_new)) return true;
    if (is_new) apply(oracle);
    else drop(oracle);
    return true;
}

static bool judge_stale(struct oracle *oracle, uint32_t slot, const void *value, uint32_t n)
{
    const uint64_t digest = digest_of(slot, value, n);
    const struct oracle_history *const history = oracle->history;
    char found[48];
    (void)value_text(value, n, found, sizeof found);
    if (oracle->trust[slot] == ORACLE_GOOD || history == NULL) {
        return wrong(oracle, "slot %u: stale with %s, where nothing was damaged", slot, found);
    }
    if (history->digests[history_position(history, digest)] != digest) {
        return wrong(oracle, "slot %u: stale with %s, which it never had", slot, found);
    }
    if (oracle->trust[slot] == ORACLE_STALE && oracle->told[slot] != digest) {
        return wrong(oracle, "slot %u: stale with %s, and with another value before", slot, found);
    }
    oracle->trust[slot] = ORACLE_STALE;
    oracle->told[slot] = digest;
    return true;
}

static bool judge_lost(struct oracle *oracle, uint32_t slot)
{
    if (oracle->trust[slot] == ORACLE_GOOD) {
        return wrong(oracle, "slot %u: damaged, where nothing was damaged", slot);
    }
    if (oracle->trust[slot] == ORACLE_STALE) {
        return wrong(oracle, "slot %u: damaged, and a stale value before", slot);
    }
    oracle->trust[slot] = ORACLE_LOST;
    return true;
}

bool oracle_judge_answer(struct oracle *oracle, uint32_t slot, enum nacre_err err,
                         const void *value, uint32_t n)
{
    switch (err) {
    case NACRE_OK:
        return oracle_judge_value(oracle, slot, value, n);
    case NACRE_NOT_FOUND:
        return oracle_judge_value(oracle, slot, NULL, 0);
    case NACRE_STALE:
    case NACRE_DAMAGED:
        if (change_of(oracle, slot) != NULL && !oracle->is_under_way) drop(oracle);
        return err == NACRE_STALE ? judge_stale(oracle, slot, value, n) :
                                    judge_lost(oracle, slot);
    default:
        return wrong(oracle, "slot %u: get answered %d", slot, (int)err);
    }
}

static enum nacre_err get_slot(struct nacre_store *store, uint32_t slot, uint8_t *buf, uint32_t *n)
{
    const uint32_t size = NACRE_VALUE_BYTES_MAX;
    if (slot < ORACLE_FACTORY) return nacre_get(store, slot, buf, size, n);
    if (slot < ORACLE_OWN) return nacre_factory_get(store, slot - ORACLE_FACTORY, buf, size, n);
    return nacre_own_get(store, oracle_key(slot), buf, size, n);
}

static bool judge_slot(struct oracle *oracle, struct nacre_store *store, uint32_t slot)
{
    uint8_t buf[NACRE_VALUE_BYTES_MAX];
    uint32_t n = 0;
    const enum nacre_err err = get_slot(store, slot, buf, &n);
    return oracle_judge_answer(oracle, slot, err, buf, n);
}

/* May the walk have shown this key, or left it out? */
static bool walk_is_right(const struct oracle *oracle, uint32_t slot, bool seen)
{
    return oracle->trust[slot] != ORACLE_GOOD || oracle->current[slot].is_set == seen;
}

static bool judge_gap(struct oracle *oracle, uint32_t from, uint32_t to)
{
    for (uint32_t slot = from; slot < to; slot++) {
        if (!walk_is_right(oracle, slot, false)) return wrong(oracle, "walk: no key %u", slot);
    }
    return true;
}

static bool judge_walk(struct oracle *oracle, struct nacre_store *store)
{
    uint32_t due = 0;
    for (uint32_t i = 0; i <= oracle->key_count; i++) {
        uint32_t key = due;
        const enum nacre_err err = nacre_next(store, &key);
        if (err == NACRE_NOT_FOUND) return judge_gap(oracle, due, oracle->key_count);
        if (err == NACRE_OK && key >= oracle->key_count && oracle->history != NULL) {
            /* A damaged record named a key that nobody set: it answers that it is lost. */
            return judge_gap(oracle, due, oracle->key_count);
        }
        if (err != NACRE_OK || key < due || key >= oracle->key_count) {
            return wrong(oracle, "walk: answered %d with key %u, from key %u on", (int)err, key,
                         due);
        }
        if (!judge_gap(oracle, due, key)) return false;
        if (!walk_is_right(oracle, key, true)) return wrong(oracle, "walk: key %u is gone", key);
        due = key + 1u;
    }
    return wrong(oracle, "walk: it has no end");
}

bool oracle_judge(struct oracle *oracle, struct nacre_store *store)
{
    for (uint32_t i = 0; i < oracle->key_count; i++) {
        if (!judge_slot(oracle, store, i)) return false;
    }
    for (uint32_t i = ORACLE_FACTORY; i < ORACLE_SLOTS; i++) {
        if (!judge_slot(oracle, store, i)) return false;
    }
    return judge_walk(oracle, store);
}

const char *oracle_allowed(const struct oracle *oracle, uint32_t slot, char *buf)
{
    static const char *const trusts[] = { "", " (exposed)", " (told stale)", " (told damaged)" };
    char old[48];
    char other[48];
    const struct oracle_value *const current = &oracle->current[slot];
    const struct oracle_change *const change = change_of(oracle, slot);
    const char *const trust = trusts[oracle->trust[slot]];
    (void)value_text(current->is_set ? current->bytes : NULL, current->n, old, sizeof old);
    if (change == NULL || oracle->is_under_way) {
        (void)snprintf(buf, 200, "%s%s", old, trust);
        return buf;
    }
    const struct oracle_value *const fresh = &change->value;
    (void)value_text(fresh->is_set ? fresh->bytes : NULL, fresh->n, other, sizeof other);
    (void)snprintf(buf, 200, "%s or %s%s", old, other, trust);
    return buf;
}
