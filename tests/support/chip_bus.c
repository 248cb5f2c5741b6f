/*
 * See chip_bus.h.
 */
#include "tests/support/chip_bus.h"

#include <stddef.h>
#include <string.h>

#define FRAME_PS 100000ULL

static void on_event(void *ctx, const struct nor_event *event)
{
    struct chip_bus *bus = ctx;
    if (event->kind == NOR_EVENT_COMMAND) {
        bus->last = *event;
        bus->last.data = NULL;
    } else {
        bus->done = *event;
        bus->done_count++;
    }
}

static bool on_gate(void *ctx, const struct nor_event *event)
{
    struct chip_bus *bus = ctx;
    (void)event;
    bus->gate_asked++;
    return !bus->gate_is_shut;
}

static void on_array(void *ctx, uint32_t addr, uint32_t n)
{
    struct chip_bus *bus = ctx;
    (void)addr;
    (void)n;
    bus->array_changes++;
}

static void on_answers(void *ctx, uint64_t now_ps)
{
    struct chip_bus *bus = ctx;
    (void)now_ps;
    bus->answers++;
}

struct nor_cfg chip_bus_cfg(void)
{
    const struct nor_cfg cfg = {.row = &nor_row_mx66uw1g45g, .time = NOR_TIME_TYPICAL,
                                .tear = NOR_TEAR_GRANULE, .seed = 1};
    return cfg;
}

void chip_bus_open(struct chip_bus *bus, const struct nor_cfg *cfg)
{
    struct nor_cfg own = cfg == NULL ? chip_bus_cfg() : *cfg;
    memset(bus, 0, sizeof *bus);
    own.listener.ctx = bus;
    own.listener.event = on_event;
    own.listener.gate = on_gate;
    own.listener.array_changed = on_array;
    own.listener.answers = on_answers;
    bus->nor = nor_create(&own);
    nor_power_on(bus->nor, 0);
    chip_bus_wait(bus, 2 * MS);
}

void chip_bus_close(struct chip_bus *bus)
{
    nor_destroy(bus->nor);
    bus->nor = NULL;
}

void chip_bus_wait(struct chip_bus *bus, uint64_t ps)
{
    bus->now_ps += ps;
    nor_advance(bus->nor, bus->now_ps);
}

static void to_octal(struct chip_bus *bus, uint8_t value)
{
    chip_command(bus, 0x06);
    chip_write(bus, 0x72, 0, &value, 1);
    chip_bus_wait(bus, US);
}

void chip_bus_to_dopi(struct chip_bus *bus)
{
    to_octal(bus, 0x02);
}

void chip_bus_to_sopi(struct chip_bus *bus)
{
    to_octal(bus, 0x01);
}

void chip_frame(struct chip_bus *bus, struct frame *frame)
{
    const struct frame_device *device = nor_device(bus->nor);
    bus->answer = device->transfer(device->ctx, bus->now_ps, frame);
    bus->now_ps += FRAME_PS;
}

struct frame chip_frame_of(struct chip_bus *bus, uint8_t op)
{
    const enum nor_protocol protocol = nor_protocol(bus->nor);
    struct frame frame = {.instruction = {.lines = 1, .bytes = 1}, .instruction_value = op};
    if (protocol != NOR_SPI) {
        const bool dtr = protocol == NOR_DOPI;
        frame.instruction = (struct frame_phase){.lines = 8, .bytes = 2, .dtr = dtr};
        frame.instruction_value = (uint32_t)op << 8 | (uint8_t)~op;
    }
    return frame;
}

static void with_address(struct frame *frame, uint32_t addr, uint8_t bytes)
{
    frame->address = frame->instruction;
    frame->address.bytes = bytes;
    frame->address_value = addr;
}

static bool is_three_byte(uint8_t op)
{
    return op == 0x03 || op == 0x0B || op == 0x02 || op == 0x20 || op == 0xD8 || op == 0x5A;
}

/* Opcodes that have an address in SPI too. */
static bool is_addressed(uint8_t op)
{
    static const uint8_t none[] = {0x05, 0x01, 0x15, 0x2B, 0x9F, 0x31};
    for (uint32_t i = 0; i < sizeof none; i++) {
        if (op == none[i]) return false;
    }
    return true;
}

static void address_for(struct chip_bus *bus, struct frame *frame, uint8_t op, uint32_t addr)
{
    const bool is_spi = nor_protocol(bus->nor) == NOR_SPI;
    if (is_spi && !is_addressed(op)) return;
    with_address(frame, addr, is_spi && is_three_byte(op) ? 3 : 4);
}

void chip_command(struct chip_bus *bus, uint8_t op)
{
    struct frame frame = chip_frame_of(bus, op);
    chip_frame(bus, &frame);
}

void chip_command_at(struct chip_bus *bus, uint8_t op, uint32_t addr)
{
    struct frame frame = chip_frame_of(bus, op);
    address_for(bus, &frame, op, addr);
    chip_frame(bus, &frame);
}

static void swap(uint8_t *to, const uint8_t *from, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) to[i] = from[(i ^ 1u) < n ? i ^ 1u : i];
}

static struct frame data_frame_of(struct chip_bus *bus, uint8_t op, uint32_t addr, uint32_t n)
{
    struct frame frame = chip_frame_of(bus, op);
    address_for(bus, &frame, op, addr);
    frame.data = frame.instruction;
    frame.n = n;
    return frame;
}

void chip_write(struct chip_bus *bus, uint8_t op, uint32_t addr, const uint8_t *bytes, uint32_t n)
{
    uint8_t wire[1024];
    struct frame frame = data_frame_of(bus, op, addr, n);
    frame.dir = FRAME_WRITE;
    frame.out = bytes;
    if (nor_protocol(bus->nor) == NOR_DOPI) {
        swap(wire, bytes, n);
        frame.out = wire;
    }
    chip_frame(bus, &frame);
}

static uint8_t dummies(struct chip_bus *bus, uint8_t op)
{
    const bool is_spi = nor_protocol(bus->nor) == NOR_SPI;
    if (is_spi) return op == 0x0B || op == 0x0C || op == 0x5A ? 8 : 0;
    return op == 0xEE || op == 0xEC || op == 0x5A ? 20 : 4;
}

void chip_read(struct chip_bus *bus, uint8_t op, uint32_t addr, uint8_t *bytes, uint32_t n)
{
    uint8_t wire[1024];
    const bool is_dtr = nor_protocol(bus->nor) == NOR_DOPI;
    struct frame frame = data_frame_of(bus, op, addr, n);
    frame.dir = FRAME_READ;
    frame.dqs = is_dtr;
    frame.in = is_dtr ? wire : bytes;
    frame.dummy_clocks = dummies(bus, op);
    chip_frame(bus, &frame);
    if (is_dtr) swap(bytes, wire, n);
}

/* A one-byte register; in octal DTR bytes come in pairs. */
static uint8_t register_read(struct chip_bus *bus, uint8_t op)
{
    uint8_t value[2];
    chip_read(bus, op, 0, value, nor_protocol(bus->nor) == NOR_DOPI ? 2 : 1);
    return value[0];
}

uint8_t chip_status(struct chip_bus *bus)
{
    return register_read(bus, 0x05);
}

uint8_t chip_security(struct chip_bus *bus)
{
    return register_read(bus, 0x2B);
}

void chip_program(struct chip_bus *bus, uint32_t addr, const uint8_t *bytes, uint32_t n)
{
    chip_command(bus, 0x06);
    chip_write(bus, 0x12, addr, bytes, n);
}

void chip_erase(struct chip_bus *bus, uint32_t addr)
{
    chip_command(bus, 0x06);
    chip_command_at(bus, 0x21, addr);
}

void chip_settle(struct chip_bus *bus)
{
    for (uint32_t i = 0; i < 8; i++) {
        const uint64_t next = nor_next_event_ps(bus->nor);
        if (next == FRAME_NEVER_PS) return;
        bus->now_ps = next > bus->now_ps ? next : bus->now_ps;
        nor_advance(bus->nor, bus->now_ps);
    }
}

void chip_cycle_power(struct chip_bus *bus)
{
    nor_power_off(bus->nor, bus->now_ps);
    bus->now_ps += 10 * MS;
    nor_power_on(bus->nor, bus->now_ps);
    chip_bus_wait(bus, 2 * MS);
}
