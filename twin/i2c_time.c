/*
 * How long SCL is low and high: the time that the figures of I2C parts rest on.
 *
 *     low  = tAF + DNF * tI2CCLK + 2 * tI2CCLK + (SCLL + 1) * tPRESC
 *     high = tAF + DNF * tI2CCLK + 2 * tI2CCLK + (SCLH + 1) * tPRESC
 *     tSCL = low + high + rise + fall
 *
 * This is the sum by which ST's board packages choose TIMINGR (for example BSP_I2C of the
 * STM32U5x9J-DK, I2C_Compute_SCLL_SCLH; tAF is 50 ns with the analog filter on, 0 without). The
 * manual says the same with tSYNC1 and tSYNC2 for what the filters and the wire add. Rise and fall
 * are the wire's: 60 and 100 ns, what the same source takes for Fast-mode Plus, at all speeds. They
 * are no measurement of a board. SCL stays low while SDADEL and SCLDEL run, too.
 */
#include "twin/machine.h"

#define CR1_DNF_AT 8u
#define CR1_ANFOFF (1u << 12)
#define ANALOG_FILTER_PS 50000u
#define RISE_PS 60000u
#define FALL_PS 100000u
#define SYNC_CLOCKS 2u
#define RCC_CCIPR2 0x050u
#define CCIPR2_I2C1_AT 12u
#define HSI_HZ 64000000u
#define CSI_HZ 4000000u

/* 0 PCLK1, 1 PLL3 R, 2 HSI, 3 CSI. What PLL3 gives is not modelled: 0. */
uint32_t i2c_kernel_hz(const struct twin *t)
{
    const uint32_t source = t->b.periph.rcc[RCC_CCIPR2 / 4u] >> CCIPR2_I2C1_AT & 3u;
    const uint32_t hz[4] = {t->b.periph.pclk_hz, 0, HSI_HZ, CSI_HZ};
    return hz[source];
}

static uint64_t kernel_ps(const struct twin *t, uint64_t clocks)
{
    const uint32_t hz = i2c_kernel_hz(t);
    return hz == 0u ? CLOCK_NEVER / 4096u : clock_ps_of(clocks, hz);
}

static uint64_t sync_clocks(const struct i2c *i2c)
{
    return SYNC_CLOCKS + (i2c->cr1 >> CR1_DNF_AT & 0xFu);
}

static uint64_t filter_ps(const struct i2c *i2c)
{
    return (i2c->cr1 & CR1_ANFOFF) == 0u ? ANALOG_FILTER_PS : 0u;
}

uint64_t i2c_low_ps(const struct twin *t)
{
    const struct i2c *const i2c = &t->b.serial.i2c;
    const uint32_t timing = i2c->timingr;
    const uint64_t step = (timing >> 28) + 1u;
    const uint64_t scll = (timing & 0xFFu) + 1u;
    const uint64_t delays = (timing >> 16 & 0xFu) + (timing >> 20 & 0xFu) + 1u;
    const uint64_t clocks = step * (scll > delays ? scll : delays) + sync_clocks(i2c);
    return kernel_ps(t, clocks) + filter_ps(i2c) + FALL_PS;
}

uint64_t i2c_high_ps(const struct twin *t)
{
    const struct i2c *const i2c = &t->b.serial.i2c;
    const uint64_t step = (i2c->timingr >> 28) + 1u;
    const uint64_t sclh = (i2c->timingr >> 8 & 0xFFu) + 1u;
    return kernel_ps(t, step * sclh + sync_clocks(i2c)) + filter_ps(i2c) + RISE_PS;
}
