/*
 * The registers and the function's own stack at one place in a function.
 */
#ifndef TOOLS_CHECK_FLOW_STATE_H
#define TOOLS_CHECK_FLOW_STATE_H

#include "tools/check/flow_value.h"

#include <stdbool.h>
#include <stdint.h>

#define SLOTS_MAX 256u
#define ID_ENTRY 1u                /* of r0 at entry; r1 and the others follow */
#define ID_RETURN (ID_ENTRY + 14u) /* lr at entry */
#define ID_FIRST 32u               /* of what instructions make */

struct slot {
    int32_t offset; /* from the stack pointer at entry */
    uint32_t value;
};

struct state {
    uint32_t regs[15];
    uint32_t flags_id;    /* the value that was compared last, 0 where not known */
    uint32_t flags_limit; /* with what */
    uint32_t slot_count;
    bool is_shared; /* an address in the stack left the function */
    struct slot slots[SLOTS_MAX]; /* by offset; last, so that only what is used is copied */
};

/* The state at the entry of a function. */
void state_start(struct values *values, struct state *state);

/* Copy a state. */
void state_copy(struct state *to, const struct state *from);

/* A copy in memory of its own, for free(); NULL without memory. */
struct state *state_keep(const struct state *state);

/*
 * Join `from` into *into, which state_keep made and which may move.
 *
 * Returns  true  *into has grown
 */
bool state_join(struct values *values, struct state **into, const struct state *from,
                bool is_widening);

/* The value of a slot; VALUE_ANY where none was stored. */
uint32_t state_load(const struct state *state, int32_t offset);

/* Store a value. Returns false where there is no room: the value is then not followed. */
bool state_store(struct state *state, int32_t offset, uint32_t value);

/* What lies below the stack pointer is gone. */
void state_drop_below(struct state *state, int32_t offset);

/* Something unknown may be written to any slot, but not over the return address. */
void state_blur(struct values *values, struct state *state);

/* All places that hold a value with an id in [first, first + count) forget the id. */
void state_forget_ids(struct values *values, struct state *state, uint32_t first, uint32_t count);

/* All places that hold the value with the id are at most max. */
void state_limit(struct values *values, struct state *state, uint32_t id, uint32_t max);

#endif
