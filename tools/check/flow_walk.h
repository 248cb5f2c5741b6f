/*
 * The walk of one function, shared by the files flow*.c.
 *
 * Places where paths meet, leaders, each have the state that all paths to them agree on. A run
 * goes from one leader to the next; when it changes the state of a leader, that one is run again.
 * When nothing changes any more, each run is made once more and tells what it sees.
 */
#ifndef TOOLS_CHECK_FLOW_WALK_H
#define TOOLS_CHECK_FLOW_WALK_H

#include "tools/check/decode.h"
#include "tools/check/flow.h"
#include "tools/check/flow_state.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NONE UINT32_MAX

struct leader {
    uint32_t at;
    uint32_t visits;
    struct state *state;
    bool is_queued;
};

struct edge {
    uint32_t at, from, to; /* the branch, the leader of its run, the leader it goes to */
};

/* What is known of one half word of the function. */
struct place {
    uint32_t insn;   /* index of what was decoded there, or NONE */
    uint32_t leader; /* index of the leader there, or NONE */
    uint32_t run;    /* index of the leader whose run came by, or NONE */
};

struct walk {
    const struct image *image;
    struct values *values;
    uint32_t entry, low, high; /* the function's bytes are low..high - 1 */
    struct place *places;
    struct insn *insns;
    uint32_t insn_count, insn_room;
    struct leader *leaders;
    uint32_t leader_count, leader_room;
    uint32_t *queue; /* leaders to be run */
    uint32_t queue_count, queue_room;
    struct edge *edges;
    uint32_t edge_count, edge_room;
    struct flow_event *events;
    uint32_t event_count, event_room;
    struct state state; /* where the run is */
    uint32_t run;       /* the leader of it */
    int32_t deepest;
    uint32_t visited;
    bool is_telling;
    bool stack_known;
    bool returns;
};

/* Make room for one more item of a growing array; on failure the walk has failed. */
bool walk_grow(struct walk *walk, void **items, uint32_t *room, uint32_t count, size_t size);

/* Tell an event, in the last pass only. `at` and `stack` are filled in. */
void walk_tell(struct walk *walk, const struct insn *insn, struct flow_event event);

/* Whether an address is in the function and in code. */
bool walk_is_inside(const struct walk *walk, uint32_t addr);

/* The function goes on at an address inside it, in the state that the walk has. */
void walk_go(struct walk *walk, const struct insn *insn, uint32_t to);

/* The id of the value that an instruction makes in a register. */
uint32_t walk_id(const struct walk *walk, const struct insn *insn, uint32_t reg);

/* The value of a register, the program counter included. */
uint32_t walk_reg(struct walk *walk, const struct insn *insn, uint32_t reg);

/* Set a register; of the stack pointer also how deep it is. */
void walk_set(struct walk *walk, const struct insn *insn, uint32_t reg, uint32_t value);

/* The second operand of a data instruction. */
uint32_t walk_second(struct walk *walk, const struct insn *insn);

/* The offset of the stack pointer where it is exact; false elsewhere. */
bool walk_stack(const struct walk *walk, int32_t *offset);

/* flow_memory.c: loads and stores, with what they tell. */
void memory_do(struct walk *walk, const struct insn *insn);

/* The word that a load instruction of the program counter loads. */
uint32_t memory_target(struct walk *walk, const struct insn *insn);

/* Read the words at base, base + step, ..., base + span as a value. */
uint32_t memory_table(struct walk *walk, const struct insn *insn, const struct entry *base,
                      uint32_t width);

/* flow_leave.c: pointers that leave. mask: the registers that are handed on. */
void leave_regs(struct walk *walk, const struct insn *insn, uint32_t mask, const char *how);

/* A value leaves by itself; into: the address it is stored to, or 0. */
void leave_value(struct walk *walk, const struct insn *insn, uint32_t value, const char *how,
                 uint32_t into);

/* What a callee is handed: r0 to r3 and the stack. */
void leave_call(struct walk *walk, const struct insn *insn);

/* flow_jump.c: what may change the program counter. Returns whether the run goes on behind it. */
bool jump_do(struct walk *walk, const struct insn *insn);

/* Whether an instruction is one for jump_do. */
bool jump_is(const struct insn *insn);

/* What the last compare says of the value compared, where a condition holds. */
void jump_limit(struct walk *walk, uint32_t cond);

/* The function goes on at an address inside it, or leaves for one outside. */
void jump_go(struct walk *walk, const struct insn *insn, uint32_t target, const char *how);

/* flow_loop.c: tell the branches back of the edges. */
void loop_tell(struct walk *walk);

#endif
