/*
 * The SPI controller of false_io.h, a byte at a time, with the FIFOs of a limited instance. The
 * part records what it is sent and answers with the number of the byte.
 */
#include "tests/support/false_io.h"

#include <stddef.h>
#include <string.h>

#define SPE 0x0001u
#define CSTART 0x0200u
#define SSI 0x1000u
#define MASTER 0x00400000u
#define SSM 0x04000000u
#define MODE 0x03000000u /* CPHA, CPOL */
#define LSBFRST 0x00800000u
#define RXP 0x0001u
#define TXP 0x0002u
#define EOT 0x0008u
#define UDR 0x0020u
#define OVR 0x0040u
#define TIFRE 0x0100u
#define MODF 0x0200u
#define FIFO 8u
#define TSIZE_MAX 0x3FFu
#define KERNEL_MHZ 150u

static bool is_selected;

static void flags_settle(void)
{
    struct false_spi *const spi = &board.spi;

    spi->SR &= ~(RXP | TXP);
    if ((spi->CR1 & SPE) == 0) return;
    if (spi->rx_count > 0) spi->SR |= RXP;
    if (spi->tx_count < FIFO) spi->SR |= TXP;
}

/* Returns whether the byte that has moved is the last that moves. */
static bool fault_strikes(void)
{
    struct false_spi *const spi = &board.spi;

    switch (false_fault_here()) {
    case FALSE_OVR: spi->SR |= OVR; break;
    case FALSE_UDR: spi->SR |= UDR; break;
    case FALSE_TIFRE: spi->SR |= TIFRE; break;
    case FALSE_MODF:
        spi->SR |= MODF;
        spi->CR1 &= ~(SPE | CSTART);
        spi->CFG2 &= ~MASTER;
        spi->tx_count = 0;
        spi->rx_count = 0;
        break;
    case FALSE_SILENCE: break;
    default: return false;
    }
    spi->is_running = false;
    return true;
}

static void byte_end(void)
{
    struct false_spi *const spi = &board.spi;

    if (fault_strikes()) return;
    if (!is_selected) false_misuse("a byte while no part is selected");
    if (spi->mosi_count < FALSE_FRAME_BYTES) spi->mosi[spi->mosi_count] = spi->shift;
    if (spi->rx_count == FIFO) {
        spi->SR |= OVR;
    } else {
        spi->rx[spi->rx_count++] = (uint8_t)(spi->mosi_count - spi->frame_begin);
    }
    spi->mosi_count++;
    spi->left--;
    if (spi->left > 0) return;
    if (board.fault != FALSE_NO_EOT) spi->SR |= EOT;
    spi->is_running = false;
    spi->quiet_ns = spi->due_ns + spi->byte_ns / 16u; /* SCK falls half a bit after the sample */
}

void false_spi_run(void)
{
    struct false_spi *const spi = &board.spi;

    for (uint32_t i = 0; i < 64u && spi->is_running; i++) {
        if (!spi->is_shifting) {
            if (spi->tx_count == 0) { /* SCK waits */
                spi->due_ns = board.ns;
                return;
            }
            spi->shift = spi->tx[0];
            memmove(spi->tx, spi->tx + 1, FIFO - 1u);
            spi->tx_count--;
            spi->is_shifting = true;
            spi->due_ns += spi->byte_ns;
        }
        if (board.ns < spi->due_ns) return;
        spi->is_shifting = false;
        byte_end();
    }
}

static void cr1_write(uint32_t value)
{
    struct false_spi *const spi = &board.spi;
    const bool was_on = (spi->CR1 & SPE) != 0;

    if (was_on && (value & SPE) == 0) {
        if (board.ns < spi->quiet_ns) false_misuse("the last clock is cut short");
        spi->is_running = false;
        spi->is_shifting = false;
        spi->tx_count = 0;
        spi->rx_count = 0;
        value &= ~CSTART;
    }
    if ((value & CSTART) != 0 && (spi->CR1 & CSTART) == 0) {
        const bool are_pins = false_pin_is(4, 12, 2, 5) && false_pin_is(4, 13, 2, 5) &&
                              false_pin_is(4, 14, 2, 5);
        if (!was_on) false_misuse("CSTART together with SPE");
        if (!are_pins) false_misuse("CSTART while the pins are not the controller's");
        if (!is_selected) false_misuse("CSTART while no part is selected");
        if ((spi->CFG2 & (MASTER | MODE | LSBFRST)) != MASTER) false_misuse("not in mode 0");
        if ((spi->SR & (EOT | OVR | UDR | TIFRE | MODF)) != 0) false_misuse("old flags");
        spi->starts++;
        spi->left = spi->CR2;
        spi->is_running = true;
        spi->byte_ns = 8u * (2000u << (spi->CFG1 >> 28 & 7u)) / KERNEL_MHZ;
        spi->due_ns = board.ns;
    }
    spi->CR1 = value;
}

uint32_t false_spi_read(uint32_t offset)
{
    struct false_spi *const spi = &board.spi;

    flags_settle();
    switch (offset) {
    case 0x00: return spi->CR1;
    case 0x08: return spi->CFG1;
    case 0x0C: return spi->CFG2;
    case 0x14: return spi->SR;
    default: return 0;
    }
}

void false_spi_write(uint32_t offset, uint32_t value)
{
    struct false_spi *const spi = &board.spi;
    const bool is_on = (spi->CR1 & SPE) != 0;

    switch (offset) {
    case 0x00: cr1_write(value); return;
    case 0x04:
        if (is_on) false_misuse("TSIZE is written while the controller is on");
        if (value > TSIZE_MAX) false_misuse("TSIZE of a limited instance has 10 bits");
        spi->CR2 = value & TSIZE_MAX;
        return;
    case 0x08:
        if (is_on) false_misuse("CFG1 is written while the controller is on");
        spi->CFG1 = value;
        return;
    case 0x0C:
        if (is_on) false_misuse("CFG2 is written while the controller is on");
        if ((value & MASTER) != 0 && (value & SSM) != 0 && (spi->CR1 & SSI) == 0) spi->SR |= MODF;
        spi->CFG2 = value;
        return;
    case 0x18: spi->SR &= ~(value & 0xBF8u); return;
    default: return;
    }
}

uint8_t false_spi_byte_read(void)
{
    struct false_spi *const spi = &board.spi;

    if (spi->rx_count == 0) {
        false_misuse("RXDR is read while it is empty");
        return 0;
    }
    const uint8_t byte = spi->rx[0];
    memmove(spi->rx, spi->rx + 1, FIFO - 1u);
    spi->rx_count--;
    return byte;
}

void false_spi_byte_write(uint8_t value)
{
    struct false_spi *const spi = &board.spi;

    if ((spi->SR & MODF) != 0) return; /* may come between a look at SR and this */
    if ((spi->CR1 & SPE) == 0 || spi->tx_count == FIFO) {
        false_misuse("TXDR is written while it takes nothing");
        return;
    }
    spi->tx[spi->tx_count++] = value;
}

void false_spi_select(bool is_high)
{
    struct false_spi *const spi = &board.spi;

    if (is_high && is_selected) {
        if (board.ns < spi->quiet_ns) false_misuse("chip select rises before SCK has fallen");
        if (spi->mosi_count > spi->frame_begin && spi->frames < 16u) {
            spi->frame_ends[spi->frames++] = spi->mosi_count;
        }
    }
    if (!is_high && !is_selected) spi->frame_begin = spi->mosi_count;
    is_selected = !is_high;
}
