/*
 * Zephyr's drivers as stand-ins, and the adapter over them.
 */
#include "tests/support/adapter_zephyr.h"

#include "examples/bus-adapters/zephyr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#include <zephyr/kernel.h>

struct device {
    int number;
};

static const struct device device = {7};

/* ---- what Zephyr has ---- */

int i2c_transfer(const struct device *dev, struct i2c_msg *msgs, uint8_t num_msgs, uint16_t addr)
{
    if (dev != &device) abort();
    for (uint32_t i = 0; i < num_msgs; i++) {
        const bool is_read = (msgs[i].flags & I2C_MSG_READ) != 0;
        /* without RESTART a message that goes on in the other direction is none */
        if (i != 0 && (msgs[i].flags & I2C_MSG_RESTART) == 0) abort();
        adapter_say("%sS%02X%s", i == 0 ? "" : " ", addr, is_read ? "r" : "w");
        if (is_read) {
            adapter_fill(msgs[i].buf, msgs[i].len);
        } else {
            adapter_bytes(msgs[i].buf, msgs[i].len);
        }
        if ((msgs[i].flags & I2C_MSG_STOP) != 0) adapter_say(" P");
    }
    return adapter_answer;
}

int i2c_recover_bus(const struct device *dev)
{
    if (dev != &device) abort();
    return adapter_answer;
}

/* Both sets are as long as each other; what is read while something is written is dropped. */
int spi_transceive_dt(const struct spi_dt_spec *spec, const struct spi_buf_set *tx_bufs,
                      const struct spi_buf_set *rx_bufs)
{
    size_t tx = 0;
    size_t rx = 0;
    if (spec->bus != &device) abort();
    adapter_say("[");
    for (size_t i = 0; i < tx_bufs->count; i++) {
        const struct spi_buf *const buf = &tx_bufs->buffers[i];
        if (buf->buf != NULL) adapter_bytes(buf->buf, (uint32_t)buf->len);
        tx += buf->len;
    }
    for (size_t i = 0; i < rx_bufs->count; i++) {
        const struct spi_buf *const buf = &rx_bufs->buffers[i];
        if (buf->buf != NULL) adapter_fill(buf->buf, (uint32_t)buf->len);
        rx += buf->len;
    }
    if (tx != rx) abort();
    adapter_say(" ]");
    return adapter_answer;
}

int64_t k_uptime_ticks(void)
{
    return 12345670;
}

uint64_t k_ticks_to_us_floor64(uint64_t ticks)
{
    return ticks / 10u + 0x700000000u;
}

int32_t k_usleep(int32_t us)
{
    if (us <= 0) abort();
    return 0;
}

/* ---- the adapter ---- */

int32_t adapter_zephyr_i2c(void *context, const struct nacre_i2c_message *message)
{
    struct zephyr_i2c i2c = {&device};
    (void)context;
    return zephyr_i2c_transfer(&i2c, message);
}

int32_t adapter_zephyr_spi(void *context, const struct nacre_spi_frame *frame)
{
    struct zephyr_spi spi = {{&device}};
    (void)context;
    return zephyr_spi_transfer(&spi, frame);
}

enum nacre_err adapter_zephyr_recover(void *context)
{
    struct zephyr_i2c i2c = {&device};
    (void)context;
    return zephyr_i2c_recover(&i2c);
}

uint32_t adapter_zephyr_now_us(void)
{
    zephyr_pause(NULL);
    return zephyr_now_us(NULL);
}
