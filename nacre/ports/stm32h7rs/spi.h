/*
 * An SPI controller of the STM32H7RS as struct nacre_spi: polled, no interrupt, no DMA. Mode 0,
 * eight bits, most significant first; chip select is a pin that this driver drives.
 *
 *     static const struct nacre_gate gates[] = {{RCC_APB2ENR, RCC_APB2ENR_SPI4EN},
 *                                               {RCC_AHB4ENR, RCC_AHB4ENR_GPIOEEN}};
 *     static struct nacre_stm32_spi spi;
 *     const struct nacre_stm32_spi_cfg cfg = {
 *         .SPI = SPI4_BASE, .gates = {gates, 2}, .kernel_hz = 150000000, .sck_hz_max = 20000000,
 *         .SCK = {GPIOE_BASE, 12, 5}, .MISO = {GPIOE_BASE, 13, 5}, .MOSI = {GPIOE_BASE, 14, 5},
 *         .CS = {GPIOE_BASE, 10, 0}, .time = time,
 *     };
 *     nacre_stm32_spi_open(&spi, &cfg);      then &spi.bus is what a medium takes
 *
 * A frame is of any length, and one transaction of the controller (CSTART) for 1,023 bytes: all of
 * it moves full duplex, so nothing is turned round between what is written and what is read. While
 * nothing is to be written ones are sent. There are never more bytes under way than the smallest
 * FIFO holds (8, of SPI4 and SPI5), so that a thread that is held up loses none: SCK waits.
 *
 * A transfer returns what nacre/bus.h lists. MODF (another master selects this one) is
 * NACRE_BUS_LOST; OVR, UDR and TIFRE, which cannot come about, are NACRE_IO; a byte that does not
 * come in time is NACRE_BUS_TIMEOUT. Then the frame has ended, chip select is high, and the
 * controller is ready for the next one. An SPI part acknowledges nothing: one that is not there is
 * no error here.
 */
#ifndef NACRE_PORTS_STM32H7RS_SPI_H
#define NACRE_PORTS_STM32H7RS_SPI_H

#include "nacre/ports/stm32h7rs/bus_pins.h"

struct nacre_stm32_spi_cfg {
    uint32_t SPI;           /* base address of the controller */
    struct nacre_gates gates;
    struct nacre_pin SCK;
    struct nacre_pin MISO;  /* pulled up: a part that is not there reads as ones */
    struct nacre_pin MOSI;
    struct nacre_pin CS;    /* any pin; low selects */
    uint32_t kernel_hz;     /* as RCC CCIPR selects it */
    uint32_t sck_hz_max;    /* the fastest that the part takes: half of the kernel's clock, a
                               quarter and so on is used, down to 1 / 256 */
    struct nacre_bus_time time; /* pause is not called */
};

struct nacre_stm32_spi {
    struct nacre_spi bus;
    struct nacre_stm32_spi_cfg cfg;
    uint32_t sck_hz;        /* what it came to */
    uint32_t CFG1;
    uint32_t settle_looks;  /* reads of a register that outlast half a period of SCK */
    uint32_t step_us;       /* the longest wait for one byte */
    struct nacre_mismatch mismatch; /* what was refused */
};

/*
 * Switch on clocks, set up pins and controller. Chip select is high from then on.
 *
 * spi      filled; spi->bus is ready for a medium. It outlives every use of that
 * cfg      copied but for cfg->gates
 * Returns  NACRE_OK
 *          NACRE_BAD_ARGUMENT  a member of cfg makes no sense: spi->mismatch names it
 *          NACRE_CLOCK         cfg->time stands still
 *          NACRE_CTRL_STATE    somebody else has enabled the controller, or its registers do not
 *                              keep what is written: no clock, or another address. spi->mismatch
 *                              names the register
 *          After any of these the controller is disabled, or as it was found
 * Context  thread only
 */
NACRE_MUST_CHECK enum nacre_err nacre_stm32_spi_open(struct nacre_stm32_spi *spi,
                                                     const struct nacre_stm32_spi_cfg *cfg);

/*
 * Disable the controller. Pins and clocks stay; another open may follow.
 *
 * Context  thread only, no transfer under way
 */
void nacre_stm32_spi_close(struct nacre_stm32_spi *spi);

#endif
