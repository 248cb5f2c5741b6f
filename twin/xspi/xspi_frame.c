/*
 * From CCR, TCR, IR, ABR and an address to a frame; byte order and time on the wire.
 */
#include "twin/xspi/xspi_internal.h"

static uint8_t lines_of(uint32_t mode)
{
    static const uint8_t lines[8] = {0, 1, 2, 4, 8, 16, 0, 0};
    return lines[mode & 7u];
}

static struct frame_phase phase_of(uint32_t bits)
{
    const struct frame_phase phase = {.lines = lines_of(bits),
                                      .dtr = (bits >> 3 & 1u) != 0,
                                      .bytes = (uint8_t)((bits >> 4 & 3u) + 1u)};
    return phase;
}

static uint32_t low_bytes(uint32_t value, uint8_t bytes)
{
    return bytes >= 4u ? value : value & ((1u << (8u * bytes)) - 1u);
}

struct frame xspi_frame(const struct xspi_setup *setup)
{
    struct frame frame = {.instruction = phase_of(setup->ccr),
                          .address = phase_of(setup->ccr >> 8),
                          .alternate = phase_of(setup->ccr >> 16),
                          .dummy_clocks = (uint8_t)(setup->tcr & 0x1Fu),
                          .dqs = (setup->ccr & CCR_DQSE) != 0};
    frame.data.lines = lines_of(setup->ccr >> 24);
    frame.data.dtr = (setup->ccr >> 27 & 1u) != 0;
    frame.instruction_value = low_bytes(setup->ir, frame.instruction.bytes);
    frame.address_value = low_bytes(setup->address, frame.address.bytes);
    frame.alternate_value = low_bytes(setup->abr, frame.alternate.bytes);
    return frame;
}

bool xspi_is_octal_dtr(const struct frame *frame)
{
    return frame->data.lines == 8 && frame->data.dtr;
}

uint64_t xspi_byte_ps(const struct xspi *xspi, const struct frame *frame)
{
    if (frame->data.lines == 0) return 0;
    return xspi_clk_ps(xspi) * 8u / ((uint64_t)frame->data.lines * (frame->data.dtr ? 2u : 1u));
}

bool xspi_swaps(const struct xspi *xspi, const struct frame *frame)
{
    const uint32_t mtyp = xspi_get(xspi, DCR1) >> DCR1_MTYP_POS & 7u;
    return mtyp == MTYP_MACRONIX && xspi_is_octal_dtr(frame);
}

void xspi_swap_pairs(uint8_t *bytes, uint32_t n)
{
    for (uint32_t i = 0; i + 1u < n; i += 2u) {
        const uint8_t first = bytes[i];
        bytes[i] = bytes[i + 1u];
        bytes[i + 1u] = first;
    }
}
