/*
 * The flash parts that the library knows.
 */
#ifndef NACRE_CHIPS_CHIPS_H
#define NACRE_CHIPS_CHIPS_H

#include "nacre/chips/chip.h"

extern const struct nacre_chip nacre_chip_mx66uw1g45g;  /* Macronix, 1 Gbit, octal DTR, 4 banks */
extern const struct nacre_chip nacre_chip_mx25uw51245g; /* Macronix, 512 Mbit, octal DTR, 4 banks */
extern const struct nacre_chip nacre_chip_mx25uw25645g; /* Macronix, 256 Mbit, octal DTR, 4 banks */
extern const struct nacre_chip nacre_chip_mx25lm51245g; /* Macronix, 512 Mbit, octal DTR, 1 bank */
extern const struct nacre_chip nacre_chip_mt35xu512aba; /* Micron, 512 Mbit, octal DTR, 1 bank */
extern const struct nacre_chip nacre_chip_s28hs512t;    /* Infineon, 512 Mbit, octal DTR, 1 bank */
extern const struct nacre_chip nacre_chip_gd25lx512me;  /* GigaDevice, 512 Mbit, octal, 1 bank */
extern const struct nacre_chip nacre_chip_w25q128jv;    /* Winbond, 128 Mbit, SPI, 1 bank */

#endif
