/*
 * The bed of the secrets' tests: see the header.
 */
#include "tests/support/secret_bed.h"

#include "nacre/core/own.h"
#include "tests/support/box_fixture.h"
#include "tests/support/cmocka_all.h"

#include <string.h>

struct secret_bed bed;

/* ---- keys ---- */

static psa_key_id_t key_make(psa_key_type_t type, size_t bits, psa_algorithm_t algorithm,
                             psa_key_usage_t usage)
{
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    uint8_t material[32];
    psa_key_id_t key = 0;
    secret_bed_value(material, algorithm, sizeof material, (uint32_t)bits);
    psa_set_key_type(&attributes, type);
    psa_set_key_algorithm(&attributes, algorithm);
    psa_set_key_usage_flags(&attributes, usage);
    assert_int_equal(psa_import_key(&attributes, material, bits / 8, &key), PSA_SUCCESS);
    return key;
}

static void keys_make(void)
{
    const psa_key_usage_t both = PSA_KEY_USAGE_ENCRYPT | PSA_KEY_USAGE_DECRYPT;
    const psa_algorithm_t cut_tag = PSA_ALG_AEAD_WITH_SHORTENED_TAG(PSA_ALG_GCM, 12);
    bed.keys[BED_KEY_GCM_128] = key_make(PSA_KEY_TYPE_AES, 128, PSA_ALG_GCM, both);
    bed.keys[BED_KEY_GCM_256] = key_make(PSA_KEY_TYPE_AES, 256, PSA_ALG_GCM, both);
    bed.keys[BED_KEY_CCM] = key_make(PSA_KEY_TYPE_AES, 256, PSA_ALG_CCM, both);
    bed.keys[BED_KEY_CHACHA] =
        key_make(PSA_KEY_TYPE_CHACHA20, 256, PSA_ALG_CHACHA20_POLY1305, both);
    bed.keys[BED_KEY_SHORT_TAG] = key_make(PSA_KEY_TYPE_AES, 128, cut_tag, both);
    bed.keys[BED_KEY_CTR] = key_make(PSA_KEY_TYPE_AES, 128, PSA_ALG_CTR, both);
    bed.keys[BED_KEY_SEAL_ONLY] =
        key_make(PSA_KEY_TYPE_AES, 128, PSA_ALG_GCM, PSA_KEY_USAGE_ENCRYPT);
    bed.keys[BED_KEY_OPEN_ONLY] =
        key_make(PSA_KEY_TYPE_AES, 128, PSA_ALG_GCM, PSA_KEY_USAGE_DECRYPT);
    bed.keys[BED_KEY_MISFIT] = key_make(PSA_KEY_TYPE_AES, 256, PSA_ALG_CHACHA20_POLY1305, both);
    bed.keys[BED_KEY_GONE] = key_make(PSA_KEY_TYPE_AES, 128, PSA_ALG_GCM, both);
    assert_int_equal(psa_destroy_key(bed.keys[BED_KEY_GONE]), PSA_SUCCESS);
}

static enum nacre_err key_of(uint32_t key_id, psa_key_id_t *key, void *context)
{
    const psa_key_id_t *const keys = context;
    if (key_id >= BED_KEYS || keys[key_id] == 0) return NACRE_WRONG_KEY;
    *key = keys[key_id];
    return NACRE_OK;
}

/* ---- the probe ---- */

static struct nacre_crypt *real(void)
{
    return &bed.psa.crypt;
}

static enum nacre_err probe_seal(struct nacre_crypt *crypt, const struct nacre_sealing *sealing)
{
    (void)crypt;
    const bool works = bed.seal_fails == NACRE_OK || bed.seals_before > 0;
    if (bed.seals_before > 0) bed.seals_before--;
    return works ? real()->ops->seal(real(), sealing) : bed.seal_fails;
}

static enum nacre_err probe_open(struct nacre_crypt *crypt, const struct nacre_sealing *sealing)
{
    (void)crypt;
    const enum nacre_err err = real()->ops->open(real(), sealing);
    return bed.open_lies ? NACRE_WRONG_KEY : err;
}

static enum nacre_err probe_random(struct nacre_crypt *crypt, uint8_t *buf, uint32_t n)
{
    (void)crypt;
    bed.random_calls++;
    if (bed.random == BED_RANDOM_FAILS) return NACRE_CRYPT;
    if (bed.random == BED_RANDOM_PSA) return real()->ops->random(real(), buf, n);
    memset(buf, 0x5a, n);
    return NACRE_OK;
}

static const struct nacre_crypt_ops probe_ops = { probe_seal, probe_open, probe_random };

/* ---- the monotonic counter ---- */

static enum nacre_err value_read(uint64_t *value, void *context)
{
    *value = *(uint64_t *)context;
    return bed.value_fails;
}

static enum nacre_err value_advance(void *context)
{
    if (bed.advance_fails == NACRE_OK || bed.advance_counts) (*(uint64_t *)context)++;
    return bed.advance_fails;
}

/* ---- the bed ---- */

static int begin(uint32_t cut_bytes)
{
    const struct nacre_geometry geometry = { 4096, 8, 16, 256, cut_bytes, 0 };
    memset(&bed, 0, sizeof bed);
    if (psa_crypto_init() != PSA_SUCCESS) return -1;
    keys_make();
    nacre_psa_open(&bed.psa, key_of, bed.keys);
    bed.crypt.ops = &probe_ops;
    bed.monotonic = (struct nacre_monotonic){ value_read, value_advance, &bed.value };
    box_open(&box, 8);
    sim_nor_destroy(box.sim);
    box.sim = sim_nor_create(&geometry, 8);
    box.cfg.medium = &box.sim->medium;
    bed.cfg = (struct nacre_secrets_cfg){ .store = &box.store, .crypt = &bed.crypt,
                                          .work = bed.work, .work_bytes = sizeof bed.work,
                                          .key_id = BED_KEY_GCM_128 };
    if (nacre_mount(&box.store, &box.cfg) != NACRE_OK) return -1;
    return secret_bed_open() == NACRE_OK ? 0 : -1;
}

int secret_bed_begin(void **state)
{
    (void)state;
    return begin(16);
}

int secret_bed_begin_two_lanes(void **state)
{
    struct nacre_stats stats;
    (void)state;
    if (begin(256) != 0 || nacre_stats(&box.store, &stats) != NACRE_OK) return -1;
    return stats.lane_count == 2 ? 0 : -1;
}

int secret_bed_end(void **state)
{
    mbedtls_psa_crypto_free();
    return box_end(state);
}

enum nacre_err secret_bed_open(void)
{
    memset(&bed.secrets, 0xa5, sizeof bed.secrets);
    memset(bed.work, 0x5a, sizeof bed.work);
    return nacre_secrets_open(&bed.secrets, &bed.cfg);
}

enum nacre_err secret_bed_reboot(void)
{
    const enum nacre_err err = box_reboot(&box);
    return err == NACRE_OK ? secret_bed_open() : err;
}

void secret_bed_value(uint8_t *value, uint32_t key, uint32_t n, uint32_t seed)
{
    struct rng rng = { rng_mix(((uint64_t)seed << 32) + key) };
    for (uint32_t i = 0; i < n; i++) value[i] = (uint8_t)rng_next(&rng);
}

enum nacre_err secret_bed_set(uint32_t key, uint32_t n, uint32_t seed)
{
    uint8_t value[NACRE_VALUE_BYTES_MAX];
    secret_bed_value(value, key, n, seed);
    return nacre_secret_set(&bed.secrets, key, value, n);
}

bool secret_bed_holds(uint32_t key, uint32_t n, uint32_t seed, enum nacre_err *err)
{
    uint8_t value[NACRE_VALUE_BYTES_MAX];
    uint8_t found[NACRE_VALUE_BYTES_MAX];
    uint32_t length = 0;
    secret_bed_value(value, key, n, seed);
    const enum nacre_err answer =
        nacre_secret_get(&bed.secrets, key, found, sizeof found, &length);
    if (err != NULL) *err = answer;
    return answer == NACRE_OK && length == n && memcmp(found, value, n) == 0;
}

uint32_t secret_bed_seal_by_hand(uint8_t *record, uint8_t version, uint32_t key, const void *value,
                                 uint32_t n)
{
    uint8_t aad[21] = { version, BED_KEY_GCM_128, 0, (uint8_t)key, (uint8_t)(key >> 8) };
    uint32_t id_bytes = 0;
    size_t sealed = 0;
    assert_int_equal(nacre_own_get(&box.store, NACRE_OWN_STORE_ID, aad + 5, 16, &id_bytes),
                     NACRE_OK);
    memcpy(record, aad, 3);
    memset(record + 3, 0x77, 12);
    assert_int_equal(psa_aead_encrypt(bed.keys[BED_KEY_GCM_128], PSA_ALG_GCM, record + 3, 12, aad,
                                      sizeof aad, value, n, record + 15, n + 16u, &sealed),
                     PSA_SUCCESS);
    return (uint32_t)sealed + 15u;
}

enum nacre_err secret_bed_get(uint32_t key)
{
    uint8_t found[NACRE_VALUE_BYTES_MAX];
    uint32_t length = 0;
    return nacre_secret_get(&bed.secrets, key, found, sizeof found, &length);
}

struct bed_raw secret_bed_raw_get(uint32_t key)
{
    struct bed_raw raw;
    const enum nacre_err err =
        key <= NACRE_KEY_MAX ? nacre_get(&box.store, key, raw.bytes, sizeof raw.bytes, &raw.n)
                             : nacre_own_get(&box.store, key, raw.bytes, sizeof raw.bytes, &raw.n);
    assert_int_equal(err, NACRE_OK);
    return raw;
}

void secret_bed_raw_set(uint32_t key, const struct bed_raw *raw)
{
    const enum nacre_err err = key <= NACRE_KEY_MAX
                                   ? nacre_set(&box.store, key, raw->bytes, raw->n)
                                   : nacre_own_set(&box.store, key, raw->bytes, raw->n);
    assert_int_equal(err, NACRE_OK);
}

void secret_bed_check_wrong(uint32_t key)
{
    uint8_t found[64];
    uint8_t zeros[64] = { 0 };
    uint32_t length = 77;
    memset(found, 0, sizeof found);
    assert_int_equal(nacre_secret_get(&bed.secrets, key, found, sizeof found, &length),
                     NACRE_WRONG_KEY);
    assert_memory_equal(found, zeros, sizeof found);
    assert_int_equal(length, 77);
}
