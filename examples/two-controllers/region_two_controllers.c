/*
 * Two lanes in another bank than the product, written by the other controller. The budget is that
 * of the trial, which is the only time that the flash is out of reach.
 */
#include "examples/brightness/region.h"

const struct region region = {
    .chip = &nacre_chip_mx66uw1g45g,
    .image_bytes = REGION_BANK_0,
    .way = NACRE_WAY_TWO_CONTROLLERS,
    .budget_us = REGION_BUDGET_US,
    .addr = REGION_ADDR,
    .bytes = 16u * 4096u,
    .assume = NACRE_ASSUME_NOTHING,
};
