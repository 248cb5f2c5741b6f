/*
 * What the adapter uses of Zephyr's SPI interface (version 4): for building it here, where Zephyr
 * is not. With Zephyr itself its own header is found instead.
 */
#ifndef EXAMPLES_BUS_ADAPTERS_INTERFACE_ZEPHYR_DRIVERS_SPI_H
#define EXAMPLES_BUS_ADAPTERS_INTERFACE_ZEPHYR_DRIVERS_SPI_H

#include <stddef.h>

struct device;

struct spi_dt_spec {
    const struct device *bus;
};

struct spi_buf {
    void *buf;
    size_t len;
};

struct spi_buf_set {
    const struct spi_buf *buffers;
    size_t count;
};

int spi_transceive_dt(const struct spi_dt_spec *spec, const struct spi_buf_set *tx_bufs,
                      const struct spi_buf_set *rx_bufs);

#endif
