/*
 * A set or a get that arrives at a random instant of an erase under way.
 */
#ifndef BENCH_INSTANTS_H
#define BENCH_INSTANTS_H

#include "bench/bed.h"

/* What it is later by than the same call after the erase: median, 99th percentile, longest. */
void instants_print(const struct bed_kind *kind);

#endif
