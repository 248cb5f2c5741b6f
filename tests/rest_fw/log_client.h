/*
 * A client of littlefs' block device: a log of numbers over a ring of blocks. It uses no more than
 * the four functions and the sizes of struct lfs_config, and writes each granule once.
 */
#ifndef TESTS_REST_FW_LOG_CLIENT_H
#define TESTS_REST_FW_LOG_CLIENT_H

#include <lfs.h>
#include <stdint.h>

struct log_client {
    const struct lfs_config *cfg;
    uint32_t block;    /* of the newest entry */
    uint32_t off;      /* where the next one goes; block_size: in the next block */
    uint32_t sequence; /* of the newest entry; 0: there is none */
    uint32_t number;
};

/* Find the newest entry. 0, or what the block device answered. */
int log_client_open(struct log_client *log, const struct lfs_config *cfg);

/* Append a number. 0, or what the block device answered: then the newest entry is the old one. */
int log_client_append(struct log_client *log, uint32_t number);

#endif
