/*
 * Is a log sound? The invariants of log.h and index.h, as far as memory alone can tell. For asserts
 * at the ends of the store's calls; it costs nothing where asserts are off.
 */
#ifndef NACRE_CORE_SOUND_H
#define NACRE_CORE_SOUND_H

#include "nacre/core/log.h"

static inline bool nacre_generations_are_sound(const struct nacre_log *log)
{
    if (log->oldest > log->generation || log->durable_oldest > log->oldest) return false;
    return log->generation - log->oldest < log->lanes.unit_count;
}

static inline bool nacre_entry_is_sound(const struct nacre_log *log, uint32_t i)
{
    const struct nacre_index_entry *const entry = &log->index.entries[i];
    if (i > 0u && nacre_entry_key(entry - 1) >= nacre_entry_key(entry)) return false;
    if (entry->place == NACRE_PLACE_OWED) return log->owes;
    if (entry->place % log->lanes.slots == 0u) return false;
    return nacre_log_spot(log, entry->place).generation >= log->oldest;
}

static inline bool nacre_log_is_sound(const struct nacre_log *log)
{
    if (!nacre_generations_are_sound(log)) return false;
    if (log->top < 1u || log->top > log->lanes.slots || log->longest < 1u) return false;
    if (log->oldest_live > log->live || log->next > NACRE_NEXT_VOUCHED) return false;
    if (log->index.count > log->index.capacity) return false;
    for (uint32_t i = 0; i < log->index.count; i++) {
        if (!nacre_entry_is_sound(log, i)) return false;
    }
    return true;
}

#endif
