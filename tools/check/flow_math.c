/*
 * Sets of entries combined pair by pair. What is not a number and not a base becomes unknown, with
 * an upper bound where there is one: the bound is what makes a table's size known.
 */
#include "tools/check/flow_math.h"

/* Numbers below this are no base of anything when a distance is added to them. */
#define SMALL 256u
/* A base at any distance stays the same base when less than this is added. */
#define NEAR 0x10000u

static uint32_t add_capped(uint32_t a, uint32_t b)
{
    return a > UINT32_MAX - b ? UINT32_MAX : a + b;
}

static uint32_t common(uint32_t a, uint32_t b)
{
    while (b != 0u) {
        const uint32_t rest = a % b;
        a = b;
        b = rest;
    }
    return a == 0u ? 1u : a;
}

/* Keep a draft; a result that is no exact number is given its instruction's id. */
static uint32_t keep(struct values *values, struct draft *draft, uint32_t id)
{
    const bool is_exact = draft->count == 1u && !draft->has_more && draft->entries[0].span == 0u;
    draft->id = is_exact ? 0u : id;
    return draft_keep(values, draft);
}

static bool is_base(const struct entry *entry)
{
    return entry->kind == ENTRY_STACK || entry->span != 0u || entry->v >= SMALL;
}

/* One entry and another. Two addresses in the stack have no sum. */
static void add_pair(const struct values *values, struct draft *draft, struct entry a,
                     const struct entry *b)
{
    if (a.kind == ENTRY_STACK && b->kind == ENTRY_STACK) {
        draft_add_more(draft, UINT32_MAX, 1);
        return;
    }
    const bool is_any = a.span == SPAN_ANY || b->span == SPAN_ANY;
    const bool is_base_a = a.kind == ENTRY_STACK || a.v + NEAR >= 2u * NEAR;
    const bool is_base_b = b->kind == ENTRY_STACK || b->v + NEAR >= 2u * NEAR;
    if (b->kind == ENTRY_STACK) a.kind = ENTRY_STACK;
    if (is_any && !is_base_a && is_base_b) a.v = b->v;
    else if (!is_any || (is_base_a && is_base_b)) a.v += b->v;
    if (a.from == 0u) a.from = b->from;
    a.step = a.span == 0u ? b->step : b->span == 0u ? a.step : common(a.step, b->step);
    a.span = is_any ? SPAN_ANY : add_capped(a.span, b->span);
    a.is_masked = a.is_masked || b->is_masked;
    draft_add(values, draft, &a);
}

/* An entry and an unknown number of at most max. */
static void add_unknown(const struct values *values, struct draft *draft, struct entry a,
                        const struct value *b)
{
    if (!is_base(&a)) {
        draft_add_more(draft, add_capped(a.v, b->max), a.v == 0u ? b->step : 1u);
        return;
    }
    a.step = a.span == 0u ? b->step : common(a.step, b->step);
    a.span = add_capped(a.span, b->max);
    draft_add(values, draft, &a);
}

/* Entries of one side with the unknown part of the other. */
static void add_sides(struct values *values, struct draft *draft, uint32_t a, uint32_t b)
{
    const struct value other = *value_at(values, b);
    if (!other.has_more) return;
    const uint32_t count = value_at(values, a)->count;
    for (uint32_t i = 0; i < count; i++) {
        add_unknown(values, draft, *value_entry(values, a, i), &other);
    }
}

uint32_t math_add(struct values *values, uint32_t a, uint32_t b, uint32_t id)
{
    struct draft draft;
    draft_start(&draft);
    const struct value left = *value_at(values, a);
    const struct value right = *value_at(values, b);
    for (uint32_t i = 0; i < left.count; i++) {
        for (uint32_t k = 0; k < right.count; k++) {
            add_pair(values, &draft, *value_entry(values, a, i), value_entry(values, b, k));
        }
    }
    add_sides(values, &draft, a, b);
    add_sides(values, &draft, b, a);
    if (left.has_more && right.has_more) {
        draft_add_more(&draft, add_capped(left.max, right.max), common(left.step, right.step));
    }
    return keep(values, &draft, id);
}

uint32_t math_offset(struct values *values, uint32_t a, uint32_t number, uint32_t id)
{
    if (number == 0u) return a;
    const struct value value = *value_at(values, a);
    const bool is_small = number + NEAR < 2u * NEAR;
    if (!value.has_more || !is_small) {
        return math_add(values, a, value_number(values, number, 0), id);
    }
    const struct entry other = {.kind = ENTRY_NUMBER, .v = number};
    struct draft draft;
    draft_start(&draft);
    for (uint32_t i = 0; i < value.count; i++) {
        add_pair(values, &draft, *value_entry(values, a, i), &other);
    }
    const bool is_down = number >= 0x80000000u; /* may wrap round */
    draft_add_more(&draft, is_down ? UINT32_MAX : add_capped(value.max, number), 1);
    return keep(values, &draft, id);
}

uint32_t math_scale(struct values *values, uint32_t a, uint32_t factor, uint32_t id)
{
    const struct value value = *value_at(values, a);
    struct draft draft;
    draft_start(&draft);
    for (uint32_t i = 0; i < value.count; i++) {
        struct entry entry = *value_entry(values, a, i);
        if (entry.kind == ENTRY_STACK || entry.span != 0u) {
            draft_add_more(&draft, UINT32_MAX, 1);
            continue;
        }
        entry.v *= factor;
        draft_add(values, &draft, &entry);
    }
    const bool fits = factor != 0u && value.max <= UINT32_MAX / factor;
    if (value.has_more && factor != 0u) {
        const bool is_small = fits && value.step <= UINT32_MAX / factor;
        draft_add_more(&draft, fits ? value.max * factor : UINT32_MAX,
                       is_small ? value.step * factor : 1u);
    }
    if (value.has_more && factor == 0u) draft_add_more(&draft, 0, 1);
    return keep(values, &draft, id);
}

static uint32_t compute(enum op op, uint32_t a, uint32_t b)
{
    switch (op) {
    case OP_SUB: return a - b;
    case OP_RSB: return b - a;
    case OP_AND: return a & b;
    case OP_BIC: return a & ~b;
    case OP_ORR: return a | b;
    case OP_EOR: return a ^ b;
    case OP_LSL: return b >= 32u ? 0u : a << b;
    case OP_LSR: return b >= 32u ? 0u : a >> b;
    case OP_ASR:
        return (a >> (b > 31u ? 31u : b)) | ((a & 0x80000000u) != 0u && b != 0u
                                                ? ~(UINT32_MAX >> (b > 31u ? 31u : b))
                                                : 0u);
    case OP_MUL: return a * b;
    default: return 0;
    }
}

/* What stays of a base of which the other operand is not known, or which is not exact itself. */
static void do_base(const struct values *values, struct draft *draft, enum op op, struct entry a)
{
    const bool keeps = op == OP_SUB || op == OP_AND || op == OP_BIC || op == OP_ORR;
    if (!keeps || !is_base(&a)) {
        draft_add_more(draft, UINT32_MAX, 1);
        return;
    }
    a.span = SPAN_ANY;
    a.step = 1;
    a.is_masked = a.is_masked || op == OP_ORR;
    draft_add(values, draft, &a);
    draft_add_more(draft, UINT32_MAX, 1);
}

static void do_pair(const struct values *values, struct draft *draft, enum op op,
                    const struct entry *a, const struct entry *b)
{
    const bool is_exact = a->span == 0u && b->span == 0u;
    struct entry result = *a;
    if (op == OP_SUB && b->kind == ENTRY_NUMBER && b->span == 0u) {
        const struct entry minus = {.kind = ENTRY_NUMBER, .v = 0u - b->v};
        add_pair(values, draft, result, &minus);
        return;
    }
    if (op == OP_SUB && is_exact && a->kind == ENTRY_STACK && b->kind == ENTRY_STACK) {
        result.kind = ENTRY_NUMBER;
    } else if (!is_exact || a->kind == ENTRY_STACK || b->kind == ENTRY_STACK) {
        do_base(values, draft, op, *a);
        if (op == OP_ORR) do_base(values, draft, op, *b);
        return;
    }
    result.v = compute(op, a->v, b->v);
    if (result.from == 0u) result.from = b->from;
    draft_add(values, draft, &result);
}

/* The upper bound of an unknown result, by the operands' bounds. */
static uint32_t bound_of(const struct values *values, enum op op, const uint32_t operands[2])
{
    const struct value *const a = value_at(values, operands[0]);
    uint32_t number;
    const bool is_known = value_is_number(values, operands[1], &number);
    if (op == OP_LSR && is_known) {
        const uint32_t max = a->count == 0u ? a->max : UINT32_MAX;
        return number >= 32u ? 0u : max >> number;
    }
    if (op == OP_AND && is_known) return number;
    if (op == OP_AND && value_is_number(values, operands[0], &number)) return number;
    return UINT32_MAX;
}

/* Bases on either side where the other side is not known. */
static void do_sides(struct values *values, struct draft *draft, enum op op,
                     const uint32_t operands[2])
{
    for (uint32_t side = 0; side < 2u; side++) {
        const bool counts = side == 0u || op == OP_ORR || op == OP_AND;
        if (!counts || !value_at(values, operands[1u - side])->has_more) continue;
        const uint32_t count = value_at(values, operands[side])->count;
        for (uint32_t i = 0; i < count; i++) {
            const struct entry entry = *value_entry(values, operands[side], i);
            /* A mask is no base. */
            if (op != OP_AND || entry.kind == ENTRY_STACK) do_base(values, draft, op, entry);
        }
    }
}

uint32_t math_do(struct values *values, enum op op, const uint32_t operands[2], uint32_t id)
{
    struct draft draft;
    draft_start(&draft);
    const struct value a = *value_at(values, operands[0]);
    const struct value b = *value_at(values, operands[1]);
    for (uint32_t i = 0; i < a.count; i++) {
        for (uint32_t k = 0; k < b.count; k++) {
            do_pair(values, &draft, op, value_entry(values, operands[0], i),
                    value_entry(values, operands[1], k));
        }
    }
    if (a.has_more || b.has_more) {
        draft_add_more(&draft, bound_of(values, op, operands), 1);
        do_sides(values, &draft, op, operands);
    }
    return keep(values, &draft, id);
}

uint32_t math_upper(struct values *values, uint32_t a, uint32_t upper, uint32_t id)
{
    const struct value value = *value_at(values, a);
    struct draft draft;
    draft_start(&draft);
    for (uint32_t i = 0; i < value.count; i++) {
        struct entry entry = *value_entry(values, a, i);
        const bool is_exact = entry.kind == ENTRY_NUMBER && entry.span == 0u;
        entry.v = (upper << 16) | (is_exact ? entry.v & 0xFFFFu : 0u);
        entry.span = is_exact ? 0u : 0xFFFFu;
        entry.step = 1;
        entry.kind = ENTRY_NUMBER;
        draft_add(values, &draft, &entry);
    }
    if (value.has_more) {
        const struct entry entry = {.kind = ENTRY_NUMBER, .v = upper << 16, .span = 0xFFFF,
                                    .step = 1};
        draft_add(values, &draft, &entry);
    }
    return keep(values, &draft, id);
}

uint32_t math_limit(struct values *values, uint32_t a, uint32_t max, uint32_t id)
{
    const struct value value = *value_at(values, a);
    struct draft draft;
    draft_start(&draft);
    for (uint32_t i = 0; i < value.count; i++) {
        const struct entry entry = *value_entry(values, a, i);
        if (entry.kind == ENTRY_NUMBER && entry.span == 0u && entry.v > max) continue;
        draft_add(values, &draft, &entry);
    }
    if (value.has_more) draft_add_more(&draft, value.max < max ? value.max : max, value.step);
    draft.id = id;
    return draft_keep(values, &draft);
}
