/*
 * Zephyr's drivers as buses and clock of nacre/bus.h.
 *
 *     struct zephyr_i2c bus = {DEVICE_DT_GET(DT_NODELABEL(i2c1))};
 *     const struct nacre_i2c i2c = {zephyr_i2c_transfer, zephyr_i2c_recover, &bus};
 *     struct zephyr_spi part = {SPI_DT_SPEC_GET(DT_NODELABEL(fram), SPI_WORD_SET(8), 0)};
 *     const struct nacre_spi spi = {zephyr_spi_transfer, &part};
 *     const struct nacre_bus_time time = {zephyr_now_us, zephyr_pause, NULL};
 */
#ifndef EXAMPLES_BUS_ADAPTERS_ZEPHYR_H
#define EXAMPLES_BUS_ADAPTERS_ZEPHYR_H

#include "nacre/bus.h"

#include <zephyr/drivers/i2c.h>
#include <zephyr/drivers/spi.h>

struct zephyr_i2c {
    const struct device *bus;
};

struct zephyr_spi {
    struct spi_dt_spec spec; /* mode 0, eight bits, chip select by cs-gpios */
};

/* As struct nacre_i2c has them; context is a struct zephyr_i2c. */
int32_t zephyr_i2c_transfer(void *context, const struct nacre_i2c_message *message);
enum nacre_err zephyr_i2c_recover(void *context);

/* As struct nacre_spi has it; context is a struct zephyr_spi. */
int32_t zephyr_spi_transfer(void *context, const struct nacre_spi_frame *frame);

/* As struct nacre_bus_time has them. */
uint32_t zephyr_now_us(void *context);
void zephyr_pause(void *context);

#endif
