/*
 * A store's bytes made by hand: marks and records as docs/format.md sections 1 to 4 define them,
 * put into a simulated chip, and read from it. With them a test lays out a state that takes a store
 * many cuts to get into, and sees what was made of it.
 *
 * It shares nothing with the library but the chip.
 */
#ifndef TESTS_SUPPORT_FORGE_H
#define TESTS_SUPPORT_FORGE_H

#include "tests/support/sim_nor.h"

#define FORGE_GRANULE 16u
#define FORGE_NOTE 0xffffu   /* key of a note: its length says which */
#define FORGE_REMOVED 2047u  /* length of a removal */
#define FORGE_NO_VOID 0xffffu
#define FORGE_TENTATIVE 1u
#define FORGE_MEMBER 2u
#define FORGE_MARKED 1u      /* flags of a control block */
#define FORGE_CLOSED 2u
#define FORGE_CLEAN 4u
#define FORGE_LANE_A 1u
#define FORGE_LANE_B 2u
#define FORGE_VALUE_MAX 1024u

struct forge_record {
    uint32_t key;
    uint32_t length;
    const uint8_t *value; /* to be written; null: box_value of key, length and seed */
    uint32_t seed;
    uint32_t kind;
    bool is_stale;
    bool has_control;
    bool lacks_start; /* bit 15 of info is zero: it is none */
    uint32_t void_from;
    uint32_t behind;
    uint32_t flags;
    uint32_t granules;      /* of a record that was read */
    uint8_t bytes[FORGE_VALUE_MAX]; /* its value */
};

struct forge {
    struct sim_nor *sim;
    uint32_t unit_count; /* of a lane */
    uint32_t slots;
    uint32_t lane_count;
    uint32_t lanes;      /* into which of them it goes: FORGE_LANE_A, FORGE_LANE_B */
    uint32_t generation; /* of the unit at hand */
    uint32_t slot;       /* of the next record */
};

/* For a chip of one lane or, where it has lane_units, two; the first put needs a unit. */
void forge_open(struct forge *forge, struct sim_nor *sim);

/* Blank the unit of a generation and mark it; records follow in it from slot 1 on. */
void forge_unit(struct forge *forge, uint32_t generation, uint32_t oldest);

/* The same without a mark. */
void forge_bare_unit(struct forge *forge, uint32_t generation);

/* Put a record at the slot at hand, which moves behind it. */
void forge_put(struct forge *forge, const struct forge_record *record);

/* Put a plain record of key, of n bytes that key and seed decide, without a control block. */
void forge_value(struct forge *forge, uint32_t key, uint32_t n, uint32_t seed);

/* Put a note with a control block of its own. */
void forge_note(struct forge *forge, uint32_t length, uint32_t behind, uint32_t flags);

/* Put the commit of all that stands before the slot at hand in the unit. */
void forge_commit(struct forge *forge, uint32_t behind);

/* The first byte of a granule in a lane (0 or 1). */
uint32_t forge_addr(const struct forge *forge, uint32_t lane, uint32_t generation, uint32_t slot);

/* Read the record at a slot of a lane; false where none is whole. */
bool forge_read(const struct forge *forge, uint32_t lane, uint32_t generation, uint32_t slot,
                struct forge_record *record);

/* The generation that the mark of a unit names in lane A; 0 where it has none. */
uint32_t forge_mark(const struct forge *forge, uint32_t unit);

/* Is a granule blank in every lane? */
bool forge_is_blank(const struct forge *forge, uint32_t generation, uint32_t slot);

/* The first slot of a unit from which on all is blank. */
uint32_t forge_top(const struct forge *forge, uint32_t generation);

#endif
