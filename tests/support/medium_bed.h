/*
 * A medium of any kind with the memory below it: what the suite, the cuts, the bus faults and the
 * bench ask of it. A kind is a row; one bed of it is live at a time, and what a bed needs lies in
 * the file of its family.
 *
 * What is kept and brought back is everything below the store: the cells, the part's state, its
 * time and the medium's own memory. Levels are a stack: to go back to one drops those above it.
 */
#ifndef TESTS_SUPPORT_MEDIUM_BED_H
#define TESTS_SUPPORT_MEDIUM_BED_H

#include "nacre/medium.h"

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>

#define MEDIUM_LEVELS 3u
#define MEDIUM_NO_CUT 0xffffffffu
#define MEDIUM_NO_COUNT UINT64_MAX /* of a figure that this family does not have */

/* Since the bed began; of all that reached the part. */
struct medium_counts {
    uint64_t places;      /* where cut_at can make the power fail */
    uint64_t writes;      /* that change cells: page writes, frames with data, programs, erases */
    uint64_t write_bytes; /* data of them */
    uint64_t transfers;   /* on the bus */
    uint64_t bus_bytes;   /* commands and addresses included */
    uint64_t now_ns;
    uint64_t wear_max;    /* of the most worn cell */
    uint64_t violations;  /* of the part's rules: pages wrapped, granules programmed twice */
};

/* What the bus does to transfers, and what is counted until then. */
struct medium_fault {
    const char *name;
    uint32_t kind;        /* the family's own number */
    bool is_for_good;     /* as opposed to once */
    bool needs_power;     /* the part does not answer until its power was taken away */
    bool is_unseen;       /* bytes are read wrong, and nothing on the wires tells it */
};

struct medium_kind;

struct medium_bed_ops {
    /* A part as it comes from its maker, with a pattern round the region; nothing is open. */
    bool (*begin)(const struct medium_kind *kind, uint64_t seed);
    void (*end)(void);
    /*
     * Take the power away, give it back, and open the medium anew.
     *
     * medium   where the medium is; its address is always the same
     */
    enum nacre_err (*open)(struct nacre_medium **medium);
    void (*count)(struct medium_counts *counts);
    /*
     * The power fails in a write; a plan outlives open.
     *
     * place    0 is the next; MEDIUM_NO_CUT: none
     * tear     index of the kind's tears
     * jump     where to go on when it has happened
     */
    void (*cut_at)(uint32_t place, uint32_t tear, uint64_t seed, jmp_buf *jump);
    void (*keep)(uint32_t level);
    void (*back)(uint32_t level);
    /* Are the bytes of the part that lie outside of the region as they were at the start? */
    bool (*around_is_whole)(void);
};

/* What a family with a bus has on top. */
struct medium_bus_ops {
    const struct medium_fault *faults;
    uint32_t fault_count;
    /* transfer 0 is the next; the fault goes with heal */
    void (*inject)(uint32_t fault, uint32_t transfer);
    void (*heal)(void);
    /* From now on a call that takes longer goes to jump; null: no limit any more. */
    void (*limit)(uint64_t ns, jmp_buf *jump);
};

struct medium_kind {
    const char *name;
    const struct medium_bed_ops *ops;
    const struct medium_bus_ops *bus; /* null: nothing that could fail lies between */
    const char *const *tears;         /* "none" and "done" are the first two */
    uint32_t tear_count;
    uint32_t share;                   /* of its cuts one in so many is enough for each change */
    uint32_t unit_count;
    uint32_t unit_bytes;              /* of the part, where the region is given so */
    uint32_t region_addr;             /* in the part */
    bool is_whole;                    /* the region is the part: for its addresses alone */
    const void *row;                  /* the family's own */
};

/* All kinds that this build has, and the one of a name; null: there is none. */
const struct medium_kind *medium_kind_at(uint32_t index);
const struct medium_kind *medium_kind_of(const char *name);

/* Those of a family, ended by one whose name is null. */
extern const struct medium_kind medium_memory_kinds[];
extern const struct medium_kind medium_mcu_kinds[];
extern const struct medium_kind medium_file_kinds[];
extern const struct medium_kind medium_nor_kinds[];
extern const struct medium_kind medium_cells_kinds[];

/* Open the live bed's medium, or end the program with a line that says why. */
struct nacre_medium *medium_open(const struct medium_kind *kind);

#endif
