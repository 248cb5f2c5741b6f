/*
 * Fujitsu MB85RS1MT: 1 Mbit of FRAM on SPI.
 *
 * Sources
 *   ADA   Adafruit_FRAM_SPI.cpp: id 04 7F, product 27 03; three address bytes
 *   LINUX drivers/mtd/spi-nor: 047F27
 *
 * Clock and endurance are from no document that could be read: taken low, and unmeasured.
 */
#include "nacre/parts/parts.h"

const struct nacre_part nacre_part_mb85rs1mt = {
    .name = "MB85RS1MT",
    .bus = NACRE_PART_SPI,
    .part_bytes = 128u * 1024u,   /* ADA */
    .group_bytes = 1,             /* ADA: no page */
    .addr_bytes = 3,              /* ADA */
    .id_bytes = 4,                /* ADA */
    .id = {0x04, 0x7F, 0x27, 0x03}, /* ADA, LINUX */
    .clock_hz_max = 30000000,     /* unmeasured */
    .endurance_k = 1000000000,    /* unmeasured */
};
