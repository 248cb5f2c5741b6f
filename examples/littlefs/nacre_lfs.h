/*
 * littlefs on a part of the chip that the product runs from.
 *
 *     static struct nacre_lfs area = {.nor = &nor, .addr = 0x04000000, .bytes = 1024 * 1024};
 *     struct lfs_config cfg = {.block_cycles = 500, .cache_size = 256, .lookahead_size = 16};
 *     nacre_lfs_fill(&cfg, &area);
 *     lfs_mount(&lfs, &cfg);
 *
 * Compile nacre_lfs.c with the lfs.h of your copy of littlefs on the include path.
 */
#ifndef EXAMPLES_LITTLEFS_NACRE_LFS_H
#define EXAMPLES_LITTLEFS_NACRE_LFS_H

#include "nacre/media/nor.h"

#include <lfs.h>

struct nacre_lfs {
    struct nacre_nor *nor; /* open */
    uint32_t addr;         /* chip address, a multiple of the chip's unit, as is bytes */
    uint32_t bytes;
};

/*
 * Fill what cfg says of the flash: the four functions, context and the sizes. What it says of
 * caches and wear stays as it is: cache_size must be a multiple of the chip's granule.
 *
 * area     outlives cfg
 */
void nacre_lfs_fill(struct lfs_config *cfg, struct nacre_lfs *area);

#endif
