/*
 * A session of calls for fuzz_calls.c: a store, the model of what it holds, and what was done to
 * the chip behind its back.
 */
#ifndef TESTS_FUZZ_SESSION_H
#define TESTS_FUZZ_SESSION_H

#include "nacre/core/transaction.h"
#include "tests/fuzz/fuzz_bed.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/fuzz/model.h"

#include <setjmp.h>

#define SESSION_STAGED_BYTES 600u

enum session_call {
    CALL_SET,
    CALL_REMOVE,
    CALL_FACTORY_SET,
    CALL_RESET,
    CALL_COMMIT,
    CALL_FORMAT,
    CALL_UNMOUNT,
    CALL_IDLE,
};

struct session {
    struct fuzz_bed bed;
    struct fuzz_input input;
    struct model now;  /* what is true */
    struct model next; /* what the call under way would make of it; staged sets gather in staged */
    struct model staged;
    struct model_past past;
    bool is_staged[MODEL_KEYS];
    bool in_doubt;   /* now and next may both be true: the next mount decides */
    bool has_faults; /* commands fail: errors are excused, wrong values are not */
    bool has_flips;  /* bits flipped that the store cannot mend: lost values are excused, if it says
                        so */
    bool may_mend;   /* all flips so far lie in one lane of two, and nothing was cut */
    bool was_cut;
    uint32_t flip_lane;
    enum session_call call;
    uint32_t entry; /* of the models */
    uint32_t n;
    uint8_t value[MODEL_VALUE_MAX];
    struct nacre_transaction tx;
    uint8_t staged_bytes[SESSION_STAGED_BYTES];
    jmp_buf jump;
};

/* Ask the store for everything and compare. Settles what is in doubt. */
void session_judge(struct session *s);

/* May what the chip lost be lost, as long as the store says so? */
bool session_is_weak(const struct session *s);

#endif
