/*
 * Macronix MX25UW51245G in octal DTR: 512 Mbit in four banks.
 *
 * Sources
 *   LINUX   spi-nor driver, commit f0a499ac, and Macronix's mails on read while write: id, n_banks
 *           4, and the times of the SFDP dumps printed there
 *   OSPIF   Mbed OS driver for the MX25LW51245G, by Macronix (PR 14221): banks of 16 MB
 *   F3S     QNX driver mx25uw.c: samples of this part were met whose SFDP tables are empty
 *   MODEL   Macronix Verilog model MX66UM1G45G.v rev 1.6, a sibling without read while write
 *
 * Nothing of it was measured by us.
 */
#include "nacre/chips/chips.h"

#include "nacre/chips/macronix_octal.h"

const struct nacre_chip nacre_chip_mx25uw51245g = {
    NACRE_CHIPS_MACRONIX_OCTAL,
    NACRE_CHIPS_MACRONIX_BUFFER,
    .name = "MX25UW51245G",
    .id = {0xC2, 0x81, 0x3A},       /* LINUX */
    .chip_bytes = 0x04000000,       /* OSPIF: 512 Mbit */
    .bank_bits = 24,                /* LINUX: n_banks 4; OSPIF: 16 MB apart */

    .program_us = 150,              /* MODEL */
    .program_us_max = 4900,         /* LINUX: 4.9 ms, a figure that its encoding rounds up */
    .erase_us = 25000,              /* LINUX, MODEL */
    .erase_us_max = 600000,         /* LINUX; ST's drivers of its siblings say 400 ms */
    .program_suspend_us_max = 25,   /* LINUX: SFDP BFPT DWORD 12 of all parts with banks */
    .erase_suspend_us_max = 56,
    .program_run_us_min = 192,      /* the same: the typical interval from resume to suspend */
    .erase_run_us_min = 448,
    .reset_us_max = 100000,         /* as its siblings by ST: a reset during an erase */
};
