/*
 * Copy: move everything that a store holds to another store, on another medium.
 *
 * Which of the two stores counts is said by one record in the destination, with a number that the
 * application gives to the move: 1 for the first one of its life, 2 for the next. The destination
 * counts from the moment in which that record says that the copy is whole, and the source before.
 * The record is written first of all to say that what lies there is part of a copy, and last of all
 * to say that it is whole; each is old or new at every cut. So whoever calls nacre_copy at each
 * start, without knowing what happened before, ends with a destination that is whole, and one that
 * is whole is never touched again, whatever was set in it since.
 *
 * What travels: the user's values, factory values, the version of the settings' table, secrets with
 * the store's id and epoch. A value that was lost to bad bits stays lost, or stale: what was told
 * as damage never becomes good by a copy.
 * What does not: the list of failed units, which is the medium's; removed keys; the source's own
 * record of an earlier move; what is pending in RAM (nacre_settings_flush before). The ceiling of
 * the nonces does not travel as it is: the destination's goes beyond the source's by more than the
 * source can use up, and never down, for both stores have one id from then on.
 *
 * The source is never written: it may be worn out or unsettled. It stays as it was, also after the
 * copy; nacre_format makes it empty.
 */
#ifndef NACRE_CORE_COPY_H
#define NACRE_CORE_COPY_H

#include "nacre/check.h"
#include "nacre/core/store.h"
#include "nacre/err.h"

#include <stdbool.h>
#include <stdint.h>

#define NACRE_OWN_COPY 0x7F05u /* beside those in own.h: how far a copy to this store came */
#define NACRE_COPY_NO_KEY 0x8000u

struct nacre_copy_cfg {
    struct nacre_store *from; /* mounted */
    struct nacre_store *to;   /* mounted, on another medium; nobody else uses it meanwhile. Its
                                 index takes the keys of from and two more */
    void *work;               /* takes the longest value of from; never a plain byte of a secret */
    uint32_t work_bytes;
    uint16_t number;          /* of this move, from 1 on: another one for each move to a store */
    bool replace;             /* true: what else lies in to is given up */
};

/* How much of a move lies in a store. */
enum nacre_copied {
    NACRE_COPIED_NOT = 0, /* what lies there is its own, or of another move: from counts */
    NACRE_COPIED_PART,    /* part of a copy, worth nothing by itself: from counts */
    NACRE_COPIED_WHOLE,   /* to counts */
};

enum nacre_copy_phase {
    NACRE_COPY_NOT_BEGUN = 0,
    NACRE_COPY_MEASURE, /* does it fit? Nothing was written yet */
    NACRE_COPY_EMPTY,
    NACRE_COPY_BEGIN,
    NACRE_COPY_FILL,
    NACRE_COPY_END,
    NACRE_COPY_DONE,
};

/* What tells that a store was changed between two looks at it. */
struct nacre_copy_seen {
    uint32_t generation;
    uint32_t top;
    uint32_t damaged;
    uint32_t stale;
};

/* All that a copy in steps remembers; the application only provides it. */
struct nacre_copy {
    struct nacre_copy_cfg cfg;
    enum nacre_copy_phase phase;
    uint32_t key;           /* that is next in this phase */
    uint32_t found;         /* a key of to that has a value of its own, or NACRE_COPY_NO_KEY */
    uint32_t keys;          /* that travel, as they were counted before the first was written */
    uint32_t slots;         /* that their records take in to */
    uint32_t longest_slots; /* of one record */
    uint32_t longest_bytes; /* of one value: what cfg.work must take */
    uint32_t stale_keys;    /* that were lost in from to bad bits, and so stand in to */
    uint64_t ceiling;       /* of the nonces that to itself ever reserved */
    struct nacre_copy_seen seen;
    bool was_emptied;
};

/*
 * Which of the two stores counts? Needs nothing of the source, which need not be there any more.
 *
 * to       mounted
 * number   of the move that is asked for
 * state    written on NACRE_OK
 * Cost     reads one record
 * Returns  NACRE_OK
 *          NACRE_STALE, NACRE_DAMAGED  the record that says so was lost to bad bits: it may have
 *                              said that to counts. nacre_copy_claim says so by hand,
 *                              nacre_format(to) begins anew
 *          NACRE_NEWER_FORMAT  a newer version wrote it
 *          NACRE_KEYS_FULL     to was mounted with that error: mount it with a larger index
 *          NACRE_NOT_MOUNTED, NACRE_BAD_ARGUMENT, what the medium answers
 * Context  thread only
 */
NACRE_MUST_CHECK enum nacre_err nacre_copy_state(struct nacre_store *to, uint16_t number,
                                                 enum nacre_copied *state);

/*
 * Copy, from wherever an earlier call was cut or failed: nacre_copy_begin, and steps to the end.
 *
 * cfg      as at nacre_copy_begin
 * Cost     one record is read where the copy is whole already. Else reads from twice, and sets in
 *          to what it does not hold yet; to set as much again, where values of to are in the way
 * Returns  NACRE_OK    the copy is whole, and to counts
 *          NACRE_BUSY  to does not wait for an erase (cfg of its mount), or from was changed over
 *                      and over by other threads: call again
 *          else as nacre_copy_begin and nacre_copy_step
 * Cut      from counts with all that it holds, or to does; call again
 * Context  thread only; no other thread sets in from during the call
 */
NACRE_MUST_CHECK enum nacre_err nacre_copy(const struct nacre_copy_cfg *cfg);

/*
 * Begin a copy in steps, or go on with one that was cut: for an application with a watchdog, or
 * one that goes on with from meanwhile.
 *
 * copy     any content; may be used from NACRE_OK on. After an error copy->found is valid
 * cfg      copied; what it points to must live until the copy is done. Where the copy is whole
 *          already, from is not looked at, and may be null or not mounted
 * Cost     reads the records of to, up to the first that has a value; no program
 * Returns  NACRE_OK             go on with nacre_copy_step
 *          NACRE_COPY_OCCUPIED  to holds values of its own, or of another move; copy->found is the
 *                               key of one of them: cfg.replace, if they may go
 *          NACRE_COPY_PARTIAL   from was mounted with NACRE_KEYS_FULL: it does not see all of its
 *                               keys. Mount it with a larger index
 *          NACRE_BAD_ARGUMENT   a pointer is null, number is 0, or both are one store or lie on one
 *                               medium
 *          NACRE_NOT_MOUNTED, what nacre_copy_state answers; after all these to is unchanged
 * Context  thread only
 */
NACRE_MUST_CHECK enum nacre_err nacre_copy_begin(struct nacre_copy *copy,
                                                 const struct nacre_copy_cfg *cfg);

/*
 * One step: measure one key, copy one, or write what says how far the copy came. Between two steps
 * from can be used and set as ever: what was changed is copied too, before the copy is whole. It
 * counts until then. What is set in it afterwards is not in to.
 *
 * more     true: call again; false: the copy is whole, and to counts. Written on NACRE_OK
 * Cost     reads at most one record of each store, and programs at most one nacre_set in to; a
 *          value that was lost costs two. The step that makes to empty is a nacre_format. Idle time
 *          given to to between two steps (nacre_idle) spares them the erases
 * Returns  NACRE_OK
 *          while nothing was written yet, to unchanged:
 *          NACRE_COPY_NO_ROOM  to is too small: copy->slots are more than it can hold
 *          NACRE_KEYS_FULL     the index of to is: it needs copy->keys + 2, and failed units
 *          NACRE_TOO_SMALL     cfg.work is: copy->longest_bytes
 *          later, and then from counts, and to holds part of a copy:
 *          NACRE_COPY_NO_ROOM, NACRE_KEYS_FULL, NACRE_TOO_SMALL  from has grown meanwhile
 *          NACRE_BUSY, NACRE_NOT_NOW and what else nacre_set answers for to: the same step is done
 *                              again by the next call
 *          NACRE_NOT_BEGUN     nacre_copy_begin answered with an error
 *          NACRE_IO and what else the media answer, NACRE_NOT_MOUNTED: mend that, and begin again.
 *                              A step that was to make to empty leaves it as nacre_format does:
 *                              mount it again
 * Cut      from counts, or in the last step either does; begin again
 * Context  thread only; no other thread sets in from during the call
 */
NACRE_MUST_CHECK enum nacre_err nacre_copy_step(struct nacre_copy *copy, bool *more);

/*
 * Say by hand that to counts, whatever it holds: after nacre_copy_state answered NACRE_STALE or
 * NACRE_DAMAGED, or where there never was a source.
 *
 * Cost     two sets of 4 bytes
 * Returns  NACRE_OK; NACRE_NOT_MOUNTED, NACRE_BAD_ARGUMENT; what nacre_set answers: unchanged
 * Cut      said or not
 * Context  thread only
 */
NACRE_MUST_CHECK enum nacre_err nacre_copy_claim(struct nacre_store *to, uint16_t number);

#endif
