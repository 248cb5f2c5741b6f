/*
 * Zephyr's I2C and SPI behind nacre/bus.h.
 */
#include "examples/bus-adapters/zephyr.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

#include <zephyr/kernel.h>

/* Most of Zephyr's drivers answer -EIO, whatever it was: mostly it is that nobody acknowledged. */
static int32_t i2c_error(int error)
{
    if (error == -ETIMEDOUT || error == -EBUSY) return -NACRE_BUS_TIMEOUT;
    return error == -EAGAIN ? -NACRE_BUS_LOST : -NACRE_BUS_NO_ACK;
}

int32_t zephyr_i2c_transfer(void *context, const struct nacre_i2c_message *message)
{
    const struct zephyr_i2c *const i2c = context;
    const bool has_in = message->in_bytes != 0;
    struct i2c_msg msgs[2] = {
        {(uint8_t *)message->out, message->out_bytes, I2C_MSG_WRITE | (has_in ? 0 : I2C_MSG_STOP)},
        {message->in, message->in_bytes, I2C_MSG_RESTART | I2C_MSG_READ | I2C_MSG_STOP},
    };
    const int error = i2c_transfer(i2c->bus, msgs, has_in ? 2 : 1, (uint16_t)message->address);

    if (error != 0) return i2c_error(error);
    return (int32_t)(message->out_bytes + message->in_bytes);
}

/* A driver that cannot do it is no reason not to try again. */
enum nacre_err zephyr_i2c_recover(void *context)
{
    const struct zephyr_i2c *const i2c = context;
    const int error = i2c_recover_bus(i2c->bus);

    return error == 0 || error == -ENOSYS ? NACRE_OK : NACRE_BUS_STUCK;
}

int32_t zephyr_spi_transfer(void *context, const struct nacre_spi_frame *frame)
{
    const struct zephyr_spi *const spi = context;
    const uint32_t written = frame->out_bytes + frame->more_bytes;
    const struct spi_buf tx[3] = {
        {(void *)frame->out, frame->out_bytes},
        {(void *)frame->more, frame->more_bytes},
        {NULL, frame->in_bytes},
    };
    const struct spi_buf rx[2] = {{NULL, written}, {frame->in, frame->in_bytes}};
    const struct spi_buf_set tx_set = {tx, 3};
    const struct spi_buf_set rx_set = {rx, 2};
    const int error = spi_transceive_dt(&spi->spec, &tx_set, &rx_set);

    if (error != 0) return error == -ETIMEDOUT ? -NACRE_BUS_TIMEOUT : -NACRE_IO;
    return (int32_t)(written + frame->in_bytes);
}

uint32_t zephyr_now_us(void *context)
{
    (void)context;
    return (uint32_t)k_ticks_to_us_floor64((uint64_t)k_uptime_ticks());
}

void zephyr_pause(void *context)
{
    (void)context;
    (void)k_usleep(100);
}
