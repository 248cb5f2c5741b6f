/*
 * A board with an MX25UW51245G: four banks of 16 MB.
 */
#include "examples/brightness/region.h"

const struct region region = {
    .chip = &nacre_chip_mx25uw51245g,
    .image_bytes = 0x01000000,
    .budget_us = REGION_BUDGET_US,
    .addr = 0x03FE0000,
    .bytes = 16u * 4096u,
    .assume = NACRE_ASSUME_NOTHING,
};
