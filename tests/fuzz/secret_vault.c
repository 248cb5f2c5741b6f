/*
 * The vault: see the header.
 */
#define _GNU_SOURCE /* memmem */
#include "tests/fuzz/secret_vault.h"

#include <stdlib.h>
#include <string.h>

#define PATTERN 0xa5u
#define EPOCH_BYTES 8u
#define GRANULE 16u
#define WINDOW 8u /* so many plain bytes in a row are no accident */

struct vault vault;

uint32_t vault_key(uint32_t place)
{
    static const uint32_t keys[VAULT_PLACES] = {
        0, 1, 2, NACRE_KEY_MAX, NACRE_KEY_FACTORY, NACRE_KEY_FACTORY | NACRE_KEY_MAX,
        NACRE_OWN_STORE_ID, NACRE_OWN_NONCE, NACRE_OWN_EPOCH};
    return keys[place];
}

/* ---- plain bytes ---- */

/*
 * Payload lies in bytes 4 to 15 of a granule but for three bytes (docs/format.md section 3), so of
 * 22 plain bytes in a row, wherever they start, eight fill one of these windows.
 */
static bool granule_is_plain(const uint8_t *granule)
{
    const uint8_t *const text = vault.text;
    return memmem(text, vault.text_n, granule + 4, WINDOW) != NULL ||
           memmem(text, vault.text_n, granule + 8, WINDOW) != NULL;
}

static enum nacre_err ear_program(struct nacre_medium *medium, uint32_t addr, const void *buf,
                                  uint32_t n)
{
    const uint8_t *const granules = buf;
    for (uint32_t i = 0; i + GRANULE <= n && vault.is_plain_near; i += GRANULE) {
        if (granule_is_plain(granules + i)) fuzz_wrong("plain bytes go to the medium");
    }
    return vault.chip_ops->program(medium, addr, buf, n);
}

static void check_memory(const uint8_t *text, uint32_t n)
{
    if (n < WINDOW) return;
    if (memmem(vault.cfg.work, vault.cfg.work_bytes, text, WINDOW) != NULL) {
        fuzz_wrong("plain bytes in the work buffer");
    }
    if (memmem(&vault.secrets, sizeof vault.secrets, text, WINDOW) != NULL) {
        fuzz_wrong("plain bytes in the secrets");
    }
}

/* ---- records, past the secrets ---- */

struct holding vault_read(uint32_t place)
{
    struct nacre_store *const store = &vault.bed.store;
    const uint32_t key = vault_key(place);
    struct holding found;
    memset(&found, 0, sizeof found);
    found.err = key <= NACRE_KEY_MAX ?
                    nacre_get(store, key, found.bytes, sizeof found.bytes, &found.n) :
                    nacre_own_get(store, key, found.bytes, sizeof found.bytes, &found.n);
    if (found.err == NACRE_DAMAGED) memset(found.bytes, 0, sizeof found.bytes);
    const bool is_sound = found.err == NACRE_OK || found.err == NACRE_NOT_FOUND;
    const bool is_lost = found.err == NACRE_STALE || found.err == NACRE_DAMAGED;
    if (!is_sound && !(is_lost && vault.is_weak)) {
        fuzz_wrong("the store answers %d at %u", (int)found.err, place);
    }
    return found;
}

enum nacre_err vault_put(uint32_t place, const struct holding *bytes)
{
    struct nacre_store *const store = &vault.bed.store;
    const uint32_t key = vault_key(place);
    return key <= NACRE_KEY_MAX ? nacre_set(store, key, bytes->bytes, bytes->n) :
                                  nacre_own_set(store, key, bytes->bytes, bytes->n);
}

static bool holdings_agree(const struct holding *a, const struct holding *b)
{
    return a->err == b->err && a->n == b->n && memcmp(a->bytes, b->bytes, a->n) == 0;
}

static uint64_t number_of(const uint8_t *bytes)
{
    uint64_t number = 0;
    for (uint32_t i = EPOCH_BYTES; i > 0; i--) number = number << 8 | bytes[i - 1u];
    return number;
}

/* The sealed record that a place holds and that must open now; null: none. */
static const struct probe_sealed *sealed_at(uint32_t place, const struct holding *holding)
{
    const struct holding *const id = &vault.now[VAULT_ID];
    const struct probe_sealed *const sealed = probe_find(holding->bytes, holding->n);
    if (sealed == NULL || sealed->record[0] != 1u || sealed->key != vault_key(place)) return NULL;
    if (probe_slot_of(sealed->record[1] | (uint32_t)sealed->record[2] << 8) != sealed->slot) {
        return NULL;
    }
    const bool has_id = id->err == NACRE_OK || id->err == NACRE_STALE;
    if (has_id && memcmp(sealed->id, id->bytes, sizeof sealed->id) != 0) return NULL;
    return sealed;
}

/* What a record that is not authentic must answer. */
static enum nacre_err wrongness(const struct holding *holding)
{
    const uint32_t key_id = holding->bytes[1] | (uint32_t)holding->bytes[2] << 8;
    if (holding->n < NACRE_SECRET_OVERHEAD || holding->bytes[0] != 1u) return NACRE_WRONG_KEY;
    return probe_slot_of(key_id) == PROBE_CTR ? NACRE_BAD_ARGUMENT : NACRE_WRONG_KEY;
}

/* ---- what changed ---- */

static bool is_text_sealed(uint32_t place, const struct holding *found)
{
    const struct probe_sealed *const sealed = sealed_at(place, found);
    return found->err == NACRE_OK && sealed != NULL && sealed->n == vault.text_n &&
           memcmp(sealed->text, vault.text, sealed->n) == 0;
}

static bool is_changed_so(uint32_t place, const struct holding *found)
{
    switch (vault.next[place]) {
    case VAULT_TEXT: return is_text_sealed(place, found);
    case VAULT_NOTHING: return found->err == NACRE_NOT_FOUND;
    case VAULT_BYTES: return holdings_agree(found, &vault.bytes);
    case VAULT_ANY: return true;
    default: return false;
    }
}

/* The id, the ceiling and the epoch change as they must, whatever the call. */
static void check_own(const struct holding *found)
{
    const struct holding *const now = vault.now;
    const bool has_id = now[VAULT_ID].err == NACRE_OK;
    if (has_id && !holdings_agree(&found[VAULT_ID], &now[VAULT_ID])) fuzz_wrong("another id");
    if (!has_id && found[VAULT_ID].err == NACRE_OK && found[VAULT_ID].n != NACRE_STORE_ID_BYTES) {
        fuzz_wrong("an id of %u bytes", found[VAULT_ID].n);
    }
    if (now[VAULT_NONCE].err == NACRE_OK && found[VAULT_NONCE].err == NACRE_OK) {
        const uint64_t before = number_of(now[VAULT_NONCE].bytes);
        if (number_of(found[VAULT_NONCE].bytes) < before) fuzz_wrong("the ceiling fell");
    }
    if (holdings_agree(&found[VAULT_EPOCH], &now[VAULT_EPOCH])) return;
    if (vault.cfg.monotonic == NULL) fuzz_wrong("an epoch, and nothing counts");
}

void vault_take(bool is_done)
{
    struct holding found[VAULT_PLACES];
    bool is_before = true;
    bool is_after = true;
    for (uint32_t place = 0; place < VAULT_PLACES; place++) found[place] = vault_read(place);
    if (vault.next[VAULT_ID] == VAULT_SAME && !vault.is_tampered && !vault.is_weak) {
        check_own(found);
    }
    /* What is sealed is opened with the id that is there now. */
    vault.now[VAULT_ID] = found[VAULT_ID];
    for (uint32_t place = 0; place < VAULT_ROWS && !vault.is_weak; place++) {
        const bool as_before = holdings_agree(&found[place], &vault.now[place]);
        const bool as_after = is_changed_so(place, &found[place]);
        const bool is_to_change = vault.next[place] != VAULT_SAME;
        if (!as_before && !as_after) fuzz_wrong("place %u: neither old nor new", place);
        if (is_done && is_to_change && !as_after) fuzz_wrong("place %u: not changed", place);
        if (is_done && vault.next[place] == VAULT_TEXT && as_before && !probe.may_repeat) {
            fuzz_wrong("place %u: the record of before", place);
        }
        if (!as_before) is_before = false;
        if (is_to_change && !as_after) is_after = false;
    }
    if (!is_before && !is_after) fuzz_wrong("half of it");
    memcpy(vault.now, found, sizeof found);
    memset(vault.next, 0, sizeof vault.next);
}

void vault_take_any(void)
{
    for (uint32_t place = 0; place < VAULT_PLACES; place++) {
        vault.now[place] = vault_read(place);
        vault.next[place] = VAULT_SAME;
    }
}

/* ---- gets ---- */

struct expected {
    enum nacre_err err;
    enum nacre_err or_err;
    uint32_t length; /* of the value, where one is told */
    const struct probe_sealed *sealed; /* on NACRE_OK */
};

static struct expected expect_get(uint32_t place, uint32_t size)
{
    const struct holding *const holding = &vault.now[place];
    struct expected expected = {holding->err, holding->err, 0, NULL};
    if (vault.refused != NACRE_OK) expected.err = expected.or_err = vault.refused;
    if (vault.refused != NACRE_OK || holding->err == NACRE_NOT_FOUND) return expected;
    expected.length = holding->n - NACRE_SECRET_OVERHEAD;
    if (holding->err != NACRE_OK || holding->n > vault.cfg.work_bytes) {
        expected.or_err = holding->n > vault.cfg.work_bytes ? NACRE_TOO_SMALL : holding->err;
        if (holding->err == NACRE_OK) expected.err = expected.or_err;
        return expected;
    }
    expected.sealed = sealed_at(place, holding);
    expected.err = expected.sealed == NULL ? wrongness(holding) : NACRE_OK;
    expected.or_err = expected.err;
    if (vault.now[VAULT_ID].err == NACRE_NOT_FOUND) expected.or_err = wrongness(holding);
    if (holding->n >= NACRE_SECRET_OVERHEAD && expected.length > size) {
        /* Too small, or not authentic: the header does not say which of two comes first. */
        if (expected.sealed != NULL) expected.err = NACRE_TOO_SMALL;
        expected.or_err = NACRE_TOO_SMALL;
    }
    return expected;
}

/* After an error: no byte of a text, and nothing written behind where it would end. */
static void check_no_text(const uint8_t *buf, uint32_t size, uint32_t n)
{
    const uint32_t reach = n < size ? n : size;
    for (uint32_t i = 0; i < size; i++) {
        if (buf[i] == PATTERN || (buf[i] == 0 && i < reach)) continue;
        fuzz_wrong("byte %u of the buffer was written", i);
    }
    for (uint32_t i = 1; i < reach; i++) {
        if (buf[i] != buf[0]) fuzz_wrong("a part of the buffer was wiped");
    }
}

static void check_get(const struct expected *expected, enum nacre_err err, uint32_t length)
{
    const bool is_told = err == NACRE_OK || err == NACRE_TOO_SMALL;
    if (probe.fault != NACRE_OK && err != probe.fault) {
        fuzz_wrong("a get answers %d, the fault %d", (int)err, (int)probe.fault);
    }
    if (probe.fault == NACRE_OK && err != expected->err && err != expected->or_err) {
        fuzz_wrong("a get answers %d, not %d or %d", (int)err, (int)expected->err,
                   (int)expected->or_err);
    }
    if (length != (is_told ? expected->length : 77u)) fuzz_wrong("a length of %u", length);
}

void vault_get(uint32_t place, uint32_t size)
{
    uint8_t *const buf = malloc(size == 0 ? 1u : size);
    uint32_t length = 77;
    if (buf == NULL) abort();
    memset(buf, PATTERN, size);
    const struct expected expected = expect_get(place, size);
    const enum nacre_err err =
        nacre_secret_get(&vault.secrets, vault_key(place), buf, size, &length);
    check_get(&expected, err, length);
    if (err == NACRE_OK) {
        const struct probe_sealed *const sealed = expected.sealed;
        if (sealed == NULL || memcmp(buf, sealed->text, length) != 0) fuzz_wrong("another value");
        for (uint32_t i = length; i < size; i++) {
            if (buf[i] != PATTERN) fuzz_wrong("written behind the value");
        }
        check_memory(buf, length);
    } else {
        check_no_text(buf, size, expected.length);
    }
    free(buf);
}

void vault_judge(void)
{
    fuzz_bed_check_chip(&vault.bed);
    probe_calm();
    for (uint32_t place = 0; place < VAULT_ROWS; place++) vault_get(place, VAULT_RAW_MAX);
    probe_calm();
    if (vault.text_n > 0) check_memory(vault.text, vault.text_n);
}

/* ---- open ---- */

static enum nacre_err expect_epoch(void)
{
    const struct holding *const epoch = &vault.now[VAULT_EPOCH];
    if (epoch->err == NACRE_NOT_FOUND) return NACRE_REPLAYED;
    if (epoch->err == NACRE_DAMAGED) return NACRE_DAMAGED;
    if (epoch->n != EPOCH_BYTES + NACRE_SECRET_OVERHEAD) return NACRE_WRONG_KEY;
    const struct probe_sealed *const sealed = sealed_at(VAULT_EPOCH, epoch);
    if (sealed == NULL) return wrongness(epoch);
    const uint64_t ahead = number_of(sealed->text) - probe.value;
    return ahead <= 1u ? NACRE_OK : NACRE_REPLAYED;
}

/* What the medium and the counter say that an open must answer. */
static enum nacre_err expect_open(void)
{
    const struct holding *const id = &vault.now[VAULT_ID];
    if (id->err == NACRE_NOT_FOUND) return NACRE_OK;
    if (id->err == NACRE_DAMAGED || id->n != NACRE_STORE_ID_BYTES) return NACRE_DAMAGED;
    return vault.cfg.monotonic == NULL ? NACRE_OK : expect_epoch();
}

void vault_open_secrets(void)
{
    const enum nacre_err expected = expect_open();
    memset(&vault.secrets, 0xa5, sizeof vault.secrets);
    const enum nacre_err err = nacre_secrets_open(&vault.secrets, &vault.cfg);
    if (err != (probe.fault != NACRE_OK ? probe.fault : expected)) {
        fuzz_wrong("open answers %d, not %d; fault %d", (int)err, (int)expected, (int)probe.fault);
    }
    if (err != NACRE_OK && probe.fault == NACRE_OK && !vault.is_tampered && !vault.is_weak) {
        fuzz_wrong("locked out: %d", (int)err);
    }
    vault.refused = err;
    probe_calm();
}

void vault_open(uint32_t kind)
{
    memset(&vault, 0, sizeof vault);
    probe_open();
    fuzz_bed_open(&vault.bed, kind);
    vault.chip_ops = vault.bed.sim->medium.ops;
    vault.medium_ops = *vault.chip_ops;
    vault.medium_ops.program = ear_program;
    vault.bed.sim->medium.ops = &vault.medium_ops;
    if (fuzz_bed_mount(&vault.bed) != NACRE_OK) fuzz_wrong("the first mount");
    vault.cfg = (struct nacre_secrets_cfg){.store = &vault.bed.store, .crypt = &probe.crypt,
                                           .work = malloc(PROBE_RECORD_MAX),
                                           .work_bytes = PROBE_RECORD_MAX, .key_id = 1};
    if (vault.cfg.work == NULL) abort();
    vault_take_any();
}

void vault_close(void)
{
    free(vault.cfg.work);
    vault.bed.sim->medium.ops = vault.chip_ops;
    fuzz_bed_close(&vault.bed);
}
