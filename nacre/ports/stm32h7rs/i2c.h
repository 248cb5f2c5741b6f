/*
 * An I2C controller of the STM32H7RS as struct nacre_i2c: polled, no interrupt, no DMA.
 *
 *     static const struct nacre_gate gates[] = {{RCC_APB1ENR1, RCC_APB1ENR1_I2C1_I3C1EN},
 *                                               {RCC_AHB4ENR, RCC_AHB4ENR_GPIOBEN}};
 *     static struct nacre_stm32_i2c i2c;
 *     const struct nacre_stm32_i2c_cfg cfg = {
 *         .I2C = I2C1_BASE, .gates = {gates, 2}, .kernel_hz = 150000000, .scl_khz = 400,
 *         .SCL = {GPIOB_BASE, 6, 4}, .SDA = {GPIOB_BASE, 9, 4}, .time = time,
 *     };
 *     nacre_stm32_i2c_open(&i2c, &cfg);      then &i2c.bus is what a medium takes
 *
 * A transfer returns what nacre/bus.h lists. By the controller's flags: NACKF is
 * NACRE_BUS_NO_ACK, ARLO is NACRE_BUS_LOST, TIMEOUT is NACRE_BUS_TIMEOUT, BERR (a start or a stop
 * where none can be) is NACRE_IO. A flag that does not come in time is NACRE_BUS_STUCK where a line
 * is held low, else NACRE_BUS_TIMEOUT. After each of them the controller has let go of the bus and
 * is ready for the next transfer; recover() is for a line that somebody else holds.
 *
 * A transfer ends within (bytes + 4) * (stretch_us + 2 bytes on the wire) + 25 ms, whatever the bus
 * does; if the controller works, in far less. It lasts longer where the thread is held up, which
 * costs nothing else: the controller stretches SCL until it is served.
 */
#ifndef NACRE_PORTS_STM32H7RS_I2C_H
#define NACRE_PORTS_STM32H7RS_I2C_H

#include "nacre/ports/stm32h7rs/bus_pins.h"

struct nacre_stm32_i2c_cfg {
    uint32_t I2C;              /* base address of the controller */
    struct nacre_gates gates;
    struct nacre_pin SCL;
    struct nacre_pin SDA;
    bool has_pull_up;          /* the chip's own beside the board's; alone they are too weak */
    uint32_t kernel_hz;        /* as RCC CCIPR selects it */
    uint32_t scl_khz;          /* 100, 400 or 1000; another, up to 1000, beside a TIMINGR */
    uint32_t TIMINGR;          /* 0: worked out from the two above, see i2c_timing.h */
    uint32_t stretch_us;       /* so long a part may hold SCL low: at most 100,000; 0 for 1,000.
                                  Memories do not hold it at all */
    struct nacre_bus_time time; /* pause is not called */
};

struct nacre_stm32_i2c {
    struct nacre_i2c bus;
    struct nacre_stm32_i2c_cfg cfg;
    uint32_t step_us; /* the longest wait for one flag */
    struct nacre_mismatch mismatch; /* what was refused */
};

/*
 * Switch on clocks, set up pins and controller, and leave the bus idle: a part that a reset of the
 * processor caught in the middle of a message is clocked free.
 *
 * i2c      filled; i2c->bus is ready for a medium. It outlives every use of that
 * cfg      copied but for cfg->gates
 * Cost     30 us at 400 kHz; with a stuck line up to 11 * (stretch_us + 20 us)
 * Returns  NACRE_OK
 *          NACRE_BAD_ARGUMENT  a member of cfg makes no sense: i2c->mismatch names it
 *          NACRE_CLOCK         cfg->time stands still
 *          NACRE_CTRL_STATE    somebody else has enabled the controller, or its registers do not
 *                              keep what is written: no clock, another address, or I3C1 in its
 *                              place (option bit I2C_NI3C). i2c->mismatch names the register
 *          NACRE_BUS_STUCK     a line is held low, or nothing pulls it up
 *          After any of these the controller is disabled, or as it was found
 * Context  thread only
 */
NACRE_MUST_CHECK enum nacre_err nacre_stm32_i2c_open(struct nacre_stm32_i2c *i2c,
                                                     const struct nacre_stm32_i2c_cfg *cfg);

/*
 * Disable the controller. Pins and clocks stay; another open may follow.
 *
 * Context  thread only, no transfer under way
 */
void nacre_stm32_i2c_close(struct nacre_stm32_i2c *i2c);

#endif
