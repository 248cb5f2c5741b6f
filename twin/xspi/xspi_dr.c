/*
 * The data register: what a write or a read of it does to the FIFO, and when it holds up the bus.
 */
#include "twin/xspi/xspi_internal.h"

/* When the FIFO has room for size bytes; FRAME_NEVER_PS if no clock will make some. */
static uint64_t room_time(const struct xspi *xspi, uint32_t size)
{
    const struct xspi_state *s = &xspi->s;
    const struct frame frame = xspi_frame(&s->setup);
    if (s->fifo_level + size <= FIFO_BYTES) return s->now_ps;
    if (s->phase != PHASE_COMMAND && s->phase != PHASE_DATA_OUT) return FRAME_NEVER_PS;
    const uint64_t bytes = s->fifo_level + size - FIFO_BYTES;
    return s->wire_ps + bytes * xspi_byte_ps(xspi, &frame);
}

struct xspi_access xspi_dr_push(struct xspi *xspi, uint32_t value, uint32_t size)
{
    struct xspi_state *s = &xspi->s;
    struct xspi_access access = {.done_ps = s->now_ps, .outcome = XSPI_OK};
    const bool has_data = (xspi_get(xspi, CCR) & CCR_DMODE) != 0;
    const bool can_start = (xspi_get(xspi, CR) & CR_EN) != 0 && has_data;
    if (xspi_fmode(xspi) == FMODE_WRITE && s->phase == PHASE_IDLE && can_start) {
        s->fifo_level = 0;
        xspi_trigger(xspi, s->now_ps);
    }
    const bool runs = s->phase == PHASE_COMMAND || s->phase == PHASE_DATA_OUT ||
                      s->phase == PHASE_PORT_WAIT;
    if (xspi_fmode(xspi) != FMODE_WRITE || !runs) {
        xspi_tell_flag(xspi, XSPI_FLAG_DR_EXCESS, value);
        return access;
    }
    const uint64_t room = room_time(xspi, size);
    if (room == FRAME_NEVER_PS) {
        access.outcome = XSPI_HANG;
        return access;
    }
    if (room > s->now_ps) {
        xspi_tell_flag(xspi, XSPI_FLAG_DR_STALL, size);
        xspi_advance(xspi, room);
        access.done_ps = room;
    }
    /* An empty FIFO had stopped the clock. */
    if (s->phase == PHASE_DATA_OUT && s->fifo_level == 0 && s->wire_ps < s->now_ps) {
        s->wire_ps = s->now_ps;
    }
    for (uint32_t i = 0; i < size; i++) {
        if (s->moved + s->fifo_level >= s->total) {
            xspi_tell_flag(xspi, XSPI_FLAG_DR_EXCESS, value);
            break;
        }
        xspi_fifo_put(s, (uint8_t)(value >> (8u * i)));
    }
    return access;
}

/* When size bytes are in the FIFO, or all that will ever be. */
static uint64_t data_time(const struct xspi *xspi, uint32_t size)
{
    const struct xspi_state *s = &xspi->s;
    const struct frame frame = xspi_frame(&s->setup);
    if (s->fifo_level >= size) return s->now_ps;
    if (s->phase == PHASE_NO_STROBE || s->phase == PHASE_PORT_WAIT) return s->step_ps;
    if (s->phase != PHASE_COMMAND && s->phase != PHASE_DATA_IN) return s->now_ps;
    const uint64_t left = s->total - s->moved;
    uint64_t bytes = size - s->fifo_level;
    if (bytes > left) bytes = left;
    return s->wire_ps + bytes * xspi_byte_ps(xspi, &frame);
}

struct xspi_access xspi_dr_pop(struct xspi *xspi, uint32_t size)
{
    struct xspi_state *s = &xspi->s;
    struct xspi_access access = {.done_ps = s->now_ps, .outcome = XSPI_OK};
    if (xspi_fmode(xspi) == FMODE_POLL) {
        access.value = s->poll_value;
        s->poll_is_fresh = false;
        return access;
    }
    const uint64_t begin = s->now_ps;
    for (uint64_t at = data_time(xspi, size); at > s->now_ps; at = data_time(xspi, size)) {
        if (at == FRAME_NEVER_PS) {
            access.outcome = XSPI_HANG;
            return access;
        }
        xspi_advance(xspi, at);
    }
    if (s->phase == PHASE_PORT_WAIT) access.outcome = XSPI_HANG;
    if (s->now_ps > begin) xspi_tell_flag(xspi, XSPI_FLAG_DR_STALL, size);
    if (s->fifo_level < size) xspi_tell_flag(xspi, XSPI_FLAG_DR_EXCESS, 0);
    const bool was_full = s->fifo_level == FIFO_BYTES;
    for (uint32_t i = 0; i < size && s->fifo_level > 0; i++) {
        access.value |= (uint32_t)xspi_fifo_get(s) << (8u * i);
    }
    /* A full FIFO had stopped the clock. */
    if (was_full && s->phase == PHASE_DATA_IN && s->wire_ps < s->now_ps) s->wire_ps = s->now_ps;
    if (s->phase == PHASE_DRAIN && s->fifo_level == 0) s->phase = PHASE_IDLE;
    access.done_ps = s->now_ps;
    return access;
}
