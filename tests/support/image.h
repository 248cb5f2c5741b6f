/*
 * Stored images: regions as a released version of the library has left them, and what is in them.
 * tests/make_images.c writes them, tests/test_store_images.c mounts them. An image of a released
 * format is never written again.
 */
#ifndef TESTS_SUPPORT_IMAGE_H
#define TESTS_SUPPORT_IMAGE_H

#include "nacre/core/store.h"
#include "tests/support/sim_nor.h"

#define IMAGE_BYTES_MAX 32768u
#define IMAGE_INDEX_COUNT 64u
#define IMAGE_KINDS 6u

struct image_kind {
    const char *name; /* of the file, without its end */
    uint32_t unit_bytes;
    uint32_t unit_count;
    uint32_t cut_bytes;
    bool is_clean;    /* unmounted; else the power failed in the last set */
    bool is_worn;     /* a unit is retired */
    bool is_stale;    /* two keys were lost to bad bits, of one an older value is left */
};

extern const struct image_kind image_kinds[IMAGE_KINDS];

/* A chip for an image of a kind. */
struct sim_nor *image_chip(const struct image_kind *kind);

/* The configuration to mount it with; index holds IMAGE_INDEX_COUNT entries. */
struct nacre_store_cfg image_cfg(struct sim_nor *sim, struct nacre_index_entry *index);

/*
 * Put everything into a mounted store that an image shall hold: values of all lengths, removals, a
 * transaction, a reset, factory values, records of the library's own, over some laps.
 *
 * Returns  false if a call failed
 */
bool image_fill(struct nacre_store *store);

/*
 * Lose two keys to bad bits, and go on until nothing is left of the records but what the store says
 * of them: that one key is stale, and the other lost. The store is mounted, before and after.
 *
 * Returns  false if a call failed
 */
bool image_lose(struct nacre_store *store, const struct nacre_store_cfg *cfg);

/* Is all that an image of a kind holds there, and nothing else? Returns null, or what is wrong. */
const char *image_fault(const struct image_kind *kind, struct nacre_store *store);

#endif
