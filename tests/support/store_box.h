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
    uint8_t image[65536]; /* what box_remember kept */
};

/* A chip of so many 4 KB units, 16-byte granules, 256-byte pages, and a store not yet mounted. */
void box_open(struct box *box, uint32_t unit_count);
void box_close(struct box *box);

/* The next boot: power on and mount again, without an unmount. */
enum nacre_err box_reboot(struct box *box);

/* Set a value of n bytes that seed decides; box_holds asks for it. */
enum nacre_err box_set(struct box *box, uint32_t key, uint32_t n, uint32_t seed);
bool box_holds(struct box *box, uint32_t key, uint32_t n, uint32_t seed);
bool box_lacks(struct box *box, uint32_t key);

/* Idle calls with time between them until the store has no more to do. */
void box_rest(struct box *box);

/* Keep the chip's bytes, and ask whether they are still the same. */
void box_remember(struct box *box);
bool box_is_unchanged(const struct box *box);

#endif
