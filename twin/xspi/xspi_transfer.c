/*
 * Transfers in time: indirect write and read, commands without data, auto-poll.
 *
 * A transfer goes PHASE_COMMAND -> PHASE_DATA_IN -> PHASE_DRAIN -> idle, or PHASE_COMMAND ->
 * PHASE_DATA_OUT -> PHASE_LAST_CLOCKS -> idle, or, without data, PHASE_LAST_CLOCKS -> idle.
 * Auto-poll is a row of reads with PHASE_POLL_WAIT between. The chip is called when its answer
 * begins (reads) or when NCS rises (writes, commands).
 */
#include <string.h>

#include "twin/xspi/xspi_internal.h"

#define NCS_LEAD_CLOCKS 1u
#define NCS_LAG_CLOCKS  1u

static uint64_t ncs_high_ps(const struct xspi *xspi)
{
    return xspi_clk_ps(xspi) * ((xspi_get(xspi, DCR1) >> 8 & 0x3Fu) + 1u);
}

static void wire_free(struct xspi *xspi, uint64_t rise_ps)
{
    xspi->s.high_ps = rise_ps + ncs_high_ps(xspi);
    if (xspi->manager != NULL) xspim_port_take(xspi->manager, xspi, xspi->s.high_ps);
}

uint64_t xspi_start_ps(struct xspi *xspi, uint64_t now_ps)
{
    struct xspi_state *s = &xspi->s;
    uint64_t start = now_ps > s->high_ps ? now_ps : s->high_ps;
    if (xspi->manager != NULL) {
        const uint64_t free_ps = xspim_port_free_ps(xspi->manager, xspi);
        if (free_ps > start) start = free_ps;
    }
    if (start == FRAME_NEVER_PS) return start;
    if (s->is_calibration_armed && xspi->cfg.calibration_ps > 0) {
        start += xspi->cfg.calibration_ps;
        xspi_tell_flag(xspi, XSPI_FLAG_CALIBRATED, 0);
    }
    s->is_calibration_armed = false;
    return start;
}

/* Time from the fall of NCS to the first data clock. */
static uint64_t head_ps(const struct xspi *xspi)
{
    const struct frame frame = xspi_frame(&xspi->s.setup);
    return (NCS_LEAD_CLOCKS + frame_clocks_before_data(&frame)) * xspi_clk_ps(xspi);
}

static void transfer_error(struct xspi *xspi)
{
    xspi->s.flags |= SR_TEF;
    xspi->s.phase = PHASE_IDLE;
    xspi->s.fifo_level = 0;
    xspi_tell_flag(xspi, XSPI_FLAG_TRANSFER_ERROR, xspi_get(xspi, AR));
}

/*
 * Bytes that the registers ask for; false if they reach past the device or are odd where not
 * allowed.
 */
static bool length_find(struct xspi *xspi, const struct frame *frame, bool is_read)
{
    struct xspi_state *s = &xspi->s;
    const uint64_t size = xspi_window_bytes(xspi);
    const uint64_t address = frame->address.lines == 0 ? 0 : xspi_get(xspi, AR);
    const uint32_t dlr = xspi_get(xspi, DLR);
    const bool is_poll = xspi_fmode(xspi) == FMODE_POLL;
    s->wanted = frame->data.lines == 0 ? 0 : (uint64_t)dlr + 1u;
    if (dlr == UINT32_MAX && frame->data.lines != 0) s->wanted = size - address;
    if (is_poll && s->wanted > 4u) s->wanted = 4u;
    s->total = s->wanted;
    if (!is_poll && frame->address.lines != 0 && address + s->wanted > size) return false;
    if (!is_poll && frame->address.lines != 0 && address >= size) return false;
    if (!xspi_is_octal_dtr(frame)) return true;
    const bool is_odd = (address & 1u) != 0 || (s->wanted & 1u) != 0;
    /* Not so for polls: ST's boot of releases 1.1.0 and 1.2.0 polls one byte so, and works. */
    if (is_odd && !frame->dqs && !is_poll) return false;
    /* Else the address goes out as it is, and whole words are clocked. */
    if (is_odd && is_read) s->total = (s->wanted + 1u) & ~1ull;
    return true;
}

static void command_begin(struct xspi *xspi, uint64_t start_ps)
{
    struct xspi_state *s = &xspi->s;
    s->moved = 0;
    s->chunk_start = 0;
    s->chunk_count = 0;
    s->is_first_chunk = true;
    s->phase = PHASE_COMMAND;
    s->step_ps = start_ps + head_ps(xspi);
    s->wire_ps = s->step_ps;
}

void xspi_trigger(struct xspi *xspi, uint64_t now_ps)
{
    struct xspi_state *s = &xspi->s;
    s->setup = (struct xspi_setup){.ccr = xspi_get(xspi, CCR), .tcr = xspi_get(xspi, TCR),
                                   .ir = xspi_get(xspi, IR), .abr = xspi_get(xspi, ABR),
                                   .address = xspi_get(xspi, AR)};
    struct frame frame = xspi_frame(&s->setup);
    const bool is_read = xspi_fmode(xspi) != FMODE_WRITE;
    if (is_read) s->fifo_level = 0;
    if (!length_find(xspi, &frame, is_read)) {
        transfer_error(xspi);
        return;
    }
    const uint64_t start = xspi_start_ps(xspi, now_ps);
    if (start == FRAME_NEVER_PS) {
        s->phase = PHASE_PORT_WAIT;
        return;
    }
    command_begin(xspi, start);
    if (frame.data.lines == 0) {
        s->phase = PHASE_LAST_CLOCKS;
        s->step_ps += NCS_LAG_CLOCKS * xspi_clk_ps(xspi);
    }
}

static void transfer_done(struct xspi *xspi)
{
    struct xspi_state *s = &xspi->s;
    s->flags |= SR_TCF;
    s->phase = s->fifo_level > 0 && xspi_fmode(xspi) == FMODE_READ ? PHASE_DRAIN : PHASE_IDLE;
}

/* Bytes of one NCS low time: all, or what MAXTRAN allows while the other one wants the port. */
static uint32_t piece_bytes(const struct xspi *xspi, const struct frame *frame)
{
    const uint32_t maxtran = xspi_get(xspi, DCR3) & 0xFFu;
    if (xspi->manager == NULL || maxtran == 0 || frame->n == 0) return frame->n;
    if (!xspim_other_is_reading(xspi->manager, xspi)) return frame->n;
    const uint64_t head = frame_clocks_before_data(frame);
    if (head >= maxtran + 1u) return frame->n;
    const uint64_t bytes = (maxtran + 1u - head) * frame->data.lines *
                           (frame->data.dtr ? 2u : 1u) / 8u;
    return bytes < frame->n ? (uint32_t)bytes : frame->n;
}

/* The chip sees n bytes of chunk[] (none for a command) at the rise of NCS. */
static void frame_write(struct xspi *xspi, uint32_t n)
{
    struct xspi_state *s = &xspi->s;
    const struct frame_device *chip = xspi_chip(xspi);
    struct frame frame = xspi_frame(&s->setup);
    frame.dir = n > 0 ? FRAME_WRITE : FRAME_NO_DATA;
    frame.continues = !s->is_first_chunk;
    frame.address_value += s->chunk_start;
    frame.n = n;
    if (xspi_swaps(xspi, &frame)) xspi_swap_pairs(s->chunk, n);
    if (chip == NULL) return;
    const uint32_t piece = piece_bytes(xspi, &frame);
    for (uint32_t at = 0; at < n || at == 0;) {
        frame.out = s->chunk + at;
        frame.n = n - at < piece ? n - at : piece;
        (void)chip->transfer(chip->ctx, s->now_ps, &frame);
        frame.address_value += frame.n;
        at += frame.n;
        if (n == 0) break;
        if (at < n) xspi_tell_flag(xspi, XSPI_FLAG_SPLIT_WRITE, at);
    }
}

static void no_strobe(struct xspi *xspi)
{
    struct xspi_state *s = &xspi->s;
    s->phase = PHASE_NO_STROBE;
    s->step_ps = FRAME_NEVER_PS;
    if (xspi->cfg.strobe_timeout_ps > 0) s->step_ps = s->now_ps + xspi->cfg.strobe_timeout_ps;
    xspi_tell_flag(xspi, XSPI_FLAG_NO_STROBE, xspi_get(xspi, IR));
}

/* Ask the chip for the next bytes; false if they will never come. */
static bool chunk_read(struct xspi *xspi)
{
    struct xspi_state *s = &xspi->s;
    const struct frame_device *chip = xspi_chip(xspi);
    struct frame frame = xspi_frame(&s->setup);
    const uint64_t left = s->total - s->moved;
    s->chunk_start = (uint32_t)s->moved;
    s->chunk_count = left < CHUNK_BYTES ? (uint32_t)left : CHUNK_BYTES;
    frame.dir = FRAME_READ;
    frame.continues = !s->is_first_chunk;
    frame.address_value += s->chunk_start;
    frame.n = s->chunk_count;
    frame.in = s->chunk;
    s->is_first_chunk = false;
    enum frame_answer answer = FRAME_UNDRIVEN;
    if (chip != NULL) {
        answer = chip->transfer(chip->ctx, s->now_ps, &frame);
    } else {
        memset(s->chunk, 0, s->chunk_count);
    }
    if (answer != FRAME_DRIVEN && frame.dqs) return false;
    if (answer != FRAME_DRIVEN) xspi_tell_flag(xspi, XSPI_FLAG_UNDRIVEN, frame.instruction_value);
    if (xspi_swaps(xspi, &frame)) xspi_swap_pairs(s->chunk, s->chunk_count);
    return true;
}

static void data_begin(struct xspi *xspi)
{
    struct xspi_state *s = &xspi->s;
    if (xspi_fmode(xspi) == FMODE_WRITE) {
        s->phase = PHASE_DATA_OUT;
        return;
    }
    s->phase = PHASE_DATA_IN;
    if (!chunk_read(xspi)) no_strobe(xspi);
}

/* Nothing can change before the chip's next event: leave out the polls that would say the same. */
static void polls_skip(struct xspi *xspi)
{
    struct xspi_state *s = &xspi->s;
    const struct frame_device *chip = xspi_chip(xspi);
    if (chip == NULL || xspim_is_multiplexed(xspi->manager)) return;
    const uint64_t event = chip->next_event_ps(chip->ctx);
    const struct frame frame = xspi_frame(&s->setup);
    const uint64_t head = head_ps(xspi);
    const uint64_t period = s->step_ps - s->wire_ps + head +
                            s->total * xspi_byte_ps(xspi, &frame);
    if (event == FRAME_NEVER_PS || event <= s->step_ps + head) return;
    s->step_ps += (event - s->step_ps - head + period - 1u) / period * period;
}

/* One poll's bytes are in: compare, and stop or wait for the next. */
static void poll_judge(struct xspi *xspi)
{
    struct xspi_state *s = &xspi->s;
    uint32_t status = 0;
    for (uint32_t i = 0; i < s->wanted; i++) status |= (uint32_t)s->chunk[i] << (8u * i);
    s->poll_value = status;
    s->poll_is_fresh = true;
    const uint32_t mask = xspi_get(xspi, PSMKR);
    const uint32_t differs = (status ^ xspi_get(xspi, PSMAR)) & mask;
    const bool is_or = (xspi_get(xspi, CR) & CR_PMM) != 0;
    const bool is_match = is_or ? differs != mask : differs == 0;
    wire_free(xspi, s->wire_ps + NCS_LAG_CLOCKS * xspi_clk_ps(xspi));
    if (is_match) s->flags |= SR_SMF;
    if (is_match && (xspi_get(xspi, CR) & CR_APMS) != 0) {
        s->phase = PHASE_IDLE;
        return;
    }
    s->phase = PHASE_POLL_WAIT;
    s->step_ps = s->high_ps + (xspi_get(xspi, PIR) & 0xFFFFu) * xspi_clk_ps(xspi);
    if (!is_match) polls_skip(xspi);
}

static void bytes_in(struct xspi *xspi, uint64_t now_ps)
{
    struct xspi_state *s = &xspi->s;
    const struct frame frame = xspi_frame(&s->setup);
    const uint64_t byte_ps = xspi_byte_ps(xspi, &frame);
    const bool is_poll = xspi_fmode(xspi) == FMODE_POLL;
    while (s->moved < s->total && s->wire_ps + byte_ps <= now_ps) {
        const bool is_wanted = s->moved < s->wanted;
        if (is_wanted && !is_poll && s->fifo_level == FIFO_BYTES) return;
        if (s->moved - s->chunk_start == s->chunk_count && !chunk_read(xspi)) {
            no_strobe(xspi);
            return;
        }
        if (is_wanted && !is_poll) xspi_fifo_put(s, s->chunk[s->moved - s->chunk_start]);
        s->moved++;
        s->wire_ps += byte_ps;
        if (s->wire_ps > s->now_ps) s->now_ps = s->wire_ps;
    }
    if (s->moved < s->total) return;
    if (is_poll) {
        poll_judge(xspi);
        return;
    }
    wire_free(xspi, s->wire_ps + NCS_LAG_CLOCKS * xspi_clk_ps(xspi));
    transfer_done(xspi);
}

static void bytes_out(struct xspi *xspi, uint64_t now_ps)
{
    struct xspi_state *s = &xspi->s;
    const struct frame frame = xspi_frame(&s->setup);
    const uint64_t byte_ps = xspi_byte_ps(xspi, &frame);
    while (s->moved < s->total && s->fifo_level > 0 && s->wire_ps + byte_ps <= now_ps) {
        if (s->chunk_count == CHUNK_BYTES) {
            frame_write(xspi, s->chunk_count);
            s->is_first_chunk = false;
            s->chunk_start += s->chunk_count;
            s->chunk_count = 0;
        }
        s->chunk[s->chunk_count++] = xspi_fifo_get(s);
        s->moved++;
        s->wire_ps += byte_ps;
        if (s->wire_ps > s->now_ps) s->now_ps = s->wire_ps;
    }
    if (s->moved < s->total) return;
    s->phase = PHASE_LAST_CLOCKS;
    s->step_ps = s->wire_ps + NCS_LAG_CLOCKS * xspi_clk_ps(xspi);
}

static void last_clocks(struct xspi *xspi)
{
    struct xspi_state *s = &xspi->s;
    wire_free(xspi, s->now_ps);
    s->fifo_level = 0; /* what was pushed beyond DLR is dropped */
    transfer_done(xspi);
    frame_write(xspi, s->chunk_count);
    s->chunk_count = 0;
}

/* What happens at step_ps. */
static void step(struct xspi *xspi)
{
    struct xspi_state *s = &xspi->s;
    switch (s->phase) {
    case PHASE_COMMAND: data_begin(xspi); break;
    case PHASE_LAST_CLOCKS: last_clocks(xspi); break;
    case PHASE_POLL_WAIT: command_begin(xspi, s->now_ps); break;
    case PHASE_NO_STROBE:
        s->flags |= SR_TEF;
        s->phase = PHASE_IDLE;
        wire_free(xspi, s->now_ps);
        xspi_tell_flag(xspi, XSPI_FLAG_TRANSFER_ERROR, xspi_get(xspi, AR));
        break;
    case PHASE_MAPPED: xspi_window_timeout(xspi); break;
    case PHASE_IDLE:
    case PHASE_DATA_IN:
    case PHASE_DATA_OUT:
    case PHASE_DRAIN:
    case PHASE_PORT_WAIT:
    case PHASE_WEDGED: break;
    }
}

static uint64_t step_time(const struct xspi *xspi)
{
    const struct xspi_state *s = &xspi->s;
    switch (s->phase) {
    case PHASE_COMMAND:
    case PHASE_LAST_CLOCKS:
    case PHASE_POLL_WAIT:
    case PHASE_NO_STROBE: return s->step_ps;
    case PHASE_MAPPED:
        if ((xspi_get(xspi, CR) & CR_TCEN) == 0) return FRAME_NEVER_PS;
        return s->seen_ps + (xspi_get(xspi, LPTR) & 0xFFFFu) * xspi_clk_ps(xspi);
    default: return FRAME_NEVER_PS;
    }
}

void xspi_advance(struct xspi *xspi, uint64_t now_ps)
{
    struct xspi_state *s = &xspi->s;
    if (now_ps < s->now_ps) return;
    for (;;) {
        if (s->phase == PHASE_DATA_IN) bytes_in(xspi, now_ps);
        if (s->phase == PHASE_DATA_OUT) bytes_out(xspi, now_ps);
        const uint64_t next = step_time(xspi);
        if (next > now_ps) break;
        if (next > s->now_ps) s->now_ps = next;
        step(xspi);
    }
    s->now_ps = now_ps;
    xspi_irq_update(xspi);
}

uint64_t xspi_next_event_ps(const struct xspi *xspi)
{
    const struct xspi_state *s = &xspi->s;
    const struct frame frame = xspi_frame(&s->setup);
    const uint64_t byte_ps = xspi_byte_ps(xspi, &frame);
    if (s->phase == PHASE_DATA_IN) {
        const uint64_t left = s->total - s->moved;
        const uint64_t room = FIFO_BYTES - s->fifo_level;
        if (left > 0 && room == 0) return FRAME_NEVER_PS;
        return s->wire_ps + (left < room ? left : room) * byte_ps;
    }
    if (s->phase == PHASE_DATA_OUT) {
        return s->fifo_level == 0 ? FRAME_NEVER_PS : s->wire_ps + s->fifo_level * byte_ps;
    }
    return step_time(xspi);
}

void xspi_drop(struct xspi *xspi)
{
    struct xspi_state *s = &xspi->s;
    s->fifo_level = 0;
    s->poll_is_fresh = false;
    s->is_touched = false;
    s->is_write_open = false;
    if (s->phase != PHASE_IDLE && s->phase != PHASE_DRAIN) wire_free(xspi, s->now_ps);
    if (s->phase != PHASE_WEDGED) s->phase = PHASE_IDLE;
}

void xspi_let_go(struct xspi *xspi)
{
    struct xspi_state *s = &xspi->s;
    if (s->phase == PHASE_LAST_CLOCKS) last_clocks(xspi);
    if (s->phase == PHASE_DATA_OUT && s->chunk_count > 0) frame_write(xspi, s->chunk_count);
    if (s->phase == PHASE_MAPPED) xspi_window_end_write(xspi);
    xspi_drop(xspi);
}

void xspi_abort(struct xspi *xspi)
{
    struct xspi_state *s = &xspi->s;
    if (s->phase == PHASE_WEDGED) return;
    if (s->phase == PHASE_NO_STROBE && !xspi->cfg.abort_ends_strobe_wait) return;
    if (s->phase == PHASE_LAST_CLOCKS) last_clocks(xspi);
    if (s->phase == PHASE_DATA_OUT) {
        xspi_tell_flag(xspi, XSPI_FLAG_SPLIT_WRITE, (uint32_t)s->moved);
        frame_write(xspi, s->chunk_count);
    }
    if (s->phase == PHASE_MAPPED) {
        xspi_window_end_write(xspi);
        s->was_aborted_mapped = true;
    }
    xspi_drop(xspi);
    s->flags |= SR_TCF;
}
