/*
 * nacre/crypt.h on the PSA Crypto API. Holds nothing but where to ask for a key.
 *
 * Source: PSA Certified Crypto API 1.0, sections 10.5 (AEAD) and 10.12 (random numbers).
 */
#include "nacre/ports/psa/psa_crypt.h"

#include <stddef.h>

static enum nacre_err err_of(psa_status_t status)
{
    switch (status) {
    case PSA_SUCCESS: return NACRE_OK;
    case PSA_ERROR_INVALID_SIGNATURE: /* the tag does not match */
    case PSA_ERROR_INVALID_HANDLE:    /* no such key, as PSA 1.0 says it */
    case PSA_ERROR_DOES_NOT_EXIST: return NACRE_WRONG_KEY;
    case PSA_ERROR_NOT_PERMITTED:
    case PSA_ERROR_INVALID_ARGUMENT: /* the key does not fit its algorithm */
    case PSA_ERROR_NOT_SUPPORTED: return NACRE_BAD_ARGUMENT;
    default: return NACRE_CRYPT;
    }
}

/* A key of PSA and what it is for. */
struct cipher {
    psa_key_id_t key;
    psa_algorithm_t algorithm;
};

/* The cipher of a key's number, which must have the tag that the records have. */
static enum nacre_err cipher_find(struct nacre_crypt *crypt, uint32_t key_id,
                                  struct cipher *cipher)
{
    const struct nacre_psa *const psa = (const struct nacre_psa *)crypt;
    const enum nacre_err err = psa->key(key_id, &cipher->key, psa->context);
    if (err != NACRE_OK) return err;
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    const psa_status_t status = psa_get_key_attributes(cipher->key, &attributes);
    if (status != PSA_SUCCESS) return err_of(status);
    cipher->algorithm = psa_get_key_algorithm(&attributes);
    psa_reset_key_attributes(&attributes);
    if (!PSA_ALG_IS_AEAD(cipher->algorithm)) return NACRE_BAD_ARGUMENT;
    const psa_algorithm_t with_whole_tag =
        PSA_ALG_AEAD_WITH_DEFAULT_LENGTH_TAG(cipher->algorithm);
    return with_whole_tag == cipher->algorithm ? NACRE_OK : NACRE_BAD_ARGUMENT;
}

/* What PSA answered, and whether it wrote the bytes that it should. */
static enum nacre_err outcome(psa_status_t status, size_t n, size_t n_wanted)
{
    if (status != PSA_SUCCESS) return err_of(status);
    return n == n_wanted ? NACRE_OK : NACRE_CRYPT;
}

static enum nacre_err psa_seal(struct nacre_crypt *crypt, const struct nacre_sealing *sealing)
{
    struct cipher cipher;
    size_t n = 0;
    const size_t n_sealed = sealing->n + NACRE_TAG_BYTES;
    const enum nacre_err err = cipher_find(crypt, sealing->key_id, &cipher);
    if (err != NACRE_OK) return err;
    const psa_status_t status =
        psa_aead_encrypt(cipher.key, cipher.algorithm, sealing->nonce, NACRE_NONCE_BYTES,
                         sealing->header, sealing->header_bytes, sealing->input, sealing->n,
                         sealing->output, n_sealed, &n);
    return outcome(status, n, n_sealed);
}

static enum nacre_err psa_open(struct nacre_crypt *crypt, const struct nacre_sealing *sealing)
{
    struct cipher cipher;
    size_t n = 0;
    const size_t n_sealed = sealing->n + NACRE_TAG_BYTES;
    const enum nacre_err err = cipher_find(crypt, sealing->key_id, &cipher);
    if (err != NACRE_OK) return err;
    const psa_status_t status =
        psa_aead_decrypt(cipher.key, cipher.algorithm, sealing->nonce, NACRE_NONCE_BYTES,
                         sealing->header, sealing->header_bytes, sealing->input, n_sealed,
                         sealing->output, sealing->n, &n);
    return outcome(status, n, sealing->n);
}

static enum nacre_err psa_random(struct nacre_crypt *crypt, uint8_t *buf, uint32_t n)
{
    (void)crypt; /* PSA has one source for all */
    return psa_generate_random(buf, n) == PSA_SUCCESS ? NACRE_OK : NACRE_CRYPT;
}

static const struct nacre_crypt_ops psa_ops = {psa_seal, psa_open, psa_random};

void nacre_psa_open(struct nacre_psa *psa, nacre_psa_key key, void *context)
{
    *psa = (struct nacre_psa){.crypt = {&psa_ops}, .key = key, .context = context};
}
