/*
 * What a test and the image tests/bus_fw tell each other, by memory.
 */
#ifndef TESTS_BUS_FW_BOX_H
#define TESTS_BUS_FW_BOX_H

#include <stdint.h>

#define BOX_BYTES 2048u

struct box {
    uint32_t speed;      /* open: kHz of SCL, Hz of SCK */
    uint32_t cs_is_pf8;  /* open SPI: chip select is PF8 instead of PE10 */
    uint32_t address;    /* I2C */
    uint32_t out_bytes;
    uint32_t more_bytes; /* SPI: behind out in the same bytes */
    uint32_t in_bytes;
    uint32_t is_in_flash; /* I2C: out, SPI: more, is in_flash of the image instead */
    int32_t result;
    uint32_t us;         /* that it took, by the driver's clock */
    uint8_t out[BOX_BYTES];
    uint8_t in[BOX_BYTES];
};

#endif
