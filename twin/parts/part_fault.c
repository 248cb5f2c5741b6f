/*
 * Faults that are injected: which transfers they hit, and what they do to bytes.
 */
#include <string.h>

#include "twin/parts/part_internal.h"

void part_inject(struct part *part, const struct part_fault *fault)
{
    if (fault->kind >= PART_FAULT_KINDS) return;
    struct armed_fault *const armed = &part->state.faults[fault->kind];
    *armed = (struct armed_fault){.is_armed = true, .fault = *fault};
}

void part_heal(struct part *part)
{
    memset(part->state.faults, 0, sizeof part->state.faults);
    part->state.sda_clocks = 0;
}

static bool hits(struct armed_fault *armed)
{
    if (!armed->is_armed) return false;
    const uint64_t index = armed->seen++;
    if (index < armed->fault.after) return false;
    return armed->fault.count == 0u || index - armed->fault.after < armed->fault.count;
}

/* The clock and the time since power up. False: the part is not there yet. */
static bool is_in_time(struct part *part)
{
    struct part_counters *const counters = &part->state.counters;
    if (part->state.hz > part->row->clock_hz_max) counters->too_fast++;
    if (part->state.now_ps >= part->state.ready_ps) return true;
    counters->too_early++;
    return false;
}

bool part_transfer_begins(struct part *part)
{
    struct part_state *const state = &part->state;
    state->counters.transfers++;
    memset(&state->wire.hit, 0, sizeof state->wire.hit);
    if (!is_in_time(part)) return false;
    for (uint32_t kind = 0; kind < PART_FAULT_KINDS; kind++) {
        state->wire.hit[kind] = hits(&state->faults[kind]);
    }
    return !state->wire.hit[PART_FAULT_DEAD] && !state->wire.hit[PART_FAULT_NO_ACK];
}

uint8_t part_noise(struct part *part, uint8_t byte)
{
    const struct wire *const wire = &part->state.wire;
    if (!wire->hit[PART_FAULT_NOISE]) return byte;
    if (wire->position != part->state.faults[PART_FAULT_NOISE].fault.at) return byte;
    return byte ^ (uint8_t)(1u << part_draw_below(part, 8));
}

uint8_t part_id_byte(const struct part *part, uint32_t i)
{
    const uint8_t byte = part->row->id[i % part->row->id_bytes];
    return part->state.wire.hit[PART_FAULT_WRONG_ID] ? byte ^ 0x5Au : byte;
}
