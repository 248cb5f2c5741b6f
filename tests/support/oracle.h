/*
 * What a store must answer, from its promises alone: each key has the last value whose call
 * returned success; for the call that a cut hit, the old values or the new ones, of all keys that
 * it names; and what one boot was told, every later boot is told (docs/guarantee.md).
 *
 * The oracle is told of each call before and after it, never asks the store what happened, and
 * judges by its gets and walks alone. It is told of damage that a test did, too: then, and only
 * then, a key may answer that it is stale or damaged.
 *
 * A slot is one thing that the store keeps: slots 0 to ORACLE_KEYS - 1 are the user's keys of that
 * number, then come the factory values of the first keys, then records of the library's own.
 */
#ifndef TESTS_SUPPORT_ORACLE_H
#define TESTS_SUPPORT_ORACLE_H

#include "nacre/core/store.h"

#include <stdbool.h>
#include <stdint.h>

#define ORACLE_KEYS 64u
#define ORACLE_FACTORY ORACLE_KEYS /* the first slot of a factory value: of key 0 */
#define ORACLE_FACTORY_COUNT 8u
#define ORACLE_OWN (ORACLE_FACTORY + ORACLE_FACTORY_COUNT) /* own records 0x7F01 and on */
#define ORACLE_OWN_COUNT 4u
#define ORACLE_SLOTS (ORACLE_OWN + ORACLE_OWN_COUNT)
#define ORACLE_CHANGES_MAX 64u
#define ORACLE_WHY_BYTES 240u

struct oracle_value {
    bool is_set;
    uint32_t n;
    uint8_t bytes[NACRE_VALUE_BYTES_MAX];
};

struct oracle_change {
    uint32_t slot;
    struct oracle_value value;
};

/* How far a slot's answer may be trusted. */
enum oracle_trust {
    ORACLE_GOOD = 0,  /* the current value and no other */
    ORACLE_EXPOSED,   /* damage was done somewhere: stale or damaged may be answered */
    ORACLE_STALE,     /* stale was answered, with the value whose digest is in told */
    ORACLE_LOST,      /* damaged was answered; stale may follow, good may not */
};

struct oracle_history;

struct oracle {
    uint32_t key_count;            /* user keys are 0 to key_count - 1 */
    uint32_t change_count;         /* what the call in doubt would have made of it; 0: no doubt */
    bool is_under_way;             /* no mount since that call: the old values are read */
    bool is_removal;               /* that call is nacre_remove: it tells where nothing is there */
    struct oracle_change changes[ORACLE_CHANGES_MAX];
    struct oracle_value current[ORACLE_SLOTS];
    enum oracle_trust trust[ORACLE_SLOTS];
    uint64_t told[ORACLE_SLOTS];   /* ORACLE_STALE: the digest of the value told */
    struct oracle_history *history; /* all that was ever acknowledged; null: damage is not done */
    char why[ORACLE_WHY_BYTES];    /* what was wrong, after a judgement that failed */
};

/* An empty store. */
void oracle_init(struct oracle *oracle, uint32_t key_count);

/* From now on remember every value that is acknowledged; oracle_forget frees that. */
void oracle_remember(struct oracle *oracle);
void oracle_forget(struct oracle *oracle);

/* Copy; cheaper than an assignment. The history is shared: it only ever grows. */
void oracle_copy(struct oracle *to, const struct oracle *from);

/* The store's key of a slot. */
uint32_t oracle_key(uint32_t slot);

/* Begin to list what a call changes; each slot's last change counts. */
void oracle_open(struct oracle *oracle);
void oracle_add(struct oracle *oracle, uint32_t slot, const void *value, uint32_t n);

/* The listed changes are under way: from here on a cut leaves them all or none. */
void oracle_go(struct oracle *oracle);

/* A set or a removal (value null) of one slot begins: open, add and go. */
void oracle_begin(struct oracle *oracle, uint32_t slot, const void *value, uint32_t n);

/* A reset begins: every user key goes. */
void oracle_begin_reset(struct oracle *oracle);

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

/* Bytes of the medium were damaged beyond what the store promises to repair. */
void oracle_expose(struct oracle *oracle);

/*
 * Ask the store for every slot and judge the answers. Settles a doubt to what was read.
 *
 * Returns  true if every answer is allowed; else why says the first that is not
 */
bool oracle_judge(struct oracle *oracle, struct nacre_store *store);

/*
 * The same, for an answer that somebody else found (a decoder of the raw bytes).
 *
 * value    null: the slot has no value
 */
bool oracle_judge_value(struct oracle *oracle, uint32_t slot, const void *value, uint32_t n);

/* The same, for one answer of the store: value counts where err is NACRE_OK or NACRE_STALE. */
bool oracle_judge_answer(struct oracle *oracle, uint32_t slot, enum nacre_err err,
                         const void *value, uint32_t n);

/* Say a slot's allowed values, for a reader. buf holds 200 bytes. */
const char *oracle_allowed(const struct oracle *oracle, uint32_t slot, char *buf);

#endif
