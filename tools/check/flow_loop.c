/*
 * Loops: branches back to a place that is still on the path, and whether a bound is visible.
 *
 * A bound is visible when every turn passes a conditional way out that compares a counter with a
 * number or with a register that the loop leaves alone, and every turn moves that counter on by a
 * number, always the same way. A counter is a register, or, in code that is not optimised, a slot
 * of the frame. Anything else, such as a wait for a flag, has no bound that can be seen here.
 */
#include "tools/check/flow_walk.h"

#include <stdlib.h>
#include <string.h>

struct loops {
    struct walk *walk;
    uint32_t *first;  /* of each leader's edges, once these are sorted by `from` */
    uint8_t *colour;  /* 0: not seen, 1: on the path, 2: done */
    uint32_t *path;   /* leaders */
    uint32_t *turn;   /* the next edge of each */
    uint8_t *is_body; /* of the loop at hand */
};

/* Where a counter lies. */
struct counter {
    uint8_t reg, base; /* base REG_NONE: the register itself */
    uint32_t offset;
};

static int by_from(const void *a, const void *b)
{
    const struct edge *const left = a;
    const struct edge *const right = b;
    if (left->from != right->from) return left->from < right->from ? -1 : 1;
    if (left->to != right->to) return left->to < right->to ? -1 : 1;
    return left->at < right->at ? -1 : left->at > right->at;
}

/* ---- the body ---- */

/* Mark what leads to `from` without passing `to`; leader `without` is taken away. */
static bool mark_body(const struct loops *loops, const struct edge *back, uint32_t without)
{
    const struct walk *const walk = loops->walk;
    memset(loops->is_body, 0, walk->leader_count);
    if (back->from == without || back->to == without) return false;
    loops->is_body[back->to] = 1;
    loops->is_body[back->from] = 1;
    for (bool grows = true; grows;) {
        grows = false;
        for (uint32_t i = walk->edge_count; i-- > 0u;) {
            const struct edge edge = walk->edges[i];
            if (edge.to == back->to || !loops->is_body[edge.to] || loops->is_body[edge.from] ||
                edge.from == without) {
                continue;
            }
            loops->is_body[edge.from] = 1;
            grows = true;
        }
    }
    for (uint32_t i = 0; i < walk->edge_count; i++) {
        const struct edge edge = walk->edges[i];
        if (edge.from == back->to && edge.to != back->to && loops->is_body[edge.to]) return true;
    }
    return back->from == back->to;
}

/* The instruction of a leader's run at an address; NULL behind its end. */
static const struct insn *run_insn(const struct walk *walk, uint32_t leader, uint32_t at)
{
    if (at < walk->low || at >= walk->high) return NULL;
    const struct place *const place = &walk->places[(at - walk->low) / 2u];
    return place->run == leader && place->insn != NONE ? &walk->insns[place->insn] : NULL;
}

static bool writes(const struct insn *insn, uint32_t reg)
{
    if ((insn->writes >> reg & 1u) != 0u) return true;
    if (insn->writes_back && insn->rn == reg) return true;
    if (insn->op == OP_LOADM) return (insn->list >> reg & 1u) != 0u;
    if (insn->op == OP_BL || insn->op == OP_BLX) return (0x500Fu >> reg & 1u) != 0u;
    const bool has_result = insn->op != OP_STORE && insn->op != OP_CMP && insn->op != OP_VSTORE;
    return has_result && (insn->rd == reg || (insn->op == OP_LOAD && insn->ra == reg));
}

/* ---- the counter ---- */

/* +1 or -1 when an instruction moves a register on by a number, 0 when it does not. */
static int step_of(const struct insn *insn, uint32_t reg)
{
    const bool is_sum = (insn->op == OP_ADD || insn->op == OP_SUB) && insn->has_imm &&
                        insn->rd == reg && insn->rn == reg;
    if (is_sum) return insn->imm == 0u ? 0 : insn->op == OP_ADD ? 1 : -1;
    const bool is_moved = insn->writes_back && insn->rn == reg && insn->rd != reg &&
                          (insn->op == OP_LOAD || insn->op == OP_STORE);
    if (is_moved) return (insn->delta & 0x80000000u) != 0u ? -1 : 1;
    return 0;
}

static bool is_slot(const struct insn *insn, const struct counter *counter)
{
    return insn->rn == counter->base && insn->rm == REG_NONE && insn->imm == counter->offset;
}

/* How the counter is moved by a leader's run: 2 nothing, -1 or 1 on, 0 in a way that is no step. */
static int moves_in(const struct walk *walk, uint32_t leader, const struct counter *counter)
{
    int moved = 2;
    int held = 0; /* how the register that a slot was loaded into has moved since */
    uint32_t holder = REG_NONE;
    uint32_t conditional = 0; /* instructions of an IT block still to come */
    const struct insn *insn;
    for (uint32_t at = walk->leaders[leader].at; (insn = run_insn(walk, leader, at)) != NULL;
         at += insn->size) {
        int now = 2;
        if (insn->op == OP_IT) conditional = 5;
        if (conditional != 0u) conditional--;
        if (counter->base == REG_NONE) {
            if (writes(insn, counter->reg)) now = step_of(insn, counter->reg);
        } else if (insn->op == OP_STORE && is_slot(insn, counter)) {
            now = insn->rd == holder ? held : 0;
        } else if (insn->op == OP_LOAD && is_slot(insn, counter)) {
            holder = insn->rd;
            held = 0;
        } else if (holder != REG_NONE && writes(insn, holder)) {
            held = step_of(insn, holder);
            if (held == 0) holder = REG_NONE;
        }
        if (now == 2) continue;
        if (conditional != 0u) return 0;
        moved = moved == 2 || moved == now ? now : 0;
        if (moved == 0) return 0;
    }
    return moved;
}

/* Whether the loop never writes a register, or only ever numbers. */
static bool is_left_alone(const struct loops *loops, uint32_t reg)
{
    const struct walk *const walk = loops->walk;
    for (uint32_t i = 0; i < walk->leader_count; i++) {
        const struct insn *insn;
        for (uint32_t at = walk->leaders[i].at;
             loops->is_body[i] && (insn = run_insn(walk, i, at)) != NULL; at += insn->size) {
            const bool is_number = insn->op == OP_MOV && insn->has_imm;
            if (writes(insn, reg) && !is_number) return false;
        }
    }
    return true;
}

/* Whether every turn moves the counter on, and always the same way. */
static bool is_counted(const struct loops *loops, const struct edge *back,
                       const struct counter *counter)
{
    const struct walk *const walk = loops->walk;
    int way = 2;
    bool is_always = false;
    if (counter->base != REG_NONE && !is_left_alone(loops, counter->base)) return false;
    for (uint32_t i = 0; i < walk->leader_count; i++) {
        if (!mark_body(loops, back, NONE) || !loops->is_body[i]) continue;
        const int moved = moves_in(walk, i, counter);
        if (moved == 2) continue;
        if (moved == 0 || (way != 2 && way != moved)) return false;
        way = moved;
        is_always = is_always || !mark_body(loops, back, i);
    }
    return is_always;
}

/* ---- the way out ---- */

static bool leaves(const struct loops *loops, uint32_t leader)
{
    const struct walk *const walk = loops->walk;
    for (uint32_t i = loops->first[leader]; i < walk->edge_count; i++) {
        if (walk->edges[i].from != leader) break;
        if (!loops->is_body[walk->edges[i].to]) return true;
    }
    return false;
}

/* The compare that a run's last branch goes by, and what it compares. */
static const struct insn *compare_of(const struct walk *walk, uint32_t leader,
                                     struct counter *counter)
{
    const struct insn *compare = NULL;
    const struct insn *insn;
    struct counter slot = {.reg = REG_NONE, .base = REG_NONE};
    for (uint32_t at = walk->leaders[leader].at; (insn = run_insn(walk, leader, at)) != NULL;
         at += insn->size) {
        const bool is_load = insn->op == OP_LOAD && insn->width == 4u && insn->rm == REG_NONE &&
                             !insn->writes_back && !insn->is_pc_based;
        const bool is_step = insn->sets_flags && insn->rd < 15u && step_of(insn, insn->rd) != 0;
        if (insn->op == OP_CMP || is_step || insn->op == OP_CBZ || insn->op == OP_CBNZ) {
            compare = insn;
            const uint8_t reg = is_step ? insn->rd : insn->rn;
            *counter = slot.reg == reg ? slot : (struct counter){.reg = reg, .base = REG_NONE};
        } else if (insn->sets_flags && insn->op != OP_B) {
            compare = NULL;
        }
        if (slot.reg < 15u && writes(insn, slot.reg)) slot.reg = REG_NONE;
        if (!is_load) continue;
        slot = (struct counter){.reg = insn->rd, .base = insn->rn, .offset = insn->imm};
    }
    return compare;
}

static bool is_bound(const struct loops *loops, const struct edge *back, uint32_t leader)
{
    struct counter counter = {.reg = REG_NONE, .base = REG_NONE};
    if (!leaves(loops, leader)) return false;
    const struct insn *const compare = compare_of(loops->walk, leader, &counter);
    if (compare == NULL || counter.reg >= 15u) return false;
    const bool has_pair = compare->op == OP_CMP && !compare->has_imm;
    if (has_pair && (compare->rm >= 15u || compare->rn >= 15u)) return false;
    /* Of two registers either may be the counter, and the other the bound. */
    const bool is_first = !has_pair || is_left_alone(loops, compare->rm);
    const bool is_second = has_pair && is_left_alone(loops, compare->rn);
    const struct counter second = {.reg = compare->rm, .base = REG_NONE};
    if (mark_body(loops, back, leader)) return false;
    (void)mark_body(loops, back, NONE);
    if (is_first && is_counted(loops, back, &counter)) return true;
    (void)mark_body(loops, back, NONE);
    return is_second && is_counted(loops, back, &second);
}

static bool has_bound(const struct loops *loops, const struct edge *back)
{
    for (uint32_t i = 0; i < loops->walk->leader_count; i++) {
        (void)mark_body(loops, back, NONE);
        if (loops->is_body[i] && is_bound(loops, back, i)) return true;
    }
    return false;
}

/* ---- telling ---- */

static void tell_loop(const struct loops *loops, const struct edge *back)
{
    struct walk *const walk = loops->walk;
    const struct insn insn = {.at = back->at};
    const bool is_known = has_bound(loops, back);
    walk_tell(walk, &insn,
              (struct flow_event){.kind = FLOW_LOOP, .target = walk->leaders[back->to].at,
                                  .is_known = is_known,
                                  .how = is_known ? "counted" : "no visible bound"});
}

/* Along every path from the entry; a branch to what is on the path goes round. */
static void search(const struct loops *loops)
{
    const struct walk *const walk = loops->walk;
    uint32_t depth = 0;
    loops->path[depth] = 0;
    loops->turn[depth++] = loops->first[0];
    loops->colour[0] = 1;
    while (depth != 0u) {
        const uint32_t leader = loops->path[depth - 1u];
        const uint32_t i = loops->turn[depth - 1u]++;
        if (i >= walk->edge_count || walk->edges[i].from != leader) {
            loops->colour[leader] = 2;
            depth--;
            continue;
        }
        const uint32_t to = walk->edges[i].to;
        if (loops->colour[to] == 1u) tell_loop(loops, &walk->edges[i]);
        if (loops->colour[to] != 0u) continue;
        loops->colour[to] = 1;
        loops->path[depth] = to;
        loops->turn[depth++] = loops->first[to];
    }
}

void loop_tell(struct walk *walk)
{
    const uint32_t count = walk->leader_count;
    if (walk->edge_count == 0u) return;
    qsort(walk->edges, walk->edge_count, sizeof *walk->edges, by_from);
    uint32_t *const words = calloc(count, 3u * sizeof *words);
    uint8_t *const bytes = calloc(count, 2);
    if (words == NULL || bytes == NULL) {
        values_fail(walk->values);
    } else {
        const struct loops loops = {.walk = walk, .first = words, .path = &words[count],
                                    .turn = &words[2u * count], .colour = bytes,
                                    .is_body = &bytes[count]};
        for (uint32_t i = 0; i < count; i++) loops.first[i] = walk->edge_count;
        for (uint32_t i = walk->edge_count; i-- > 0u;) loops.first[walk->edges[i].from] = i;
        search(&loops);
    }
    free(words);
    free(bytes);
}
