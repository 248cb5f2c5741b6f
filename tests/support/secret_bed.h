/*
 * Secrets on the box's store, with the real cipher of Mbed TLS behind a probe that can be told to
 * fail, keys of each kind, and a monotonic counter that a test can hold.
 */
#ifndef TESTS_SUPPORT_SECRET_BED_H
#define TESTS_SUPPORT_SECRET_BED_H

#include "nacre/core/secret.h"
#include "nacre/ports/psa/psa_crypt.h"
#include "tests/support/store_box.h"

/* Numbers of keys that the bed's callback knows. Not 5 or 9: one bit turned in 1 is no key. */
enum bed_key {
    BED_KEY_GCM_128 = 1,
    BED_KEY_GCM_256 = 2,
    BED_KEY_CCM = 3,
    BED_KEY_CHACHA = 4,
    BED_KEY_SHORT_TAG = 6, /* AES-GCM with a tag of 12 bytes: not for secrets */
    BED_KEY_CTR = 7,       /* no AEAD */
    BED_KEY_SEAL_ONLY = 8, /* its policy allows no decryption */
    BED_KEY_GONE = 10,      /* was destroyed: its identifier names nothing */
    BED_KEY_OPEN_ONLY = 11, /* its policy allows no encryption */
    BED_KEY_MISFIT = 12,    /* an AES key whose policy names ChaCha20-Poly1305 */
    BED_KEYS = 13
};

#define BED_KEY_UNKNOWN 99u

enum bed_random {
    BED_RANDOM_PSA,   /* as the device has it */
    BED_RANDOM_STUCK, /* 5A for ever: the worst that answers */
    BED_RANDOM_FAILS,
};

struct secret_bed {
    struct nacre_crypt crypt; /* first: the probe, in front of psa */
    struct nacre_psa psa;
    struct nacre_secrets secrets;
    struct nacre_secrets_cfg cfg;
    struct nacre_monotonic monotonic;
    uint8_t work[NACRE_VALUE_BYTES_MAX];
    psa_key_id_t keys[BED_KEYS];
    enum bed_random random;
    enum nacre_err seal_fails; /* what seals answer; NACRE_OK: they work */
    uint32_t seals_before;     /* so many work first */
    bool open_lies;            /* the cipher leaves its output plain and answers NACRE_WRONG_KEY */
    uint64_t value;            /* of the monotonic counter */
    enum nacre_err value_fails;   /* what reading it answers */
    enum nacre_err advance_fails; /* what advancing it answers */
    bool advance_counts;          /* and it counts all the same */
    uint32_t random_calls;
};

/* A record's value as the store has it. */
struct bed_raw {
    uint8_t bytes[NACRE_VALUE_BYTES_MAX];
    uint32_t n;
};

extern struct secret_bed bed;

/* cmocka fixture: PSA with its keys, a blank chip of eight units, mounted, secrets open. */
int secret_bed_begin(void **state);
/* The same with a chip on which a cut spoils the page, so that the store has two lanes. */
int secret_bed_begin_two_lanes(void **state);
int secret_bed_end(void **state);

/* Open the secrets again, as a boot does, with bed.cfg. */
enum nacre_err secret_bed_open(void);

/* Lose the power and boot: mount, open the secrets. */
enum nacre_err secret_bed_reboot(void);

/* Set a secret of n bytes that seed decides. */
enum nacre_err secret_bed_set(uint32_t key, uint32_t n, uint32_t seed);

/* Does a get answer the value of seed? Its error in *err, if that is not null. */
bool secret_bed_holds(uint32_t key, uint32_t n, uint32_t seed, enum nacre_err *err);

/* Read and write what lies under a key, the library's own keys too, past the secrets. */
struct bed_raw secret_bed_raw_get(uint32_t key);
void secret_bed_raw_set(uint32_t key, const struct bed_raw *raw);

/* A get must answer NACRE_WRONG_KEY and leave no byte of a text of up to 64 bytes behind. */
void secret_bed_check_wrong(uint32_t key);

/*
 * Seal a value under BED_KEY_GCM_128 by a call of PSA, as the layout says, for this store.
 *
 * record   n + 31 bytes
 * version  what its first byte shall be
 * Returns  bytes of the record
 */
uint32_t secret_bed_seal_by_hand(uint8_t *record, uint8_t version, uint32_t key, const void *value,
                                 uint32_t n);

/* What a get of a key answers. */
enum nacre_err secret_bed_get(uint32_t key);

/* The n bytes that a seed decides. */
void secret_bed_value(uint8_t *value, uint32_t key, uint32_t n, uint32_t seed);

#endif
