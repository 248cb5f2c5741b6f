/*
 * See buses.h. Kernel clocks as ST's boot leaves them: both buses have 150 MHz.
 */
#include "examples/brightness/buses.h"

#include "examples/brightness/board.h"
#include "nacre/ports/stm32h7rs/bus_registers.h"
#include "nacre/ports/stm32h7rs/clock.h"
#include "nacre/ports/stm32h7rs/i2c.h"
#include "nacre/ports/stm32h7rs/spi.h"

#include <stdbool.h>
#include <stddef.h>

#define KERNEL_HZ 150000000u
#define FAST_MODE_PLUS_HZ 1000000u

static struct nacre_cycle_clock cycles;
static struct nacre_stm32_i2c i2c;
static struct nacre_stm32_spi spi;
static bool i2c_is_open;
static bool spi_is_open;
static const struct nacre_mismatch none;
static const struct nacre_mismatch *mismatch = &none;

static uint32_t now_us(void *context)
{
    (void)context;
    return *board_counter() * BOARD_COUNT_US;
}

static void pause(void *context)
{
    (void)context;
    board_sleep();
}

const struct nacre_bus_time buses_time = {now_us, pause, NULL};

enum nacre_err buses_open_i2c(uint32_t hz, const struct nacre_i2c **bus)
{
    static const struct nacre_gate gates[] = {{RCC_APB1ENR1, RCC_APB1ENR1_I2C1_I3C1EN},
                                              {RCC_AHB4ENR, RCC_AHB4ENR_GPIOBEN}};
    struct nacre_stm32_i2c_cfg cfg = {
        .I2C = I2C1_BASE, .gates = {gates, 2}, .kernel_hz = KERNEL_HZ,
        .SCL = {GPIOB_BASE, 6, 4}, .SDA = {GPIOB_BASE, 9, 4},
        .scl_khz = hz >= FAST_MODE_PLUS_HZ ? 1000u : 400u,
    };

    enum nacre_err err = nacre_cycle_clock_open(&cycles, BOARD_CORE_MHZ, &cfg.time);
    if (err != NACRE_OK) return err;
    if (i2c_is_open) nacre_stm32_i2c_close(&i2c);
    mismatch = &i2c.mismatch;
    err = nacre_stm32_i2c_open(&i2c, &cfg);
    i2c_is_open = err == NACRE_OK;
    if (i2c_is_open) *bus = &i2c.bus;
    return err;
}

enum nacre_err buses_open_spi(uint32_t hz, const struct nacre_spi **bus)
{
    static const struct nacre_gate gates[] = {{RCC_APB2ENR, RCC_APB2ENR_SPI4EN},
                                              {RCC_AHB4ENR, RCC_AHB4ENR_GPIOEEN}};
    struct nacre_stm32_spi_cfg cfg = {
        .SPI = SPI4_BASE, .gates = {gates, 2}, .kernel_hz = KERNEL_HZ, .sck_hz_max = hz,
        .SCK = {GPIOE_BASE, 12, 5}, .MISO = {GPIOE_BASE, 13, 5}, .MOSI = {GPIOE_BASE, 14, 5},
        .CS = {GPIOE_BASE, 10, 0},
    };

    enum nacre_err err = nacre_cycle_clock_open(&cycles, BOARD_CORE_MHZ, &cfg.time);
    if (err != NACRE_OK) return err;
    if (spi_is_open) nacre_stm32_spi_close(&spi);
    mismatch = &spi.mismatch;
    err = nacre_stm32_spi_open(&spi, &cfg);
    spi_is_open = err == NACRE_OK;
    if (spi_is_open) *bus = &spi.bus;
    return err;
}

const struct nacre_mismatch *buses_mismatch(void)
{
    return mismatch;
}
