/*
 * What the adapter uses of littlefs' public interface (version 2.x, lfs.h): for building it here,
 * where littlefs is not. With littlefs itself its own lfs.h is found instead.
 */
#ifndef EXAMPLES_LITTLEFS_INTERFACE_LFS_H
#define EXAMPLES_LITTLEFS_INTERFACE_LFS_H

#include <stdint.h>

typedef uint32_t lfs_size_t;
typedef uint32_t lfs_off_t;
typedef uint32_t lfs_block_t;

enum lfs_error {
    LFS_ERR_OK = 0,
    LFS_ERR_IO = -5,
    LFS_ERR_CORRUPT = -84,
};

struct lfs_config {
    void *context;
    int (*read)(const struct lfs_config *c, lfs_block_t block, lfs_off_t off, void *buffer,
                lfs_size_t size);
    int (*prog)(const struct lfs_config *c, lfs_block_t block, lfs_off_t off, const void *buffer,
                lfs_size_t size);
    int (*erase)(const struct lfs_config *c, lfs_block_t block);
    int (*sync)(const struct lfs_config *c);
    lfs_size_t read_size;
    lfs_size_t prog_size;
    lfs_size_t block_size;
    lfs_size_t block_count;
};

#endif
