/*
 * Which part of the flash is the store's, and what it assumes of a cut: region_two_lanes.c or
 * region_one_lane.c, whichever is linked.
 */
#ifndef EXAMPLES_BRIGHTNESS_REGION_H
#define EXAMPLES_BRIGHTNESS_REGION_H

#include "nacre/core/store.h"

#include <stdint.h>

#define REGION_ADDR 0x07FE0000u /* in bank 3, which nothing else of the product uses */

struct region {
    uint32_t addr; /* from the chip's start */
    uint32_t bytes;
    enum nacre_assume assume;
};

extern const struct region region;

#endif
