/*
 * The index: which record holds each key's newest value. An array in the application's memory,
 * sorted by key. An entry whose record is a removal stays until no older value can lie anywhere.
 */
#ifndef NACRE_CORE_INDEX_H
#define NACRE_CORE_INDEX_H

#include <stdbool.h>
#include <stdint.h>

#define NACRE_ENTRY_STALE 0x8000u /* with the key: a newer value of it was lost */
#define NACRE_PLACE_OWED 0u       /* no record says this yet: one must be written (repair.h) */

/* One key's place in the log. The application only provides the array. */
struct nacre_index_entry {
    uint16_t tag;   /* the key, and NACRE_ENTRY_STALE */
    uint16_t place; /* of its record, or NACRE_PLACE_OWED */
};

/*
 * Invariants: count <= capacity; keys ascend strictly.
 */
struct nacre_index {
    struct nacre_index_entry *entries;
    uint32_t capacity;
    uint32_t count;
};

static inline uint32_t nacre_entry_key(const struct nacre_index_entry *entry)
{
    return entry->tag & ~NACRE_ENTRY_STALE;
}

static inline bool nacre_entry_is_stale(const struct nacre_index_entry *entry)
{
    return (entry->tag & NACRE_ENTRY_STALE) != 0u;
}

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
 * Point a key to a place, as a good value. A new key needs a free entry.
 *
 * Returns  its entry; null where there is no room, nothing changed
 */
struct nacre_index_entry *nacre_index_put(struct nacre_index *index, uint32_t key, uint32_t place);

/*
 * Forget the entry at a position below count.
 */
void nacre_index_drop(struct nacre_index *index, uint32_t position);

#endif
