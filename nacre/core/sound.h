/*
 * Is a log sound? The invariants of log.h and index.h, as far as memory alone can tell. For asserts
 * at the ends of the store's calls; it costs nothing where asserts are off.
 */
#ifndef NACRE_CORE_SOUND_H
#define NACRE_CORE_SOUND_H

#include "nacre/core/log.h"

static inline bool nacre_generations_are_sound(const struct nacre_log *log)
{
    return log->oldest <= log->generation && log->generation - log->oldest < log->unit_count &&
           log->durable_oldest <= log->oldest;
}

static inline bool nacre_entry_is_sound(const struct nacre_log *log, uint32_t i)
{
    const struct nacre_index_entry *const entry = &log->index.entries[i];
    if (i > 0u && entry[-1].key >= entry->key) return false;
    if (entry->place % log->slots == 0u) return false;
    return nacre_log_spot(log, entry->place).generation >= log->oldest;
}

static inline bool nacre_log_is_sound(const struct nacre_log *log)
{
    if (!nacre_generations_are_sound(log)) return false;
    if (log->top < 1u || log->top > log->slots || log->longest < 1u) return false;
    if (log->oldest_live > log->live || log->next > NACRE_NEXT_VOUCHED) return false;
    if (log->index.count > log->index.capacity) return false;
    for (uint32_t i = 0; i < log->index.count; i++) {
        if (!nacre_entry_is_sound(log, i)) return false;
    }
    return true;
}

#endif
