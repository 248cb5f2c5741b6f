/*
 * The parts on serial buses that the library knows.
 */
#ifndef NACRE_PARTS_PARTS_H
#define NACRE_PARTS_PARTS_H

#include "nacre/parts/part.h"

extern const struct nacre_part nacre_part_24lc256;    /* Microchip, 256 Kbit, I2C EEPROM */
extern const struct nacre_part nacre_part_at24cm01;   /* Microchip, 1 Mbit, I2C EEPROM */
extern const struct nacre_part nacre_part_m24c64;     /* ST, 64 Kbit, I2C EEPROM */
extern const struct nacre_part nacre_part_m24m01;     /* ST, 1 Mbit, I2C EEPROM */
extern const struct nacre_part nacre_part_25lc256;    /* Microchip, 256 Kbit, SPI EEPROM */
extern const struct nacre_part nacre_part_m95256;     /* ST, 256 Kbit, SPI EEPROM */
extern const struct nacre_part nacre_part_m95m01;     /* ST, 1 Mbit, SPI EEPROM */
extern const struct nacre_part nacre_part_mb85rc256v; /* Fujitsu, 256 Kbit, I2C FRAM */
extern const struct nacre_part nacre_part_fm24v10;    /* Infineon, 1 Mbit, I2C FRAM */
extern const struct nacre_part nacre_part_fm25v10;    /* Infineon, 1 Mbit, SPI FRAM */
extern const struct nacre_part nacre_part_cy15b104q;  /* Infineon, 4 Mbit, SPI FRAM */
extern const struct nacre_part nacre_part_mb85rs64v;  /* Fujitsu, 64 Kbit, SPI FRAM */
extern const struct nacre_part nacre_part_mb85rs1mt;  /* Fujitsu, 1 Mbit, SPI FRAM */
extern const struct nacre_part nacre_part_mr25h40;    /* Everspin, 4 Mbit, SPI MRAM */

#endif
