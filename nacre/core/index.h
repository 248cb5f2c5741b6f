/*
 * The index: which record holds each key's newest value. An array in the application's memory,
 * sorted by key. An entry whose record is a removal stays until no older value can lie anywhere.
 */
#ifndef NACRE_CORE_INDEX_H
#define NACRE_CORE_INDEX_H

#include <stdbool.h>
#include <stdint.h>

/* One key's place in the log. The application only provides the array. */
struct nacre_index_entry {
    uint16_t key;
    uint16_t place;
};

/*
 * Invariants: count <= capacity; keys ascend strictly; no place is 0 (a mark lies there).
 */
struct nacre_index {
    struct nacre_index_entry *entries;
    uint32_t capacity;
    uint32_t count;
};

/*
 * The position of a key, or where it would be inserted.
 *
 * Returns  0 to index->count
 */
uint32_t nacre_index_position(const struct nacre_index *index, uint32_t key);

/*
 * The entry of a key, or null.
 */
struct nacre_index_entry *nacre_index_find(const struct nacre_index *index, uint32_t key);

/*
 * Point a key to a place. A new key needs a free entry.
 *
 * Returns  true; false where there is no room, nothing changed
 */
bool nacre_index_put(struct nacre_index *index, uint32_t key, uint32_t place);

/*
 * Forget the entry at a position below count.
 */
void nacre_index_drop(struct nacre_index *index, uint32_t position);

#endif
