/*
 * The tests' random numbers: one 64-bit state, so that a seed replays a run exactly.
 */
#ifndef TESTS_SUPPORT_RNG_H
#define TESTS_SUPPORT_RNG_H

#include <stdint.h>

struct rng {
    uint64_t state;
};

/*
 * Mix a number into another one that shows no trace of it. Source: Steele, Lea and Flood,
 * "Fast splittable pseudorandom number generators", 2014 (SplitMix64).
 */
static inline uint64_t rng_mix(uint64_t value)
{
    value += 0x9e3779b97f4a7c15u;
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9u;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebu;
    return value ^ (value >> 31);
}

/* The next 32 bits. */
static inline uint32_t rng_next(struct rng *rng)
{
    rng->state += 0x9e3779b97f4a7c15u;
    return (uint32_t)(rng_mix(rng->state) >> 32);
}

/* A number below limit; limit >= 1. The small bias does not matter here. */
static inline uint32_t rng_below(struct rng *rng, uint32_t limit)
{
    return (uint32_t)(((uint64_t)rng_next(rng) * limit) >> 32);
}

/* True in percent of a hundred calls. */
static inline int rng_percent(struct rng *rng, uint32_t percent)
{
    return rng_below(rng, 100u) < percent;
}

#endif
