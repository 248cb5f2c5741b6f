/*
 * XSPIM: routes by CR (MUXEN 0, MODE 1, CSSEL_OVR_EN 4, CSSEL_OVR_O1 5, CSSEL_OVR_O2 6,
 * REQ2ACK_TIME 23:16; CMSIS stm32h7s7xx.h). The table of MUXEN and MODE is that of ST's
 * HAL_XSPIM_Config.
 *
 * Multiplexed, the port has one owner at a time, and is idle for REQ2ACK_TIME + 1 clocks before
 * another one has it (SVD; HAL writes what it is given less 1). A frame is not interrupted; a
 * parked or running mapped read lets go MAXTRAN + 1 clocks after it was asked. A frame whose FIFO
 * is empty, or full, stands still with NCS low, and keeps the port (ES0620 2.4.1: launch only what
 * fits the free FIFO).
 */
#include "twin/xspi/xspim.h"

#include <stdlib.h>

#include "twin/xspi/xspi_internal.h"

#define XSPIM_MUXEN        0x00000001u
#define XSPIM_MODE         0x00000002u
#define XSPIM_OVR_EN       0x00000010u
#define XSPIM_OVR_O1       0x00000020u
#define XSPIM_REQ2ACK_POS  16u
#define XSPIM_WRITABLE     0x00FF0073u
#define NCS_LAG_CLOCKS     1u
#define LINE_BYTES         32u
#define PORTS              2u
#define SELECTS            2u

struct xspim {
    uint32_t cr;
    const struct frame_device *device[PORTS][SELECTS];
    struct xspi *xspi[2];
    uint64_t free_ps[PORTS];
    const struct xspi *owner[PORTS];
};

struct xspim *xspim_create(void)
{
    return calloc(1, sizeof(struct xspim));
}

void xspim_destroy(struct xspim *m)
{
    free(m);
}

void xspim_attach(struct xspim *m, uint32_t port_index, uint32_t select_index,
                  const struct frame_device *device)
{
    m->device[port_index % PORTS][select_index % SELECTS] = device;
}

void xspim_connect(struct xspim *m, uint32_t controller_index, struct xspi *xspi)
{
    m->xspi[controller_index % 2u] = xspi;
    xspi_set_manager(xspi, m);
}

bool xspim_is_multiplexed(const struct xspim *m)
{
    return (m->cr & XSPIM_MUXEN) != 0;
}

static uint32_t index_of(const struct xspim *m, const struct xspi *xspi)
{
    return m->xspi[0] == xspi ? 0 : 1;
}

static uint32_t port_of(const struct xspim *m, const struct xspi *xspi)
{
    const uint32_t mode = (m->cr & XSPIM_MODE) != 0 ? 1u : 0u;
    return xspim_is_multiplexed(m) ? mode : index_of(m, xspi) ^ mode;
}

const struct frame_device *xspim_route(const struct xspim *m, const struct xspi *xspi)
{
    uint32_t select = (xspi_get(xspi, CR) & CR_CSSEL) != 0 ? 1 : 0;
    if ((m->cr & XSPIM_OVR_EN) != 0) {
        select = (m->cr & (XSPIM_OVR_O1 << index_of(m, xspi))) != 0 ? 1 : 0;
    }
    return m->device[port_of(m, xspi)][select];
}

static const struct xspi *other_of(const struct xspim *m, const struct xspi *xspi)
{
    return m->xspi[index_of(m, xspi) ^ 1u];
}

bool xspim_other_is_reading(const struct xspim *m, const struct xspi *xspi)
{
    const struct xspi *other = other_of(m, xspi);
    return xspim_is_multiplexed(m) && other != NULL && other->s.phase == PHASE_MAPPED;
}

/* A parked mapped read lets NCS go only if something makes it: MAXTRAN, CSBOUND, REFRESH, TCEN. */
static bool gives_port_away(const struct xspi *xspi)
{
    return (xspi_get(xspi, DCR3) & 0x001F00FFu) != 0 || xspi_get(xspi, DCR4) != 0 ||
           (xspi_get(xspi, CR) & CR_TCEN) != 0;
}

/* The port stands idle for so long before this controller has it after the other one. */
static uint64_t handover_ps(const struct xspim *m, const struct xspi *xspi)
{
    return ((m->cr >> XSPIM_REQ2ACK_POS & 0xFFu) + 1u) * xspi_clk_ps(xspi);
}

uint64_t xspim_port_free_ps(const struct xspim *m, const struct xspi *xspi)
{
    const uint32_t port = port_of(m, xspi);
    uint64_t free_ps = m->owner[port] == xspi ? 0 : m->free_ps[port];
    if (free_ps != 0 && xspim_is_multiplexed(m)) free_ps += handover_ps(m, xspi);
    if (!xspim_other_is_reading(m, xspi)) return free_ps;
    const struct xspi *other = other_of(m, xspi);
    if (!gives_port_away(other)) return FRAME_NEVER_PS;
    const uint64_t maxtran_ps = ((xspi_get(other, DCR3) & 0xFFu) + 1u) * xspi_clk_ps(other);
    const uint64_t now = xspi->s.now_ps > other->s.now_ps ? xspi->s.now_ps : other->s.now_ps;
    const uint64_t asked = now + maxtran_ps + handover_ps(m, xspi);
    return asked > free_ps ? asked : free_ps;
}

/* ---- a mapped read that has to wait ---- */

/* When the data phase ends that is under way or begins at from_ps; bytes are still to be moved. */
static uint64_t data_end_ps(const struct xspi *xspi, uint64_t from_ps, uint64_t bytes)
{
    const struct xspi_state *s = &xspi->s;
    const struct frame frame = xspi_frame(&s->setup);
    const uint32_t fmode = xspi_fmode(xspi);
    if (fmode == FMODE_WRITE && s->fifo_level < bytes) return FRAME_NEVER_PS;
    if (fmode == FMODE_READ && FIFO_BYTES - s->fifo_level < bytes) return FRAME_NEVER_PS;
    return from_ps + bytes * xspi_byte_ps(xspi, &frame) + NCS_LAG_CLOCKS * xspi_clk_ps(xspi);
}

/* When NCS rises if nobody touches this controller. 0: it is high. */
static uint64_t frame_end_ps(const struct xspi *xspi)
{
    const struct xspi_state *s = &xspi->s;
    switch (s->phase) {
    case PHASE_COMMAND: return data_end_ps(xspi, s->step_ps, s->total);
    case PHASE_DATA_IN:
    case PHASE_DATA_OUT: return data_end_ps(xspi, s->wire_ps, s->total - s->moved);
    case PHASE_LAST_CLOCKS:
    case PHASE_NO_STROBE: return s->step_ps;
    default: return 0;
    }
}

static uint64_t line_ps(const struct xspi *xspi)
{
    const struct xspi_setup setup = {.ccr = xspi_get(xspi, CCR), .tcr = xspi_get(xspi, TCR)};
    const struct frame frame = xspi_frame(&setup);
    return (1u + frame_clocks_before_data(&frame)) * xspi_clk_ps(xspi) +
           LINE_BYTES * xspi_byte_ps(xspi, &frame);
}

uint64_t xspim_read_ps(const struct xspim *m, const struct xspi *xspi, uint64_t now_ps)
{
    const struct xspi *other = other_of(m, xspi);
    if (!xspim_is_multiplexed(m) || other == NULL) return now_ps;
    const uint64_t end_ps = frame_end_ps(other);
    if (end_ps == FRAME_NEVER_PS || end_ps <= now_ps) {
        return end_ps == FRAME_NEVER_PS ? FRAME_NEVER_PS : now_ps;
    }
    return end_ps + handover_ps(m, xspi) + line_ps(xspi);
}

void xspim_port_take(struct xspim *m, const struct xspi *xspi, uint64_t until_ps)
{
    const uint32_t port = port_of(m, xspi);
    m->free_ps[port] = until_ps;
    m->owner[port] = xspi;
}

uint32_t xspim_cr(const struct xspim *m)
{
    return m->cr;
}

void xspim_set_cr(struct xspim *m, uint64_t now_ps, uint32_t value)
{
    m->cr = value & XSPIM_WRITABLE;
    m->free_ps[0] = 0;
    m->free_ps[1] = 0;
    for (uint32_t i = 0; i < 2u; i++) {
        if (m->xspi[i] != NULL) xspi_window_refresh(m->xspi[i], now_ps);
    }
}

void xspim_reset(struct xspim *m, uint64_t now_ps)
{
    xspim_set_cr(m, now_ps, 0);
}

struct xspi_access xspim_reg_read(struct xspim *m, uint64_t now_ps, uint32_t offset, uint32_t size)
{
    struct xspi_access access = {.done_ps = now_ps, .outcome = XSPI_OK};
    if (m->xspi[0] != NULL) access.done_ps += m->xspi[0]->cfg.access_ps;
    if (offset < 4u) access.value = m->cr >> (8u * offset);
    if (size < 4u) access.value &= (1u << (8u * size)) - 1u;
    return access;
}

struct xspi_access xspim_reg_write(struct xspim *m, uint64_t now_ps, uint32_t offset, uint32_t size,
                                   uint32_t value)
{
    struct xspi_access access = {.done_ps = now_ps, .outcome = XSPI_OK};
    if (m->xspi[0] != NULL) access.done_ps += m->xspi[0]->cfg.access_ps;
    if (offset != 0 || size != 4u) return access;
    m->cr = value & XSPIM_WRITABLE;
    for (uint32_t i = 0; i < 2u; i++) {
        if (m->xspi[i] != NULL) xspi_route_changed(m->xspi[i], now_ps);
    }
    return access;
}

void xspim_device_changed(struct xspim *m, uint64_t now_ps)
{
    for (uint32_t i = 0; i < 2u; i++) {
        if (m->xspi[i] != NULL) xspi_window_refresh(m->xspi[i], now_ps);
    }
}
