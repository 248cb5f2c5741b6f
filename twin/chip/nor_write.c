/*
 * Commands that write: what each needs before the chip takes it, and the work that it starts.
 */
#include <string.h>

#include "twin/chip/nor_internal.h"

/* The page's AND mask out of the stream: later bytes win where the page wraps. */
static uint16_t page_fill(const struct nor_request *request, uint8_t page[PAGE_BYTES])
{
    uint16_t named = 0;
    const uint32_t room = sizeof request->bytes;
    const uint32_t first = request->n > PAGE_BYTES ? request->n - PAGE_BYTES : 0;
    for (uint32_t i = first; i < request->n; i++) {
        const uint32_t at = (request->addr + i) % PAGE_BYTES;
        page[at] = request->bytes[i % room];
        named |= (uint16_t)(1u << (at / GRANULE_BYTES));
    }
    return named;
}

static enum nor_refusal write_check(const struct nor *nor)
{
    if (!nor->state.wel) return NOR_REFUSED_NOT_ENABLED;
    if (nor->state.op.is_suspended) return NOR_REFUSED_SUSPENDED;
    return NOR_ACCEPTED;
}

static enum nor_refusal data_check(const struct nor *nor, const struct nor_request *request)
{
    const bool is_dtr = nor->state.protocol == NOR_DOPI;
    if (request->n == 0 || (is_dtr && request->n % 2u != 0)) return NOR_REFUSED_LENGTH;
    if (is_dtr && request->addr % 2u != 0) return NOR_REFUSED_ODD_ADDRESS;
    if (request->addr >= nor->row->size_bytes) return NOR_REFUSED_ADDRESS;
    return NOR_ACCEPTED;
}

static enum nor_refusal program(struct nor *nor, const struct nor_request *request,
                                struct nor_event *event)
{
    enum nor_refusal refusal = write_check(nor);
    if (refusal == NOR_ACCEPTED) refusal = data_check(nor, request);
    if (refusal != NOR_ACCEPTED) return refusal;
    if (nor_work_ignores(nor, request->addr, 1)) return NOR_REFUSED_PROTECTED;
    uint8_t page[PAGE_BYTES];
    memset(page, 0xFF, sizeof page);
    const uint16_t named = page_fill(request, page);
    const uint32_t start = request->addr / PAGE_BYTES * PAGE_BYTES;
    event->work = NOR_PROGRAM;
    event->double_programs = nor_program_double(nor, start, page, &event->not_erased_bits);
    nor->state.counters.program_bytes += request->n;
    nor_work_program(nor, start, page, named);
    return NOR_ACCEPTED;
}

static enum nor_refusal erase(struct nor *nor, const struct nor_request *request,
                              struct nor_event *event)
{
    const enum nor_refusal refusal = write_check(nor);
    if (refusal != NOR_ACCEPTED) return refusal;
    const struct nor_row *row = nor->row;
    enum nor_work work = NOR_ERASE;
    uint32_t n = UNIT_BYTES;
    if (request->opcode->command == NOR_CMD_ERASE_BLOCK) n = row->block_bytes;
    if (request->opcode->command == NOR_CMD_ERASE_CHIP) {
        work = NOR_ERASE_CHIP;
        n = row->size_bytes;
    }
    if (request->addr >= row->size_bytes) return NOR_REFUSED_ADDRESS;
    if (n == UNIT_BYTES && row->unit_area_bytes != 0 &&
        request->addr - row->unit_area_addr >= row->unit_area_bytes) {
        return NOR_REFUSED_ADDRESS;
    }
    if (nor_work_ignores(nor, request->addr / n * n, n)) return NOR_REFUSED_PROTECTED;
    event->work = work;
    event->addr = request->addr / n * n;
    event->n = n;
    nor_work_erase(nor, work, event->addr, n);
    return NOR_ACCEPTED;
}

static enum nor_refusal status_write(struct nor *nor, const struct nor_request *request,
                                     struct nor_event *event)
{
    const enum nor_refusal refusal = write_check(nor);
    if (refusal != NOR_ACCEPTED) return refusal;
    if (request->n == 0) return NOR_REFUSED_LENGTH;
    uint32_t reg = NOR_REG_SR;
    if (nor->state.protocol == NOR_SPI) {
        if (request->n > 1) reg = NOR_REG_SR_CR;
    } else {
        if (request->addr > 1) return NOR_REFUSED_ADDRESS;
        if (request->addr == 1) reg = NOR_REG_CR;
    }
    event->work = NOR_WRITE_REGISTER;
    event->nonvolatile_register = true;
    const uint8_t value[2] = {request->bytes[0], request->n > 1 ? request->bytes[1] : 0};
    const bool is_same = nor_reg_status_is_same(nor, reg, value);
    const struct nor_family *family = nor->row->family;
    nor_work_register(nor, reg, value,
                      is_same ? &family->write_status_same : &family->write_status);
    return NOR_ACCEPTED;
}

static enum nor_refusal cr2_write(struct nor *nor, const struct nor_request *request,
                                  struct nor_event *event)
{
    const bool is_dtr = nor->state.protocol == NOR_DOPI;
    /* Clearing the CRC flag needs no write enable. */
    const bool is_free = request->addr >= 0x80000000u && request->addr < 0xC0000000u;
    if (!is_free && !nor->state.wel) return NOR_REFUSED_NOT_ENABLED;
    if (request->addr >= 0xC0000000u) return NOR_REFUSED_ADDRESS; /* bank status: read only */
    if (request->n == 0 || (is_dtr && request->n % 2u != 0)) return NOR_REFUSED_LENGTH;
    /* In DTR a pair comes; the even byte counts, as ST's drivers put the value there. */
    const uint8_t value[2] = {request->bytes[0], 0};
    if (!nor_reg_cr2_is_taken(request->addr, value[0])) return NOR_REFUSED_VALUE;
    event->work = NOR_WRITE_REGISTER;
    const struct nor_family *family = nor->row->family;
    event->nonvolatile_register = nor_reg_is_nonvolatile(request->addr);
    nor_work_register(nor, request->addr, value,
                      event->nonvolatile_register ? &family->write_cr2_nonvolatile
                                                  : &family->write_cr2);
    return NOR_ACCEPTED;
}

static enum nor_refusal buffer_begin(struct nor *nor, const struct nor_request *request)
{
    const enum nor_refusal refusal = write_check(nor);
    if (refusal != NOR_ACCEPTED) return refusal;
    if (request->addr >= nor->row->size_bytes) return NOR_REFUSED_ADDRESS;
    nor->state.buffer_is_open = true;
    nor->state.buffer_page = request->addr / PAGE_BYTES * PAGE_BYTES;
    nor->state.buffer_named = 0;
    memset(nor->state.buffer, 0xFF, PAGE_BYTES);
    return NOR_ACCEPTED;
}

static enum nor_refusal buffer_data(struct nor *nor, const struct nor_request *request)
{
    if (!nor->state.buffer_is_open) return NOR_REFUSED_ORDER;
    const enum nor_refusal refusal = data_check(nor, request);
    if (refusal != NOR_ACCEPTED) return refusal;
    nor->state.buffer_named |= page_fill(request, nor->state.buffer);
    return NOR_ACCEPTED;
}

static enum nor_refusal buffer_confirm(struct nor *nor, struct nor_event *event)
{
    struct nor_state *state = &nor->state;
    if (!state->buffer_is_open || state->buffer_named == 0) return NOR_REFUSED_ORDER;
    const enum nor_refusal refusal = write_check(nor);
    if (refusal != NOR_ACCEPTED) return refusal;
    state->buffer_is_open = false;
    event->work = NOR_PROGRAM;
    event->addr = state->buffer_page;
    event->n = 0;
    for (uint32_t named = state->buffer_named; named != 0; named &= named - 1u) {
        event->n += GRANULE_BYTES;
    }
    event->double_programs = nor_program_double(nor, state->buffer_page, state->buffer,
                                                &event->not_erased_bits);
    state->counters.program_bytes += event->n;
    nor_work_program(nor, state->buffer_page, state->buffer, state->buffer_named);
    return NOR_ACCEPTED;
}

enum nor_refusal nor_write(struct nor *nor, const struct nor_request *request,
                           struct nor_event *event)
{
    switch (request->opcode->command) {
    case NOR_CMD_PROGRAM: return program(nor, request, event);
    case NOR_CMD_ERASE_UNIT:
    case NOR_CMD_ERASE_BLOCK:
    case NOR_CMD_ERASE_CHIP: return erase(nor, request, event);
    case NOR_CMD_WRITE_SR: return status_write(nor, request, event);
    case NOR_CMD_WRITE_CR2: return cr2_write(nor, request, event);
    case NOR_CMD_BUFFER_BEGIN: return buffer_begin(nor, request);
    case NOR_CMD_BUFFER_DATA: return buffer_data(nor, request);
    case NOR_CMD_BUFFER_CONFIRM: return buffer_confirm(nor, event);
    case NOR_CMD_WRITE_ENABLE: nor->state.wel = true; return NOR_ACCEPTED;
    case NOR_CMD_WRITE_DISABLE: nor->state.wel = false; return NOR_ACCEPTED;
    default: return NOR_REFUSED_NOT_MODELLED;
    }
}
