/*
 * What a store must answer, from its promises alone: each key has the last value whose call
 * returned success; for the call that a cut hit, the old value or the new one; and what one boot
 * was told, every later boot is told (docs/guarantee.md, 1 and 2).
 *
 * The oracle is told of each call before and after it, never asks the store what happened, and
 * judges by nacre_get and nacre_next alone.
 */
#ifndef TESTS_SUPPORT_ORACLE_H
#define TESTS_SUPPORT_ORACLE_H

#include "nacre/core/store.h"

#include <stdbool.h>
#include <stdint.h>

#define ORACLE_KEYS 64u
#define ORACLE_WHY_BYTES 240u

struct oracle_value {
    bool is_set;
    uint32_t n;
    uint8_t bytes[NACRE_VALUE_BYTES_MAX];
};

struct oracle {
    uint32_t key_count;             /* keys are 0 to key_count - 1 */
    uint32_t doubtful_key;          /* key_count: none */
    bool is_under_way;              /* no mount since that call: the old value is read */
    struct oracle_value doubtful;   /* what that call would have made of it */
    struct oracle_value current[ORACLE_KEYS];
    char why[ORACLE_WHY_BYTES];     /* what was wrong, after a judgement that failed */
};

/* An empty store. */
void oracle_init(struct oracle *oracle, uint32_t key_count);

/* Copy; cheaper than an assignment. */
void oracle_copy(struct oracle *to, const struct oracle *from);

/* A set or a removal (value null) begins. */
void oracle_begin(struct oracle *oracle, uint32_t key, const void *value, uint32_t n);

/*
 * It returned.
 *
 * Returns  false, with why: the error is not one that this call may answer
 */
bool oracle_end(struct oracle *oracle, enum nacre_err err);

/* A mount returned success: from now on a get decides what a cut call has done. */
void oracle_boot(struct oracle *oracle);

/* Everything is gone: a format returned success. */
void oracle_clear(struct oracle *oracle);

/*
 * Ask the store for every key and judge the answers. Settles a doubtful key to what was read.
 *
 * Returns  true if every answer is allowed; else why says the first that is not
 */
bool oracle_judge(struct oracle *oracle, struct nacre_store *store);

/*
 * The same, for answers that somebody else found (a decoder of the raw bytes).
 *
 * value    null: the key has no value
 */
bool oracle_judge_value(struct oracle *oracle, uint32_t key, const void *value, uint32_t n);

/* Say a key's allowed values, for a reader. buf holds 200 bytes. */
const char *oracle_allowed(const struct oracle *oracle, uint32_t key, char *buf);

#endif
