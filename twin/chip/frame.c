/*
 * Clock counts of a frame.
 */
#include "twin/chip/frame.h"

#include <stddef.h>

uint64_t frame_clocks_of(const struct frame_phase *phase, uint64_t n)
{
    if (phase->lines == 0) return 0;
    const uint64_t bits_per_clock = (uint64_t)phase->lines * (phase->dtr ? 2u : 1u);
    return (n * 8u + bits_per_clock - 1u) / bits_per_clock;
}

uint64_t frame_clocks_before_data(const struct frame *frame)
{
    return frame_clocks_of(&frame->instruction, frame->instruction.bytes) +
           frame_clocks_of(&frame->address, frame->address.bytes) +
           frame_clocks_of(&frame->alternate, frame->alternate.bytes) + frame->dummy_clocks;
}
