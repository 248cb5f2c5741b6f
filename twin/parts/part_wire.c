/*
 * What the two buses share: the address counter, and bytes that are stored as they come.
 */
#include "twin/parts/part_internal.h"

bool part_take_address(struct part *part, uint8_t byte)
{
    struct wire *const wire = &part->state.wire;
    wire->left--;
    part->state.addr |= (uint32_t)byte << 8u * wire->left;
    if (wire->left != 0u) return false;
    part->state.addr %= part->row->size_bytes;
    return true;
}

void part_next_addr(struct part *part, uint32_t span)
{
    uint32_t *const addr = &part->state.addr;
    const uint32_t next = (*addr + 1u) % span;
    *addr = *addr - *addr % span + next;
    if (next == 0u) part->state.wire.has_wrapped = true;
}

void part_count_wrap(struct part *part, uint64_t *counter)
{
    struct wire *const wire = &part->state.wire;
    if (wire->has_wrapped) (*counter)++;
    wire->has_wrapped = false;
}

static bool take_for_cycle(struct part *part, uint8_t byte)
{
    part_count_wrap(part, &part->state.counters.wrapped);
    part_cycle_take(part, part->state.addr, byte);
    part_next_addr(part, part->row->page_bytes);
    return true;
}

static bool store(struct part *part, uint8_t byte)
{
    struct part_state *const state = &part->state;
    part_count_wrap(part, &state->counters.rolled_over);
    if (part_step_is_cut(part)) return false;
    if (!state->wire.is_stored) state->counters.writes++;
    state->wire.is_stored = true;
    state->counters.write_bytes++;
    part_set(part, state->addr, byte);
    part_next_addr(part, part->row->size_bytes);
    return true;
}

/* The counter stands still at what is protected. */
bool part_take_data(struct part *part, uint8_t byte)
{
    struct wire *const wire = &part->state.wire;
    if (part_covers(part, part->state.addr)) {
        if (!wire->is_refused) part->state.counters.refused++;
        wire->is_refused = true;
        return false;
    }
    return part->row->kind == PART_EEPROM ? take_for_cycle(part, byte) : store(part, byte);
}

uint8_t part_send_data(struct part *part)
{
    part_count_wrap(part, &part->state.counters.rolled_over);
    const uint8_t byte = part_view(part, part->state.addr);
    part_next_addr(part, part->row->size_bytes);
    return byte;
}
