/*
 * The index: binary search in a sorted array. Its invariants stand in index.h.
 */
#include "nacre/core/index.h"

#include "nacre/check.h"

#include <stddef.h>
#include <string.h>

uint32_t nacre_index_position(const struct nacre_index *index, uint32_t key)
{
    uint32_t low = 0;
    uint32_t high = index->count;
    while (low < high) {
        const uint32_t middle = (low + high) / 2u;
        if (nacre_entry_key(&index->entries[middle]) < key) {
            low = middle + 1u;
        } else {
            high = middle;
        }
    }
    return low;
}

struct nacre_index_entry *nacre_index_find(const struct nacre_index *index, uint32_t key)
{
    const uint32_t at = nacre_index_position(index, key);
    struct nacre_index_entry *const entry = &index->entries[at];
    return at < index->count && nacre_entry_key(entry) == key ? entry : NULL;
}

struct nacre_index_entry *nacre_index_put(struct nacre_index *index, uint32_t key, uint32_t place)
{
    NACRE_ASSERT(key < NACRE_ENTRY_STALE && place <= UINT16_MAX);
    const uint32_t at = nacre_index_position(index, key);
    struct nacre_index_entry *const entry = index->entries + at;
    if (at == index->count || nacre_entry_key(entry) != key) {
        if (index->count == index->capacity) return NULL;
        memmove(entry + 1, entry, (index->count - at) * sizeof *entry);
        index->count++;
    }
    entry->tag = (uint16_t)key;
    entry->place = (uint16_t)place;
    return entry;
}

void nacre_index_drop(struct nacre_index *index, uint32_t position)
{
    NACRE_ASSERT(position < index->count);
    struct nacre_index_entry *const entry = index->entries + position;
    index->count--;
    memmove(entry, entry + 1, (index->count - position) * sizeof *entry);
}
