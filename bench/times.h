/*
 * How long calls took: every time is kept, so that a percentile is one that was seen.
 */
#ifndef BENCH_TIMES_H
#define BENCH_TIMES_H

#include <stddef.h>
#include <stdint.h>

struct times {
    uint64_t *ns; /* in any order */
    size_t count;
    size_t room;
    uint64_t total_ns;
};

/* None yet. Does not free what was kept before. */
void times_init(struct times *times);

/* Frees what was kept; none again. */
void times_free(struct times *times);

/* Keep one. Ends the program where memory does. */
void times_keep(struct times *times, uint64_t ns);

/* The mean, in microseconds; 0 of none. */
double times_mean_us(const struct times *times);

/*
 * The time that so many per cent of the calls took at most, in microseconds.
 *
 * percent  above 0, up to 100: the longest
 * Cost     sorts
 * Returns  0 of none
 */
double times_percentile_us(struct times *times, double percent);

#endif
