/*
 * A store with secrets for fuzz_secret.c, and the judge of it.
 *
 * The judge takes the store at its word (fuzz_calls.c holds that) and reads each record past the
 * secrets. What a get of the secret must answer then follows from nacre/core/secret.h: a record
 * opens if it is, byte for byte, one that was sealed for that key and this store under a key that
 * still stands where it stood; any other is NACRE_WRONG_KEY.
 */
#ifndef TESTS_FUZZ_SECRET_VAULT_H
#define TESTS_FUZZ_SECRET_VAULT_H

#include "nacre/core/own.h"
#include "tests/fuzz/fuzz_bed.h"
#include "tests/fuzz/secret_probe.h"

#define VAULT_ROWS 6u
#define VAULT_USER_ROWS 4u /* the others are factory values */
#define VAULT_RAW_MAX 120u
#define VAULT_FILLER_KEY 9u

/* What lies on the medium: the rows, then the secrets' own records. */
enum vault_place { VAULT_ID = VAULT_ROWS, VAULT_NONCE, VAULT_EPOCH, VAULT_PLACES };

struct holding {
    enum nacre_err err; /* that the store answers */
    uint32_t n;
    uint8_t bytes[VAULT_RAW_MAX];
};

/* What a change may make of a place. */
enum vault_change {
    VAULT_SAME,
    VAULT_TEXT,   /* a record that was sealed for it, of the text under way */
    VAULT_NOTHING,
    VAULT_BYTES,  /* those under way */
    VAULT_ANY,
};

struct vault {
    struct fuzz_bed bed;
    struct nacre_medium_ops medium_ops; /* the chip's, with an ear at its program */
    const struct nacre_medium_ops *chip_ops;
    struct nacre_secrets secrets;
    struct nacre_secrets_cfg cfg;
    enum nacre_err refused; /* what each call must answer; NACRE_OK: nothing */
    struct holding now[VAULT_PLACES];
    enum vault_change next[VAULT_PLACES]; /* where the call under way leads */
    uint8_t text[PROBE_TEXT_MAX];         /* of the set under way */
    uint32_t text_n;
    struct holding bytes; /* of the put under way */
    bool is_plain_near;   /* text must not reach the medium now */
    bool is_weak;         /* bits were flipped: values may be lost */
    bool is_tampered;     /* the secrets' own records are not what they wrote */
};

extern struct vault vault;

/* The key of a place. */
uint32_t vault_key(uint32_t place);

/* A blank bed of this kind, mounted; secrets open. */
void vault_open(uint32_t kind);
void vault_close(void);

/* Open the secrets with vault.cfg, as a boot does, and hold the answer. */
void vault_open_secrets(void);

/* Read the record under a place. */
struct holding vault_read(uint32_t place);

/* Write bytes under a place, past the secrets. */
enum nacre_err vault_put(uint32_t place, const struct holding *bytes);

/*
 * Compare what lies on the medium with what lay there and what the call under way may have made of
 * it; take it as what is there now.
 *
 * is_done  the call has answered NACRE_OK: what it was to change, it has. Else each place is as
 *          before or as the call would make it
 */
void vault_take(bool is_done);

/* Take whatever is there. */
void vault_take_any(void);

/* Get a place into a buffer of so many bytes, and hold the answer. */
void vault_get(uint32_t place, uint32_t size);

/* Get everything. */
void vault_judge(void);

#endif
