/*
 * Between a store and its simulated chip: sees each operation, and may have it fail or read
 * something else. One chip at a time.
 */
#ifndef TESTS_SUPPORT_MEDDLER_H
#define TESTS_SUPPORT_MEDDLER_H

#include "tests/support/sim_nor.h"

/* A null callback lets all pass. */
struct meddler {
    /* After a read that went well: the bytes may be changed, an error is the read's answer. */
    enum nacre_err (*read)(void *context, uint32_t addr, uint8_t *bytes, uint32_t n);
    /* Before a program: an error is its answer, and nothing is programmed. */
    enum nacre_err (*program)(void *context, uint32_t addr, const uint8_t *bytes, uint32_t n);
    /* Before an erase: the same. */
    enum nacre_err (*erase)(void *context, uint32_t addr);
    void *context;
};

/* From now on; the callbacks are kept, the struct too. */
void meddler_begin(struct meddler *meddler, struct sim_nor *sim);

/* No more. */
void meddler_end(struct sim_nor *sim);

#endif
