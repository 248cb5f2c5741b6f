/*
 * The cipher of the secrets on the PSA Crypto API 1.0: Mbed TLS, TF-M, or a vendor's own.
 *
 * A key belongs to the application: made or imported by it, with one AEAD algorithm in its policy
 * (PSA_ALG_GCM, PSA_ALG_CCM or PSA_ALG_CHACHA20_POLY1305, with the whole tag) and the usages
 * ENCRYPT and DECRYPT. Only its PSA identifier passes through here, and is not kept.
 *
 * psa_crypto_init is the application's to call, before the secrets are opened.
 */
#ifndef NACRE_PORTS_PSA_PSA_CRYPT_H
#define NACRE_PORTS_PSA_PSA_CRYPT_H

#include "nacre/crypt.h"

#include <psa/crypto.h>

/*
 * Which PSA key has this number?
 *
 * Returns  NACRE_OK, with *key; NACRE_WRONG_KEY: none has
 */
typedef enum nacre_err (*nacre_psa_key)(uint32_t key_id, psa_key_id_t *key, void *context);

struct nacre_psa {
    struct nacre_crypt crypt; /* first: the secrets see only this */
    nacre_psa_key key;
    void *context;
};

/*
 * Make a cipher of the PSA Crypto API. The struct must live as long as the secrets are open.
 *
 * Context  thread only, as all that is called through it
 */
void nacre_psa_open(struct nacre_psa *psa, nacre_psa_key key, void *context);

#endif
