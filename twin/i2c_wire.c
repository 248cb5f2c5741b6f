/*
 * I2C1 on its wires: starts, nine clocks at a time, stops, and who acknowledges.
 *
 *     start             high
 *     repeated start    low + high
 *     a byte            9 * (low + high)
 *     stop              low + high, then no start for low
 *
 * with low and high of i2c_time.c. While the controller waits for its driver SCL is low and no time
 * of these runs. A byte that is received while RXDR is full is held behind its nine clocks; the
 * manual holds SCL before the ninth.
 *
 * A byte that is not acknowledged ends with a stop by itself, whatever AUTOEND says; TXDR keeps
 * what was written to it. After an arbitration lost another master has the bus for FOREIGN_CLOCKS.
 */
#include "twin/machine.h"
#include "twin/i2c_bits.h"

#include <string.h>

#define I2C1_ADDR 0x40005400u
#define BYTE_CLOCKS 9u
#define FOREIGN_CLOCKS 30u
#define ALTERNATE_I2C1 4u
#define TIMEOUT_CLOCKS 2048u
#define PS_PER_US 1000000u

static const struct gpio_pin scl_pin = {1, 6};
static const struct gpio_pin sda_pin = {1, 9};

static uint64_t clock_period_ps(const struct twin *t)
{
    return i2c_low_ps(t) + i2c_high_ps(t);
}

static void enter(struct twin *t, enum i2c_state state, uint64_t at_ps, uint64_t length_ps)
{
    struct i2c *const i2c = &t->b.serial.i2c;
    i2c->state = state;
    i2c->begin_ps = at_ps;
    i2c->end_ps = length_ps == CLOCK_NEVER ? CLOCK_NEVER : at_ps + length_ps;
}

/* SCL is low until the driver does something; TIMEOUTR may bound that. */
static void enter_wait(struct twin *t, enum i2c_state state, uint64_t at_ps)
{
    const uint32_t timeoutr = t->b.serial.i2c.timeoutr;
    const uint32_t hz = i2c_kernel_hz(t);
    uint64_t length_ps = CLOCK_NEVER;
    if ((timeoutr & TIMEOUTR_TIMOUTEN) != 0u && (timeoutr & TIMEOUTR_TIDLE) == 0u && hz != 0u) {
        length_ps = clock_ps_of(((timeoutr & 0xFFFu) + 1ull) * TIMEOUT_CLOCKS, hz);
    }
    enter(t, state, at_ps, length_ps);
}

static void enter_byte(struct twin *t, enum i2c_state state, uint64_t at_ps)
{
    struct serial *const serial = &t->b.serial;
    const uint32_t at = serial->i2c.at;
    enter(t, state, at_ps, BYTE_CLOCKS * clock_period_ps(t));
    if (transfer_is_hit(t, TWIN_BUS_I2C1, TWIN_FAULT_HANG, at)) {
        enter(t, I2C_HUNG, at_ps, CLOCK_NEVER);
        return;
    }
    if (transfer_is_hit(t, TWIN_BUS_I2C1, TWIN_FAULT_SDA_LOW, at)) {
        serial->lines.sda_clocks =
            serial->fault.length == 0u ? UINT32_MAX : serial->fault.length;
    }
    if (transfer_is_hit(t, TWIN_BUS_I2C1, TWIN_FAULT_SCL_LOW, at)) {
        serial->lines.scl_is_held = true;
        serial->lines.scl_until_ps =
            serial->fault.length == 0u ? CLOCK_NEVER
                                       : at_ps + (uint64_t)serial->fault.length * PS_PER_US;
        serial->i2c.resume = state;
        enter_wait(t, I2C_HELD, at_ps);
        if (serial->lines.scl_until_ps < serial->i2c.end_ps) {
            serial->i2c.end_ps = serial->lines.scl_until_ps;
        }
        return;
    }
    transfer_byte(t, TWIN_BUS_I2C1, at_ps, serial->i2c.end_ps);
}

/* ---- steps ---- */

/* Clocks of the wire go on under a line that is held on purpose. */
static void count_held_clocks(struct twin *t)
{
    struct i2c_lines *const lines = &t->b.serial.lines;
    if (lines->sda_clocks == UINT32_MAX) return;
    lines->sda_clocks = lines->sda_clocks > BYTE_CLOCKS ? lines->sda_clocks - BYTE_CLOCKS : 0u;
}

static void begin_stop(struct twin *t, uint64_t at_ps)
{
    enter(t, I2C_STOPPING, at_ps, clock_period_ps(t));
}

/* A start as soon as the bus is free; else it stays pending. */
static void try_start(struct twin *t, uint64_t at_ps)
{
    struct i2c *const i2c = &t->b.serial.i2c;
    if (!i2c_scl_is_high(t) || !i2c_sda_is_high(t) || i2c->bus_busy) {
        enter(t, I2C_PENDING, at_ps, CLOCK_NEVER);
        return;
    }
    const uint64_t from_ps = at_ps > i2c->free_ps ? at_ps : i2c->free_ps;
    i2c->at = 0;
    i2c->bus_busy = true;
    transfer_begin(t, TWIN_BUS_I2C1, from_ps);
    enter(t, I2C_STARTING, from_ps, i2c_high_ps(t));
}

static void latch(struct i2c *i2c)
{
    i2c->left = (i2c->cr2 & CR2_NBYTES) >> CR2_NBYTES_AT;
    i2c->reads = (i2c->cr2 & CR2_RD_WRN) != 0u;
}

void i2c_ask_start(struct twin *t)
{
    struct i2c *const i2c = &t->b.serial.i2c;
    const bool pins_are_its = gpio_has_function(t, scl_pin, ALTERNATE_I2C1) &&
                              gpio_has_function(t, sda_pin, ALTERNATE_I2C1) &&
                              gpio_is_open_drain(t, scl_pin) && gpio_is_open_drain(t, sda_pin);
    if (!pins_are_its) {
        violation_raise(t, TWIN_VIOLATION_CONTROLLER, I2C1_ADDR,
                        "I2C1 starts while PB6 and PB9 are not its own, open drain");
    }
    if (i2c->state == I2C_IDLE) try_start(t, machine_now(t));
}

/* All of NBYTES are through. */
static void bytes_done(struct twin *t, uint64_t at_ps)
{
    struct i2c *const i2c = &t->b.serial.i2c;
    if ((i2c->cr2 & CR2_RELOAD) != 0u) {
        i2c->flags |= ISR_TCR;
        enter_wait(t, I2C_WAIT_MORE, at_ps);
    } else if ((i2c->cr2 & (CR2_AUTOEND | CR2_STOP)) != 0u) {
        begin_stop(t, at_ps);
    } else {
        i2c->flags |= ISR_TC;
        enter_wait(t, I2C_WAIT_END, at_ps);
    }
}

static void next_byte(struct twin *t, uint64_t at_ps)
{
    struct i2c *const i2c = &t->b.serial.i2c;
    if (i2c->left == 0u) {
        bytes_done(t, at_ps);
    } else if ((i2c->cr2 & CR2_STOP) != 0u) {
        begin_stop(t, at_ps);
    } else if (i2c->reads) {
        enter_byte(t, I2C_RECEIVE, at_ps);
    } else if (!i2c->tx_full) {
        enter_wait(t, I2C_WAIT_DATA, at_ps);
    } else {
        i2c->shift = i2c->txdr;
        i2c->tx_full = false;
        enter_byte(t, I2C_SEND, at_ps);
    }
}

static void not_acknowledged(struct twin *t, uint64_t at_ps)
{
    t->b.serial.i2c.flags |= ISR_NACKF;
    t->b.serial.transfer[TWIN_BUS_I2C1].how = TWIN_TRANSFER_NO_ACK;
    begin_stop(t, at_ps);
}

/*
 * SDA was low where the controller had let it go. If another master did it, it ends with a stop;
 * who just holds SDA gives none, and the bus stays busy. Seen at the end of the byte only.
 */
static void lose(struct twin *t, bool is_held, uint64_t at_ps)
{
    struct i2c *const i2c = &t->b.serial.i2c;
    i2c->flags |= ISR_ARLO;
    i2c->cr2 &= ~CR2_START;
    i2c_parts_abandon(t, i2c->at == 0u ? 0u : BYTE_CLOCKS / 2u, at_ps);
    transfer_end(t, TWIN_BUS_I2C1, TWIN_TRANSFER_LOST, at_ps);
    if (is_held) {
        enter(t, I2C_IDLE, at_ps, CLOCK_NEVER);
    } else {
        enter(t, I2C_FOREIGN, at_ps, FOREIGN_CLOCKS * clock_period_ps(t));
    }
}

/* A stop in the middle of a byte: the part sees it, the controller tells it. */
static void misplaced(struct twin *t, uint64_t at_ps)
{
    struct i2c *const i2c = &t->b.serial.i2c;
    i2c->flags |= ISR_BERR;
    i2c->cr2 &= ~CR2_START;
    i2c_parts_abandon(t, BYTE_CLOCKS / 2u, at_ps);
    i2c_parts_stop(t, at_ps);
    i2c->bus_busy = false;
    transfer_end(t, TWIN_BUS_I2C1, TWIN_TRANSFER_BUS_ERROR, at_ps);
    enter(t, I2C_IDLE, at_ps, CLOCK_NEVER);
}

/* True if the transfer has ended by what was done to it on purpose. */
static bool is_disturbed(struct twin *t, uint64_t at_ps)
{
    const struct i2c *const i2c = &t->b.serial.i2c;
    const bool sends_ones = i2c->state == I2C_SEND ? i2c->shift != 0u : i2c->state == I2C_ADDRESS;
    const bool is_held = sends_ones && i2c_sda_is_held(t);
    if (is_held || transfer_is_hit(t, TWIN_BUS_I2C1, TWIN_FAULT_LOST, i2c->at)) {
        lose(t, is_held, at_ps);
        return true;
    }
    if (transfer_is_hit(t, TWIN_BUS_I2C1, TWIN_FAULT_BUS_ERROR, i2c->at)) {
        misplaced(t, at_ps);
        return true;
    }
    return false;
}

static void address_done(struct twin *t, uint64_t at_ps)
{
    struct i2c *const i2c = &t->b.serial.i2c;
    const bool is_lost = transfer_is_hit(t, TWIN_BUS_I2C1, TWIN_FAULT_NO_ACK, i2c->at);
    const uint8_t byte = (uint8_t)((i2c->cr2 & 0xFEu) | (i2c->reads ? 1u : 0u));
    const bool is_acknowledged = !is_lost && i2c_parts_start(t, byte, at_ps);
    i2c->cr2 &= ~CR2_START;
    i2c->at++;
    if (is_acknowledged) {
        next_byte(t, at_ps);
    } else {
        not_acknowledged(t, at_ps);
    }
}

static void sent(struct twin *t, uint64_t at_ps)
{
    struct i2c *const i2c = &t->b.serial.i2c;
    const bool is_lost = transfer_is_hit(t, TWIN_BUS_I2C1, TWIN_FAULT_NO_ACK, i2c->at);
    const bool is_acknowledged = i2c_parts_write(t, i2c->shift, at_ps) && !is_lost;
    t->b.serial.transfer[TWIN_BUS_I2C1].out++;
    i2c->at++;
    i2c->left--;
    if (is_acknowledged) {
        next_byte(t, at_ps);
    } else {
        not_acknowledged(t, at_ps);
    }
}

static void received(struct twin *t, bool was_held, uint64_t at_ps)
{
    struct i2c *const i2c = &t->b.serial.i2c;
    const bool is_last = i2c->left == 1u && (i2c->cr2 & CR2_RELOAD) == 0u;
    const bool acknowledges = !is_last && (i2c->cr2 & CR2_STOP) == 0u;
    const uint8_t byte = i2c_parts_read(t, acknowledges, at_ps);
    i2c->shift = was_held ? 0u : byte;
    t->b.serial.transfer[TWIN_BUS_I2C1].in++;
    i2c->at++;
    i2c->left--;
    if (i2c->rx_full) {
        enter_wait(t, I2C_WAIT_READ, at_ps);
        return;
    }
    i2c->rxdr = i2c->shift;
    i2c->rx_full = true;
    next_byte(t, at_ps);
}

static void stopped(struct twin *t, uint64_t at_ps)
{
    struct serial *const serial = &t->b.serial;
    struct i2c *const i2c = &serial->i2c;
    if (i2c_sda_is_held(t)) { /* SDA cannot rise: there is no stop */
        i2c->resume = I2C_STOPPING;
        enter(t, I2C_HELD, at_ps, CLOCK_NEVER);
        return;
    }
    i2c_parts_stop(t, at_ps);
    i2c->flags |= ISR_STOPF;
    i2c->cr2 &= ~CR2_STOP;
    i2c->bus_busy = false;
    i2c->free_ps = at_ps + i2c_low_ps(t);
    transfer_end(t, TWIN_BUS_I2C1, serial->transfer[TWIN_BUS_I2C1].how, at_ps);
    enter(t, I2C_IDLE, at_ps, CLOCK_NEVER);
    if ((i2c->cr2 & CR2_START) != 0u) try_start(t, at_ps);
}

/* SCL was low for too long: by TIMEOUTR, or the hold has ended. */
static void wait_ended(struct twin *t, uint64_t at_ps)
{
    struct serial *const serial = &t->b.serial;
    if (serial->i2c.state == I2C_HELD && at_ps >= serial->lines.scl_until_ps) {
        serial->lines.scl_is_held = false;
        enter(t, serial->i2c.resume, at_ps, BYTE_CLOCKS * clock_period_ps(t));
        transfer_byte(t, TWIN_BUS_I2C1, at_ps, serial->i2c.end_ps);
        return;
    }
    serial->i2c.flags |= ISR_TIMEOUT;
    serial->i2c.cr2 &= ~CR2_START;
    i2c_parts_abandon(t, 0, at_ps);
    transfer_end(t, TWIN_BUS_I2C1, TWIN_TRANSFER_TIMEOUT, at_ps);
    enter(t, I2C_IDLE, at_ps, CLOCK_NEVER);
}

static void foreign_ended(struct twin *t, uint64_t at_ps)
{
    struct i2c *const i2c = &t->b.serial.i2c;
    i2c_parts_stop(t, at_ps);
    i2c->bus_busy = false;
    i2c->free_ps = at_ps + i2c_low_ps(t);
    enter(t, I2C_IDLE, at_ps, CLOCK_NEVER);
    if ((i2c->cr2 & CR2_START) != 0u) try_start(t, at_ps);
}

static void byte_step(struct twin *t, uint64_t at_ps)
{
    const enum i2c_state state = t->b.serial.i2c.state;
    const bool was_held = t->b.serial.lines.sda_clocks != 0u;
    const bool has_ended = is_disturbed(t, at_ps);
    count_held_clocks(t);
    if (has_ended) return;
    switch (state) {
    case I2C_ADDRESS:
        address_done(t, at_ps);
        break;
    case I2C_SEND:
        sent(t, at_ps);
        break;
    default:
        received(t, was_held, at_ps);
        break;
    }
}

void i2c_step(struct twin *t, uint64_t at_ps)
{
    switch (t->b.serial.i2c.state) {
    case I2C_STARTING:
        latch(&t->b.serial.i2c);
        enter_byte(t, I2C_ADDRESS, at_ps);
        break;
    case I2C_ADDRESS:
    case I2C_SEND:
    case I2C_RECEIVE:
        byte_step(t, at_ps);
        break;
    case I2C_STOPPING:
        stopped(t, at_ps);
        break;
    case I2C_FOREIGN:
        foreign_ended(t, at_ps);
        break;
    default:
        wait_ended(t, at_ps);
        break;
    }
    i2c_update(t);
}

/* ---- what the driver does meanwhile ---- */

static void more_asked(struct twin *t)
{
    struct i2c *const i2c = &t->b.serial.i2c;
    if ((i2c->cr2 & CR2_STOP) != 0u) {
        i2c->flags &= ~ISR_TCR;
        begin_stop(t, machine_now(t));
    } else if ((i2c->cr2 & CR2_NBYTES) != 0u) {
        i2c->flags &= ~ISR_TCR;
        i2c->left = (i2c->cr2 & CR2_NBYTES) >> CR2_NBYTES_AT;
        next_byte(t, machine_now(t));
    }
}

static void end_asked(struct twin *t)
{
    struct i2c *const i2c = &t->b.serial.i2c;
    if ((i2c->cr2 & (CR2_STOP | CR2_START)) == 0u) return;
    i2c->flags &= ~ISR_TC;
    if ((i2c->cr2 & CR2_STOP) != 0u) {
        begin_stop(t, machine_now(t));
    } else {
        enter(t, I2C_STARTING, machine_now(t), clock_period_ps(t));
    }
}

static void read_waits(struct twin *t)
{
    struct i2c *const i2c = &t->b.serial.i2c;
    if (i2c->rx_full) return;
    i2c->rxdr = i2c->shift;
    i2c->rx_full = true;
    next_byte(t, machine_now(t));
}

void i2c_commanded(struct twin *t)
{
    const enum i2c_state state = t->b.serial.i2c.state;
    if (state == I2C_WAIT_MORE) {
        more_asked(t);
    } else if (state == I2C_WAIT_END) {
        end_asked(t);
    } else {
        i2c_go_on(t);
    }
    i2c_update(t);
}

void i2c_go_on(struct twin *t)
{
    const struct i2c *const i2c = &t->b.serial.i2c;
    const uint64_t now_ps = machine_now(t);
    switch (i2c->state) {
    case I2C_PENDING:
        try_start(t, now_ps);
        break;
    case I2C_WAIT_DATA:
        if (i2c->tx_full || (i2c->cr2 & CR2_STOP) != 0u) next_byte(t, now_ps);
        break;
    case I2C_WAIT_READ:
        read_waits(t);
        break;
    case I2C_HELD:
        if (i2c->resume == I2C_STOPPING && !i2c_sda_is_held(t)) stopped(t, now_ps);
        break;
    default:
        break;
    }
    i2c_update(t);
}

void i2c_let_go(struct twin *t)
{
    struct i2c *const i2c = &t->b.serial.i2c;
    const uint64_t now_ps = machine_now(t);
    const enum i2c_state state = i2c->state;
    const bool in_byte = state == I2C_ADDRESS || state == I2C_SEND || state == I2C_RECEIVE;
    if (state == I2C_IDLE) return;
    i2c->state = I2C_IDLE;
    i2c->end_ps = CLOCK_NEVER;
    if (state == I2C_PENDING || state == I2C_FOREIGN) return;
    const uint64_t clocks = in_byte ? (now_ps - i2c->begin_ps) / clock_period_ps(t) : 0u;
    i2c_parts_abandon(t, clocks > BYTE_CLOCKS ? BYTE_CLOCKS : (uint32_t)clocks, now_ps);
    transfer_end(t, TWIN_BUS_I2C1, TWIN_TRANSFER_ABANDONED, now_ps);
}
