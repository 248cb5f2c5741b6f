/*
 * nacre/crypt.h on the PSA Crypto API. Holds nothing but where to ask for a key.
 *
 * Source: PSA Certified Crypto API 1.0, sections 10.5 (AEAD) and 10.12 (random numbers).
 */
#include "nacre/ports/psa/psa_crypt.h"

#include <stdbool.h>
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

/* The PSA key of a number and its algorithm, which must have the tag that the records have. */
static enum nacre_err key_find(struct nacre_crypt *crypt, uint32_t key_id, psa_key_id_t *key,
                               psa_algorithm_t *algorithm)
{
    const struct nacre_psa *const psa = (const struct nacre_psa *)crypt;
    const enum nacre_err err = psa->key(key_id, key, psa->context);
    if (err != NACRE_OK) return err;
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    const psa_status_t status = psa_get_key_attributes(*key, &attributes);
    if (status != PSA_SUCCESS) return err_of(status);
    *algorithm = psa_get_key_algorithm(&attributes);
    psa_reset_key_attributes(&attributes);
    if (!PSA_ALG_IS_AEAD(*algorithm)) return NACRE_BAD_ARGUMENT;
    const bool tag_is_whole = PSA_ALG_AEAD_WITH_DEFAULT_LENGTH_TAG(*algorithm) == *algorithm;
    return tag_is_whole ? NACRE_OK : NACRE_BAD_ARGUMENT;
}

/* psa_aead_encrypt, or psa_aead_decrypt: they take the same. */
typedef psa_status_t (*aead)(psa_key_id_t key, psa_algorithm_t algorithm, const uint8_t *nonce,
                             size_t nonce_bytes, const uint8_t *header, size_t header_bytes,
                             const uint8_t *input, size_t n, uint8_t *output, size_t size,
                             size_t *length);

/* Run it from n bytes of input to n_out bytes of output. */
static enum nacre_err aead_run(aead run, struct nacre_crypt *crypt,
                               const struct nacre_sealing *sealing, size_t n, size_t n_out)
{
    psa_key_id_t key;
    psa_algorithm_t algorithm;
    size_t length = 0;
    const enum nacre_err err = key_find(crypt, sealing->key_id, &key, &algorithm);
    if (err != NACRE_OK) return err;
    const psa_status_t status =
        run(key, algorithm, sealing->nonce, NACRE_NONCE_BYTES, sealing->header,
            sealing->header_bytes, sealing->input, n, sealing->output, n_out, &length);
    if (status != PSA_SUCCESS) return err_of(status);
    return length == n_out ? NACRE_OK : NACRE_CRYPT;
}

static enum nacre_err psa_seal(struct nacre_crypt *crypt, const struct nacre_sealing *sealing)
{
    return aead_run(psa_aead_encrypt, crypt, sealing, sealing->n, sealing->n + NACRE_TAG_BYTES);
}

static enum nacre_err psa_open(struct nacre_crypt *crypt, const struct nacre_sealing *sealing)
{
    return aead_run(psa_aead_decrypt, crypt, sealing, sealing->n + NACRE_TAG_BYTES, sealing->n);
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
