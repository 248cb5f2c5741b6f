/*
 * The store in the bank that runs the product, as on a chip of one bank: it writes in slices. The
 * budget is what the shortest slice of an erase takes: 448 us of run, 56 us until it stands still,
 * 10 us round it.
 */
#include "examples/brightness/region.h"

const struct region region = {
    .chip = &nacre_chip_mx66uw1g45g,
    .image_bytes = 0x01000000,
    .budget_us = 520,
    .addr = 0x01FE0000,
    .bytes = 16u * 4096u,
    .assume = NACRE_ASSUME_NOTHING,
};
