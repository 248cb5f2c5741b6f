/*
 * Macronix MX25UW25645G in octal DTR: 256 Mbit in four banks, the flash of the NUCLEO-H7S3L8.
 *
 * Sources
 *   ST      component driver mx25uw25645g.h, also in STM32CubeH7RS
 *   LINUX   Macronix's mails on read while write: id, n_banks 4, and the times of the SFDP dump
 *           printed there
 *   MODEL   Macronix Verilog model MX66UM1G45G.v rev 1.6, a sibling without read while write
 *
 * Nothing of it was measured by us.
 */
#include "nacre/chips/chips.h"

#include "nacre/chips/macronix_octal.h"

const struct nacre_chip nacre_chip_mx25uw25645g = {
    NACRE_CHIPS_MACRONIX_OCTAL,
    NACRE_CHIPS_MACRONIX_BUFFER,
    .name = "MX25UW25645G",
    .id = {0xC2, 0x81, 0x39},       /* LINUX */
    .chip_bytes = 0x02000000,       /* ST: 256 Mbit */
    .bank_bits = 23,                /* LINUX: n_banks 4, a quarter of the chip each */

    .program_us = 150,              /* MODEL */
    .program_us_max = 4400,         /* LINUX: 4.3 ms, rounded up */
    .erase_us = 25000,              /* MODEL */
    .erase_us_max = 500000,         /* LINUX; ST says 400 ms */
    .program_suspend_us_max = 25,   /* LINUX: SFDP BFPT DWORD 12 of all parts with banks */
    .erase_suspend_us_max = 56,
    .program_run_us_min = 192,      /* the same: the typical interval from resume to suspend */
    .erase_run_us_min = 448,
    .reset_us_max = 100000,         /* ST: a reset during an erase */
};
