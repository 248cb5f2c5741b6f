/*
 * The probe: see the header.
 */
#include "tests/fuzz/secret_probe.h"

#include "tests/fuzz/fuzz_bed.h"
#include "tests/support/rng.h"

#include <string.h>

#define HEADER_BYTES (3u + 2u + NACRE_STORE_ID_BYTES)
#define NONCE_AT 3u
#define TEXT_AT (NONCE_AT + NACRE_NONCE_BYTES)

struct probe probe;

static psa_key_id_t keys[PROBE_SLOTS];

/* ---- keys ---- */

static void key_make(enum probe_slot slot, psa_key_type_t type, psa_algorithm_t algorithm)
{
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    uint8_t material[32];
    memset(material, (int)slot, sizeof material);
    psa_set_key_type(&attributes, type);
    psa_set_key_algorithm(&attributes, algorithm);
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_ENCRYPT | PSA_KEY_USAGE_DECRYPT);
    if (psa_import_key(&attributes, material, sizeof material, &keys[slot]) != PSA_SUCCESS) {
        fuzz_wrong("key %d cannot be made", (int)slot);
    }
}

static void keys_make(void)
{
    if (keys[PROBE_GCM] != 0) return;
    if (psa_crypto_init() != PSA_SUCCESS) fuzz_wrong("PSA cannot be opened");
    key_make(PROBE_GCM, PSA_KEY_TYPE_AES, PSA_ALG_GCM);
    key_make(PROBE_CCM, PSA_KEY_TYPE_AES, PSA_ALG_CCM);
    key_make(PROBE_CHACHA, PSA_KEY_TYPE_CHACHA20, PSA_ALG_CHACHA20_POLY1305);
    key_make(PROBE_GCM_OTHER, PSA_KEY_TYPE_AES, PSA_ALG_GCM);
    key_make(PROBE_CTR, PSA_KEY_TYPE_AES, PSA_ALG_CTR);
    key_make(PROBE_GONE, PSA_KEY_TYPE_AES, PSA_ALG_GCM);
    if (psa_destroy_key(keys[PROBE_GONE]) != PSA_SUCCESS) fuzz_wrong("a key does not go");
}

enum probe_slot probe_slot_of(uint32_t key_id)
{
    return key_id < PROBE_IDS ? probe.slot_of[key_id] : PROBE_NONE;
}

static enum nacre_err key_of(uint32_t key_id, psa_key_id_t *key, void *context)
{
    (void)context;
    if (probe_slot_of(key_id) == PROBE_NONE) return NACRE_WRONG_KEY;
    *key = keys[probe_slot_of(key_id)];
    return NACRE_OK;
}

/* ---- the cipher ---- */

static enum nacre_err tell(enum nacre_err err)
{
    if (err != NACRE_OK) probe.told = err;
    return err;
}

static enum nacre_err fail(enum nacre_err err)
{
    probe.fault = err;
    return tell(err);
}

static uint32_t get_le16(const uint8_t *bytes)
{
    return bytes[0] | (uint32_t)bytes[1] << 8;
}

static void nonce_note(enum probe_slot slot, const uint8_t *nonce)
{
    for (uint32_t i = 0; i < probe.nonce_count && !probe.may_repeat; i++) {
        if (probe.nonces[i].slot != slot) continue;
        if (memcmp(probe.nonces[i].bytes, nonce, NACRE_NONCE_BYTES) == 0) {
            fuzz_wrong("a nonce is used twice");
        }
    }
    probe.nonces[probe.nonce_count].slot = slot;
    memcpy(probe.nonces[probe.nonce_count++].bytes, nonce, NACRE_NONCE_BYTES);
}

static const struct probe_sealed *sealed_note(const struct nacre_sealing *sealing)
{
    struct probe_sealed *const to = &probe.sealed[probe.sealed_count++];
    memset(to, 0, sizeof *to);
    to->key = get_le16(sealing->header + 3);
    to->slot = probe_slot_of(sealing->key_id);
    memcpy(to->id, sealing->header + 5, sizeof to->id);
    to->n = sealing->n;
    if (sealing->n > 0) memcpy(to->text, sealing->input, sealing->n);
    to->record_n = sealing->n + NACRE_SECRET_OVERHEAD;
    memcpy(to->record, sealing->header, NONCE_AT);
    memcpy(to->record + NONCE_AT, sealing->nonce, NACRE_NONCE_BYTES);
    memcpy(to->record + TEXT_AT, sealing->output, sealing->n + NACRE_TAG_BYTES);
    return to;
}

static void sealing_check(const struct nacre_sealing *sealing)
{
    if (sealing->header_bytes != HEADER_BYTES) fuzz_wrong("a header of another size");
    if (sealing->header[0] != 1u) fuzz_wrong("a header of another layout");
    if (get_le16(sealing->header + 1) != sealing->key_id) fuzz_wrong("a header of another key");
}

static enum nacre_err probe_seal(struct nacre_crypt *crypt, const struct nacre_sealing *sealing)
{
    (void)crypt;
    sealing_check(sealing);
    if (sealing->n > PROBE_TEXT_MAX) fuzz_wrong("a text that is too long");
    nonce_note(probe_slot_of(sealing->key_id), sealing->nonce);
    if (probe.faults.is_seal_failing && probe.faults.seals_before == 0) {
        memset(sealing->output, 0x33, sealing->n + NACRE_TAG_BYTES);
        return fail(NACRE_CRYPT);
    }
    if (probe.faults.seals_before > 0) probe.faults.seals_before--;
    const enum nacre_err err = probe.psa.crypt.ops->seal(&probe.psa.crypt, sealing);
    if (err == NACRE_OK) (void)sealed_note(sealing);
    return tell(err);
}

static enum nacre_err probe_open_text(struct nacre_crypt *crypt,
                                      const struct nacre_sealing *sealing)
{
    (void)crypt;
    sealing_check(sealing);
    const enum nacre_err err = probe.psa.crypt.ops->open(&probe.psa.crypt, sealing);
    if (probe.faults.is_open_failing) return fail(NACRE_CRYPT); /* and leaves the text: it may */
    if (probe.faults.is_open_lying) return fail(NACRE_WRONG_KEY);
    return tell(err);
}

static enum nacre_err probe_draw(struct nacre_crypt *crypt, uint8_t *buf, uint32_t n)
{
    (void)crypt;
    if (probe.random == PROBE_RANDOM_FAILS) return fail(NACRE_CRYPT);
    struct rng rng = {rng_mix(++probe.draws)};
    for (uint32_t i = 0; i < n; i++) {
        buf[i] = probe.random == PROBE_RANDOM_STUCK ? 0x5au : (uint8_t)rng_next(&rng);
    }
    return NACRE_OK;
}

static const struct nacre_crypt_ops ops = {probe_seal, probe_open_text, probe_draw};

/* ---- the monotonic counter ---- */

static enum nacre_err value_read(uint64_t *value, void *context)
{
    (void)context;
    if (probe.faults.is_read_failing) return fail(NACRE_IO);
    *value = probe.value;
    return NACRE_OK;
}

static enum nacre_err value_advance(void *context)
{
    (void)context;
    const bool is_odd = probe.faults.is_advance_failing || probe.faults.is_advance_cut;
    if (!is_odd || probe.faults.is_advance_counting) probe.value++;
    if (probe.faults.is_advance_cut) longjmp(*probe.jump, 1);
    return probe.faults.is_advance_failing ? fail(NACRE_TIMEOUT) : NACRE_OK;
}

/* ---- the probe ---- */

void probe_open(void)
{
    keys_make();
    probe.sealed_count = 0;
    probe.nonce_count = 0;
    probe.may_repeat = false;
    probe.value = 0;
    probe.draws = 0;
    probe.random = PROBE_RANDOM_GOOD;
    probe.crypt.ops = &ops;
    probe.monotonic = (struct nacre_monotonic){value_read, value_advance, NULL};
    for (uint32_t id = 0; id < PROBE_IDS; id++) probe.slot_of[id] = (enum probe_slot)id;
    nacre_psa_open(&probe.psa, key_of, NULL);
    probe_calm();
}

void probe_calm(void)
{
    memset(&probe.faults, 0, sizeof probe.faults);
    probe.fault = NACRE_OK;
    probe.told = NACRE_OK;
}

bool probe_has_room(void)
{
    return probe.nonce_count + 8u < PROBE_SEALED_MAX &&
           probe.sealed_count + 8u < PROBE_SEALED_MAX;
}

const struct probe_sealed *probe_find(const uint8_t *record, uint32_t n)
{
    for (uint32_t i = 0; i < probe.sealed_count; i++) {
        const struct probe_sealed *const one = &probe.sealed[i];
        if (one->record_n == n && memcmp(one->record, record, n) == 0) return one;
    }
    return NULL;
}

const struct probe_sealed *probe_seal_by_hand(uint8_t version, uint32_t key, const uint8_t *id,
                                              const uint8_t *text, uint32_t n)
{
    uint8_t output[PROBE_RECORD_MAX];
    uint8_t header[HEADER_BYTES] = {version, 1, 0, (uint8_t)key, (uint8_t)(key >> 8)};
    uint8_t nonce[NACRE_NONCE_BYTES] = {0xee};
    const uint64_t draw = ++probe.draws;
    memcpy(header + 5, id, NACRE_STORE_ID_BYTES);
    memcpy(nonce + 1, &draw, sizeof draw);
    const struct nacre_sealing sealing = {.key_id = 1, .nonce = nonce, .header = header,
                                          .header_bytes = HEADER_BYTES, .input = text,
                                          .output = output, .n = n};
    const enum nacre_err err = probe.psa.crypt.ops->seal(&probe.psa.crypt, &sealing);
    return err == NACRE_OK ? sealed_note(&sealing) : NULL;
}
