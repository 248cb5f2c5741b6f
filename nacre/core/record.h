/*
 * The bytes of the log: marks and records, as docs/format.md sections 2 to 4 define them.
 *
 * A place is a granule's number in the region. A spot says where a record lies or shall lie, and
 * what its check sum is seeded with, so that bytes of another unit, lap or position never pass.
 */
#ifndef NACRE_CORE_RECORD_H
#define NACRE_CORE_RECORD_H

#include "nacre/medium.h"

#include <stdbool.h>
#include <stdint.h>

#define NACRE_GRANULE_BYTES 16u
#define NACRE_PROGRAM_GRANULES 5u /* the most that one program writes */
#define NACRE_FORMAT_VERSION 1u
#define NACRE_DIGEST_BYTES 4u

#define NACRE_KEY_SYSTEM 0xFFFFu     /* a record of the log itself: no key, no value */
#define NACRE_LENGTH_REMOVED 2047u   /* in place of a length: the key is removed */
#define NACRE_VOID_NONE 0xFFFFu      /* the control block names no void range */
#define NACRE_VOID_BACK 0x1000u      /* added to the slot for each unit that the range goes back */
#define NACRE_VOID_BACK_MAX 14u
#define NACRE_VOID_SLOT_MASK 0x0FFFu

enum nacre_control_flag {
    NACRE_FLAG_NEXT_MARKED = 1, /* the next unit is erased to its end and marked: trust it */
    NACRE_FLAG_CLOSED = 2,      /* nothing follows in this unit: the log goes on in the next */
    NACRE_FLAG_CLEAN = 4,       /* the store was unmounted: nothing before this is in doubt */
};

struct nacre_mark {
    uint32_t generation;
    uint32_t oldest; /* the oldest live generation when the unit was marked */
    uint32_t wear;   /* erases of this unit */
    uint8_t version;
};

struct nacre_control {
    uint16_t void_from; /* slot + units back * NACRE_VOID_BACK, or NACRE_VOID_NONE */
    uint8_t behind;     /* the oldest live generation is this many before the record's */
    uint8_t flags;
};

struct nacre_record {
    uint16_t key;
    uint16_t length; /* bytes of the value, or NACRE_LENGTH_REMOVED */
    bool is_tentative; /* it counts only if its unit does, which it does not prove */
    bool has_control;
    struct nacre_control control;
};

struct nacre_spot {
    struct nacre_medium *medium;
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
    uint32_t at_hand;     /* place of the granule below; 0 for none */
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
 * Bytes of a record's value: its length, or 0 for a removal.
 */
uint32_t nacre_record_value_bytes(const struct nacre_record *record);

/*
 * Read the record at a spot and check it; copy its value where it fits.
 *
 * buf      size bytes, or null with size 0: the value is copied if it is not longer
 * Returns  NACRE_OK         *record is what was written there; buf holds the value if it fits
 *          NACRE_NOT_FOUND  no whole record starts here; *record undefined, buf in any state
 *          what the medium answers
 * Context  thread only
 * Source   docs/format.md section 3
 */
NACRE_MUST_CHECK enum nacre_err nacre_record_read(const struct nacre_spot *spot,
                                                  struct nacre_record *record, uint8_t *buf,
                                                  uint32_t size);

/*
 * Is the value of a record that was just read this one?
 *
 * value    nacre_record_value_bytes(record) bytes
 * Returns  false also where the medium cannot be read
 */
bool nacre_record_equals(const struct nacre_spot *spot, const struct nacre_record *record,
                         const uint8_t *value);

/*
 * Look at what may be a record at a spot, without its check sum. No granule that passes for a first
 * one lies within another record.
 *
 * Returns  NACRE_OK: *record is what is said there; NACRE_NOT_FOUND; what the medium answers
 */
NACRE_MUST_CHECK enum nacre_err nacre_record_peek(const struct nacre_spot *spot,
                                                  struct nacre_record *record);

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
 * Program a record at a spot and read it back four times.
 *
 * source   nacre_record_value_bytes(record) bytes. Memory must not change during the call; a
 *          record that no longer reads as its digest says is not copied
 * programs in, out: counts the programs
 * Cost     one program for each 5 granules, one more for each page that begins inside
 * Returns  NACRE_OK; NACRE_DAMAGED: the source reads differently now; nothing was programmed
 *          NACRE_VERIFY, or what the medium answers: the granules are in any state
 * Cut      the granules are in any state; read later, they are the record or none
 * Context  thread only
 */
NACRE_MUST_CHECK enum nacre_err nacre_record_write(const struct nacre_spot *spot,
                                                   const struct nacre_record *record,
                                                   struct nacre_source *source,
                                                   uint32_t *programs);

/*
 * Read the mark at the start of a unit.
 *
 * place    of the unit's first granule
 * Returns  NACRE_OK; NACRE_NOT_FOUND: no mark, *mark undefined; what the medium answers
 * Source   docs/format.md section 2
 */
NACRE_MUST_CHECK enum nacre_err nacre_mark_read(struct nacre_medium *medium, uint32_t place,
                                                struct nacre_mark *mark);

/*
 * Program the mark at the start of a unit and read it back twice.
 *
 * Cost, Returns, Cut  as nacre_record_write, one program
 */
NACRE_MUST_CHECK enum nacre_err nacre_mark_write(struct nacre_medium *medium, uint32_t place,
                                                 const struct nacre_mark *mark);

/*
 * Take count granules from a place on into a running check sum (nacre_crc_update).
 *
 * Returns  NACRE_OK; what the medium answers
 */
NACRE_MUST_CHECK enum nacre_err nacre_granules_digest(struct nacre_medium *medium, uint32_t place,
                                                      uint32_t count, uint32_t *digest);

/*
 * Is the granule at a place blank?
 *
 * blank    written on NACRE_OK
 * Returns  NACRE_OK; what the medium answers
 */
NACRE_MUST_CHECK enum nacre_err nacre_granule_is_blank(struct nacre_medium *medium, uint32_t place,
                                                       bool *blank);

#endif
