/*
 * Draws of the part models: splitmix64, by Steele, Lea and Flood. The state is part of a mark, so
 * that a replay draws the same.
 */
#include "twin/parts/part_internal.h"

uint64_t part_draw(struct part *part)
{
    part->state.random += 0x9E3779B97F4A7C15ULL;
    uint64_t z = part->state.random;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ z >> 27) * 0x94D049BB133111EBULL;
    return z ^ z >> 31;
}

uint32_t part_draw_below(struct part *part, uint32_t bound)
{
    return (uint32_t)((part_draw(part) >> 32) * bound >> 32);
}
