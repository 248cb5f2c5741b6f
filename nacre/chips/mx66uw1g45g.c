/*
 * Macronix MX66UW1G45G in octal DTR: the flash of the STM32H7S78-DK.
 *
 * Sources
 *   SFDP    dump of the part's parameter tables, Macronix, LKML 20240722064922.606172-4
 *   LINUX   the driver part of the same mail: id, four banks, read while write
 *   ST      component driver stm32-mx66uw1g45g v1.1.0
 *   MODEL   Macronix Verilog model MX66UM1G45G.v rev 1.6, the sibling without read while write
 */
#include "nacre/chips/chips.h"

#include "nacre/chips/macronix_octal.h"

const struct nacre_chip nacre_chip_mx66uw1g45g = {
    NACRE_CHIPS_MACRONIX_OCTAL,
    NACRE_CHIPS_MACRONIX_BUFFER,
    .name = "MX66UW1G45G",
    .id = {0xC2, 0x81, 0x3B},       /* LINUX */
    .chip_bytes = 0x08000000,       /* SFDP BFPT DWORD 2: 1 Gbit */
    .bank_bits = 25,                /* LINUX: n_banks 4; ST read-while-write example: 32 MB apart */

    .program_us = 152,              /* SFDP BFPT DWORD 11 */
    .program_us_max = 4864,         /* the same: 32 times the typical time */
    .erase_us = 25000,              /* SFDP BFPT DWORD 10 */
    .erase_us_max = 600000,         /* the same: 24 times; ST's driver says 400 ms */
    .program_suspend_us_max = 25,   /* SFDP BFPT DWORD 12, as MODEL */
    .erase_suspend_us_max = 56,     /* the same; MODEL says 25 us */
    .program_run_us_min = 192,      /* the same: the typical interval; MODEL needs 100 us */
    .erase_run_us_min = 448,        /* the same; MODEL needs 400 us */
    .reset_us_max = 100000,         /* ST: a reset during an erase; MODEL says 25 ms */
};
