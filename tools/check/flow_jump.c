/*
 * Branches, calls, returns and tables of targets.
 */
#include "tools/check/flow_walk.h"

#include "tools/check/flow_math.h"

#include <string.h>

#define COND_EQ 0u
#define COND_CC 3u
#define COND_LS 9u
/* Addresses from here on in lr end an exception, Armv7-M manual, B1.5.8. */
#define EXC_RETURN_FIRST 0xF0000000u

/* ---- calls and jumps out ---- */

/* Registers that a callee may change: r0 to r3, ip and lr (AAPCS32, 6.1.1). */
static void clobber(struct walk *walk, const struct insn *insn)
{
    if (walk->state.is_shared) state_blur(walk->values, &walk->state);
    const uint32_t mask = 0x500Fu;
    for (uint32_t reg = 0; reg < 15u; reg++) {
        if ((mask >> reg & 1u) == 0u) continue;
        const uint32_t id = walk_id(walk, insn, reg);
        walk_set(walk, insn, reg, value_unknown(walk->values, UINT32_MAX, id));
    }
    walk->state.flags_id = 0;
}

/* A branch to another function hands on its arguments; one into the middle of something, all. */
static void leave_tail(struct walk *walk, const struct insn *insn, uint32_t target)
{
    struct image_symbol symbol;
    const bool is_whole = image_symbol_at(walk->image, target, &symbol) &&
                          symbol.addr == target && strstr(symbol.name, ".cold") == NULL &&
                          strstr(symbol.name, ".part") == NULL;
    leave_call(walk, insn);
    /* The register that is jumped through is the target itself. */
    const uint32_t through = insn->op == OP_BX ? 1u << insn->rm : 0u;
    if (!is_whole) leave_regs(walk, insn, 0x5FF0u & ~through, NULL);
}

static void tail_to(struct walk *walk, const struct insn *insn, uint32_t target, uint32_t from,
                    const char *how)
{
    walk_tell(walk, insn, (struct flow_event){.kind = FLOW_TAIL, .target = target & ~1u,
                                              .from = from, .is_known = true, .how = how});
    leave_tail(walk, insn, target & ~1u);
}

void jump_go(struct walk *walk, const struct insn *insn, uint32_t target, const char *how)
{
    if (walk_is_inside(walk, target)) walk_go(walk, insn, target);
    else tail_to(walk, insn, target, 0, how);
}

static void do_return(struct walk *walk, const struct insn *insn)
{
    if (walk->is_telling) walk->returns = true;
    leave_regs(walk, insn, 1u, "returned");
}

/* ---- targets from values ---- */

/* An entry that is a place to go on at: an exact number that is no null pointer. */
static bool is_target(const struct entry *entry)
{
    return entry->kind == ENTRY_NUMBER && entry->span == 0u && entry->v > 1u;
}

static void jump_unknown(struct walk *walk, const struct insn *insn, const char *how)
{
    walk_tell(walk, insn, (struct flow_event){.kind = FLOW_JUMP_UNKNOWN, .how = how});
    leave_tail(walk, insn, NONE);
}

/* A jump to a value: each target an edge, a tail call or a return. */
static void jump_to(struct walk *walk, const struct insn *insn, uint32_t value, const char *how)
{
    const struct value targets = *value_at(walk->values, value);
    if (targets.id == ID_RETURN) {
        do_return(walk, insn);
        return;
    }
    bool is_complete = !targets.has_more && targets.count != 0u;
    for (uint32_t i = 0; i < targets.count; i++) {
        const struct entry entry = *value_entry(walk->values, value, i);
        if (!is_target(&entry)) {
            if (targets.count == 1u || entry.v > 1u) is_complete = false;
        } else if (entry.v >= EXC_RETURN_FIRST) {
            do_return(walk, insn);
        } else if (walk_is_inside(walk, entry.v & ~1u)) {
            walk_go(walk, insn, entry.v & ~1u);
        } else {
            tail_to(walk, insn, entry.v, entry.from, how);
        }
    }
    if (!is_complete) jump_unknown(walk, insn, how);
}

static void call_value(struct walk *walk, const struct insn *insn, uint32_t value)
{
    const struct value targets = *value_at(walk->values, value);
    bool is_complete = !targets.has_more;
    uint32_t told = 0;
    for (uint32_t i = 0; i < targets.count; i++) {
        const struct entry entry = *value_entry(walk->values, value, i);
        if (!is_target(&entry)) {
            if (entry.kind != ENTRY_NUMBER || entry.span != 0u) is_complete = false;
            continue;
        }
        told++;
        walk_tell(walk, insn, (struct flow_event){.kind = FLOW_CALL, .target = entry.v & ~1u,
                                                  .from = entry.from, .is_known = true,
                                                  .how = "through a register"});
    }
    if (!is_complete || told == 0u) {
        walk_tell(walk, insn,
                  (struct flow_event){.kind = FLOW_CALL_UNKNOWN, .how = "through a register"});
    }
}

/* ---- tables ---- */

/* A table lies at base; entry i is i * width on, for each index that is possible. */
static bool index_table(struct walk *walk, const struct insn *insn, uint32_t base, uint32_t width,
                        uint32_t *offsets)
{
    const uint32_t index = walk_reg(walk, insn, insn->op == OP_TBB ? insn->rm : 0u);
    const uint32_t scaled = math_scale(walk->values, index, width, 0);
    const uint32_t address = math_add(walk->values, value_number(walk->values, base, 0), scaled, 0);
    const struct value value = *value_at(walk->values, address);
    struct draft draft;
    draft_start(&draft);
    bool is_bound = !value.has_more;
    for (uint32_t i = 0; i < value.count; i++) {
        const struct entry entry = *value_entry(walk->values, address, i);
        if (entry.kind != ENTRY_NUMBER || entry.span > 0x10000u) {
            is_bound = false;
            continue;
        }
        if (image_place(walk->image, entry.v) == IMAGE_DARK) {
            walk_tell(walk, insn,
                      (struct flow_event){.kind = FLOW_LOAD, .target = entry.v, .is_known = true,
                                          .bytes = width + entry.span, .how = "a jump table"});
        }
        draft_add_value(walk->values, &draft, memory_table(walk, insn, &entry, width));
    }
    *offsets = draft_keep(walk->values, &draft);
    return is_bound;
}

static int32_t as_signed(uint32_t offset, uint32_t width, bool is_signed)
{
    if (!is_signed || width >= 4u) return (int32_t)offset;
    const uint32_t sign = 1u << (8u * width - 1u);
    return (int32_t)((offset ^ sign) - sign);
}

struct table {
    uint32_t base, width, scale, from;
    bool is_signed;
};

static void jump_by_table(struct walk *walk, const struct insn *insn, const struct table *table)
{
    struct insn load = *insn;
    load.is_pc_based = true;
    uint32_t offsets;
    bool is_bound = index_table(walk, &load, table->base, table->width, &offsets);
    const struct value value = *value_at(walk->values, offsets);
    if (value.has_more || value.count == 0u) is_bound = false;
    for (uint32_t i = 0; i < value.count; i++) {
        const uint32_t offset = value_entry(walk->values, offsets, i)->v;
        const int32_t distance = as_signed(offset, table->width, table->is_signed);
        const uint32_t target = table->from + table->scale * (uint32_t)distance;
        jump_go(walk, insn, target, "a jump table");
    }
    if (!is_bound) jump_unknown(walk, insn, "a jump table without a visible bound");
}

static void do_table_branch(struct walk *walk, const struct insn *insn)
{
    uint32_t base = insn->at + 4u;
    const uint32_t table_at = walk_reg(walk, insn, insn->rn);
    if (insn->rn != REG_PC && !value_is_number(walk->values, table_at, &base)) {
        jump_unknown(walk, insn, "a jump table at an unknown place");
        return;
    }
    const struct table table = {.base = base, .width = insn->width, .scale = 2,
                                .from = insn->at + 4u};
    jump_by_table(walk, insn, &table);
}

/*
 * GCC's helpers for switches on Armv6-M take the index in r0 and the table behind the call: libgcc,
 * lib1funcs.S, __gnu_thumb1_case_*. Offsets count half words from the return address; those of _si
 * count bytes from there rounded up to a word.
 */
static bool find_case_table(const struct walk *walk, uint32_t target, uint32_t after,
                            struct table *table)
{
    static const struct {
        const char *name;
        uint32_t width;
        bool is_signed;
    } helpers[] = {{"__gnu_thumb1_case_sqi", 1, true},  {"__gnu_thumb1_case_uqi", 1, false},
                   {"__gnu_thumb1_case_shi", 2, true},  {"__gnu_thumb1_case_uhi", 2, false},
                   {"__gnu_thumb1_case_si", 4, false}};
    struct image_symbol symbol;
    if (!image_symbol_at(walk->image, target, &symbol)) return false;
    for (uint32_t i = 0; i < sizeof helpers / sizeof helpers[0]; i++) {
        const char *const found = strstr(symbol.name, helpers[i].name);
        if (found == NULL) continue;
        const uint32_t width = helpers[i].width;
        const uint32_t base = width == 4u ? (after + 3u) & ~3u : after;
        *table = (struct table){.base = base, .width = width, .scale = width == 4u ? 1u : 2u,
                                .from = base, .is_signed = helpers[i].is_signed};
        return true;
    }
    return false;
}

/* ---- by kind ---- */

/*
 * Whether there is code behind a call but padding: behind one that does not return there may be a
 * pool, or the next function.
 */
static bool goes_on_behind(const struct walk *walk, const struct insn *insn)
{
    uint32_t next = insn->at + insn->size;
    uint8_t code[2];
    while (walk_is_inside(walk, next) && image_read(walk->image, next, code, 2)) {
        const uint32_t half = (uint32_t)code[0] | (uint32_t)code[1] << 8;
        const bool is_padding = half == 0xBF00u || half == 0x46C0u || half == 0u;
        if (!is_padding) return true;
        next += 2u;
    }
    return false;
}

static bool do_call(struct walk *walk, const struct insn *insn)
{
    struct table table;
    if (insn->op == OP_BL) {
        walk_tell(walk, insn, (struct flow_event){.kind = FLOW_CALL, .target = insn->imm & ~1u,
                                                  .is_known = true, .how = "bl"});
        if (find_case_table(walk, insn->imm, insn->at + insn->size, &table)) {
            jump_by_table(walk, insn, &table);
            return false;
        }
    } else {
        call_value(walk, insn, walk_reg(walk, insn, insn->rm));
    }
    leave_call(walk, insn);
    clobber(walk, insn);
    return goes_on_behind(walk, insn);
}

void jump_limit(struct walk *walk, uint32_t cond)
{
    const uint32_t id = walk->state.flags_id;
    const uint32_t compared = walk->state.flags_limit;
    if (id == 0u) return;
    if (cond == COND_LS || cond == COND_EQ) state_limit(walk->values, &walk->state, id, compared);
    if (cond == COND_CC && compared != 0u) {
        state_limit(walk->values, &walk->state, id, compared - 1u);
    }
}

/* Behind a conditional branch another leader begins, so that a run is one basic block. */
static bool fall_through(struct walk *walk, const struct insn *insn)
{
    const uint32_t next = insn->at + insn->size;
    if (!walk_is_inside(walk, next)) return true;
    walk_go(walk, insn, next);
    return false;
}

static bool do_branch(struct walk *walk, const struct insn *insn)
{
    if (insn->cond == COND_ALWAYS) {
        jump_go(walk, insn, insn->imm, "b");
        return false;
    }
    struct state before;
    state_copy(&before, &walk->state);
    jump_limit(walk, insn->cond);
    jump_go(walk, insn, insn->imm, "a conditional branch");
    const bool is_shared = walk->state.is_shared;
    state_copy(&walk->state, &before);
    walk->state.is_shared = is_shared;
    jump_limit(walk, insn->cond ^ 1u);
    return fall_through(walk, insn);
}

static void do_add_pc(struct walk *walk, const struct insn *insn)
{
    const uint32_t sum = math_add(walk->values, walk_reg(walk, insn, REG_PC),
                                  walk_second(walk, insn), 0);
    jump_to(walk, insn, sum, "add to pc");
}

static void do_load_pc(struct walk *walk, const struct insn *insn)
{
    const uint32_t target = memory_target(walk, insn);
    int32_t offset;
    const bool is_pop = insn->rn == REG_SP && walk_stack(walk, &offset);
    memory_do(walk, insn);
    jump_to(walk, insn, target, is_pop ? "popped into pc" : "loaded into pc");
}

bool jump_is(const struct insn *insn)
{
    if (insn->op >= OP_B && insn->op <= OP_TBB) return true;
    if (insn->op == OP_LOADM) return (insn->list >> REG_PC & 1u) != 0u;
    const bool is_data = insn->op >= OP_MOV && insn->op <= OP_MLA;
    return insn->rd == REG_PC && (insn->op == OP_LOAD || is_data);
}

bool jump_do(struct walk *walk, const struct insn *insn)
{
    switch (insn->op) {
    case OP_B: return do_branch(walk, insn);
    case OP_CBZ: case OP_CBNZ:
        jump_go(walk, insn, insn->imm, "a conditional branch");
        return fall_through(walk, insn);
    case OP_BL: case OP_BLX: return do_call(walk, insn);
    case OP_BX: jump_to(walk, insn, walk_reg(walk, insn, insn->rm), "bx"); return false;
    case OP_TBB: do_table_branch(walk, insn); return false;
    case OP_LOAD: case OP_LOADM: do_load_pc(walk, insn); return false;
    case OP_MOV: jump_to(walk, insn, walk_second(walk, insn), "mov to pc"); return false;
    case OP_ADD: do_add_pc(walk, insn); return false;
    default: jump_unknown(walk, insn, "computed"); return false;
    }
}
