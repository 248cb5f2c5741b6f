/*
 * Macronix MX66UW1G45G in octal DTR: the flash of the STM32H7S78-DK.
 *
 * Sources
 *   SFDP    dump of the part's parameter tables, Macronix, LKML 20240722064922.606172-4
 *   LINUX   the driver part of the same mail: id, four banks, read while write
 *   ST      component driver stm32-mx66uw1g45g v1.1.0
 *   MODEL   Macronix Verilog model MX66UM1G45G.v rev 1.6, the sibling without read while write
 *   EXTMEM  what ST's boot (STM32CubeH7RS 1.3.0, ExtMem Manager) sends to this part
 */
#include "nacre/chips/chips.h"

const struct nacre_chip nacre_chip_mx66uw1g45g = {
    .name = "MX66UW1G45G",
    .id = {0xC2, 0x81, 0x3B},       /* LINUX */
    .sends_registers_twice = true,  /* MODEL: register and id bytes in octal DTR */

    .chip_bytes = 0x08000000,       /* SFDP BFPT DWORD 2: 1 Gbit */
    .bank_bits = 25,                /* LINUX: n_banks 4; ST read-while-write example: 32 MB apart */
    .unit_bytes = 4096,             /* SFDP BFPT DWORD 8: type 1 is 4 KB */
    .page_bytes = 256,              /* SFDP BFPT DWORD 11 */
    .granule_bytes = 16,            /* MODEL: a second program of 16 bytes switches their ECC off */
    .cut_bytes = 256,               /* MODEL: all ones of the page are unknown during a program */
    .last_bytes = 32,               /* ES0620 2.4.5: a wrap burst with the last address hangs */

    .read = 0xEE11,                 /* ST, as the other opcodes */
    .write_enable = 0x06F9,
    .read_status = 0x05FA,
    .read_security = 0x2BD4,
    .read_id = 0x9F60,
    .program = 0x12ED,
    .erase = 0x21DE,                /* SFDP 4BAIT: erase type 1 with four address bytes is 21h */
    .program_suspend = 0xB04F,      /* SFDP BFPT DWORD 13: suspend B0h, resume 30h, for both */
    .program_resume = 0x30CF,
    .erase_suspend = 0xB04F,
    .erase_resume = 0x30CF,
    .reset_enable = 0x6699,
    .reset = 0x9966,
    .status_dummy_clocks = 20,      /* EXTMEM; the byte repeats, more than enough is well */
    .id_dummy_clocks = 4,           /* ST, MODEL: registers take 4; an id does not repeat */

    .status_busy = 0x01,            /* SFDP SCCR: WIP is bit 0, WEL bit 1 of 05h */
    .status_enabled = 0x02,
    .status_never = 0xC0,           /* ST: BP3..0 lie above WEL, and nothing above them */
    .security_suspended = 0x0C,     /* ST: PSB bit 2, ESB bit 3 */
    .security_program_failed = 0x20, /* SFDP SCCR: P_FAIL bit 5, E_FAIL bit 6 of 2Bh */
    .security_erase_failed = 0x40,

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
