/*
 * A store on a simulated chip, as small as tests of single calls need it.
 */
#ifndef TESTS_SUPPORT_STORE_BOX_H
#define TESTS_SUPPORT_STORE_BOX_H

#include "nacre/core/store.h"
#include "tests/support/sim_nor.h"

#define BOX_INDEX_MAX 1024u

struct box {
    struct sim_nor *sim;
    struct nacre_store store;
    struct nacre_index_entry index[BOX_INDEX_MAX];
    struct nacre_store_cfg cfg;
    uint8_t image[131072]; /* what box_remember kept */
};

/* A chip of so many 4 KB units, 16-byte granules, 256-byte pages, and a store not yet mounted. */
void box_open(struct box *box, uint32_t unit_count);
/* The same where a cut spoils cut_bytes: two lanes, if that is more than a granule. */
void box_open_lanes(struct box *box, uint32_t unit_count, uint32_t cut_bytes);
/* The same on a chip of any geometry. */
void box_open_geometry(struct box *box, const struct nacre_geometry *geometry);
void box_close(struct box *box);

/* The next boot: power on and mount again, without an unmount. */
enum nacre_err box_reboot(struct box *box);

/* The value of n bytes that a key and a seed decide. */
void box_value(uint8_t *value, uint32_t key, uint32_t n, uint32_t seed);

/* Set such a value; box_holds asks for it as a good one, box_is_stale as an older one. */
enum nacre_err box_set(struct box *box, uint32_t key, uint32_t n, uint32_t seed);
bool box_holds(struct box *box, uint32_t key, uint32_t n, uint32_t seed);
bool box_is_stale(struct box *box, uint32_t key, uint32_t n, uint32_t seed);
bool box_lacks(struct box *box, uint32_t key);

/* What a get answers. */
enum nacre_err box_get(struct box *box, uint32_t key);

/* Idle calls with time between them until the store has no more to do. */
void box_rest(struct box *box);

/* Keep the chip's bytes, and ask whether they are still the same. */
void box_remember(struct box *box);
bool box_is_unchanged(const struct box *box);

#endif
