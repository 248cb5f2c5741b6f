/*
 * Granules: the bytes of a region, in one lane or in two that hold the same at the same places.
 *
 * A record takes whole slots: of one granule each, or, where the medium tears by the page and asks
 * for it (slot_bytes), of a page. A place is a slot's number within a lane. Lane A is the first
 * half of the region's units, lane B the second. Lane B is touched only when what was done in lane
 * A has ended and was read back (record.c, mark.c, next.c): a cut spoils one lane at a time.
 */
#ifndef NACRE_CORE_GRANULE_H
#define NACRE_CORE_GRANULE_H

#include "nacre/medium.h"

#include <stdbool.h>
#include <stdint.h>

#define NACRE_GRANULE_BYTES 16u
#define NACRE_PROGRAM_GRANULES 5u /* the most that one program writes */
#define NACRE_LANES_MAX 2u
#define NACRE_TAG_AT 3u        /* the byte that tells the first granule of a record */
#define NACRE_TAG_FIRST 0x80u  /* by this bit: zero in a further one */

struct nacre_lanes {
    struct nacre_medium *medium;
    uint16_t unit_count; /* of a lane */
    uint16_t slots;      /* of a unit */
    uint16_t cut;        /* slots of the block that a cut program may spoil; 1: its own */
    uint8_t count;       /* lanes: 1 or 2 */
    uint8_t granules;    /* of a slot */
};

/*
 * The address of a slot.
 */
uint32_t nacre_granule_addr(const struct nacre_lanes *lanes, uint32_t lane, uint32_t place);

/*
 * The running check sum that every mark and record starts with.
 *
 * Source   docs/format.md section 2
 */
uint32_t nacre_granule_seed(const struct nacre_lanes *lanes, uint32_t generation, uint32_t place);

/*
 * Copy granule k, counted from the start of a slot, of one lane.
 *
 * Returns  NACRE_OK; what the medium answers
 */
NACRE_MUST_CHECK enum nacre_err nacre_granule_read(const struct nacre_lanes *lanes, uint32_t lane,
                                                   uint32_t place, uint32_t k, uint8_t *granule);

/*
 * See that count slots of a lane are blank.
 *
 * Returns  NACRE_OK; NACRE_VERIFY: one is not; what the medium answers
 */
NACRE_MUST_CHECK enum nacre_err nacre_granules_check_blank(const struct nacre_lanes *lanes,
                                                           uint32_t lane, uint32_t place,
                                                           uint32_t count);

/*
 * Is a slot blank in every lane?
 *
 * blank    written on NACRE_OK
 * Returns  NACRE_OK; what the medium answers
 */
NACRE_MUST_CHECK enum nacre_err nacre_granule_is_blank(const struct nacre_lanes *lanes,
                                                       uint32_t place, bool *blank);

/*
 * In how many lanes is a slot blank? One that is so in any never held a record that was
 * acknowledged.
 *
 * blank_lanes  written on NACRE_OK
 * Returns  NACRE_OK; what the medium answers
 */
NACRE_MUST_CHECK enum nacre_err nacre_granule_look(const struct nacre_lanes *lanes,
                                                   uint32_t place, uint32_t *blank_lanes);

/*
 * Take count slots of a lane from a place on into a running check sum (nacre_crc_update).
 *
 * Returns  NACRE_OK; what the medium answers
 */
NACRE_MUST_CHECK enum nacre_err nacre_granules_digest(const struct nacre_lanes *lanes,
                                                      uint32_t lane, uint32_t place,
                                                      uint32_t count, uint32_t *digest);

/*
 * Program count granules at an address and see that they read as they should.
 *
 * count    1 to NACRE_PROGRAM_GRANULES, within a page
 * Cost     one program
 * Returns  NACRE_OK; NACRE_VERIFY; what the medium answers: the granules are in any state
 * Cut      the granules, or the cut_bytes blocks they lie in, are in any state
 */
NACRE_MUST_CHECK enum nacre_err nacre_granules_program(const struct nacre_lanes *lanes,
                                                       uint32_t addr, const uint8_t *granules,
                                                       uint32_t count);

#endif
