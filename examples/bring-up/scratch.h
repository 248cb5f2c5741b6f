/*
 * The part of the chip that the measurements may program and erase. Named when the image is built;
 * without a name nothing is written.
 */
#ifndef EXAMPLES_BRING_UP_SCRATCH_H
#define EXAMPLES_BRING_UP_SCRATCH_H

#include "nacre/chips/chip.h"
#include "nacre/err.h"

#include <stdbool.h>
#include <stdint.h>

struct scratch {
    uint32_t addr;  /* from the chip's start */
    uint32_t bytes; /* 0: none was named */
    bool may_erase; /* what is in it may go */
};

extern const struct scratch scratch;

/*
 * May the measurements have it? Reads it through the map, and writes nothing.
 *
 * Returns  NACRE_OK
 *          NACRE_NO_REGION          none was named
 *          NACRE_REGION_UNALIGNED   it does not start and end at a unit
 *          NACRE_REGION_TOO_SMALL   fewer units than the measurements use
 *          NACRE_REGION_OUTSIDE, NACRE_REGION_LAST_BYTES
 *          NACRE_REGION_IN_IMAGE    it overlaps the running image
 *          NACRE_NOT_ERASED         something is in it, and may_erase is false
 */
enum nacre_err scratch_check(const struct nacre_chip *chip);

#endif
