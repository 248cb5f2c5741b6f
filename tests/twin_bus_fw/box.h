/*
 * What the test and the image tests/twin_bus_fw share: one request at a time in RAM. The test
 * writes it, sets `go`, and finds `go` 0 and the answer there.
 */
#ifndef TESTS_TWIN_BUS_FW_BOX_H
#define TESTS_TWIN_BUS_FW_BOX_H

#include <stdint.h>

#define BOX_BYTES 1200u

enum box_op {
    BOX_READ = 1, /* result = the register at address, out_n is the width in bytes */
    BOX_WRITE,    /* in_n goes there, out_n is the width */
    BOX_I2C,      /* a message to a seven-bit address; result is an enum box_result */
    BOX_SPI,      /* a frame: out_n bytes out, in_n bytes in; address is the select pin's BSRR */
    BOX_CLOCKS,   /* address clocks of SCL by GPIO, then a stop */
    BOX_RESET_I2C /* PE 0 and 1 again, pins to I2C1 */
};

enum box_result {
    BOX_OK,
    BOX_NO_ACK,
    BOX_LOST,
    BOX_BUS_ERROR,
    BOX_TIMEOUT /* a flag that must come did not within 20 ms */
};

struct box {
    uint32_t go, op, address, out_n, in_n, result, isr;
    uint8_t out[BOX_BYTES], in[BOX_BYTES];
};

#endif
