/*
 * What a get costs: W3.
 */
#ifndef BENCH_READS_H
#define BENCH_READS_H

#include "bench/bed.h"

/* Bytes and time of a get in the state that W1 leaves, and along W2. */
void reads_print(const struct bed_kind *kind);

#endif
