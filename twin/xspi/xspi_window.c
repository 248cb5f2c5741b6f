/*
 * Mapped mode: what a read of the window gets, what the first one does to BUSY, mapped writes.
 */
#include <string.h>

#include "twin/xspi/xspi_internal.h"

#define LINE_BYTES 32u

uint64_t xspi_window_bytes(const struct xspi *xspi)
{
    return 2ull << (xspi_get(xspi, DCR1) >> 16 & 0x1Fu);
}

bool xspi_window_is_touched(const struct xspi *xspi)
{
    return xspi->s.is_touched && !xspi->s.is_write_open;
}

static bool is_mapped(const struct xspi *xspi)
{
    return (xspi_get(xspi, CR) & CR_EN) != 0 && xspi_fmode(xspi) == FMODE_MAP;
}

static struct xspi_setup read_setup(const struct xspi *xspi, uint32_t addr)
{
    const struct xspi_setup setup = {.ccr = xspi_get(xspi, CCR), .tcr = xspi_get(xspi, TCR),
                                     .ir = xspi_get(xspi, IR), .abr = xspi_get(xspi, ABR),
                                     .address = addr};
    return setup;
}

enum xspi_window xspi_window_state(const struct xspi *xspi, uint64_t now_ps, uint32_t bank_index)
{
    if (!is_mapped(xspi) || (xspi_get(xspi, CCR) & CCR_DMODE) == 0) return XSPI_WINDOW_BUS_ERROR;
    const enum xspi_phase phase = xspi->s.phase;
    if (phase != PHASE_IDLE && phase != PHASE_MAPPED) return XSPI_WINDOW_HANG;
    const struct xspi_setup setup = read_setup(xspi, 0);
    struct frame frame = xspi_frame(&setup);
    frame.dir = FRAME_READ;
    const struct frame_device *chip = xspi_chip(xspi);
    const enum xspi_window silent = frame.dqs ? XSPI_WINDOW_HANG : XSPI_WINDOW_GARBLED;
    if (chip == NULL) return silent;
    switch (chip->window(chip->ctx, now_ps, &frame, bank_index)) {
    case FRAME_WINDOW_UNDRIVEN: return silent;
    case FRAME_WINDOW_GARBLED: return XSPI_WINDOW_GARBLED;
    case FRAME_WINDOW_PLAIN: break;
    }
    const bool chip_swaps = chip->wire_swaps && xspi_is_octal_dtr(&frame);
    return xspi_swaps(xspi, &frame) == chip_swaps ? XSPI_WINDOW_PLAIN : XSPI_WINDOW_GARBLED;
}

void xspi_window_refresh(struct xspi *xspi, uint64_t now_ps)
{
    struct xspi_state *s = &xspi->s;
    const struct frame_device *chip = xspi_chip(xspi);
    const uint32_t banks = chip == NULL ? 1 : chip->bank_count;
    bool differs = s->told_touched != xspi_window_is_touched(xspi);
    s->told_touched = xspi_window_is_touched(xspi);
    for (uint32_t bank = 0; bank < banks && bank < WINDOW_BANKS_MAX; bank++) {
        const uint8_t state = (uint8_t)xspi_window_state(xspi, now_ps, bank);
        if (s->told[bank] != state) differs = true;
        s->told[bank] = state;
    }
    const struct xspi_listener *listener = &xspi->cfg.listener;
    if (differs && listener->window_changed != NULL) {
        listener->window_changed(listener->ctx, xspi, now_ps);
    }
}

void xspi_route_changed(struct xspi *xspi, uint64_t now_ps)
{
    xspi_advance(xspi, now_ps);
    if ((xspi_get(xspi, CR) & CR_EN) != 0) xspi_tell_flag(xspi, XSPI_FLAG_ROUTE_CHANGED, 0);
    xspi_window_refresh(xspi, now_ps);
}

/* The chip sees a mapped write's frame when NCS rises. */
void xspi_window_end_write(struct xspi *xspi)
{
    struct xspi_state *s = &xspi->s;
    if (!s->is_write_open) return;
    s->is_write_open = false;
    const struct frame_device *chip = xspi_chip(xspi);
    struct frame frame = xspi_frame(&s->setup);
    frame.dir = FRAME_WRITE;
    frame.n = s->chunk_count;
    frame.out = s->chunk;
    /* A word on the wire is two bytes; what the core did not write of it goes out as FFh. */
    if (chip != NULL && chip->wire_swaps && xspi_is_octal_dtr(&frame) && frame.n % 2u != 0) {
        s->chunk[frame.n++] = 0xFF;
    }
    if (xspi_swaps(xspi, &frame)) xspi_swap_pairs(s->chunk, frame.n);
    if (chip != NULL) (void)chip->transfer(chip->ctx, s->now_ps, &frame);
}

void xspi_window_timeout(struct xspi *xspi)
{
    struct xspi_state *s = &xspi->s;
    xspi_window_end_write(xspi);
    xspi_drop(xspi);
    s->flags |= SR_TOF;
    xspi_window_refresh(xspi, s->now_ps);
}

static enum xspi_outcome window_check(const struct xspi *xspi, uint32_t addr, uint32_t size)
{
    if (!is_mapped(xspi)) return XSPI_BUS_ERROR;
    if ((uint64_t)addr + size > xspi_window_bytes(xspi)) return XSPI_BUS_ERROR;
    if (xspi->s.phase != PHASE_IDLE && xspi->s.phase != PHASE_MAPPED) return XSPI_HANG;
    return XSPI_OK;
}

/* BUSY rises. */
static void mapped_begin(struct xspi *xspi)
{
    struct xspi_state *s = &xspi->s;
    if (s->was_aborted_mapped) {
        s->was_aborted_mapped = false;
        xspi_tell_flag(xspi, XSPI_FLAG_WINDOW_REOPENED, 0);
    }
    s->phase = PHASE_MAPPED;
    s->seen_ps = s->now_ps;
}

static uint32_t bank_of(const struct frame_device *chip, uint32_t addr)
{
    if (chip == NULL || chip->bank_count == 0) return 0;
    return addr % chip->array_bytes / (chip->array_bytes / chip->bank_count);
}

struct xspi_access xspi_window_touch(struct xspi *xspi, uint64_t now_ps, uint32_t addr)
{
    xspi_advance(xspi, now_ps);
    struct xspi_state *s = &xspi->s;
    struct xspi_access access = {.done_ps = now_ps, .outcome = window_check(xspi, addr, 1)};
    if ((xspi_get(xspi, CCR) & CCR_DMODE) == 0) access.outcome = XSPI_BUS_ERROR;
    if (access.outcome != XSPI_OK) return access;
    xspi_window_end_write(xspi);
    const struct frame_device *chip = xspi_chip(xspi);
    const enum xspi_window state = xspi_window_state(xspi, s->now_ps, bank_of(chip, addr));
    const uint64_t start = xspi_start_ps(xspi, now_ps);
    mapped_begin(xspi);
    if (state == XSPI_WINDOW_HANG || start == FRAME_NEVER_PS) {
        xspi_tell_flag(xspi, XSPI_FLAG_NO_STROBE, addr);
        access.outcome = XSPI_HANG;
    } else if (!s->is_touched) {
        const struct xspi_setup setup = read_setup(xspi, addr);
        const struct frame frame = xspi_frame(&setup);
        const uint64_t head = (1u + frame_clocks_before_data(&frame)) * xspi_clk_ps(xspi);
        access.done_ps = start + head + LINE_BYTES * xspi_byte_ps(xspi, &frame);
        s->is_touched = true;
        if (chip != NULL) chip->window_opened(chip->ctx, s->now_ps);
    }
    xspi_window_refresh(xspi, s->now_ps);
    return access;
}

/* A read through the chip's own decoding, for a window that is not plain. */
static uint32_t read_garbled(struct xspi *xspi, uint32_t addr, uint32_t size)
{
    const struct frame_device *chip = xspi_chip(xspi);
    uint8_t bytes[8] = {0};
    const struct xspi_setup setup = read_setup(xspi, addr & ~1u);
    struct frame frame = xspi_frame(&setup);
    frame.dir = FRAME_READ;
    frame.n = sizeof bytes;
    frame.in = bytes;
    if (chip != NULL) (void)chip->transfer(chip->ctx, xspi->s.now_ps, &frame);
    if (xspi_swaps(xspi, &frame)) xspi_swap_pairs(bytes, sizeof bytes);
    uint32_t value = 0;
    for (uint32_t i = 0; i < size; i++) value |= (uint32_t)bytes[(addr & 1u) + i] << (8u * i);
    return value;
}

struct xspi_access xspi_window_read(struct xspi *xspi, uint64_t now_ps, uint32_t addr,
                                    uint32_t size)
{
    struct xspi_access access = xspi_window_touch(xspi, now_ps, addr);
    if (access.outcome != XSPI_OK) return access;
    if ((uint64_t)addr + size > xspi_window_bytes(xspi)) {
        access.outcome = XSPI_BUS_ERROR;
        return access;
    }
    const struct frame_device *chip = xspi_chip(xspi);
    const enum xspi_window state = xspi_window_state(xspi, now_ps, bank_of(chip, addr));
    if (state != XSPI_WINDOW_PLAIN) {
        access.value = read_garbled(xspi, addr, size);
        return access;
    }
    for (uint32_t i = 0; i < size; i++) {
        access.value |= (uint32_t)chip->array[(addr + i) % chip->array_bytes] << (8u * i);
    }
    return access;
}

static void write_begin(struct xspi *xspi, uint32_t addr)
{
    struct xspi_state *s = &xspi->s;
    xspi_window_end_write(xspi);
    s->setup = (struct xspi_setup){.ccr = xspi_get(xspi, WCCR), .tcr = xspi_get(xspi, WTCR),
                                   .ir = xspi_get(xspi, WIR), .abr = xspi_get(xspi, WABR),
                                   .address = addr};
    const struct frame frame = xspi_frame(&s->setup);
    const struct frame_device *chip = xspi_chip(xspi);
    s->is_write_open = true;
    s->chunk_count = 0;
    if ((addr & 1u) != 0 && chip != NULL && chip->wire_swaps && xspi_is_octal_dtr(&frame)) {
        s->setup.address = addr & ~1u;
        s->chunk[s->chunk_count++] = 0xFF;
    }
}

struct xspi_access xspi_window_write(struct xspi *xspi, uint64_t now_ps, uint32_t addr,
                                     uint32_t size, uint32_t value)
{
    xspi_advance(xspi, now_ps);
    struct xspi_state *s = &xspi->s;
    struct xspi_access access = {.done_ps = now_ps, .outcome = window_check(xspi, addr, size)};
    const uint32_t wccr = xspi_get(xspi, WCCR);
    const struct xspi_setup setup = {.ccr = wccr};
    const struct frame frame = xspi_frame(&setup);
    const bool lacks_strobe = xspi_is_octal_dtr(&frame) && !frame.dqs;
    if ((wccr & CCR_DMODE) == 0 || lacks_strobe) access.outcome = XSPI_BUS_ERROR;
    if (access.outcome != XSPI_OK) return access;
    const bool follows = s->is_write_open && addr == s->setup.address + s->chunk_count &&
                         s->chunk_count + size < CHUNK_BYTES;
    if (!follows) write_begin(xspi, addr);
    for (uint32_t i = 0; i < size; i++) s->chunk[s->chunk_count++] = (uint8_t)(value >> (8u * i));
    mapped_begin(xspi);
    const uint64_t clocks = follows ? 0 : 1u + frame_clocks_before_data(&frame);
    access.done_ps = now_ps + clocks * xspi_clk_ps(xspi) + size * xspi_byte_ps(xspi, &frame);
    xspi_window_refresh(xspi, s->now_ps);
    return access;
}
