/*
 * What the chip drives: array, SFDP, registers; by dummy clocks, protocol and order on the wire.
 */
#include <string.h>

#include "twin/chip/nor_internal.h"

static uint8_t dummies_needed(const struct nor *nor, const struct nor_opcode *opcode)
{
    const bool is_octal = nor->state.protocol != NOR_SPI;
    switch (is_octal ? opcode->dummy_octal : opcode->dummy_spi) {
    case NOR_DUMMY_8:
    case NOR_DUMMY_QUAD_OUT: return 8;
    case NOR_DUMMY_QUAD_IO: return 4;
    case NOR_DUMMY_ARRAY: return nor_reg_dummies(nor);
    case NOR_DUMMY_REGISTER: return nor->row->family->register_dummies;
    case NOR_DUMMY_SFDP: return nor->row->family->sfdp_dummies;
    case NOR_DUMMY_NONE: break;
    }
    return 0;
}

/* A byte of the array or of SFDP, at any address. */
static uint8_t memory_byte(const struct nor *nor, enum nor_command command, uint32_t addr)
{
    if (command == NOR_CMD_READ_SFDP) {
        return addr < nor->row->sfdp_bytes ? nor->row->sfdp[addr] : 0xFF;
    }
    return nor->array[addr % nor->row->size_bytes];
}

static bool is_in_suspended(const struct nor *nor, uint32_t addr)
{
    const struct nor_op *op = &nor->state.op;
    return op->is_suspended && addr - op->addr < op->n;
}

/*
 * What the controller takes at position i of the data phase. have and need are dummy clocks: one
 * who starts to look too early takes floating lines first, too late misses the first bytes.
 */
static uint8_t memory_at(struct nor *nor, const struct frame *frame,
                         const struct nor_request *request, int64_t i)
{
    const bool is_dtr = nor->state.protocol == NOR_DOPI;
    if (i < 0) return nor->cfg.undriven;
    uint64_t at = (uint64_t)i;
    if (is_dtr && !frame->data.dtr) at *= 2u; /* one byte a clock of two that are there */
    if (is_dtr && nor->row->wire_swaps) at ^= 1u;
    const uint32_t addr = (uint32_t)(request->addr + at);
    if (request->opcode->command == NOR_CMD_READ && is_in_suspended(nor, addr)) {
        return (uint8_t)nor_random(nor);
    }
    return memory_byte(nor, request->opcode->command, addr);
}

int64_t nor_read_skew(const struct nor *nor, const struct frame *frame,
                      const struct nor_opcode *opcode)
{
    const int64_t clocks = (int64_t)frame->dummy_clocks - dummies_needed(nor, opcode);
    const int64_t bits = clocks * frame->data.lines;
    if (nor->state.protocol == NOR_SPI) return (bits - ((bits % 8 + 8) % 8)) / 8;
    return frame->data.dtr ? clocks * 2 : clocks;
}

uint32_t nor_read_shift(const struct nor *nor, const struct frame *frame,
                        const struct nor_opcode *opcode)
{
    const int64_t clocks = (int64_t)frame->dummy_clocks - dummies_needed(nor, opcode);
    if (nor->state.protocol != NOR_SPI) return 0;
    return (uint32_t)((clocks * frame->data.lines % 8 + 8) % 8);
}

static void ecc_look(struct nor *nor, uint32_t addr, uint32_t n)
{
    for (uint32_t granule = addr / GRANULE_BYTES; granule * GRANULE_BYTES < addr + n; granule++) {
        if (nor_granule_programs(nor, granule) > 1u) nor->state.ecc_status |= 0x40u;
    }
}

enum nor_refusal nor_read_memory(struct nor *nor, struct frame *frame, struct nor_request *request)
{
    const bool is_array = request->opcode->command == NOR_CMD_READ;
    const uint32_t bank_bytes = nor->row->size_bytes / nor->row->bank_count;
    const uint32_t addr = request->addr;
    if (nor->state.protocol == NOR_DOPI && (addr & 1u) != 0) return NOR_REFUSED_ODD_ADDRESS;
    if (is_array && nor_bank_refuses(nor, addr / bank_bytes % nor->row->bank_count)) {
        return NOR_REFUSED_BANK_BUSY;
    }
    if (is_array && addr < nor->row->size_bytes && frame->n <= nor->row->size_bytes - addr) {
        nor_cells_redraw_range(nor, addr, frame->n);
        ecc_look(nor, addr, frame->n);
    }
    request->is_driven = true;
    const int64_t skew = nor_read_skew(nor, frame, request->opcode);
    const uint32_t shift = nor_read_shift(nor, frame, request->opcode);
    for (uint32_t i = 0; i < frame->n; i++) {
        const uint32_t first = memory_at(nor, frame, request, (int64_t)i + skew);
        frame->in[i] = (uint8_t)first;
        if (shift == 0) continue;
        const uint32_t next = memory_at(nor, frame, request, (int64_t)i + skew + 1);
        frame->in[i] = (uint8_t)(first << shift | next >> (8u - shift));
    }
    return NOR_ACCEPTED;
}

enum nor_refusal nor_read_register(struct nor *nor, struct frame *frame,
                                   struct nor_request *request)
{
    const enum nor_command command = request->opcode->command;
    const bool is_octal = nor->state.protocol != NOR_SPI;
    const uint32_t where = command == NOR_CMD_READ_CR && is_octal ? 1u : 0u;
    if (command != NOR_CMD_READ_CR2 && request->addr != where) return NOR_REFUSED_ADDRESS;
    request->is_driven = true;
    uint8_t value[3] = {0};
    uint32_t count = 1;
    switch (command) {
    case NOR_CMD_READ_SR: value[0] = nor_reg_sr(nor); break;
    case NOR_CMD_READ_CR: value[0] = nor->state.cr; break;
    case NOR_CMD_READ_SCUR: value[0] = nor_reg_scur(nor); break;
    case NOR_CMD_READ_SR2: value[0] = nor_reg_sr2(nor); break;
    case NOR_CMD_READ_STR2: value[0] = nor_reg_str2(nor); break;
    case NOR_CMD_READ_FSR: value[0] = nor_reg_fsr(nor); break;
    case NOR_CMD_READ_CR2: value[0] = nor_reg_cr2(nor, request->addr); break;
    default:
        memcpy(value, nor->row->id, sizeof value);
        count = sizeof value;
        break;
    }
    const bool is_double = nor->state.protocol == NOR_DOPI && frame->data.dtr &&
                           !nor->row->family->registers_come_once;
    int64_t skew = nor_read_skew(nor, frame, request->opcode);
    if (is_octal && skew > 0) skew = 0; /* registers repeat; ST reads them with 4 to 20 clocks */
    for (uint32_t i = 0; i < frame->n; i++) {
        const int64_t at = (int64_t)i + skew;
        frame->in[i] = at < 0 ? nor->cfg.undriven
                              : value[(uint64_t)(is_double ? at / 2 : at) % count];
    }
    return NOR_ACCEPTED;
}
