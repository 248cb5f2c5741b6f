/*
 * Exceptions that come in a blackout whatever is masked: their vectors and their handlers.
 */
#ifndef TOOLS_CHECK_VECTORS_H
#define TOOLS_CHECK_VECTORS_H

#include "tools/check/check.h"

/* The first number of an interrupt in IPSR; below it are the core's own exceptions. */
#define VECTORS_FIRST_IRQ 16u
#define VECTORS_SVCALL 11u
#define VECTORS_HARDFAULT 3u

/*
 * Find the table that VTOR points to in the blackout: the one that the configuration names, else
 * ours, else the one that start-up code commonly has.
 *
 * Returns  false where none is in the file
 */
bool vectors_find(const struct check *check, uint32_t *table);

/*
 * Judge one vector: the table and the handler can be read; the handler is reached.
 *
 * raised   the place that raises the exception on purpose; NULL for one that stays live
 */
void vectors_judge(struct check *check, uint32_t number, const struct check_place *raised);

/*
 * Judge every exception that stays live: those that the configuration names; NMI and HardFault
 * where the table is ours.
 */
void vectors_judge_live(struct check *check);

#endif
