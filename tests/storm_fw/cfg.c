/*
 * The storm's configuration, in flash and in a file of its own: the compiler must not know it. What
 * is here is what a board runs that nobody has patched.
 */
#include "tests/storm_fw/storm.h"

extern const struct storm_cfg storm_cfg;

const struct storm_cfg storm_cfg = {
    .magic = STORM_MAGIC,
    .mode = STORM_STORM,
    .chip = STORM_MX66UW1G45G,
    .region_addr = 0x07FE0000,
    .region_bytes = 16u * 4096u,
    .image_bytes = 0x02000000,
    .budget_us = 5,
    .irq_hz = 20000,
    .dma_bytes = 2048,
    .not_now_percent = 5,
    .not_now_us = 500,
    .seed = 1,
};
