/*
 * CONTRACT: how a secret is sealed and opened, where random bytes come from, and what counts up for
 * ever.
 *
 * A cipher is an AEAD with a nonce of 12 bytes and a tag of 16: AES-GCM, AES-CCM and
 * ChaCha20-Poly1305 are. An implementation puts struct nacre_crypt first in its own struct and
 * fills it; the secrets call through the table. It finds a key by its number; the key itself is
 * never given to the library. nacre/ports/psa has one for the PSA Crypto API.
 *
 * Buffers belong to the caller and are not kept. Input and output do not overlap.
 */
#ifndef NACRE_CRYPT_H
#define NACRE_CRYPT_H

#include "nacre/check.h"
#include "nacre/err.h"

#include <stdint.h>

#define NACRE_NONCE_BYTES 12u
#define NACRE_TAG_BYTES 16u

struct nacre_crypt;

/* What a message is sealed or opened with. */
struct nacre_sealing {
    uint32_t key_id;
    const uint8_t *nonce;  /* NACRE_NONCE_BYTES; never the same for two messages of a key */
    const uint8_t *header; /* authenticated with the message, not encrypted */
    uint32_t header_bytes;
    const uint8_t *input;
    uint8_t *output;
    uint32_t n;            /* bytes of the plain message; where it is 0 its pointer may be null */
};

struct nacre_crypt_ops {
    /*
     * Encrypt and authenticate.
     *
     * sealing  input: n plain bytes; output: n bytes of ciphertext, then the tag
     * Returns  NACRE_OK
     *          NACRE_WRONG_KEY     no key has this number
     *          NACRE_BAD_ARGUMENT  the key's algorithm is no such AEAD, or may not be used so
     *          NACRE_CRYPT         the cipher failed
     *          output undefined after an error, but never plain
     */
    enum nacre_err (*seal)(struct nacre_crypt *crypt, const struct nacre_sealing *sealing);

    /*
     * Authenticate and decrypt.
     *
     * sealing  input: n bytes of ciphertext, then the tag; output: n plain bytes
     * Returns  NACRE_OK
     *          NACRE_WRONG_KEY  not authentic, or no key has this number; output undefined
     *          otherwise as seal
     */
    enum nacre_err (*open)(struct nacre_crypt *crypt, const struct nacre_sealing *sealing);

    /*
     * Fill a buffer with bytes that nobody can foretell and no other device or boot draws again.
     *
     * Returns  NACRE_OK; NACRE_CRYPT: there are none now; buf undefined
     */
    enum nacre_err (*random)(struct nacre_crypt *crypt, uint8_t *buf, uint32_t n);
};

struct nacre_crypt {
    const struct nacre_crypt_ops *ops;
};

/*
 * A counter outside the medium that nobody can set back: of a secure element, a flash with replay
 * protection, fuses.
 */
struct nacre_monotonic {
    /*
     * Returns  NACRE_OK, with *value; else why it cannot be read
     */
    enum nacre_err (*read)(uint64_t *value, void *context);

    /*
     * Count one up; durable when it returns.
     *
     * Returns  NACRE_OK; else it is as before, or one more
     * Cut      as before, or one more
     */
    enum nacre_err (*advance)(void *context);

    void *context;
};

#endif
