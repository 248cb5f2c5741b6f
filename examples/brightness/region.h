/*
 * Which chip the board has, which part of it is the store's, and what the store assumes of a cut:
 * the region_*.c that is linked.
 */
#ifndef EXAMPLES_BRIGHTNESS_REGION_H
#define EXAMPLES_BRIGHTNESS_REGION_H

#include "nacre/chips/chips.h"
#include "nacre/core/store.h"
#include "nacre/media/nor.h"

#include <stdint.h>

#define REGION_ADDR 0x07FE0000u /* in bank 3, which nothing else of the product uses */
#define REGION_BANK_0 0x02000000u /* the application's, all of it */
#define REGION_BUDGET_US 5u     /* what another bank needs of the running one */

struct region {
    const struct nacre_chip *chip;
    uint32_t image_bytes; /* from the chip's start: what is executed and read meanwhile */
    enum nacre_way way;
    uint32_t budget_us;
    uint32_t addr; /* from the chip's start */
    uint32_t bytes;
    enum nacre_assume assume;
    enum nacre_err (*check_tables)(struct nacre_nor *nor, const struct nacre_nor_cfg *cfg); /* null:
                                  the chip's own tables are not read */
    const struct region *next; /* of another board that the image is for; null: no more */
};

extern const struct region region;

#endif
