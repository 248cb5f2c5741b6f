/*
 * What fuzz_secret.c puts in front of the PSA cipher: it remembers what is sealed, and for whom; it
 * sees that no nonce is used twice; and it can be told to fail. Beside it the random source, the
 * monotonic counter and the keys.
 */
#ifndef TESTS_FUZZ_SECRET_PROBE_H
#define TESTS_FUZZ_SECRET_PROBE_H

#include "nacre/core/secret.h"
#include "nacre/ports/psa/psa_crypt.h"

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>

#define PROBE_TEXT_MAX 64u
#define PROBE_RECORD_MAX (PROBE_TEXT_MAX + NACRE_SECRET_OVERHEAD)
#define PROBE_SEALED_MAX 320u
#define PROBE_IDS 6u /* numbers of keys: 1 to 5; 0 is none */

/* What a number of a key can stand for. */
enum probe_slot {
    PROBE_NONE, /* the callback knows no such key */
    PROBE_GCM,
    PROBE_CCM,
    PROBE_CHACHA,
    PROBE_GCM_OTHER,
    PROBE_GONE, /* PSA knows it no more */
    PROBE_CTR,  /* no AEAD */
    PROBE_SLOTS
};

enum probe_random { PROBE_RANDOM_GOOD, PROBE_RANDOM_STUCK, PROBE_RANDOM_FAILS };

/* What was sealed, read from what the cipher was given as nacre/core/secret.h lays it out. */
struct probe_sealed {
    uint32_t key; /* of the setting */
    enum probe_slot slot;
    uint8_t id[NACRE_STORE_ID_BYTES]; /* of the store */
    uint32_t n;
    uint8_t text[PROBE_TEXT_MAX];
    uint32_t record_n;
    uint8_t record[PROBE_RECORD_MAX];
};

struct probe_faults {
    bool is_seal_failing;
    uint32_t seals_before;    /* so many seals work first */
    bool is_open_failing;
    bool is_open_lying;       /* the text is left, and NACRE_WRONG_KEY answered */
    bool is_read_failing;     /* of the monotonic counter */
    bool is_advance_failing;
    bool is_advance_counting; /* all the same */
    bool is_advance_cut;      /* the power fails in it */
};

struct probe {
    struct nacre_crypt crypt; /* first: the secrets see only this */
    struct nacre_psa psa;
    struct nacre_monotonic monotonic;
    enum probe_slot slot_of[PROBE_IDS];
    uint64_t value; /* of the monotonic counter */
    uint64_t draws; /* of random bytes */
    enum probe_random random;

    struct probe_faults faults; /* of the call to come */
    jmp_buf *jump;

    enum nacre_err fault; /* what a fault answered in this call */
    enum nacre_err told;  /* what anything here answered last that was not NACRE_OK */
    bool may_repeat;      /* nonces: the medium was put back, and the random source was stuck */
    uint32_t sealed_count;
    struct probe_sealed sealed[PROBE_SEALED_MAX];
    uint32_t nonce_count;
    struct {
        enum probe_slot slot;
        uint8_t bytes[NACRE_NONCE_BYTES];
    } nonces[PROBE_SEALED_MAX];
};

extern struct probe probe;

/* Keys in PSA, once; everything else as new. */
void probe_open(void);

/* No fault is to come, and none came. */
void probe_calm(void);

/* Is there room for what a call may seal? */
bool probe_has_room(void);

/* What a key's number in a record stands for. */
enum probe_slot probe_slot_of(uint32_t key_id);

/* The sealed record of just these bytes; null if none is. */
const struct probe_sealed *probe_find(const uint8_t *record, uint32_t n);

/*
 * Seal a text for a key of a store, as a layout of this version says, under key number 1.
 *
 * Returns  the record; null where the cipher failed
 */
const struct probe_sealed *probe_seal_by_hand(uint8_t version, uint32_t key, const uint8_t *id,
                                              const uint8_t *text, uint32_t n);

#endif
