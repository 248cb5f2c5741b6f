/*
 * The walk itself: runs from leader to leader until nothing changes, then once more to tell.
 */
#include "tools/check/flow.h"

#include "tools/check/flow_step.h"

#include <stdlib.h>
#include <string.h>

#define FUNCTION_MAX (4u << 20) /* bytes */
#define UNNAMED_MAX 0x10000u    /* of a function that no symbol gives a size */
#define WIDEN_AFTER 6u          /* visits of a leader */
#define STEPS_EACH 400u         /* of an instruction, before the walk is given up */

/* ---- lists ---- */

bool walk_grow(struct walk *walk, void **items, uint32_t *room, uint32_t count, size_t size)
{
    if (count < *room) return true;
    const uint32_t wanted = *room == 0u ? 64u : *room * 2u;
    void *const more = realloc(*items, wanted * size);
    if (more == NULL) {
        values_fail(walk->values);
        return false;
    }
    *items = more;
    *room = wanted;
    return true;
}

void walk_tell(struct walk *walk, const struct insn *insn, struct flow_event event)
{
    if (!walk->is_telling) return;
    if (!walk_grow(walk, (void **)&walk->events, &walk->event_room, walk->event_count,
                   sizeof *walk->events)) {
        return;
    }
    int32_t offset = walk->deepest;
    (void)walk_stack(walk, &offset);
    event.at = insn->at;
    event.stack = offset < 0 ? (uint32_t)-offset : 0u;
    walk->events[walk->event_count++] = event;
}

/* ---- places ---- */

bool walk_is_inside(const struct walk *walk, uint32_t addr)
{
    return addr >= walk->low && addr < walk->high && (addr & 1u) == 0u &&
           image_is_code(walk->image, addr);
}

static struct place *place_of(const struct walk *walk, uint32_t addr)
{
    return &walk->places[(addr - walk->low) / 2u];
}

/* The instruction at an address inside; NULL without memory. */
static const struct insn *insn_at(struct walk *walk, uint32_t addr)
{
    struct place *const place = place_of(walk, addr);
    if (place->insn != NONE) return &walk->insns[place->insn];
    if (!walk_grow(walk, (void **)&walk->insns, &walk->insn_room, walk->insn_count,
                   sizeof *walk->insns)) {
        return NULL;
    }
    uint8_t code[4];
    uint32_t n = 4;
    if (!image_read(walk->image, addr, code, 4)) n = image_read(walk->image, addr, code, 2) ? 2 : 0;
    decode(addr, code, n, &walk->insns[walk->insn_count]);
    place->insn = walk->insn_count;
    return &walk->insns[walk->insn_count++];
}

static void enqueue(struct walk *walk, uint32_t leader)
{
    if (walk->leaders[leader].is_queued) return;
    if (!walk_grow(walk, (void **)&walk->queue, &walk->queue_room, walk->queue_count,
                   sizeof *walk->queue)) {
        return;
    }
    walk->leaders[leader].is_queued = true;
    walk->queue[walk->queue_count++] = leader;
}

/* A new leader; the run that came by there before must learn to stop. */
static void lead(struct walk *walk, uint32_t at)
{
    if (!walk_grow(walk, (void **)&walk->leaders, &walk->leader_room, walk->leader_count,
                   sizeof *walk->leaders)) {
        return;
    }
    struct state *const state = state_keep(&walk->state);
    if (state == NULL) {
        values_fail(walk->values);
        return;
    }
    struct place *const place = place_of(walk, at);
    place->leader = walk->leader_count;
    walk->leaders[walk->leader_count++] = (struct leader){.at = at, .state = state};
    enqueue(walk, place->leader);
    if (place->run != NONE) enqueue(walk, place->run);
}

static void add_edge(struct walk *walk, const struct insn *insn, uint32_t to)
{
    if (!walk_grow(walk, (void **)&walk->edges, &walk->edge_room, walk->edge_count,
                   sizeof *walk->edges)) {
        return;
    }
    walk->edges[walk->edge_count++] = (struct edge){.at = insn->at, .from = walk->run, .to = to};
}

void walk_go(struct walk *walk, const struct insn *insn, uint32_t to)
{
    const uint32_t known = place_of(walk, to)->leader;
    if (walk->is_telling) {
        if (known == NONE) values_fail(walk->values);
        else add_edge(walk, insn, known);
        return;
    }
    if (known == NONE) {
        lead(walk, to);
        return;
    }
    struct leader *const leader = &walk->leaders[known];
    const bool is_widening = leader->visits > WIDEN_AFTER;
    if (!state_join(walk->values, &leader->state, &walk->state, is_widening)) return;
    enqueue(walk, known);
}

/* ---- runs ---- */

/* An IT block: the instruction and what the condition says of each of those behind it. */
struct block {
    struct insn insns[4];
    bool is_then[4];
    uint32_t count, cond, end;
};

static uint32_t next_it(uint32_t it)
{
    return (it & 7u) == 0u ? 0u : (it & 0xE0u) | ((it << 1) & 0x1Fu);
}

static bool read_block(struct walk *walk, const struct insn *insn, struct block *block)
{
    block->count = 0;
    block->cond = (uint32_t)insn->it >> 4;
    block->end = insn->at + insn->size;
    for (uint32_t it = insn->it; it != 0u; it = next_it(it)) {
        if (!walk_is_inside(walk, block->end)) return false;
        const struct insn *const found = insn_at(walk, block->end);
        if (found == NULL) return false;
        place_of(walk, block->end)->run = walk->run;
        struct insn *const own = &block->insns[block->count];
        *own = *found;
        if (own->size == 2u) own->sets_flags = false;
        block->is_then[block->count++] = it >> 4 == block->cond;
        block->end += own->size;
    }
    return true;
}

/* Whether the condition stays what it is up to the block's last instruction. */
static bool is_steady(const struct block *block)
{
    for (uint32_t i = 0; i + 1u < block->count; i++) {
        const struct insn *const insn = &block->insns[i];
        if (insn->sets_flags || insn->op == OP_CMP || insn->op == OP_OTHER) return false;
        if (insn->op == OP_BL || insn->op == OP_BLX) return false;
    }
    return true;
}

/* What of a block is done on one of its two ways. Returns whether that way goes on behind it. */
static bool do_way(struct walk *walk, const struct block *block, bool is_then)
{
    jump_limit(walk, is_then ? block->cond : block->cond ^ 1u);
    for (uint32_t i = 0; i < block->count; i++) {
        if (block->is_then[i] == is_then && !step_do(walk, &block->insns[i])) return false;
    }
    return true;
}

/* The walk's state and another, where both are possible. */
static void merge(struct walk *walk, const struct state *other)
{
    struct state *joined = state_keep(&walk->state);
    if (joined == NULL) {
        values_fail(walk->values);
        return;
    }
    (void)state_join(walk->values, &joined, other, false);
    state_copy(&walk->state, joined);
    free(joined);
}

/* Each instruction by itself may be done or not: where the flags change within the block. */
static bool do_each(struct walk *walk, const struct block *block)
{
    for (uint32_t i = 0; i < block->count; i++) {
        struct state before;
        state_copy(&before, &walk->state);
        before.flags_id = 0;
        if (step_do(walk, &block->insns[i])) merge(walk, &before);
        else state_copy(&walk->state, &before);
    }
    return true;
}

/* Returns whether a way goes on behind the block. */
static bool do_block(struct walk *walk, const struct block *block)
{
    walk->visited += block->count;
    if (!is_steady(block)) return do_each(walk, block);
    struct state before;
    struct state after;
    state_copy(&before, &walk->state);
    const bool then_goes = do_way(walk, block, true);
    if (block->cond == COND_ALWAYS) return then_goes;
    state_copy(&after, &walk->state);
    state_copy(&walk->state, &before);
    const bool else_goes = do_way(walk, block, false);
    if (then_goes && else_goes) merge(walk, &after);
    else if (then_goes) state_copy(&walk->state, &after);
    return then_goes || else_goes;
}

/* Behind the last instruction that was done: out of the function, or out of code. */
static void run_out(struct walk *walk, const struct insn *last, uint32_t next)
{
    if (image_is_code(walk->image, next)) {
        jump_go(walk, last, next, "runs on into");
    } else {
        walk_tell(walk, last, (struct flow_event){.kind = FLOW_UNDECODED, .target = next,
                                                  .how = "runs out of code"});
    }
}

/* Whether a run stops at an address: another leader begins there. */
static bool stops_at(struct walk *walk, const struct insn *last, uint32_t at)
{
    const uint32_t leader = place_of(walk, at)->leader;
    if (leader == NONE || leader == walk->run) return false;
    walk_go(walk, last, at);
    return true;
}

/* One instruction, or an IT block as a whole; *next: behind it. Returns whether the run goes on. */
static bool do_one(struct walk *walk, const struct insn *insn, uint32_t *next)
{
    *next = insn->at + insn->size;
    if (insn->op != OP_IT) return step_do(walk, insn);
    struct block block;
    if (!read_block(walk, insn, &block)) {
        walk_tell(walk, insn, (struct flow_event){.kind = FLOW_UNDECODED, .how = "half a block"});
        return false;
    }
    *next = block.end;
    return do_block(walk, &block);
}

static void run(struct walk *walk, uint32_t leader)
{
    walk->run = leader;
    walk->leaders[leader].visits++;
    state_copy(&walk->state, walk->leaders[leader].state);
    for (uint32_t at = walk->leaders[leader].at;;) {
        const struct insn *const found = insn_at(walk, at);
        if (found == NULL || values_failed(walk->values)) return;
        const struct insn insn = *found;
        place_of(walk, at)->run = leader;
        walk->visited++;
        if (!do_one(walk, &insn, &at)) return;
        if (!walk_is_inside(walk, at)) {
            run_out(walk, &insn, at);
            return;
        }
        if (stops_at(walk, &insn, at)) return;
    }
}

/* The queued leader with the lowest address: what comes before is settled first. */
static uint32_t dequeue(struct walk *walk)
{
    uint32_t best = 0;
    for (uint32_t i = 1; i < walk->queue_count; i++) {
        const uint32_t at = walk->leaders[walk->queue[i]].at;
        if (at < walk->leaders[walk->queue[best]].at) best = i;
    }
    const uint32_t leader = walk->queue[best];
    walk->queue[best] = walk->queue[--walk->queue_count];
    return leader;
}

/* Run until nothing changes. False: memory ran out, or it does not come to an end. */
static bool settle(struct walk *walk)
{
    lead(walk, walk->entry);
    while (walk->queue_count != 0u && !values_failed(walk->values)) {
        const uint32_t leader = dequeue(walk);
        walk->leaders[leader].is_queued = false;
        run(walk, leader);
        if (walk->visited / STEPS_EACH > walk->insn_count + 100u) return false;
    }
    return !values_failed(walk->values);
}

/* ---- telling ---- */

static int compare_events(const void *a, const void *b)
{
    const struct flow_event *const left = a;
    const struct flow_event *const right = b;
    if (left->at != right->at) return left->at < right->at ? -1 : 1;
    if (left->kind != right->kind) return left->kind < right->kind ? -1 : 1;
    if (left->target != right->target) return left->target < right->target ? -1 : 1;
    if (left->from != right->from) return left->from < right->from ? -1 : 1;
    return left->how == right->how ? 0 : strcmp(left->how, right->how);
}

static void tell_all(struct walk *walk,
                     void (*tell)(void *context, const struct flow_event *event), void *context)
{
    if (walk->event_count == 0u) return;
    qsort(walk->events, walk->event_count, sizeof *walk->events, compare_events);
    for (uint32_t i = 0; i < walk->event_count; i++) {
        if (i != 0u && compare_events(&walk->events[i - 1u], &walk->events[i]) == 0) continue;
        tell(context, &walk->events[i]);
    }
}

static bool observe(struct walk *walk)
{
    walk->is_telling = true;
    walk->stack_known = true;
    for (uint32_t i = 0; i < walk->leader_count; i++) run(walk, i);
    loop_tell(walk);
    return !values_failed(walk->values);
}

/* ---- the whole ---- */

static bool open_walk(struct walk *walk)
{
    struct image_symbol symbol;
    walk->low = walk->entry;
    walk->high = walk->entry + UNNAMED_MAX;
    const bool is_named = image_symbol_at(walk->image, walk->entry, &symbol) && symbol.size != 0u;
    if (is_named && walk->entry >= symbol.addr && walk->entry - symbol.addr < symbol.size) {
        walk->low = symbol.addr & ~1u;
        walk->high = symbol.addr + symbol.size;
    }
    if (walk->high < walk->low) walk->high = UINT32_MAX - 1u;
    if (walk->high - walk->low > FUNCTION_MAX) return false;
    const uint32_t count = (walk->high - walk->low) / 2u + 1u;
    walk->places = malloc(count * sizeof *walk->places);
    if (walk->places == NULL) return false;
    memset(walk->places, 0xFF, count * sizeof *walk->places);
    walk->values = values_open(walk->image);
    if (walk->values == NULL) return false;
    state_start(walk->values, &walk->state);
    return true;
}

static void close_walk(struct walk *walk)
{
    for (uint32_t i = 0; i < walk->leader_count; i++) free(walk->leaders[i].state);
    free(walk->places);
    free(walk->insns);
    free(walk->leaders);
    free(walk->queue);
    free(walk->edges);
    free(walk->events);
    values_close(walk->values);
    free(walk);
}

static const char *walk_all(struct walk *walk)
{
    if (!decode_open()) return "the decoder cannot be opened";
    if (!image_is_code(walk->image, walk->entry)) return "there is no code at its address";
    if (!open_walk(walk)) return "it is too large, or memory is short";
    if (!settle(walk) || !observe(walk)) return "it is too large to be followed";
    return NULL;
}

bool flow_walk(const struct image *image, uint32_t entry,
               void (*tell)(void *context, const struct flow_event *event), void *context,
               struct flow_result *result)
{
    *result = (struct flow_result){.why = "memory is short"};
    struct walk *const walk = calloc(1, sizeof *walk);
    if (walk == NULL) return false;
    walk->image = image;
    walk->entry = entry & ~1u;
    result->why = walk_all(walk);
    if (result->why == NULL) {
        tell_all(walk, tell, context);
        result->stack_bytes = (uint32_t)-walk->deepest;
        result->stack_known = walk->stack_known;
        result->instructions = walk->insn_count;
        result->returns = walk->returns;
    }
    close_walk(walk);
    return result->why == NULL;
}

void flow_close(void)
{
    decode_close();
}
