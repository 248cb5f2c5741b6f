/*
 * The store in the bank that runs the product, without suspend: each operation is one blackout, as
 * on a chip that cannot suspend. The budget is the row's longest erase, 600 ms, and 10 us round it;
 * an erase takes 25 ms as a rule, in which no handler runs.
 */
#include "examples/brightness/region.h"

const struct region region = {
    .chip = &nacre_chip_mx66uw1g45g,
    .image_bytes = 0x01000000,
    .way = NACRE_WAY_WHOLE,
    .budget_us = 600010,
    .addr = 0x01FE0000,
    .bytes = 16u * 4096u,
    .assume = NACRE_ASSUME_NOTHING,
};
