/*
 * FRAM on I2C and SPI: no write cycle, each byte is stored as it comes. Sources of the numbers:
 *   [RC]     Fujitsu DS501-00017-3v0-E, MB85RC256V: cover, page 10 (id by F8h, roll-over)
 *   [24V]    Ramtron FM24V10 rev. 1.1, pages 1 and 5: 17 address bits, one of them in the device
 *            address; roll-over; 1 MHz without the high-speed mode, which is left out here
 *   [25V]    Cypress 001-84499 rev. D, FM25V10: cover: 40 MHz, each byte written as it has come
 *   [25640]  Ramtron FM25640 rev. 2.1, pages 5 and 6: opcodes; a write of any kind clears WEL;
 *            WPEN, BP1, BP0 survive the power; bit 0 is always 0
 *   [104]    Cypress CY15B104Q, 001-94895: cover, section "Device ID"
 *   [RS]     Adafruit's FRAM driver: ids of MB85RS64V (04 7F 03 02) and MB85RS1MT (04 7F 27 03);
 *            Linux spi-nor, 047f27. Clocks of both from memory: unmeasured
 * The power-up times and bit 6 of the status register of the Cypress parts, which reads 1, are from
 * memory: unmeasured. Ids of FM24V10 and FM25V10 follow from the density codes of their series
 * (FM24V10: 4; FM25V02 is C2 22 00).
 */
#include "twin/parts/part_internal.h"

const struct part_row part_rows_fram[] = {
    {
        .name = "MB85RC256V",
        .kind = PART_FRAM,
        .wire = PART_I2C,
        .size_bytes = 32u * 1024u, /* [RC] */
        .address_bytes = 2,        /* [RC] */
        .id_bytes = 3,             /* [RC] */
        .id = {0x00, 0xA5, 0x10},  /* [RC] */
        .clock_hz_max = 1000000,   /* [RC] */
        .power_up_us = 85,         /* unmeasured */
    },
    {
        .name = "FM24V10",
        .kind = PART_FRAM,
        .wire = PART_I2C,
        .size_bytes = 128u * 1024u, /* [24V] */
        .address_bytes = 2,         /* [24V] */
        .block_bits = 1,            /* [24V] */
        .protected_nack = true,     /* from memory: unmeasured */
        .id_bytes = 3,
        .id = {0x00, 0x44, 0x00},   /* see above */
        .clock_hz_max = 1000000,    /* [24V] */
        .power_up_us = 250,         /* unmeasured */
    },
    {
        .name = "FM25V10",
        .kind = PART_FRAM,
        .wire = PART_SPI,
        .size_bytes = 128u * 1024u, /* [25V] */
        .address_bytes = 3,         /* [25V] */
        .status_nonvolatile = 0x8C, /* [25640] */
        .status_fixed = 0x40,       /* unmeasured */
        .has_fast_read = true,      /* [25V] */
        .id_bytes = 9,
        .id = {0x7F, 0x7F, 0x7F, 0x7F, 0x7F, 0x7F, 0xC2, 0x24, 0x00}, /* see above */
        .clock_hz_max = 40000000,   /* [25V] */
        .power_up_us = 250,         /* unmeasured */
    },
    {
        .name = "CY15B104Q",
        .kind = PART_FRAM,
        .wire = PART_SPI,
        .size_bytes = 512u * 1024u, /* [104] */
        .address_bytes = 3,         /* [104] */
        .status_nonvolatile = 0x8C, /* [25640] */
        .status_fixed = 0x40,       /* unmeasured */
        .has_fast_read = true,      /* [104] */
        .id_bytes = 9,
        .id = {0x7F, 0x7F, 0x7F, 0x7F, 0x7F, 0x7F, 0xC2, 0x26, 0x08}, /* [104] */
        .clock_hz_max = 40000000,   /* [104] */
        .power_up_us = 250,         /* unmeasured */
    },
    {
        .name = "MB85RS64V",
        .kind = PART_FRAM,
        .wire = PART_SPI,
        .size_bytes = 8u * 1024u,  /* [RS] */
        .address_bytes = 2,        /* [RS] */
        .status_nonvolatile = 0x8C, /* [25640] */
        .id_bytes = 4,             /* [RS] */
        .id = {0x04, 0x7F, 0x03, 0x02}, /* [RS] */
        .clock_hz_max = 20000000,  /* unmeasured */
        .power_up_us = 250,        /* unmeasured */
    },
    {
        .name = "MB85RS1MT",
        .kind = PART_FRAM,
        .wire = PART_SPI,
        .size_bytes = 128u * 1024u, /* [RS] */
        .address_bytes = 3,         /* [RS] */
        .status_nonvolatile = 0x8C, /* [25640] */
        .has_fast_read = true,      /* unmeasured */
        .id_bytes = 4,              /* [RS] */
        .id = {0x04, 0x7F, 0x27, 0x03}, /* [RS] */
        .clock_hz_max = 30000000,   /* unmeasured */
        .power_up_us = 250,         /* unmeasured */
    },
};

const uint32_t part_rows_fram_count = sizeof part_rows_fram / sizeof part_rows_fram[0];
