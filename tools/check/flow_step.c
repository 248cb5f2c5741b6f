/*
 * Data instructions, and the registers.
 */
#include "tools/check/flow_step.h"

#include "tools/check/flow_math.h"

uint32_t walk_id(const struct walk *walk, const struct insn *insn, uint32_t reg)
{
    return ID_FIRST + (insn->at - walk->low) * 8u + reg;
}

uint32_t walk_reg(struct walk *walk, const struct insn *insn, uint32_t reg)
{
    if (reg == REG_PC) return value_number(walk->values, insn->at + 4u, 0);
    return reg < 15u ? walk->state.regs[reg] : VALUE_ANY;
}

bool walk_stack(const struct walk *walk, int32_t *offset)
{
    const uint32_t sp = walk->state.regs[REG_SP];
    const struct value *const value = value_at(walk->values, sp);
    if (value->count != 1u || value->has_more) return false;
    const struct entry *const entry = value_entry(walk->values, sp, 0);
    *offset = (int32_t)entry->v;
    return entry->kind == ENTRY_STACK && entry->span == 0u;
}

/* How deep the stack is now. */
static void watch_stack(struct walk *walk)
{
    const uint32_t sp = walk->state.regs[REG_SP];
    const struct value *const value = value_at(walk->values, sp);
    if (value->has_more) walk->stack_known = false;
    for (uint32_t i = 0; i < value->count; i++) {
        const struct entry *const entry = value_entry(walk->values, sp, i);
        if (entry->kind != ENTRY_STACK || entry->span != 0u) walk->stack_known = false;
        else if ((int32_t)entry->v < walk->deepest) walk->deepest = (int32_t)entry->v;
    }
}

void walk_set(struct walk *walk, const struct insn *insn, uint32_t reg, uint32_t value)
{
    (void)insn;
    walk->state.regs[reg] = value;
    if (reg != REG_SP) return;
    if (walk->is_telling) watch_stack(walk);
    int32_t offset;
    if (walk_stack(walk, &offset)) state_drop_below(&walk->state, offset);
}

uint32_t walk_second(struct walk *walk, const struct insn *insn)
{
    if (insn->has_imm) return value_number(walk->values, insn->imm, 0);
    const uint32_t value = walk_reg(walk, insn, insn->rm);
    switch (insn->shift_kind) {
    case SHIFT_NONE: return value;
    case SHIFT_LSL: return math_scale(walk->values, value, 1u << (insn->shift & 31u), 0);
    case SHIFT_LSR: {
        const uint32_t pair[2] = {value, value_number(walk->values, insn->shift, 0)};
        return math_do(walk->values, OP_LSR, pair, 0);
    }
    default: return VALUE_ANY;
    }
}

static uint32_t unknown(struct walk *walk, const struct insn *insn, uint32_t max)
{
    return value_unknown(walk->values, max, walk_id(walk, insn, insn->rd));
}

/* rn + rm shifted, where both are one register, is a multiple of it. */
static uint32_t add(struct walk *walk, const struct insn *insn, uint32_t id)
{
    const uint32_t first = walk_reg(walk, insn, insn->rn);
    const bool is_multiple = !insn->has_imm && insn->rn == insn->rm &&
                             (insn->shift_kind == SHIFT_NONE || insn->shift_kind == SHIFT_LSL);
    if (is_multiple) {
        return math_scale(walk->values, first, 1u + (1u << (insn->shift & 31u)), id);
    }
    if (insn->has_imm) return math_offset(walk->values, first, insn->imm, id);
    return math_add(walk->values, first, walk_second(walk, insn), id);
}

static uint32_t multiply(struct walk *walk, const struct insn *insn, uint32_t id)
{
    const uint32_t first = walk_reg(walk, insn, insn->rn);
    const uint32_t second = walk_reg(walk, insn, insn->rm);
    uint32_t number;
    uint32_t product = VALUE_ANY;
    if (value_is_number(walk->values, second, &number)) {
        product = math_scale(walk->values, first, number, id);
    } else if (value_is_number(walk->values, first, &number)) {
        product = math_scale(walk->values, second, number, id);
    } else if (insn->ra == REG_NONE) {
        product = unknown(walk, insn, UINT32_MAX);
    }
    if (insn->ra == REG_NONE) return product;
    return math_add(walk->values, product, walk_reg(walk, insn, insn->ra), id);
}

static uint32_t shift_left(struct walk *walk, const struct insn *insn, uint32_t id)
{
    const uint32_t first = walk_reg(walk, insn, insn->rn);
    const uint32_t second = walk_second(walk, insn);
    uint32_t number;
    if (!value_is_number(walk->values, second, &number)) return unknown(walk, insn, UINT32_MAX);
    return math_scale(walk->values, first, number >= 32u ? 0u : 1u << number, id);
}

/* Some bits of a register: the same value where there were no others. */
static uint32_t mask(struct walk *walk, const struct insn *insn)
{
    const uint32_t value = walk_reg(walk, insn, insn->rn);
    const struct value *const old = value_at(walk->values, value);
    if (insn->has_imm && old->count == 0u && old->max <= insn->imm) return value;
    return unknown(walk, insn, insn->imm);
}

/* Bits put into a base leave a base: only its lower bits are replaced. */
static uint32_t insert(struct walk *walk, const struct insn *insn, uint32_t id)
{
    const uint32_t rest = unknown(walk, insn, UINT32_MAX);
    const uint32_t pair[2] = {walk_reg(walk, insn, insn->rd), rest};
    return math_do(walk->values, OP_BIC, pair, id);
}

static uint32_t inverse(struct walk *walk, const struct insn *insn)
{
    uint32_t number;
    if (!value_is_number(walk->values, walk_second(walk, insn), &number)) {
        return unknown(walk, insn, UINT32_MAX);
    }
    return value_number(walk->values, ~number, 0);
}

static uint32_t combine(struct walk *walk, const struct insn *insn, uint32_t id)
{
    const uint32_t pair[2] = {walk_reg(walk, insn, insn->rn), walk_second(walk, insn)};
    uint32_t number;
    if (insn->op == OP_SUB && value_is_number(walk->values, pair[1], &number)) {
        return math_offset(walk->values, pair[0], 0u - number, id);
    }
    return math_do(walk->values, insn->op, pair, id);
}

static uint32_t result_of(struct walk *walk, const struct insn *insn)
{
    const uint32_t id = walk_id(walk, insn, insn->rd);
    switch (insn->op) {
    case OP_MOV: return walk_second(walk, insn);
    case OP_MVN: return inverse(walk, insn);
    case OP_MOVT: return math_upper(walk->values, walk_reg(walk, insn, insn->rd), insn->imm, id);
    case OP_ADD: return add(walk, insn, id);
    case OP_LSL: return shift_left(walk, insn, id);
    case OP_MUL: case OP_MLA: return multiply(walk, insn, id);
    case OP_MASK: return mask(walk, insn);
    case OP_INSERT: return insert(walk, insn, id);
    case OP_ADDRESS: return value_number(walk->values, insn->imm, insn->at);
    default: return combine(walk, insn, id);
    }
}

/* ---- what is compared ---- */

static void compare(struct walk *walk, const struct insn *insn)
{
    walk->state.flags_id = 0;
    if (insn->rn == REG_NONE || insn->rn == REG_PC) return;
    uint32_t number;
    if (!value_is_number(walk->values, walk_second(walk, insn), &number)) return;
    walk->state.flags_id = value_at(walk->values, walk_reg(walk, insn, insn->rn))->id;
    walk->state.flags_limit = walk->state.flags_id == 0u ? 0u : number;
}

/* ---- by kind ---- */

static void set_unknown(struct walk *walk, const struct insn *insn)
{
    for (uint32_t reg = 0; reg < 15u; reg++) {
        if ((insn->writes >> reg & 1u) == 0u) continue;
        const uint32_t id = walk_id(walk, insn, reg);
        walk_set(walk, insn, reg, value_unknown(walk->values, UINT32_MAX, id));
    }
    walk->state.flags_id = 0;
}

static void tell_plain(struct walk *walk, const struct insn *insn, enum flow_kind kind,
                       const char *how)
{
    walk_tell(walk, insn, (struct flow_event){.kind = kind, .how = how});
}

static bool do_special(struct walk *walk, const struct insn *insn)
{
    switch (insn->op) {
    case OP_UNDECODED:
        tell_plain(walk, insn, FLOW_UNDECODED, "");
        return false;
    case OP_TRAP:
        tell_plain(walk, insn, FLOW_SYSTEM, insn->name);
        return false;
    case OP_SYSTEM: tell_plain(walk, insn, FLOW_SYSTEM, insn->name); return true;
    case OP_STACK_LOST:
        if (walk->is_telling) walk->stack_known = false;
        return true;
    case OP_ESCAPE: leave_regs(walk, insn, insn->reads, "moved out of the core"); return true;
    case OP_OTHER: set_unknown(walk, insn); return true;
    case OP_CMP: compare(walk, insn); return true;
    default: return true;
    }
}

bool step_do(struct walk *walk, const struct insn *insn)
{
    state_forget_ids(walk->values, &walk->state, walk_id(walk, insn, 0), 16);
    if (jump_is(insn)) return jump_do(walk, insn);
    if (insn->op >= OP_LOAD && insn->op <= OP_VSTORE) {
        memory_do(walk, insn);
        return true;
    }
    if (insn->op < OP_MOV || insn->op > OP_ADDRESS) return do_special(walk, insn);
    const uint32_t result = result_of(walk, insn);
    if (insn->sets_flags) walk->state.flags_id = 0;
    walk_set(walk, insn, insn->rd, result);
    return true;
}
