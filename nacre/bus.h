/*
 * CONTRACT: a serial bus as two callbacks, and the time that bounds every wait on it.
 *
 * Whoever has a driver, of a vendor or of an RTOS, puts it behind these in ten lines. A callback
 * runs in the thread that called the store, may sleep, and comes back within a bounded time, also
 * if nothing on the bus answers. It may run from flash: the memory behind the bus is not the one
 * that the program runs from.
 *
 * What a transfer returns is the number of bytes that it moved, or an error as a negative number:
 *     -NACRE_BUS_NO_ACK, -NACRE_BUS_LOST, -NACRE_BUS_TIMEOUT, -NACRE_BUS_STUCK
 *     -NACRE_IO where it failed otherwise, which is NACRE_BUS_FAILED to the caller
 * A number that is neither complete nor one of these is NACRE_BUS_SHORT to the caller. What a bus
 * answers is never held against the part: no unit is given up for it.
 */
#ifndef NACRE_BUS_H
#define NACRE_BUS_H

#include "nacre/check.h"
#include "nacre/err.h"

#include <stdint.h>

/*
 * One message: a start, the address with the write bit, out; then, if in_bytes is not 0, a repeated
 * start, the address with the read bit, in; a stop in any case. With neither, the address alone is
 * sent, to see who acknowledges.
 */
struct nacre_i2c_message {
    uint32_t address;   /* seven bits, right-aligned */
    const void *out;    /* null where out_bytes is 0 */
    uint32_t out_bytes;
    void *in;           /* null where in_bytes is 0 */
    uint32_t in_bytes;
};

struct nacre_i2c {
    /*
     * Send one message. What is sent may lie in flash.
     *
     * Returns   out_bytes + in_bytes, or what the head of this file says: -NACRE_BUS_NO_ACK where
     *           the address or a byte was not acknowledged. What was moved before an error stays
     */
    int32_t (*transfer)(void *context, const struct nacre_i2c_message *message);
    /*
     * Make the bus usable after an error: clock a device free that holds SDA low, then a stop.
     * Null: the bus does this by itself.
     *
     * Returns   NACRE_OK; NACRE_BUS_STUCK: a line is still held low
     */
    enum nacre_err (*recover)(void *context);
    void *context;
};

/* What moves while chip select is low, in this order. */
struct nacre_spi_frame {
    const void *out; /* a command and its address */
    uint32_t out_bytes;
    const void *more; /* what is written; null where more_bytes is 0 */
    uint32_t more_bytes;
    void *in; /* null where in_bytes is 0 */
    uint32_t in_bytes;
};

struct nacre_spi {
    /*
     * One frame: chip select low, out, more, in, chip select high. Mode 0, most significant bit
     * first. What is sent may lie in flash.
     *
     * Returns   out_bytes + more_bytes + in_bytes, or what the head of this file says
     */
    int32_t (*transfer)(void *context, const struct nacre_spi_frame *frame);
    void *context;
};

/* What bounds a wait: nothing here needs an interrupt. */
struct nacre_bus_time {
    uint32_t (*now_us)(void *context); /* runs freely, wraps at 2^32; needed */
    void (*pause)(void *context);      /* between two questions to a part that is at work: sleep,
                                          yield. Null: none */
    void *context;
};

#endif
