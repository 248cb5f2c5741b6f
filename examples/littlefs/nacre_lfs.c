/*
 * The four functions that littlefs wants of a block device, on the rest of the chip.
 *
 * A granule that failed, or that does not read as it was written, or is not blank where it should
 * be, is LFS_ERR_CORRUPT: littlefs then takes another block. What a later try may mend is
 * LFS_ERR_IO.
 */
#include "examples/littlefs/nacre_lfs.h"

#include "nacre/media/nor_rest.h"

static int answer(enum nacre_err err)
{
    if (err == NACRE_OK) return LFS_ERR_OK;
    if (err == NACRE_IO || err == NACRE_VERIFY || err == NACRE_NOT_ERASED) return LFS_ERR_CORRUPT;
    return LFS_ERR_IO;
}

static uint32_t addr_of(const struct lfs_config *c, lfs_block_t block, lfs_off_t off)
{
    const struct nacre_lfs *const area = c->context;

    return area->addr + block * c->block_size + off;
}

static struct nacre_nor *nor_of(const struct lfs_config *c)
{
    const struct nacre_lfs *const area = c->context;

    return area->nor;
}

static int lfs_read(const struct lfs_config *c, lfs_block_t block, lfs_off_t off, void *buffer,
                    lfs_size_t size)
{
    return answer(nacre_nor_read(nor_of(c), addr_of(c, block, off), buffer, size));
}

static int lfs_prog(const struct lfs_config *c, lfs_block_t block, lfs_off_t off,
                    const void *buffer, lfs_size_t size)
{
    return answer(nacre_nor_program(nor_of(c), addr_of(c, block, off), buffer, size));
}

static int lfs_erase(const struct lfs_config *c, lfs_block_t block)
{
    return answer(nacre_nor_erase(nor_of(c), addr_of(c, block, 0), c->block_size));
}

/* Nothing is held back: what was programmed is in the flash when prog returns. */
static int lfs_sync(const struct lfs_config *c)
{
    (void)c;
    return LFS_ERR_OK;
}

void nacre_lfs_fill(struct lfs_config *cfg, struct nacre_lfs *area)
{
    const struct nacre_chip *const chip = area->nor->chip;

    cfg->context = area;
    cfg->read = lfs_read;
    cfg->prog = lfs_prog;
    cfg->erase = lfs_erase;
    cfg->sync = lfs_sync;
    cfg->read_size = chip->granule_bytes;
    cfg->prog_size = chip->granule_bytes;
    cfg->block_size = chip->unit_bytes;
    cfg->block_count = area->bytes / chip->unit_bytes;
}
