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
        if (index->entries[middle].key < key) {
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
    if (at == index->count || index->entries[at].key != key) return NULL;
    return &index->entries[at];
}

bool nacre_index_put(struct nacre_index *index, uint32_t key, uint32_t place)
{
    NACRE_ASSERT(place != 0u && place <= UINT16_MAX);
    const uint32_t at = nacre_index_position(index, key);
    struct nacre_index_entry *const entry = index->entries + at;
    if (at == index->count || entry->key != key) {
        if (index->count == index->capacity) return false;
        memmove(entry + 1, entry, (index->count - at) * sizeof *entry);
        index->count++;
        entry->key = (uint16_t)key;
    }
    entry->place = (uint16_t)place;
    return true;
}

void nacre_index_drop(struct nacre_index *index, uint32_t position)
{
    NACRE_ASSERT(position < index->count);
    struct nacre_index_entry *const entry = index->entries + position;
    index->count--;
    memmove(entry, entry + 1, (index->count - position) * sizeof *entry);
}
