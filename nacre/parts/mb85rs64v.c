/*
 * Fujitsu MB85RS64V: 64 Kbit of FRAM on SPI.
 *
 * Sources
 *   ADA   Adafruit_FRAM_SPI.cpp: id 04 7F, product 03 02; two address bytes
 *
 * Clock and endurance are from no document that could be read: taken low, and unmeasured.
 */
#include "nacre/parts/parts.h"

const struct nacre_part nacre_part_mb85rs64v = {
    .name = "MB85RS64V",
    .bus = NACRE_PART_SPI,
    .part_bytes = 8u * 1024u,     /* ADA */
    .group_bytes = 1,             /* ADA: no page */
    .addr_bytes = 2,              /* ADA */
    .id_bytes = 4,                /* ADA */
    .id = {0x04, 0x7F, 0x03, 0x02}, /* ADA */
    .clock_hz_max = 20000000,     /* unmeasured */
    .endurance_k = 1000000000,    /* unmeasured */
};
