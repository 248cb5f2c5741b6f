/*
 * Linux's i2c-dev and spidev as buses and clock of nacre/bus.h.
 *
 *     int i2c_file = open("/dev/i2c-1", O_RDWR);
 *     const struct nacre_i2c i2c = {linux_i2c_transfer, NULL, &i2c_file};
 *     int spi_file = open("/dev/spidev0.0", O_RDWR);
 *     const struct nacre_spi spi = {linux_spi_transfer, &spi_file};
 *     const struct nacre_bus_time time = {linux_now_us, linux_pause, NULL};
 *
 * The kernel frees a bus by itself where its driver can. spidev moves 4,096 bytes a frame, unless
 * its parameter bufsiz says more; its mode and speed are set by ioctl, as ever.
 */
#ifndef EXAMPLES_BUS_ADAPTERS_LINUX_H
#define EXAMPLES_BUS_ADAPTERS_LINUX_H

#include "nacre/bus.h"

/* As struct nacre_i2c has it; context points to the file's number, an int. */
int32_t linux_i2c_transfer(void *context, const struct nacre_i2c_message *message);

/* As struct nacre_spi has it; context points to the file's number, an int. */
int32_t linux_spi_transfer(void *context, const struct nacre_spi_frame *frame);

/* As struct nacre_bus_time has them. */
uint32_t linux_now_us(void *context);
void linux_pause(void *context);

#endif
