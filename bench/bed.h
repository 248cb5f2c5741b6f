/*
 * A store on the simulated NOR, ready to be measured: how many lanes, what a cut spoils, whether
 * the chip can be read while it erases.
 *
 * What goes wrong ends the program with a line on stderr: a bench has no use for half a figure.
 */
#ifndef BENCH_BED_H
#define BENCH_BED_H

#include "nacre/core/store.h"
#include "tests/support/sim_nor.h"

#include <stdbool.h>
#include <stdint.h>

#define BED_KEYS_MAX 1000u
#define BED_INDEX_MAX 1280u /* a quarter more, for removed keys */
#define BED_VALUE_BYTES_MAX 64u
#define BED_IDLE_US 30000u  /* what passes after an idle call: an erase ends in it */

struct bed_kind {
    const char *name;     /* what its figures begin with, the last dot included */
    uint32_t lane_count;  /* that mount must choose */
    uint32_t unit_count;  /* of a lane */
    uint32_t cut_bytes;
    bool has_limits;      /* the design names limits for it */
    bool waits_to_read;   /* no read while an erase is under way: the first chip */
};

struct bed {
    struct nacre_medium medium; /* first: the store's, in front of the chip */
    const struct bed_kind *kind;
    struct sim_nor *sim;
    struct nacre_store store;
    struct nacre_index_entry index[BED_INDEX_MAX];
    uint32_t lengths[BED_KEYS_MAX]; /* of each key's value */
    uint32_t key_count;
    uint32_t made; /* values so far: no two in a row are equal */
    struct rng rng;
};

/* Make a blank chip of a kind and mount a store of at most key_count keys on it. */
void bed_open(struct bed *bed, const struct bed_kind *kind, uint32_t key_count);
void bed_close(struct bed *bed);

/*
 * Remember the chip and the store, go back to it, forget it. One copy at a time is enough for each
 * user, so it lies with the user.
 */
struct bed_copy {
    struct sim_nor *sim;
    struct nacre_store store;
    struct nacre_index_entry index[BED_INDEX_MAX];
    uint32_t made;
    struct rng rng;
};
void bed_save(const struct bed *bed, struct bed_copy *copy);
void bed_restore(struct bed *bed, const struct bed_copy *copy);
void bed_copy_free(struct bed_copy *copy);

/* Mount what lies there; the store must choose the lanes that the kind says. */
void bed_mount(struct bed *bed);

/* The same, but an error is no end: false. */
bool bed_mount_is_well(struct bed *bed);

/* Set a key to a new value of its length. Returns the time that it took in ns. */
uint64_t bed_set(struct bed *bed, uint32_t key);

/* The same, but an error is no end: false. */
bool bed_set_is_well(struct bed *bed, uint32_t key);

/* Get a key. Returns the time that it took in ns. */
uint64_t bed_get(struct bed *bed, uint32_t key);

/* One idle call; and one with time after it. */
void bed_idle_call(struct bed *bed);
void bed_idle(struct bed *bed);

/* Is an erase under way? */
bool bed_is_erasing(const struct bed *bed);

/* One unmount. */
void bed_unmount(struct bed *bed);

/* Calls that waited for an erase, since mount. */
uint32_t bed_erase_waits(struct bed *bed);

/* Print a figure under the kind's name; one_lane is its limit for one lane, or FIGURE_NO_LIMIT. */
void bed_figure(const struct bed_kind *kind, const char *name, double value, const char *unit,
                double limit);

/* A limit that grows with the lanes; FIGURE_NO_LIMIT where the kind has none. */
double bed_limit(const struct bed_kind *kind, double one_lane);

#endif
