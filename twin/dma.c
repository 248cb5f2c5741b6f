/*
 * HPDMA1: copies from memory to memory, see masters.h.
 *
 * States of a channel: off (EN 0) -> a burst is under way -> the next burst ... -> off with TCF.
 * With SUSP the burst under way is the last; SUSPF tells its end, and SUSP 0 goes on.
 */
#include "twin/machine.h"

#include <string.h>

#define CHANNEL_BASE 0x50u
#define CHANNEL_STEP 0x80u
#define HPDMA1_CHANNEL0_IRQ 64u
#define BYTE_PS 10000u /* 100 MB/s: a guess */

#define CCR_EN 1u
#define CCR_RESET 2u
#define CCR_SUSP 4u
#define CCR_INTERRUPTS 0x7F00u
#define CSR_IDLEF 1u
#define CSR_TCF (1u << 8)
#define CSR_USEF (1u << 12)
#define CSR_SUSPF (1u << 13)
#define CTR1_SINC (1u << 3)
#define CTR1_DINC (1u << 19)
#define CTR2_SWREQ (1u << 9)
#define BNDT 0xFFFFu

static void update_line(struct twin *t, uint32_t index)
{
    const struct dma_channel *const channel = &t->b.dma.channel[index];
    const uint32_t asking = channel->flags & channel->ccr & CCR_INTERRUPTS;
    irq_line(t, HPDMA1_CHANNEL0_IRQ + index, asking != 0u);
}

static void schedule(struct twin *t)
{
    struct dma *const dma = &t->b.dma;
    dma->next_ps = CLOCK_NEVER;
    for (uint32_t i = 0; i < DMA_CHANNELS; i++) {
        if (dma->channel[i].burst_end_ps < dma->next_ps) {
            dma->next_ps = dma->channel[i].burst_end_ps;
        }
    }
    clock_at(&t->b.clock, CLOCK_DMA, dma->next_ps);
}

void dma_reset(struct twin *t)
{
    memset(&t->b.dma, 0, sizeof t->b.dma);
    for (uint32_t i = 0; i < DMA_CHANNELS; i++) {
        t->b.dma.channel[i].burst_end_ps = CLOCK_NEVER;
    }
    schedule(t);
}

/* ---- bursts ---- */

/* Can a master read there now? Windows by their controller, memories always. */
static bool is_readable(struct twin *t, uint32_t addr, uint32_t n)
{
    if (!window_holds(addr)) return bus_host(t, addr, n) != NULL;
    return window_answers(t, addr) && window_answers(t, addr + n - 1u);
}

static bool check_source(struct twin *t, const struct dma_channel *channel)
{
    const bool was_dark = channel->burst_dark != t->b.dark.ring_count || t->b.dark.is_dark;
    const bool is_flash = channel->csar - FLASH_WINDOW < t->flash_bytes;
    if (is_readable(t, channel->csar, channel->burst_bytes) && !(is_flash && was_dark)) {
        return true;
    }
    violation_raise(t, TWIN_VIOLATION_MASTER, channel->csar,
                    window_holds(channel->csar) ? window_why(t, channel->csar)
                                                : "the DMA reads where nothing is");
    return false;
}

static void begin_burst(struct twin *t, struct dma_channel *channel, uint64_t at_ps)
{
    const uint32_t left = channel->cbr1 & BNDT;
    const uint32_t burst = ((channel->ctr1 >> 4 & 0x3Fu) + 1u) << (channel->ctr1 & 3u);
    channel->burst_bytes = burst < left ? burst : left;
    channel->burst_dark = t->b.dark.ring_count;
    channel->burst_end_ps = CLOCK_NEVER;
    if (!check_source(t, channel)) return;
    channel->burst_end_ps = at_ps + (uint64_t)channel->burst_bytes * BYTE_PS;
}

/* Only the SRAMs on the bus: no document at hand says what else this master reaches. */
static uint8_t *target(struct twin *t, uint32_t addr, uint32_t n)
{
    const bool is_sram = addr - 0x24000000u < 0x01000000u || addr - 0x30000000u < 0x01000000u;
    uint8_t *const host = is_sram ? bus_host(t, addr, n) : NULL;
    if (host == NULL) {
        violation_raise(t, TWIN_VIOLATION_UNMAPPED, addr, "the DMA writes where no SRAM is");
    }
    return host;
}

static void copy(struct twin *t, struct dma_channel *channel)
{
    const uint32_t n = channel->burst_bytes;
    uint8_t *const to = target(t, channel->cdar, n);
    if (to == NULL || !check_source(t, channel)) return;
    memcpy(to, bus_host(t, channel->csar, n), n);
    t->b.counters.dma_bursts++;
    channel->cbr1 -= n;
    channel->csar += n;
    channel->cdar += n;
}

static void end_burst(struct twin *t, uint32_t index)
{
    struct dma_channel *const channel = &t->b.dma.channel[index];
    const uint64_t at_ps = channel->burst_end_ps;
    copy(t, channel);
    channel->burst_bytes = 0;
    channel->burst_end_ps = CLOCK_NEVER;
    if (t->stopping) return;
    if ((channel->cbr1 & BNDT) == 0u) {
        channel->flags |= CSR_TCF;
        channel->ccr &= ~CCR_EN;
    } else if ((channel->ccr & CCR_SUSP) != 0u) {
        channel->flags |= CSR_SUSPF;
    } else {
        begin_burst(t, channel, at_ps);
    }
    update_line(t, index);
}

void dma_events(struct twin *t, uint64_t now_ps)
{
    while (t->b.dma.next_ps <= now_ps && !t->stopping) {
        for (uint32_t i = 0; i < DMA_CHANNELS; i++) {
            if (t->b.dma.channel[i].burst_end_ps == t->b.dma.next_ps) end_burst(t, i);
        }
        schedule(t);
    }
}

/* ---- registers ---- */

static uint32_t *plain(struct dma_channel *channel, uint32_t offset)
{
    switch (offset) {
    case 0x00u:
        return &channel->clbar;
    case 0x40u:
        return &channel->ctr1;
    case 0x44u:
        return &channel->ctr2;
    case 0x48u:
        return &channel->cbr1;
    case 0x4Cu:
        return &channel->csar;
    case 0x50u:
        return &channel->cdar;
    case 0x54u:
        return &channel->ctr3;
    case 0x58u:
        return &channel->cbr2;
    case 0x7Cu:
        return &channel->cllr;
    default:
        return NULL;
    }
}

static bool is_running(const struct dma_channel *channel)
{
    return (channel->ccr & CCR_EN) != 0u && (channel->flags & CSR_SUSPF) == 0u;
}

static bool set_up_is_modelled(const struct dma_channel *channel)
{
    const uint32_t both = CTR1_SINC | CTR1_DINC;
    return channel->cllr == 0u && (channel->ctr2 & CTR2_SWREQ) != 0u &&
           (channel->ctr1 & both) == both && channel->cbr1 <= BNDT;
}

static void start(struct twin *t, struct dma_channel *channel)
{
    const uint32_t widths = (1u << (channel->ctr1 & 3u) | 1u << (channel->ctr1 >> 16 & 3u)) - 1u;
    if (!set_up_is_modelled(channel)) {
        violation_raise(t, TWIN_VIOLATION_UNMAPPED, channel->ctr1,
                        "a set-up of the DMA that the twin does not model");
        return;
    }
    if (((channel->cbr1 | channel->csar | channel->cdar) & widths) != 0u || channel->cbr1 == 0u) {
        channel->flags |= CSR_USEF;
        channel->ccr &= ~CCR_EN;
        return;
    }
    begin_burst(t, channel, machine_now(t));
}

static void ccr_write(struct twin *t, struct dma_channel *channel, uint32_t value)
{
    const bool was_on = (channel->ccr & CCR_EN) != 0u;
    const bool stood = was_on && (channel->flags & CSR_SUSPF) != 0u;
    const bool is_idle = channel->burst_bytes == 0u;
    channel->ccr = value & ~CCR_RESET;
    if (was_on) channel->ccr |= CCR_EN; /* only the block's end or RESET clears it */
    if ((value & CCR_RESET) != 0u && is_idle) {
        channel->ccr &= ~(CCR_EN | CCR_SUSP);
        channel->flags = 0;
    } else if (!was_on && (value & CCR_EN) != 0u) {
        start(t, channel);
    } else if (stood && (value & CCR_SUSP) == 0u) {
        channel->flags &= ~CSR_SUSPF;
        begin_burst(t, channel, machine_now(t));
    }
}

uint32_t dma_read(struct twin *t, uint32_t offset)
{
    const uint32_t index = (offset - CHANNEL_BASE) / CHANNEL_STEP;
    if (offset < CHANNEL_BASE || index >= DMA_CHANNELS) return 0;
    struct dma_channel *const channel = &t->b.dma.channel[index];
    const uint32_t at = (offset - CHANNEL_BASE) % CHANNEL_STEP;
    if (at == 0x10u) return channel->flags | (is_running(channel) ? 0u : CSR_IDLEF);
    if (at == 0x14u) return channel->ccr;
    const uint32_t *const word = plain(channel, at);
    return word == NULL ? 0u : *word;
}

void dma_write(struct twin *t, uint32_t offset, uint32_t value)
{
    const uint32_t index = (offset - CHANNEL_BASE) / CHANNEL_STEP;
    if (offset < CHANNEL_BASE || index >= DMA_CHANNELS) return;
    struct dma_channel *const channel = &t->b.dma.channel[index];
    const uint32_t at = (offset - CHANNEL_BASE) % CHANNEL_STEP;
    uint32_t *const word = plain(channel, at);
    if (at == 0x0Cu) channel->flags &= ~value;
    if (at == 0x14u) ccr_write(t, channel, value);
    if (word != NULL && (channel->ccr & CCR_EN) == 0u) *word = value;
    update_line(t, index);
    schedule(t);
}
