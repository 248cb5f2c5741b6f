/*
 * Loads and stores: what is loaded, what is told of the address, and what happens to the function's
 * own stack.
 */
#include "tools/check/flow_walk.h"

#include "tools/check/flow_math.h"

#define TABLE_MAX 1024u /* entries of a table that are looked at one by one */
#define NUMBERS_MAX 64u /* entries of a table of which all numbers are kept */
#define RAM_TABLE_MAX 4096u

/* ---- reading the image ---- */

static uint32_t mask_of(uint32_t width)
{
    return width >= 4u ? UINT32_MAX : (1u << 8u * width) - 1u;
}

static bool read_word(const struct walk *walk, uint32_t addr, uint32_t width, uint32_t *word)
{
    uint8_t bytes[4] = {0};
    if (!image_read(walk->image, addr, bytes, width > 4u ? 4u : width)) return false;
    *word = (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
            (uint32_t)bytes[3] << 24;
    return true;
}

/* Pool words and tables beside code never change, also where their section may be written. */
static bool is_constant(const struct walk *walk, const struct insn *insn, uint32_t addr,
                        uint32_t width)
{
    const bool is_pool = insn->is_pc_based || (addr >= walk->low && addr < walk->high);
    return is_pool || image_is_constant(walk->image, addr, width);
}

static uint32_t extend(uint32_t word, const struct insn *insn)
{
    if (!insn->is_signed || insn->width >= 4u) return word;
    const uint32_t sign = 1u << (8u * insn->width - 1u);
    return (word ^ sign) - sign;
}

/* What lies at one exact address. RAM data that points into the dark is told. */
static void add_word(struct walk *walk, const struct insn *insn, struct draft *draft, uint32_t addr,
                     uint32_t width)
{
    uint32_t word;
    if (!read_word(walk, addr, width, &word)) {
        draft_add_more(draft, insn->is_signed ? UINT32_MAX : mask_of(width), 1);
        return;
    }
    const struct entry entry = {.kind = ENTRY_NUMBER, .v = extend(word, insn), .from = addr};
    if (is_constant(walk, insn, addr, width)) {
        draft_add(walk->values, draft, &entry);
        return;
    }
    draft_add_more(draft, insn->is_signed ? UINT32_MAX : mask_of(width), 1);
    if (width != 4u || word == 0u) return;
    draft_add(walk->values, draft, &entry);
    if (!entry_is_dark(walk->image, &entry)) return;
    walk_tell(walk, insn,
              (struct flow_event){.kind = FLOW_POINTER, .target = word, .from = addr,
                                  .is_known = true, .how = "in initialised RAM data"});
}

/* How many bytes from the base on an address with a span may reach, by the object it is in. */
static bool bound_table(const struct walk *walk, const struct entry *base, uint32_t *span)
{
    if (base->span != SPAN_ANY) {
        *span = base->span;
        return true;
    }
    struct image_symbol symbol;
    if (!image_symbol_at(walk->image, base->v, &symbol) || symbol.is_function) return false;
    if (symbol.size == 0u || base->v < symbol.addr || base->v - symbol.addr >= symbol.size) {
        return false;
    }
    *span = symbol.size - 1u - (base->v - symbol.addr);
    return true;
}

/* Whether a word points nowhere: not into code, and not into the dark. */
static bool is_number(const struct walk *walk, uint32_t addr, uint32_t width)
{
    uint32_t word;
    if (width != 4u || !read_word(walk, addr, width, &word)) return false;
    return image_place(walk->image, word) != IMAGE_DARK && !image_is_code(walk->image, word & ~1u);
}

static void add_table(struct walk *walk, const struct insn *insn, struct draft *draft,
                      const struct entry *base)
{
    const uint32_t width = insn->width > 4u ? 4u : insn->width;
    const uint32_t rest = insn->is_signed ? UINT32_MAX : mask_of(width);
    uint32_t span;
    if (!bound_table(walk, base, &span)) {
        draft_add_more(draft, rest, 1);
        return;
    }
    const uint32_t step = base->span == SPAN_ANY ? width : base->step < 1u ? 1u : base->step;
    const uint32_t max = is_constant(walk, insn, base->v, width) ? TABLE_MAX : RAM_TABLE_MAX;
    if (span / step >= max) draft_add_more(draft, rest, 1);
    if (span / step >= NUMBERS_MAX && width < 4u && insn->op != OP_TBB &&
        insn->op != OP_BL) {
        draft_add_more(draft, rest, 1);
        return;
    }
    for (uint32_t i = 0; i < max && i * step <= span; i++) {
        const uint32_t addr = base->v + i * step;
        if (span / step >= NUMBERS_MAX && is_number(walk, addr, width)) {
            draft_add_more(draft, rest, 1);
        } else {
            add_word(walk, insn, draft, addr, width);
        }
    }
    /* Behind the object's end is nothing that a sound program reads. */
}

uint32_t memory_table(struct walk *walk, const struct insn *insn, const struct entry *base,
                      uint32_t width)
{
    struct insn load = *insn;
    load.width = (uint8_t)width;
    load.is_signed = false;
    struct draft draft;
    draft_start(&draft);
    if (base->span == 0u) add_word(walk, &load, &draft, base->v, width);
    else add_table(walk, &load, &draft, base);
    return draft_keep(walk->values, &draft);
}

/* ---- the function's own stack ---- */

static void add_slot(struct walk *walk, const struct insn *insn, struct draft *draft,
                     const struct entry *entry)
{
    const uint32_t rest = insn->is_signed ? UINT32_MAX : mask_of(insn->width);
    if (entry->span == 0u && insn->width >= 4u) {
        draft_add_value(walk->values, draft, state_load(&walk->state, (int32_t)entry->v));
        return;
    }
    draft_add_more(draft, rest, 1);
    if (entry->span == 0u || insn->width < 4u) return;
    for (uint32_t i = 0; i < walk->state.slot_count; i++) {
        draft_add_value(walk->values, draft, walk->state.slots[i].value);
    }
}

/* A store to a slot that may be any, or to part of one: what was there may be there still. */
static void blur_slots(struct walk *walk, uint32_t value, bool has_value)
{
    for (uint32_t i = 0; i < walk->state.slot_count; i++) {
        struct slot *const slot = &walk->state.slots[i];
        if (value_at(walk->values, slot->value)->id == ID_RETURN) continue;
        slot->value = has_value ? value_join(walk->values, slot->value, value, false)
                                : value_blur(walk->values, slot->value);
    }
}

static void store_slot(struct walk *walk, const struct insn *insn, const struct entry *entry,
                       uint32_t value, bool is_only)
{
    const int32_t offset = (int32_t)entry->v;
    if (entry->span != 0u) {
        blur_slots(walk, value, insn->width >= 4u);
        /* It may also be a slot that nothing was stored to yet. */
        leave_value(walk, insn, value, "stored", 0);
        return;
    }
    if (insn->width < 4u || (offset & 3) != 0) {
        const int32_t word = offset & ~3;
        const uint32_t old = state_load(&walk->state, word);
        (void)state_store(&walk->state, word, value_blur(walk->values, old));
        if ((offset & 3) == 0) return;
        const uint32_t next = state_load(&walk->state, word + 4);
        (void)state_store(&walk->state, word + 4, value_blur(walk->values, next));
        return;
    }
    const uint32_t old = state_load(&walk->state, offset);
    const uint32_t kept = is_only ? value : value_join(walk->values, old, value, false);
    if (!state_store(&walk->state, offset, kept)) leave_value(walk, insn, value, "stored", 0);
}

/* ---- addresses ---- */

static uint32_t address_of(struct walk *walk, const struct insn *insn)
{
    uint32_t address = insn->is_pc_based
                           ? value_number(walk->values, (insn->at + 4u) & ~3u, 0)
                           : walk_reg(walk, insn, insn->rn);
    if (insn->rm != REG_NONE) {
        const uint32_t index = math_scale(walk->values, walk_reg(walk, insn, insn->rm),
                                          1u << insn->shift, 0);
        address = math_add(walk->values, address, index, 0);
    }
    return math_offset(walk->values, address, insn->imm, 0);
}

static void tell_access(struct walk *walk, const struct insn *insn, enum flow_kind kind,
                        const struct entry *entry)
{
    if (entry->kind == ENTRY_STACK) return;
    const bool is_exact = entry->span == 0u && !entry->is_masked;
    if (!is_exact && !entry_is_dark(walk->image, entry)) return;
    uint32_t span = 0;
    (void)bound_table(walk, entry, &span);
    walk_tell(walk, insn,
              (struct flow_event){.kind = kind, .target = entry->v, .from = entry->from,
                                  .is_known = entry->span == 0u, .bytes = insn->width + span,
                                  .how = entry->span == 0u ? "" : "a table"});
}

/* The value at an address that may be this or that. */
static uint32_t load_from(struct walk *walk, const struct insn *insn, uint32_t address, uint32_t id)
{
    struct draft draft;
    draft_start(&draft);
    const struct value value = *value_at(walk->values, address);
    uint32_t same = NONE;
    for (uint32_t i = 0; i < value.count; i++) {
        const struct entry entry = *value_entry(walk->values, address, i);
        tell_access(walk, insn, FLOW_LOAD, &entry);
        if (entry.kind == ENTRY_STACK) add_slot(walk, insn, &draft, &entry);
        else if (entry.span == 0u) add_word(walk, insn, &draft, entry.v,
                                            insn->width > 4u ? 4u : insn->width);
        else add_table(walk, insn, &draft, &entry);
        if (entry.kind == ENTRY_STACK && entry.span == 0u && value.count == 1u &&
            !value.has_more && insn->width >= 4u) {
            same = state_load(&walk->state, (int32_t)entry.v);
        }
    }
    if (same != NONE && value_at(walk->values, same)->id != 0u) return same;
    if (value.has_more) draft_add_more(&draft, insn->is_signed ? UINT32_MAX
                                                               : mask_of(insn->width), 1);
    const bool is_exact = draft.count == 1u && !draft.has_more && draft.entries[0].span == 0u;
    draft.id = is_exact ? 0u : id;
    const uint32_t loaded = draft_keep(walk->values, &draft);
    if (same != NONE && loaded != VALUE_ANY) {
        /* A slot whose value had no name is named by its load, so that both are compared. */
        const struct entry entry = *value_entry(walk->values, address, 0);
        (void)state_store(&walk->state, (int32_t)entry.v, loaded);
    }
    return loaded;
}

static void store_to(struct walk *walk, const struct insn *insn, uint32_t address, uint32_t value)
{
    const struct value where = *value_at(walk->values, address);
    bool leaves = where.has_more;
    uint32_t into = 0;
    for (uint32_t i = 0; i < where.count; i++) {
        const struct entry entry = *value_entry(walk->values, address, i);
        tell_access(walk, insn, FLOW_STORE, &entry);
        if (entry.kind == ENTRY_STACK) {
            store_slot(walk, insn, &entry, value, where.count == 1u && !where.has_more);
            continue;
        }
        leaves = true;
        if (entry.span == 0u && where.count == 1u && !where.has_more) into = entry.v;
    }
    if (leaves) leave_value(walk, insn, value, "stored", into);
    if (where.has_more && walk->state.is_shared) blur_slots(walk, value, insn->width >= 4u);
    if (where.has_more && walk->state.is_shared) state_blur(walk->values, &walk->state);
}

static void write_back(struct walk *walk, const struct insn *insn)
{
    if (!insn->writes_back) return;
    const uint32_t moved = math_offset(walk->values, walk_reg(walk, insn, insn->rn), insn->delta,
                                       walk_id(walk, insn, insn->rn));
    walk_set(walk, insn, insn->rn, moved);
}

/* ---- by kind ---- */

static void do_load(struct walk *walk, const struct insn *insn)
{
    const uint32_t address = address_of(walk, insn);
    const uint32_t first = insn->rd == REG_NONE
                               ? VALUE_ANY
                               : load_from(walk, insn, address, walk_id(walk, insn, insn->rd));
    if (insn->rd == REG_NONE) { /* a hint reads as well */
        (void)load_from(walk, insn, address, 0);
        return;
    }
    uint32_t second = VALUE_ANY;
    if (insn->ra != REG_NONE) {
        const uint32_t next = math_offset(walk->values, address, 4, 0);
        second = load_from(walk, insn, next, walk_id(walk, insn, insn->ra));
    }
    write_back(walk, insn);
    if (insn->rd != REG_PC) walk_set(walk, insn, insn->rd, first);
    if (insn->ra != REG_NONE && insn->ra != REG_PC) walk_set(walk, insn, insn->ra, second);
}

static void do_store(struct walk *walk, const struct insn *insn)
{
    const uint32_t address = address_of(walk, insn);
    const uint32_t value = walk_reg(walk, insn, insn->rd);
    const uint32_t other = insn->ra == REG_NONE ? VALUE_ANY : walk_reg(walk, insn, insn->ra);
    /* A push moves the stack pointer first, so that nothing stored is below it. */
    write_back(walk, insn);
    store_to(walk, insn, address, value);
    if (insn->ra != REG_NONE) {
        store_to(walk, insn, math_offset(walk->values, address, 4, 0), other);
    }
    for (uint32_t reg = 0; reg < 15u; reg++) {
        if ((insn->writes >> reg & 1u) == 0u) continue;
        walk_set(walk, insn, reg, value_unknown(walk->values, 1, walk_id(walk, insn, reg)));
    }
}

static void do_load_many(struct walk *walk, const struct insn *insn)
{
    uint32_t address = address_of(walk, insn);
    uint32_t loaded[15];
    struct insn word = *insn;
    word.width = 4;
    for (uint32_t reg = 0; reg < 15u; reg++) {
        if ((insn->list >> reg & 1u) == 0u) continue;
        loaded[reg] = load_from(walk, &word, address, walk_id(walk, insn, reg));
        address = math_offset(walk->values, address, 4, 0);
    }
    write_back(walk, insn);
    for (uint32_t reg = 0; reg < 15u; reg++) {
        if ((insn->list >> reg & 1u) != 0u) walk_set(walk, insn, reg, loaded[reg]);
    }
}

static void do_store_many(struct walk *walk, const struct insn *insn)
{
    uint32_t address = address_of(walk, insn);
    uint32_t stored[15];
    for (uint32_t reg = 0; reg < 15u; reg++) stored[reg] = walk->state.regs[reg];
    struct insn word = *insn;
    word.width = 4;
    write_back(walk, insn);
    for (uint32_t reg = 0; reg < 15u; reg++) {
        if ((insn->list >> reg & 1u) == 0u) continue;
        store_to(walk, &word, address, stored[reg]);
        address = math_offset(walk->values, address, 4, 0);
    }
}

/* The FPU's registers are not followed: what points into the dark is told as it goes there. */
static void do_float(struct walk *walk, const struct insn *insn)
{
    uint32_t address = address_of(walk, insn);
    struct insn word = *insn;
    word.width = 4;
    write_back(walk, insn);
    for (uint32_t done = 0; done < insn->width; done += 4u) {
        if (insn->op == OP_VSTORE) {
            store_to(walk, &word, address, VALUE_ANY);
        } else {
            const uint32_t value = load_from(walk, &word, address, 0);
            leave_value(walk, insn, value, "loaded into the FPU", 0);
        }
        address = math_offset(walk->values, address, 4, 0);
    }
}

uint32_t memory_target(struct walk *walk, const struct insn *insn)
{
    struct insn word = *insn;
    word.width = 4;
    uint32_t address = address_of(walk, insn);
    if (insn->op == OP_LOADM) {
        for (uint32_t reg = 0; reg < 15u; reg++) {
            if ((insn->list >> reg & 1u) != 0u) address = math_offset(walk->values, address, 4, 0);
        }
    }
    return load_from(walk, &word, address, walk_id(walk, insn, 15));
}

void memory_do(struct walk *walk, const struct insn *insn)
{
    switch (insn->op) {
    case OP_LOAD: do_load(walk, insn); break;
    case OP_STORE: do_store(walk, insn); break;
    case OP_LOADM: do_load_many(walk, insn); break;
    case OP_STOREM: do_store_many(walk, insn); break;
    case OP_VLOAD: case OP_VSTORE: do_float(walk, insn); break;
    default: break;
    }
}
