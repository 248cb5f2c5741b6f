/*
 * The log: records appended in order through the units of a region.
 *
 * Units are used in turn. Each use has a generation; generation g lies in unit (g - 1) modulo
 * unit_count, and a generation whose unit is retired is left out. The head is the unit being
 * written; the live units are those from `oldest` to the head; the others are dead. Where there are
 * two lanes, each has such a unit. docs/format.md section 1 has the drawing.
 *
 * Invariants, held between two calls of the store:
 *  1. oldest <= generation < oldest + unit_count.
 *  2. durable_oldest <= oldest: a record on the medium says so, and only units before
 *     durable_oldest are ever erased.
 *  3. Every index entry's place lies in a live unit and holds a record of its key, or is
 *     NACRE_PLACE_OWED, and then owes is true.
 *  4. Slots of the head from top on were not touched since its erase, or doubtful is true.
 *  5. next is NACRE_NEXT_VOUCHED only where a record of the head says that the next unit is
 *     erased to its end and marked. Such a unit is not erased before it was used, but by a
 *     settling that has nowhere else to go (tail.c).
 *  6. live is the sum of the slots of all indexed records, but for removals in the oldest unit;
 *     oldest_live of those in the oldest unit, where that is not the head; or miscounted is true.
 *  7. retired is the number of entries of retired units in the index.
 *
 * States of a unit, and the function that takes each step:
 *     dead -> erasing   nacre_next_step    cut: the unit is in any state; erased again
 *     erasing -> erased nacre_next_step    cut: as above, no mark tells that the erase ended
 *     erased -> marked  nacre_next_step    cut: marked or not, nothing vouches: erased again
 *     marked -> vouched any append with room behind it; cut: vouched or not
 *     vouched -> head   nacre_log_go_on    cut: the old head goes on, or this one
 *     head -> live      nacre_log_go_on
 *     live -> dead      nacre_room_make, durable with the next record that carries a control block
 *     dead -> retired   nacre_repair_retire, from its second failed erase on
 */
#ifndef NACRE_CORE_LOG_H
#define NACRE_CORE_LOG_H

#include "nacre/core/index.h"
#include "nacre/core/record.h"
#include "nacre/medium.h"

#include <stdbool.h>
#include <stdint.h>

#define NACRE_IGNORED_MAX 4u
#define NACRE_UNITS_MIN 3u /* of a lane */
#define NACRE_UNITS_MAX 256u

enum nacre_next {
    NACRE_NEXT_UNKNOWN = 0, /* live, or dead and to be erased */
    NACRE_NEXT_ERASING,     /* in lane next_lane */
    NACRE_NEXT_ERASED,      /* the lanes up to next_lane */
    NACRE_NEXT_MARKED,
    NACRE_NEXT_VOUCHED,
};

/* The newest record: what a settling writes again. */
struct nacre_newest {
    uint16_t place;     /* 0 where there is none */
    uint16_t void_from; /* its control block's */
    uint16_t start;     /* of a closing: the place of the transaction's first member */
    uint8_t note;       /* enum nacre_note, of a note that means more than its control block */
    bool is_note;       /* it has no value that need be read */
};

/* What room a record takes, remembered so that it need not be read again for that. */
struct nacre_size {
    uint16_t place; /* of the record; 0: of none */
    uint8_t slots;
    bool is_removal;
};

struct nacre_log_count {
    uint32_t programs;
    uint32_t programmed_bytes;
    uint32_t erases;
    uint32_t erase_waits;
    uint32_t settles;
    uint32_t damaged; /* records that no lane holds whole, met since mount */
};

struct nacre_log {
    struct nacre_index index;
    struct nacre_lanes lanes;
    uint8_t next;       /* enum nacre_next, of the unit behind the head */
    uint8_t next_lane;
    uint8_t next_fails; /* times in a row that it could not be made ready */
    uint8_t retired;    /* units that are used no more */
    uint8_t read_only;  /* enum nacre_err: why nothing may be written */
    bool closed;        /* the head ends with a closing record */
    bool doubtful;      /* settle before the next program */
    bool miscounted;    /* live and oldest_live are to be counted anew */
    bool owes;          /* the index says what no record says yet: see repair.h */
    struct nacre_newest newest;
    struct nacre_size written; /* the record that was written last */
    struct nacre_size read;    /* and one that was read; never the same place */
    uint16_t top; /* the head's first slot that nothing was programmed into */
    uint16_t oldest_live;
    uint16_t longest;   /* slots of the longest record that may live */
    uint16_t wanted;    /* index entries that the call under way will take */
    uint32_t generation;
    uint32_t oldest;
    uint32_t durable_oldest;
    uint32_t next_wear;
    uint32_t live;
    uint16_t ignored[NACRE_IGNORED_MAX]; /* places of records that no scan shall see; 0: none */
    struct nacre_log_count count;
};

/*
 * The place of a slot of a generation's unit.
 */
uint32_t nacre_log_place(const struct nacre_log *log, uint32_t generation, uint32_t slot);

/*
 * The spot of a record that is known to lie in a live unit.
 */
struct nacre_spot nacre_log_spot(const struct nacre_log *log, uint32_t place);

/*
 * Does a cut spoil the whole unit that it hits? Then nothing is programmed into the head's after a
 * mount that was not clean.
 */
bool nacre_log_cut_spoils_unit(const struct nacre_log *log);

/*
 * The key under which it is told that a generation's unit is retired.
 */
uint32_t nacre_log_retired_key(const struct nacre_log *log, uint32_t generation);

/*
 * The generation behind another: the next one whose unit is not retired.
 */
uint32_t nacre_log_behind(const struct nacre_log *log, uint32_t generation);

/*
 * Units that hold nothing that lives and are not retired.
 */
uint32_t nacre_log_dead_units(const struct nacre_log *log);

/*
 * Read and check the record at an indexed place, more than once before it counts as lost; copy its
 * value where it fits (nacre_record_read).
 *
 * Returns  NACRE_OK; NACRE_DAMAGED; what the medium answers
 */
NACRE_MUST_CHECK enum nacre_err nacre_log_read(const struct nacre_log *log, uint32_t place,
                                               struct nacre_record *record, uint8_t *buf,
                                               uint32_t size);

/*
 * The same, to be copied from there (nacre_record_open). What kind of record the copy is, the
 * caller says.
 */
NACRE_MUST_CHECK enum nacre_err nacre_log_read_to_copy(const struct nacre_log *log, uint32_t place,
                                                       struct nacre_record *record,
                                                       struct nacre_source *source);

/*
 * What room the record at an indexed place takes: as remembered, or read.
 *
 * size     written on NACRE_OK
 * Returns  as nacre_log_read
 */
NACRE_MUST_CHECK enum nacre_err nacre_log_size(const struct nacre_log *log, uint32_t place,
                                               struct nacre_size *size);

/*
 * Remember what room a record takes that was just read, until its place is written again.
 */
void nacre_log_remember(struct nacre_log *log, uint32_t place, const struct nacre_record *record);

/*
 * Append a record to the head, or to the next unit where it does not fit. What is pending (a unit
 * that died, a unit that was marked) goes with it as a control block.
 *
 * log      not doubtful; waits for an erase that is under way
 * record   key, length, kind, is_stale; the rest is filled in
 * Cost     nacre_record_write; where the unit ends one closing record more
 * Returns  NACRE_OK    log->newest.place is its place
 *          NACRE_IO and what else the medium answers: log->doubtful; settle before the next one
 * Cut      the record or none
 */
NACRE_MUST_CHECK enum nacre_err nacre_log_append(struct nacre_log *log,
                                                 struct nacre_record *record,
                                                 struct nacre_source *source);

/*
 * Append a record of the log itself, for its control block.
 *
 * flags    beside those that the state gives: NACRE_FLAG_CLOSED, NACRE_FLAG_CLEAN
 * Cost, Returns, Cut  as nacre_log_append: one slot
 */
NACRE_MUST_CHECK enum nacre_err nacre_log_note(struct nacre_log *log, uint8_t flags);

/*
 * Append a note that means more than its control block: a reset or a closing.
 *
 * start    of a closing: the place of the transaction's first member
 * Cost, Returns, Cut  as nacre_log_append: one slot
 */
NACRE_MUST_CHECK enum nacre_err nacre_log_say(struct nacre_log *log, enum nacre_note note,
                                              uint32_t start);

/*
 * Write a record with a given control block at a slot of the head, and move top behind it whatever
 * comes of it. For the tail; everyone else appends.
 *
 * Returns, Cut  as nacre_log_append
 */
NACRE_MUST_CHECK enum nacre_err nacre_log_write_at(struct nacre_log *log, uint32_t slot,
                                                   const struct nacre_record *record,
                                                   struct nacre_source *source);

/*
 * The value of a closing note: where a transaction starts, as seen from the head.
 *
 * back     written on NACRE_OK
 * Returns  NACRE_OK; NACRE_UNSETTLED: too far back to be said
 */
NACRE_MUST_CHECK enum nacre_err nacre_log_back(const struct nacre_log *log, uint32_t place,
                                               uint32_t *back);

/*
 * A control block that says what the log's state is now.
 */
struct nacre_control nacre_log_control(const struct nacre_log *log);

/*
 * Close the head with a note at a slot; none is written where the unit has no such slot. The newest
 * record stays what it was: the note makes nothing before it certain.
 *
 * Cost     one program
 * Returns, Cut  as nacre_log_append
 */
NACRE_MUST_CHECK enum nacre_err nacre_log_close(struct nacre_log *log, uint32_t slot);

/*
 * Make the unit behind the head the head, whatever it holds. A head that lived alone becomes the
 * oldest unit, with all that lives.
 */
void nacre_log_advance(struct nacre_log *log);

/*
 * Make the next unit the head, behind a closing note at a slot (nacre_log_close).
 *
 * Cost     one program; where the next unit was not prepared, its erase and mark too
 * Returns  NACRE_OK; NACRE_FULL: no dead unit; NACRE_WORN_OUT; what the medium answers
 */
NACRE_MUST_CHECK enum nacre_err nacre_log_go_on(struct nacre_log *log, uint32_t slot);

#endif
