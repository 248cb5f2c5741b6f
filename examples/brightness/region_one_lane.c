/*
 * One lane: eight units of 4 KB, half the cost of two lanes. The product takes it on itself that a
 * cut in a program spoils no more than the granules that were being programmed.
 */
#include "examples/brightness/region.h"

const struct region region = {
    .chip = &nacre_chip_mx66uw1g45g,
    .image_bytes = REGION_BANK_0,
    .budget_us = REGION_BUDGET_US,
    .addr = REGION_ADDR,
    .bytes = 8u * 4096u,
    .assume = NACRE_ASSUME_CUT_GRANULE,
};
