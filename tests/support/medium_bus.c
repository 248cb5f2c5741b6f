/*
 * The callbacks: see the header.
 */
#include "tests/support/medium_bus.h"

#include <stddef.h>

#define PS_PER_US 1000000u
#define PS_PER_S 1000000000000u
#define OFF_US 1000u
#define PAUSE_US 20u
#define TIMEOUT_US 1000u /* what a controller waits until it says NACRE_BUS_TIMEOUT */
#define LOOK_PS 100000u  /* what a look at the clock takes */
#define RECOVER_CLOCKS 9u

static void leave_if_late(const struct medium_bus *bus)
{
    if (bus->hung != NULL && bus->now_ps > bus->limit_ps) longjmp(*bus->hung, 1);
}

static uint64_t tick(struct medium_bus *bus)
{
    bus->now_ps += bus->byte_ps;
    leave_if_late(bus);
    return bus->now_ps;
}

static uint32_t now_us(void *context)
{
    struct medium_bus *const bus = context;
    bus->now_ps += LOOK_PS;
    leave_if_late(bus);
    return (uint32_t)(bus->now_ps / PS_PER_US);
}

static void pause(void *context)
{
    struct medium_bus *const bus = context;
    bus->now_ps += bus->pause_ps;
    part_advance(bus->part, bus->now_ps);
}

/* The power went in what was just done: that ends here. */
static void leave_if_dark(struct medium_bus *bus)
{
    if (bus->jump != NULL && !part_is_on(bus->part)) longjmp(*bus->jump, 1);
}

static bool is_hit(const struct medium_bus *bus)
{
    const struct bus_fault *const fault = &bus->fault;
    return fault->count != 0 && bus->transfers >= fault->at &&
           bus->transfers - fault->at < fault->count;
}

static uint32_t reached(const struct medium_bus *bus, bool hit, uint32_t n)
{
    if (!hit || bus->fault.reach == BUS_ALL) return n;
    return bus->fault.reach == BUS_HALF ? n / 2u : 0;
}

/* What the callback answers for a transfer that moved n bytes. */
static int32_t answer(struct medium_bus *bus, bool hit, uint32_t n)
{
    bus->transfers++;
    if (!hit) return (int32_t)n;
    bus->failed++;
    if (bus->fault.answer == -(int32_t)NACRE_BUS_TIMEOUT) {
        bus->now_ps += (uint64_t)TIMEOUT_US * PS_PER_US;
    }
    return bus->fault.answer != 0 ? bus->fault.answer : (int32_t)n - 1;
}

/* ---- I2C ---- */

static bool i2c_writes(struct medium_bus *bus, uint32_t address, const uint8_t *out, uint32_t n)
{
    if (!part_i2c_start(bus->part, (uint8_t)(address << 1), tick(bus))) return false;
    for (uint32_t i = 0; i < n; i++) {
        /* Whoever sends ones sees that the line stays low. */
        if (part_i2c_holds_sda(bus->part)) return false;
        if (!part_i2c_write(bus->part, out[i], tick(bus))) return false;
    }
    return true;
}

static bool i2c_reads(struct medium_bus *bus, uint32_t address, uint8_t *in, uint32_t n)
{
    if (!part_i2c_start(bus->part, (uint8_t)(address << 1 | 1u), tick(bus))) return false;
    for (uint32_t i = 0; i < n; i++) in[i] = part_i2c_read(bus->part, i + 1u < n, tick(bus));
    return true;
}

/* What of a message is sent, by the fault if it is hit; false: not acknowledged. */
static bool i2c_moves(struct medium_bus *bus, const struct nacre_i2c_message *message, bool hit)
{
    const uint32_t n_out = reached(bus, hit, message->out_bytes);
    const uint32_t n_in = n_out == message->out_bytes ? reached(bus, hit, message->in_bytes) : 0;
    bool is_taken = true;
    if (message->out_bytes != 0 || message->in_bytes == 0) {
        is_taken = i2c_writes(bus, message->address, message->out, n_out);
    }
    return is_taken && n_in != 0 ? i2c_reads(bus, message->address, message->in, n_in) : is_taken;
}

static int32_t i2c_transfer(void *context, const struct nacre_i2c_message *message)
{
    struct medium_bus *const bus = context;
    const uint32_t n = message->out_bytes + message->in_bytes;
    const bool hit = is_hit(bus);
    if (part_i2c_holds_sda(bus->part)) {
        bus->transfers++;
        return -(int32_t)NACRE_BUS_STUCK;
    }
    if (hit && bus->fault.reach == BUS_NOTHING) return answer(bus, hit, n);
    const bool is_taken = i2c_moves(bus, message, hit);
    const bool is_held = part_i2c_holds_sda(bus->part);
    if (!is_held) part_i2c_stop(bus->part, tick(bus));
    leave_if_dark(bus);
    if (hit) return answer(bus, hit, n);
    bus->transfers++;
    if (is_held) return -(int32_t)NACRE_BUS_STUCK; /* it could not make its stop */
    return is_taken ? (int32_t)n : -(int32_t)NACRE_BUS_NO_ACK;
}

static enum nacre_err i2c_recover(void *context)
{
    struct medium_bus *const bus = context;
    bus->recoveries++;
    for (uint32_t i = 0; i < RECOVER_CLOCKS && part_i2c_holds_sda(bus->part); i++) {
        part_i2c_clock(bus->part, tick(bus));
    }
    if (part_i2c_holds_sda(bus->part)) return NACRE_BUS_STUCK;
    part_i2c_stop(bus->part, tick(bus));
    leave_if_dark(bus);
    return NACRE_OK;
}

/* ---- SPI ---- */

/* Up to `left` bytes out of a buffer, or into one; what was moved. */
static uint32_t spi_moves(struct medium_bus *bus, const uint8_t *out, uint8_t *in, uint32_t n,
                          uint32_t left)
{
    const uint32_t count = n < left ? n : left;
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t byte = part_spi_exchange(bus->part, out == NULL ? 0xFF : out[i], tick(bus));
        if (in != NULL) in[i] = byte;
    }
    return count;
}

static int32_t spi_transfer(void *context, const struct nacre_spi_frame *frame)
{
    struct medium_bus *const bus = context;
    const uint32_t n = frame->out_bytes + frame->more_bytes + frame->in_bytes;
    const bool hit = is_hit(bus);
    uint32_t left = reached(bus, hit, n);
    if (hit && bus->fault.reach == BUS_NOTHING) return answer(bus, hit, n);
    part_spi_select(bus->part, bus->now_ps);
    left -= spi_moves(bus, frame->out, NULL, frame->out_bytes, left);
    left -= spi_moves(bus, frame->more, NULL, frame->more_bytes, left);
    (void)spi_moves(bus, NULL, frame->in, frame->in_bytes, left);
    part_spi_deselect(bus->part, tick(bus));
    leave_if_dark(bus);
    return answer(bus, hit, n);
}

/* ---- the bus ---- */

void medium_bus_begin(struct medium_bus *bus, struct part *part, uint32_t hz)
{
    const struct part_row *const row = part_row(part);
    const bool is_i2c = row->wire == PART_I2C;
    const uint32_t clock_hz = hz != 0 ? hz : row->clock_hz_max;
    *bus = (struct medium_bus){
        .part = part,
        .i2c = { i2c_transfer, i2c_recover, bus },
        .spi = { spi_transfer, bus },
        .time = { now_us, pause, bus },
        .byte_ps = (is_i2c ? 9u : 8u) * (PS_PER_S / clock_hz),
        .pause_ps = (uint64_t)PAUSE_US * PS_PER_US,
    };
    part_bus_hz(part, clock_hz);
}

void medium_bus_cycle(struct medium_bus *bus, uint64_t seed)
{
    part_power_off(bus->part, bus->now_ps, seed);
    bus->now_ps += (uint64_t)OFF_US * PS_PER_US;
    part_power_on(bus->part, bus->now_ps);
    bus->now_ps += (uint64_t)part_row(bus->part)->power_up_us * PS_PER_US + PS_PER_US;
    part_advance(bus->part, bus->now_ps);
}
