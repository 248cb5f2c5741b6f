/*
 * What the lock works with if it is told nothing: the board's chip, and a range that nothing uses.
 */
#include "bench/fw/lock_cfg.h"

const struct lock_cfg lock_cfg = {
    .chip = LOCK_CHIP_MACRONIX_OCTAL,
    .region_addr = 0x01FE0000,
    .unit_bytes = 4096,
    .irq_us = 1000,
};
