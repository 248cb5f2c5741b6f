/*
 * What one function of a firmware image does that matters in a blackout: where it calls and jumps,
 * what it reads and writes at addresses it knows, and which pointers into the dark it hands on.
 *
 * The walk follows every path that the code allows, with what each register and each slot of the
 * function's own stack may hold. What it cannot tell it says: FLOW_CALL_UNKNOWN, FLOW_JUMP_UNKNOWN,
 * FLOW_UNDECODED. Told nothing of it: loads and stores through pointers that come from outside.
 */
#ifndef TOOLS_CHECK_FLOW_H
#define TOOLS_CHECK_FLOW_H

#include "tools/check/image.h"

#include <stdbool.h>
#include <stdint.h>

enum flow_kind {
    FLOW_CALL,         /* bl, blx; the function goes on after it */
    FLOW_TAIL,         /* a branch out of the function, also a conditional one or a veneer's */
    FLOW_CALL_UNKNOWN, /* not every target of a call is known */
    FLOW_JUMP_UNKNOWN, /* not every target of a jump is known */
    FLOW_LOAD,         /* from an address that is known, or from a table in the dark */
    FLOW_STORE,        /* to such an address */
    FLOW_POINTER,      /* an address in the dark leaves, or lies in RAM data that is loaded */
    FLOW_LOOP,         /* a branch back */
    FLOW_UNDECODED,
    FLOW_SYSTEM        /* svc, bkpt, wfi, wfe, udf */
};

struct flow_event {
    enum flow_kind kind;
    uint32_t at;     /* of the instruction */
    uint32_t target; /* of a call, jump, load or store, without the Thumb bit; the pointer itself;
                        where a loop begins again */
    bool is_known;   /* the target is exact; of a loop: a bound is visible */
    uint32_t from;   /* the pool word or table entry that the target was read from, or 0 */
    uint32_t bytes;  /* of a load or store: its width, or of the table */
    uint32_t into;   /* FLOW_POINTER "stored": the address it is stored to, where that is known,
                        else 0 */
    const char *how; /* "passed in r0", "stored", "returned", "svc", ... */
    uint32_t stack;  /* bytes in use there, for calls and jumps out */
};

struct flow_result {
    uint32_t stack_bytes; /* the deepest, without the callees */
    bool stack_known;     /* false: the stack pointer was set to what is not followed */
    uint32_t instructions;
    bool returns;    /* some path returns */
    const char *why; /* why it could not be walked; NULL where it was */
};

/*
 * Walk the function that begins at entry, up to its symbol's end.
 *
 * entry    with or without the Thumb bit; may lie inside a function
 * tell     is given each event once, in order of address
 * result   written in any case
 * Returns  false  it cannot be walked; result->why says why, and nothing was told
 * Context  one thread: the decoder is shared
 */
bool flow_walk(const struct image *image, uint32_t entry,
               void (*tell)(void *context, const struct flow_event *event), void *context,
               struct flow_result *result);

/* Give back what the first walk took for all. */
void flow_close(void);

#endif
