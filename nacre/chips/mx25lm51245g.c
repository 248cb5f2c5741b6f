/*
 * Macronix MX25LM51245G in octal DTR: 512 Mbit, 3 V, one bank: it cannot be read while it is
 * written. The flash of the STM32L4R9I-DISCO, STM32H735G-DK and STM32U575I-EV.
 *
 * Sources
 *   ST      component driver mx25lm51245g.h (STM32CubeU5, STM32CubeH7)
 *   LINUX   Macronix's mails on read while write: the M in a name says that there are no banks
 *   SIBLING SFDP dump of the MX66UW1G45G, Macronix, LKML 20240722064922.606172-4
 *   MODEL   Macronix Verilog model MX66UM1G45G.v rev 1.6, the same without banks at 1.8 V
 *
 * No SFDP dump of this part was at hand. Where MODEL and SIBLING differ, the row takes the longer
 * latency and the longer run. Nothing of it was measured by us.
 */
#include "nacre/chips/chips.h"

#include "nacre/chips/macronix_octal.h"

const struct nacre_chip nacre_chip_mx25lm51245g = {
    NACRE_CHIPS_MACRONIX_OCTAL,
    .name = "MX25LM51245G",
    .id = {0xC2, 0x85, 0x3A},       /* ST loader issue 21 saw 85 C2 C2: the type in octal DTR */
    .chip_bytes = 0x04000000,       /* ST: 512 Mbit */
    .bank_bits = 26,                /* LINUX: no banks, so the whole chip is one */

    .program_us = 150,              /* MODEL */
    .program_us_max = 4900,         /* unmeasured: the longest of all siblings' dumps */
    .erase_us = 25000,              /* MODEL */
    .erase_us_max = 600000,         /* ST says 400 ms; SIBLING 600 ms */
    .program_suspend_us_max = 25,   /* MODEL, SIBLING */
    .erase_suspend_us_max = 56,     /* SIBLING; MODEL says 25 us. Unmeasured */
    .program_run_us_min = 192,      /* SIBLING; MODEL needs 100 us. Unmeasured */
    .erase_run_us_min = 448,        /* SIBLING; MODEL needs 400 us. Unmeasured */
    .reset_us_max = 100000,         /* ST: a reset during an erase */
};
