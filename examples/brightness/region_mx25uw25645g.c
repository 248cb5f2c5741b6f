/*
 * A board with an MX25UW25645G, as the NUCLEO-H7S3L8: four banks of 8 MB.
 */
#include "examples/brightness/region.h"

const struct region region = {
    .chip = &nacre_chip_mx25uw25645g,
    .image_bytes = 0x00800000,
    .budget_us = REGION_BUDGET_US,
    .addr = 0x01FE0000,
    .bytes = 16u * 4096u,
    .assume = NACRE_ASSUME_NOTHING,
};
