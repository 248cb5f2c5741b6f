/*
 * Slots are kept sorted by offset, one word each.
 */
#include "tools/check/flow_state.h"

#include "tools/check/decode.h"
#include "tools/check/flow_math.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

void state_start(struct values *values, struct state *state)
{
    memset(state, 0, offsetof(struct state, slots));
    for (uint32_t i = 0; i < 15u; i++) {
        state->regs[i] = value_unknown(values, UINT32_MAX, ID_ENTRY + i);
    }
    state->regs[REG_SP] = value_stack(values, 0);
}

static size_t bytes_of(const struct state *state)
{
    return offsetof(struct state, slots) + state->slot_count * sizeof state->slots[0];
}

void state_copy(struct state *to, const struct state *from)
{
    memcpy(to, from, bytes_of(from));
}

struct state *state_keep(const struct state *state)
{
    struct state *const kept = malloc(bytes_of(state));
    if (kept != NULL) memcpy(kept, state, bytes_of(state));
    return kept;
}

/* Where the first slot at or above the offset is. */
static uint32_t find(const struct state *state, int32_t offset)
{
    uint32_t low = 0;
    uint32_t high = state->slot_count;
    while (low < high) {
        const uint32_t middle = (low + high) / 2u;
        if (state->slots[middle].offset < offset) low = middle + 1u;
        else high = middle;
    }
    return low;
}

uint32_t state_load(const struct state *state, int32_t offset)
{
    const uint32_t i = find(state, offset);
    const bool is_there = i < state->slot_count && state->slots[i].offset == offset;
    return is_there ? state->slots[i].value : VALUE_ANY;
}

bool state_store(struct state *state, int32_t offset, uint32_t value)
{
    const uint32_t i = find(state, offset);
    if (i < state->slot_count && state->slots[i].offset == offset) {
        state->slots[i].value = value;
        return true;
    }
    if (value == VALUE_ANY) return true;
    if (state->slot_count >= SLOTS_MAX) return false;
    memmove(&state->slots[i + 1u], &state->slots[i],
            (state->slot_count - i) * sizeof state->slots[0]);
    state->slots[i] = (struct slot){.offset = offset, .value = value};
    state->slot_count++;
    return true;
}

void state_drop_below(struct state *state, int32_t offset)
{
    const uint32_t gone = find(state, offset);
    state->slot_count -= gone;
    memmove(state->slots, &state->slots[gone], state->slot_count * sizeof state->slots[0]);
}

void state_blur(struct values *values, struct state *state)
{
    for (uint32_t i = 0; i < state->slot_count; i++) {
        const uint32_t value = state->slots[i].value;
        if (value_at(values, value)->id == ID_RETURN) continue;
        state->slots[i].value = value_blur(values, value);
    }
}

static uint32_t forgotten(struct values *values, uint32_t value, uint32_t first, uint32_t count)
{
    const uint32_t id = value_at(values, value)->id;
    return id >= first && id - first < count ? value_anonymous(values, value) : value;
}

void state_forget_ids(struct values *values, struct state *state, uint32_t first, uint32_t count)
{
    for (uint32_t i = 0; i < 15u; i++) {
        state->regs[i] = forgotten(values, state->regs[i], first, count);
    }
    for (uint32_t i = 0; i < state->slot_count; i++) {
        state->slots[i].value = forgotten(values, state->slots[i].value, first, count);
    }
    if (state->flags_id >= first && state->flags_id - first < count) state->flags_id = 0;
}

void state_limit(struct values *values, struct state *state, uint32_t id, uint32_t max)
{
    for (uint32_t i = 0; i < 15u; i++) {
        if (value_at(values, state->regs[i])->id != id) continue;
        state->regs[i] = math_limit(values, state->regs[i], max, id);
    }
    for (uint32_t i = 0; i < state->slot_count; i++) {
        if (value_at(values, state->slots[i].value)->id != id) continue;
        state->slots[i].value = math_limit(values, state->slots[i].value, max, id);
    }
}

/* ---- where paths meet ---- */

/* The slots of both; what only one has may hold anything as well. */
static void join_slots(struct values *values, struct state *joined, const struct state *a,
                       const struct state *b, bool is_widening)
{
    uint32_t i = 0;
    uint32_t k = 0;
    while (i < a->slot_count || k < b->slot_count) {
        const bool has_a = i < a->slot_count &&
                           (k >= b->slot_count || a->slots[i].offset <= b->slots[k].offset);
        const bool has_b = k < b->slot_count &&
                           (i >= a->slot_count || b->slots[k].offset <= a->slots[i].offset);
        const int32_t offset = has_a ? a->slots[i].offset : b->slots[k].offset;
        const uint32_t left = has_a ? a->slots[i].value : VALUE_ANY;
        const uint32_t right = has_b ? b->slots[k].value : VALUE_ANY;
        const uint32_t value = value_join(values, left, right, is_widening);
        if (!state_store(joined, offset, value)) values_fail(values);
        i += has_a;
        k += has_b;
    }
}

static bool is_same(const struct state *a, const struct state *b)
{
    return bytes_of(a) == bytes_of(b) && memcmp(a, b, bytes_of(a)) == 0;
}

bool state_join(struct values *values, struct state **into, const struct state *from,
                bool is_widening)
{
    const struct state *const old = *into;
    struct state joined;
    memset(&joined, 0, offsetof(struct state, slots));
    for (uint32_t i = 0; i < 15u; i++) {
        joined.regs[i] = value_join(values, old->regs[i], from->regs[i], is_widening);
    }
    const bool is_known = old->flags_id == from->flags_id &&
                          old->flags_limit == from->flags_limit;
    joined.flags_id = is_known ? old->flags_id : 0u;
    joined.flags_limit = joined.flags_id != 0u ? old->flags_limit : 0u;
    joined.is_shared = old->is_shared || from->is_shared;
    join_slots(values, &joined, old, from, is_widening);
    if (is_same(old, &joined)) return false;
    struct state *const kept = state_keep(&joined);
    if (kept == NULL) {
        values_fail(values);
        return false;
    }
    free(*into);
    *into = kept;
    return true;
}
