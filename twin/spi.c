/*
 * SPI4: the registers of a master with frames of 8 or 16 bits. SPI4 is a limited instance: FIFOs of
 * 8 bytes, packets of 1 to 4 frames, TSIZE of ten bits. CRC, DMA, half duplex, TI and slave modes
 * and select by hardware are not modelled: who asks for one is told by a violation.
 *
 * TXP says that the FIFO has room for a packet; that it says so once TSIZE frames were submitted,
 * too, is a choice. RXP says that a packet was received.
 */
#include "twin/machine.h"
#include "twin/spi_bits.h"

#include <string.h>

#define SPI4_ADDR 0x42003400u
#define SPI4_IRQ 61u

#define CR1 0x00u
#define CR2 0x04u
#define CFG1 0x08u
#define CFG2 0x0Cu
#define IER 0x10u
#define SR 0x14u
#define IFCR 0x18u
#define TXDR 0x20u
#define RXDR 0x30u
#define CRCPOLY 0x40u
#define UDRDR 0x4Cu

#define CFG1_RESET 0x00070007u
#define CRCPOLY_RESET 0x00000107u
#define CFG1_STORED 0xF04FC27Fu  /* without what a limited instance lacks */
#define CFG1_FIXED 0x00000007u   /* DSIZE[2:0] */
#define CFG1_NOT_MODELLED 0x0040C000u /* CRCEN, DMA */
#define CFG1_DSIZE_16 0x00000008u
#define CFG1_DSIZE_WIDE 0x00000010u
#define TSIZE_BITS 0x3FFu
#define IFCR_FLAGS (SR_EOT | SR_TXTF | SR_UDR | SR_OVR | SR_CRCE | SR_TIFRE | SR_MODF | SR_SUSP)

static void refuse(struct twin *t, uint32_t offset, const char *why)
{
    violation_raise(t, TWIN_VIOLATION_CONTROLLER, SPI4_ADDR + offset, why);
}

uint32_t spi_frame_bytes(const struct spi *spi)
{
    return (spi->cfg1 & CFG1_DSIZE_16) != 0u ? 2u : 1u;
}

static uint32_t packet_bytes(const struct spi *spi)
{
    return ((spi->cfg1 >> CFG1_FTHLV_AT & 3u) + 1u) * spi_frame_bytes(spi);
}

static uint32_t sr(const struct spi *spi)
{
    const bool is_on = (spi->cr1 & CR1_SPE) != 0u;
    const bool is_quiet = spi->tx_n == 0u && spi->end_ps == CLOCK_NEVER;
    uint32_t value = spi->flags;
    if (!is_on) return value | SR_TXP | SR_TXC;
    if (SPI_FIFO - spi->tx_n >= packet_bytes(spi)) value |= SR_TXP;
    if (spi->rx_n >= packet_bytes(spi)) value |= SR_RXP;
    if ((value & (SR_TXP | SR_RXP)) == (SR_TXP | SR_RXP)) value |= SR_DXP;
    if (spi->cr2 == 0u ? is_quiet : (value & SR_EOT) != 0u) value |= SR_TXC;
    if (spi->rx_n >= 4u) value |= SR_RXWNE;
    value |= (spi->rx_n % 4u) / spi_frame_bytes(spi) << SR_RXPLVL_AT;
    return value;
}

/* IER has the bits of SR, but that EOTIE stands for SUSP and TXC too. SPE 0 blocks all but MODF. */
void spi_update(struct twin *t)
{
    const struct spi *const spi = &t->b.serial.spi;
    const uint32_t flags = sr(spi);
    const bool ends = (spi->ier & SR_EOT) != 0u && (flags & (SR_SUSP | SR_TXC)) != 0u;
    const bool asks = (spi->ier & flags) != 0u || ends;
    const bool is_on = (spi->cr1 & CR1_SPE) != 0u;
    irq_line(t, SPI4_IRQ, is_on ? asks : (spi->ier & flags & SR_MODF) != 0u);
}

/* SPE is 0: what is under way stops, the FIFOs are empty. */
static void disable(struct spi *spi)
{
    spi->cr1 &= ~(CR1_SPE | CR1_CSTART);
    spi->tx_n = 0;
    spi->rx_n = 0;
    spi->submitted = 0;
    spi->done = 0;
    spi->frame_at = 0;
    spi->end_ps = CLOCK_NEVER;
    spi->is_hung = false;
}

void spi_reset(struct twin *t)
{
    struct spi *const spi = &t->b.serial.spi;
    bool was_selected[TWIN_PARTS];
    memcpy(was_selected, spi->is_selected, sizeof was_selected);
    memset(spi, 0, sizeof *spi);
    memcpy(spi->is_selected, was_selected, sizeof was_selected);
    spi->cfg1 = CFG1_RESET;
    spi->crcpoly = CRCPOLY_RESET;
    spi->end_ps = CLOCK_NEVER;
    spi_update(t);
}

/* A master whose select input is active finds another one: it gives up. */
static bool has_mode_fault(const struct spi *spi)
{
    const bool is_high = (spi->cr1 & CR1_SSI) != 0u;
    const bool active_is_high = (spi->cfg2 & CFG2_SSIOP) != 0u;
    return (spi->cfg2 & CFG2_SSM) != 0u && is_high == active_is_high;
}

static void enable(struct twin *t)
{
    struct spi *const spi = &t->b.serial.spi;
    if ((spi->cfg2 & CFG2_MASTER) == 0u || (spi->cfg2 & CFG2_NOT_MODELLED) != 0u ||
        (spi->cfg2 & CFG2_COMM) == CFG2_COMM || (spi->cfg1 & CFG1_DSIZE_WIDE) != 0u ||
        (spi->cfg1 & CFG1_NOT_MODELLED) != 0u) {
        refuse(t, CFG2, "a mode of SPI4 that the twin does not model");
    }
    if (has_mode_fault(spi)) {
        spi->flags |= SR_MODF;
        return;
    }
    spi->flags &= ~(SR_EOT | SR_UDR | SR_OVR | SR_CRCE);
    spi->cr1 |= CR1_SPE;
}

static void start(struct twin *t)
{
    static const struct gpio_pin pins[] = {{4, 12}, {4, 13}, {4, 14}};
    struct spi *const spi = &t->b.serial.spi;
    for (uint32_t i = 0; i < sizeof pins / sizeof pins[0]; i++) {
        if (gpio_has_function(t, pins[i], 5)) continue;
        refuse(t, CR1, "SPI4 starts while PE12, PE13 and PE14 are not all its own");
        return;
    }
    spi->cr1 |= CR1_CSTART;
    spi_go_on(t, machine_now(t));
}

static void suspend(struct spi *spi)
{
    if (spi->end_ps != CLOCK_NEVER) {
        spi->cr1 |= CR1_CSUSP; /* at the frame's end */
        return;
    }
    spi->cr1 &= ~CR1_CSTART;
    spi->flags |= SR_SUSP;
}

static void cr1_write(struct twin *t, uint32_t value)
{
    struct spi *const spi = &t->b.serial.spi;
    const bool was_on = (spi->cr1 & CR1_SPE) != 0u;
    const uint32_t kept = spi->cr1 & (CR1_SPE | CR1_CSTART | CR1_CSUSP);
    spi->cr1 = (value & CR1_STORED) | kept;
    if (was_on && (value & CR1_SPE) == 0u) disable(spi);
    if (!was_on && (value & CR1_SPE) != 0u && (spi->flags & SR_MODF) == 0u) enable(t);
    if ((spi->cr1 & CR1_SPE) == 0u) return;
    if ((value & CR1_CSTART) != 0u && (spi->cr1 & CR1_CSTART) == 0u) start(t);
    if ((value & CR1_CSUSP) != 0u && (spi->cr1 & CR1_CSTART) != 0u) suspend(spi);
}

/* These can be changed only while SPE is 0. */
static void configure(struct twin *t, uint32_t offset, uint32_t *word, uint32_t value)
{
    if ((t->b.serial.spi.cr1 & CR1_SPE) == 0u) {
        *word = value;
    } else if (*word != value) {
        refuse(t, offset, "SPI4 is configured while it is enabled");
    }
}

static void ifcr_write(struct twin *t, uint32_t value)
{
    t->b.serial.spi.flags &= ~(value & IFCR_FLAGS);
    spi_go_on(t, machine_now(t));
}

static uint32_t rxdr_read(struct twin *t, uint32_t n)
{
    struct spi *const spi = &t->b.serial.spi;
    uint32_t value = 0;
    const uint32_t count = n < spi->rx_n ? n : spi->rx_n;
    if (n < spi_frame_bytes(spi)) refuse(t, RXDR, "RXDR is read by less than a frame");
    for (uint32_t i = 0; i < count; i++) {
        value |= (uint32_t)spi->rx[i] << (8u * i);
    }
    memmove(spi->rx, spi->rx + count, spi->rx_n - count);
    spi->rx_n -= count;
    spi_go_on(t, machine_now(t));
    return value;
}

/* What finds no room is lost, and no sound driver sends it. */
static void txdr_write(struct twin *t, uint32_t n, uint32_t value)
{
    struct spi *const spi = &t->b.serial.spi;
    const uint32_t frame_bytes = spi_frame_bytes(spi);
    if ((spi->cr1 & CR1_SPE) == 0u || n < frame_bytes || n > SPI_FIFO - spi->tx_n) {
        refuse(t, TXDR, "TXDR is written while SPI4 cannot take it");
        return;
    }
    for (uint32_t i = 0; i < n; i++) {
        spi->tx[spi->tx_n++] = (uint8_t)(value >> (8u * i));
    }
    spi->submitted += n / frame_bytes;
    if (spi->cr2 != 0u && spi->submitted >= spi->cr2) {
        spi->flags |= SR_TXTF;
        spi->ier &= ~(SR_TXP | SR_DXP);
    }
    spi_go_on(t, machine_now(t));
}

uint32_t spi_reg_read(struct twin *t, uint32_t offset, uint32_t n)
{
    const struct spi *const spi = &t->b.serial.spi;
    uint32_t value = 0;
    switch (offset) {
    case CR1:
        return spi->cr1 & ~CR1_CSUSP;
    case CR2:
        return spi->cr2;
    case CFG1:
        return spi->cfg1;
    case CFG2:
        return spi->cfg2;
    case IER:
        return spi->ier;
    case SR:
        return sr(spi);
    case RXDR:
        value = rxdr_read(t, n);
        spi_update(t);
        return value;
    case CRCPOLY:
        return spi->crcpoly;
    case UDRDR:
        return spi->udrdr;
    default:
        return 0;
    }
}

void spi_reg_write(struct twin *t, uint32_t offset, uint32_t n, uint32_t value)
{
    struct spi *const spi = &t->b.serial.spi;
    switch (offset) {
    case CR1:
        cr1_write(t, value);
        break;
    case CR2:
        configure(t, offset, &spi->cr2, value & TSIZE_BITS);
        break;
    case CFG1:
        configure(t, offset, &spi->cfg1, (value & CFG1_STORED) | CFG1_FIXED);
        break;
    case CFG2:
        configure(t, offset, &spi->cfg2, value);
        break;
    case IER:
        spi->ier = value & 0x3FFu;
        break;
    case IFCR:
        ifcr_write(t, value);
        break;
    case TXDR:
        txdr_write(t, n, value);
        break;
    case CRCPOLY:
        configure(t, offset, &spi->crcpoly, value);
        break;
    case UDRDR:
        configure(t, offset, &spi->udrdr, value);
        break;
    default:
        break;
    }
    spi_update(t);
}
