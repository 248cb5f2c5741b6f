/*
 * A record: bytes to fields and back, as docs/format.md section 3 and 4 define them.
 *
 * A spot says where a record lies or shall lie, and what its check sum is seeded with, so that
 * bytes of another unit, lap or position never pass.
 */
#ifndef NACRE_CORE_RECORD_H
#define NACRE_CORE_RECORD_H

#include "nacre/core/granule.h"

#include <stdbool.h>
#include <stdint.h>

#define NACRE_KEY_NOTE 0xFFFFu       /* a record of the log itself: no key */
#define NACRE_LENGTH_REMOVED 2047u   /* in place of a length: the key is removed */

/* A position seen from a later unit: slot + units back * NACRE_BACK. */
#define NACRE_BACK 0x1000u
#define NACRE_BACK_MAX 14u
#define NACRE_BACK_SLOT 0x0FFFu
#define NACRE_VOID_NONE 0xFFFFu /* the control block names no void range */

enum nacre_kind {
    NACRE_KIND_PLAIN = 0,
    NACRE_KIND_TENTATIVE = 1, /* it counts only if its unit does, which it does not prove */
    NACRE_KIND_MEMBER = 2,    /* it counts only before the closing of its transaction */
};

/* What a note says, by its length. */
enum nacre_note {
    NACRE_NOTE_PLAIN = 0,   /* its control block, and nothing else */
    NACRE_NOTE_RESET = 1,   /* the user's records before it are void */
    NACRE_NOTE_CLOSING = 2, /* the transaction that starts where it says is complete */
    NACRE_NOTE_COMMIT = 4,  /* the unit counts if all before reads as its digest says */
};

enum nacre_control_flag {
    NACRE_FLAG_NEXT_MARKED = 1, /* the next unit is erased to its end and marked: trust it */
    NACRE_FLAG_CLOSED = 2,      /* nothing follows in this unit: the log goes on in the next */
    NACRE_FLAG_CLEAN = 4,       /* the store was unmounted: nothing before this is in doubt */
};

struct nacre_control {
    uint16_t void_from; /* slot + units back * NACRE_BACK, or NACRE_VOID_NONE */
    uint8_t behind;     /* the oldest live generation is this many before the record's */
    uint8_t flags;
};

struct nacre_record {
    uint16_t key;
    uint16_t length; /* bytes of the value, or NACRE_LENGTH_REMOVED */
    uint8_t kind;    /* enum nacre_kind */
    uint8_t lane;    /* that it was read from */
    bool is_stale;   /* a newer value was lost */
    bool has_control;
    struct nacre_control control;
};

struct nacre_spot {
    const struct nacre_lanes *lanes;
    uint32_t generation;
    uint32_t place;
    uint32_t end; /* the first place behind what the record may occupy */
};

/* Where the bytes of a value come from: memory, or the record they are copied from. */
struct nacre_source {
    const uint8_t *bytes; /* null: the medium */
    uint32_t place;       /* of the record on the medium */
    uint32_t skip;        /* payload bytes before its value */
    uint32_t digest;      /* running CRC of the value, as the read that proved it whole saw it */
    uint32_t at_hand;     /* the granule below, counted from 1; 0 for none */
    uint8_t lane;         /* that proved whole */
    uint8_t granule[NACRE_GRANULE_BYTES];
};

/*
 * Granules that a record takes.
 *
 * Returns  1 to 69
 * Context  any
 */
uint32_t nacre_record_granules(const struct nacre_record *record);

/*
 * Slots that a record takes: its granules, or the pages that they fill.
 *
 * Returns  1 to 69
 * Context  any
 */
uint32_t nacre_record_slots(const struct nacre_lanes *lanes, const struct nacre_record *record);

/*
 * Bytes of a record's value: its length, or 0 for a removal.
 */
uint32_t nacre_record_value_bytes(const struct nacre_record *record);

/*
 * Read the record at a spot, from the first lane in which it is whole; copy its value where it
 * fits.
 *
 * buf      size bytes, or null with size 0: the value is copied if it is not longer
 * Returns  NACRE_OK         *record is what was written there; buf holds the value if it fits
 *          NACRE_NOT_FOUND  no whole record starts here; *record undefined, buf in any state
 *          what the medium answers, where it can read no lane
 * Context  thread only
 * Source   docs/format.md section 3
 */
NACRE_MUST_CHECK enum nacre_err nacre_record_read(const struct nacre_spot *spot,
                                                  struct nacre_record *record, uint8_t *buf,
                                                  uint32_t size);

/*
 * Is a record whole in a lane? In the last of two it proves that it was complete in the first.
 *
 * Returns  NACRE_OK; NACRE_NOT_FOUND: it is not; what the medium answers
 */
NACRE_MUST_CHECK enum nacre_err nacre_record_check_lane(const struct nacre_spot *spot,
                                                        uint32_t lane);

/*
 * Read the record at a spot and hold its value against n bytes.
 *
 * n        NACRE_LENGTH_REMOVED: is it a removal?
 * equals   written always; false also where the record cannot be read
 * Returns  as nacre_record_read
 */
NACRE_MUST_CHECK enum nacre_err nacre_record_compare(const struct nacre_spot *spot,
                                                     struct nacre_record *record,
                                                     const uint8_t *value, uint32_t n,
                                                     bool *equals);

/*
 * The key of a damaged record: the one with which the record would be whole but for one wrong bit
 * in its key or info, or else the one that its first granule names.
 *
 * key      written on NACRE_OK
 * Cost     reads the record up to 33 times
 * Returns  NACRE_OK; NACRE_NOT_FOUND: no first granule can be told; what the medium answers
 */
NACRE_MUST_CHECK enum nacre_err nacre_record_lost_key(const struct nacre_spot *spot,
                                                      uint32_t lane, uint32_t *key);

/*
 * Read and check the record at a spot, to be copied from there.
 *
 * source   written on NACRE_OK
 * Returns  as nacre_record_read
 */
NACRE_MUST_CHECK enum nacre_err nacre_record_open(const struct nacre_spot *spot,
                                                  struct nacre_record *record,
                                                  struct nacre_source *source);

/*
 * Program a record at a spot, in one lane after the other, each read back four times.
 *
 * source   nacre_record_value_bytes(record) bytes. Memory must not change during the call; a
 *          record that no longer reads as its digest says is not copied
 * programs in, out: counts the programs
 * Cost     in each lane one program for each 5 granules, one more for each page that begins inside
 * Returns  NACRE_OK; NACRE_DAMAGED: the source reads differently now; nothing was programmed
 *          NACRE_VERIFY, or what the medium answers: the granules are in any state
 * Cut      the granules are in any state in one lane, and whole or blank in the other; read later,
 *          they are the record or none
 * Context  thread only
 */
NACRE_MUST_CHECK enum nacre_err nacre_record_write(const struct nacre_spot *spot,
                                                   const struct nacre_record *record,
                                                   struct nacre_source *source,
                                                   uint32_t *programs);

#endif
