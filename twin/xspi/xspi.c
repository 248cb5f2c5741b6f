/*
 * An XSPI controller's life, flags and snapshots. Sources of the rules: CMSIS stm32h7s7xx.h for
 * the registers, the register descriptions that ST publishes with them (SVD, prose of RM0477),
 * ST's HAL driver for orders, RM0456 (same IP family) where RM0477's text was not at hand.
 */
#include "twin/xspi/xspi.h"

#include <stdlib.h>
#include <string.h>

#include "twin/xspi/xspi_internal.h"

struct xspi_cfg xspi_cfg_default(void)
{
    const struct xspi_cfg cfg = {.name = "XSPI",
                                 .kernel_clock_ps = 5000,
                                 .access_ps = 40000,
                                 .calibrates_on_ccr = true,
                                 .abort_idle_wedges = true,
                                 .abort_ends_strobe_wait = true};
    return cfg;
}

struct xspi *xspi_create(const struct xspi_cfg *cfg)
{
    struct xspi *xspi = calloc(1, sizeof *xspi);
    if (xspi == NULL) return NULL;
    xspi->cfg = *cfg;
    xspi->s.clock_ps = cfg->kernel_clock_ps;
    memset(xspi->s.told, XSPI_WINDOW_BUS_ERROR, sizeof xspi->s.told);
    return xspi;
}

void xspi_destroy(struct xspi *xspi)
{
    free(xspi);
}

void xspi_set_manager(struct xspi *xspi, struct xspim *manager)
{
    xspi->manager = manager;
}

const struct frame_device *xspi_chip(const struct xspi *xspi)
{
    return xspi->manager == NULL ? NULL : xspim_route(xspi->manager, xspi);
}

void xspi_tell_flag(struct xspi *xspi, enum xspi_flag flag, uint32_t value)
{
    const struct xspi_listener *listener = &xspi->cfg.listener;
    if (listener->flag != NULL) listener->flag(listener->ctx, xspi, flag, xspi->s.now_ps, value);
}

uint64_t xspi_clk_ps(const struct xspi *xspi)
{
    return xspi->s.clock_ps * ((xspi_get(xspi, DCR2) & 0xFFu) + 1u);
}

static bool ftf(const struct xspi *xspi)
{
    const uint32_t threshold = ((xspi_get(xspi, CR) & CR_FTHRES) >> CR_FTHRES_POS) + 1u;
    const uint32_t level = xspi->s.fifo_level;
    if ((xspi_get(xspi, CR) & CR_EN) == 0) return false;
    switch (xspi_fmode(xspi)) {
    case FMODE_WRITE: return FIFO_BYTES - level >= threshold;
    case FMODE_READ: return level >= threshold || (xspi->s.phase == PHASE_DRAIN && level > 0);
    case FMODE_POLL: return xspi->s.poll_is_fresh;
    default: return false;
    }
}

uint32_t xspi_sr(const struct xspi *xspi)
{
    const struct xspi_state *s = &xspi->s;
    uint32_t value = s->flags | s->fifo_level << 8;
    if (ftf(xspi)) value |= SR_FTF;
    if (s->phase != PHASE_IDLE) value |= SR_BUSY;
    return value;
}

bool xspi_irq_is_raised(const struct xspi *xspi)
{
    return (xspi_sr(xspi) & (xspi_get(xspi, CR) >> CR_IE_POS) & 0x1Fu) != 0;
}

void xspi_irq_update(struct xspi *xspi)
{
    const bool is_raised = xspi_irq_is_raised(xspi);
    if (is_raised == xspi->s.irq) return;
    xspi->s.irq = is_raised;
    if (xspi->cfg.listener.irq != NULL) {
        xspi->cfg.listener.irq(xspi->cfg.listener.ctx, xspi, is_raised);
    }
}

void xspi_reset(struct xspi *xspi, uint64_t now_ps)
{
    xspi_advance(xspi, now_ps);
    xspi_drop(xspi);
    struct xspi_state *s = &xspi->s;
    memset(s->reg, 0, sizeof s->reg);
    s->flags = 0;
    s->phase = PHASE_IDLE;
    s->is_calibration_armed = false;
    s->was_aborted_mapped = false;
    xspi_irq_update(xspi);
    xspi_window_refresh(xspi, now_ps);
}

void xspi_set_kernel_clock(struct xspi *xspi, uint64_t now_ps, uint64_t clock_ps)
{
    xspi_advance(xspi, now_ps);
    xspi->s.clock_ps = clock_ps;
}

uint32_t xspi_peek(const struct xspi *xspi, uint32_t offset)
{
    if (offset == SR) return xspi_sr(xspi);
    return offset < REGISTER_BYTES ? xspi_get(xspi, offset) : 0;
}

void xspi_poke(struct xspi *xspi, uint32_t offset, uint32_t value)
{
    if (offset < REGISTER_BYTES) xspi->s.reg[offset / 4u] = value;
}

size_t xspi_state_bytes(void)
{
    return sizeof(struct xspi_state);
}

void xspi_save(const struct xspi *xspi, void *to)
{
    memcpy(to, &xspi->s, sizeof xspi->s);
}

void xspi_load(struct xspi *xspi, const void *from)
{
    memcpy(&xspi->s, from, sizeof xspi->s);
}

const char *xspi_flag_name(enum xspi_flag flag)
{
    static const char *const names[XSPI_FLAG_COUNT] = {
        [XSPI_FLAG_ABORT_IDLE] = "ABORT with BUSY 0",
        [XSPI_FLAG_WEDGED] = "BUSY is stuck",
        [XSPI_FLAG_IGNORED_BUSY] = "write ignored while BUSY",
        [XSPI_FLAG_FMODE_IGNORED] = "FMODE change ignored while BUSY",
        [XSPI_FLAG_AR_IGNORED_MAPPED] = "AR write ignored in mapped mode",
        [XSPI_FLAG_DISABLED_BUSY] = "EN cleared while BUSY",
        [XSPI_FLAG_NO_STROBE] = "nobody drives DQS",
        [XSPI_FLAG_UNDRIVEN] = "nobody drives the data lines",
        [XSPI_FLAG_TRANSFER_ERROR] = "transfer error",
        [XSPI_FLAG_DR_STALL] = "DR access waited for the FIFO",
        [XSPI_FLAG_DR_EXCESS] = "DR access that no transfer wants",
        [XSPI_FLAG_CALIBRATED] = "calibration before a transfer",
        [XSPI_FLAG_WINDOW_REOPENED] = "mapped access between ABORT and FMODE",
        [XSPI_FLAG_SPLIT_WRITE] = "write split by NCS",
        [XSPI_FLAG_ROUTE_CHANGED] = "XSPIM rewritten while enabled",
        [XSPI_FLAG_ACCESS] = "access without meaning",
    };
    return names[flag];
}
