/*
 * I2C1: the registers of the master. Slave mode, ten-bit addresses, SMBus, DMA and wake-up are not
 * modelled: who sets their enable bits is told by a violation.
 */
#include "twin/machine.h"
#include "twin/i2c_bits.h"

#include <string.h>

#define I2C1_ADDR 0x40005400u
#define EVENT_IRQ 76u
#define ERROR_IRQ 77u

#define CR1 0x00u
#define CR2 0x04u
#define OAR1 0x08u
#define OAR2 0x0Cu
#define TIMINGR 0x10u
#define TIMEOUTR 0x14u
#define ISR 0x18u
#define ICR 0x1Cu
#define RXDR 0x24u
#define TXDR 0x28u

#define CR1_NOT_MODELLED 0x00FDC000u /* DMA, SBC, NOSTRETCH is for slaves, WUPEN, SMBus, PEC */
#define CR2_NOT_MODELLED 0x04001800u /* ADD10, HEAD10R, PECBYTE */
#define CR1_STORED 0xC1FFDFFFu
#define TIMINGR_STORED 0xF0FFFFFFu

static void refuse(struct twin *t, uint32_t offset, const char *why)
{
    violation_raise(t, TWIN_VIOLATION_CONTROLLER, I2C1_ADDR + offset, why);
}

static uint32_t isr(const struct twin *t)
{
    const struct i2c *const i2c = &t->b.serial.i2c;
    const bool is_on = (i2c->cr1 & CR1_PE) != 0u;
    uint32_t value = i2c->flags;
    if (!i2c->tx_full) value |= ISR_TXE;
    if (i2c->state == I2C_WAIT_DATA) value |= ISR_TXIS;
    if (i2c->rx_full) value |= ISR_RXNE;
    if (is_on && (i2c->bus_busy || i2c->state == I2C_FOREIGN)) value |= ISR_BUSY;
    return value;
}

void i2c_update(struct twin *t)
{
    const struct i2c *const i2c = &t->b.serial.i2c;
    const uint32_t flags = isr(t);
    const bool event = ((i2c->cr1 & CR1_TXIE) != 0u && (flags & ISR_TXIS) != 0u) ||
                       ((i2c->cr1 & CR1_RXIE) != 0u && (flags & ISR_RXNE) != 0u) ||
                       ((i2c->cr1 & CR1_NACKIE) != 0u && (flags & ISR_NACKF) != 0u) ||
                       ((i2c->cr1 & CR1_STOPIE) != 0u && (flags & ISR_STOPF) != 0u) ||
                       ((i2c->cr1 & CR1_TCIE) != 0u && (flags & (ISR_TC | ISR_TCR)) != 0u);
    const bool error = (i2c->cr1 & CR1_ERRIE) != 0u && (flags & ISR_ERRORS) != 0u;
    irq_line(t, EVENT_IRQ, event);
    irq_line(t, ERROR_IRQ, error);
}

/* PE is 0: state machines and flags as after reset, what was configured stays. */
static void disable(struct twin *t)
{
    struct i2c *const i2c = &t->b.serial.i2c;
    i2c_let_go(t);
    i2c->flags = 0;
    i2c->bus_busy = false;
    i2c->tx_full = false;
    i2c->rx_full = false;
    i2c->cr2 &= ~(CR2_START | CR2_STOP);
}

void i2c_reset(struct twin *t)
{
    struct i2c *const i2c = &t->b.serial.i2c;
    disable(t);
    memset(i2c, 0, sizeof *i2c);
    i2c->end_ps = CLOCK_NEVER;
    i2c_update(t);
}

static void cr1_write(struct twin *t, uint32_t value)
{
    struct i2c *const i2c = &t->b.serial.i2c;
    const bool was_on = (i2c->cr1 & CR1_PE) != 0u;
    if ((value & CR1_NOT_MODELLED) != 0u) {
        refuse(t, CR1, "a mode of I2C1 that the twin does not model");
    }
    if (was_on && ((value ^ i2c->cr1) & (CR1_DNF | CR1_ANFOFF)) != 0u) {
        refuse(t, CR1, "the filters of I2C1 are changed while it is enabled");
    }
    i2c->cr1 = value & CR1_STORED;
    if ((value & CR1_PE) == 0u || (value & CR1_SWRST) != 0u) disable(t);
}

static void cr2_write(struct twin *t, uint32_t value)
{
    struct i2c *const i2c = &t->b.serial.i2c;
    const uint32_t live = i2c->cr2 & (CR2_START | CR2_STOP);
    const bool is_on = (i2c->cr1 & CR1_PE) != 0u;
    if ((value & CR2_NOT_MODELLED) != 0u) {
        refuse(t, CR2, "a transfer of I2C1 that the twin does not model");
    }
    if ((live & CR2_START) != 0u && i2c->state != I2C_PENDING &&
        ((value ^ i2c->cr2) & CR2_FIXED) != 0u) {
        refuse(t, CR2, "CR2 of I2C1 is changed while START is set");
        return;
    }
    i2c->cr2 = (value & CR2_STORED) | live;
    if (!is_on) return;
    i2c->cr2 |= value & (CR2_START | CR2_STOP);
    if ((value & CR2_START) != 0u && live == 0u) i2c_ask_start(t);
    i2c_commanded(t);
}

static void icr_write(struct twin *t, uint32_t value)
{
    t->b.serial.i2c.flags &= ~(value & (ISR_NACKF | ISR_STOPF | ISR_ERRORS));
}

static uint32_t take_byte(struct twin *t)
{
    struct i2c *const i2c = &t->b.serial.i2c;
    i2c->rx_full = false;
    const uint32_t byte = i2c->rxdr;
    i2c_go_on(t);
    return byte;
}

/* Only while it is empty. */
static void put_byte(struct twin *t, uint32_t value)
{
    struct i2c *const i2c = &t->b.serial.i2c;
    if (i2c->tx_full || (i2c->cr1 & CR1_PE) == 0u) return;
    i2c->txdr = (uint8_t)value;
    i2c->tx_full = true;
    i2c_go_on(t);
}

static void timingr_write(struct twin *t, uint32_t value)
{
    if ((t->b.serial.i2c.cr1 & CR1_PE) != 0u) {
        refuse(t, TIMINGR, "TIMINGR of I2C1 is written while it is enabled");
        return;
    }
    t->b.serial.i2c.timingr = value & TIMINGR_STORED;
}

uint32_t i2c_reg_read(struct twin *t, uint32_t offset)
{
    const struct i2c *const i2c = &t->b.serial.i2c;
    switch (offset) {
    case CR1:
        return i2c->cr1;
    case CR2:
        return i2c->cr2;
    case OAR1:
        return i2c->oar1;
    case OAR2:
        return i2c->oar2;
    case TIMINGR:
        return i2c->timingr;
    case TIMEOUTR:
        return i2c->timeoutr;
    case ISR:
        return isr(t);
    case RXDR:
        return take_byte(t);
    case TXDR:
        return i2c->txdr;
    default:
        return 0;
    }
}

void i2c_reg_write(struct twin *t, uint32_t offset, uint32_t value)
{
    struct i2c *const i2c = &t->b.serial.i2c;
    switch (offset) {
    case CR1:
        cr1_write(t, value);
        break;
    case CR2:
        cr2_write(t, value);
        break;
    case OAR1:
        i2c->oar1 = value;
        break;
    case OAR2:
        i2c->oar2 = value;
        break;
    case TIMINGR:
        timingr_write(t, value);
        break;
    case TIMEOUTR:
        i2c->timeoutr = value;
        break;
    case ISR:
        if ((value & ISR_TXE) != 0u) i2c->tx_full = false;
        break;
    case ICR:
        icr_write(t, value);
        break;
    case TXDR:
        put_byte(t, value);
        break;
    default:
        break;
    }
    i2c_update(t);
}
