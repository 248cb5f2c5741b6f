/*
 * The store: keys and values that outlive the power, on any medium.
 *
 * One struct nacre_store and one array of struct nacre_index_entry, both the caller's, are all the
 * memory there is. Calls come from one thread at a time, or from several where lock callbacks are
 * given; none may be made from an interrupt.
 *
 * Cost is in programs (of at most 80 bytes) and erases, in one lane: with two lanes it is twice
 * that. Compaction adds the bounded number of copies said at nacre_set.
 */
#ifndef NACRE_CORE_STORE_H
#define NACRE_CORE_STORE_H

#include "nacre/core/log.h"
#include "nacre/core/own.h"
#include "nacre/medium.h"

#include <stdbool.h>
#include <stdint.h>

#define NACRE_VALUE_BYTES_MAX 1024u  /* docs/format.md section 3 */

/*
 * What the user is ready to assume about a cut. With nothing assumed, a medium whose cut_bytes are
 * more than a granule gets two lanes: the region's first half is lane A, the second lane B.
 */
enum nacre_assume {
    NACRE_ASSUME_NOTHING = 0,     /* the medium's cut_bytes stand */
    NACRE_ASSUME_CUT_GRANULE = 1, /* a cut program spoils only the granules it names: one lane */
};

/* Callbacks that let one thread at a time in. Each store call takes the lock once. */
struct nacre_lock {
    void (*lock)(void *context);
    void (*unlock)(void *context);
    void *context;
};

struct nacre_store_cfg {
    struct nacre_medium *medium;
    struct nacre_index_entry *index; /* one entry a key, removed ones that are still on the medium
                                        included; about a quarter more than the keys in use. The
                                        library's own records take entries, too: one for each
                                        factory value, and one for each unit that fails */
    uint32_t index_count;
    const struct nacre_lock *lock; /* null: calls come from one thread */
    enum nacre_assume assume;
    bool refuse_when_busy; /* true: a set that would wait for an erase answers NACRE_BUSY */
};

struct nacre_stats {
    uint32_t generation;       /* of the unit being written */
    uint32_t unit_count;       /* of a lane */
    uint32_t lane_count;       /* 1, or 2 where a cut may spoil more than a granule */
    uint32_t index_used;       /* entries in use, removed keys included */
    uint32_t live_granules;    /* granules of the records that live, in one lane */
    uint32_t capacity_granules;
    uint32_t cut_bytes_survived; /* the coarsest cut that the guarantee covers */
    uint32_t programs;         /* since mount */
    uint32_t programmed_bytes; /* since mount */
    uint32_t erases;           /* started since mount */
    uint32_t erase_waits;      /* calls that had to wait for an erase, since mount */
    uint32_t settles;          /* tails settled since mount: 1 after a cut, 0 after an unmount */
    uint32_t retired_units;    /* units that failed and are used no more */
    uint32_t damaged_records;  /* met since mount: no lane held them whole */
    uint32_t stale_keys;       /* keys that answer with an older value, or only with an error */
    uint32_t lane_repairs;     /* gets since mount that lane B had to serve */
    enum nacre_err read_only;  /* NACRE_OK, or why nothing can be written */
};

/* All that a mounted store remembers; the application only provides it. */
struct nacre_store {
    struct nacre_log log;
    const struct nacre_lock *lock;
    uint32_t mounted;
    uint32_t lane_repairs;
    bool refuse_when_busy;
};

/*
 * Open the store that lies on a medium: find what it holds, settle what a cut left doubtful, and
 * be ready to answer. A region that is blank becomes an empty store; up to 4 granules near the
 * start of the last unit count as blank there, for a first mount that was cut may have left them.
 *
 * store    any content; valid from NACRE_OK on, also after the errors marked *
 * cfg      not kept; the medium and the index are, until nacre_unmount
 * Cost     reads at most four times the region's bytes; where the newest record reads differently
 *          each time, that again for each new try, 32 at most. After nacre_unmount no program;
 *          after a cut docs/format.md section 6 (for small values 2 programs, 32 bytes), an erase
 *          where room is short or where a cut may spoil a whole unit, and seldom copies
 * Returns  NACRE_OK
 *          NACRE_UNSETTLED*   the tail could not be settled: gets answer, nothing can be written,
 *                             and the next mount may tell otherwise whether the call that was cut
 *                             has taken place
 *          NACRE_WORN_OUT*    a unit failed and no spare is left: as NACRE_UNSETTLED
 *          what the medium refuses with for now (nacre/medium.h)*: gets answer, and the next call
 *                             that writes settles first
 *          NACRE_KEYS_FULL*   more keys than index_count: gets answer for those that fit, nothing
 *                             can be written, nothing was; stats.index_used tells how many fit
 *          NACRE_FOREIGN      something else lies there; unchanged: nacre_format, if meant
 *          NACRE_OTHER_GEOMETRY  a store of ours lies there, with other units or lanes; unchanged
 *          NACRE_NEWER_FORMAT a newer version wrote it; unchanged
 *          NACRE_CUT_TOO_COARSE  a cut may spoil more than a granule, and the region has not the
 *                             units for two lanes (6; 10 where it may spoil a unit)
 *          NACRE_NO_REGION, NACRE_REGION_TOO_SMALL, NACRE_REGION_TOO_LARGE,
 *          NACRE_REGION_UNALIGNED, NACRE_BAD_ARGUMENT: unchanged
 *          NACRE_IO, NACRE_TIMEOUT: the medium could not be read; unchanged. With NACRE_VERIFY
 *                             also: a region that was new could not be written
 * Cut      every setting keeps its value (guarantee 1), also a cut in a mount after a cut
 * Context  thread only
 */
NACRE_MUST_CHECK enum nacre_err nacre_mount(struct nacre_store *store,
                                            const struct nacre_store_cfg *cfg);

/*
 * Make an empty store, whatever lies there, and mount it. Generations go on where an earlier store
 * ended, so that nothing of it ever comes back.
 *
 * Cost     one erase and a few programs; the other units are erased when they are next needed. All
 *          are erased where the region is foreign, or the store there could not be settled
 * Returns  as nacre_mount, but never NACRE_FOREIGN; NACRE_VERIFY: a unit does not erase
 * Cut      the old store or the empty one; what was foreign may be damaged and stays foreign, and
 *          a store that could not be settled may lack keys or have older values:
 *          format again
 * Context  thread only
 */
NACRE_MUST_CHECK enum nacre_err nacre_format(struct nacre_store *store,
                                             const struct nacre_store_cfg *cfg);

/*
 * Leave a record that spares the next mount its settling, and close the store. Use it before a
 * planned reset or power-off; not needed for safety.
 *
 * Cost     one program at most; waits for an erase that is under way
 * Returns  NACRE_OK; NACRE_NOT_MOUNTED; what the medium answers: closed all the same, and the
 *          next mount settles as after a cut
 * Cut      as a cut without it
 * Context  thread only
 */
enum nacre_err nacre_unmount(struct nacre_store *store);

/*
 * Copy the value of a key into buf.
 *
 * buf      size bytes; may be null where size is 0
 * length   bytes of the value; written on NACRE_OK, NACRE_STALE and NACRE_TOO_SMALL
 * Cost     reads the record; where that is damaged, once the region's bytes
 * Returns  NACRE_OK
 *          NACRE_NOT_FOUND  never set, or removed
 *          NACRE_TOO_SMALL  buf unchanged, *length is what it takes
 *          NACRE_STALE      the newest value was lost to bad bits: buf and *length hold an older
 *                           one, until the key is set or removed
 *          NACRE_DAMAGED    the value was lost, and no older one is left; buf undefined
 *          NACRE_BAD_BUFFER buf cannot be written
 *          NACRE_NOT_MOUNTED, NACRE_BAD_ARGUMENT, what the medium answers
 * Context  thread only
 */
NACRE_MUST_CHECK enum nacre_err nacre_get(struct nacre_store *store, uint32_t key, void *buf,
                                          uint32_t size, uint32_t *length);

/*
 * Make value the value of key, durable when the call returns. An equal value costs no program.
 *
 * value    n bytes, anywhere that can be read, flash included; may be null where n is 0
 * n        0 to NACRE_VALUE_BYTES_MAX
 * Cost     one program for a value of up to 8 bytes, else one a 80 bytes; with idle time at most
 *          two copied records beside it; without, at most one erase as well. The first set after a
 *          clean mount programs two granules more (where a cut may spoil a unit, it erases one).
 *          After damage was found, one program more for each key concerned, once
 * Returns  NACRE_OK         every later mount finds value
 *          NACRE_TOO_LARGE, NACRE_FULL, NACRE_KEYS_FULL, NACRE_READ_ONLY, NACRE_BUSY,
 *          NACRE_NOT_MOUNTED, NACRE_BAD_ARGUMENT, NACRE_BAD_BUFFER, NACRE_DAMAGED: unchanged
 *          (how much a region holds: nacre_stats, and docs/format.md section 6)
 *          NACRE_WORN_OUT   a unit failed and no spare is left; unchanged, read-only from now on
 *          NACRE_IO, NACRE_VERIFY  the chip did not do as it should, twice; NACRE_TIMEOUT,
 *          NACRE_NOT_ERASED  or once: the old value is current and stays so; try again
 *          NACRE_NOT_NOW, NACRE_QUIET and what else the medium refuses with (nacre/medium.h): try
 *                           again when it lets you. The old value is current, and stays so once a
 *                           call that writes was not refused; after a cut before that it is the
 *                           old value or, where a part of the record was written, the new one
 *          NACRE_UNSETTLED  the medium failed and the doubt could not be settled: the old value is
 *                           read until the next mount; read-only from now on
 * Cut      the old value or the new one, at every later mount the same
 * Context  thread only
 */
NACRE_MUST_CHECK enum nacre_err nacre_set(struct nacre_store *store, uint32_t key,
                                          const void *value, uint32_t n);

/*
 * Remove a key. Its old values never come back.
 *
 * Cost, Returns, Cut, Context  as nacre_set; NACRE_NOT_FOUND where there is nothing to remove
 */
NACRE_MUST_CHECK enum nacre_err nacre_remove(struct nacre_store *store, uint32_t key);

/*
 * Remove every user value: keys 0 to NACRE_KEY_MAX. Factory values and the library's own stay.
 *
 * Cost     two programs; else as nacre_set
 * Returns, Cut, Context  as nacre_set; all of them or none
 */
NACRE_MUST_CHECK enum nacre_err nacre_reset(struct nacre_store *store);

/*
 * Write the value of any key anew, as it is: after nacre_check_store has found that only one lane
 * still holds it.
 *
 * key      0 to NACRE_KEY_OWN_MAX
 * Cost     as nacre_set
 * Returns  NACRE_NOT_FOUND; else as nacre_set
 * Cut      changes no value
 * Context  thread only
 */
NACRE_MUST_CHECK enum nacre_err nacre_renew(struct nacre_store *store, uint32_t key);

/*
 * Write the factory value of a key, once for ever: only nacre_format forgets it.
 *
 * Cost     as nacre_set; nothing where it is there already and equal
 * Returns  NACRE_WRITTEN_ONCE  it is there already and differs; unchanged. Else as nacre_set
 * Cut, Context  as nacre_set
 */
NACRE_MUST_CHECK enum nacre_err nacre_factory_set(struct nacre_store *store, uint32_t key,
                                                  const void *value, uint32_t n);

/*
 * Copy the factory value of a key into buf: as nacre_get.
 */
NACRE_MUST_CHECK enum nacre_err nacre_factory_get(struct nacre_store *store, uint32_t key,
                                                  void *buf, uint32_t size, uint32_t *length);

/*
 * Walk the keys that have a value, in ascending order.
 *
 * key      in: where to start (0 at first, then the last answer + 1); out: the first key at or
 *          after it that has a value
 * Returns  NACRE_OK; NACRE_NOT_FOUND at the end, *key unchanged; NACRE_NOT_MOUNTED
 * Context  thread only; sets and removals between two calls are allowed
 */
NACRE_MUST_CHECK enum nacre_err nacre_next(struct nacre_store *store, uint32_t *key);

/*
 * Give the store time: starts at most one erase and returns, or marks the unit that was erased, or
 * copies at most two records ahead of need. Call it when the application has nothing to do.
 *
 * more     true: there is more to do; call again soon. Written on NACRE_OK
 * Cost     at most one erase started (not waited for) or two programs
 * Returns  NACRE_OK; NACRE_NOT_MOUNTED; NACRE_READ_ONLY; what the medium answers
 * Cut      changes no value
 * Context  thread only
 */
enum nacre_err nacre_idle(struct nacre_store *store, bool *more);

/*
 * What the store knows of itself.
 *
 * Returns  NACRE_OK; NACRE_NOT_MOUNTED; NACRE_BAD_ARGUMENT
 * Context  thread only
 */
NACRE_MUST_CHECK enum nacre_err nacre_stats(struct nacre_store *store,
                                            struct nacre_stats *stats);

#endif
