/*
 * Events to whoever listens. While a run is replayed up to a fault, those that were told before are
 * kept back.
 */
#include "twin/machine.h"

#include <string.h>

struct twin_event event_new(const struct twin *t, enum twin_event_kind kind)
{
    struct twin_event event;
    memset(&event, 0, sizeof event);
    event.kind = kind;
    event.time_ps = machine_now(t);
    event.insn = t->b.clock.insn;
    event.pc = t->block_pc;
    return event;
}

void event_send(struct twin *t, struct twin_event *event)
{
    const uint64_t number = t->b.events++;
    if (t->cfg.event == NULL || number < t->mute_until_event) return;
    t->cfg.event(t->cfg.event_context, event);
}
