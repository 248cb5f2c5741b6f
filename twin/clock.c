/*
 * Virtual time, see clock.h. There are few slots, so the next one is found by looking at all.
 */
#include "twin/clock.h"

#include <string.h>

void clock_init(struct clock *clock)
{
    memset(clock, 0, sizeof *clock);
    for (int slot = 0; slot < CLOCK_SLOTS; slot++) {
        clock->at_ps[slot] = CLOCK_NEVER;
    }
    clock->next_ps = CLOCK_NEVER;
}

void clock_set_hz(struct clock *clock, uint32_t hz)
{
    clock->hz = hz;
    clock->cycle_q20 = (CLOCK_PS_PER_S << 20) / hz;
}

void clock_at(struct clock *clock, enum clock_slot slot, uint64_t at_ps)
{
    uint64_t next = CLOCK_NEVER;
    clock->at_ps[slot] = at_ps;
    for (int i = 0; i < CLOCK_SLOTS; i++) {
        if (clock->at_ps[i] < next) next = clock->at_ps[i];
    }
    clock->next_ps = next;
}

enum clock_slot clock_due(const struct clock *clock)
{
    if (clock->next_ps > clock->now_ps) return CLOCK_SLOTS;
    for (int i = 0; i < CLOCK_SLOTS; i++) {
        if (clock->at_ps[i] == clock->next_ps) return (enum clock_slot)i;
    }
    return CLOCK_SLOTS;
}

uint64_t clock_ticks(uint64_t ps, uint64_t hz)
{
    return (uint64_t)((unsigned __int128)ps * hz / CLOCK_PS_PER_S);
}

uint64_t clock_ps_of(uint64_t ticks, uint64_t hz)
{
    return (uint64_t)(((unsigned __int128)ticks * CLOCK_PS_PER_S + hz - 1u) / hz);
}
