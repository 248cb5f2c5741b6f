/*
 * What the adapter uses of Zephyr's I2C interface (version 4): for building it here, where Zephyr
 * is not. With Zephyr itself its own header is found instead.
 */
#ifndef EXAMPLES_BUS_ADAPTERS_INTERFACE_ZEPHYR_DRIVERS_I2C_H
#define EXAMPLES_BUS_ADAPTERS_INTERFACE_ZEPHYR_DRIVERS_I2C_H

#include <stdint.h>

struct device;

#define I2C_MSG_WRITE 0u
#define I2C_MSG_READ 1u
#define I2C_MSG_STOP 2u
#define I2C_MSG_RESTART 4u

struct i2c_msg {
    uint8_t *buf;
    uint32_t len;
    uint8_t flags;
};

int i2c_transfer(const struct device *dev, struct i2c_msg *msgs, uint8_t num_msgs, uint16_t addr);
int i2c_recover_bus(const struct device *dev);

#endif
