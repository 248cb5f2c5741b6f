/*
 * Two lanes: sixteen units of 4 KB, eight a lane. Nothing is assumed: the chip's row says that a
 * cut may spoil the page being programmed, so the store keeps two copies.
 */
#include "examples/brightness/region.h"

const struct region region = {
    .chip = &nacre_chip_mx66uw1g45g,
    .image_bytes = REGION_BANK_0,
    .budget_us = REGION_BUDGET_US,
    .addr = REGION_ADDR,
    .bytes = 16u * 4096u,
    .assume = NACRE_ASSUME_NOTHING,
};
