/*
 * Histograms of times: sixteen buckets of a nanosecond each, then sixteen for each doubling.
 */
#include "twin/machine.h"

#define PARTS 16u /* of a doubling */
#define PART_BITS 4u

static uint32_t bucket_of(uint64_t ps)
{
    const uint64_t ns = ps / TWIN_PS_PER_NS;
    if (ns < PARTS) return (uint32_t)ns;
    const uint32_t bits = 63u - (uint32_t)__builtin_clzll(ns);
    const uint32_t part = (uint32_t)(ns >> (bits - PART_BITS)) - PARTS;
    const uint32_t bucket = (bits - PART_BITS + 1u) * PARTS + part;
    return bucket < TWIN_TIMES_BUCKETS ? bucket : TWIN_TIMES_BUCKETS - 1u;
}

uint64_t twin_times_edge_ps(uint32_t bucket)
{
    const uint64_t next = (uint64_t)bucket + 1u;
    if (next <= PARTS) return next * TWIN_PS_PER_NS;
    const uint32_t shift = (uint32_t)(next / PARTS) - 1u;
    return ((PARTS + next % PARTS) << shift) * TWIN_PS_PER_NS;
}

void times_add(struct twin_times *times, uint64_t ps)
{
    times->count++;
    times->sum_ps += ps;
    if (ps > times->longest_ps) times->longest_ps = ps;
    times->bucket[bucket_of(ps)]++;
}

void twin_times_get(const struct twin *t, enum twin_times_kind kind, struct twin_times *times)
{
    *times = t->b.times[kind];
}

uint64_t twin_times_part_ps(const struct twin_times *times, uint32_t per_mille)
{
    const uint64_t wanted = (times->count * per_mille + 999u) / 1000u;
    uint64_t seen = 0;
    for (uint32_t i = 0; i < TWIN_TIMES_BUCKETS; i++) {
        seen += times->bucket[i];
        if (seen < wanted || seen == 0u) continue;
        const uint64_t edge = twin_times_edge_ps(i);
        return edge < times->longest_ps ? edge : times->longest_ps;
    }
    return times->longest_ps;
}
