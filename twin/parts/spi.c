/*
 * EEPROM, FRAM and MRAM on SPI: opcodes, the write enable latch, the status register.
 *
 * WREN 06, WRDI 04, RDSR 05, WRSR 01, READ 03, WRITE 02 are common to all of them (data sheets of
 * 25LC256, M95256, FM25640, MR25H40); some have the fast read 0B and the id 9F. A command is obeyed
 * when chip select rises at a byte's end; an FRAM has stored each byte when its eighth bit is in.
 * While an EEPROM works it obeys RDSR alone (M95256 data sheet, 25A512 data sheet).
 */
#include "twin/parts/part_internal.h"

#define OP_WRSR 0x01u
#define OP_WRITE 0x02u
#define OP_READ 0x03u
#define OP_WRDI 0x04u
#define OP_RDSR 0x05u
#define OP_WREN 0x06u
#define OP_FAST_READ 0x0Bu
#define OP_RDID 0x9Fu

#define STATUS_WIP 0x01u
#define STATUS_WEL 0x02u
#define STATUS_PIN 0x80u /* WPEN, SRWD: the pin protects the status register */

void part_spi_select(struct part *part, uint64_t now_ps)
{
    part_advance(part, now_ps);
    struct part_state *const state = &part->state;
    if (!state->is_on || part->row->wire != PART_SPI) return;
    state->wire = (struct wire){.phase = WIRE_OPCODE, .is_selected = true};
    if (!part_transfer_begins(part)) state->wire.phase = WIRE_IGNORED;
    part_cycle_drop(part);
}

static uint8_t status(struct part *part)
{
    const struct part_state *const state = &part->state;
    if (state->cycle.is_active) part->state.counters.polls++;
    return (uint8_t)(state->status | part->row->status_fixed |
                     (state->cycle.is_active ? STATUS_WIP : 0u) |
                     (state->is_enabled ? STATUS_WEL : 0u));
}

static enum wire_phase not_enabled(struct part *part)
{
    part->state.counters.not_enabled++;
    return WIRE_IGNORED;
}

static enum wire_phase unknown(struct part *part)
{
    part->state.counters.opcodes++;
    return WIRE_IGNORED;
}

static enum wire_phase addressed(struct part *part)
{
    part->state.wire.left = part->row->address_bytes;
    part->state.addr = 0;
    return WIRE_ADDRESS;
}

static enum wire_phase write_status(struct part *part)
{
    const struct part_state *const state = &part->state;
    if (!state->is_enabled) return not_enabled(part);
    if ((state->status & STATUS_PIN) != 0u && state->is_protected) {
        part->state.counters.refused++;
        return WIRE_IGNORED;
    }
    return WIRE_STATUS_WRITE;
}

/* What an opcode makes of the bytes behind it. */
static enum wire_phase phase_of(struct part *part, uint8_t opcode)
{
    const struct part_row *const row = part->row;
    if (opcode == OP_RDSR) return WIRE_STATUS_READ;
    if (part->state.cycle.is_active) {
        part->state.counters.busy++;
        return WIRE_IGNORED;
    }
    switch (opcode) {
    case OP_WREN:
    case OP_WRDI: return WIRE_COMMAND;
    case OP_WRSR: return write_status(part);
    case OP_READ: return addressed(part);
    case OP_FAST_READ: return row->has_fast_read ? addressed(part) : unknown(part);
    case OP_WRITE: return part->state.is_enabled ? addressed(part) : not_enabled(part);
    case OP_RDID: return row->id_bytes != 0u ? WIRE_ID : unknown(part);
    default: return unknown(part);
    }
}

static enum wire_phase behind_address(const struct part *part)
{
    switch (part->state.wire.opcode) {
    case OP_READ: return WIRE_READ;
    case OP_FAST_READ: return WIRE_DUMMY;
    default: return WIRE_WRITE;
    }
}

static uint8_t exchange(struct part *part, uint8_t byte)
{
    struct wire *const wire = &part->state.wire;
    switch (wire->phase) {
    case WIRE_OPCODE:
        wire->opcode = byte;
        wire->phase = phase_of(part, byte);
        return 0xFF;
    case WIRE_ADDRESS:
        if (part_take_address(part, byte)) wire->phase = behind_address(part);
        return 0xFF;
    case WIRE_DUMMY: wire->phase = WIRE_READ; return 0xFF;
    case WIRE_READ: return part_send_data(part);
    case WIRE_ID: return part_id_byte(part, wire->data_bytes++);
    case WIRE_STATUS_READ: return status(part);
    case WIRE_WRITE:
        (void)part_take_data(part, byte); /* nobody is told */
        return 0xFF;
    case WIRE_STATUS_WRITE:
        if (wire->data_bytes++ == 0u) wire->status = byte;
        return 0xFF;
    default: wire->data_bytes++; return 0xFF;
    }
}

uint8_t part_spi_exchange(struct part *part, uint8_t byte, uint64_t now_ps)
{
    part_advance(part, now_ps);
    struct wire *const wire = &part->state.wire;
    if (!part->state.is_on || !wire->is_selected) return 0xFF;
    part->state.counters.bus_bytes++;
    if (wire->phase == WIRE_IGNORED) return 0xFF;
    const bool sends = wire->phase == WIRE_READ || wire->phase == WIRE_ID ||
                       wire->phase == WIRE_STATUS_READ;
    const uint8_t heard = sends ? byte : part_noise(part, byte);
    const uint8_t said = part->nor != NULL ? part_nor_exchange(part, heard)
                                           : exchange(part, heard);
    const uint8_t arrives = sends ? part_noise(part, said) : said;
    wire->position++;
    return arrives;
}

/* A write of the register: at once, or by a cycle. */
static void obey_status(struct part *part)
{
    struct part_state *const state = &part->state;
    if (state->wire.data_bytes == 0u) return;
    if (part->row->kind == PART_EEPROM) {
        part_cycle_begin_register(part, state->wire.status);
        return;
    }
    if (part_step_is_cut(part)) return;
    state->counters.register_writes++;
    state->status = state->wire.status & part->row->status_nonvolatile;
    if (!part->row->keeps_enable) state->is_enabled = false;
}

static void obey_write(struct part *part)
{
    struct part_state *const state = &part->state;
    if (part->row->kind != PART_EEPROM) {
        if (!part->row->keeps_enable) state->is_enabled = false;
        return;
    }
    if (state->cycle.sent_count != 0u) part_cycle_begin(part);
}

static void obey(struct part *part)
{
    struct part_state *const state = &part->state;
    switch (state->wire.phase) {
    case WIRE_COMMAND:
        if (state->wire.data_bytes == 0u) state->is_enabled = state->wire.opcode == OP_WREN;
        break;
    case WIRE_STATUS_WRITE: obey_status(part); break;
    case WIRE_WRITE: obey_write(part); break;
    case WIRE_ADDRESS:
    case WIRE_DUMMY: state->counters.opcodes++; break;
    default: break;
    }
}

static void deselect(struct part *part, bool is_whole, uint64_t now_ps)
{
    part_advance(part, now_ps);
    struct part_state *const state = &part->state;
    if (!state->is_on || !state->wire.is_selected) return;
    if (part->nor != NULL) {
        part_nor_deselect(part, is_whole);
    } else if (is_whole) {
        obey(part);
    } else if (state->wire.phase == WIRE_WRITE && part->row->kind != PART_EEPROM) {
        obey_write(part); /* the whole bytes are stored, and the latch falls */
    }
    state->wire = (struct wire){0};
    part_cycle_drop(part);
}

void part_spi_deselect(struct part *part, uint64_t now_ps)
{
    deselect(part, true, now_ps);
}

void part_spi_deselect_early(struct part *part, uint32_t clocks, uint64_t now_ps)
{
    deselect(part, clocks % 8u == 0u, now_ps);
}
