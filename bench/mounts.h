/*
 * What a mount costs: W4, the design's bytes programmed, and a region of 1 MB.
 */
#ifndef BENCH_MOUNTS_H
#define BENCH_MOUNTS_H

#include "bench/bed.h"

/* Bytes that a mount programs and reads, along the log: after cuts and after unmounts. */
void mounts_print_design(const struct bed_kind *kind);

/* W4: 600 positions in a row, in W1 and in W2. */
void mounts_print_peers(const struct bed_kind *kind);

/* A kind whose lanes are of 1 MB, with 1,000 settings of 1 to 64 bytes. */
void mounts_print_large(const struct bed_kind *kind);

#endif
