/*
 * Linux's i2c-dev and spidev behind nacre/bus.h.
 */
#define _POSIX_C_SOURCE 200809L

#include "examples/bus-adapters/linux.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include <linux/i2c-dev.h>
#include <linux/i2c.h>
#include <linux/spi/spidev.h>
#include <sys/ioctl.h>

/* Source: Documentation/i2c/fault-codes.rst; EREMOTEIO of drivers that are older than that. */
static int32_t error_of(int error)
{
    switch (error) {
    case ENXIO:
    case EREMOTEIO: return -NACRE_BUS_NO_ACK;
    case EAGAIN: return -NACRE_BUS_LOST;
    case EBUSY:
    case ETIMEDOUT: return -NACRE_BUS_TIMEOUT;
    default: return -NACRE_IO;
    }
}

int32_t linux_i2c_transfer(void *context, const struct nacre_i2c_message *message)
{
    const bool has_in = message->in_bytes != 0;
    const uint16_t address = (uint16_t)message->address;
    struct i2c_msg msgs[2] = {
        {address, 0, (uint16_t)message->out_bytes, (uint8_t *)message->out},
        {address, I2C_M_RD, (uint16_t)message->in_bytes, message->in},
    };
    struct i2c_rdwr_ioctl_data all = {msgs, has_in ? 2 : 1};

    if (ioctl(*(const int *)context, I2C_RDWR, &all) < 0) return error_of(errno);
    return (int32_t)(message->out_bytes + message->in_bytes);
}

int32_t linux_spi_transfer(void *context, const struct nacre_spi_frame *frame)
{
    const struct spi_ioc_transfer parts[3] = {
        {.tx_buf = (uintptr_t)frame->out, .len = frame->out_bytes},
        {.tx_buf = (uintptr_t)frame->more, .len = frame->more_bytes},
        {.rx_buf = (uintptr_t)frame->in, .len = frame->in_bytes},
    };
    const int moved = ioctl(*(const int *)context, SPI_IOC_MESSAGE(3), parts);

    return moved < 0 ? error_of(errno) : moved;
}

uint32_t linux_now_us(void *context)
{
    struct timespec now;

    (void)context;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint32_t)((uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u);
}

void linux_pause(void *context)
{
    const struct timespec wait = {.tv_nsec = 100000};

    (void)context;
    (void)nanosleep(&wait, NULL);
}
