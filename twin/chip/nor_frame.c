/*
 * Frames: which command it is, whether the chip takes it, and what it drives back.
 *
 * A chip that refuses a frame does nothing and drives nothing: no data, no strobe. In octal DTR
 * each byte of a register is on the bus twice, and bytes of the array and of SFDP go in pairs with
 * the odd address first (SFDP of the mx66uw1g45g, BFPT DW18 bit 31).
 */
#include <string.h>

#include "twin/chip/nor_internal.h"

static bool phase_fits(const struct frame_phase *phase, uint8_t lines, bool dtr)
{
    return phase->lines == 0 || (phase->lines == lines && phase->dtr == dtr);
}

static enum nor_refusal instruction_check(const struct nor *nor, const struct frame *frame)
{
    const enum nor_protocol protocol = nor->state.protocol;
    const uint8_t lines = protocol == NOR_SPI ? 1 : 8;
    const bool is_single = protocol == NOR_SPI || nor->row->family->opcode_is_single;
    const bool is_dtr = protocol == NOR_DOPI && !is_single;
    if (frame->instruction.lines != lines) return NOR_REFUSED_PROTOCOL;
    if (frame->instruction.dtr != is_dtr) return NOR_REFUSED_PROTOCOL;
    if (frame->instruction.bytes != (is_single ? 1 : 2)) return NOR_REFUSED_PROTOCOL;
    return NOR_ACCEPTED;
}

/* In SPI, one opcode may have its own lines after itself. */
static bool is_quad_io(const struct nor *nor, const struct nor_opcode *opcode)
{
    return nor->state.protocol == NOR_SPI && opcode->dummy_spi == NOR_DUMMY_QUAD_IO;
}

static enum nor_refusal phases_check(const struct nor *nor, const struct frame *frame,
                                     const struct nor_opcode *opcode)
{
    const enum nor_protocol protocol = nor->state.protocol;
    const uint8_t single = is_quad_io(nor, opcode) ? 4 : 1;
    const uint8_t lines = protocol == NOR_SPI ? single : 8;
    const bool dtr = protocol == NOR_DOPI;
    if (!phase_fits(&frame->address, lines, dtr)) return NOR_REFUSED_PROTOCOL;
    if (!phase_fits(&frame->alternate, lines, dtr)) return NOR_REFUSED_PROTOCOL;
    const bool is_quad_out = protocol == NOR_SPI && opcode->dummy_spi == NOR_DUMMY_QUAD_OUT;
    const uint8_t data_lines = is_quad_out ? 4 : lines;
    if (frame->data.lines != 0 && frame->data.lines != data_lines) return NOR_REFUSED_PROTOCOL;
    /* A controller may take a strobed byte only once a clock: status bytes come twice anyway. */
    if (frame->data.dtr && !dtr) return NOR_REFUSED_PROTOCOL;
    if (frame->dir == FRAME_WRITE && frame->data.dtr != dtr) return NOR_REFUSED_PROTOCOL;
    return NOR_ACCEPTED;
}

static const struct nor_opcode *opcode_find(const struct nor *nor, uint8_t code)
{
    const struct nor_row *row = nor->row;
    for (uint32_t i = 0; i < row->opcode_count; i++) {
        if (row->opcodes[i].code == code) return &row->opcodes[i];
    }
    return NULL;
}

static bool opcode_is_in(const struct nor_opcode *opcode, enum nor_protocol protocol)
{
    if (protocol == NOR_SPI) return opcode->address_spi != NOR_NO_FORM;
    if (opcode->address_octal == NOR_NO_FORM) return false;
    return protocol == NOR_DOPI ? !opcode->is_str_only : !opcode->is_dtr_only;
}

static enum nor_refusal opcode_decode(const struct nor *nor, const struct frame *frame,
                                      struct nor_request *request)
{
    const enum nor_refusal refusal = instruction_check(nor, frame);
    if (refusal != NOR_ACCEPTED) return refusal;
    uint32_t code = frame->instruction_value & 0xFFu;
    if (nor->state.protocol != NOR_SPI && !nor->row->family->opcode_is_single) {
        code = frame->instruction_value >> 8 & 0xFFu;
        const uint32_t differs = (code ^ frame->instruction_value) & 0xFFu;
        if (differs != (nor->row->family->opcode_repeats ? 0u : 0xFFu)) return NOR_REFUSED_INVERSE;
    }
    request->opcode = opcode_find(nor, (uint8_t)code);
    if (request->opcode == NULL) return NOR_REFUSED_OPCODE;
    if (!opcode_is_in(request->opcode, nor->state.protocol)) return NOR_REFUSED_OPCODE;
    return phases_check(nor, frame, request->opcode);
}

/*
 * The mode byte of a quad read. With bits 5:4 at 10 the chip takes no opcode next time (continuous
 * read), which is not modelled.
 */
static enum nor_refusal mode_check(const struct nor *nor, const struct frame *frame,
                                   const struct nor_opcode *opcode)
{
    if (!is_quad_io(nor, opcode)) {
        return frame->alternate.lines == 0 ? NOR_ACCEPTED : NOR_REFUSED_ADDRESS;
    }
    if (frame->alternate.lines == 0 || frame->alternate.bytes != 1) return NOR_REFUSED_ADDRESS;
    return (frame->alternate_value & 0x30u) == 0x20u ? NOR_REFUSED_NOT_MODELLED : NOR_ACCEPTED;
}

static uint8_t stream_byte(const struct frame *frame, bool swaps, uint32_t index)
{
    const uint32_t head = frame->address.lines == 0 ? 0 : frame->address.bytes;
    if (index < head) return (uint8_t)(frame->address_value >> (8u * (head - 1u - index)));
    index -= head;
    if (swaps && (index ^ 1u) < frame->n) index ^= 1u;
    return frame->out[index];
}

/*
 * Address and data of the command. The chip sees one stream of bytes and knows by the opcode how
 * many are address, so that a controller may send address bytes as data (ST's boot does so for 72h
 * in SPI).
 */
static enum nor_refusal stream_decode(const struct nor *nor, const struct frame *frame,
                                      struct nor_request *request)
{
    const bool is_octal = nor->state.protocol != NOR_SPI;
    const struct nor_opcode *opcode = request->opcode;
    const uint32_t need = is_octal ? opcode->address_octal : opcode->address_spi;
    const uint32_t head = frame->address.lines == 0 ? 0 : frame->address.bytes;
    const uint32_t total = head + (frame->dir == FRAME_WRITE ? frame->n : 0);
    const bool swaps = nor->state.protocol == NOR_DOPI && nor->row->wire_swaps;
    const enum nor_refusal refusal = mode_check(nor, frame, opcode);
    if (refusal != NOR_ACCEPTED) return refusal;
    if (total < need || (frame->dir == FRAME_READ && head != need)) return NOR_REFUSED_ADDRESS;
    for (uint32_t i = 0; i < need; i++) {
        request->addr = request->addr << 8 | stream_byte(frame, swaps, i);
    }
    request->n = frame->dir == FRAME_WRITE ? total - need : 0;
    const uint32_t room = sizeof request->bytes;
    for (uint32_t i = 0; i < request->n; i++) {
        request->bytes[i % room] = stream_byte(frame, swaps, need + i);
    }
    return NOR_ACCEPTED;
}

static bool command_is_for_busy(enum nor_command command)
{
    return command == NOR_CMD_READ_SR || command == NOR_CMD_READ_CR ||
           command == NOR_CMD_READ_CR2 || command == NOR_CMD_READ_SCUR ||
           command == NOR_CMD_READ_SR2 || command == NOR_CMD_READ_FSR ||
           command == NOR_CMD_READ_STR2 || command == NOR_CMD_CLEAR_FAILED ||
           command == NOR_CMD_SUSPEND || command == NOR_CMD_RESET_ENABLE ||
           command == NOR_CMD_RESET || command == NOR_CMD_NOP || command == NOR_CMD_READ;
}

static enum nor_refusal state_check(const struct nor *nor, const struct nor_request *request)
{
    const enum nor_command command = request->opcode->command;
    if (nor->state.is_asleep && command != NOR_CMD_WAKE) return NOR_REFUSED_ASLEEP;
    if (command == NOR_CMD_NOT_MODELLED) return NOR_REFUSED_NOT_MODELLED;
    if (command == NOR_CMD_RESUME) return NOR_ACCEPTED; /* looks at WIP itself */
    if (nor_work_is_busy(nor) && !command_is_for_busy(command)) return NOR_REFUSED_BUSY;
    return NOR_ACCEPTED;
}

static enum nor_refusal control(struct nor *nor, const struct nor_request *request)
{
    struct nor_state *state = &nor->state;
    switch (request->opcode->command) {
    case NOR_CMD_SUSPEND: return nor_work_suspend(nor);
    case NOR_CMD_RESUME: return nor_work_resume(nor);
    case NOR_CMD_CLEAR_FAILED:
        state->p_fail = false;
        state->e_fail = false;
        nor_tell_answers(nor);
        break;
    case NOR_CMD_RESET_ENABLE: state->is_reset_armed = true; break;
    case NOR_CMD_RESET:
        if (!state->is_reset_armed) return NOR_REFUSED_ORDER;
        nor_restart(nor);
        break;
    case NOR_CMD_SLEEP:
        state->is_asleep = true;
        state->ready_ps = state->now_ps + nor->row->family->sleep_ps;
        state->is_recovering = true;
        nor_tell_answers(nor);
        break;
    case NOR_CMD_WAKE:
        if (!state->is_asleep) return NOR_REFUSED_ORDER;
        state->is_asleep = false;
        state->ready_ps = state->now_ps + nor->row->family->wake_ps;
        state->is_recovering = true;
        nor_tell_answers(nor);
        break;
    default: break;
    }
    return NOR_ACCEPTED;
}

static enum nor_refusal execute(struct nor *nor, struct frame *frame,
                                struct nor_request *request, struct nor_event *event)
{
    switch (request->opcode->command) {
    case NOR_CMD_READ:
    case NOR_CMD_READ_SFDP: return nor_read_memory(nor, frame, request);
    case NOR_CMD_READ_SR:
    case NOR_CMD_READ_CR:
    case NOR_CMD_READ_CR2:
    case NOR_CMD_READ_SCUR:
    case NOR_CMD_READ_SR2:
    case NOR_CMD_READ_STR2:
    case NOR_CMD_READ_FSR:
    case NOR_CMD_READ_ID: return nor_read_register(nor, frame, request);
    case NOR_CMD_NOP:
    case NOR_CMD_CLEAR_FAILED:
    case NOR_CMD_SUSPEND:
    case NOR_CMD_RESUME:
    case NOR_CMD_RESET_ENABLE:
    case NOR_CMD_RESET:
    case NOR_CMD_SLEEP:
    case NOR_CMD_WAKE: return control(nor, request);
    default: return nor_write(nor, request, event);
    }
}

/* Whatever follows 66h and is not 99h takes its effect away. */
static void reset_disarm(struct nor *nor, const struct nor_request *request)
{
    if (request->opcode == NULL || request->opcode->command != NOR_CMD_RESET_ENABLE) {
        nor->state.is_reset_armed = false;
    }
}

static enum nor_refusal serve(struct nor *nor, struct frame *frame, struct nor_request *request,
                              struct nor_event *event)
{
    const struct nor_state *state = &nor->state;
    if (!state->is_powered) return NOR_REFUSED_OFF;
    if (state->ready_ps > state->now_ps) {
        return state->is_recovering ? NOR_REFUSED_RECOVERING : NOR_REFUSED_OFF;
    }
    enum nor_refusal refusal = opcode_decode(nor, frame, request);
    if (request->opcode != NULL) event->opcode = request->opcode->code;
    const struct nor_listener *listener = &nor->cfg.listener;
    if (!frame->continues && listener->gate != NULL && !listener->gate(listener->ctx, event)) {
        return NOR_REFUSED_CUT_OFF;
    }
    if (refusal == NOR_ACCEPTED) refusal = stream_decode(nor, frame, request);
    if (refusal == NOR_ACCEPTED) refusal = state_check(nor, request);
    event->addr = request->addr;
    if (frame->dir == FRAME_WRITE) event->n = request->n;
    if (refusal == NOR_ACCEPTED) refusal = execute(nor, frame, request, event);
    return refusal;
}

static void count(struct nor *nor, const struct nor_event *event)
{
    struct nor_counters *counters = &nor->state.counters;
    counters->commands++;
    if (event->refusal != NOR_ACCEPTED) counters->refused++;
    if (event->work == NOR_PROGRAM) counters->programs++;
    if (event->work == NOR_ERASE || event->work == NOR_ERASE_CHIP) counters->erases++;
    counters->double_programs += event->double_programs;
    if (event->not_erased_bits > 0) counters->not_erased_programs++;
    if (event->nonvolatile_register) counters->nonvolatile_writes++;
}

enum frame_answer nor_frame_transfer(void *ctx, uint64_t now_ps, struct frame *frame)
{
    struct nor *nor = ctx;
    nor_advance(nor, now_ps);
    struct nor_request request = {.opcode = NULL};
    struct nor_event event = {.kind = NOR_EVENT_COMMAND, .now_ps = nor->state.now_ps,
                              .raw = (uint16_t)frame->instruction_value,
                              .opcode = (uint16_t)frame->instruction_value,
                              .protocol = nor->state.protocol, .n = frame->n,
                              .data = frame->dir == FRAME_WRITE ? frame->out : NULL};
    event.refusal = serve(nor, frame, &request, &event);
    if (event.work != NOR_IDLE) {
        nor->state.op.opcode = event.opcode;
        event.busy_ps = nor->state.op.total_ps;
    }
    if (!frame->continues) {
        reset_disarm(nor, &request);
        count(nor, &event);
        nor_tell(nor, &event);
    }
    if (frame->dir != FRAME_READ) return FRAME_TAKEN;
    if (event.refusal == NOR_ACCEPTED && request.is_driven) return FRAME_DRIVEN;
    memset(frame->in, nor->cfg.undriven, frame->n);
    return FRAME_UNDRIVEN;
}

enum frame_window nor_frame_window(void *ctx, uint64_t now_ps, const struct frame *frame,
                                   uint32_t bank_index)
{
    struct nor *nor = ctx;
    nor_advance(nor, now_ps);
    const struct nor_state *state = &nor->state;
    struct nor_request request = {.opcode = NULL};
    if (!state->is_powered || state->ready_ps > state->now_ps || state->is_asleep) {
        return FRAME_WINDOW_UNDRIVEN;
    }
    if (opcode_decode(nor, frame, &request) != NOR_ACCEPTED) return FRAME_WINDOW_UNDRIVEN;
    const struct nor_opcode *opcode = request.opcode;
    const uint32_t need = state->protocol == NOR_SPI ? opcode->address_spi : opcode->address_octal;
    if (frame->address.lines == 0 || frame->address.bytes != need) return FRAME_WINDOW_UNDRIVEN;
    if (opcode->command != NOR_CMD_READ) {
        const bool is_read = opcode->command == NOR_CMD_READ_SFDP ||
                             opcode->command == NOR_CMD_READ_SR;
        return is_read ? FRAME_WINDOW_GARBLED : FRAME_WINDOW_UNDRIVEN;
    }
    if (mode_check(nor, frame, opcode) != NOR_ACCEPTED) return FRAME_WINDOW_GARBLED;
    if (nor_bank_refuses(nor, bank_index)) return FRAME_WINDOW_UNDRIVEN;
    if (nor_read_skew(nor, frame, opcode) != 0) return FRAME_WINDOW_GARBLED;
    if (nor_read_shift(nor, frame, opcode) != 0) return FRAME_WINDOW_GARBLED;
    if (frame->data.dtr != (state->protocol == NOR_DOPI)) return FRAME_WINDOW_GARBLED;
    return FRAME_WINDOW_PLAIN;
}
