/*
 * Who reads memory besides the core's own instructions: the channels of HPDMA1, and speculation of
 * the core. Neither is stopped by a mask, and the first not by the MPU.
 *
 * HPDMA1 as far as copies from memory to memory go: channels 0 to 3, software requests, one block,
 * suspend and resume. A burst reads at its start and at its end; the flash that it reads must be
 * there at both, and no blackout between them.
 *
 * Source: registers, bits and interrupts from CMSIS stm32h7s7xx.h; what SUSP, SUSPF and IDLEF mean
 * from RM0456 (GPDMA, the same block). The time of a byte is a guess, as is the bus: no document
 * gives it.
 */
#ifndef TWIN_MASTERS_H
#define TWIN_MASTERS_H

#include <stdbool.h>
#include <stdint.h>

#define DMA_CHANNELS 4u

struct dma_channel {
    uint32_t clbar, ccr, ctr1, ctr2, cbr1, csar, cdar, ctr3, cbr2, cllr;
    uint32_t flags;         /* of CSR, but IDLEF */
    uint32_t burst_bytes;   /* of the burst under way; 0: none */
    uint32_t burst_dark;    /* blackouts that had ended when it began */
    uint64_t burst_end_ps;  /* CLOCK_NEVER: none is under way */
};

struct dma {
    struct dma_channel channel[DMA_CHANNELS];
    uint64_t next_ps; /* the earliest end of a burst */
};

struct speculation {
    uint64_t state;
    uint64_t next_ps;
};

struct twin;

/* dma.c */

/* All channels off, registers to 0, interrupt lines down. */
void dma_reset(struct twin *t);
/* offset from HPDMA1's base, in words. What is not modelled reads 0. */
uint32_t dma_read(struct twin *t, uint32_t offset);
/* EN, SUSP and RESET take effect at once, SUSP on a burst at its end. */
void dma_write(struct twin *t, uint32_t offset, uint32_t value);
/* Bursts that end by now_ps: bytes are copied, the next burst begins. May raise a violation. */
void dma_events(struct twin *t, uint64_t now_ps);

/* speculation.c */

/* Draw anew from here on; none without cfg.speculation_ns. */
void speculation_seed(struct twin *t, uint64_t seed);
/* The power is on: the first one is planned. */
void speculation_start(struct twin *t);
/* One speculative read now, and the next one is planned. May raise a violation. */
void speculation_event(struct twin *t);

/* ---- both ---- */

/* What is due by now, before the core changes anything by an access to a register. */
void masters_catch_up(struct twin *t);

#endif
