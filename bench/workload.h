/*
 * What the store is asked to keep while it is measured: the workloads that other stores were
 * measured with, in the same words.
 *
 *   W1  20 settings of 4 bytes, then 20,000 updates of one of them
 *   W2  50 settings of 1 to 64 bytes, then 20,000 updates, the key drawn by Zipf's law, exponent 1
 *   W3  gets: 1,000 passes over the settings right after W1; 25 passes at each of 40 places in W2
 *   W4  mounts at 600 positions of the log in a row
 *
 * A new value always differs from the one before.
 */
#ifndef BENCH_WORKLOAD_H
#define BENCH_WORKLOAD_H

#include "bench/bed.h"

#define WORKLOAD_UPDATES 20000u
#define WORKLOAD_LAP 2500u /* updates that go round the region once, and more */

struct workload {
    const char *name; /* "w1." */
    uint32_t key_count;
    bool is_mixed;    /* 1 to 64 bytes and Zipf's law; else 4 bytes and one key */
    uint64_t seed;    /* decides the lengths of the values, and the keys */
};

extern const struct workload workload_w1;
/* Of all draws of lengths one whose mean updated value is that of the others' table, 28.2 bytes. */
extern const struct workload workload_w2;

/* Open a bed and set each key for the first time. */
void workload_open(const struct workload *workload, struct bed *bed, const struct bed_kind *kind,
                   bool with_idle);

/* The key of the next update. */
uint32_t workload_key(const struct workload *workload, struct bed *bed);

/* So many updates, not looked at. */
void workload_run(const struct workload *workload, struct bed *bed, uint32_t updates,
                  bool with_idle);

#endif
