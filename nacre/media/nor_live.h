/*
 * What live interrupts cost a blackout of the NOR medium.
 */
#ifndef NACRE_MEDIA_NOR_LIVE_H
#define NACRE_MEDIA_NOR_LIVE_H

#include "nacre/media/nor.h"

/*
 * Of a blackout's time, our own code needs less than this in one go: between two of its waits for
 * the chip. A wait inside a command is no longer either.
 */
#define NACRE_LIVE_WORK_US 20u

/* A slice has three such goes: until it runs, until it is told to suspend, and until it is mapped.
 * A wait for the chip that ends between them is seen late by what handlers take at that time. */
#define NACRE_LIVE_GOES 3u

/*
 * Fill nor->live_us: by how much live handlers stretch one go at most, 0 without any.
 *
 * Returns  NACRE_OK
 *          NACRE_BAD_ARGUMENT  handlers without a count, or a time that is 0
 *          NACRE_LIVE_TIME     they take more than 1 ms of a go, or all of the time; told in
 *                              mismatch
 * Context  thread only
 */
NACRE_MUST_CHECK enum nacre_err nacre_live_plan(struct nacre_nor *nor,
                                                const struct nacre_live *live);

/* Make the controller's waits longer by that: a handler inside one is no timeout. */
void nacre_live_stretch_waits(struct nacre_nor *nor);

#endif
