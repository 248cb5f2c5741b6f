/*
 * What an update costs: the design's figures, those of other stores' tables, and how long a chip
 * lasts by them.
 */
#ifndef BENCH_UPDATES_H
#define BENCH_UPDATES_H

#include "bench/bed.h"

/* The design's table: a lap leads in, then 20,000 updates, without and with idle time. */
void updates_print_design(const struct bed_kind *kind);

/* W1 and W2 from a blank chip on, as others were measured: the first lap counts too. */
void updates_print_peers(const struct bed_kind *kind);

/* Years until the most worn unit has its 100,000 erases. */
void updates_print_lifetime(const struct bed_kind *kind);

#endif
