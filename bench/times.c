/*
 * Times of calls, and what a reader wants to know of them.
 */
#include "bench/times.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

void times_init(struct times *times)
{
    *times = (struct times){0};
}

void times_free(struct times *times)
{
    free(times->ns);
    times_init(times);
}

void times_keep(struct times *times, uint64_t ns)
{
    if (times->count == times->room) {
        times->room = times->room == 0 ? 1024 : times->room * 2;
        times->ns = reallocarray(times->ns, times->room, sizeof *times->ns);
        if (times->ns == NULL) {
            fputs("bench: out of memory\n", stderr);
            exit(1);
        }
    }
    times->ns[times->count++] = ns;
    times->total_ns += ns;
}

double times_mean_us(const struct times *times)
{
    return times->count == 0 ? 0 : (double)times->total_ns / (double)times->count / 1e3;
}

static int by_size(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a;
    const uint64_t y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

double times_percentile_us(struct times *times, double percent)
{
    if (times->count == 0) return 0;
    qsort(times->ns, times->count, sizeof *times->ns, by_size);
    const size_t rank = (size_t)ceil(percent / 100.0 * (double)times->count);
    return (double)times->ns[rank == 0 ? 0 : rank - 1] / 1e3;
}
