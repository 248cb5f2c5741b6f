/*
 * A memory on I2C: device address, address bytes, data, and the acknowledge of each.
 *
 *     IDLE -> ADDRESS     part_i2c_start, this part's address with the write bit
 *     ADDRESS -> WRITE    part_i2c_write of the last address byte
 *     IDLE, WRITE -> READ part_i2c_start, this part's address with the read bit
 *     any -> IDLE         part_i2c_stop, a start for another device, a byte not acknowledged
 *
 * An EEPROM begins its write cycle at a stop right behind a byte's acknowledge, and acknowledges
 * nothing while it works; a repeated start in place of the stop drops what was sent. An FRAM has
 * stored each byte by its acknowledge.
 */
#include "twin/parts/part_internal.h"

#define RESERVED_ID 0xF8u /* I2C specification: the address under which a device tells its id */
#define BYTE_CLOCKS 8u
#define SLOT_CLOCKS 9u /* of a byte and its acknowledge */

static bool is_addressed(const struct part *part, uint8_t address_byte)
{
    const uint32_t blocks = (1u << part->row->block_bits) - 1u;
    const uint32_t pins = part->pins & 7u & ~blocks;
    return part->row->wire == PART_I2C &&
           ((uint32_t)address_byte >> 1 & ~blocks) == (DEVICE_ADDRESS | pins);
}

static bool is_id_request(const struct part *part, uint8_t address_byte)
{
    return part->row->wire == PART_I2C && part->row->id_bytes != 0u &&
           (address_byte & 0xFEu) == RESERVED_ID;
}

/* The upper address bits in the device address count with the write bit alone: AT24CM02, 8.1. */
static void load_block(struct part *part, uint8_t address_byte)
{
    const uint32_t blocks = (1u << part->row->block_bits) - 1u;
    part->state.addr = ((uint32_t)address_byte >> 1 & blocks) << 8u * part->row->address_bytes;
}

static bool begin_memory(struct part *part, uint8_t address_byte)
{
    struct wire *const wire = &part->state.wire;
    if (part->state.cycle.is_active) {
        part->state.counters.polls++;
        return false;
    }
    if ((address_byte & 1u) != 0u) {
        wire->phase = WIRE_READ;
        return true;
    }
    load_block(part, address_byte);
    wire->phase = WIRE_ADDRESS;
    wire->left = part->row->address_bytes;
    return true;
}

/* F8h asks for the id of the device whose address follows; F9h reads it. */
static bool begin_id(struct part *part, uint8_t address_byte, bool was_named)
{
    if (part->state.cycle.is_active) return false;
    const bool is_read = (address_byte & 1u) != 0u;
    if (is_read && !was_named) return false;
    part->state.wire.phase = is_read ? WIRE_ID : WIRE_ID_ADDRESS;
    return true;
}

bool part_i2c_start(struct part *part, uint8_t address_byte, uint64_t now_ps)
{
    part_advance(part, now_ps);
    struct part_state *const state = &part->state;
    if (!state->is_on || part_i2c_holds_sda(part)) return false;
    const bool was_named = state->wire.phase == WIRE_ID;
    const bool is_id = is_id_request(part, address_byte);
    part_cycle_drop(part);
    state->wire = (struct wire){0};
    if (!is_id && !is_addressed(part, address_byte)) return false;
    state->counters.bus_bytes++;
    if (!part_transfer_begins(part)) return false;
    if (state->wire.hit[PART_FAULT_SDA_LOW]) {
        state->sda_clocks = state->faults[PART_FAULT_SDA_LOW].fault.at;
        return true;
    }
    return is_id ? begin_id(part, address_byte, was_named) : begin_memory(part, address_byte);
}

/* Some parts acknowledge bytes that they do not store. */
static bool take_data(struct part *part, uint8_t byte)
{
    if (part_take_data(part, byte)) return true;
    return part->state.wire.is_refused && !part->row->protected_nack;
}

static bool take_byte(struct part *part, uint8_t byte)
{
    struct wire *const wire = &part->state.wire;
    switch (wire->phase) {
    case WIRE_ADDRESS:
        if (part_take_address(part, byte)) wire->phase = WIRE_WRITE;
        return true;
    case WIRE_WRITE: return take_data(part, byte);
    case WIRE_ID_ADDRESS:
        if (!is_addressed(part, byte)) return false;
        wire->phase = WIRE_ID;
        return true;
    default: return false;
    }
}

/* A fault holds SDA low while others clock. True: it did, in this byte. */
static bool holds_through_byte(struct part *part)
{
    uint32_t *const clocks = &part->state.sda_clocks;
    if (*clocks == 0u) return false;
    *clocks -= *clocks < SLOT_CLOCKS ? *clocks : SLOT_CLOCKS;
    return true;
}

bool part_i2c_write(struct part *part, uint8_t byte, uint64_t now_ps)
{
    part_advance(part, now_ps);
    struct wire *const wire = &part->state.wire;
    if (!part->state.is_on) return false;
    if (holds_through_byte(part)) return true;
    if (wire->phase == WIRE_IDLE || wire->is_abandoned) return false;
    part->state.counters.bus_bytes++;
    const uint8_t heard = part_noise(part, byte);
    const struct part_fault *const fault = &part->state.faults[PART_FAULT_NO_ACK_BYTE].fault;
    const bool is_lost = wire->hit[PART_FAULT_NO_ACK_BYTE] && wire->position == fault->at;
    wire->position++;
    if (!is_lost && take_byte(part, heard)) return true;
    part->state.wire.phase = WIRE_IDLE;
    return false;
}

/* The byte that the part would send now. The counter does not move. */
static uint8_t byte_to_send(struct part *part)
{
    const struct wire *const wire = &part->state.wire;
    if (wire->phase == WIRE_ID) return part_id_byte(part, wire->data_bytes);
    if (wire->phase == WIRE_READ) return part_view(part, part->state.addr);
    return 0xFF;
}

uint8_t part_i2c_read(struct part *part, bool acknowledges, uint64_t now_ps)
{
    part_advance(part, now_ps);
    struct wire *const wire = &part->state.wire;
    if (!part->state.is_on) return 0xFF;
    if (holds_through_byte(part)) return 0;
    if ((wire->phase != WIRE_READ && wire->phase != WIRE_ID) || wire->is_abandoned) return 0xFF;
    part->state.counters.bus_bytes++;
    const uint8_t sent = wire->phase == WIRE_READ ? part_send_data(part)
                                                  : part_id_byte(part, wire->data_bytes);
    const uint8_t byte = part_noise(part, sent);
    wire->position++;
    wire->data_bytes++;
    if (!acknowledges) wire->phase = WIRE_IDLE;
    return byte;
}

void part_i2c_stop(struct part *part, uint64_t now_ps)
{
    part_advance(part, now_ps);
    struct part_state *const state = &part->state;
    if (!state->is_on || part_i2c_holds_sda(part)) return;
    const bool is_whole = !state->wire.is_abandoned || state->wire.abandoned_clocks == 0u;
    const bool writes = state->wire.phase == WIRE_WRITE && state->cycle.sent_count != 0u &&
                        is_whole && !state->cycle.is_active;
    state->wire.phase = WIRE_IDLE;
    state->wire.is_abandoned = false;
    if (writes) {
        part_cycle_begin(part);
    } else {
        part_cycle_drop(part);
    }
}

void part_i2c_abandon(struct part *part, uint32_t clocks, uint64_t now_ps)
{
    part_advance(part, now_ps);
    struct wire *const wire = &part->state.wire;
    if (!part->state.is_on || wire->phase == WIRE_IDLE) return;
    wire->is_abandoned = true;
    wire->abandoned_clocks = clocks > BYTE_CLOCKS ? BYTE_CLOCKS : clocks;
    wire->abandoned_byte = byte_to_send(part);
}

/* In the middle of a byte to the master: its bit; behind one from the master: the acknowledge. */
static bool holds_by_transfer(const struct wire *wire)
{
    if (!wire->is_abandoned) return false;
    const bool sends = wire->phase == WIRE_READ || wire->phase == WIRE_ID;
    if (!sends) return wire->abandoned_clocks == BYTE_CLOCKS;
    if (wire->abandoned_clocks >= BYTE_CLOCKS) return false;
    return (wire->abandoned_byte >> (BYTE_CLOCKS - 1u - wire->abandoned_clocks) & 1u) == 0u;
}

bool part_i2c_holds_sda(const struct part *part)
{
    if (!part->state.is_on) return false;
    return part->state.sda_clocks != 0u || holds_by_transfer(&part->state.wire);
}

/* SDA is high in the slot behind a byte that the part sent: not acknowledged. */
void part_i2c_clock(struct part *part, uint64_t now_ps)
{
    part_advance(part, now_ps);
    struct wire *const wire = &part->state.wire;
    if (part->state.sda_clocks != 0u) part->state.sda_clocks--;
    if (!wire->is_abandoned) return;
    wire->abandoned_clocks++;
    if (wire->abandoned_clocks > BYTE_CLOCKS) {
        wire->phase = WIRE_IDLE;
        wire->is_abandoned = false;
        part_cycle_drop(part);
    }
}
