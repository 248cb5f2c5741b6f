/*
 * Pending sets: see the header.
 *
 * Each value lies behind a head of 12 bytes: the time of its first set that is not saved (4), of
 * its last one (4), its key (2), its length (2). A value that is set again moves to the end and
 * keeps its first time; so the oldest one is found by its age, not by its place.
 *
 * A value leaves the memory only when it is saved, set again, reset, or forgotten in a factory
 * reset; a cut in between leaves what the store had.
 */
#include "nacre/core/settings_pending.h"

#include "nacre/core/bytes.h"
#include "nacre/core/settings_parts.h"
#include "nacre/core/transaction.h"

#include <string.h>

#define FIRST_AT 0u
#define LAST_AT 4u
#define KEY_AT 8u
#define LENGTH_AT 10u
#define FOREVER UINT32_MAX

/* One pending value, where it lies. */
struct entry {
    uint8_t *head;
    const uint8_t *bytes;
    uint32_t first_ms;
    uint32_t last_ms;
    uint32_t key;
    uint32_t n;
};

static uint32_t entry_bytes(uint32_t n)
{
    return NACRE_PENDING_HEAD + n;
}

/* The entry at an offset below used. */
static struct entry entry_at(const struct nacre_pending *pending, uint32_t at)
{
    uint8_t *const head = (uint8_t *)pending->cfg.memory + at;
    return (struct entry){
        .head = head,
        .bytes = head + NACRE_PENDING_HEAD,
        .first_ms = nacre_get_le32(head + FIRST_AT),
        .last_ms = nacre_get_le32(head + LAST_AT),
        .key = nacre_get_le16(head + KEY_AT),
        .n = nacre_get_le16(head + LENGTH_AT),
    };
}

/* Walk: true with the entry at *at, and *at behind it. */
static bool entry_next(const struct nacre_pending *pending, uint32_t *at, struct entry *entry)
{
    if (*at >= pending->used) return false;
    *entry = entry_at(pending, *at);
    *at += entry_bytes(entry->n);
    return true;
}

static bool entry_find(const struct nacre_pending *pending, uint32_t key, struct entry *entry)
{
    uint32_t at = 0;
    while (entry_next(pending, &at, entry)) {
        if (entry->key == key) return true;
    }
    return false;
}

static void entry_remove(struct nacre_pending *pending, const struct entry *entry)
{
    const uint8_t *const end = (const uint8_t *)pending->cfg.memory + pending->used;
    const uint8_t *const behind = entry->bytes + entry->n;
    memmove(entry->head, behind, (size_t)(end - behind));
    pending->used -= entry_bytes(entry->n);
}

static bool pending_find(const struct nacre_pending *pending, uint32_t key, const uint8_t **bytes,
                         uint32_t *n)
{
    struct entry entry;
    if (!entry_find(pending, key, &entry)) return false;
    *bytes = entry.bytes;
    *n = entry.n;
    return true;
}

static void pending_drop(struct nacre_pending *pending, uint32_t key)
{
    struct entry entry;
    if (entry_find(pending, key, &entry)) entry_remove(pending, &entry);
}

static void pending_drop_all(struct nacre_pending *pending)
{
    pending->used = 0;
}

static uint32_t now_of(const struct nacre_pending *pending)
{
    return pending->cfg.now_ms(pending->cfg.context);
}

/* Save one value; it is pending no more. An error: it still is. */
static enum nacre_err entry_save(struct nacre_settings *settings, const struct entry *entry)
{
    const enum nacre_err err =
        nacre_set(settings->cfg.store, entry->key, entry->bytes, entry->n);
    if (err == NACRE_OK) entry_remove(settings->cfg.pending, entry);
    return err;
}

/* Save the value that waits longest, but for one key. Call it where another one is pending. */
static enum nacre_err save_oldest(struct nacre_settings *settings, uint32_t spared)
{
    const struct nacre_pending *const pending = settings->cfg.pending;
    const uint32_t now = now_of(pending);
    struct entry entry;
    struct entry oldest = {.head = NULL};
    uint32_t at = 0;
    while (entry_next(pending, &at, &entry)) {
        const bool is_older = oldest.head == NULL || now - entry.first_ms > now - oldest.first_ms;
        if (entry.key != spared && is_older) oldest = entry; /* ages: the clock may wrap */
    }
    NACRE_ASSERT(oldest.head != NULL);
    return entry_save(settings, &oldest);
}

static void append(struct nacre_pending *pending, const struct entry *entry)
{
    uint8_t *const head = (uint8_t *)pending->cfg.memory + pending->used;
    nacre_put_le32(head + FIRST_AT, entry->first_ms);
    nacre_put_le32(head + LAST_AT, entry->last_ms);
    nacre_put_le16(head + KEY_AT, entry->key);
    nacre_put_le16(head + LENGTH_AT, entry->n);
    if (entry->n != 0u) memcpy(head + NACRE_PENDING_HEAD, entry->bytes, entry->n);
    pending->used += entry_bytes(entry->n);
}

static enum nacre_err pending_put(struct nacre_settings *settings, uint32_t key, const void *bytes,
                                  uint32_t n)
{
    struct nacre_pending *const pending = settings->cfg.pending;
    const uint32_t now = now_of(pending);
    struct entry entry = {.bytes = bytes, .first_ms = now, .last_ms = now, .key = key, .n = n};
    struct entry old;
    if (entry_bytes(n) > pending->cfg.bytes) { /* it would never fit */
        const enum nacre_err err = nacre_set(settings->cfg.store, key, bytes, n);
        if (err == NACRE_OK) pending_drop(pending, key);
        return err;
    }
    const bool is_there = entry_find(pending, key, &old);
    const uint32_t freed = is_there ? entry_bytes(old.n) : 0u;
    while (pending->used - freed + entry_bytes(n) > pending->cfg.bytes) {
        const enum nacre_err err = save_oldest(settings, key);
        if (err != NACRE_OK) return err;
    }
    if (is_there) {
        (void)entry_find(pending, key, &old); /* it may have moved */
        entry.first_ms = old.first_ms;
        entry_remove(pending, &old);
    }
    append(pending, &entry);
    return NACRE_OK;
}

enum nacre_err nacre_pending_open(struct nacre_pending *pending,
                                  const struct nacre_pending_cfg *cfg)
{
    static const struct nacre_pending_ops ops = {
        .find = pending_find,
        .put = pending_put,
        .drop = pending_drop,
        .drop_all = pending_drop_all,
    };
    if (pending == NULL || cfg == NULL || cfg->memory == NULL || cfg->now_ms == NULL ||
        cfg->bytes <= NACRE_PENDING_HEAD) {
        return NACRE_BAD_ARGUMENT;
    }
    *pending = (struct nacre_pending){.ops = &ops, .cfg = *cfg};
    return NACRE_OK;
}

/* Milliseconds until a value is due. */
static uint32_t wait_of(const struct nacre_pending *pending, const struct entry *entry,
                        uint32_t now)
{
    const uint32_t quiet = now - entry->last_ms; /* wraps with the clock */
    const uint32_t waited = now - entry->first_ms;
    if (quiet >= pending->cfg.quiet_ms || waited >= pending->cfg.latest_ms) return 0;
    const uint32_t until_quiet = pending->cfg.quiet_ms - quiet;
    const uint32_t until_latest = pending->cfg.latest_ms - waited;
    return until_quiet < until_latest ? until_quiet : until_latest;
}

/* What is being saved: all, or what is due. */
struct saving {
    struct nacre_settings *settings;
    uint32_t now;
    bool is_all;
};

static bool is_meant(const struct saving *saving, const struct entry *entry)
{
    return saving->is_all || wait_of(saving->settings->cfg.pending, entry, saving->now) == 0u;
}

static uint32_t count_meant(const struct saving *saving)
{
    struct entry entry;
    uint32_t count = 0;
    uint32_t at = 0;
    while (entry_next(saving->settings->cfg.pending, &at, &entry)) {
        if (is_meant(saving, &entry)) count++;
    }
    return count;
}

/* Save all that is meant at once. An error: nothing is saved, all is pending still. */
static enum nacre_err save_together(const struct saving *saving)
{
    const struct nacre_settings_cfg *const cfg = &saving->settings->cfg;
    struct nacre_transaction transaction = {0};
    struct entry entry;
    uint32_t at = 0;
    enum nacre_err err = nacre_begin(&transaction, cfg->store, cfg->work, cfg->work_bytes);
    while (err == NACRE_OK && entry_next(cfg->pending, &at, &entry)) {
        if (!is_meant(saving, &entry)) continue;
        err = nacre_stage_set(&transaction, entry.key, entry.bytes, entry.n);
    }
    if (err != NACRE_OK) return err; /* what was only staged leaves nothing */
    err = nacre_commit(&transaction);
    at = 0;
    while (err == NACRE_OK && entry_next(cfg->pending, &at, &entry)) {
        if (!is_meant(saving, &entry)) continue;
        at -= entry_bytes(entry.n);
        entry_remove(cfg->pending, &entry);
    }
    return err;
}

/* Save what is meant one by one, all that can be. */
static enum nacre_err save_each(const struct saving *saving)
{
    struct nacre_pending *const pending = saving->settings->cfg.pending;
    enum nacre_err first_err = NACRE_OK;
    struct entry entry;
    uint32_t at = 0;
    while (entry_next(pending, &at, &entry)) {
        if (!is_meant(saving, &entry)) continue;
        const enum nacre_err err = entry_save(saving->settings, &entry);
        if (err == NACRE_OK) at -= entry_bytes(entry.n);
        else if (first_err == NACRE_OK) first_err = err;
    }
    return first_err;
}

/* What could not be saved is not tried again before it has been quiet for its time once more. */
static void put_off(const struct saving *saving)
{
    struct entry entry;
    uint32_t at = 0;
    while (entry_next(saving->settings->cfg.pending, &at, &entry)) {
        if (!is_meant(saving, &entry)) continue;
        nacre_put_le32(entry.head + FIRST_AT, saving->now);
        nacre_put_le32(entry.head + LAST_AT, saving->now);
    }
}

static enum nacre_err save(struct nacre_settings *settings, bool is_all)
{
    if (settings->cfg.pending == NULL) return NACRE_OK;
    const struct saving saving = {settings, now_of(settings->cfg.pending), is_all};
    enum nacre_err err = NACRE_FULL;
    if (count_meant(&saving) > 1u && settings->cfg.work != NULL) err = save_together(&saving);
    if (err == NACRE_TRANSACTION_FULL || err == NACRE_FULL) err = save_each(&saving);
    if (err != NACRE_OK) put_off(&saving);
    return err;
}

enum nacre_err nacre_flush(struct nacre_settings *settings)
{
    enum nacre_err err = nacre_settings_check(settings);
    if (err == NACRE_OK) err = nacre_settings_enter(settings);
    if (err != NACRE_OK) return err;
    return nacre_settings_leave(settings, save(settings, true));
}

enum nacre_err nacre_settings_idle(struct nacre_settings *settings, bool *more)
{
    enum nacre_err err = nacre_settings_check(settings);
    if (err == NACRE_OK && more == NULL) err = NACRE_BAD_ARGUMENT;
    if (err == NACRE_OK) err = nacre_settings_enter(settings);
    if (err != NACRE_OK) return err;
    err = nacre_settings_leave(settings, save(settings, false));
    const enum nacre_err idle_err = nacre_idle(settings->cfg.store, more);
    return err != NACRE_OK ? err : idle_err;
}

uint32_t nacre_settings_due_ms(const struct nacre_settings *settings)
{
    struct entry entry;
    uint32_t least = FOREVER;
    uint32_t at = 0;
    if (nacre_settings_check(settings) != NACRE_OK) return FOREVER;
    const struct nacre_pending *const pending = settings->cfg.pending;
    if (pending == NULL) return FOREVER;
    nacre_settings_lock(settings);
    const uint32_t now = now_of(pending);
    while (entry_next(pending, &at, &entry)) {
        const uint32_t wait = wait_of(pending, &entry, now);
        if (wait < least) least = wait;
    }
    nacre_settings_unlock(settings);
    return least;
}

enum nacre_err nacre_quiesce(struct nacre_settings *settings)
{
    enum nacre_err err = nacre_settings_check(settings);
    if (err == NACRE_OK) err = nacre_settings_enter(settings);
    if (err != NACRE_OK) return err;
    err = save(settings, true);
    if (err == NACRE_OK) {
        settings->opened = 0;
        err = nacre_unmount(settings->cfg.store);
    }
    return nacre_settings_leave(settings, err);
}
