/*
 * Draws of the NOR model: xorshift64*, by Sebastiano Vigna. The state is part of a mark, so that a
 * replay draws the same.
 */
#include "twin/chip/nor_internal.h"

uint64_t nor_random(struct nor *nor)
{
    uint64_t x = nor->state.random;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    nor->state.random = x;
    return x * 0x2545F4914F6CDD1DULL;
}

uint32_t nor_random_below(struct nor *nor, uint32_t bound)
{
    return (uint32_t)((nor_random(nor) >> 32) * bound >> 32);
}

/*
 * Three in four within a quarter of the typical time; one anywhere from half of it to the maximum.
 */
static uint64_t span_drawn(struct nor *nor, const struct nor_span *span)
{
    const uint64_t typical = span->typical_ps;
    uint64_t low = typical - typical / 4u;
    uint64_t high = typical + typical / 4u;
    if (nor_random_below(nor, 4) == 0) {
        low = typical / 2u;
        high = span->max_ps;
    }
    if (high > span->max_ps) high = span->max_ps;
    if (low >= high) return high;
    return low + nor_random(nor) % (high - low + 1u);
}

uint64_t nor_random_span(struct nor *nor, const struct nor_span *span)
{
    switch (nor->cfg.time) {
    case NOR_TIME_MAX: return span->max_ps;
    case NOR_TIME_DRAWN: return span_drawn(nor, span);
    case NOR_TIME_TYPICAL: break;
    }
    return span->typical_ps;
}

void nor_seed(struct nor *nor, uint64_t seed)
{
    /* One round of splitmix64 on the seed, which also keeps the state from being zero. */
    uint64_t z = seed + 0x9E3779B97F4A7C15ULL;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    z ^= z >> 31;
    nor->state.random = z == 0 ? 1u : z;
}
