/*
 * The I2C controller of false_io.h, a byte at a time, and the memory behind it: two address bytes,
 * then data, no page and no write time.
 */
#include "tests/support/false_io.h"

#include <stddef.h>

#define TXE 0x0001u
#define TXIS 0x0002u
#define RXNE 0x0004u
#define NACKF 0x0010u
#define STOPF 0x0020u
#define TC 0x0040u
#define TCR 0x0080u
#define BERR 0x0100u
#define ARLO 0x0200u
#define TIMEOUT 0x1000u
#define BUSY 0x8000u
#define CLEARABLE 0x3F38u
#define PE 1u
#define RD_WRN 0x0400u
#define START 0x2000u
#define STOP 0x4000u
#define RELOAD 0x01000000u
#define AUTOEND 0x02000000u

enum phase { IDLE, ADDRESS, WRITE, READ, STOPPING, NEEDS_TX, NEEDS_RX, NEEDS_CHUNK, HUNG };

/* ---- the memory ---- */

static void memory_take(uint8_t byte)
{
    struct false_memory *const memory = &board.memory;

    if (memory->head < 2u) {
        memory->at = (memory->at << 8 | byte) % 65536u;
        memory->head++;
        return;
    }
    memory->bytes[memory->at % FALSE_MEMORY_BYTES] = byte;
    memory->at++;
}

static uint8_t memory_give(void)
{
    return board.memory.bytes[board.memory.at++ % FALSE_MEMORY_BYTES];
}

/* ---- the controller ---- */

/* SCL with what the controller adds itself left out: the driver's bounds do not hang on it. */
static uint64_t scl_ns(void)
{
    const uint32_t TIMINGR = board.i2c.TIMINGR;
    const uint64_t low = (TIMINGR & 0xFFu) + 1u;
    const uint64_t high = (TIMINGR >> 8 & 0xFFu) + 1u;
    return (low + high) * ((TIMINGR >> 28) + 1u) * 1000u / 150u; /* a kernel clock of 150 MHz */
}

static void go(enum phase phase, uint64_t ns)
{
    board.i2c.phase = phase;
    board.i2c.due_ns = board.ns + ns;
}

static void stop_begin(void)
{
    go(STOPPING, scl_ns());
}

static void chunk_end(void)
{
    struct false_i2c *const i2c = &board.i2c;

    i2c->phase = NEEDS_CHUNK;
    if ((i2c->CR2 & RELOAD) != 0) {
        i2c->ISR |= TCR;
    } else if ((i2c->CR2 & AUTOEND) != 0) {
        stop_begin();
    } else {
        i2c->ISR |= TC;
    }
}

/* The next byte, or wait for whoever has to give or take one. */
static void byte_begin(void)
{
    struct false_i2c *const i2c = &board.i2c;

    if (i2c->left == 0) {
        chunk_end();
    } else if (i2c->is_read) {
        if ((i2c->ISR & RXNE) != 0) {
            i2c->phase = NEEDS_RX;
        } else {
            go(READ, i2c->byte_ns);
        }
    } else if (!i2c->is_tx_full) {
        i2c->ISR |= TXIS;
        i2c->phase = NEEDS_TX;
    } else {
        i2c->shift = i2c->TXDR;
        i2c->is_tx_full = false;
        i2c->ISR |= TXE | (i2c->left > 1u ? TXIS : 0u);
        go(WRITE, i2c->byte_ns);
    }
}

static void nack(bool stops)
{
    board.i2c.ISR = (board.i2c.ISR | NACKF) & ~TXIS;
    if (stops) {
        stop_begin();
    } else {
        board.i2c.phase = HUNG;
    }
}

static void flag_and_idle(uint32_t flag)
{
    board.i2c.ISR = (board.i2c.ISR | flag) & ~(TXIS | BUSY);
    board.i2c.CR2 &= ~START;
    board.i2c.phase = IDLE;
}

/* Returns whether the byte that ends now ended badly. */
static bool fault_strikes(void)
{
    const enum false_fault fault = false_fault_here();

    switch (fault) {
    case FALSE_NACK: nack(true); return true;
    case FALSE_NACK_STAYS: nack(false); return true;
    case FALSE_ARLO: flag_and_idle(ARLO); return true;
    case FALSE_BERR: board.i2c.ISR |= BERR; board.i2c.phase = HUNG; return true;
    case FALSE_TIMEOUT_FLAG: board.i2c.ISR |= TIMEOUT; board.i2c.phase = HUNG; return true;
    case FALSE_HANG: board.i2c.phase = HUNG; return true;
    case FALSE_SDA_LOW: board.lines.sda_pattern <<= 4; board.i2c.phase = HUNG; return true;
    case FALSE_SCL_LOW: board.lines.scl_low_until = UINT64_MAX; board.i2c.phase = HUNG; return true;
    case FALSE_STRETCH: /* ends later, and then well */
        board.fault = FALSE_NO_FAULT;
        board.i2c.due_ns = board.ns + board.stretch_ns;
        return true;
    default: return false;
    }
}

static void address_end(void)
{
    struct false_i2c *const i2c = &board.i2c;

    i2c->CR2 &= ~START;
    if (fault_strikes()) return;
    if ((i2c->CR2 >> 1 & 0x7Fu) != board.memory.address) {
        nack(true);
        return;
    }
    if (!i2c->is_read) board.memory.head = 0;
    byte_begin();
}

static void phase_end(void)
{
    struct false_i2c *const i2c = &board.i2c;

    switch ((enum phase)i2c->phase) {
    case ADDRESS:
        address_end();
        return;
    case WRITE:
        if (fault_strikes()) return;
        i2c->left--;
        memory_take(i2c->shift);
        byte_begin();
        return;
    case READ:
        if (fault_strikes()) return;
        i2c->left--;
        i2c->RXDR = memory_give();
        i2c->ISR |= RXNE;
        byte_begin();
        return;
    case STOPPING:
        i2c->ISR = (i2c->ISR | STOPF) & ~BUSY;
        i2c->CR2 &= ~STOP;
        i2c->phase = IDLE;
        return;
    default:
        return;
    }
}

void false_i2c_run(void)
{
    struct false_i2c *const i2c = &board.i2c;

    for (uint32_t i = 0; i < 4u; i++) {
        const bool is_moving = i2c->phase == ADDRESS || i2c->phase == WRITE ||
                               i2c->phase == READ || i2c->phase == STOPPING;
        if (!is_moving || board.ns < i2c->due_ns) return;
        phase_end();
    }
}

/* ---- registers ---- */

uint32_t false_i2c_read(uint32_t offset)
{
    struct false_i2c *const i2c = &board.i2c;

    switch (offset) {
    case 0x00:
        i2c->disabled_looks++;
        return i2c->CR1;
    case 0x04: return i2c->CR2;
    case 0x10: return i2c->TIMINGR;
    case 0x18: return i2c->ISR;
    case 0x24:
        if ((i2c->ISR & RXNE) == 0) false_misuse("RXDR is read without RXNE");
        i2c->ISR &= ~RXNE;
        if (i2c->phase == NEEDS_RX) byte_begin();
        return i2c->RXDR;
    default: return 0;
    }
}

static void cr1_write(uint32_t value)
{
    struct false_i2c *const i2c = &board.i2c;
    const bool was_on = (i2c->CR1 & PE) != 0;

    if (was_on && (value & PE) == 0) {
        *i2c = (struct false_i2c){.CR2 = i2c->CR2 & ~(START | STOP), .TIMINGR = i2c->TIMINGR,
                                  .ISR = TXE};
    }
    if (!was_on && (value & PE) != 0 && i2c->disabled_looks < 2u) {
        false_misuse("PE was not low for three clocks");
    }
    i2c->CR1 = value;
}

static void message_begin(void)
{
    struct false_i2c *const i2c = &board.i2c;
    const bool are_pins = false_pin_is(1, 6, 2, 4) && false_pin_is(1, 9, 2, 4) &&
                          (board.gpio[1][1] >> 6 & 9u) == 9u;

    if ((i2c->CR1 & PE) == 0) false_misuse("a start while the controller is off");
    if (!are_pins) false_misuse("a start while the pins are not the controller's");
    if ((i2c->ISR & (NACKF | STOPF | BERR | ARLO | TIMEOUT)) != 0) {
        false_misuse("a start with flags of another message");
    }
    i2c->byte_ns = 9u * scl_ns();
    i2c->is_read = (i2c->CR2 & RD_WRN) != 0;
    i2c->ISR = (i2c->ISR & ~TC) | BUSY;
    go(ADDRESS, i2c->byte_ns + scl_ns());
    if (!false_sda_is_high() || !false_scl_is_high()) i2c->phase = HUNG;
}

static void cr2_write(uint32_t value)
{
    struct false_i2c *const i2c = &board.i2c;

    if ((i2c->CR2 & START) != 0 && (value & START) != 0) false_misuse("START is set already");
    i2c->CR2 = value;
    if ((value & START) != 0) {
        i2c->left = value >> 16 & 0xFFu;
        message_begin();
    } else if ((i2c->ISR & TCR) != 0) {
        i2c->left = value >> 16 & 0xFFu;
        if (i2c->left == 0) false_misuse("NBYTES is 0 at TCR");
        i2c->ISR &= ~TCR;
        byte_begin();
    }
}

void false_i2c_write(uint32_t offset, uint32_t value)
{
    struct false_i2c *const i2c = &board.i2c;

    switch (offset) {
    case 0x00: cr1_write(value); return;
    case 0x04: cr2_write(value); return;
    case 0x10:
        if ((i2c->CR1 & PE) != 0) false_misuse("TIMINGR is written while the controller is on");
        i2c->TIMINGR = value;
        return;
    case 0x18:
        if ((value & TXE) != 0) i2c->is_tx_full = false;
        i2c->ISR |= value & TXE;
        return;
    case 0x1C: i2c->ISR &= ~(value & CLEARABLE); return;
    case 0x28:
        if (i2c->is_tx_full) false_misuse("TXDR is written while it is full");
        i2c->TXDR = (uint8_t)value;
        i2c->is_tx_full = true;
        i2c->ISR &= ~(TXE | TXIS);
        if (i2c->phase == NEEDS_TX) byte_begin();
        return;
    default: return;
    }
}
