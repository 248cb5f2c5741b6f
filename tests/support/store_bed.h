/*
 * A store on the simulated NOR with its oracle: everything that a run needs, copied and restored as
 * one, so that a test can go back to the moment before a call.
 *
 * A scene is a geometry and a habit of use; a seed and a scene decide a run to the last bit.
 */
#ifndef TESTS_SUPPORT_STORE_BED_H
#define TESTS_SUPPORT_STORE_BED_H

#include "nacre/core/store.h"
#include "tests/support/oracle.h"
#include "tests/support/sim_nor.h"

#define BED_INDEX_MAX 128u
#define BED_WHY_BYTES 320u

struct bed_scene {
    const char *name;
    uint32_t unit_count;
    uint32_t key_count;
    uint32_t small_percent;  /* sets of up to 8 bytes */
    uint32_t value_max;      /* bytes of the other sets */
    uint32_t remove_percent;
    uint32_t idle_percent;   /* steps that are an idle call with time after it */
    uint32_t reboot_percent; /* steps that are a clean unmount and a mount */
    uint32_t laps;           /* each unit is erased so often before a run is judged */
    uint32_t cut_bytes;      /* what a cut program may spoil; more than a granule: two lanes */
    uint32_t transaction_percent;
    uint32_t rare_permille;  /* resets, factory values and own records, together */
    uint32_t slot_bytes;     /* a record's pages are its own, and what a cut spoils; 0: not so */
    uint32_t slots;          /* of a unit then */
};

#define BED_SCENES 20u
#define BED_SCENES_ONE_LANE 7u /* the first ones */
extern const struct bed_scene bed_scenes[BED_SCENES];

/* Lanes of a scene's stores. */
uint32_t bed_lanes(const struct bed_scene *scene);

struct bed {
    const struct bed_scene *scene;
    struct sim_nor *sim;
    struct nacre_store store;
    struct nacre_index_entry index[BED_INDEX_MAX];
    struct oracle oracle;
    struct rng rng;       /* chooses the steps */
    bool is_mounted;
    bool is_deep;         /* cut twice in a row: a unit whose erase was cut may pass for whole */
    bool is_faulty;       /* the chip may fail: answers that say so are right */
    enum nacre_err read_only; /* what a call answered that leaves the store read-only, or OK */
    bool tells;           /* print each step */
    bool checks_bytes;    /* judge by the decoder too */
    uint32_t full_count;  /* sets that answered NACRE_FULL */
    uint32_t commit_count; /* transactions that returned success */
    uint32_t update_count; /* sets and removals that returned success, and the like */
    struct sim_counters mount_cost; /* of the last mount */
    jmp_buf jump;         /* where a cut lands */
    char why[BED_WHY_BYTES];
};

/* A bed on a blank chip, not mounted; bed_destroy frees it. */
struct bed *bed_create(const struct bed_scene *scene, uint64_t seed);
void bed_destroy(struct bed *bed);

/* Make to the same as from, the chip included; both of one scene. */
void bed_copy(struct bed *to, const struct bed *from);

/* The configuration that the bed mounts with. */
struct nacre_store_cfg bed_cfg(struct bed *bed);

/* Mount; the answer of the store. */
enum nacre_err bed_mount(struct bed *bed);

/* Is this error the chip's fault, and not the store's? Notes what leaves the store read-only. */
bool bed_excuses(struct bed *bed, enum nacre_err err);

/* Power back on, mount and judge. Returns false, with why, if anything is not as promised. */
bool bed_boot(struct bed *bed);

/*
 * One random step: a set, a removal, an idle call or a clean restart.
 *
 * Returns  false, with why: an answer that a healthy chip does not excuse
 */
bool bed_step(struct bed *bed);

/* Judge by the store's answers, the raw bytes and the chip's violations. */
bool bed_judge(struct bed *bed);

/* Steps from a blank chip until each unit was erased often enough; false with why. */
bool bed_warm_up(struct bed *bed);

/* Note what is wrong; returns false. */
bool bed_wrong(struct bed *bed, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Print each command of the chip, for a story. */
void bed_tell_commands(struct bed *bed);

#endif
